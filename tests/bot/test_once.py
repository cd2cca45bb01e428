"""What has a name is done once, however often it is asked for."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import AssistantAway
from bot.once import Once
from knowledge.reply import Outcome, Reply


class Work:
    """Work that is done when it is told. begun: how often it was begun."""

    def __init__(self) -> None:
        self.begun = 0
        self.go_on = asyncio.Event()
        self.fails = False

    async def __call__(self) -> Reply:
        self.begun += 1
        await self.go_on.wait()
        if self.fails:
            raise AssistantAway()
        return Reply(text=f"lần {self.begun}", outcome=Outcome.SMALL_TALK)


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


async def settled() -> None:
    """Lets everything run that can run."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_who_asks_meanwhile_waits_for_the_first() -> None:
    once, work = Once[Reply](), Work()
    asking = [asyncio.create_task(once.do("a", work)) for _ in range(3)]
    await settled()
    assert not any(task.done() for task in asking)
    work.go_on.set()
    assert {reply.text for reply in await asyncio.gather(*asking)} == {"lần 1"}
    assert work.begun == 1


async def test_who_asks_soon_after_gets_what_came_of_it_and_later_it_is_done_again() -> None:
    clock, work = Clock(), Work()
    once = Once[Reply](seconds=600, timer=clock)
    work.go_on.set()
    await once.do("a", work)
    clock.seconds = 599
    assert (await once.do("a", work)).text == "lần 1"
    clock.seconds = 601
    assert (await once.do("a", work)).text == "lần 2"


async def test_other_names_are_other_work() -> None:
    once, work = Once[Reply](), Work()
    work.go_on.set()
    assert [(await once.do(name, work)).text for name in ("a", "b", ("a", "b"))] == ["lần 1", "lần 2", "lần 3"]


async def test_a_failure_reaches_all_who_wait_and_is_not_kept() -> None:
    once, work = Once[Reply](), Work()
    work.fails = True
    asking = [asyncio.create_task(once.do("a", work)) for _ in range(2)]
    await settled()
    work.go_on.set()
    found = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(one) for one in found] == [AssistantAway, AssistantAway]
    work.fails = False
    assert (await once.do("a", work)).text == "lần 2"


async def test_who_goes_away_does_not_stop_the_work() -> None:
    once, work = Once[Reply](), Work()
    first = asyncio.create_task(once.do("a", work))
    await settled()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    again = asyncio.create_task(once.do("a", work))
    await settled()
    work.go_on.set()
    assert (await again).text == "lần 1"


async def test_a_failure_that_nobody_waits_for_disturbs_nobody() -> None:
    once, work = Once[Reply](), Work()
    work.fails = True
    asking = asyncio.create_task(once.do("a", work))
    await settled()
    asking.cancel()
    work.go_on.set()
    await settled()
    assert once._under_way == {}


async def test_memory_is_bounded_and_the_oldest_goes_first() -> None:
    once, work = Once[Reply](kept=3 * 300), Work()
    work.go_on.set()
    for name in "abcdefgh":
        await once.do(name, work)
    assert 0 < once._done.currsize <= 900
    assert (await once.do("h", work)).text == "lần 8"
    assert (await once.do("a", work)).text == "lần 9"


async def test_what_is_larger_than_all_that_may_be_kept_is_given_and_not_kept() -> None:
    once, work = Once[Reply](kept=10), Work()
    work.go_on.set()
    assert [(await once.do("a", work)).text for _ in range(2)] == ["lần 1", "lần 2"]
