"""How many messages may come: for a session and for an address, in a moving window, in one gateway or in several."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import redis
import structlog
from limits import parse

from bot.errors import TooManyFiles, TooManyMessages
from bot.limits import Counter, MessageLimits, known_store

MANY = "1000/minute"
SECRET = "for the tests"
NOBODY = "redis+unix:///nowhere/at/all.sock"


class RedisServer:
    """A Redis of one test, at a socket in a folder of its own, which can be ended and started again."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "socket"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis+unix://{self._socket}"

    def start(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            missing = "needs Redis: install the Debian package redis-server"
            if os.environ.get("CI"):
                pytest.fail(missing)
            pytest.skip(missing)
        options = ["--port", "0", "--unixsocket", str(self._socket), "--save", "", "--dir", str(self._socket.parent)]
        self._process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while not self._answers():
            assert time.monotonic() < end, "Redis does not start"
            time.sleep(0.02)

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def keys(self) -> str:
        with redis.Redis(unix_socket_path=str(self._socket)) as client:
            return repr(client.keys())

    def _answers(self) -> bool:
        try:
            with redis.Redis(unix_socket_path=str(self._socket)) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with tempfile.TemporaryDirectory(prefix="motcua-redis-") as folder:  # a socket's path must be short
        server = RedisServer(Path(folder))
        server.start()
        yield server
        server.kill()


@asynccontextmanager
async def counting(url: str, pause: float = 60.0, told: list[bool] | None = None) -> AsyncIterator[Counter]:
    counter = Counter(url, secret=SECRET, pause=pause, shared=(told if told is not None else []).append)
    yield counter
    await counter.close()


async def refused(limits: MessageLimits, conversation: str, address: str) -> bool:
    try:
        await limits.count(conversation, address)
    except TooManyMessages:
        return True
    return False


async def test_a_session_has_its_number() -> None:
    limits = MessageLimits("3/minute", MANY)
    for _ in range(3):
        await limits.count("one", "here")
    with pytest.raises(TooManyMessages) as caught:
        await limits.count("one", "here")
    assert caught.value.status == 429
    assert caught.value.retry_after is not None
    assert 1 <= caught.value.retry_after <= 61
    await limits.count("another", "here")


async def test_an_address_has_its_number() -> None:
    limits = MessageLimits(MANY, "2/minute")
    await limits.count("one", "here")
    await limits.count("another", "here")
    with pytest.raises(TooManyMessages):
        await limits.count("a third", "here")
    await limits.count("a third", "there")


async def test_the_window_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = MessageLimits("1/minute", MANY)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    await limits.count("one", "here")
    monkeypatch.setattr(time, "time", lambda: now + 45)
    with pytest.raises(TooManyMessages) as caught:
        await limits.count("one", "here")
    assert caught.value.retry_after in (15, 16)
    monkeypatch.setattr(time, "time", lambda: now + 61)
    await limits.count("one", "here")


async def test_messages_and_files_are_counted_apart_by_one_counter() -> None:
    counter = Counter()
    messages = MessageLimits("1/minute", MANY, counter=counter)
    files = MessageLimits("1/minute", MANY, TooManyFiles, counter)
    await messages.count("one", "here")
    await files.count("one", "here")
    with pytest.raises(TooManyFiles):
        await files.count("one", "here")


async def test_two_gateways_count_together(server: RedisServer) -> None:
    async with counting(server.url) as one, counting(server.url) as other:
        here, there = (MessageLimits("3/minute", MANY, counter=counter) for counter in (one, other))
        went = [await refused(gateway, "one", "here") for gateway in (here, there, here, there, here)]
        assert went == [False, False, False, True, True]
        assert not await refused(there, "another", "here")


async def test_many_at_once_are_counted_exactly(server: RedisServer) -> None:
    async with counting(server.url) as one, counting(server.url) as other:
        gateways = [MessageLimits("20/minute", MANY, counter=counter) for counter in (one, other)]
        went = await asyncio.gather(*(refused(gateways[turn % 2], "one", "here") for turn in range(50)))
        assert went.count(False) == 20


async def test_redis_knows_nobody_by_address_or_session(server: RedisServer) -> None:
    async with counting(server.url) as counter:
        await MessageLimits(MANY, MANY, counter=counter).count("a-conversation", "203.0.113.5")
        kept = server.keys()
    assert kept.count("motcua-limits") == 2
    assert "203.0.113.5" not in kept
    assert "a-conversation" not in kept


async def test_without_redis_each_gateway_counts_for_itself() -> None:
    told: list[bool] = []
    async with counting(NOBODY, told=told) as counter:
        limits = MessageLimits("2/minute", MANY, counter=counter)
        with structlog.testing.capture_logs() as lines:
            assert [await refused(limits, "one", "here") for _ in range(3)] == [False, False, True]
    assert told == [False]
    assert [(line["event"], line["log_level"]) for line in lines] == [("limits_store_away", "warning")], "told once"


async def test_a_redis_that_does_not_answer_is_waited_for_once() -> None:
    with tempfile.TemporaryDirectory(prefix="motcua-redis-") as folder, socket.socket(socket.AF_UNIX) as silent:
        silent.bind(f"{folder}/socket")
        silent.listen(64)
        async with counting(f"redis+unix://{folder}/socket") as counter:
            limits = MessageLimits(MANY, MANY, counter=counter)
            begun = time.monotonic()
            for _ in range(20):
                await limits.count("one", "here")
            assert time.monotonic() - begun < 3


async def test_a_redis_that_dies_and_comes_back(server: RedisServer) -> None:
    told: list[bool] = []
    async with counting(server.url, pause=0.0, told=told) as counter:
        limits = MessageLimits("2/minute", MANY, counter=counter)
        assert not await refused(limits, "one", "here")
        server.kill()
        assert [await refused(limits, "one", "here") for _ in range(3)] == [False, False, True]
        server.start()
        assert not await refused(limits, "one", "here")
    assert told == [False, True]


async def test_an_answer_that_is_none_is_away() -> None:
    async with counting(NOBODY) as counter:
        assert await counter.hit(parse("1/minute"), "B105:session", "one") is None
        wait = await counter.hit(parse("1/minute"), "B105:session", "one")
    assert wait is not None
    assert 0 < wait <= 60


@pytest.mark.parametrize("url", ["memory://", "redis://127.0.0.1:6379/0", "rediss://r.example", NOBODY])
def test_the_stores_that_are_known(url: str) -> None:
    assert known_store(url) == url


@pytest.mark.parametrize("url", ["", "memcached://here", "http://:password@here", "async+redis://:password@here"])
def test_a_store_that_is_not_known_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"must begin with memory://, redis://") as caught:
        Counter(url)
    assert "password" not in str(caught.value)
