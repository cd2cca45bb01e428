"""The questions about a person's case: read, asked, explained, ended, and what is told at the end."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker

from actions.conversation import GUIDE_FORM
from actions.guiding import AskCase, ReadAnswer, SayWhy, Stop, TellCase
from knowledge.reply import Outcome
from tests.actions.conftest import AGE, CHILD, MARRIED, FakeLibrary, child
from tests.actions.running import replied, responses, run, turn
from tests.actions.trackers import changed, ends_form, next_action, slots_after, tapped, tracker
from tests.knowledge import tiny

KEPT: dict[str, Any] = {"form": GUIDE_FORM, "procedure": CHILD}
FIRST = {**KEPT, "asking": "ket-hon"}
SECOND = {**KEPT, "asking": "tuoi-con", "answers": {"ket-hon": "co"}}


@pytest.fixture(autouse=True)
def records(library: FakeLibrary) -> None:
    library.records[CHILD] = child()


async def read(before: Tracker) -> dict[str, Any]:
    """What is changed after an answer was read."""
    messages, events = await run(ReadAnswer(), before)
    assert messages == [], "what follows is said by the form"
    return changed(events)


# --- reading an answer


@pytest.mark.parametrize(
    "before",
    [
        tapped("answer:ket-hon=co", **FIRST),
        tracker("1", intent="choose", **FIRST),
        tracker("số 1", intent="choose", **FIRST),
        tracker("Đã kết hôn", intent="nlu_fallback", **FIRST),
        tracker("da ket hon roi", intent="ask_procedure", **FIRST),
        tracker("có giấy kết hôn đó em", intent="ask_procedure", **FIRST),
        tracker("dạ có", intent="affirm", **FIRST),
    ],
    ids=["button", "number", "number with words", "label", "without accents", "words", "yes"],
)
async def test_an_answer_leads_to_the_next_question(before: Tracker) -> None:
    assert await read(before) == {"answers": {"ket-hon": "co"}, "asking": "tuoi-con"}


@pytest.mark.parametrize(
    "before",
    [
        tapped("answer:ket-hon=khong", **FIRST),
        tracker("2", intent="choose", **FIRST),
        tracker("chưa", intent="deny", **FIRST),
        tracker("con ngoài giá thú", intent="ask_procedure", **FIRST),
    ],
    ids=["button", "number", "no", "words"],
)
async def test_the_last_answer_ends_the_questions(before: Tracker) -> None:
    assert await read(before) == {"answers": {"ket-hon": "khong"}, "asking": None, "requested_slot": None}


@pytest.mark.parametrize(
    ("text", "option"), [("3 tháng", "muon"), ("được 10 ngày rồi", "som"), ("75", "muon"), ("2", "som")]
)
async def test_a_question_about_a_time_takes_numbers(text: str, option: str) -> None:
    """There a bare number is no place in the list."""
    after = await read(tracker(text, intent="nlu_fallback", **SECOND))
    assert after["answers"] == {"ket-hon": "co", "tuoi-con": option}


async def test_a_number_answers_only_what_was_asked(library: FakeLibrary) -> None:
    """ "1" is the first option of this question, "3 tháng" the age of this child."""
    mother = {**AGE, "id": "tuoi-me", "ask": "Mẹ bao nhiêu tuổi ạ?", "unit": "year", "only_if": {}}
    library.records[CHILD] = child(mother)
    assert (await read(tracker("1", intent="choose", **FIRST)))["answers"] == {"ket-hon": "co"}
    after = await read(tracker("3 tháng", intent="nlu_fallback", **SECOND))
    assert after["answers"] == {"ket-hon": "co", "tuoi-con": "muon"}


async def test_one_message_may_answer_two_questions() -> None:
    after = await read(tracker("có giấy kết hôn, cháu sinh 5 ngày rồi", **FIRST))
    assert after == {"answers": {"ket-hon": "co", "tuoi-con": "som"}, "asking": None, "requested_slot": None}


@pytest.mark.parametrize(
    "before",
    [tapped("answer:ket-hon=?", **FIRST), tracker("tui nỏ biết", intent="dont_know", **FIRST)],
    ids=["button", "words"],
)
async def test_who_does_not_know_is_not_asked_again(before: Tracker) -> None:
    after = await read(before)
    assert after["answers"] == {"ket-hon": "?"}
    assert after["asking"] != "ket-hon"


async def test_an_answer_to_another_question_than_was_asked_counts_too() -> None:
    after = await read(tracker("cháu sinh 5 ngày", intent="nlu_fallback", **FIRST))
    assert after == {"answers": {"tuoi-con": "som"}, "asking": "ket-hon"}


@pytest.mark.parametrize(
    "before",
    [
        tracker("lệ phí bao nhiêu", intent="ask_follow_up", entities=[("aspect", "fees")], **FIRST),
        tracker("đã kết hôn thì hết bao nhiêu", intent="ask_follow_up", entities=[("aspect", "fees")], **FIRST),
        tracker(
            "cho tôi hỏi vợ chồng đã kết hôn ở nước ngoài rồi thì có phải làm lại giấy kết hôn không",
            intent="ask_procedure",
            **FIRST,
        ),
        tracker("tại sao lại hỏi vậy", intent="ask_why", **FIRST),
        tracker("thôi", intent="stop", **FIRST),
        tapped("answer:tuoi-con=som", **FIRST),
        tapped("answer:ket-hon=never-heard-of", **FIRST),
        tracker("/helpful", intent="helpful", **FIRST),
    ],
    ids=["question", "with words", "long", "why", "stop", "other button", "no such option", "thumb"],
)
async def test_what_is_no_answer_is_left_to_the_rules(before: Tracker) -> None:
    """Without an event the form steps back."""
    assert await read(before) == {}


async def test_a_number_beyond_the_list_gets_the_list_once_more() -> None:
    """With an event, and be it one that changes nothing, the form asks again."""
    before = tracker("3", intent="choose", **FIRST)
    messages, events = await run(ReadAnswer(), before)
    assert messages == []
    assert events, "without an event the form would step back"
    assert slots_after(before, events) == before.slots


@pytest.mark.parametrize(
    ("text", "option"), [("dạ có", "co"), ("rồi", "co"), ("vâng đúng", "co"), ("chưa", "khong"), ("dạ không", "khong")]
)
async def test_yes_and_no_are_read_whatever_rasa_takes_them_for(text: str, option: str) -> None:
    assert (await read(tracker(text, intent="nlu_fallback", **FIRST)))["answers"] == {"ket-hon": option}


async def test_not_that_is_no_answer() -> None:
    assert await read(tracker("không phải cái đó", intent="correct", **FIRST)) == {}


async def test_as_the_form_begins_nothing_is_read() -> None:
    assert await read(tracker("con ngoài giá thú", **{**FIRST, "form": None})) == {}


@pytest.mark.parametrize("missing", ["procedure", "asking"])
async def test_with_nothing_to_ask_the_form_ends(missing: str) -> None:
    assert await read(tracker("dạ", **{**FIRST, missing: None})) == {"requested_slot": None}


@pytest.mark.parametrize("lost", [{"asking": "never-heard-of"}, {"procedure": tiny.LICENCE}])
async def test_a_question_that_is_no_longer_in_the_record_gets_no_answer(lost: dict[str, str]) -> None:
    """The snapshot may have changed while the form ran."""
    before = {**FIRST, **lost}
    assert await read(tapped(f"answer:{before['asking']}=co", **before)) == {}


# --- asking


async def test_the_question_is_asked_with_its_answers_as_buttons() -> None:
    reply, events = await replied(AskCase(), tracker(**FIRST))
    assert MARRIED["ask"] in reply.text
    payloads = ["answer:ket-hon=co", "answer:ket-hon=khong", "answer:ket-hon=?", "intent:ask_why"]
    assert [button.payload for button in reply.buttons] == payloads
    assert (reply.outcome, events) == (Outcome.CLARIFY, [])


async def test_why_is_told_without_asking_twice() -> None:
    """The form asks once more by itself."""
    reply, events = await replied(SayWhy(), tracker("sao hỏi rứa", intent="ask_why", **FIRST))
    assert (reply.text, reply.buttons, events) == (MARRIED["why"], (), [])


async def test_without_a_question_there_is_a_general_reason() -> None:
    assert await responses(SayWhy(), tracker("sao hỏi rứa", intent="ask_why")) == (["utter_ask_why"], [])


@pytest.mark.parametrize("lost", [{"asking": None}, {"procedure": None}, {"asking": "never-heard-of"}])
async def test_a_question_that_is_not_there_is_not_asked(lost: dict[str, Any]) -> None:
    assert await run(AskCase(), tracker(**{**FIRST, **lost})) == ([], [])


# --- the end


async def test_the_checklist_of_this_person_is_told() -> None:
    answers = {"ket-hon": "co", "tuoi-con": "som"}
    reply, slots = await turn(TellCase(), tracker("5 ngày", procedure=CHILD, answers=answers))
    assert (reply.outcome, reply.procedure) == (Outcome.ANSWER, CHILD)
    assert "Giấy kết hôn" in reply.text
    assert "Bản cam đoan" not in reply.text
    assert (slots["answers"], slots["asking"]) == (answers, None)


async def test_after_the_checklist_nothing_is_asked() -> None:
    answers = {"ket-hon": "co", "tuoi-con": "som"}
    _, events = await replied(TellCase(), tracker("5 ngày", procedure=CHILD, answers=answers))
    assert next_action(events) is None


@pytest.mark.parametrize("lost", [{"answers": None}, {"procedure": None}])
async def test_without_answers_there_is_no_checklist(lost: dict[str, Any]) -> None:
    assert await run(TellCase(), tracker(**{"procedure": CHILD, "answers": {"ket-hon": "co"}, **lost})) == ([], [])


async def test_who_wants_no_more_questions_is_asked_none_and_nothing_is_forgotten() -> None:
    names, events = await responses(Stop(), tracker("thôi", intent="stop", **SECOND))
    assert names == ["utter_stop"]
    assert ends_form(events)
    assert changed(events) == {"requested_slot": None, "asking": None}


async def test_stop_where_nothing_was_asked() -> None:
    names, events = await responses(Stop(), tracker("thôi", intent="stop"))
    assert names == ["utter_deny"]
    assert not ends_form(events)
