"""Stands between citizens and a register that may be slow, away or broken.

A look-up is kept for seconds, what failed is tried again with jitter where that is safe, a register that fails again
and again is left alone for a while, and nobody waits longer than a bound.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

import structlog
from cachetools import TTLCache
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_random_exponential

from actions.dossiers.dossier import Dossier, Draft, DraftRequest
from actions.dossiers.errors import (
    DossierError,
    DraftRefused,
    DraftsNotTaken,
    NoSuchDossier,
    RegisterAway,
    RegisterRefuses,
)
from actions.dossiers.register import Register

ATTEMPTS = 3
CACHE_SECONDS = 5.0
UNKNOWN_SECONDS = 2.0  # for which it is remembered that there is no such dossier: it may just be typed in
CACHED = 1000  # dossiers
FAILURES = 5  # calls in a row, each with all its attempts
CLOSED_OFF = 30.0  # seconds
LONGEST = 8.0  # seconds of one call with all its attempts
FIRST_WAIT, LONGEST_WAIT = 0.1, 1.0  # seconds between attempts, by chance up to these
CIRCUIT = "register"
ANSWERS = (NoSuchDossier, DraftRefused, DraftsNotTaken, RegisterRefuses)  # errors that say that somebody is there

_jitter = wait_random_exponential(multiplier=FIRST_WAIT, max=LONGEST_WAIT)
log = structlog.get_logger(__name__)
T = TypeVar("T")


class GuardedRegister:
    """Any register, guarded. Belongs to one event loop.

    attempts: of one call. cache_seconds: for which a dossier found is given again. failures: of calls in a row after
    which the register is closed off. closed_off: seconds for which it is. longest: seconds that one call may take.
    """

    def __init__(
        self,
        register: Register,
        *,
        attempts: int = ATTEMPTS,
        cache_seconds: float = CACHE_SECONDS,
        failures: int = FAILURES,
        closed_off: float = CLOSED_OFF,
        longest: float = LONGEST,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name = register.name
        self.demonstration = register.demonstration
        self.register = register
        self._attempts = attempts
        self._longest = longest
        self._now = now
        self._last_seen: datetime | None = None
        self._found: TTLCache[str, Dossier] = TTLCache(CACHED, cache_seconds, timer=self._seconds)
        unknown_seconds = min(UNKNOWN_SECONDS, cache_seconds)
        self._unknown: TTLCache[str, bool] = TTLCache(CACHED, unknown_seconds, timer=self._seconds)
        self._breakers = AsyncCircuitBreakerFactory(
            default_threshold=failures,
            default_ttl=closed_off,
            exclude=[(DossierError, lambda error: not isinstance(error, RegisterAway))],
        )

    @property
    def last_seen(self) -> datetime | None:
        """When it last answered, if only that it knows no such dossier."""
        return self._last_seen or self.register.last_seen

    async def find(self, code: str) -> Dossier:
        """The dossier of a code, as it was found at most cache_seconds ago. Raises as the register does."""
        if code in self._unknown:
            raise NoSuchDossier("The register knew no dossier of this code a moment ago.")
        known = self._found.get(code)
        return known if known is not None else await self.find_fresh(code)

    async def find_fresh(self, code: str) -> Dossier:
        """The dossier of a code as it is now. Raises as the register does."""
        self._forget(code)
        try:
            dossier = await self._asked(lambda: self.register.find(code))
        except NoSuchDossier:
            self._unknown[code] = True
            raise
        self._found[code] = dossier
        return dossier

    async def draft(self, request: DraftRequest) -> Draft:
        """Makes a draft, or gives the one made with this key before: so it is safe to try again."""
        draft = await self._asked(lambda: self.register.draft(request))
        self._forget(draft.code)
        return draft

    async def close(self) -> None:
        """Closes the register."""
        await self.register.close()

    async def _asked(self, call: Callable[[], Awaitable[T]]) -> T:
        """What a call gives, unless the register is closed off."""
        breaker = await self._breakers.get_breaker(CIRCUIT)
        try:
            async with breaker:
                return await self._in_time(call)
        except OpenedState as opened:
            opened.with_traceback(None)  # the breaker raises the same one each time, and it would grow
        raise RegisterAway("The register failed several times and is left alone for a while.", last_seen=self.last_seen)

    async def _in_time(self, call: Callable[[], Awaitable[T]]) -> T:
        """What a call gives with all its attempts. Raises RegisterAway where that takes too long."""
        try:
            async with asyncio.timeout(self._longest):
                return await self._tried(call)
        except TimeoutError:
            log.warning("register_slow", register=self.name, seconds=self._longest)
        raise RegisterAway(f"The register took more than {self._longest:g} s.", last_seen=self.last_seen)

    async def _tried(self, call: Callable[[], Awaitable[T]]) -> T:
        async def once() -> T:
            return await call()

        trying = AsyncRetrying(
            stop=stop_after_attempt(self._attempts),
            wait=_pause,
            retry=retry_if_exception(_worth_another_try),
            before_sleep=self._tell,
            reraise=True,
        )
        try:
            answer: T = await trying(once)
        except RegisterAway as error:
            log.warning("register_away", register=self.name, error=str(error))
            error.last_seen = self.last_seen
            raise
        except ANSWERS:
            self._last_seen = self._now()
            raise
        self._last_seen = self._now()
        return answer

    def _tell(self, state: RetryCallState) -> None:
        log.info("register_tried_again", register=self.name, attempt=state.attempt_number, error=str(_failure(state)))

    def _forget(self, code: str) -> None:
        self._found.pop(code, None)
        self._unknown.pop(code, None)

    def _seconds(self) -> float:
        return self._now().timestamp()


def _failure(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _pause(state: RetryCallState) -> float:
    """By chance, so that many who failed at once do not come back at once; longer if the system asks for it."""
    failure = _failure(state)
    return max(_jitter(state), failure.retry_after if isinstance(failure, RegisterAway) else 0.0)


def _worth_another_try(error: BaseException) -> bool:
    """A system that is away, unless it asks to be left alone for longer than anybody here can wait."""
    return isinstance(error, RegisterAway) and error.retry_after <= LONGEST_WAIT
