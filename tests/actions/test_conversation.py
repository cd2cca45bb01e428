"""Between Rasa's conversation and the library."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import conversation
from knowledge import compose
from knowledge.library import Understood
from knowledge.reply import Aspect, Reply
from tests.actions.conftest import CHOICES
from tests.actions.trackers import slots_after, tracker
from tests.knowledge import tiny

BIRTH = compose.answer(tiny.procedure(), (Aspect.FEES,))


@pytest.mark.parametrize(
    ("text", "said"), [("khai sinh", "khai sinh"), ('/choose{"case": "a"}', ""), ("/hand_off", ""), ("", "")]
)
def test_a_button_says_no_text(text: str, said: str) -> None:
    assert conversation.text_of(tracker(text)) == said


def test_a_message_without_text_says_nothing() -> None:
    before = tracker()
    before.latest_message["text"] = None
    assert conversation.text_of(before) == ""


def test_entity_is_the_first_with_a_value() -> None:
    before = tracker(entities=[("case", ""), ("case", "bo-roi"), ("case", "thuong")])
    assert conversation.entity(before, "case") == "bo-roi"
    assert conversation.entity(before, "procedure") is None


@pytest.mark.parametrize(
    ("values", "aspects"),
    [
        ([], ()),
        (["fees"], (Aspect.FEES,)),
        (["where", "fees"], (Aspect.WHERE, Aspect.FEES)),
        (["fees,time_limit", "fees"], (Aspect.FEES, Aspect.TIME_LIMIT)),
        (["never_heard_of", "fees,,nor_of_this"], (Aspect.FEES,)),
    ],
)
def test_aspects_are_known_ones_each_once(values: list[str], aspects: tuple[Aspect, ...]) -> None:
    assert conversation.aspects_of(tracker(entities=[("aspect", value) for value in values])) == aspects


def test_understood() -> None:
    before = tracker("a", intent="ask_follow_up", chance=0.7, entities=[("aspect", "fees")], procedure=tiny.BIRTH)
    assert conversation.understood(before) == Understood("ask_follow_up", 0.7, (Aspect.FEES,), tiny.BIRTH)


def test_understood_where_rasa_says_nothing() -> None:
    before = tracker("a")
    before.latest_message["intent"] = None
    assert conversation.understood(before) == Understood("", 0.0, (), None)


def test_choices_come_back_as_they_were_offered() -> None:
    assert conversation.choices(tracker(offered=CHOICES)) == list(CHOICES)
    assert conversation.choices(tracker()) == []


def sent(reply: Reply, before: Tracker, *asked: Aspect) -> dict[str, Any]:
    """The slots after a reply was sent; what was sent is the reply itself."""
    dispatcher = CollectingDispatcher()
    events = conversation.send(dispatcher, before, reply, asked=asked)
    (message,) = dispatcher.messages
    assert Reply.model_validate(message["custom"]) == reply
    return slots_after(before, events)


def test_an_answer_is_what_the_talk_is_about() -> None:
    slots = sent(BIRTH, tracker(offered=CHOICES, asked=["fees"]), Aspect.FEES)
    assert slots == {"procedure": tiny.BIRTH, "case": None, "choices": None, "asked": None}


def test_a_question_back_keeps_the_topic_what_was_offered_and_what_was_asked() -> None:
    slots = sent(compose.clarify(None, CHOICES, 0.5), tracker(procedure=tiny.HOME), Aspect.FEES, Aspect.WHERE)
    assert slots["procedure"] == tiny.HOME
    assert slots["asked"] == ["fees", "where"]
    assert conversation.choices(tracker(**slots)) == list(CHOICES)


def test_other_procedures_beside_an_answer_can_be_chosen() -> None:
    slots = sent(compose.answer(tiny.procedure(), (), others=CHOICES[1:]), tracker())
    assert conversation.choices(tracker(**slots)) == list(CHOICES[1:])


def test_the_case_belongs_to_its_procedure() -> None:
    assert sent(BIRTH, tracker(procedure=tiny.BIRTH, case="bo-roi"))["case"] == "bo-roi"
    assert sent(BIRTH, tracker(procedure=tiny.HOME, case="bo-roi"))["case"] is None


def test_something_outside_takes_nothing_away() -> None:
    before = tracker(procedure=tiny.HOME, offered=CHOICES, asked=["fees"], case="thuong")
    assert sent(compose.out_of_scope(0.9), before) == before.slots


def test_what_stays_the_same_is_no_event() -> None:
    before = tracker(procedure=tiny.BIRTH)
    assert conversation.send(CollectingDispatcher(), before, BIRTH) == []
