"""What the doubles of the channels' services share: faults by chance, what a person sees, a server, deliveries.

A double is a Starlette app on a free port of this machine. It behaves as its service does, faults included, and notes
in `violations` what we do against the service's rules. All parts may be used from many threads at once.
"""

from __future__ import annotations

import asyncio
import logging
import random
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # an answer that is lost on purpose is no news


@dataclass
class Faults:
    """How often what goes wrong, as shares from 0 to 1; may be changed at any time.

    too_many: refused with the service's "too many", done nothing. broken: answered 5xx, done nothing. slow: takes
    `slow_seconds`. lost_answer: done, but the connection closes without an answer. lost_call: the connection closes and
    nothing was done. duplicated: an update is delivered twice. shuffled: two updates of a person change places.
    """

    too_many: float = 0
    broken: float = 0
    slow: float = 0
    lost_answer: float = 0
    lost_call: float = 0
    duplicated: float = 0
    shuffled: float = 0
    slow_seconds: float = 2.0
    retry_after: int = 1
    seed: int = 0
    _random: random.Random = field(init=False, repr=False)
    _lock: threading.Lock = field(init=False, repr=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def strikes(self, name: str) -> bool:
        """Whether the fault of this name happens now."""
        share: float = getattr(self, name)
        with self._lock:  # drawn in any case: changing one share leaves the others' luck alone
            return self._random.random() < share

    def end(self) -> None:
        """From now on nothing goes wrong."""
        self.too_many = self.broken = self.slow = self.lost_answer = self.lost_call = 0
        self.duplicated = self.shuffled = 0


@dataclass(frozen=True)
class Shown:
    """A message of ours as a person sees it now. buttons: (title, data). files: (name, media type, bytes).

    A numbered menu stands in the text.
    """

    chat: str
    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, str, int], ...] = ()
    id: str = ""

    @property
    def titles(self) -> tuple[str, ...]:
        """The titles of the buttons."""
        return tuple(title for title, _ in self.buttons)


class LostAnswer(Response):
    """Begins an answer and closes the connection: the client learns nothing."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})


async def faulty(
    faults: Faults,
    request: Request,
    do: Callable[[Request], Awaitable[Response]],
    too_many: Callable[[], Response],
) -> Response:
    """Answers one call with `do`, unless a fault strikes. too_many: the service's own way to say it."""
    await request.body()  # read first: an answer before the end of the question breaks the connection by itself
    if faults.strikes("slow"):
        await asyncio.sleep(faults.slow_seconds)
    if faults.strikes("too_many"):
        return too_many()
    if faults.strikes("broken"):
        return Response("<html>Bad Gateway</html>", 502, media_type="text/html")
    if faults.strikes("lost_call"):
        return LostAnswer()
    lost = faults.strikes("lost_answer")
    answer = await do(request)
    return LostAnswer() if lost else answer


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Serves an app in a thread; gives its address, which ends without a slash."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, lifespan="off", access_log=False, timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


class Shared:
    """An app whose place others take, so that many tests share one server."""

    def __init__(self) -> None:
        self.app: ASGIApp = Response(status_code=503)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@dataclass
class Update:
    """One thing to deliver. chat: updates of one chat go one after the other. headers: signature and the like."""

    chat: str
    body: bytes
    headers: Mapping[str, str]
    attempts: int = 0


class Deliveries:
    """Delivers updates to a webhook until it says 2xx: chats in parallel, one chat's in order, faults included.

    waits: seconds before each further attempt, already speeded up; the last one is used again where `for_ever`, else
    the update is dropped after it and `on_dropped` is called. refused: status of each answer that was no 2xx (0: none).
    """

    def __init__(
        self,
        faults: Faults,
        waits: tuple[float, ...] = (0.05, 0.1, 0.2, 0.4),
        *,
        for_ever: bool = True,
        timeout: float = 10.0,
        parallel: int = 40,
        on_dropped: Callable[[Update], None] | None = None,
    ) -> None:
        self.refused: list[int] = []
        self.delivered = 0
        self._faults, self._waits, self._for_ever, self._on_dropped = faults, waits, for_ever, on_dropped
        self._url = ""
        self._client = httpx.Client(timeout=timeout, limits=httpx.Limits(max_connections=parallel))
        self._pool = ThreadPoolExecutor(parallel, thread_name_prefix="deliveries")
        self._waiting: dict[str, list[Update]] = {}
        self._busy: set[str] = set()
        self._changed = threading.Condition()
        self._closed = threading.Event()

    @property
    def url(self) -> str:
        """Where updates go; empty: they wait."""
        return self._url

    def to(self, url: str) -> None:
        """Delivers to this address from now on, also what waits."""
        with self._changed:
            self._url = url
            for chat in list(self._waiting):
                self._work(chat)

    def add(self, *updates: Update) -> None:
        """Delivers these after what waits for their chats."""
        with self._changed:
            for update in updates:
                line = self._waiting.setdefault(update.chat, [])
                line.append(update)
                if self._faults.strikes("duplicated"):
                    line.append(Update(update.chat, update.body, update.headers))
                if len(line) > 1 and self._faults.strikes("shuffled"):
                    line[-1], line[-2] = line[-2], line[-1]
                self._work(update.chat)

    def withdraw(self) -> list[Update]:
        """Delivers no more, and gives back what waits, each chat's in its order."""
        with self._changed:
            self._url = ""
            waiting = [update for line in self._waiting.values() for update in line]
            self._waiting.clear()
            return waiting

    def idle(self, seconds: float = 10.0) -> bool:
        """Waits until everything was delivered or dropped; False if it was not by then."""
        with self._changed:
            return self._changed.wait_for(lambda: not any(self._waiting.values()) and not self._busy, seconds)

    def close(self) -> None:
        """Stops; what waits stays undelivered."""
        self._closed.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._client.close()

    def _work(self, chat: str) -> None:
        """Called with the lock held."""
        if self._url and chat not in self._busy and self._waiting.get(chat) and not self._closed.is_set():
            self._busy.add(chat)
            self._pool.submit(self._deliver_chat, chat)

    def _deliver_chat(self, chat: str) -> None:
        while not self._closed.is_set():
            with self._changed:
                line = self._waiting.get(chat)
                if not line or not self._url:
                    self._busy.discard(chat)
                    self._changed.notify_all()
                    return
                update, url = line[0], self._url
            if self._is_over(update, self._attempt(update, url)):
                with self._changed:
                    line[:] = [one for one in line if one is not update]

    def _is_over(self, update: Update, status: int) -> bool:
        """Whether it needs no further attempt; waits for the next one else."""
        if 200 <= status < 300:
            self.delivered += 1
            return True
        self.refused.append(status)
        if update.attempts >= len(self._waits) and not self._for_ever:
            if self._on_dropped:
                self._on_dropped(update)
            return True
        self._closed.wait(self._waits[min(update.attempts, len(self._waits) - 1)])
        update.attempts += 1
        return False

    def _attempt(self, update: Update, url: str) -> int:
        try:
            return self._client.post(url, content=update.body, headers=dict(update.headers)).status_code
        except httpx.HTTPError:
            return 0


class Pace:
    """Counts calls by key and says when they are too many: `most` within `seconds`. clock: gives the time."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._calls: dict[str, list[float]] = {}
        self._lock = threading.Lock()

    def exceeded(self, key: str) -> bool:
        """Notes a call of now; True if it is one too many, which then is not counted."""
        with self._lock:
            now = self._clock()
            recent = [at for at in self._calls.get(key, ()) if now - at < self._seconds]
            self._calls[key] = recent
            if len(recent) >= self._most:
                return True
            recent.append(now)
            return False
