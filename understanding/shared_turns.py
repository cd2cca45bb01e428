"""Who may speak in a conversation, for several processes: one after the other, in the order they came, kept in Redis.

Rasa's own store of locks in Redis reads a queue, changes it and writes it back, so two that come at once both go in;
and a lock whose holder was killed stays for a minute. Here the queue changes within Redis, and whoever waits or speaks
says every few seconds that they are still there.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from contextlib import asynccontextmanager, suppress
from typing import AsyncGenerator, Optional, Text

import redis.asyncio
from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import BusyLoadingError, RedisError
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import TimeoutError as TookTooLong

from understanding.sealing import Seal, seal_here

SETTING = "MOTCUA_REDIS_URL"
BELIEVED = 10.0  # seconds for which somebody who said nothing is believed to be there: less than the gateway waits
SAID_EVERY = 2.5
PATIENCE = 5.0  # seconds to wait for Redis
LOOK_AGAIN = 0.05  # seconds between two looks at the queue
PREFIX = "motcua:turn"

# KEYS: the queue; until when each in it is believed to be there. ARGV: who asks; for how many milliseconds to believe.
# Asked by somebody who is not in the queue (new, or taken for gone), puts them at its end. 1: it is their turn.
MY_TURN = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
if not redis.call('LPOS', KEYS[1], ARGV[1]) then redis.call('RPUSH', KEYS[1], ARGV[1]) end
redis.call('HSET', KEYS[2], ARGV[1], now + ARGV[2])
redis.call('PEXPIRE', KEYS[1], 2 * ARGV[2])
redis.call('PEXPIRE', KEYS[2], 2 * ARGV[2])
local first = redis.call('LINDEX', KEYS[1], 0)
while first ~= ARGV[1] do
  local there = redis.call('HGET', KEYS[2], first)
  if there and tonumber(there) > now then return 0 end
  redis.call('LPOP', KEYS[1])
  redis.call('HDEL', KEYS[2], first)
  first = redis.call('LINDEX', KEYS[1], 0)
end
return 1
"""
LEAVE = """
redis.call('LREM', KEYS[1], 1, ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
"""

logger = logging.getLogger(__name__)


class NoRedis(RasaException):
    """The setting names no Redis."""


class SharedTurns(LockStore):
    """A lock for each conversation. endpoint_config: its url is Redis's address (endpoints.several.yml).

    Redis may forget all of it: who is in a queue enters it anew.
    """

    def __init__(
        self, endpoint_config: EndpointConfig, seal: Optional[Seal] = None, believed: float = BELIEVED
    ) -> None:
        self._seal = seal or seal_here()
        self._believed = int(believed * 1000)
        self._said_every = min(SAID_EVERY, believed / 4)
        try:
            self._redis = redis.asyncio.Redis.from_url(
                endpoint_config.url or "",
                socket_timeout=PATIENCE,
                socket_connect_timeout=PATIENCE,
                retry=Retry(ExponentialBackoff(cap=0.5, base=0.05), 3),
                retry_on_error=[Disconnected, TookTooLong, BusyLoadingError],
            )
        except ValueError as error:
            raise NoRedis(f"{SETTING} is no address of a Redis: redis://…") from error
        self._my_turn = self._redis.register_script(MY_TURN)
        self._leave = self._redis.register_script(LEAVE)
        super().__init__()

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: Text,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = LOOK_AGAIN,
    ) -> AsyncGenerator[TicketLock, None]:
        """Waits for one's turn, at most lock_lifetime seconds, and holds it while inside. Raises LockError."""
        name = self._seal.name(conversation_id)
        keys = [f"{PREFIX}:{{{name}}}:queue", f"{PREFIX}:{{{name}}}:there"]
        who = uuid.uuid4().hex
        try:
            await self._wait(keys, who, lock_lifetime, wait_time_in_seconds)
            left = asyncio.Event()
            staying = asyncio.ensure_future(self._stay(keys, who, left))
            try:
                yield TicketLock(conversation_id)
            finally:
                left.set()
                await staying
        finally:
            await self._go(keys, who)

    async def close(self) -> None:
        """Closes the connections."""
        await self._redis.close()

    async def _wait(self, keys: "list[Text]", who: Text, longest: float, pause: float) -> None:
        end = time.monotonic() + longest
        try:
            while not await self._my_turn(keys=keys, args=[who, self._believed]):
                if time.monotonic() > end:
                    raise LockError("A conversation's turn did not come.")
                await asyncio.sleep(pause)
        except (RedisError, OSError) as error:
            raise LockError(f"Redis is away: {type(error).__name__}.") from None

    async def _stay(self, keys: "list[Text]", who: Text, left: asyncio.Event) -> None:
        """Says again and again, until one left, that the one who speaks is there.

        While Redis is away nobody else can begin. This is waited for, not cancelled: a call that is cancelled may still
        put one into the queue after one has left it, and the client of Redis at times swallows the cancelling.
        """
        while not await _within(self._said_every, left):
            try:
                if not await self._my_turn(keys=keys, args=[who, self._believed]):
                    logger.error("turn_lost: this process was silent for too long, another one went on")
            except (RedisError, OSError) as error:
                logger.error("redis_away: %s", type(error).__name__)

    async def _go(self, keys: "list[Text]", who: Text) -> None:
        """Makes room. If Redis is away just now, nobody believes us to be there a few seconds later."""
        try:
            await self._leave(keys=keys, args=[who])
        except (RedisError, OSError) as error:
            logger.error("redis_away: %s", type(error).__name__)


async def _within(seconds: float, event: asyncio.Event) -> bool:
    """Waits for it, at most so long. Whether it happened."""
    with suppress(asyncio.TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()
