"""Notes beside the answer: what is worth one, that nobody waits for it, that nothing comes of its failure."""

from __future__ import annotations

import asyncio
import threading

import pytest
from structlog.testing import capture_logs

from actions import noting
from actions.desk.desk import Desk
from actions.desk.entries import Why
from actions.desk.errors import DeskUnavailable
from knowledge import asking_back, declining
from knowledge.reply import Outcome, Reply
from tests.actions.conftest import CHOICES
from tests.knowledge import tiny

note_in_thread = noting.note  # as it is, before a test puts another in its place

ANSWER = Reply(text="a", outcome=Outcome.ANSWER, procedure=tiny.BIRTH)
TROUBLE = declining.trouble(tiny.procedure())
OUTSIDE = declining.out_of_scope(0.9)
UNHELD = declining.not_in_catalogue(None, (), 0.5)
WHICH = asking_back.which_procedure()


@pytest.mark.parametrize(
    ("intent", "reply"),
    [
        ("ask_procedure", UNHELD),
        ("ask_procedure", TROUBLE),
        ("ask_procedure", OUTSIDE),
        ("nlu_fallback", OUTSIDE),
        ("ask_follow_up", WHICH),
    ],
)
def test_a_question_that_got_no_answer_is_noted(desk: Desk, intent: str, reply: Reply) -> None:
    noting.note_unanswered("mần răng chừ", intent, reply)
    (entry,) = desk.review_list()
    assert (entry.text, entry.outcome, entry.why) == ("mần răng chừ", reply.outcome.value, Why.UNANSWERED)
    assert entry.procedure == reply.procedure


@pytest.mark.parametrize(
    ("text", "intent", "reply"),
    [
        ("khai sinh", "ask_procedure", ANSWER),
        ("hộ khẩu", "ask_procedure", asking_back.clarify(None, CHOICES, 0.5)),
        ("giá vàng", "out_of_scope", OUTSIDE),
        ("", "ask_procedure", UNHELD),
    ],
    ids=["answered", "choices", "clearly outside", "a tap"],
)
def test_what_is_no_gap_is_not_noted(desk: Desk, text: str, intent: str, reply: Reply) -> None:
    noting.note_unanswered(text, intent, reply)
    assert desk.review_list() == []


async def finished() -> None:
    """Waits for the threads of the loop."""
    await asyncio.get_running_loop().shutdown_default_executor()


async def test_nobody_waits_for_a_note() -> None:
    go_on, done = threading.Event(), threading.Event()

    def work() -> None:
        go_on.wait(30)
        done.set()

    note_in_thread(work)
    assert not done.is_set()
    go_on.set()
    await finished()
    assert done.is_set()


async def test_a_desk_that_is_away_is_logged_and_stops_nothing() -> None:
    def work() -> None:
        raise DeskUnavailable("It is away.")

    with capture_logs() as logs:
        note_in_thread(work)
        await finished()
    ((event, level),) = [(entry["event"], entry["log_level"]) for entry in logs]
    assert (event, level) == ("not_noted", "error")
