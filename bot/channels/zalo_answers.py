"""What Zalo's answers mean: the status of HTTP is 200 even for an error, which stands in the field `error`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx

from bot.channels.channel import SendFailed, Trouble
from bot.channels.zalo_hours import until_morning

TOKEN_REFUSED = frozenset({"-216", "-220"})  # invalid; expired
UPLOAD_EXPIRED = "-100"
TROUBLES = {
    "-32": Trouble.LATER,  # more calls than allowed
    "-200": Trouble.LATER,  # failed over there
    "-100": Trouble.LATER,  # the uploaded file is no longer there: up again
    "-211": Trouble.CLOSED,  # our quota
    "-218": Trouble.CLOSED,  # what this person may receive
    "-234": Trouble.CLOSED,  # night
    "-133": Trouble.CLOSED,
    "-230": Trouble.CLOSED,  # nothing from this person for seven days
    "-213": Trouble.GONE,  # does not follow
    "-217": Trouble.GONE,  # refuses, or there is nobody of this number
    "-227": Trouble.GONE,  # banned, or away for 45 days
    "-244": Trouble.GONE,  # has restricted the account
    "-204": Trouble.BROKEN,  # the account is disabled
    "-205": Trouble.BROKEN,  # there is no such account
    "-209": Trouble.BROKEN,  # the application is not active
    "-212": Trouble.BROKEN,  # this call is not registered
    "-219": Trouble.BROKEN,  # the application was removed
    "-221": Trouble.BROKEN,  # the account is not verified
    "-223": Trouble.BROKEN,  # the account has not allowed this call
    "-224": Trouble.BROKEN,  # the account needs a higher tier
    "-240": Trouble.BROKEN,  # a call that was closed
    "-242": Trouble.BROKEN,  # appsecret_proof
    "-216": Trouble.BROKEN,  # the token, renewed already
    "-220": Trouble.BROKEN,
}  # all others are for good, for this message
QUOTA_WAIT = 3600.0
NIGHT = ("-234", "-133")
QUOTA = ("-211", "-218")
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class TokenRefused(Exception):
    """The access token is taken no more."""


def read_answer(answer: httpx.Response, now: datetime) -> Mapping[str, Any]:
    """The field `data` of an answer without error; numbers are strings. Raises SendFailed or TokenRefused."""
    content = _content(answer)
    code = str(content.get("error", "")) if content is not None else ""
    if content is not None and code == "0":
        data = content.get("data")
        return data if isinstance(data, dict) else {}
    if code in TOKEN_REFUSED:
        raise TokenRefused(code)
    if code and answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
        raise failure(code, now, after=_retry_after(answer))
    raise _by_status(answer)


def failure(code: str, now: datetime, after: float | None = None) -> SendFailed:
    """What an error of the service means for the message."""
    if code in NIGHT:
        after = until_morning(now)
    if code in QUOTA:
        after = QUOTA_WAIT
    return SendFailed(TROUBLES.get(code, Trouble.NEVER), code, after=after)


def unanswered(error: httpx.HTTPError) -> SendFailed:
    """What it means that there was no answer: a message that never left may be sent again at once."""
    trouble = Trouble.LATER if isinstance(error, NOT_SENT) else Trouble.UNKNOWN
    return SendFailed(trouble, type(error).__name__)


def _by_status(answer: httpx.Response) -> SendFailed:
    """An answer that is not of the service itself, but of something before it."""
    status = answer.status_code
    code = f"http-{status}"
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return SendFailed(Trouble.LATER, code, after=_retry_after(answer))
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return SendFailed(Trouble.BROKEN, code)
    if status in (httpx.codes.INTERNAL_SERVER_ERROR, httpx.codes.SERVICE_UNAVAILABLE):
        return SendFailed(Trouble.LATER, code, after=_retry_after(answer))
    if 400 <= status < 500:
        return SendFailed(Trouble.NEVER, code)
    return SendFailed(Trouble.UNKNOWN, code)  # something broke between the service and us


def _content(answer: httpx.Response) -> dict[str, Any] | None:
    try:
        content = json.loads(answer.content, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _retry_after(answer: httpx.Response) -> float | None:
    said = answer.headers.get("retry-after", "")
    return float(said) if said.isascii() and said.isdigit() and len(said) < 6 else None
