"""What a message is about in the course of a conversation."""

from __future__ import annotations

from typing import Any

import pytest

from knowledge.decide import Decision
from knowledge.passages import target_kind
from knowledge.premises import Premise
from knowledge.reply import Aspect, Outcome
from knowledge.search import FEATURES, Hit
from knowledge.tongue import Language
from knowledge.understood import Understood
from knowledge.weighing import (
    AMONG_FIRST,
    CLEARLY,
    FOUND_ALL_THE_SAME,
    HALF,
    LED_AMONG_FIRST,
    SAID,
    Looked,
    goes_on,
    is_a_guess,
    leaves_open,
    lies_outside,
    names_one,
    only_goes_on,
    wanted,
)
from tests.knowledge import tiny

FEES = (Aspect.FEES,)
LITTLE = 0.05  # beside a threshold
LEADING, PLAIN = (
    Premise.model_validate(row) for row in (tiny.PREMISES[1], tiny.PREMISES[0])
)  # the first leads to the registration of a stay
LONG = "hôm qua tôi đi ra xã hỏi mà người ta bảo phải làm lại"


def hit(target: str, meaning: float = 0.0) -> Hit:
    return Hit(target, target_kind(target), 1.0, tuple(meaning if name == "meaning" else 0.0 for name in FEATURES))


def looked(
    decision: Decision, *hits: str | Hit, text: str = LONG, premises: tuple[Premise, ...] = (), **understood: Any
) -> Looked:
    found = [item if isinstance(item, Hit) else hit(item) for item in hits]
    return Looked(text, Understood(**understood), found, decision, premises)


def answer(confidence: float = 0.9, target: str = tiny.STAY, naming: float = 1.0) -> Decision:
    return Decision(Outcome.ANSWER, confidence, target, naming=naming)


NOTHING = Decision(Outcome.OUT_OF_SCOPE, 0.9, None)


# --- naming


@pytest.mark.parametrize(
    ("outcome", "confidence", "names"),
    [
        (Outcome.ANSWER, SAID + LITTLE, True),
        (Outcome.CLARIFY, SAID + LITTLE, True),
        (Outcome.ANSWER, SAID - LITTLE, False),
        (Outcome.NOT_IN_CATALOGUE, 1.0, False),
        (Outcome.OUT_OF_SCOPE, 1.0, False),
    ],
)
def test_a_matter_is_named_clearly_or_not(outcome: Outcome, confidence: float, names: bool) -> None:
    assert names_one(Decision(outcome, confidence, tiny.STAY)) is names


# --- going on without a procedure


@pytest.mark.parametrize("understood", [{"intent": "ask_follow_up"}, {"aspects": FEES}])
def test_an_aspect_alone_only_goes_on(understood: dict[str, Any]) -> None:
    asked = {"text": "rứa hết mấy tiền", **understood}
    assert only_goes_on(looked(answer(naming=0.0), hit(tiny.STAY, 0.5), **asked))
    assert not only_goes_on(looked(answer(), hit(tiny.STAY, 0.5), **asked))  # it names something
    assert not only_goes_on(looked(answer(naming=0.0), hit(tiny.STAY, 0.9), **asked))  # nearly in these words
    assert not only_goes_on(looked(answer(naming=0.0), hit(tiny.STAY, 0.5), **understood))  # too long


def test_a_short_follow_up_in_english_only_goes_on_whatever_is_near_in_words() -> None:
    asked = {"intent": "ask_follow_up", "intent_chance": 0.9, "language": Language.ENGLISH, "text": "How much is it?"}
    assert only_goes_on(looked(answer(), hit(tiny.STAY, 0.9), **asked))
    assert not only_goes_on(looked(answer(), hit(tiny.STAY, 0.9), **{**asked, "intent_chance": 0.6}))


# --- asking instead of guessing


def test_what_is_more_likely_wrong_than_right_is_a_guess() -> None:
    assert is_a_guess(looked(answer(HALF - LITTLE)), tiny.STAY)
    assert not is_a_guess(looked(answer(HALF + LITTLE)), tiny.STAY)
    assert not is_a_guess(looked(answer(HALF - LITTLE), premises=(LEADING,)), tiny.STAY)  # the correction says which
    assert not is_a_guess(looked(answer(HALF - LITTLE)), tiny.HOME)


def test_a_topic_before_all_procedures_leaves_open_what_is_not_clear() -> None:
    assert leaves_open(looked(answer(CLEARLY - LITTLE), "topic:ho-khau", tiny.STAY))
    assert not leaves_open(looked(answer(CLEARLY + LITTLE), "topic:ho-khau", tiny.STAY))
    assert not leaves_open(looked(answer(CLEARLY - LITTLE), tiny.STAY, "topic:ho-khau"))
    assert not leaves_open(looked(answer(CLEARLY - LITTLE)))


def test_a_question_without_an_aspect_does_not_only_go_on() -> None:
    assert not only_goes_on(looked(answer(naming=0.0), hit(tiny.STAY, 0.5)))


def test_what_lies_outside_goes_on_with_nothing() -> None:
    assert not only_goes_on(looked(answer(naming=0.0), intent="out_of_scope", aspects=FEES))


# --- going on about the procedure under discussion


