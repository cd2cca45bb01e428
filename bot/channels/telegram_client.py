"""Calls of Telegram's Bot API by python-telegram-bot, with what went wrong in a form that may be logged.

The library's and httpx's own errors and log lines carry addresses, in which the token stands, and what people wrote.
So each failure becomes an error of this module that carries neither, and both libraries are silent.
"""

from __future__ import annotations

import functools
import json
import logging
import re
import ssl
from collections.abc import Mapping
from typing import Any

import httpx
from telegram import Bot, Update
from telegram.error import NetworkError, TelegramError
from telegram.request import HTTPXRequest, RequestData

from bot.channels.channel import SendFailed, Trouble

CONNECT_SECONDS = 5.0
UPLOAD_SECONDS = 60.0
CONNECTIONS = 64
POLLING_CONNECTIONS = 2
SILENT = ("telegram", "httpx", "httpcore")  # loggers whose lines hold the token or what people wrote

_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
_SAYS = {  # what a refusal says, in part and in lower case, and the code for it. [general knowledge but for the first]
    "message is not modified": "not_modified",
    "message to edit not found": "not_found",
    "message can't be edited": "not_editable",
    "there is no text in the message": "no_text",
    "there is no caption in the message": "no_caption",
    "can't parse entities": "bad_html",
    "chat not found": "chat_not_found",
    "user not found": "chat_not_found",
    "peer_id_invalid": "chat_not_found",
    "group chat was deactivated": "chat_not_found",
    "photo_invalid_dimensions": "bad_picture",
    "image_process_failed": "bad_picture",
    "wrong type of the web page content": "bad_picture",
    "file is too big": "too_big",
    "message is too long": "too_long",
    "query is too old": "too_old",
    "not enough rights": "no_rights",
    "have no rights": "no_rights",
}


class Unsent(NetworkError):
    """The call did not leave us."""


class Unanswered(NetworkError):
    """The call left us and nobody knows what became of it."""


class Refused(TelegramError):
    """Telegram answered that it did not do it. code: a word for the reason. after: seconds to wait, if it says so.

    moved_to: the group's new id, if it has become a supergroup.
    """

    def __init__(self, status: int, code: str, *, after: float | None = None, moved_to: int | None = None) -> None:
        super().__init__(f"{status} {code}".strip())
        self.status = status
        self.code = code
        self.after = after
        self.moved_to = moved_to


class Request(HTTPXRequest):
    """How calls are made: with time-outs, and failures as the errors of this module."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *args: Any, **how: Any
    ) -> tuple[int, bytes]:
        """Makes a call. Raises Unsent, Unanswered or Refused."""
        try:
            status, content = await super().do_request(url, method, request_data, *args, **how)
        except NetworkError as error:
            kind = Unsent if isinstance(error.__cause__, _UNSENT) else Unanswered
            name = type(error.__cause__).__name__
        else:
            if 200 <= status < 300:
                return status, content
            raise _refusal(status, content)
        raise kind(name)  # outside of the handler: the first error, which knows the address, must not hang on it

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """An answer. Raises Unanswered for one that cannot be read. Updates that cannot be read are emptied."""
        try:
            answer = json.loads(payload)
            result = answer["result"]
        except (ValueError, TypeError, KeyError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise Unanswered("unreadable")
        if isinstance(result, list):
            answer["result"] = [_readable(one) for one in result]
        return answer


class Client:
    """A bot with its connections, those for polling apart. timeout: seconds until Telegram says something."""

    def __init__(self, token: str, base_url: str, timeout: float) -> None:
        for name in SILENT:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        self._requests = [_request(timeout, CONNECTIONS), _request(timeout, POLLING_CONNECTIONS)]
        self.bot = Bot(
            token,
            base_url=f"{base_url}/bot",
            base_file_url=f"{base_url}/file/bot",
            request=self._requests[0],
            get_updates_request=self._requests[1],
        )

    async def close(self) -> None:
        """Closes the connections."""
        for request in self._requests:
            await request.shutdown()


def _request(timeout: float, connections: int) -> Request:
    return Request(
        connection_pool_size=connections,
        connect_timeout=min(CONNECT_SECONDS, timeout),
        pool_timeout=timeout,
        read_timeout=timeout,
        write_timeout=timeout,
        media_write_timeout=UPLOAD_SECONDS,
        httpx_kwargs={"verify": _trusted()},
    )


@functools.cache
def _trusted() -> ssl.SSLContext:
    """Whom we believe to be Telegram; reading the list takes time, so all connections share it."""
    return httpx.create_ssl_context()


def send_failed(error: TelegramError) -> SendFailed:
    """What the core is told of a failure."""
    if isinstance(error, Unsent):
        return SendFailed(Trouble.LATER, "unsent")
    if not isinstance(error, Refused):
        return SendFailed(Trouble.UNKNOWN, "unanswered")
    return SendFailed(_trouble(error), str(error), after=error.after)


def _trouble(refused: Refused) -> Trouble:
    match refused.status:
        case 401 | 404:
            return Trouble.BROKEN  # a token that is not, or no longer, valid
        case 403:
            return Trouble.GONE
        case 504:
            return Trouble.UNKNOWN  # somebody on the way lost patience; what waited for may be done
        case 409 | 429:
            return Trouble.LATER
        case status if status >= 500:
            return Trouble.LATER
    return Trouble.GONE if refused.code == "chat_not_found" else Trouble.NEVER


def _refusal(status: int, content: bytes) -> Refused:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        return Refused(status, "")
    given = answer.get("parameters")
    parameters: Mapping[str, Any] = given if isinstance(given, dict) else {}
    after, moved = parameters.get("retry_after"), parameters.get("migrate_to_chat_id")
    return Refused(
        status,
        _code(str(answer.get("description", ""))),
        after=float(after) if isinstance(after, int | float) else None,
        moved_to=moved if isinstance(moved, int) else None,
    )


def _code(description: str) -> str:
    """A fixed word: the description itself may repeat what people wrote."""
    said = re.sub(r"\s+", " ", description.lower())
    return next((code for words, code in _SAYS.items() if words in said), "")


def _readable(one: Any) -> Any:
    """An update, or only its number where the library cannot read it: it must not stop those behind it."""
    if not isinstance(one, dict) or "update_id" not in one:
        return one
    try:
        Update.de_json(one, None)
    except Exception:  # whatever the library trips over
        return {"update_id": one["update_id"]}
    return one
