"""Notices reach every page of their conversation, and are told as seen only once a page has shown them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from bot import notices
from bot.inner import Inner
from bot.notices import NoticeBoard, Page
from tests.bot.double import ANSWER, INNER_TOKEN, FakeActions


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "SOONEST", 0.001)
    monkeypatch.setattr(notices, "PUSH_SECONDS", 0.05)


@pytest.fixture
async def board(actions: FakeActions) -> AsyncIterator[NoticeBoard]:
    """A board at work that looks for notices every few milliseconds."""
    board = NoticeBoard(Inner("http://actions", INNER_TOKEN, actions.transport), 0.005)
    task = asyncio.create_task(board.run())
    yield board
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


class Shown(Page):
    """A page that takes what it is sent."""

    def __init__(self, board: NoticeBoard, conversation: str, *, answers: bool = True) -> None:
        super().__init__(conversation, self._take)
        self.frames: list[dict[str, Any]] = []
        self._board, self._answers = board, answers
        board.add(self)

    @property
    def ids(self) -> list[str]:
        return [frame["id"] for frame in self.frames]

    async def _take(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)
        if self._answers:
            self._board.seen(self.conversation, [frame["id"]])


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110, what it waits for is all kinds of things
            await asyncio.sleep(0.002)


async def rounds(actions: FakeActions, count: int = 3) -> None:
    """Waits until the actions were asked some more times."""
    before = len(actions.asked)
    await until(lambda: len(actions.asked) >= before + count)


async def test_a_notice_reaches_its_page_once_and_is_confirmed(board: NoticeBoard, actions: FakeActions) -> None:
    page, other = Shown(board, "one"), Shown(board, "two")
    await rounds(actions)
    actions.waiting = {"one": {"n1": ANSWER}}
    await until(lambda: actions.delivered)
    await rounds(actions)
    assert page.frames == [{"type": "notice", "id": "n1", "reply": ANSWER.model_dump(mode="json")}]
    assert other.frames == []
    assert actions.delivered == ["n1"]


async def test_one_request_asks_for_all(board: NoticeBoard, actions: FakeActions) -> None:
    for name in ("b", "a", "b"):
        Shown(board, name)
    await rounds(actions)
    assert actions.asked[-1] == ["a", "b"]


async def test_every_page_of_a_conversation_gets_it(board: NoticeBoard, actions: FakeActions) -> None:
    actions.waiting = {"one": {"n1": ANSWER}}
    pages = [Shown(board, "one"), Shown(board, "one")]
    await until(lambda: actions.delivered)
    assert [page.ids for page in pages] == [["n1"], ["n1"]]


async def test_what_no_page_has_shown_is_not_confirmed(board: NoticeBoard, actions: FakeActions) -> None:
    actions.waiting = {"one": {"n1": ANSWER}}
    silent = Shown(board, "one", answers=False)
    await rounds(actions, 5)
    assert silent.ids == ["n1"], "a connection gets it once"
    assert actions.delivered == []
    board.remove(silent)
    again = Shown(board, "one")
    await until(lambda: actions.delivered)
    assert again.ids == ["n1"], "the next connection gets it again"


async def test_nobody_confirms_anothers_notice(board: NoticeBoard, actions: FakeActions) -> None:
    actions.waiting = {"one": {"n1": ANSWER}}
    Shown(board, "one", answers=False)
    await rounds(actions)
    board.seen("two", ["n1"])
    board.seen("one", ["n2"])
    await rounds(actions)
    assert actions.delivered == []
    board.seen("one", ["n1"])
    await until(lambda: actions.delivered)


async def test_a_page_that_is_gone_or_stuck_holds_up_nobody(board: NoticeBoard, actions: FakeActions) -> None:
    async def gone(frame: dict[str, Any]) -> None:
        raise RuntimeError("the socket is closed")

    async def stuck(frame: dict[str, Any]) -> None:
        await asyncio.Event().wait()

    actions.waiting = {"one": {"n1": ANSWER}, "two": {"n2": ANSWER}}
    for send in (gone, stuck):
        board.add(Page("one", send))
    page = Shown(board, "two")
    await until(lambda: actions.delivered)
    assert page.ids == ["n2"]
    assert actions.delivered == ["n2"]


async def test_when_the_actions_come_back_it_goes_on(
    board: NoticeBoard, actions: FakeActions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "LONGEST_PAUSE", 0.02)
    actions.waiting = {"one": {"n1": ANSWER}}
    actions.broken = 500
    page = Shown(board, "one")
    await until(lambda: board._failures >= 3)
    assert page.frames == []
    actions.broken = None
    await until(lambda: actions.delivered)
    assert page.ids == ["n1"]


async def test_while_they_are_away_the_pauses_grow_up_to_an_end(board: NoticeBoard) -> None:
    calm = NoticeBoard(board._inner, 2.0)
    pauses = []
    for calm._failures in range(1, 12):
        pauses.append(calm._pause())
    assert pauses[:4] == [4, 8, 16, 32]
    assert pauses[-1] == notices.LONGEST_PAUSE


async def test_nobody_is_asked_while_nobody_listens(board: NoticeBoard, actions: FakeActions) -> None:
    page = Shown(board, "one")
    await rounds(actions)
    board.remove(page)
    await asyncio.sleep(0.02)
    asked = len(actions.asked)
    await asyncio.sleep(0.05)
    assert len(actions.asked) == asked
    assert board._pages == {}


async def test_a_page_without_a_socket_is_told_beside_a_reply(board: NoticeBoard, actions: FakeActions) -> None:
    actions.waiting = {"one": {"n1": ANSWER}, "two": {"n2": ANSWER}}
    assert [notice.id for notice in await board.waiting("one")] == ["n1"]
    assert [notice.id for notice in await board.waiting("one")] == ["n1"], "until it says that it has shown it"
    board.seen("one", ["n1", "n2"])
    assert await board.waiting("one") == [], "at once, even before the actions know"
    await until(lambda: actions.delivered)
    assert actions.delivered == ["n1"]


async def test_a_reply_is_not_held_up_by_actions_that_are_away(board: NoticeBoard, actions: FakeActions) -> None:
    actions.waiting, actions.broken = {"one": {"n1": ANSWER}}, 503
    assert await board.waiting("one") == []
    actions.broken = None
    assert await board.waiting("one") == [], "for some seconds they are not even asked"
    board._no_post_before = 0.0
    assert [notice.id for notice in await board.waiting("one")] == ["n1"]
