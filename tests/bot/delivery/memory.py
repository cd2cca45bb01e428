"""A channel, an assistant and a clock that live in the memory of a test and do what it says."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from bot.channels.channel import (
    Chat,
    Incoming,
    Kind,
    OfferedFile,
    Rates,
    Rendered,
    Rendering,
    SendFailed,
    Sent,
    Trouble,
)
from bot.delivery.chats import Known
from bot.delivery.database import GatewayDatabase
from bot.delivery.inbox import chat_name
from bot.delivery.store import Store
from bot.inner import Taken
from bot.messages import IncomingMessage
from knowledge.reply import Button, Outcome, Reply
from storage.vault import Vault

T = TypeVar("T")
S = TypeVar("S", bound=Store)

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CHANNEL = "memory"
YES = Button(title="Có", payload="option:1")
NO = Button(title="Không", payload="option:2")


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at

    def on(self, seconds: float) -> None:
        """So many seconds go by."""
        self.at += timedelta(seconds=seconds)


class MemoryChannel:
    """Keeps what it was given. A reply is one message; its buttons are a numbered menu.

    arrived: (chat, text) of what the service took. failing: called with the text before each call, may raise. losing:
    texts whose answer gets lost once; sticking: those whose answer never comes. searched: (text, hints) of find_sent;
    blind: why it cannot find out. waiting: for poll(). broken: replies of which render() breaks. told_of: ids of word
    of our own messages.
    """

    def __init__(self, name: str = CHANNEL, *, settle: float = 0.0, rates: Rates | None = None) -> None:
        self.name = name
        self.settle = settle
        self.rates = rates or Rates(overall="100000/second", chat="100000/second")
        self.arrived: list[tuple[str, str]] = []
        self.calls: list[str] = []
        self.failing: Callable[[str], None] = lambda text: None
        self.losing: set[str] = set()
        self.sticking: set[str] = set()
        self.searched: list[tuple[str, list[str]]] = []
        self.blind: Callable[[], SendFailed | None] = lambda: None
        self.acknowledged: list[str] = []
        self.rendered: list[tuple[Chat, Incoming | None]] = []
        self.broken: Callable[[Reply], bool] = lambda reply: False
        self.files: dict[str, bytes | Exception] = {}
        self.waiting: asyncio.Queue[Sequence[Incoming] | Exception] | None = None
        self.told_of: list[str] = []
        self.running = 0

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.arrived]

    async def start(self) -> None:
        self.running += 1

    async def close(self) -> None:
        self.running -= 1

    def receive(self, headers: Mapping[str, str], body: bytes) -> Sequence[Incoming]:
        return [Incoming.model_validate(one) for one in json.loads(body)]

    async def poll(self) -> Sequence[Incoming] | None:
        if self.waiting is None:
            return None
        given = await self.waiting.get()
        if isinstance(given, Exception):
            raise given
        return given

    async def acknowledge(self, incoming: Incoming) -> None:
        self.acknowledged.append(incoming.id)

    async def note_sent(self, incoming: Incoming) -> None:
        self.told_of.append(incoming.id)

    def render(self, reply: Reply, chat: Chat, to: Incoming | None = None) -> Rendering:
        if self.broken(reply):
            raise KeyError("secret words")
        self.rendered.append((chat, to))
        message = Rendered(call="say", body={"text": reply.text})
        return Rendering(messages=(message,), menu=reply.buttons)

    async def send(self, chat: str, message: Rendered) -> Sent:
        text = str(message.body["text"])
        self.calls.append(text)
        self.failing(text)
        self.arrived.append((chat, text))
        if text in self.sticking:
            await asyncio.Event().wait()
        if text in self.losing:
            self.losing.discard(text)
            raise SendFailed(Trouble.UNKNOWN, "closed")
        return Sent(id=f"n{len(self.arrived)}")

    async def find_sent(self, chat: str, message: Rendered, hints: Sequence[str]) -> Sent | None:
        text = str(message.body["text"])
        self.searched.append((text, list(hints)))
        if failed := self.blind():
            raise failed
        return Sent(id="found") if (chat, text) in self.arrived else None

    async def fetch(self, file: OfferedFile, largest: int) -> bytes:
        content = self.files[file.reference]
        if isinstance(content, Exception):
            raise content
        return content


class MemoryAssistant:
    """Repeats what it is told. asked: (conversation, text or payload). answer: another reply, may raise.

    taken: (conversation, name, key) of files; taking: what is said of one, may raise. pause: while it is switched off.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.messages: list[IncomingMessage] = []
        self.origins: list[str] = []
        self.answer: Callable[[IncomingMessage], Reply] = lambda message: echo(message.payload or message.text)
        self.taken: list[tuple[str, str, str]] = []
        self.taking: Callable[[bytes], Taken] = lambda content: Taken(
            id="f" * 16, name="anh.jpg", media_type="image/jpeg", size=len(content)
        )
        self.pause: Reply | None = None
        self.gate: asyncio.Event | None = None

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.asked]

    async def talk(self, message: IncomingMessage, conversation: str, origin: str) -> Reply:
        self.asked.append((conversation, message.payload or message.text))
        self.messages.append(message)
        self.origins.append(origin)
        if self.gate:
            await self.gate.wait()
        return self.answer(message)

    async def hand_over(self, conversation: str, origin: str, name: str, key: str, content: bytes) -> Taken:
        taken = self.taking(content)
        self.taken.append((conversation, name, key))
        return taken

    async def closed(self) -> Reply | None:
        return self.pause


