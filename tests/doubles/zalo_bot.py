"""A double of the Zalo Bot Platform, as the facts tell it (docs/zalo-bot.md), with its faults.

Where the facts are silent it is strict with us: at most PACE calls a second to a chat, texts counted in UTF-16 units,
pictures only by an address with HTTPS (or of this machine).
"""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.doubles.double import Deliveries, Faults, Pace, Shown, Update, faulty, served

TOKEN = "1234567890123:made-up-token-of-the-double"
ACCOUNT = "bot.VDuThu"
DISPLAY_NAME = "Bot Một Cửa"
HEADER = "X-Bot-Api-Secret-Token"
LONGEST = 2000
PACE = 12  # calls a second to one chat: nothing is told of the service's own limit
KNOWN_FIELDS = {
    "sendMessage": {"chat_id", "text", "parse_mode", "text_styles"},
    "sendPhoto": {"chat_id", "photo", "caption"},
    "sendChatAction": {"chat_id", "action"},
    "setWebhook": {"url", "secret_token"},
    "getUpdates": {"timeout"},
}


@dataclass
class Person:
    """What one person, or one group, sees."""

    chat: str
    messages: list[Shown] = field(default_factory=list)
    typing: int = 0


class Refusal(Exception):
    """What the service answers instead. status: of HTTP."""

    def __init__(self, code: int, description: str, status: int = 200) -> None:
        super().__init__(description)
        self.code, self.description, self.status = code, description, status


