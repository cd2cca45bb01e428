"""How many messages one session and one address may send."""

from __future__ import annotations

import math
import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from bot.errors import GatewayError, TooManyMessages


class MessageLimits:
    """Counts messages, or something else, in a moving window, in this process. refusal: what is raised."""

    def __init__(self, session: str, address: str, refusal: type[GatewayError] = TooManyMessages) -> None:
        self._refusal = refusal
        self._counter = MovingWindowRateLimiter(MemoryStorage())
        self._session = parse(session)
        self._address = parse(address)

    def count(self, conversation: str, address: str) -> None:
        """Counts one message. Raises the refusal with the seconds to wait."""
        self._hit(self._address, "address", address)
        self._hit(self._session, "session", conversation)

    def _hit(self, limit: RateLimitItem, kind: str, who: str) -> None:
        if not self._counter.hit(limit, kind, who):
            reset = self._counter.get_window_stats(limit, kind, who).reset_time
            raise self._refusal(retry_after=max(1, math.ceil(reset - time.time())))
