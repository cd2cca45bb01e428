"""What to do, from hand-made hits."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.decide import (
    BEHAVIOURS,
    DEFAULT,
    FAR_BEHIND,
    FARTHEST,
    SIGNALS,
    TOPIC_NEAR,
    Decision,
    Tuning,
    chances,
    choose,
    decide,
    first_share,
    load_tuning,
    log_odds,
    signals,
)
from knowledge.errors import RecordError
from knowledge.passages import OUTSIDE, target_kind
from knowledge.reply import Outcome
from knowledge.search import FEATURES, Hit
from knowledge.settings import ROOT
from tests.knowledge import tiny

FIRST, SECOND, THIRD, FOURTH, FIFTH = (f"9.00000{number}" for number in range(1, 6))
TOPIC, HANDLER = "topic:ho-khau", "elsewhere:mo-nha-thuoc"


def hit(target: str, score: float, twins: tuple[str, ...] = (), **parts: float) -> Hit:
    return Hit(target, target_kind(target), score, tuple(parts.get(name, 0.0) for name in FEATURES), twins)


def hits(**scores: float) -> list[Hit]:
    """One hit each, best first, each spoken and looking like its score."""
    names = {"first": FIRST, "second": SECOND, "topic": TOPIC, "elsewhere": HANDLER, "outside": OUTSIDE}
    found = [
        hit(names[name], score, meaning=0.8, title_meaning=0.7, words=0.6, named=0.5, spoken=1.0)
        for name, score in scores.items()
    ]
    return sorted(found, key=lambda item: -item.score)


def only(outcome: Outcome, **changes: Any) -> Tuning:
    """A tuning that always decides for the same."""
    chosen = {
        behaviour.value: tuple([0.0] * (len(SIGNALS) - 1) + [9.0 if behaviour is outcome else 0.0])
        for behaviour in BEHAVIOURS
    }
    return DEFAULT.model_copy(update={"behaviours": chosen, **changes})


def named(found: list[Hit], scope: float = 0.0, length: int = 4) -> dict[str, float]:
    return dict(zip(SIGNALS, signals(found, scope, length).tolist(), strict=True))


def test_the_signals() -> None:
    found = hits(first=2.0, second=1.5, topic=1.0, elsewhere=0.5, outside=2.5)
    assert named(found, 3.0, 4) == pytest.approx(
        {
            "best": 2.0,
            "margin": 0.5,
            "share": 1 / (1 + math.exp(-0.5)),
            "topic": -1.0,
            "elsewhere": -1.5,
            "outside": 0.5,
            "scope": 1.0,
            "length": math.log(5),
            "meaning": 0.8,
            "title": 0.7,
            "named": 0.5,
            "words": 0.6,
            "unspoken": 0.0,
            "constant": 1.0,
        }
    )


def test_the_signals_of_nothing() -> None:
    assert named([], -100.0, 0) == {
        **dict.fromkeys(SIGNALS, 0.0),
        **dict.fromkeys(("topic", "elsewhere", "outside"), FAR_BEHIND),
        "scope": -2.0,
        "unspoken": 1.0,
        "constant": 1.0,
    }


def test_the_signals_of_the_best_procedure_are_its_own() -> None:
    """Others may lie before it; what it looks like does not change with them."""
    found = [hit(TOPIC, 9.0, meaning=0.9, words=0.9), hit(FIRST, 4.0, meaning=0.3, words=0.2), hit(SECOND, 1.0)]
    said = named(found)
    assert (said["best"], said["margin"], said["topic"]) == (4.0, 3.0, 5.0)
    assert (said["meaning"], said["words"], said["unspoken"]) == (0.3, 0.2, 1.0)


def test_far_is_far() -> None:
    """What lies beyond says nothing more: one odd score shall not decide."""
    found = [hit(FIRST, 40.0), hit(SECOND, 1.0), hit(TOPIC, -9.0)]
    assert named(found, 100.0)["margin"] == FARTHEST
    assert named(found)["topic"] == FAR_BEHIND
    assert (named(found, 100.0)["scope"], named(found, -100.0)["scope"]) == (2.0, -2.0)


def test_a_single_procedure_is_ahead_of_nothing() -> None:
    said = named([hit(FIRST, 3.0)])
    assert (said["margin"], said["share"]) == (3.0, 1.0)


def test_the_share_of_the_first_is_a_softmax_over_the_procedures() -> None:
    scores = (2.0, 1.0, 0.0)
    found = [hit(code, score) for code, score in zip((FIRST, SECOND, THIRD), scores, strict=True)]
    expected = math.exp(2) / sum(map(math.exp, scores))
    assert first_share(found) == pytest.approx(expected)
    assert first_share([hit(TOPIC, 5.0), *found, hit(OUTSIDE, 1.5)]) == pytest.approx(expected)
    assert first_share([hit(FIRST, 1.0), hit(SECOND, 1.0)]) == 0.5
    assert first_share([hit(TOPIC, 5.0)]) == first_share([]) == 0.0
    assert first_share([hit(FIRST, 800.0), hit(SECOND, -800.0)]) == 1.0


@pytest.mark.parametrize(
    ("chance", "odds"),
    [(0.5, 0.0), (0.75, math.log(3)), (0.25, -math.log(3)), (0.9, math.log(9)), (1.0, 9.21), (0.0, -9.21), (7.0, 9.21)],
)
def test_log_odds(chance: float, odds: float) -> None:
    assert log_odds(chance) == pytest.approx(odds, abs=1e-3)


@given(st.floats(0.001, 0.999))
def test_log_odds_can_be_read_back(chance: float) -> None:
    assert 1 / (1 + math.exp(-log_odds(chance))) == pytest.approx(chance)


@pytest.mark.parametrize(
    ("shares", "outcome"),  # answer, clarify, not in catalogue, out of scope
    [
        ((0.40, 0.30, 0.20, 0.10), Outcome.ANSWER),
        ((0.30, 0.40, 0.20, 0.10), Outcome.CLARIFY),
        ((0.30, 0.10, 0.40, 0.20), Outcome.NOT_IN_CATALOGUE),
        ((0.30, 0.10, 0.20, 0.40), Outcome.OUT_OF_SCOPE),
        ((0.35, 0.05, 0.30, 0.30), Outcome.OUT_OF_SCOPE),  # to answer is the likeliest, but to refuse is likelier
        ((0.50, 0.00, 0.25, 0.25), Outcome.ANSWER),
        ((0.30, 0.30, 0.20, 0.20), Outcome.ANSWER),
    ],
)
def test_the_choice(shares: tuple[float, ...], outcome: Outcome) -> None:
    assert choose(np.array(shares), DEFAULT) is outcome


@pytest.mark.parametrize(
    ("changes", "shares", "outcome"),
    [
        ({"refuse_above": 0.2}, (0.70, 0.00, 0.20, 0.10), Outcome.NOT_IN_CATALOGUE),
        ({"refuse_above": 0.35}, (0.70, 0.00, 0.20, 0.10), Outcome.ANSWER),
        ({"refuse_above": 0.9}, (0.10, 0.05, 0.50, 0.35), Outcome.ANSWER),
        ({"ask_above": 0.2}, (0.70, 0.20, 0.10, 0.00), Outcome.CLARIFY),
        ({"ask_above": 0.3}, (0.70, 0.20, 0.10, 0.00), Outcome.ANSWER),
        ({"ask_above": 0.9}, (0.20, 0.70, 0.10, 0.00), Outcome.ANSWER),
    ],
)
def test_the_thresholds_move_the_choice(changes: dict[str, float], shares: tuple[float, ...], outcome: Outcome) -> None:
    assert choose(np.array(shares), DEFAULT.model_copy(update=changes)) is outcome


@given(st.lists(st.floats(-5, 5), min_size=len(SIGNALS), max_size=len(SIGNALS)))
def test_the_chances_sum_to_one(values: list[float]) -> None:
    found = chances(np.array(values), DEFAULT)
    assert found.sum() == pytest.approx(1)
    assert float(found.min()) >= 0


@pytest.mark.parametrize(
    ("found", "scope", "outcome", "target"),
    [
        (hits(first=12.0, second=4.0, topic=1.0, elsewhere=0.0, outside=0.0), 4.0, Outcome.ANSWER, FIRST),
        (hits(first=2.0, second=1.5, topic=9.0, elsewhere=0.3, outside=0.4), 3.0, Outcome.CLARIFY, TOPIC),
        (hits(first=1.0, second=0.5, topic=0.3, elsewhere=9.0, outside=0.5), 3.0, Outcome.NOT_IN_CATALOGUE, HANDLER),
        (hits(first=0.3, second=0.3, topic=0.2, elsewhere=0.2, outside=7.0), -5.0, Outcome.OUT_OF_SCOPE, None),
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


def test_an_answer_offers_its_twins_first() -> None:
    """The same matter at another level is offered even beside an answer that is sure."""
    found = [hit(FIRST, 5.0, ("9.000011", "9.000012", "9.000013", "9.000014")), hit(SECOND, 4.0), hit(THIRD, 3.0)]
    sure = decide(found, 0.0, 4, only(Outcome.ANSWER, rightness=(0.0, 0.0, 9.0)))
    assert (sure.target, sure.others) == (FIRST, ("9.000011", "9.000012", "9.000013"))
    unsure = decide(found, 0.0, 4, only(Outcome.ANSWER, rightness=(0.0, 0.0, -1.0)))
    assert unsure.others == ("9.000011", "9.000012", "9.000013", SECOND)
    one = [hit(FIRST, 5.0, ("9.000011",)), hit(TOPIC, 4.5), hit(SECOND, 4.0, ("9.000012",)), hit(THIRD, 3.0)]
    assert decide(one, 0.0, 4, only(Outcome.ANSWER, rightness=(0.0, 0.0, -1.0))).others == ("9.000011", SECOND, THIRD)


def test_how_sure_an_answer_is_follows_from_the_behaviour_and_the_first_share() -> None:
    found = [hit(FIRST, 2.0), hit(SECOND, 1.0)]
    tuning = only(Outcome.ANSWER, rightness=(0.5, 2.0, -1.0))
    answering = float(chances(signals(found, 0.0, 4), tuning)[0])
    logit = 0.5 * log_odds(answering) + 2.0 * log_odds(first_share(found)) - 1.0
    assert decide(found, 0.0, 4, tuning).confidence == pytest.approx(1 / (1 + math.exp(-logit)))


def test_an_answer_needs_a_procedure() -> None:
    decision = decide(hits(topic=2.0), 0.0, 4, only(Outcome.ANSWER))
    assert (decision.outcome, decision.target) == (Outcome.OUT_OF_SCOPE, None)


def test_a_topic_that_is_far_off_does_not_ask() -> None:
    tuning = only(Outcome.CLARIFY)
    near, far = 5.0 - TOPIC_NEAR + 0.1, 5.0 - TOPIC_NEAR - 0.1
    assert decide(hits(first=5.0, topic=near), 0.0, 4, tuning).target == TOPIC
    assert decide(hits(first=5.0, topic=far), 0.0, 4, tuning).target is None
    assert decide(hits(topic=far), 0.0, 4, tuning).target == TOPIC  # there is nothing better to ask about


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
    assert max(tuning.weights) > 0
    assert tuning.figures["reported_on"] > 100
    assert tuning.figures["recall_1"] > 0.8


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"colour": 1}, "colour"),
        ({"rightness": [1.0, 2.0]}, "rightness"),
        ({"ranking": {"words": 1.0}}, "ranking: one weight each for words, title, letters, body, accents, meaning"),
        ({"ranking": {**DEFAULT.ranking, "colour": 1.0}}, "ranking: one weight each for words"),
        ({"behaviours": {"answer": [0.0] * len(SIGNALS)}}, "behaviours: one list each for answer, clarify"),
        ({"behaviours": {**DEFAULT.behaviours, "clarify": [0.0]}}, f"clarify: {len(SIGNALS)} weights"),
        ({"naming": [1.0]}, f"naming: {len(SIGNALS)} weights"),
        ({"fusion": {"words": 1.0}}, "fusion"),
        ({"alternatives_below": "often"}, "alternatives_below"),
    ],
)
def test_a_broken_tuning_is_refused(own_data: Path, changes: dict[str, Any], reason: str) -> None:
    path = tiny.write(own_data / "tuning.yml", {**DEFAULT.model_dump(mode="json"), **changes})
    with pytest.raises(RecordError) as caught:
        load_tuning(own_data)
    assert str(path) in str(caught.value)
    assert reason in str(caught.value)


def test_the_weights_stand_in_the_order_of_the_features() -> None:
    assert dict(zip(FEATURES, DEFAULT.weights, strict=True)) == DEFAULT.ranking
    shuffled = DEFAULT.model_copy(update={"ranking": dict(reversed(DEFAULT.ranking.items()))})
    assert shuffled.weights == DEFAULT.weights


@pytest.mark.parametrize("content", [b"ranking: [", b"", b"\xff\xfe"])
def test_a_broken_tuning_file_is_named(own_data: Path, content: bytes) -> None:
    path = own_data / "tuning.yml"
    path.write_bytes(content)
    with pytest.raises(RecordError, match=str(path)):
        load_tuning(own_data)
