"""Fitting on one half of the questions, reporting on the other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.decide import DEFAULT, Tuning, signals
from knowledge.finder import Finder
from knowledge.questions import Question
from knowledge.reply import Outcome
from knowledge.search import FEATURES
from knowledge.tune import CHOICES, fitting_half, tune
from tests.knowledge import tiny

FOLLOW_UPS = ("hết bao nhiêu tiền", "bao lâu thì xong", "nộp ở đâu", "cần mang gì")


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    found = [
        Question(id=f"{code}-{number}", turns=(text,), codes=(code,))
        for code, texts in tiny.PHRASINGS.items()
        for number, text in enumerate(texts)
    ]
    for behaviour, texts in (
        (Outcome.CLARIFY, tiny.TOPIC["phrasings"]),
        (Outcome.NOT_IN_CATALOGUE, [text for item in tiny.ELSEWHERE["procedures"] for text in item["phrasings"]]),
        (Outcome.OUT_OF_SCOPE, tiny.OUTSIDE["sentences"]),
    ):
        found += [Question(id=f"{behaviour}-{text}", turns=(text,), behaviour=behaviour) for text in texts]
    return found


@pytest.fixture(scope="module")
def tuned(finder: Finder, questions: list[Question]) -> Tuning:
    return tune(finder, questions, FOLLOW_UPS)


@pytest.mark.parametrize(("case", "fitted"), [("de-001", True), ("de-002", True), ("dy-001", False), ("q", False)])
def test_a_case_stays_in_its_half(case: str, fitted: bool) -> None:
    """These must never change, or figures that were reported once would no longer be of held-out cases."""
    assert fitting_half(Question(id=case, turns=("?",))) is fitted


@given(st.text(), st.text(min_size=1))
def test_the_half_follows_from_the_id_alone(case: str, text: str) -> None:
    one = Question(id=case, turns=("?",))
    other = Question(id=case, turns=(text,), behaviour=Outcome.CLARIFY, tags=("a",))
    assert fitting_half(one) is fitting_half(other)


def test_both_halves_have_about_as_many_cases() -> None:
    fitted = sum(fitting_half(Question(id=f"x-{number}", turns=("?",))) for number in range(1000))
    assert 430 < fitted < 570


def test_the_result_is_a_whole_tuning(tuned: Tuning) -> None:
    assert Tuning.model_validate(tuned.model_dump()) == tuned
    assert all(tuned.fusion[name] in CHOICES[name] for name in FEATURES)
    assert tuned.behaviours != DEFAULT.behaviours
    assert tuned.alternatives_below == DEFAULT.alternatives_below


def test_the_halves_are_told(tuned: Tuning, questions: list[Question]) -> None:
    fitted = sum(map(fitting_half, questions))
    assert (tuned.figures["fitted_on"], tuned.figures["reported_on"]) == (fitted, len(questions) - fitted)
    assert tuned.figures["recall_1"] > 0.9


def test_tuning_is_repeatable(finder: Finder, questions: list[Question], tuned: Tuning) -> None:
    assert tune(finder, questions, FOLLOW_UPS) == tuned


def test_the_fitted_half_is_decided_as_it_should(finder: Finder, questions: list[Question], tuned: Tuning) -> None:
    fitted = replace(finder, tuning=tuned)
    half = [item for item in questions if fitting_half(item)]
    right = [fitted.find(item.turns[0])[1].outcome is item.behaviour for item in half]
    assert sum(right) / len(right) > 0.9


def test_what_names_something_is_told_from_what_goes_on(finder: Finder, tuned: Tuning) -> None:
    fitted = replace(finder, tuning=tuned)
    named = [fitted.find(texts[0])[1].naming for texts in tiny.PHRASINGS.values()]
    goes_on = [fitted.find(text)[1].naming for text in FOLLOW_UPS]
    assert min(named) > max(goes_on)
    assert len(tuned.naming) == len(signals([], 0, 0))
