"""Reads what Zalo tells the webhook of an Official Account, and checks that it was Zalo.

Numbers of persons and messages and times are strings beyond 2^53 and stay strings.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import mimetypes
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import structlog
from pydantic import ValidationError

from bot.channels.channel import Incoming, Kind, OfferedFile
from bot.channels.zalo_echoes import EchoKeys
from bot.channels.zalo_taps import Taps
from bot.errors import BadRequest, NotFromChannel
from bot.messages import Location

NAME = "zalo-oa"
UNREADABLE = ("link", "audio", "video", "voice", "sticker", "gif", "business_card")
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = 253_370_764_800_000  # milliseconds: the year 9999, as far as the clock goes
LONGEST_ID = 200
_PHONE = re.compile(r"(?:\+?84|0)(?P<number>[1-9]\d{8})")

log = structlog.get_logger(__name__)
Content = Mapping[str, Any]


class Events:
    """Makes Incoming of calls. app_id, secret: with which they are signed."""

    def __init__(self, app_id: str, secret: str, taps: Taps, keys: EchoKeys) -> None:
        self._app_id, self._secret = app_id.encode(), secret.encode()
        self._taps, self._keys = taps, keys

    def read(self, headers: Mapping[str, str], body: bytes) -> Sequence[Incoming]:
        """What stands in one call. headers: names in lower case. Raises NotFromChannel or BadRequest.

        The unsigned {} with which Zalo tries a new address, and what comes from ZNS, hold nothing for us.
        """
        if headers.get("x-zevent-server", "").upper() == "ZNS":
            return ()
        event = _parsed(body)
        if event == {} and "x-zevent-signature" not in headers:
            return ()
        self._check(headers, body, event)
        if event is None:
            raise BadRequest()
        try:
            found = self._incoming(event)
        except ValidationError as error:
            log.warning("zalo_event_unreadable", fields=[str(one["loc"][0]) for one in error.errors() if one["loc"]])
            found = None
        return (found,) if found else ()

    def _check(self, headers: Mapping[str, str], body: bytes, event: Content | None) -> None:
        """The signature is made with the time of the header or, as older sources say, of the body."""
        given = headers.get("x-zevent-signature", "").strip().removeprefix("mac=").lower().encode()
        times = [headers.get("x-zevent-timestamp", ""), _string((event or {}).get("timestamp"))]
        macs = [hashlib.sha256(self._app_id + body + at.encode() + self._secret).hexdigest() for at in times if at]
        fitting = [hmac.compare_digest(mac.encode(), given) for mac in macs]
        if not self._secret or not any(fitting):
            raise NotFromChannel()

    def _incoming(self, event: Content) -> Incoming | None:
        name = _string(event.get("event_name"))
        if name.startswith("user_send_"):
            return self._said(name.removeprefix("user_send_"), event)
        if name.startswith("oa_send_"):
            return self._echo(name.removeprefix("oa_send_"), event)
        if name in ("follow", "unfollow"):
            person = _string(_inside(event, "follower").get("id"))
            return _made(event, person, kind=Kind.JOINED if name == "follow" else Kind.LEFT)
        if name == "user_submit_info":
            phone = _phone(_string(_inside(event, "info").get("phone")))
            return _made(event, _sender(event), contact=phone, unreadable=phone is None)
        return None

    def _said(self, kind: str, event: Content) -> Incoming | None:
        person, message = _sender(event), _inside(event, "message")
        text = _string(message.get("text"))
        if kind == "text":
            payload, words = self._taps.unwrapped(text, person)
            return _made(event, person, text=words, payload=payload)
        if kind in ("image", "file"):
            files = tuple(_files(message, kind))
            return _made(event, person, text=text, files=files, unreadable=not files)
        if kind == "location":
            place = _location(message)
            return _made(event, person, location=place, unreadable=place is None)
        if kind in UNREADABLE:
            return _made(event, person, text=text, unreadable=True)
        return None

    def _echo(self, kind: str, event: Content) -> Incoming | None:
        """A message of the account itself, ours or an officer's. Its text goes no further than into a keyed hash."""
        person, message = _string(_inside(event, "recipient").get("id")), _inside(event, "message")
        number, text = _string(message.get("msg_id")), _string(message.get("text"))
        if not number:
            return None
        key = self._keys.media(person, kind) if kind in ("image", "file") else self._keys.text(person, text)
        return _made(event, person, id=f"oa:{number}"[:LONGEST_ID], kind=Kind.SENT, details={"id": number, "key": key})


def _parsed(body: bytes) -> Content | None:
    """None: it is no JSON object."""
    try:
        content = json.loads(body, parse_int=str, parse_float=str, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _made(event: Content, person: str, **what: Any) -> Incoming | None:
    """None where it is said of nobody."""
    if not person:
        return None
    known = {"channel": NAME, "id": _id(event, person), "chat": person, "person": person, "sent": _sent(event)}
    return Incoming(**{**known, **what})


def _id(event: Content, person: str) -> str:
    """The number of the message; what has none is named by what, who and when."""
    number = _string(_inside(event, "message").get("msg_id"))
    name = number or f"{_string(event.get('event_name'))}:{person}:{_string(event.get('timestamp'))}"
    return name if len(name) <= LONGEST_ID else hashlib.sha256(name.encode()).hexdigest()


def _sent(event: Content) -> datetime:
    said = _string(event.get("timestamp"))
    known = said.isascii() and said.isdigit() and len(said) <= len(str(LATEST)) and int(said) < LATEST
    return BEGINNING + timedelta(milliseconds=int(said)) if known else datetime.now(UTC)


def _sender(event: Content) -> str:
    return _string(_inside(event, "sender").get("id")) or _string(event.get("user_id"))


def _files(message: Content, kind: str) -> Sequence[OfferedFile]:
    found = []
    for payload in _payloads(message, kind):
        url, name, said = (_string(payload.get(field)) for field in ("url", "name", "type"))
        media_type = said if "/" in said else mimetypes.guess_type(name or f"file.{said}")[0] or ""
        size = _string(payload.get("size"))
        if url:
            small = size.isascii() and size.isdigit() and len(size) < 16
            found.append(
                OfferedFile(reference=url, name=name, media_type=media_type, size=int(size) if small else None)
            )
    return found


def _location(message: Content) -> Location | None:
    for payload in _payloads(message, "location"):
        place = _inside(payload, "coordinates")
        try:
            return Location(lat=_degrees(place.get("latitude")), lon=_degrees(place.get("longitude")))
        except (TypeError, ValueError):  # a place that cannot be is one of these, too
            continue
    return None


def _degrees(value: object) -> float:
    """Zalo writes them as text. Raises TypeError, ValueError."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise TypeError(value)
    return float(value)


def _payloads(message: Content, kind: str) -> list[Content]:
    attachments = message.get("attachments")
    whole = [one for one in attachments if isinstance(one, dict)] if isinstance(attachments, list) else []
    return [_inside(one, "payload") for one in whole if _string(one.get("type")) in (kind, "")]


def _phone(said: str) -> str | None:
    """A number of Vietnam like +84912345678."""
    found = _PHONE.fullmatch(re.sub(r"[\s.\-()]", "", said))
    return f"+84{found['number']}" if found else None


def _inside(content: Content, name: str) -> Content:
    found = content.get(name)
    return found if isinstance(found, dict) else {}


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
