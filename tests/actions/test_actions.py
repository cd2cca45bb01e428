"""The actions: from slots to a call of the library, from its reply to slots."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from actions import actions
from actions.actions import AnswerQuestion, CorrectTopic, TakeChoice
from knowledge import compose
from knowledge.library import Understood
from knowledge.reply import Aspect, Outcome, Reply
from knowledge.settings import ROOT
from tests.actions.conftest import CHOICES, FakeLibrary
from tests.actions.trackers import slots_after, tracker
from tests.knowledge import tiny

FEES, WHERE = Aspect.FEES, Aspect.WHERE
OUTSIDE = compose.out_of_scope(0.9)


async def run(action: Action, before: Tracker) -> tuple[Reply, dict[str, Any]]:
    """The one reply, and the slots after it."""
    dispatcher = CollectingDispatcher()
    events = await action.run(dispatcher, before, {})
    (message,) = dispatcher.messages
    return Reply.model_validate(message["custom"]), slots_after(before, events)


def cases_told(reply: Reply) -> list[str]:
    return [line for line in reply.text.splitlines() if line.startswith("Trường hợp:")]


async def test_a_question_goes_to_the_library_with_what_was_understood(library: FakeLibrary) -> None:
    library.reply = compose.answer(tiny.procedure(), (FEES,))
    reply, slots = await run(AnswerQuestion(), tracker("khai sinh hết mấy tiền", entities=[("aspect", "fees")]))
    assert library.asked == [("khai sinh hết mấy tiền", Understood("ask_procedure", 0.9, (FEES,), None))]
    assert reply == library.reply
    assert slots["procedure"] == tiny.BIRTH


async def test_what_was_asked_waits_for_the_choice(library: FakeLibrary) -> None:
    library.reply = compose.clarify(None, CHOICES, 0.5)
    _, slots = await run(AnswerQuestion(), tracker("giấy tờ hết mấy tiền", entities=[("aspect", "fees")]))
    assert slots["asked"] == ["fees"]
    reply, slots = await run(TakeChoice(), tracker("số 2", intent="choose", entities=[("ordinal", "2")], **slots))
    assert (reply.procedure, reply.aspects) == (tiny.STAY, (FEES,))
    assert slots == {"procedure": tiny.STAY, "case": None, "asked": None, "choices": None}


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("số 2", [("ordinal", "2")]),
        ("2", []),
        ("số 2", [("ordinal", "1")]),
        ("tạm trú", []),
        ('/choose{"procedure": "9.000002"}', [("procedure", tiny.STAY)]),
    ],
    ids=["number", "not marked", "marked wrongly", "words", "button"],
)
async def test_a_choice(library: FakeLibrary, text: str, entities: list[tuple[str, str]]) -> None:
    before = tracker(text, intent="choose", entities=entities, offered=CHOICES, asked=["where"])
    reply, slots = await run(TakeChoice(), before)
    assert (reply.procedure, reply.aspects) == (tiny.STAY, (WHERE,))
    assert slots["procedure"] == tiny.STAY
    assert library.asked == []


@pytest.mark.parametrize("text", ["tạm trú", "dang ky tam tru", "2", "số 2"])
async def test_a_choice_that_rasa_takes_for_a_question(library: FakeLibrary, text: str) -> None:
    reply, _ = await run(AnswerQuestion(), tracker(text, intent="nlu_fallback", offered=CHOICES))
    assert (reply.outcome, reply.procedure) == (Outcome.ANSWER, tiny.STAY)
    assert library.asked == []


async def test_a_choice_by_words_may_ask_for_something_else(library: FakeLibrary) -> None:
    before = tracker("tạm trú", entities=[("aspect", "fees")], offered=CHOICES, asked=["where"])
    reply, _ = await run(AnswerQuestion(), before)
    assert (reply.procedure, reply.aspects) == (tiny.STAY, (FEES,))


async def test_a_long_message_is_a_question_even_with_the_words_of_a_choice(library: FakeLibrary) -> None:
    text = "cho tôi hỏi người thuê trọ thì có phải đăng ký tạm trú không ạ"
    await run(AnswerQuestion(), tracker(text, offered=CHOICES))
    assert [asked for asked, _ in library.asked] == [text]


@pytest.mark.parametrize("action", [AnswerQuestion(), TakeChoice()], ids=["answer", "choose"])
@pytest.mark.parametrize("text", ["số 9", "0"])
async def test_a_number_that_is_not_there_offers_the_same_again(
    library: FakeLibrary, action: Action, text: str
) -> None:
    reply, slots = await run(action, tracker(text, offered=CHOICES, asked=["fees"]))
    assert (reply.outcome, reply.buttons) == (Outcome.CLARIFY, CHOICES)
    assert slots["asked"] == ["fees"], "what was asked still waits"
    assert library.asked == []


async def test_a_follow_up_before_the_choice_offers_the_same_again(library: FakeLibrary) -> None:
    library.reply = compose.which_procedure()
    before = tracker("hết mấy tiền", intent="ask_follow_up", entities=[("aspect", "fees")], offered=CHOICES)
    reply, slots = await run(AnswerQuestion(), before)
    assert (reply.outcome, reply.buttons) == (Outcome.CLARIFY, CHOICES)
    assert slots["asked"] == ["fees"]


async def test_something_outside_before_the_choice_does_not_take_it_away(library: FakeLibrary) -> None:
    reply, slots = await run(AnswerQuestion(), tracker("giá vàng", offered=CHOICES, asked=["fees"]))
    assert reply == OUTSIDE
    reply, _ = await run(TakeChoice(), tracker("số 1", intent="choose", **slots))
    assert (reply.procedure, reply.aspects) == (tiny.BIRTH, (FEES,))


async def test_a_choice_without_choices_is_a_question(library: FakeLibrary) -> None:
    reply, _ = await run(TakeChoice(), tracker("số 2", intent="choose", entities=[("ordinal", "2")]))
    assert [text for text, _ in library.asked] == ["số 2"]
    assert reply == OUTSIDE


async def test_a_case_is_told_and_remembered(library: FakeLibrary) -> None:
    before = tracker('/choose{"case": "bo-roi"}', intent="choose", entities=[("case", "bo-roi")], procedure=tiny.BIRTH)
    reply, slots = await run(TakeChoice(), before)
    assert reply.aspects == (Aspect.DOCUMENTS,)
    assert cases_told(reply) == ["Trường hợp: Trẻ bị bỏ rơi."]
    assert (slots["procedure"], slots["case"]) == (tiny.BIRTH, "bo-roi")


async def test_a_case_without_a_procedure_is_nothing(library: FakeLibrary) -> None:
    reply, _ = await run(TakeChoice(), tracker("/choose", intent="choose", entities=[("case", "bo-roi")]))
    assert reply.outcome is Outcome.OUT_OF_SCOPE


def aspect_button(**slots: Any) -> Tracker:
    text = '/ask_follow_up{"aspect": "documents,fees"}'
    return tracker(text, intent="ask_follow_up", chance=1.0, entities=[("aspect", "documents,fees")], **slots)


async def test_a_tapped_aspect_is_told_in_the_chosen_case(library: FakeLibrary) -> None:
    reply, slots = await run(AnswerQuestion(), aspect_button(procedure=tiny.BIRTH, case="bo-roi"))
    assert reply.aspects == (Aspect.DOCUMENTS, FEES)
    assert cases_told(reply) == ["Trường hợp: Trẻ bị bỏ rơi."]
    assert slots["case"] == "bo-roi"
    assert library.asked == [], "no text, nothing to search for"


async def test_a_tapped_aspect_without_a_case_is_told_in_the_common_one(library: FakeLibrary) -> None:
    reply, _ = await run(AnswerQuestion(), aspect_button(procedure=tiny.BIRTH))
    assert cases_told(reply) == ["Trường hợp: Trẻ sinh tại cơ sở y tế (trẻ có giấy chứng sinh)."]


async def test_a_tapped_aspect_without_a_procedure_asks_for_it(library: FakeLibrary) -> None:
    reply, _ = await run(AnswerQuestion(), aspect_button())
    assert reply == compose.which_procedure()


async def test_the_case_does_not_follow_to_another_procedure(library: FakeLibrary) -> None:
    library.reply = compose.answer(tiny.procedure(tiny.HOME), ())
    _, slots = await run(AnswerQuestion(), tracker("thường trú", procedure=tiny.BIRTH, case="thuong"))
    assert (slots["procedure"], slots["case"]) == (tiny.HOME, None)


async def test_a_correction_goes_to_the_library_with_what_was_wrong(library: FakeLibrary) -> None:
    library.reply = compose.clarify(None, CHOICES, 0.5)
    before = tracker("không phải", intent="correct", entities=[("aspect", "fees")], procedure=tiny.BIRTH)
    reply, slots = await run(CorrectTopic(), before)
    assert library.corrected == [("không phải", Understood("correct", 0.9, (FEES,), tiny.BIRTH))]
    assert reply == library.reply
    assert slots["asked"] == ["fees"]


def test_the_domain_and_the_action_server_have_the_same_actions() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    executor = ActionExecutor()
    executor.register_package("actions.actions")
    assert set(domain["actions"]) == set(executor.actions)


def test_every_slot_that_is_set_is_in_the_domain() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    assert set(tracker().slots) == set(domain["slots"])


def test_there_is_one_library(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    monkeypatch.setattr(actions, "Library", made.append)
    actions.library.cache_clear()
    try:
        assert actions.library() is actions.library()
    finally:
        actions.library.cache_clear()
    assert len(made) == 1
