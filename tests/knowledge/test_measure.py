"""Figures of a question set."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.measure import Outcomes, Proportion, by_tag, figures, percentile
from knowledge.questions import Question
from knowledge.reply import Outcome

ANSWER, CLARIFY, ABSENT, OUT = Outcome.ANSWER, Outcome.CLARIFY, Outcome.NOT_IN_CATALOGUE, Outcome.OUT_OF_SCOPE


def outcome(
    expected: Outcome,
    decision: Outcome,
    ranked: tuple[str, ...] = (),
    codes: tuple[str, ...] = ("a",),
    tags: tuple[str, ...] = (),
    ms: float = 1.0,
) -> Outcomes:
    question = Question(id="q", turns=("?",), codes=codes, behaviour=expected, tags=tags)
    return Outcomes(question, expected, tuple((code, 1.0) for code in ranked), decision, ms)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (5, 10, 0.2366, 0.7634),
        (1, 1, 0.2065, 1.0),
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I
        (15, 148, 0.0624, 0.1605),
    ],
)
def test_wilson(part: int, whole: int, low: float, high: float) -> None:
    assert Proportion(part, whole).interval == pytest.approx((low, high), abs=1e-4)


@given(st.integers(1, 5000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_the_interval_holds_the_value(pair: tuple[int, int]) -> None:
    proportion = Proportion(*pair)
    low, high = proportion.interval
    assert -1e-9 <= low <= proportion.value + 1e-9
    assert proportion.value - 1e-9 <= high <= 1 + 1e-9


def test_nothing_of_nothing() -> None:
    empty = Proportion(0, 0)
    assert math.isnan(empty.value)
    assert all(map(math.isnan, empty.interval))
    assert str(empty) == "-"


def test_a_proportion_as_words() -> None:
    assert str(Proportion(5, 10)) == "0.500 [0.237, 0.763]"


@pytest.mark.parametrize(
    ("ranked", "codes", "rank"),
    [(("a", "b"), ("a",), 1.0), (("b", "a"), ("a",), 0.5), (("b", "c", "a"), ("a", "c"), 0.5), (("b",), ("a",), 0.0)],
)
def test_reciprocal_rank(ranked: tuple[str, ...], codes: tuple[str, ...], rank: float) -> None:
    assert outcome(ANSWER, ANSWER, ranked, codes).reciprocal_rank == rank


def test_hit() -> None:
    found = outcome(ANSWER, ANSWER, ("b", "a"))
    assert (found.hit(1), found.hit(2), found.hit(5)) == (False, True, True)


def test_figures() -> None:
    found = figures(
        "set",
        [
            outcome(ANSWER, ANSWER, ("a",), ms=1),
            outcome(ANSWER, ABSENT, ("b", "a"), ms=2),
            outcome(ANSWER, CLARIFY, ("b", "c", "d", "e", "f", "a"), ms=3),
            outcome(CLARIFY, CLARIFY, ms=4),
            outcome(ABSENT, OUT, codes=(), ms=5),
            outcome(OUT, OUT, codes=(), ms=6),
            outcome(OUT, ANSWER, ("a",), codes=(), ms=7),
            outcome(Outcome.SMALL_TALK, OUT, codes=(), ms=8),
        ],
    )
    assert (found.name, found.cases) == ("set", 8)
    assert found.recall_1 == Proportion(1, 3)
    assert found.recall_5 == Proportion(2, 3)
    assert found.mrr == pytest.approx((1 + 1 / 2 + 1 / 6) / 3)
    assert found.behaviour == Proportion(3, 7)
    assert found.refusal_precision == Proportion(2, 3)
    assert found.refusal_recall == Proportion(2, 3)
    assert (found.ms_median, found.ms_p95) == (4, 8)


def test_figures_of_nothing() -> None:
    found = figures("set", [])
    assert found.recall_1 == Proportion(0, 0)
    assert math.isnan(found.mrr)
    assert math.isnan(found.ms_median)


def test_the_whole_set_comes_before_its_tags() -> None:
    found = by_tag([outcome(ANSWER, ANSWER, ("a",), tags=("typo", "dialect")), outcome(ANSWER, ANSWER, tags=("typo",))])
    assert [(row.name, row.recall_1) for row in found] == [
        ("all", Proportion(1, 2)),
        ("dialect", Proportion(1, 1)),
        ("typo", Proportion(1, 2)),
    ]


@pytest.mark.parametrize(
    ("share", "value"), [(0.0, 1), (0.05, 1), (0.1, 1), (0.11, 2), (0.5, 5), (0.9, 9), (0.95, 10), (1.0, 10)]
)
def test_percentile(share: float, value: float) -> None:
    assert percentile(list(range(1, 11)), share) == value


def test_percentiles_of_one_and_of_none() -> None:
    assert percentile([3.0], 0.5) == percentile([3.0], 0.95) == 3.0
    assert math.isnan(percentile([], 0.5))
