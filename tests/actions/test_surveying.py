"""The satisfaction survey: asked one criterion at a time, each answer kept at once."""

from __future__ import annotations

from typing import Any

import pytest

from actions.assistant import survey
from actions.desk.desk import Desk
from actions.surveying import AskCriterion, ReadRating, ThankForSurvey
from knowledge.reply import Outcome
from tests.actions.running import replied, responses, run
from tests.actions.trackers import changed, tapped, tracker

FORM: dict[str, Any] = {"form": "survey_form"}
CRITERIA = survey().criteria
ATTITUDE, OVERALL = 1, len(CRITERIA) - 1

pytestmark = pytest.mark.usefixtures("desk")


async def rate(before: Any) -> dict[str, Any]:
    """What is changed after an answer was read."""
    messages, events = await run(ReadRating(), before)
    assert messages == [], "what follows is said by the form"
    return changed(events)


def counted(desk: Desk) -> dict[str, dict[int, int]]:
    return desk.counts().survey


@pytest.mark.parametrize("place", range(len(CRITERIA)))
async def test_a_criterion_is_asked_with_its_answers_as_buttons(place: int) -> None:
    criterion = CRITERIA[place]
    reply, events = await replied(AskCriterion(), tracker(survey_answered=place or None))
    assert reply.text.startswith(f"({place + 1}/{len(CRITERIA)}) {criterion.question}\n1. ")
    assert [button.title for button in reply.buttons] == [option.label for option in criterion.options]
    assert reply.buttons[0].payload == f"survey:{criterion.id}={criterion.options[0].value}"
    assert (reply.outcome, events) == (Outcome.SMALL_TALK, [])


async def test_a_tap_is_kept_and_leads_to_the_next(desk: Desk) -> None:
    assert await rate(tapped("survey:waiting=4", **FORM)) == {"survey_answered": 1, "survey_done": None}
    assert counted(desk) == {"waiting": {4: 1}}


@pytest.mark.parametrize("text", ["2", "số 2", "lịch sự", "Lich su"])
async def test_by_number_or_words(desk: Desk, text: str) -> None:
    assert (await rate(tracker(text, survey_answered=ATTITUDE, **FORM)))["survey_answered"] == ATTITUDE + 1
    assert counted(desk) == {"attitude": {4: 1}}


@pytest.mark.parametrize("place", range(len(CRITERIA)))
async def test_each_label_in_words_means_its_own_value(desk: Desk, place: int) -> None:
    """ "Rất hài lòng" holds "hài lòng"; so does "chưa hài lòng"."""
    criterion = CRITERIA[place]
    for option in criterion.options:
        await rate(tracker(f"dạ {option.label.lower()} ạ", survey_answered=place, **FORM))
    assert counted(desk) == {criterion.id: {option.value: 1 for option in criterion.options}}


async def test_the_last_answer_ends_it(desk: Desk) -> None:
    after = await rate(tapped("survey:overall=5", survey_answered=OVERALL, **FORM))
    assert after == {"survey_answered": len(CRITERIA), "survey_done": True}
    assert counted(desk) == {"overall": {5: 1}}


async def test_who_does_not_know_goes_on_and_nothing_is_kept(desk: Desk) -> None:
    assert (await rate(tracker("không biết", intent="dont_know", **FORM)))["survey_answered"] == 1
    assert counted(desk) == {}


@pytest.mark.parametrize(
    "before",
    [
        tracker("lệ phí khai sinh bao nhiêu", intent="ask_procedure", **FORM),
        tracker("6", intent="choose", **FORM),
        tracker("0", intent="choose", **FORM),
        tapped("survey:attitude=5", **FORM),
        tapped("survey:waiting=9", **FORM),
        tapped("survey:waiting=", **FORM),
    ],
    ids=["question", "no such number", "nought", "another criterion", "no such value", "no value"],
)
async def test_what_is_no_answer_is_left_to_the_rules(desk: Desk, before: Any) -> None:
    assert await rate(before) == {}
    assert counted(desk) == {}


async def test_as_the_form_begins_nothing_is_read(desk: Desk) -> None:
    assert await rate(tracker("2", survey_answered=None)) == {}
    assert counted(desk) == {}


async def test_thanks_and_ready_for_another_time() -> None:
    names, events = await responses(ThankForSurvey(), tracker(survey_answered=len(CRITERIA), survey_done=True))
    assert names == ["utter_survey_done"]
    assert changed(events) == {"survey_answered": None, "survey_done": None}
