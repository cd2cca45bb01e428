"""How many messages one session and one address may send, counted by this gateway or by all of them together."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import structlog
from limits import RateLimitItem, parse
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter as SharedWindows
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.addresses import hashed
from bot.errors import GatewayError, TooManyMessages

MEMORY = "memory"
REDIS = ("redis", "rediss", "redis+unix")
PATIENCE = 0.3  # seconds for Redis to answer; a citizen waits for it
PAUSE = 5.0  # seconds until Redis is asked again that did not answer
PREFIX = "motcua-limits"

log = structlog.get_logger(__name__)


class Counter:
    """Counts in moving windows. url: memory:// counts in this process; redis://, rediss:// and redis+unix:// in Redis.

    While Redis is away each gateway counts for itself, so that nobody is refused for that and a flood is still stopped.
    pause: seconds until it is tried again. secret: keys of the hashes under which Redis knows people; gateways that
    count together need the same. shared: told when Redis goes (False) and comes back (True).
    """

    def __init__(
        self,
        url: str = "memory://",
        *,
        secret: str = "",
        pause: float = PAUSE,
        shared: Callable[[bool], None] = lambda is_there: None,
    ) -> None:
        self._here = MovingWindowRateLimiter(MemoryStorage())
        self._store = _redis(known_store(url))
        self._together = SharedWindows(self._store) if self._store else None
        self._secret = secret
        self._pause = pause
        self._shared = shared
        self._is_there = True
        self._not_before = 0.0

    async def hit(self, limit: RateLimitItem, kind: str, who: str) -> float | None:
        """Counts one. None, or the seconds to wait if that is one too many, which does not count then."""
        if self._together is None or time.monotonic() < self._not_before:
            return self._hit_here(limit, kind, who)
        if not self._is_there:
            self._not_before = time.monotonic() + self._pause  # one tries, the others do not wait for it
        try:
            async with asyncio.timeout(PATIENCE):
                wait = await self._hit_together(self._together, limit, kind, hashed(who, self._secret))
        except (RedisError, OSError) as error:  # a time-out is an OSError
            self._gone(error)
            return self._hit_here(limit, kind, who)
        self._back()
        return wait

    async def close(self) -> None:
        """Closes the connections to Redis."""
        if self._store is not None:
            await self._store.bridge.get_connection().aclose()  # type: ignore[attr-defined]

    def _hit_here(self, limit: RateLimitItem, kind: str, who: str) -> float | None:
        if self._here.hit(limit, kind, who):
            return None
        return self._here.get_window_stats(limit, kind, who).reset_time - time.time()

    @staticmethod
    async def _hit_together(windows: SharedWindows, limit: RateLimitItem, kind: str, who: str) -> float | None:
        if await windows.hit(limit, kind, who):
            return None
        return (await windows.get_window_stats(limit, kind, who)).reset_time - time.time()

    def _gone(self, error: Exception) -> None:
        self._not_before = time.monotonic() + self._pause
        if self._is_there:
            self._is_there = False
            self._shared(False)
            log.warning("limits_store_away", error=type(error).__name__)

    def _back(self) -> None:
        self._not_before = 0.0
        if not self._is_there:
            self._is_there = True
            self._shared(True)
            log.info("limits_store_back")


class MessageLimits:
    """Counts messages, or something else, of a session and of an address. refusal: what is raised.

    counter: the same one for all limits of a gateway; without one, they are counted in this process.
    """

    def __init__(
        self,
        session: str,
        address: str,
        refusal: type[GatewayError] = TooManyMessages,
        counter: Counter | None = None,
    ) -> None:
        self._refusal = refusal
        self._counter = counter or Counter()
        self._session = parse(session)
        self._address = parse(address)

    async def count(self, conversation: str, address: str) -> None:
        """Counts one message. Raises the refusal with the seconds to wait."""
        await self._hit(self._address, "address", address)
        await self._hit(self._session, "session", conversation)

    async def _hit(self, limit: RateLimitItem, kind: str, who: str) -> None:
        wait = await self._counter.hit(limit, f"{self._refusal.code}:{kind}", who)
        if wait is not None:
            raise self._refusal(retry_after=max(1, math.ceil(wait)))


def known_store(url: str) -> str:
    """The address of a store, if we know its kind. Raises ValueError, whose text does not repeat it: passwords."""
    if urlsplit(url).scheme not in (MEMORY, *REDIS):
        raise ValueError(f"the store of the limits must begin with memory://, {'://, '.join(REDIS)}://")
    return url


def _redis(url: str) -> RedisStorage | None:
    if urlsplit(url).scheme == MEMORY:
        return None
    once: Any = Retry(NoBackoff(), 0)
    return RedisStorage(
        f"async+{url}",
        implementation="redispy",
        key_prefix=PREFIX,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=once,
    )
