"""Whether the assistant can answer: Rasa has a model, the actions have an index, what comes can be kept.

What the checks find is kept for a moment, so that many who ask cost no more than one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

import httpx
import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.errors import BadRequest
from bot.request_id import pass_on

PATIENCE = 2.0  # seconds for one check
KEPT_SECONDS = 1.0
ONLY = "only"  # in the address: names of checks, separated by commas

Check = Callable[[], Awaitable[bool]]

log = structlog.get_logger(__name__)


class Readiness:
    """needed: checks without which nothing can be answered. beside: those that are told, but take nothing away:

    a channel whose token is bad must not take the other channels down. kept: seconds for which a result is told again.
    """

    def __init__(
        self,
        needed: Mapping[str, Check],
        beside: Mapping[str, Check] | None = None,
        *,
        patience: float = PATIENCE,
        kept: float = KEPT_SECONDS,
    ) -> None:
        self._checks = {**needed, **(beside or {})}
        self._needed = set(needed)
        self._patience = patience
        self._kept = kept
        self._found: dict[str, tuple[float, bool]] = {}
        self._looking = {name: asyncio.Lock() for name in self._checks}

    @property
    def names(self) -> tuple[str, ...]:
        """The checks there are."""
        return tuple(self._checks)

    async def look(self, only: tuple[str, ...] = ()) -> tuple[bool, dict[str, bool]]:
        """Whether all that is needed holds, and what each check found. only: these checks, and all of them needed."""
        names = only or self.names
        found = dict(zip(names, await asyncio.gather(*map(self._holds, names)), strict=True))
        wanted = set(only) or self._needed
        return all(holds for name, holds in found.items() if name in wanted), found

    async def _holds(self, name: str) -> bool:
        async with self._looking[name]:
            when, holds = self._found.get(name, (0.0, False))
            if name in self._found and time.monotonic() - when < self._kept:
                return holds
            holds = await self._asked(name)
            if self._found.get(name, (0.0, True))[1] and not holds:
                log.error("not_ready", check=name)
            self._found[name] = time.monotonic(), holds
            return holds

    async def _asked(self, name: str) -> bool:
        try:
            async with asyncio.timeout(self._patience):
                return await self._checks[name]()
        except Exception as error:  # whatever it is: it does not hold
            log.warning("check_failed", check=name, error=type(error).__name__)
            return False


class Others:
    """Asks the other processes, by one client. transport: another way than the network."""

    def __init__(self, rasa_url: str, actions_url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._rasa = rasa_url.rstrip("/")
        self._actions = actions_url.rstrip("/")
        self._client = httpx.AsyncClient(
            timeout=PATIENCE, trust_env=False, transport=transport, event_hooks={"request": [pass_on]}
        )

    def checks(self) -> dict[str, Check]:
        """rasa: it answers. model: it has loaded one. actions: index loaded, database writable."""
        return {
            "rasa": lambda: self._is_fine(f"{self._rasa}/"),
            "model": lambda: self._is_fine(f"{self._rasa}/webhooks/rest/"),
            "actions": lambda: self._is_fine(f"{self._actions}/ready"),
        }

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def _is_fine(self, url: str) -> bool:
        try:
            return (await self._client.get(url)).is_success
        except httpx.HTTPError:
            return False


def in_thread(work: Callable[[], object]) -> Check:
    """A check that holds unless `work`, which may take its time, raises something."""

    async def check() -> bool:
        await asyncio.to_thread(work)
        return True

    return check


def always(holds: Callable[[], bool]) -> Check:
    """A check of something that is known already."""

    async def check() -> bool:
        return holds()

    return check


def ready_route(readiness: Readiness, path: str = "/readyz") -> Route:
    """GET /readyz: 200 or 503, {"ready": …, "checks": {name: …}}; ?only=a,b looks at these alone."""

    async def ready(request: Request) -> Response:
        only = tuple(dict.fromkeys(name for name in request.query_params.get(ONLY, "").split(",") if name))
        if not set(only) <= set(readiness.names):
            raise BadRequest(f"Yêu cầu không đúng dạng: {ONLY}.")
        is_ready, found = await readiness.look(only)
        body = {"ready": is_ready, "checks": found}
        return JSONResponse(body, status_code=200 if is_ready else 503, headers={"cache-control": "no-store"})

    return Route(path, ready)
