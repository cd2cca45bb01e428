"""Keeps the rates that a channel's service allows."""

from __future__ import annotations

from limits import parse

from bot.channels.channel import Rates
from bot.limits import Counter

MARGIN = 0.02  # seconds; the service's clock is not ours


class Pace:
    """Counts calls to the services. counter: several gateways share one."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    async def wait(self, channel: str, rates: Rates, chat: str, *, group: bool, message: bool = True) -> float:
        """Seconds to wait before a call to a chat; 0: it may be made, and is counted. message: it shows a new one."""
        own = rates.group if group and rates.group else rates.chat
        kept = [(own, f"{channel}:{chat}")] if message else []
        for rate, who in (*kept, (rates.overall, channel)):
            if (wait := await self._counter.hit(parse(rate), "pace", who)) is not None:
                return max(wait, 0.0) + MARGIN
        return 0.0
