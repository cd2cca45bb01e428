"""What a request may bring: how many bytes, of which kind, how deep, and how long it may take to bring it.

uvicorn reads headers and bodies for as long as they come, so a body has a time here; headers are limited by the proxy
in front (docs/keeping-it-up.md).
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NoReturn

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import AttachmentTooBig, BadRequest, GatewayError, MessageTooLong

MESSAGE_BYTES = 16 * 1024  # 2,000 characters of Vietnamese are 6 KB at most, written as escapes 12 KB
CHANNEL_BYTES = 256 * 1024  # the largest update of a service holds a text and a few addresses
FILE_OVERHEAD = 16 * 1024  # bytes of an upload's other fields and of what stands between them
MESSAGE_SECONDS = 10.0
FILE_SECONDS = 300.0  # 10 MiB over a bad mobile line
DEEPEST = 32  # levels of JSON; a Telegram update has about 8
MOST_FIELDS = 2000
# A string (one that does not end goes on to the end), or a sign that matters outside of strings.
_SIGNS = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{}:]', re.DOTALL)


class NotThisKind(BadRequest):
    """A body of another media type, or a compressed one."""

    status = 415


class TooSlow(BadRequest):
    """A body that did not come in time."""

    status = 408


@dataclass(frozen=True)
class Rule:
    """What the requests to some addresses may bring.

    path: the address; with a slash at its end all below it. largest: bytes. seconds: for the whole body. kinds: media
    types, none: any; without a content type it is taken for the right one. too_big: makes what is raised beyond.
    """

    path: str
    largest: int
    seconds: float = MESSAGE_SECONDS
    kinds: tuple[str, ...] = ()
    too_big: Callable[[], GatewayError] = MessageTooLong

    def fits(self, path: str) -> bool:
        """Whether it is about this address."""
        return path.startswith(self.path) if self.path.endswith("/") else path == self.path


def rules(attachment_bytes: int) -> tuple[Rule, ...]:
    """The rules of the gateway; requests to all other addresses bring no body."""
    largest = attachment_bytes + FILE_OVERHEAD
    return (
        Rule("/api/messages", MESSAGE_BYTES, kinds=("application/json",)),
        Rule(
            "/api/attachments",
            largest,
            FILE_SECONDS,
            ("multipart/form-data",),
            partial(AttachmentTooBig, attachment_bytes),
        ),
        Rule("/channels/", CHANNEL_BYTES),
    )


class Bodies:
    """ASGI: refuses what is against the rules, as early as that is certain."""

    def __init__(self, app: ASGIApp, rules: Sequence[Rule]) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, rule = Headers(scope=scope), self._rule_of(scope["path"])
        try:
            _check(headers, rule)
        except GatewayError as error:
            await JSONResponse(error.as_json(), status_code=error.status)(scope, receive, send)
            return
        await self._app(scope, _limited(receive, rule) if rule else receive, send)

    def _rule_of(self, path: str) -> Rule | None:
        return next((rule for rule in self._rules if rule.fits(path)), None)


def _check(headers: Headers, rule: Rule | None) -> None:
    """What can be said before anything of the body came. Raises GatewayError."""
    announced = headers.get("content-length", "0").strip()
    if not (announced.isascii() and announced.isdigit()):
        raise BadRequest()
    if rule is None:
        if announced.strip("0") or "transfer-encoding" in headers:
            raise BadRequest()
        return
    if len(announced) > 18 or int(announced) > rule.largest:
        raise rule.too_big()
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if rule.kinds and kind and kind not in rule.kinds:
        raise NotThisKind()
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise NotThisKind()


def _limited(receive: Receive, rule: Rule) -> Receive:
    """Gives the body as it comes, until it is too much or takes too long."""
    came, complete = 0, False
    end = asyncio.get_running_loop().time() + rule.seconds

    async def limited() -> Message:
        nonlocal came, complete
        if complete:  # what comes now is that the client went away
            return await receive()
        try:
            async with asyncio.timeout_at(end):
                message = await receive()
        except TimeoutError:
            raise TooSlow() from None
        came += len(message.get("body", b""))
        complete = not message.get("more_body", False)
        if came > rule.largest:
            raise rule.too_big()
        return message

    return limited


def read_json(body: bytes) -> object:
    """The JSON of a body: UTF-8, not too deep, not too many fields, no NaN. Raises BadRequest."""
    check_json(body)
    try:
        return json.loads(body.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise BadRequest() from error


def check_json(body: bytes) -> None:
    """Looks at a body without reading it as JSON, for those who read it themselves. Raises BadRequest."""
    depth = fields = 0
    for found in _SIGNS.finditer(body):
        sign = found[0]
        if sign in (b"[", b"{"):
            depth += 1
        elif sign in (b"]", b"}"):
            depth -= 1
        elif sign == b":":
            fields += 1
        if depth > DEEPEST or fields > MOST_FIELDS:
            raise BadRequest()


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
