"""Citizens who ask one thing after the other, at a channel or on a page, and keep what they read."""

from __future__ import annotations

import contextlib
import json
import logging
import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect as connect_socket
from websockets.sync.connection import Connection

from tests.chaos.judging import Read, Verdict, judged
from tests.chaos.questions import Question, drawn
from tests.doubles.double import Shown

LOOK = 0.3  # seconds between two looks at a chat
SOCKET_SECONDS = 20.0  # as long as the page waits for a reply over its socket
POST_SECONDS = 30.0
# Seconds from one message of a burst to the next. Not less than a millisecond: with the same time upon them, and
# delivered in another order, nobody could tell which was written first.
TYPING = (0.01, 0.2)
AGAIN = 0.5  # seconds until a page sends again
BURSTS = (1, 1, 1, 1, 1, 1, 1, 1, 2, 3)  # messages at once
IMPATIENT = 0.04  # share of messages that a page sends again although the first may be under way
FAILED = (OSError, TimeoutError, WebSocketException, httpx.HTTPError, ValueError)

logging.getLogger("websockets").setLevel(logging.CRITICAL)  # that lines break is no news here


class Double(Protocol):
    """What the doubles of all channels can do."""

    def say(self, person: str, text: str) -> str:
        """Somebody writes."""

    def shown(self, person: str) -> list[Shown]:
        """What somebody sees of us."""


@dataclass(frozen=True)
class Manner:
    """How citizens behave. pause: seconds between two of their messages, at most. patience: seconds for a reply."""

    messages: int
    pause: float
    patience: float


@dataclass
class Citizen:
    """Base. asked: what they wrote so far, and times: when, of time.monotonic."""

    channel: str
    person: str
    manner: Manner
    seed: int
    asked: list[Question] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def live(self) -> None:
        """Asks everything. Never raises for what the assistant does: verdict() tells."""
        luck = random.Random(self.seed)
        for burst in bursts(luck, drawn(luck, self.manner.messages)):
            time.sleep(luck.uniform(0, self.manner.pause))
            self.asked += burst
            begun = time.monotonic()
            self.times += [begun] * len(burst)
            self.ask(burst, luck)
            self.waits.append(time.monotonic() - begun)

    def ask(self, burst: Sequence[Question], luck: random.Random) -> None:
        """Asks some things at once and waits for the replies."""
        raise NotImplementedError

    def verdict(self) -> Verdict:
        """What became of it all."""
        raise NotImplementedError


@dataclass
class ChatCitizen(Citizen):
    """Somebody at Telegram or Zalo. read: what they saw of us."""

    double: Double | None = None
    read: list[Read] = field(default_factory=list)

    def ask(self, burst: Sequence[Question], luck: random.Random) -> None:
        assert self.double
        for question in burst:
            self.double.say(self.person, question.words)
            time.sleep(luck.uniform(*TYPING))
        wanted, end = {question.mark for question in burst}, time.monotonic() + self.manner.patience
        while not wanted <= {one.mark for one in self.look()} and time.monotonic() < end:
            time.sleep(LOOK)

    def look(self) -> list[Read]:
        """Everything that came so far."""
        assert self.double
        shown, now = self.double.shown(self.person), time.monotonic()
        self.read += [Read(one.id, one.text, now) for one in shown[len(self.read) :]]
        return self.read

    def verdict(self) -> Verdict:
        return judged([question.mark for question in self.asked], self.look())


