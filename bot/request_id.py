"""One name for each request or message, in the log lines of all three processes. It says nothing about anybody.

It is made here, or taken from the header X-Request-Id that a proxy in front sets. Rasa and the action server get it as
that header, the actions also in the metadata of the message (understanding/logs.py, actions/logs.py).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from knowledge.masking import mask

HEADER = "x-request-id"
FIELD = "request_id"  # in log lines and in the metadata of a message
# As proxies make them: 32 hexadecimal digits (nginx) or a UUID (Envoy, Traefik). Names do not look like that.
_PLAIN = re.compile(r"[0-9a-f]{8,64}(?:-[0-9a-f]{4,32}){0,8}", re.IGNORECASE)
SHORTEST, LONGEST = 16, 64
_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def new_request_id() -> str:
    """32 letters by chance. Without digits, so that nobody takes a part of it for a number of a person."""
    return uuid.uuid4().hex.translate(_LETTERS)


def request_id_of(given: str | None) -> str:
    """The one that is given, if it is a plain token that can be nobody's name or number; else a new one."""
    if given and SHORTEST <= len(given) <= LONGEST and _PLAIN.fullmatch(given) and mask(given) == given:
        return given
    return new_request_id()


def current() -> str:
    """The name of what is being done; empty outside of a request."""
    return str(structlog.contextvars.get_contextvars().get(FIELD, ""))


@contextmanager
def bound(request_id: str | None = None) -> Iterator[str]:
    """Everything inside, tasks and threads that begin there included, is done under this name; without one under a new.

    So every frame of a socket and every message from a channel gets a name of its own.
    """
    name = request_id or new_request_id()
    with structlog.contextvars.bound_contextvars(**{FIELD: name}):
        yield name


async def pass_on(request: httpx.Request) -> None:
    """Adds the name to a request of ours. For httpx: event_hooks={"request": [pass_on]}."""
    if name := current():
        request.headers.setdefault(HEADER, name)


class RequestIds:
    """ASGI: does every request under its name, and tells the name in the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        with bound(request_id_of(Headers(scope=scope).get(HEADER))) as name:

            async def send_with_name(message: Message) -> None:
                if message["type"] == "http.response.start":
                    MutableHeaders(scope=message)[HEADER] = name
                await send(message)

            await self._app(scope, receive, send_with_name)
