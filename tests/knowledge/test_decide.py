"""What to do, from hand-made hits."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.decide import BEHAVIOURS, DEFAULT, SIGNALS, Decision, Tuning, chances, decide, load_tuning, signals
from knowledge.errors import RecordError
from knowledge.passages import OUTSIDE, target_kind
from knowledge.reply import Outcome
from knowledge.search import FEATURES, Hit
from knowledge.settings import ROOT
from tests.knowledge import tiny

FIRST, SECOND, THIRD, FOURTH, FIFTH = (f"9.00000{number}" for number in range(1, 6))
TOPIC, HANDLER = "topic:ho-khau", "elsewhere:mo-nha-thuoc"


def hit(target: str, score: float) -> Hit:
    return Hit(target, target_kind(target), score, (score / 2,) * len(FEATURES))


def hits(**scores: float) -> list[Hit]:
    names = {"first": FIRST, "second": SECOND, "topic": TOPIC, "elsewhere": HANDLER, "outside": OUTSIDE}
    found = [hit(names[name], score) for name, score in scores.items()]
    return sorted(found, key=lambda item: -item.score)


def only(outcome: Outcome, **changes: Any) -> Tuning:
    """A tuning that always decides for the same."""
    chosen = {
        behaviour.value: tuple([0.0] * (len(SIGNALS) - 1) + [9.0 if behaviour is outcome else 0.0])
        for behaviour in BEHAVIOURS
    }
    return DEFAULT.model_copy(update={"behaviours": chosen, **changes})


def test_the_signals() -> None:
    found = signals(hits(first=2.0, second=1.5, topic=1.0, elsewhere=0.5, outside=2.5), 3.0, 4)
    named = dict(zip(SIGNALS, found.tolist(), strict=True))
    assert named == pytest.approx(
        {
            "best": 2.0,
            "margin": 0.5,
            "topic": -1.0,
            "elsewhere": -1.5,
            "outside": 0.5,
            "scope": 1.0,
            "length": math.log(5),
            "meaning": 1.0,
            "words": 1.0,
            "constant": 1.0,
        }
    )


def test_the_signals_of_nothing() -> None:
    assert signals([], -100.0, 0).tolist() == [0, 0, 0, 0, 0, -2, 0, 0, 0, 1]


@given(st.lists(st.floats(-5, 5), min_size=len(SIGNALS), max_size=len(SIGNALS)))
def test_the_chances_sum_to_one(values: list[float]) -> None:
    found = chances(np.array(values), DEFAULT)
    assert found.sum() == pytest.approx(1)
    assert float(found.min()) >= 0


@pytest.mark.parametrize(
    ("found", "scope", "outcome", "target"),
    [
        (hits(first=2.2, second=1.0, topic=0.5, elsewhere=0.3, outside=0.4), 4.0, Outcome.ANSWER, FIRST),
        (hits(first=1.2, second=1.1, topic=2.5, elsewhere=0.3, outside=0.4), 3.0, Outcome.CLARIFY, TOPIC),
        (hits(first=0.6, second=0.5, topic=0.3, elsewhere=2.4, outside=0.5), 3.0, Outcome.NOT_IN_CATALOGUE, HANDLER),
        (hits(first=0.3, second=0.3, topic=0.2, elsewhere=0.2, outside=2.0), -5.0, Outcome.OUT_OF_SCOPE, None),
        ([], 0.0, Outcome.OUT_OF_SCOPE, None),
    ],
)
def test_each_behaviour(found: list[Hit], scope: float, outcome: Outcome, target: str | None) -> None:
    decision = decide(found, scope, 4, DEFAULT)
    assert (decision.outcome, decision.target) == (outcome, target)
    assert 0.25 < decision.confidence <= 1


def test_an_answer_that_is_not_sure_offers_others() -> None:
    found = [hit(code, 1.0) for code in (FIRST, SECOND, THIRD, FOURTH)]
    sure = decide(found, 0.0, 4, only(Outcome.ANSWER, rightness=(0.0, 0.0, 9.0)))
    assert (sure.target, sure.others) == (FIRST, ())
    unsure = decide(found, 0.0, 4, only(Outcome.ANSWER, rightness=(0.0, 0.0, -1.0)))
    assert (unsure.target, unsure.others) == (FIRST, (SECOND, THIRD))
    assert unsure.confidence < sure.confidence


def test_an_answer_needs_a_procedure() -> None:
    decision = decide(hits(topic=2.0), 0.0, 4, only(Outcome.ANSWER))
    assert (decision.outcome, decision.target) == (Outcome.OUT_OF_SCOPE, None)


def test_a_topic_that_is_far_off_does_not_ask() -> None:
    tuning = only(Outcome.CLARIFY)
    assert decide(hits(first=1.0, topic=0.6), 0.0, 4, tuning).target == TOPIC
    assert decide(hits(first=1.0, topic=0.4), 0.0, 4, tuning).target is None


def test_the_best_procedures_are_offered_beside_a_question() -> None:
    codes = (FIRST, SECOND, THIRD, FOURTH, FIFTH)
    found = [hit(code, 1.0) for code in codes]
    decision = decide(found, 0.0, 4, only(Outcome.CLARIFY))
    assert (decision.target, decision.others) == (None, codes[:4])


def test_nothing_to_ask_about_is_out_of_scope() -> None:
    assert decide(hits(outside=1.0), 0.0, 4, only(Outcome.CLARIFY)).outcome is Outcome.OUT_OF_SCOPE


def test_a_handler_may_be_unknown() -> None:
    decision = decide(hits(first=1.0), 0.0, 4, only(Outcome.NOT_IN_CATALOGUE))
    assert (decision.outcome, decision.target) == (Outcome.NOT_IN_CATALOGUE, None)


def test_only_an_answer_is_wholly_a_topic_of_its_own() -> None:
    assert Decision(Outcome.ANSWER, 0.8, FIRST, naming=0.5).own_topic == pytest.approx(0.4)
    assert Decision(Outcome.OUT_OF_SCOPE, 0.9, None, naming=0.5).own_topic < 0.4


def test_without_a_file_the_tuning_is_the_default(own_data: Path) -> None:
    assert load_tuning(own_data) is DEFAULT


def test_a_tuning_is_read(own_data: Path) -> None:
    tuning = only(Outcome.CLARIFY, alternatives_below=0.4)
    tiny.write(own_data / "tuning.yml", tuning.model_dump(mode="json"))
    assert load_tuning(own_data) == tuning


def test_the_shipped_tuning_is_read() -> None:
    tuning = load_tuning(ROOT / "data")
    assert tuning is not DEFAULT
    assert max(tuning.fusion_weights) > 0
    assert tuning.figures["reported_on"] > 100
    assert tuning.figures["recall_1"] > 0.8


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"colour": 1}, "colour"),
        ({"rightness": [1.0, 2.0]}, "rightness"),
        ({"fusion": {"words": 1.0}}, "fusion: one weight each for words, letters, meaning, accents"),
        ({"behaviours": {"answer": [0.0] * 10}}, "behaviours: one list each for answer, clarify"),
        ({"naming": [1.0]}, "naming: 10 weights"),
        ({"alternatives_below": "often"}, "alternatives_below"),
    ],
)
def test_a_broken_tuning_is_refused(own_data: Path, changes: dict[str, Any], reason: str) -> None:
    path = tiny.write(own_data / "tuning.yml", {**DEFAULT.model_dump(mode="json"), **changes})
    with pytest.raises(RecordError) as caught:
        load_tuning(own_data)
    assert str(path) in str(caught.value)
    assert reason in str(caught.value)


@pytest.mark.parametrize("content", [b"fusion: [", b"", b"\xff\xfe"])
def test_a_broken_tuning_file_is_named(own_data: Path, content: bytes) -> None:
    path = own_data / "tuning.yml"
    path.write_bytes(content)
    with pytest.raises(RecordError, match=str(path)):
        load_tuning(own_data)
