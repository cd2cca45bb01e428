"""What goes wrong with the sandbox when it is told to: slow, away, dead, failing, talking nonsense, losing answers.

Only /rest and /lgsp are faulty; the page, the portal's page and /sandbox, by which faults are set, never are.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import deque
from collections.abc import Callable

import structlog
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)

FAULTY = ("/rest/", "/lgsp/")
SEVER = "motcua.sever"  # an ASGI extension of our server: ends the connection at once
GARBAGE = b'<html><body>Web application firewall</body></html>{"code": '
A_MINUTE = 60.0  # seconds
RETRY_AFTER = b"2"  # seconds


class Faults(BaseModel):
    """What goes wrong. Without anything set all goes well."""

    model_config = ConfigDict(extra="forbid")

    slow: float = Field(default=0, ge=0, le=600, description="seconds that every answer takes longer")
    away: bool = Field(default=False, description="every answer is 503 with Retry-After")
    dead: bool = Field(default=False, description="every connection is closed without an answer")
    lost: bool = Field(default=False, description="what is asked for is done, then the connection is closed")
    errors: float = Field(default=0, ge=0, le=1, description="share of the answers that are errors of the server")
    garbage: bool = Field(default=False, description="every answer is 200 and no JSON")
    per_minute: int | None = Field(default=None, ge=0, description="requests a minute; the next ones are answered 429")
    session_seconds: float = Field(default=1800, gt=0, le=1e6, description="how long a session of LGSP lasts")
    duplicates: bool = Field(default=False, description="LGSP sends each entry of the lists of a dossier twice")


class FaultyWays:
    """ASGI middleware that does what Faults say. It must be the outermost.

    faults: asked at every request. seed: of which answers are errors.
    """

    def __init__(self, app: ASGIApp, faults: Callable[[], Faults], seed: int) -> None:
        self._app = app
        self._faults = faults
        self._chance = random.Random(seed)  # noqa: S311 - nothing secret hangs on it
        self._asked: deque[float] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, or does not."""
        if scope["type"] != "http" or not scope["path"].startswith(FAULTY):
            await self._app(scope, receive, send)
            return
        faults = self._faults()
        await asyncio.sleep(faults.slow)
        if faults.dead:
            await _sever(scope, receive)
        elif faults.lost:
            await self._app(scope, receive, _nowhere)
            await _sever(scope, receive)
        elif faults.garbage:
            await _answer(send, 200, GARBAGE)
        elif (refused := self._refused(faults)) is not None:
            status, code, message = refused
            await _answer(send, status, _problem(scope, code, message), retry=status in (429, 503))
        else:
            await self._app(scope, receive, send)

    def _refused(self, faults: Faults) -> tuple[int, str, str] | None:
        """Status, code and message, if the request is not answered as it should be."""
        if faults.away:
            return 503, "away", "The system is being maintained."
        if faults.per_minute is not None and self._too_many(faults.per_minute):
            return 429, "too_many", "Too many requests."
        if self._chance.random() < faults.errors:
            return 500, "trouble", "Something went wrong."
        return None

    def _too_many(self, per_minute: int) -> bool:
        now = time.monotonic()
        while self._asked and now - self._asked[0] > A_MINUTE:
            self._asked.popleft()
        if len(self._asked) >= per_minute:
            return True
        self._asked.append(now)
        return False


def _problem(scope: Scope, code: str, message: str) -> bytes:
    """The error as the side that was asked words it."""
    lgsp = scope["path"].startswith("/lgsp/")
    return json.dumps({"error_code": 9, "message": message} if lgsp else {"code": code, "message": message}).encode()


async def _answer(send: Send, status: int, body: bytes, *, retry: bool = False) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if retry:
        headers.append((b"retry-after", RETRY_AFTER))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _nowhere(message: Message) -> None:
    """An answer that nobody gets."""


async def _sever(scope: Scope, receive: Receive) -> None:
    """Ends the connection without an answer."""
    sever = scope.get("extensions", {}).get(SEVER)
    if sever is None:
        raise ConnectionAbortedError("this server cannot end a connection without an answer")
    sever()
    while (await receive())["type"] != "http.disconnect":  # the server must have noticed, or it sends its own error
        pass