class ZaloBotDouble:
    """The service and all its people. url: its address; violations: what we did against its rules.

    bare: updates come without their envelope. fetches: it fetches pictures that we send, as the service does. reached:
    whether its first call of a new webhook arrives.
    """

    def __init__(self, faults: Faults | None = None) -> None:
        self.url = ""
        self.faults = faults or Faults()
        self.violations: list[str] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.bare = False
        self.fetches = False
        self.reached = True
        self.webhook = ""
        self.secret = ""
        self.probes: list[int] = []
        self.deliveries = Deliveries(self.faults)
        self._people: dict[str, Person] = {}
        self._pictures: dict[str, bytes] = {}
        self._queue: deque[dict[str, Any]] = deque()
        self._pace = Pace(PACE, 1.0)
        self._lock = threading.RLock()
        self._arrived = threading.Condition(self._lock)
        self._number = 0

    # ---- what people do

    def say(self, person: str, text: str) -> str:
        """Somebody writes. Returns the message's id."""
        return self._write(person, person, "PRIVATE", "message.text.received", text=text)

    def say_in_group(self, group: str, person: str, text: str) -> str:
        """Somebody writes in a group; the bot is mentioned with @ and its name."""
        return self._write(person, group, "GROUP", "message.text.received", text=text)

    def tap(self, person: str, shown: Shown, title: str) -> str:
        """Somebody chooses of a menu: by its number, or by the words where it has none."""
        entry = re.search(rf"^(\d+)\. {re.escape(title)}$", shown.text, re.MULTILINE)
        words = re.search(rf"“{re.escape(title)}”", shown.text)
        assert entry or words, f"{title} is not offered in: {shown.text}"
        return self.say(person, entry[1] if entry else title)

    def send_file(self, person: str, name: str, content: bytes, caption: str = "") -> str:
        """Somebody sends a picture; nothing else can be sent to a bot."""
        path = f"{secrets.token_hex(8)}-{name}"
        with self._lock:
            self._pictures[path] = content
        photo = f"{self.url}/pictures/{path}"
        return self._write(person, person, "PRIVATE", "message.image.received", photo=photo, caption=caption)

    def send_sticker(self, person: str) -> str:
        """Somebody sends a sticker."""
        return self._write(
            person, person, "PRIVATE", "message.sticker.received", sticker="abc", url="https://x.zdn.vn/s"
        )

    def send_voice(self, person: str) -> str:
        """Somebody speaks."""
        return self._write(person, person, "PRIVATE", "message.voice.received", voice_url="https://x.zdn.vn/v.aac")

    def send_unsupported(self, person: str) -> str:
        """Something that the service does not hand on."""
        return self._write(person, person, "PRIVATE", "message.unsupported.received")

    def shown(self, person: str) -> list[Shown]:
        """What somebody sees of us, in order."""
        with self._lock:
            return list(self._person(person).messages)

    def typing(self, person: str) -> int:
        """How often somebody saw us typing."""
        with self._lock:
            return self._person(person).typing

    def idle(self, seconds: float = 10.0) -> bool:
        """Waits until every update was taken."""
        end = time.monotonic() + seconds
        with self._arrived:
            empty = self._arrived.wait_for(lambda: not self._queue, seconds)
        return empty and self.deliveries.idle(max(0.0, end - time.monotonic()))

    # ---- the service

    def app(self) -> Starlette:
        """Its routes."""
        return Starlette(
            routes=[
                Route("/bot{token}/{method}", self._answer, methods=["GET", "POST"]),
                Route("/pictures/{name}", self._picture),
            ]
        )

    async def _answer(self, request: Request) -> Response:
        def refused() -> Response:
            return envelope_of(Refusal(429, "Quota exceeded"))

        return await faulty(self.faults, request, self._do, refused)

    async def _do(self, request: Request) -> Response:
        method = request.path_params["method"]
        try:
            if request.path_params["token"] != TOKEN:
                self.violations.append(f"{method}: wrong token")
                raise Refusal(401, "Unauthorized")
            body = self._body(method, await request.body())
            result = await run_in_threadpool(self._call, method, body)
        except Refusal as refusal:
            return envelope_of(refusal)
        return JSONResponse({"ok": True, "result": result} if result is not None else {"ok": True})

    def _body(self, method: str, raw: bytes) -> dict[str, Any]:
        try:
            body = json.loads(raw or b"{}")
        except ValueError:
            body = None
        if not isinstance(body, dict):
            self.violations.append(f"{method}: no JSON")
            raise Refusal(400, "Bad request")
        if unknown := set(body) - KNOWN_FIELDS.get(method, set()):
            self.violations.append(f"{method}: unknown {sorted(unknown)}")
        return body

    def _call(self, method: str, body: dict[str, Any]) -> Any:
        methods = {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": lambda _: {"url": self.webhook, "updated_at": now()},
            "sendMessage": self._send_message,
            "sendPhoto": self._send_photo,
            "sendChatAction": self._send_chat_action,
        }
        if method not in methods:
            self.violations.append(f"no such method: {method}")
            raise Refusal(400, "Bad request")
        with self._lock:
            self.calls.append((method, body))
        return methods[method](body)

    def _get_me(self, body: dict[str, Any]) -> Any:
        return {"id": "1", "account_name": ACCOUNT, "account_type": "BASIC", "can_join_groups": False}

    def _get_updates(self, body: dict[str, Any]) -> Any:
        """One update, which then is gone; none in time: 408."""
        if self.webhook:
            raise Refusal(400, "Webhook is set")
        with self._arrived:
            if not self._arrived.wait_for(lambda: self._queue, float(body.get("timeout", 30))):
                raise Refusal(408, "Request timeout")
            update = self._queue.popleft()
            self._arrived.notify_all()
        return update["result"]

    def _set_webhook(self, body: dict[str, Any]) -> Any:
        url, secret = str(body.get("url", "")), str(body.get("secret_token", ""))
        if not allowed_address(url) or not 8 <= len(secret) <= 256:
            self.violations.append("setWebhook: bad address or secret")
            raise Refusal(400, "Bad request")
        status = self._probe(url, secret)
        outcome = f"webhook.http.{status}" if status else "webhook.err.unreachable"
        outcome = "webhook.ok" if 200 <= status < 300 else outcome
        with self._lock:
            self.probes.append(status)
            self.webhook, self.secret = url, secret
            waiting = list(self._queue)
            self._queue.clear()
            self._arrived.notify_all()
        self.deliveries.to(url)
        self.deliveries.add(*map(self._update, waiting))
        tried = {"ok": outcome == "webhook.ok", "url": url, "outcome": outcome, "hint": ""}
        return {"url": url, "updated_at": now(), "verification": tried}

    def _probe(self, url: str, secret: str) -> int:
        """The status with which a new webhook answers; 0: it was not reached."""
        try:
            return (
                httpx.post(url, content=b"{}", headers={HEADER: secret}, timeout=5).status_code if self.reached else 0
            )
        except httpx.HTTPError:
            return 0

    def _delete_webhook(self, body: dict[str, Any]) -> Any:
        self.webhook = self.secret = ""
        self.deliveries.to("")
        return {"url": "", "updated_at": now()}

    def _send_message(self, body: dict[str, Any]) -> Any:
        person = self._spoken_to("sendMessage", body)
        text = body.get("text")
        if not isinstance(text, str) or not 1 <= units(text) <= LONGEST:
            self.violations.append(f"sendMessage: text of {units(str(text))}")
            raise Refusal(400, "Bad request")
        return self._show(person, Shown(person.chat, text))

    def _send_photo(self, body: dict[str, Any]) -> Any:
        person = self._spoken_to("sendPhoto", body)
        photo, caption = str(body.get("photo", "")), str(body.get("caption", ""))
        if not allowed_address(photo) or units(caption) > LONGEST:
            self.violations.append("sendPhoto: bad address or caption")
            raise Refusal(400, "Bad request")
        media_type, size = self._fetched(photo) if self.fetches else ("image/png", 0)
        return self._show(person, Shown(person.chat, caption, files=((photo, media_type, size),)))

    def _fetched(self, photo: str) -> tuple[str, int]:
        try:
            answer = httpx.get(photo, timeout=5)
        except httpx.HTTPError:
            raise Refusal(400, "Bad request") from None
        media_type = answer.headers.get("content-type", "")
        if answer.status_code != 200 or not media_type.startswith("image/"):
            raise Refusal(400, "Bad request")
        return media_type, len(answer.content)

    def _send_chat_action(self, body: dict[str, Any]) -> None:
        person = self._spoken_to("sendChatAction", body, paced=False)
        if body.get("action") != "typing":
            self.violations.append("sendChatAction: unknown action")
            raise Refusal(400, "Bad request")
        with self._lock:
            person.typing += 1

    def _spoken_to(self, method: str, body: dict[str, Any], paced: bool = True) -> Person:
        chat = body.get("chat_id")
        with self._lock:
            person = self._people.get(chat) if isinstance(chat, str) else None
        if person is None:
            self.violations.append(f"{method}: no such chat")
            raise Refusal(404, "Not found")
        if paced and self._pace.exceeded(person.chat):
            self.violations.append(f"{method}: too fast")
            raise Refusal(429, "Quota exceeded")
        return person

    def _show(self, person: Person, shown: Shown) -> Any:
        with self._lock:
            name = self._next_id()
            person.messages.append(Shown(shown.chat, shown.text, (), shown.files, name))
        return {"message_id": name, "date": now()}

    async def _picture(self, request: Request) -> Response:
        content = self._pictures.get(request.path_params["name"])
        return Response(content, media_type="image/jpeg") if content is not None else Response(status_code=404)

    # ---- updates

    def _write(self, person: str, chat: str, kind: str, event: str, **content: str) -> str:
        with self._lock:
            self._person(chat)
            message_id = self._next_id()
            message = {
                "from": {"id": person, "display_name": "Người Thử", "is_bot": False},
                "chat": {"id": chat, "chat_type": kind},
                **{name: value for name, value in content.items() if value},
                "message_id": message_id,
                "date": now(),
            }
            whole = {"ok": True, "result": {"event_name": event, "message": message}}
            if self.webhook:
                self.deliveries.add(self._update(whole))
            else:
                self._queue.append(whole)
                self._arrived.notify_all()
        return message_id

    def _update(self, whole: dict[str, Any]) -> Update:
        body = json.dumps(whole["result"] if self.bare else whole, ensure_ascii=False).encode()
        headers = {HEADER: self.secret, "content-type": "application/json", "user-agent": "Java/21"}
        return Update(whole["result"]["message"]["chat"]["id"], body, headers)

    def _person(self, chat: str) -> Person:
        """Called with the lock held."""
        return self._people.setdefault(chat, Person(chat))

    def _next_id(self) -> str:
        """Called with the lock held."""
        self._number += 1
        return f"{self._number:020x}"


def envelope_of(refusal: Refusal) -> JSONResponse:
    """How the service says no."""
    body = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    return JSONResponse(body, status_code=refusal.status)


def units(text: str) -> int:
    """UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def allowed_address(url: str) -> bool:
    """HTTPS, or this machine."""
    address = urlsplit(url)
    return address.scheme == "https" or (address.scheme == "http" and address.hostname == "127.0.0.1")


def now() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


@contextmanager
def running_zalo_bot(faults: Faults | None = None) -> Iterator[ZaloBotDouble]:
    """The double, served on a free port."""
    double = ZaloBotDouble(faults)
    with served(double.app()) as url:
        double.url = url
        try:
            yield double
        finally:
            double.deliveries.close()
