"""Figures of a question set."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.measure import Bin, Outcomes, Proportion, by_tag, calibration_error, figures, percentile, reliability
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
    confidence: float = 1.0,
) -> Outcomes:
    question = Question(id="q", turns=("?",), codes=codes, behaviour=expected, tags=tags)
    return Outcomes(question, expected, tuple((code, 1.0) for code in ranked), decision, ms, confidence)


def answered(confidence: float, *, right: bool) -> Outcomes:
    return outcome(ANSWER, ANSWER, ("a",) if right else ("b", "a"), confidence=confidence)


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


def test_answers_are_sorted_by_how_sure_they_were() -> None:
    bins = reliability(
        [
            answered(0.92, right=True),
            answered(0.98, right=True),
            answered(0.95, right=False),
            answered(0.31, right=True),
            answered(0.39, right=False),
        ]
    )
    assert [(item.low, item.high) for item in bins] == [(0.3, 0.4), (0.9, 1.0)]  # those between are empty
    assert [item.said for item in bins] == pytest.approx([0.35, 0.95])
    assert [item.right for item in bins] == [Proportion(1, 2), Proportion(2, 3)]


@pytest.mark.parametrize(("confidence", "low"), [(0.0, 0.0), (0.1, 0.1), (0.4999, 0.4), (0.5, 0.5), (1.0, 0.9)])
def test_the_edge_of_a_bin_belongs_to_the_upper_one(confidence: float, low: float) -> None:
    (found,) = reliability([answered(confidence, right=True)])
    assert found == Bin(low, found.high, confidence, Proportion(1, 1))
    assert found.high == pytest.approx(low + 0.1)


def test_an_answer_to_what_should_be_refused_is_wrong() -> None:
    (found,) = reliability([outcome(ABSENT, ANSWER, ("a",), confidence=0.8)])
    assert found.right == Proportion(0, 1)


def test_how_sure_a_refusal_or_a_question_was_is_of_no_account() -> None:
    assert reliability([outcome(ANSWER, ABSENT, ("a",)), outcome(CLARIFY, CLARIFY, confidence=0.2)]) == []
    assert math.isnan(calibration_error([outcome(OUT, OUT)]))
    assert math.isnan(calibration_error([]))


def test_the_number_of_bins_can_be_set() -> None:
    cases = [answered(0.1, right=True), answered(0.3, right=False), answered(0.8, right=True)]
    assert [item.right for item in reliability(cases, bins=2)] == [Proportion(1, 2), Proportion(1, 1)]


def test_the_calibration_error() -> None:
    """Two at 0.35 of which one is right: 0.15 off. Three at 0.95 of which two are: 0.2833 off. Weighed 2 to 3."""
    cases = [
        answered(0.31, right=True),
        answered(0.39, right=False),
        answered(0.92, right=True),
        answered(0.98, right=True),
        answered(0.95, right=False),
        outcome(CLARIFY, CLARIFY, confidence=0.5),
    ]
    assert calibration_error(cases) == pytest.approx((2 * 0.15 + 3 * (0.95 - 2 / 3)) / 5)


def test_who_is_as_sure_as_right_has_no_calibration_error() -> None:
    cases = [answered(0.75, right=number > 0) for number in range(4)]
    assert calibration_error(cases) == pytest.approx(0)
    assert calibration_error([answered(1.0, right=False)]) == 1


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
def test_every_answer_stands_in_one_bin(cases: list[tuple[float, bool]]) -> None:
    found = [answered(confidence, right=right) for confidence, right in cases]
    bins = reliability(found)
    assert sum(item.right.whole for item in bins) == len(cases)
    assert sum(item.right.part for item in bins) == sum(right for _, right in cases)
    assert all(item.low - 1e-9 <= item.said <= item.high + 1e-9 for item in bins)
    assert 0 <= calibration_error(found) <= 1


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
