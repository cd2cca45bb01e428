"""A loop takes what is there, does so many at a time, and goes on whatever happens."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
import structlog

from bot.delivery import working
from bot.delivery.working import Working
from tests.bot.delivery.memory import until


class Heap:
    """Pieces of work. asked: how many at most, of each claim. done: which. gates: pieces that wait until they are set.

    failing: errors of the next claims. idle: set whenever nothing was there.
    """

    def __init__(self, *pieces: str) -> None:
        self.pieces = deque(pieces)
        self.asked: list[int] = []
        self.done: list[str] = []
        self.begun: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}
        self.failing: deque[Exception] = deque()
        self.idle = asyncio.Event()
        self.ended = asyncio.Event()

    async def claim(self, most: int) -> Sequence[str]:
        self.asked.append(most)
        if self.failing:
            raise self.failing.popleft()
        given = [self.pieces.popleft() for _ in range(min(most, len(self.pieces)))]
        if not given:
            self.idle.set()
        return given

    async def do(self, piece: str) -> None:
        self.begun.append(piece)
        if gate := self.gates.get(piece):
            await gate.wait()
        if piece.startswith("bad"):
            raise ValueError("chuyện riêng")
        self.done.append(piece)
        self.ended.set()

    async def until_done(self, count: int) -> None:
        while len(self.done) < count:
            self.ended.clear()
            await asyncio.wait_for(self.ended.wait(), 20)

    async def until_idle(self) -> None:
        self.idle.clear()
        await asyncio.wait_for(self.idle.wait(), 20)


@asynccontextmanager
async def at_work(heap: Heap, most: int = 4) -> AsyncIterator[Working[str]]:
    loop = Working("testing", heap.claim, heap.do, most)
    task = asyncio.create_task(loop.run())
    yield loop
    loop.stop()
    await asyncio.wait_for(task, 20)
    for gate in heap.gates.values():
        gate.set()
    await loop.finish()


@pytest.fixture
def long_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks again by itself only after an hour."""
    monkeypatch.setattr(working, "PAUSE", 3600.0)


async def test_all_that_is_there_is_done(long_pause: None) -> None:
    heap = Heap(*map(str, range(20)))
    async with at_work(heap):
        await heap.until_done(20)
    assert sorted(map(int, heap.done)) == list(range(20))


async def test_no_more_than_so_many_are_done_at_a_time(long_pause: None) -> None:
    heap = Heap("slow a", "slow b", "c", "d")
    heap.gates = {name: asyncio.Event() for name in ("slow a", "slow b")}
    async with at_work(heap, most=2) as loop:
        await until(lambda: len(heap.begun) == 2)
        assert sorted(loop.under_way) == ["slow a", "slow b"]
        heap.gates["slow a"].set()
        await heap.until_done(3)
        assert heap.done == ["slow a", "c", "d"]
        assert max(heap.asked) == 2
        assert 0 not in heap.asked


async def test_it_looks_at_once_when_it_is_woken(long_pause: None) -> None:
    heap = Heap()
    async with at_work(heap) as loop:
        await heap.until_idle()
        heap.pieces.append("new")
        loop.wake()
        await heap.until_done(1)


async def test_it_looks_by_itself_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "PAUSE", 0.001)
    heap = Heap()
    async with at_work(heap):
        await heap.until_idle()
        heap.pieces.append("of another gateway")
        await heap.until_done(1)


async def test_what_goes_wrong_stops_nothing_and_its_words_are_in_no_log(long_pause: None) -> None:
    heap = Heap("bad", "good")
    with structlog.testing.capture_logs() as logs:
        async with at_work(heap) as loop:
            await heap.until_done(1)
            await until(lambda: not loop.under_way)
    assert [(line["event"], line["error"]) for line in logs] == [("work_failed", "ValueError")]
    assert "riêng" not in str(logs)
    assert "test_working.py" in str(logs[0]["where"])


async def test_while_nothing_can_be_claimed_it_waits_and_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "PAUSE_AFTER_TROUBLE", 0.001)
    heap = Heap("one")
    heap.failing.extend([OSError("secret"), OSError("secret")])
    with structlog.testing.capture_logs() as logs:
        async with at_work(heap):
            await heap.until_done(1)
    assert [line["event"] for line in logs] == ["work_not_claimed"] * 2
    assert "secret" not in str(logs)


async def test_who_is_told_to_stop_does_what_was_claimed_and_takes_nothing_more(long_pause: None) -> None:
    heap = Heap("slow", "never")
    heap.gates = {"slow": asyncio.Event()}
    loop = Working("testing", heap.claim, heap.do, 1)
    task = asyncio.create_task(loop.run())
    await until(lambda: bool(heap.begun))
    loop.stop()
    await asyncio.wait_for(task, 20)
    heap.gates["slow"].set()
    await loop.finish()
    assert (heap.done, list(heap.pieces), loop.under_way) == (["slow"], ["never"], [])


async def test_what_is_claimed_while_it_is_told_to_stop_is_done(long_pause: None) -> None:
    heap = Heap("one")
    claiming, go = asyncio.Event(), asyncio.Event()

    async def slow_claim(most: int) -> Sequence[str]:
        claiming.set()
        await go.wait()
        return await heap.claim(most)

    loop = Working("testing", slow_claim, heap.do, 1)
    task = asyncio.create_task(loop.run())
    await claiming.wait()
    loop.stop()
    go.set()
    await asyncio.wait_for(task, 20)
    await loop.finish()
    assert heap.done == ["one"]


async def test_what_does_not_end_in_time_is_broken_off(long_pause: None) -> None:
    heap = Heap("endless")
    heap.gates = {"endless": asyncio.Event()}
    loop = Working("testing", heap.claim, heap.do, 1)
    task = asyncio.create_task(loop.run())
    await until(lambda: bool(heap.begun))
    loop.stop()
    await asyncio.wait_for(task, 20)
    await loop.finish(0.001)
    assert (loop.under_way, heap.done) == ([], [])
    await loop.finish()