def echo(text: str, **more: Any) -> Reply:
    return Reply(text=f"re: {text}", **{"outcome": Outcome.ANSWER} | more)


def raising(error: Exception) -> Callable[..., Any]:
    """A function that raises."""

    def raises(_: object = None) -> Any:
        raise error

    return raises


def wrote(text: str, *, id: str | None = None, chat: str = "chat-A", at: float = 0.0, **more: Any) -> Incoming:
    """A message. at: seconds after NOW, by the channel's clock."""
    values: dict[str, Any] = {"channel": CHANNEL, "person": chat, "kind": Kind.MESSAGE} | more
    return Incoming(id=id or f"{chat}:{text}:{at}", chat=chat, text=text, sent=NOW + timedelta(seconds=at), **values)


def known(store: Store, chat: str = "chat-A", channel: str = CHANNEL, **more: Any) -> Known:
    """Somebody as the outbox wants to know them."""
    incoming = wrote("", chat=chat, channel=channel)
    values: dict[str, Any] = {"group": False, "conversation": f"c-{chat}", "last": NOW, "gone": False} | more
    return Known(name=chat_name(store, incoming), channel=channel, address=chat, **values)


def say(*texts: str, best_effort: bool = False) -> list[Rendered]:
    return [Rendered(call="say", body={"text": text}, best_effort=best_effort) for text in texts]


def said_to(messages: Iterable[Any]) -> list[str]:
    """The texts of claimed messages."""
    return [message.message.body["text"] for message in messages]


class HaltingStore(Store):
    """One whose next transaction halts at its end until go is set. reached: it is there."""

    halts = False

    def halt(self) -> None:
        """The next one will."""
        self.reached, self.go, self.halts = threading.Event(), threading.Event(), True

    def do(self, work: Callable[[Session], T]) -> T:
        return super().do(self._halted(work) if self.halts else work)

    def _halted(self, work: Callable[[Session], T]) -> Callable[[Session], T]:
        self.halts = False

        def slow(session: Session) -> T:
            came = work(session)
            session.flush()
            self.reached.set()
            assert self.go.wait(20)
            return came

        return slow


class Stores:
    """Makes what another gateway, or this one after a restart, has."""

    def __init__(self, url: str, vault: Vault, clock: Clock) -> None:
        self._made: list[Store] = []
        self._url, self._vault, self._clock = url, vault, clock

    def __call__(self) -> Store:
        return self.of(Store)

    def of(self, kind: type[S]) -> S:
        """One of a kind that does something else."""
        made = kind(GatewayDatabase(self._url), self._vault, self._clock)
        self._made.append(made)
        return made

    def close(self) -> None:
        for one in self._made:
            one.close()


def at_once(works: Sequence[Callable[[], T]]) -> list[T]:
    """What several threads come to that begin at the same moment."""
    gate = threading.Barrier(len(works))

    def one(work: Callable[[], T]) -> T:
        gate.wait(20)
        return work()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(one, works))


async def until(is_so: Callable[[], bool]) -> None:
    """Waits until something is so; fails after a long while."""
    async with asyncio.timeout(30):
        while not is_so():  # noqa: ASYNC110 - what is looked at knows nothing of who waits
            await asyncio.sleep(0.001)
