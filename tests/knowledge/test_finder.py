"""Reading, finding and deciding in one."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.decide import DEFAULT, SIGNALS, decide
from knowledge.finder import HITS, Finder
from knowledge.normalise import Lexicon, tokens
from knowledge.reply import Outcome
from knowledge.search import FEATURES
from knowledge.snapshot import Snapshot
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
    nothing = replace(finder, tuning=DEFAULT.model_copy(update={"ranking": dict.fromkeys(FEATURES, 0.0)}))
    assert {hit.score for hit in nothing.find("đổi bằng lái xe")[0]} == {0.0}
    words = {**dict.fromkeys(FEATURES, 0.0), "words": 2.0}
    hits, _ = replace(finder, tuning=DEFAULT.model_copy(update={"ranking": words})).find("đổi bằng lái xe")
    assert [hit.score for hit in hits] == pytest.approx([2 * hit.part("words") for hit in hits])


def test_an_answer_of_a_family_offers_the_other_level(wider: Snapshot, lexicons: list[Lexicon]) -> None:
    wide = Finder(wider.index, wider.scope, lexicons, DEFAULT)
    for text, first, second in (
        ("đổi thẻ đội viên dân phòng", tiny.CARD_COMMUNE, tiny.CARD_PROVINCE),
        ("đổi thẻ đội viên dân phòng trên tỉnh", tiny.CARD_PROVINCE, tiny.CARD_COMMUNE),
    ):
        _, decision = wide.find(text)
        assert (decision.outcome, decision.target, decision.others[0]) == (Outcome.ANSWER, first, second)


def test_what_is_asked_for_and_not_held_is_known(wider: Snapshot, lexicons: list[Lexicon]) -> None:
    _, decision = Finder(wider.index, wider.scope, lexicons, DEFAULT).find("thi chứng chỉ đo đạc bản đồ")
    assert (decision.outcome, decision.target) == (Outcome.NOT_IN_CATALOGUE, f"elsewhere:{tiny.UNHELD}")


def test_an_abbreviation_counts_as_written_for_the_length_and_as_read_for_the_scope(finder: Finder) -> None:
    _, values = finder.signals("gks")
    assert values[SIGNALS.index("length")] == pytest.approx(math.log(2))
    read = finder.scope.logit("giấy khai sinh")
    assert values[SIGNALS.index("scope")] == pytest.approx(max(-6.0, min(6.0, read)) / 3)


@given(st.text())
def test_any_text_is_decided(finder: Finder, text: str) -> None:
    hits, decision = finder.find(text)
    assert len(hits) == min(HITS, len(finder.index.layout.targets))
    assert 0 <= decision.confidence <= 1
    assert 0 <= decision.naming <= 1
