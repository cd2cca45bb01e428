"""A double of Zalo Official Account: messages, uploads, quota, tokens, the webhook, as the facts tell (docs/zalo.md).

Where the facts are silent it is strict with us: lengths count in UTF-16 units, a MB is 1,000,000 bytes, a token that
was spent twice ends the whole chain. Of forms there is no oa_send_* event.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.doubles.double import Deliveries, Faults, Pace, Shown, Update, faulty, served

APP_ID = "4190000000000000001"
APP_SECRET = "made-up-app-secret"
WEBHOOK_SECRET = "made-up-oa-secret-key"
OA_ID = "3570000000000000001"
REDIRECT_URI = "https://motcua.example/zalo"
FIRST_ID = 9_007_199_254_740_993  # 2^53 + 1: who takes it for a float gets another one
RETRIES = (30.0, 300.0, 900.0, 1800.0, 3600.0)  # seconds
VIETNAM = timezone(timedelta(hours=7))
LONGEST, MOST_BUTTONS, LONGEST_TITLE, LONGEST_PAYLOAD = 2000, 5, 100, 1000
LARGEST_PICTURE, LARGEST_FILE = 1_000_000, 5_000_000
QUERIES = ("oa.query.show", "oa.query.hide")
FORM = "request_user_info"


@dataclass
class Person:
    """What one person sees, and what the service knows of them. free: messages left that cost nothing."""

    id: str
    shown: list[Shown] = field(default_factory=list)
    follows: bool = True
    banned: bool = False
    last: datetime | None = None
    free: int = 8
    paid: int = 0


class Refusal(Exception):
    """What the service answers instead."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Headers(Mapping[str, str]):
    """The headers of a call of the webhook; from the second attempt on with its number."""

    def __init__(self, fixed: Mapping[str, str]) -> None:
        self.fixed = dict(fixed)
        self.update: Update | None = None

    def _now(self) -> dict[str, str]:
        attempts = self.update.attempts if self.update else 0
        return self.fixed | ({"num_retry": str(attempts)} if attempts else {})

    def __getitem__(self, name: str) -> str:
        return self._now()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())


class Tokens:
    """The chain of token pairs of our application. dead: a refresh token was used twice."""

    def __init__(self) -> None:
        self.access, self.refresh = "", ""
        self.expires = datetime.min.replace(tzinfo=UTC)
        self.spent: set[str] = set()
        self.old_access: set[str] = set()
        self.codes: dict[str, str] = {}
        self.renewals = 0
        self.refused = 0
        self.dead = False

    def renew(self, now: datetime, lives: timedelta) -> dict[str, str]:
        """A new pair; the one before is worth nothing any more."""
        if self.refresh:
            self.spent.add(self.refresh)
            self.old_access.add(self.access)
        self.access, self.refresh = (f"{kind}-{secrets.token_urlsafe(90)}" for kind in ("a", "r"))
        self.expires = now + lives
        seconds = str(int(lives.total_seconds()))
        return {"access_token": self.access, "refresh_token": self.refresh, "expires_in": seconds}

    def check(self, given: str, now: datetime) -> None:
        """Raises Refusal for a token that is none, not any more, or too old."""
        if self.dead or given != self.access or not given:
            raise Refusal(-216, "Access token is invalid")
        if now >= self.expires:
            raise Refusal(-220, "Access token has expired")