@dataclass
class PageCitizen(Citizen):
    """Somebody on the page. What got no reply is sent again under its id over a new connection, as the widget does.

    replies: by the message's id, each different one. again: why something was sent once more, how often.
    """

    url: str = ""
    over_socket: bool = True
    again: Counter[str] = field(default_factory=Counter)
    replies: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    _session: str = ""
    _socket: Connection | None = None

    def live(self) -> None:
        try:
            super().live()
        finally:
            self._hang_up()

    def ask(self, burst: Sequence[Question], luck: random.Random) -> None:
        ids = {secrets.token_hex(16): question for question in burst}
        end = time.monotonic() + self.manner.patience
        if self.over_socket or not self._session:
            self._over_socket(ids, luck)
        for id, question in ids.items():
            impatient = luck.random() < IMPATIENT
            while (id not in self.replies or impatient) and time.monotonic() < end:
                impatient = False
                self._over_post(id, question.words)

    def _over_socket(self, ids: dict[str, Question], luck: random.Random) -> None:
        """Sends all of it at once; what gets no reply is left for the other way."""
        try:
            socket = self._connected()
            if not self.over_socket:
                self._hang_up()
                return
            for id, question in ids.items():
                socket.send(json.dumps({"type": "message", "id": id, "text": question.words}))
            if luck.random() < IMPATIENT:  # the line breaks
                self._hang_up()
            for frame in frames(socket, len(ids)):
                self._keep(frame["id"], frame["reply"])
        except FAILED:
            self._hang_up()

    def _connected(self) -> Connection:
        if self._socket is None:
            address = self.url.replace("http", "ws", 1) + "/api/chat"
            self._socket = connect_socket(address, open_timeout=SOCKET_SECONDS, close_timeout=0.2)
            self._socket.send(json.dumps({"type": "hello", "session": self._session or None}))
            self._session = json.loads(self._socket.recv(SOCKET_SECONDS))["session"]
        return self._socket

    def _hang_up(self) -> None:
        if self._socket:
            with contextlib.suppress(*FAILED):
                self._socket.close()
        self._socket = None

    def _over_post(self, id: str, words: str) -> None:
        try:
            if not self._session:
                self._connected()
            body = {"session": self._session, "id": id, "text": words}
            answer = httpx.post(f"{self.url}/api/messages", json=body, timeout=POST_SECONDS)
            answer.raise_for_status()
            self._keep(id, answer.json()["reply"])
        except FAILED as error:
            self._hang_up()
            self.again[_reason(error)] += 1
            time.sleep(AGAIN)

    def _keep(self, id: str, reply: dict[str, Any]) -> None:
        kept = self.replies.setdefault(id, [])
        if not kept:
            self.order.append(id)
        if reply not in kept:
            kept.append(reply)

    def verdict(self) -> Verdict:
        """A page shows one reply for each of its messages; a second one that says something else is one too many."""
        read = [Read(id, self.replies[id][0]["text"]) for id in self.order]
        verdict = judged([question.mark for question in self.asked], read)
        verdict.doubled += sum(len(kept) - 1 for kept in self.replies.values())
        return verdict


def _reason(error: Exception) -> str:
    if not isinstance(error, httpx.HTTPStatusError):
        return type(error).__name__
    with contextlib.suppress(ValueError, KeyError, TypeError):
        return f"{error.response.status_code} {error.response.json()['error']['code']}"
    return str(error.response.status_code)


def frames(socket: Connection, most: int) -> Iterator[dict[str, Any]]:
    """The next replies over a socket. Raises TimeoutError, or ValueError where one is refused."""
    end = time.monotonic() + SOCKET_SECONDS
    while most:
        frame = json.loads(socket.recv(max(0.0, end - time.monotonic())))
        if frame["type"] == "error":
            raise ValueError(frame["error"]["code"])
        if frame["type"] == "reply":
            most -= 1
            yield frame


def bursts(luck: random.Random, questions: Sequence[Question]) -> Iterator[list[Question]]:
    """The questions in parts that are asked at once."""
    rest = list(questions)
    while rest:
        size = luck.choice(BURSTS)
        yield rest[:size]
        rest = rest[size:]


def all_live(citizens: Sequence[Citizen], over: float) -> list[threading.Thread]:
    """Starts them all, within so many seconds, and gives their threads."""
    threads = [threading.Thread(target=_later(one, over * row / len(citizens)), daemon=True)
               for row, one in enumerate(citizens)]  # fmt: skip
    for thread in threads:
        thread.start()
    return threads


def _later(citizen: Citizen, after: float) -> Any:
    def live() -> None:
        time.sleep(after)
        citizen.live()

    return live
