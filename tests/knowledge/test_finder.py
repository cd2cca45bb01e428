"""Reading, finding and deciding in one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.decide import DEFAULT, SIGNALS, decide
from knowledge.finder import Finder
from knowledge.normalise import tokens
from knowledge.reply import Outcome
from tests.knowledge import tiny


@pytest.mark.parametrize(
    ("text", "outcome", "target"),
    [
        ("làm giấy khai sinh cho con", Outcome.ANSWER, tiny.BIRTH),
        ("ho khau", Outcome.CLARIFY, "topic:ho-khau"),
        ("mở nhà thuốc tây", Outcome.NOT_IN_CATALOGUE, "elsewhere:mo-nha-thuoc"),
        ("hôm nay trời có mưa không", Outcome.OUT_OF_SCOPE, None),
    ],
)
def test_a_question_is_decided(finder: Finder, text: str, outcome: Outcome, target: str | None) -> None:
    _, decision = finder.find(text)
    assert (decision.outcome, decision.target) == (outcome, target)


def test_the_decision_is_made_from_the_hits(finder: Finder) -> None:
    text = "đổi bằng lái xe"
    hits, decision = finder.find(text)
    same, values = finder.signals(text)
    assert hits == same
    assert hits[0].target == tiny.LICENCE
    scope = finder.scope.logit(text)
    assert decision == decide(hits, scope, len(tokens(text)), DEFAULT)
    assert values[SIGNALS.index("best")] == hits[0].score


def test_the_tuning_weighs_the_parts(finder: Finder) -> None:
    fusion = {"words": 0.0, "letters": 0.0, "meaning": 0.0, "accents": 0.0}
    nothing = replace(finder, tuning=DEFAULT.model_copy(update={"fusion": fusion}))
    assert {hit.score for hit in nothing.find("đổi bằng lái xe")[0]} == {0.0}


@given(st.text())
def test_any_text_is_decided(finder: Finder, text: str) -> None:
    hits, decision = finder.find(text)
    assert len(hits) == len(finder.index.targets)
    assert 0 <= decision.confidence <= 1
    assert 0 <= decision.naming <= 1