class ZaloOaDouble:
    """The service and all its people, who are called by any names; id_of() gives a person's number.

    faults: of messages, quota and uploads. oauth_faults: of tokens. refused: how often what was refused, by code.
    before_renewal, after_renewal: called while a refresh token is being spent, and when it is but nothing was answered.
    time_header: whether calls of the webhook carry X-ZEvent-Timestamp. probes: what the webhook answered to {}.
    switched_off: the webhook failed too often; what people do is told to nobody.
    """

    def __init__(self, faults: Faults | None = None, *, speed: float = 1000.0, patient: bool = False) -> None:
        self.url = ""
        self.faults, self.oauth_faults = faults or Faults(), Faults()
        self.violations: list[str] = []
        self.refused: Counter[int] = Counter()
        self.calls: Counter[str] = Counter()
        self.tokens = Tokens()
        self.lives = timedelta(seconds=90_000)
        self.before_renewal: Callable[[], object] = lambda: None
        self.after_renewal: Callable[[], object] = lambda: None
        self.echoes = True
        self.time_header = False
        self.switched_off = False
        self.probes: list[int] = []
        self.deliveries = Deliveries(
            self.faults, tuple(wait / speed for wait in RETRIES), for_ever=patient, timeout=2.0, on_dropped=self._off
        )
        self._people: dict[str, Person] = {}
        self._by_id: dict[str, Person] = {}
        self._uploads: dict[str, tuple[str, str, int, datetime]] = {}
        self._files: dict[str, bytes] = {}
        self._pace = Pace(4000, 60.0)
        self._ahead = timedelta()
        self._number = FIRST_ID
        self._last_time = 0
        self._lock = threading.RLock()

    # ---- the clock and the account

    def now(self) -> datetime:
        """The service's clock."""
        return datetime.now(UTC) + self._ahead

    def set_clock(self, moment: datetime) -> None:
        """From now on it is this moment."""
        with self._lock:
            self._ahead, self._last_time = moment - datetime.now(UTC), 0

    def authorised(self) -> dict[str, str]:
        """A pair as the first authorisation gives it."""
        with self._lock:
            self.tokens.dead = False
            return self.tokens.renew(self.now(), self.lives)

    def set_webhook(self, url: str) -> None:
        """Registers the webhook: tries it with an unsigned {}, then delivers to it."""
        self.probes.append(httpx.post(url, content=b"{}", timeout=5).status_code)
        self.switched_off = False
        self.deliveries.to(url)

    # ---- what people do

    def id_of(self, person: str) -> str:
        """The number by which the service knows somebody."""
        return self._person(person).id

    def say(self, person: str, text: str) -> str:
        """Somebody writes. Returns the message's id."""
        return self._send(person, "text", {"text": text})

    def tap(self, person: str, shown: Shown, title: str) -> str:
        """Somebody taps a button, or types its number where the menu stands in the text."""
        for name, payload in shown.buttons:
            if name == title:
                return self.say(person, payload)
        for line in shown.text.split("\n"):
            number, _, words = line.partition(". ")
            if words == title and number.isdigit():
                return self.say(person, number)
        raise AssertionError(f"{title} is not offered")

    def send_file(self, person: str, name: str, content: bytes, caption: str = "") -> str:
        """Somebody sends a picture or another file."""
        path = f"{secrets.token_hex(8)}-{name}"
        with self._lock:
            self._files[path] = content
        url, suffix = f"{self.url}/sent/{path}", name.rpartition(".")[2].lower()
        if suffix in ("jpg", "jpeg", "png"):
            return self._attach(person, "image", {"url": url, "thumbnail": url}, caption)
        about = {"url": url, "name": name, "size": str(len(content)), "type": suffix}
        return self._attach(person, "file", about | {"checksum": hashlib.md5(content).hexdigest()}, caption)

    def share_location(self, person: str, lat: float, lon: float, place: str = "Nghệ An") -> str:
        """Somebody sends where they are."""
        where = {"coordinates": {"latitude": str(lat), "longitude": str(lon)}}
        return self._attach(person, "location", where, place)

    def send_sticker(self, person: str) -> str:
        """Somebody sends a sticker."""
        return self._attach(person, "sticker", {"url": f"{self.url}/sticker", "id": "1"})

    def submit_info(self, person: str, phone: str, *, old_shape: bool = False) -> None:
        """Somebody fills in the form for the telephone number."""
        name = "Nguyễn Thị Thử"
        info: dict[str, Any] = {"name": name, "phone": phone, "address": "12 phố Thử", "city": "Nghệ An"}
        if not old_shape:
            info = {"name": name, "phone": phone, "user_dob": "", "gender": "0", "full_address": {"user_city": "x"}}
        self._interacted(person)
        self._tell(self._person(person).id, self._envelope(person, "user_submit_info") | {"info": info})

    def follow(self, person: str) -> None:
        """Somebody begins to follow the account."""
        self._followed(person, True)

    def unfollow(self, person: str) -> None:
        """Somebody follows it no more."""
        self._followed(person, False)

    def see(self, person: str, *ids: str) -> None:
        """Somebody's app tells that messages were shown."""
        event = self._envelope(person, "user_seen_message") | {"message": {"msg_ids": list(ids)}}
        self._tell(self._person(person).id, event)

    def shown(self, person: str) -> list[Shown]:
        """What somebody sees of us in their chat, in order."""
        with self._lock:
            return list(self._person(person).shown)

    def person(self, name: str) -> Person:
        """What the service knows of somebody."""
        return self._person(name)

    # ---- events

    def _person(self, name: str) -> Person:
        with self._lock:
            if name not in self._people:
                self._people[name] = Person(self._next())
                self._by_id[self._people[name].id] = self._people[name]
            return self._people[name]

    def _next(self) -> str:
        with self._lock:
            self._number += 2  # odd: none of them is a float
            return str(self._number)

    def _interacted(self, person: str) -> None:
        with self._lock:
            known = self._person(person)
            known.last, known.free = self.now(), 8

    def _envelope(self, person: str, name: str) -> dict[str, Any]:
        known = self._person(person)
        return {
            "app_id": APP_ID,
            "user_id_by_app": str(int(known.id) + 1),
            "event_name": name,
            "sender": {"id": known.id},
            "recipient": {"id": OA_ID},
            "timestamp": self._time(),
        }

    def _time(self) -> str:
        """Milliseconds, no two the same: what has no number of its own is named by its time."""
        with self._lock:
            self._last_time = max(int(self.now().timestamp() * 1000), self._last_time + 1)
            return str(self._last_time)

    def _attach(self, person: str, kind: str, payload: dict[str, Any], text: str = "") -> str:
        return self._send(person, kind, {"text": text, "attachments": [{"type": kind, "payload": payload}]})

    def _send(self, person: str, kind: str, message: dict[str, Any]) -> str:
        self._interacted(person)
        number = self._next()
        event = self._envelope(person, f"user_send_{kind}") | {"message": {"msg_id": number, **message}}
        self._tell(self._person(person).id, event)
        return number

    def _followed(self, person: str, follows: bool) -> None:
        self._person(person).follows = follows
        if follows:
            self._interacted(person)
        name = "follow" if follows else "unfollow"
        who = {"follower": {"id": self._person(person).id}, "oa_id": OA_ID, "source": "oa_profile"}
        envelope = self._envelope(person, name) | who
        del envelope["sender"], envelope["recipient"]
        self._tell(self._person(person).id, envelope)

    def _echo(self, person: Person, kind: str, number: str, message: dict[str, Any]) -> None:
        """Our own message, told to us."""
        if self.echoes:
            event = {
                "app_id": APP_ID,
                "event_name": f"oa_send_{kind}",
                "sender": {"id": OA_ID},
                "recipient": {"id": person.id},
                "message": {"msg_id": number, **message},
                "timestamp": self._time(),
            }
            self._tell(person.id, event)

    def _tell(self, chat: str, event: dict[str, Any]) -> None:
        if self.switched_off:
            return
        body = json.dumps(event, ensure_ascii=False).encode()
        at = event["timestamp"]
        mac = hashlib.sha256(APP_ID.encode() + body + at.encode() + WEBHOOK_SECRET.encode()).hexdigest()
        headers = Headers({"X-ZEvent-Signature": f"mac={mac}", "Content-Type": "application/json"})
        if self.time_header:
            headers.fixed["X-ZEvent-Timestamp"] = at
        headers.update = Update(chat, body, headers)
        self.deliveries.add(headers.update)

    def _off(self, update: Update) -> None:
        """The last attempt failed."""
        self.switched_off = True
        self.deliveries.to("")

    # ---- what we do

    def app(self) -> Starlette:
        """The service."""
        return Starlette(
            routes=[
                Route("/v3.0/oa/message/cs", self._with_faults(self._message), methods=["POST"]),
                Route("/v3.0/oa/quota/message", self._with_faults(self._quota), methods=["POST"]),
                Route("/v2.0/oa/upload/{kind}", self._with_faults(self._upload), methods=["POST"]),
                Route("/v4/oa/access_token", self._access_token, methods=["POST"]),
                Route("/v4/oa/permission", self._permission),
                Route("/sent/{path}", self._sent_file),
            ]
        )

    def _with_faults(
        self, do: Callable[[Request, FormData | dict[str, Any]], dict[str, Any]]
    ) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            multipart = request.headers.get("content-type", "").startswith("multipart/")
            content: Any = {}
            if not multipart:
                try:
                    content = json.loads(await request.body())
                except ValueError:
                    self._wrong("a body that is no JSON")
                return self._answered(request, do, content)
            async with request.form() as form:
                return self._answered(request, do, form)

        async def endpoint(request: Request) -> Response:
            self.calls[request.url.path] += 1
            return await faulty(self.faults, request, answer, self._too_many)

        return endpoint

    def _answered(self, request: Request, do: Callable[[Request, Any], dict[str, Any]], content: Any) -> Response:
        try:
            with self._lock:
                if self._pace.exceeded(""):
                    self._wrong("more than 4,000 calls a minute")
                    return self._too_many()
                self.tokens.check(request.headers.get("access_token", ""), self.now())
                return JSONResponse({"data": do(request, content), "error": 0, "message": "Success"})
        except Refusal as refusal:
            self.refused[refusal.code] += 1
            return JSONResponse({"error": refusal.code, "message": refusal.message})

    def _too_many(self) -> Response:
        self.refused[-32] += 1
        return JSONResponse(
            {"error": -32, "message": "Out of limit"}, headers={"X-RateLimit-Limit": "4000", "X-RateLimit-Remain": "0"}
        )

    def _message(self, _: Request, content: Any) -> dict[str, Any]:
        person = self._receiver(content)
        message = content.get("message")
        if not isinstance(message, dict) or set(content) - {"recipient", "message"}:
            raise self._wrong("a body of another shape", -201)
        number = self._next()
        shown, kind, told = self._taken(person, message)
        person.shown.append(replace(shown, id=number))
        if kind:
            self._echo(person, kind, number, told)
        quota = {"quota_type": "reply", "remain": str(person.free)}
        return {"message_id": number, "user_id": person.id, "sent_time": self._time(), "quota": quota}

    def _receiver(self, content: Any) -> Person:
        """Who gets it, if they may be written to now."""
        recipient = content.get("recipient")
        person = self._by_id.get(str(recipient.get("user_id")) if isinstance(recipient, dict) else "")
        if person is None:
            raise Refusal(-217, "User id is invalid")
        if person.banned:
            raise Refusal(-227, "User is banned or has been inactive for more than 45 days")
        if not person.follows:
            raise Refusal(-213, "User has not followed the account")
        since = self.now() - (person.last or datetime.min.replace(tzinfo=UTC))
        if since > timedelta(days=7):
            raise Refusal(-230, "User has not interacted with the account in the past 7 days")
        if since > timedelta(hours=1) and (self._hour() >= 22 or self._hour() < 6):
            raise Refusal(-234, "Message cannot be sent at night")
        if since > timedelta(hours=48) or person.free == 0:
            person.paid += 1
        else:
            person.free -= 1
        return person

    def _hour(self) -> int:
        return self.now().astimezone(VIETNAM).hour

    def _taken(self, person: Person, message: dict[str, Any]) -> tuple[Shown, str, dict[str, Any]]:
        """What the person sees, of what kind the event for it is, and what stands in it."""
        if unknown := set(message) - {"text", "attachment", "quote_message_id"}:
            self._wrong(f"unknown fields: {sorted(unknown)}")
        text = message.get("text", "")
        if _units(text) > LONGEST:
            raise self._wrong("a text of more than 2,000 characters", -210)
        attachment = message.get("attachment")
        if attachment is None:
            if not text.strip():
                raise self._wrong("an empty text", -201)
            return Shown(person.id, text), "text", {"text": text}
        payload = attachment.get("payload", {})
        if attachment.get("type") == "file":
            name, kind, size = self._uploaded("file", payload.get("token"))
            return Shown(person.id, text, files=((name, kind, size),)), "file", {"text": text}
        if attachment.get("type") != "template":
            raise self._wrong("an attachment of an unknown type", -233)
        return self._template(person, text, payload)

    def _template(self, person: Person, text: str, payload: dict[str, Any]) -> tuple[Shown, str, dict[str, Any]]:
        kind, elements = payload.get("template_type"), payload.get("elements", [])
        if kind == "media":
            if len(elements) != 1 or elements[0].get("media_type") != "image":
                raise self._wrong("a media template without exactly one picture", -201)
            file = self._uploaded("image", elements[0].get("attachment_id"))
            return Shown(person.id, text, files=(file,)), "image", {"text": text}
        if kind == FORM:
            if len(elements) != 1 or _units(elements[0].get("title", "")) not in range(1, 101):
                raise self._wrong("a form that is none", -201)
            if _units(elements[0].get("subtitle", "")) > 500:
                raise self._wrong("a form with a long subtitle", -210)
            title = elements[0]["title"]
            return Shown(person.id, f"{title}\n{elements[0].get('subtitle', '')}", ((title, FORM),)), "", {}
        if kind is not None or not text.strip():
            raise self._wrong("a template of an unknown type, or buttons without a text", -233)
        return Shown(person.id, text, self._buttons(payload.get("buttons"))), "text", {"text": text}

    def _buttons(self, buttons: Any) -> tuple[tuple[str, str], ...]:
        if not isinstance(buttons, list) or not 1 <= len(buttons) <= MOST_BUTTONS:
            raise self._wrong("not one to five buttons", -210)
        taken = []
        for button in buttons:
            title, kind, payload = button.get("title", ""), button.get("type"), button.get("payload")
            if not 1 <= _units(title) <= LONGEST_TITLE:
                raise self._wrong("a button without a title, or with a long one", -210)
            if kind in QUERIES and isinstance(payload, str) and 1 <= len(payload) <= LONGEST_PAYLOAD:
                taken.append((title, payload))
            elif kind == "oa.open.url" and isinstance(payload, dict) and str(payload.get("url")).startswith("https://"):
                taken.append((title, str(payload["url"])))
            else:
                raise self._wrong("a button of an unknown shape", -201)
        return tuple(taken)

    def _quota(self, _: Request, content: Any) -> dict[str, Any]:
        person = self._by_id.get(content.get("user_id", ""))
        if person is None:
            raise Refusal(-217, "User id is invalid")
        last = str(int(person.last.timestamp() * 1000)) if person.last else ""
        return {"last_interaction": last, "cs_reply": {"remain": person.free, "total": 8}}

    def _upload(self, request: Request, content: Any) -> dict[str, Any]:
        kind = request.path_params["kind"]
        file = content.get("file")
        if not isinstance(file, UploadFile):
            raise self._wrong("an upload without the field file", -201)
        data = file.file.read()
        head = data[:8]
        picture = head.startswith((b"\xff\xd8\xff", b"\x89PNG"))
        document = head.startswith((b"%PDF", b"PK\x03\x04"))
        if (kind == "image" and not picture) or (kind == "file" and not document):
            raise self._wrong(f"an upload of another type than {kind}", -201)
        if len(data) > (LARGEST_PICTURE if kind == "image" else LARGEST_FILE):
            raise self._wrong(f"an upload that is too big for {kind}", -210)
        number = secrets.token_urlsafe(24)
        about = (kind, file.filename or "", len(data), self.now())
        self._uploads[number] = about
        return {"attachment_id" if kind == "image" else "token": number}

    def _uploaded(self, kind: str, number: object) -> tuple[str, str, int]:
        found = self._uploads.get(str(number))
        if found is None or found[0] != kind:
            raise self._wrong("an attachment that was not uploaded", -201)
        if self.now() - found[3] > timedelta(days=7):
            raise Refusal(-100, "Attachment has expired")
        return found[1], kind, found[2]

    def _wrong(self, what: str, code: int = -201) -> Refusal:
        self.violations.append(what)
        return Refusal(code, what)

    async def _sent_file(self, request: Request) -> Response:
        content = self._files.get(request.path_params["path"])
        return Response(content or b"", 200 if content is not None else 404, media_type="application/octet-stream")

    # ---- tokens

    async def _permission(self, request: Request) -> Response:
        """An administrator agrees at once."""
        query = request.query_params
        if query.get("app_id") != APP_ID or query.get("redirect_uri") != REDIRECT_URI or not query.get("state"):
            return Response(status_code=400)
        code = secrets.token_urlsafe(24)
        self.tokens.codes[code] = query.get("code_challenge", "")
        back = httpx.URL(REDIRECT_URI).copy_merge_params({"code": code, "state": query["state"], "oa_id": OA_ID})
        return RedirectResponse(str(back))

    async def _access_token(self, request: Request) -> Response:
        async def do(request: Request) -> Response:
            async with request.form() as form:
                fields = {name: str(value) for name, value in form.items()}
            return await run_in_threadpool(self._token_answer, request.headers.get("secret_key", ""), fields)

        return await faulty(self.oauth_faults, request, do, lambda: JSONResponse({"error": -32, "message": "limit"}))

    def _token_answer(self, secret: str, fields: dict[str, str]) -> Response:
        if secret != APP_SECRET or fields.get("app_id") != APP_ID:
            return _no_token("the application is not known")
        if fields.get("grant_type") == "authorization_code":
            return self._exchanged(fields)
        self.before_renewal()
        with self._lock:
            given = fields.get("refresh_token", "")
            if given in self.tokens.spent:
                self.tokens.dead = True
            if self.tokens.dead or given != self.tokens.refresh:
                self.tokens.refused += 1
                return _no_token("Invalid refresh token")
            pair = self.tokens.renew(self.now(), self.lives)
            self.tokens.renewals += 1
        self.after_renewal()
        return JSONResponse(pair)

    def _exchanged(self, fields: dict[str, str]) -> Response:
        challenge = self.tokens.codes.pop(fields.get("code", ""), None)
        verifier = fields.get("code_verifier", "")
        made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if challenge is None or challenge != made or len(verifier) != 43:
            return _no_token("Invalid code")
        return JSONResponse(self.authorised())

    def wait_for(self, person: str, messages: int, seconds: float = 10.0) -> list[Shown]:
        """What somebody sees as soon as it is so many messages. Fails if that takes too long."""
        end = time.monotonic() + seconds
        while len(found := self.shown(person)) < messages:
            assert time.monotonic() < end, f"{person} sees {len(found)} messages, not {messages}"
            time.sleep(0.01)
        return found


def _no_token(why: str) -> Response:
    """The codes of the token service are not documented; that there is one in `error` is."""
    return JSONResponse({"error": -1, "error_name": why, "error_description": why})


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@contextmanager
def running_zalo_oa(
    faults: Faults | None = None, *, speed: float = 1000.0, patient: bool = False
) -> Iterator[ZaloOaDouble]:
    """The double on a free port. speed: how much faster than the service the webhook is tried again.

    patient: the webhook is never switched off.
    """
    double = ZaloOaDouble(faults, speed=speed, patient=patient)
    with served(double.app()) as url:
        double.url = url
        try:
            yield double
        finally:
            double.deliveries.close()