def test_without_a_procedure_nothing_goes_on() -> None:
    assert not goes_on(looked(answer(), tiny.STAY, intent="ask_follow_up"))


def test_who_names_it_again_goes_on() -> None:
    assert goes_on(looked(answer(), procedure=tiny.STAY))


def test_who_asks_for_no_aspect_does_not() -> None:
    assert not goes_on(looked(answer(naming=0.0), tiny.BIRTH, procedure=tiny.BIRTH))


@pytest.mark.parametrize(("naming", "stays"), [(0.2, True), (0.9, False)])
def test_the_surer_of_two_looks_decides(naming: float, stays: bool) -> None:
    found = looked(answer(naming=naming), procedure=tiny.BIRTH, intent="ask_follow_up", intent_chance=0.5)
    assert goes_on(found) is stays


@pytest.mark.parametrize(("chance", "stays"), [(0.1, True), (0.9, False)])
def test_the_chance_of_another_intent_speaks_against_going_on(chance: float, stays: bool) -> None:
    decision = answer(naming=0.5)
    found = looked(decision, procedure=tiny.BIRTH, intent="ask_procedure", intent_chance=chance, aspects=FEES)
    assert goes_on(found) is stays


def test_of_a_short_message_what_was_spoken_of_counts_more_than_a_near_name() -> None:
    others = [tiny.STAY] * (AMONG_FIRST - 1)
    said: dict[str, Any] = {"procedure": tiny.BIRTH, "aspects": FEES}
    assert goes_on(looked(answer(), *others, tiny.BIRTH, text="làm lại mất bao nhiêu", **said))
    assert not goes_on(looked(answer(), *others, tiny.BIRTH, **said))  # a long message
    assert not goes_on(looked(answer(), *others, tiny.STAY, tiny.BIRTH, text="làm lại mất bao nhiêu", **said))


# --- outside


def test_the_conversation_may_know_that_it_lies_outside() -> None:
    said: dict[str, Any] = {"intent": "out_of_scope", "intent_chance": 0.9}
    unsure, sure = answer(FOUND_ALL_THE_SAME - LITTLE), answer(FOUND_ALL_THE_SAME + LITTLE)
    assert lies_outside(looked(unsure, **said))
    assert not lies_outside(looked(sure, **said))
    assert not lies_outside(looked(unsure, **{**said, "intent_chance": 0.4}))
    assert not lies_outside(looked(unsure, intent_chance=0.9))
    assert not lies_outside(looked(unsure, premises=(PLAIN,), **said))  # who believes something wrong asks something


# --- open


def test_a_matter_of_several_before_all_others_leaves_it_open() -> None:
    assert leaves_open(looked(answer(CLEARLY - LITTLE), "topic:ho-khau", tiny.STAY))
    assert not leaves_open(looked(answer(CLEARLY + LITTLE), "topic:ho-khau", tiny.STAY))
    assert not leaves_open(looked(answer(CLEARLY - LITTLE), tiny.STAY, "topic:ho-khau"))
    assert not leaves_open(looked(NOTHING))


# --- wanted


def test_the_procedure_that_was_named_is_wanted() -> None:
    assert wanted(looked(answer(target=tiny.HOME), tiny.HOME)) == tiny.HOME
    assert wanted(looked(answer(SAID - LITTLE, tiny.HOME), tiny.HOME)) == tiny.HOME
    assert wanted(looked(NOTHING, tiny.HOME)) is None
    assert wanted(looked(Decision(Outcome.CLARIFY, 0.9, "topic:ho-khau"), "topic:ho-khau")) is None


def test_where_nothing_is_named_a_correction_leads() -> None:
    assert wanted(looked(NOTHING, premises=(PLAIN, LEADING))) == tiny.STAY
    assert wanted(looked(NOTHING, premises=(PLAIN,))) is None


def test_what_is_clearly_named_counts_more_than_where_a_correction_leads() -> None:
    far = [tiny.HOME] * LED_AMONG_FIRST
    assert wanted(looked(answer(target=tiny.HOME), *far, tiny.STAY, premises=(LEADING,))) == tiny.HOME
    unsure = answer(SAID - LITTLE, tiny.HOME)
    assert wanted(looked(unsure, *far, tiny.STAY, premises=(LEADING,))) == tiny.STAY
    assert wanted(looked(unsure, *far, tiny.STAY, premises=(LEADING,), aspects=FEES)) == tiny.HOME


def test_where_a_correction_leads_counts_if_it_is_near() -> None:
    near = [tiny.HOME] * (LED_AMONG_FIRST - 1)
    assert wanted(looked(answer(target=tiny.HOME), *near, tiny.STAY, premises=(LEADING,))) == tiny.STAY


def test_it_counts_where_it_comes_instead_of_what_was_named() -> None:
    instead = LEADING.model_copy(update={"instead_of": (tiny.HOME,)})
    assert wanted(looked(answer(target=tiny.HOME), tiny.HOME, premises=(instead,))) == tiny.STAY
    assert wanted(looked(answer(target=tiny.BIRTH), tiny.BIRTH, premises=(instead,))) == tiny.BIRTH


def test_the_first_correction_that_leads_anywhere_leads() -> None:
    assert looked(NOTHING, premises=(PLAIN, LEADING)).led == tiny.STAY
    assert looked(NOTHING).led is None
