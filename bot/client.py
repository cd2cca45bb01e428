"""A client of the HTTP API, as the website's widget is one: for the terminal, for measuring, for tests."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect as connect_socket
from websockets.sync.connection import Connection

from bot.file_names import named_in
from knowledge.reply import Reply

SECONDS = 30.0
ATTACHING_SECONDS = 120.0
WAITS = 5  # how often a "too many messages" is waited out


@dataclass(frozen=True)
class Uploaded:
    """A file that the assistant has taken, before it was told what the file is for. size: bytes."""

    id: str
    name: str
    media_type: str
    size: int
    problems: tuple[str, ...]
    codes: tuple[str, ...]

    @property
    def payload(self) -> str:
        """With which the conversation is given the file."""
        return f"file:{self.id}"


@dataclass(frozen=True)
class Told:
    """A notice: something that the assistant said without being asked."""

    id: str
    reply: Reply


@dataclass(frozen=True)
class Fetched:
    """A file that the assistant gave."""

    content: bytes
    media_type: str
    name: str


class Conversation:
    """One conversation with a running assistant."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._session: str | None = None
        self._told: list[Told] = []  # came along with replies, asked for by nobody yet
        self._known: set[str] = set()
        self._unconfirmed: list[str] = []

    def say(self, text: str, payload: str | None = None, id: str | None = None) -> Reply:
        """The reply to a message. id: the same one again means the same message, sent again.

        Raises httpx.HTTPError if the assistant cannot be reached or refuses.
        """
        told = {"payload": payload, "id": id}
        return self._send({"text": text, **{name: value for name, value in told.items() if value}})

    def share(self, lat: float, lon: float) -> Reply:
        """The reply to a shared position, in degrees."""
        return self._send({"text": "", "location": {"lat": lat, "lon": lon}})

    def attach(self, content: Path | str | bytes, name: str | None = None, id: str | None = None) -> Uploaded:
        """Sends a file (its bytes, or where it lies) without saying anything of it yet: say(name, payload) does that.

        Raises httpx.HTTPError if the assistant cannot be reached or refuses, OSError if the file cannot be read.
        """
        if not isinstance(content, bytes):
            name = name or Path(content).name
            content = Path(content).read_bytes()
        fields = {"session": self._session, "id": id or secrets.token_hex(16)}
        answer = self._client.post(
            "/api/attachments",
            data={key: value for key, value in fields.items() if value},
            files={"file": (name or "tep", content)},
            timeout=ATTACHING_SECONDS,
        )
        answer.raise_for_status()
        body = answer.json()
        self._session = body["session"]
        return Uploaded(**body["file"], problems=tuple(body["problems"]), codes=tuple(body["codes"]))

    def give(self, content: Path | str | bytes, name: str | None = None) -> Reply:
        """Sends a file and gives it to the conversation, as the widget does; the reply to it."""
        uploaded = self.attach(content, name)
        return self.say(uploaded.name, uploaded.payload)

    def notices(self, seconds: float = 0.0) -> list[Told]:
        """What the assistant said without being asked, each once: what came along with replies, and if that is
        nothing and seconds are given, what comes within them.
        """
        if not self._told and seconds > 0 and self._session:
            for entry in self._listen(seconds):
                self._keep(entry)
                break
        told, self._told = self._told, []
        return told

    def fetch(self, file: str) -> Fetched:
        """The file of an id in a reply. Raises httpx.HTTPError, also if there is none any more."""
        answer = self._client.get(f"/api/files/{file}")
        answer.raise_for_status()
        name = named_in(answer.headers.get("content-disposition", ""))
        return Fetched(answer.content, answer.headers["content-type"], name or file)

    def _send(self, message: dict[str, object]) -> Reply:
        seen = {"seen": self._unconfirmed} if self._unconfirmed else {}
        body = {"session": self._session, **message, **seen}
        for _ in range(WAITS):
            answer = self._client.post("/api/messages", json=body)
            if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                break
            time.sleep(float(answer.headers.get("retry-after", "1")))
        answer.raise_for_status()
        content = answer.json()
        self._session = content["session"]
        self._unconfirmed = []
        for entry in content.get("notices", []):
            self._keep(entry)
            self._unconfirmed.append(entry["id"])
        return Reply.model_validate(content["reply"])

    def _listen(self, seconds: float) -> Iterator[dict[str, Any]]:
        """Notices as they come over a socket, which is told that they were seen."""
        url = str(self._client.base_url.join("/api/chat").copy_with(scheme=self._socket_scheme()))
        end = time.monotonic() + seconds
        with suppress(ConnectionClosed), connect_socket(url, open_timeout=seconds) as socket:
            socket.send(json.dumps({"type": "hello", "session": self._session}))
            for frame in _frames(socket, end):
                if frame.get("type") != "notice":
                    continue
                socket.send(json.dumps({"type": "seen", "id": frame["id"]}))
                if frame["id"] not in self._known:
                    yield frame

    def _socket_scheme(self) -> str:
        return "wss" if self._client.base_url.scheme == "https" else "ws"

    def _keep(self, entry: dict[str, Any]) -> None:
        if entry["id"] not in self._known:
            self._known.add(entry["id"])
            self._told.append(Told(entry["id"], Reply.model_validate(entry["reply"])))


def _frames(socket: Connection, end: float) -> Iterator[dict[str, Any]]:
    """What comes over a socket until a moment (of time.monotonic)."""
    with suppress(TimeoutError):
        while True:
            yield json.loads(socket.recv(max(0.0, end - time.monotonic())))


def connect(url: str) -> httpx.Client:
    """A client of the assistant at an address."""
    return httpx.Client(base_url=url, timeout=SECONDS)


def everything_read(reply: Reply) -> str:
    """All that a citizen would read of a reply: text, buttons, card, names of files and what pictures show."""
    parts = [reply.text, *(button.title for button in reply.buttons)]
    parts += [f"{one.name} {one.alt}" for one in reply.attached]
    if reply.card:
        parts += [f"{row.channel} {row.time_limit} {row.fees}" for row in reply.card.ways]
        if reply.card.checklist:
            parts += [f"{item.name} {item.count or ''} {item.note or ''}" for item in reply.card.checklist.items]
    return "\n".join(parts)
