"""Whether an answer helped: kept, thanked for, and put on the review list if it did not."""

from __future__ import annotations

from typing import Any

import pytest

from actions.desk.desk import Desk
from actions.desk.entries import Why
from actions.feedback import REASONS, TakeFeedback
from knowledge.reply import Outcome
from tests.actions.running import replied
from tests.actions.trackers import tapped, tracker
from tests.knowledge import tiny

pytestmark = pytest.mark.usefixtures("desk")

TALK: dict[str, Any] = {"procedure": tiny.BIRTH, "story": ["chào", "khai sinh cần chi"], "last_outcome": "answer"}
HUMAN = "intent:hand_off"


@pytest.mark.parametrize(
    "before",
    [
        tapped("feedback:helpful", intent="helpful", **TALK),
        tracker("cảm ơn, đúng cái tôi cần", intent="helpful", **TALK),
    ],
    ids=["thumb", "words"],
)
async def test_that_it_helped_is_kept_and_thanked_for(desk: Desk, before: Any) -> None:
    reply, events = await replied(TakeFeedback(), before)
    assert (reply.outcome, reply.buttons, events) == (Outcome.SMALL_TALK, (), [])
    assert "Cảm ơn" in reply.text
    counts = desk.counts()
    assert (counts.helpful, counts.unhelpful) == (1, 0)
    assert desk.review_list() == []


@pytest.mark.parametrize(
    "before",
    [
        tapped("feedback:unhelpful", intent="unhelpful", **TALK),
        tracker("trả lời sai rồi", intent="unhelpful", **TALK),
        tapped("feedback:never_heard_of", intent="unhelpful", **TALK),
    ],
    ids=["thumb", "words", "unknown reason"],
)
async def test_that_it_did_not_help_asks_why_and_offers_a_human(desk: Desk, before: Any) -> None:
    reply, events = await replied(TakeFeedback(), before)
    payloads = [button.payload for button in reply.buttons]
    assert payloads == [*(f"feedback:{name}" for name in REASONS), HUMAN]
    assert (reply.outcome, events) == (Outcome.SMALL_TALK, [])
    assert desk.counts().unhelpful == 1


async def test_the_question_goes_to_the_review_list(desk: Desk) -> None:
    """The last question in words, not the complaint about its answer."""
    await replied(TakeFeedback(), tracker("trả lời sai rồi", intent="unhelpful", **TALK))
    (entry,) = desk.review_list()
    assert (entry.text, entry.outcome, entry.procedure) == ("khai sinh cần chi", "answer", tiny.BIRTH)
    assert (entry.why, entry.comment) == (Why.UNHELPFUL, "")


@pytest.mark.parametrize("reason", REASONS)
async def test_a_reason_is_kept_with_it(desk: Desk, reason: str) -> None:
    await replied(TakeFeedback(), tapped("feedback:unhelpful", intent="unhelpful", **TALK))
    reply, _ = await replied(TakeFeedback(), tapped(f"feedback:{reason}", intent="unhelpful", **TALK))
    assert [button.payload for button in reply.buttons] == [HUMAN]
    counts = desk.counts()
    assert (counts.unhelpful, counts.reasons) == (1, {reason: 1})
    assert [entry.seen for entry in desk.review_list()] == [1]  # the second tap is no second complaint


async def test_where_nothing_was_asked_there_is_nothing_to_review(desk: Desk) -> None:
    await replied(TakeFeedback(), tracker("dở quá", intent="unhelpful"))
    assert desk.review_list() == []
    assert desk.counts().unhelpful == 1


@pytest.mark.parametrize("said", ["helpful", "unhelpful", "not_true"])
async def test_in_english(said: str) -> None:
    before = tapped(f"feedback:{said}", intent="unhelpful", language="en", **TALK)
    reply, _ = await replied(TakeFeedback(), before)
    assert "anh/chị" not in reply.text.lower()


@pytest.mark.parametrize(("reason", "label"), REASONS.items())
async def test_the_words_on_a_button_are_its_reason_whatever_they_sound_like(
    desk: Desk, reason: str, label: str
) -> None:
    reply, _ = await replied(TakeFeedback(), tracker(label, intent="helpful", **TALK))
    assert [button.payload for button in reply.buttons] == [HUMAN]
    assert desk.counts().unhelpful == 1
