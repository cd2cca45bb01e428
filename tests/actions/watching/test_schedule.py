from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from actions.dossiers.dossier import Status
from actions.watching import schedule
from actions.watching.looking import Round, Watcher
from actions.watching.schedule import start, stop
from storage.errors import DatabaseUnavailable
from tests.actions.watching.province import CODE, Watch, a_dossier

LIMIT = 20.0  # seconds until what must come has come


class Rounds(Watcher):
    """A watcher that says when a round has ended."""

    def __init__(self, watch: Watch) -> None:
        self.real = watch.watcher
        self.ended: asyncio.Queue[Round] = asyncio.Queue()

    async def look(self) -> Round:
        done = await self.real.look()
        self.ended.put_nowait(done)
        return done

    async def next(self) -> Round:
        async with asyncio.timeout(LIMIT):
            return await self.ended.get()


async def test_rounds_begin_at_once_and_come_again(watch: Watch) -> None:
    watch.set(watch_seconds=1)
    watch.follow(a_dossier())
    watch.province.move(CODE, status=Status.SUPPLEMENT_ASKED)
    watch.clock.set_on(seconds=1)
    rounds = Rounds(watch)
    running = start(rounds, [], watch.settings)
    try:
        assert (await rounds.next()).told == 1
        assert watch.fetch() == ["status: Yêu cầu bổ sung giấy tờ"]
        watch.province.move(CODE, status=Status.FINISHED)
        watch.clock.set_on(seconds=1)
        assert (await rounds.next()).told == 1
        assert watch.fetch() == ["ready: Đã xử lý xong"]
    finally:
        await stop(running)


async def test_what_came_of_age_is_forgotten_and_one_failure_keeps_nobody_from_it(watch: Watch) -> None:
    called: list[str] = []
    loop, last = asyncio.get_running_loop(), asyncio.Event()

    def fail() -> None:
        called.append("b")
        raise LookupError("something personal")

    with capture_logs() as logs:
        forgetting = [lambda: called.append("a"), fail, lambda: loop.call_soon_threadsafe(last.set)]
        running = start(watch.watcher, forgetting, watch.settings)
        async with asyncio.timeout(LIMIT):
            await last.wait()
        await stop(running)
    assert called == ["a", "b"]
    assert [line["error"] for line in logs if line["event"] == "not_forgotten"] == ["LookupError"]
    assert "personal" not in str(logs)


async def test_a_round_that_fails_is_logged_and_the_next_one_comes(watch: Watch) -> None:
    watch.set(watch_seconds=1)
    watch.follow(a_dossier())
    watch.clock.set_on(seconds=1)
    trouble = [DatabaseUnavailable("once")]

    def fail_once() -> None:
        while trouble:
            raise trouble.pop()

    watch.province.meanwhile = fail_once
    rounds = Rounds(watch)
    with capture_logs() as logs:
        running = start(rounds, [], watch.settings)
        await rounds.next()  # only a round that ends well comes here
        await stop(running)
    assert [line["error"] for line in logs if line["event"] == "round_failed"] == ["DatabaseUnavailable"]


async def test_stopping_waits_for_the_round_under_way(watch: Watch) -> None:
    watch.follow(a_dossier())
    watch.province.move(CODE, status=Status.FINISHED)
    watch.clock.set_on(minutes=15)
    asked, go_on = asyncio.Event(), asyncio.Event()
    find = watch.province.find

    async def slow(code: str) -> object:
        asked.set()
        await go_on.wait()
        return await find(code)

    watch.province.find = slow  # type: ignore[method-assign, assignment]
    watch.set()
    running = start(watch.watcher, [], watch.settings)
    await asked.wait()
    stopping = asyncio.create_task(stop(running))
    await asyncio.sleep(0)
    assert not stopping.done()
    go_on.set()
    await stopping
    assert watch.waiting() == ["ready: Đã xử lý xong"]


async def test_a_round_that_never_ends_is_broken_off(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "PATIENCE", 0.01)
    watch.follow(a_dossier())
    watch.clock.set_on(minutes=15)
    asked = asyncio.Event()

    async def never(code: str) -> object:
        asked.set()
        return await asyncio.Event().wait()

    watch.province.find = never  # type: ignore[method-assign, assignment]
    watch.set()
    running = start(watch.watcher, [], watch.settings)
    await asked.wait()
    async with asyncio.timeout(LIMIT):
        await stop(running)
    assert watch.waiting() == []


async def test_stopping_twice_is_stopping_once(watch: Watch) -> None:
    running = start(watch.watcher, [], watch.settings)
    await stop(running)
    await stop(running)
