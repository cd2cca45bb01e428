"""Fitting on one half of the questions, reporting on the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import approx_fprime

from knowledge import tune as module
from knowledge.catalogue import Catalogue
from knowledge.decide import BEHAVIOURS, DEFAULT, SIGNALS, Tuning, signals
from knowledge.finder import Finder
from knowledge.questions import Question
from knowledge.reply import Outcome
from knowledge.search import FEATURES
from knowledge.snapshot import Snapshot
from knowledge.tune import PLAIN_COUNTS, RIDGE, Asked, as_written, fitting_half, tune
from tests.knowledge import tiny

Floats = npt.NDArray[np.float64]
Loss = Callable[[Floats], tuple[float, Floats]]
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
    return tune([Asked(finder, questions)], FOLLOW_UPS)


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
    assert set(tuned.ranking) == set(FEATURES)
    assert tuned.ranking != DEFAULT.ranking
    assert tuned.behaviours != DEFAULT.behaviours
    assert set(tuned.behaviours) == {behaviour.value for behaviour in BEHAVIOURS}
    assert 0.2 <= tuned.refuse_above <= 0.8
    assert tuned.ask_above == 0.5
    assert tuned.alternatives_below == DEFAULT.alternatives_below


def test_the_halves_are_told(tuned: Tuning, questions: list[Question]) -> None:
    fitted = sum(map(fitting_half, questions))
    assert (tuned.figures["fitted_on"], tuned.figures["reported_on"]) == (fitted, len(questions) - fitted)
    assert tuned.figures["recall_1"] > 0.9
    assert set(tuned.figures) == {
        "fitted_on",
        "reported_on",
        "recall_1",
        "recall_5",
        "behaviour",
        "refusal_precision",
        "refusal_recall",
        "calibration_error",
    }


def test_tuning_is_repeatable(finder: Finder, questions: list[Question], tuned: Tuning) -> None:
    assert tune([Asked(finder, questions)], FOLLOW_UPS) == tuned


def test_two_sets_are_fitted_on_and_the_first_is_reported_on(
    finder: Finder, wider: Snapshot, questions: list[Question], tuned: Tuning
) -> None:
    """Each with its own catalogue: what the one holds, the other must refuse."""
    wide = replace(finder, index=wider.index, scope=wider.scope)
    bees = [Question(id=f"bees-{number}", turns=("nuôi ong lấy mật",), codes=(tiny.BEES,)) for number in range(6)]
    absent = [item.model_copy(update={"codes": (), "behaviour": Outcome.NOT_IN_CATALOGUE}) for item in bees]
    both = tune([Asked(wide, bees), Asked(finder, [*questions, *absent])], FOLLOW_UPS)
    fitted = sum(map(fitting_half, [*questions, *bees, *absent]))
    assert both.figures["fitted_on"] == fitted
    assert both.figures["reported_on"] == sum(not fitting_half(item) for item in bees)
    assert both.figures["recall_1"] == 1.0
    assert both != tuned
    assert replace(wide, tuning=both).find("nuôi ong lấy mật")[1].target == tiny.BEES


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
    assert len(tuned.naming) == len(SIGNALS) == len(signals([], 0, 0))


# --- plain questions


def test_what_we_hold_is_asked_for_plainly(catalogue: Catalogue) -> None:
    """What was written by hand is to be answered; phrasings of topics are to be asked back about."""
    imported = {item.record.code: item.record for item in tiny.merged()}
    found = as_written(replace(catalogue, procedures=imported))
    answers = [item for item in found if item.behaviour is Outcome.ANSWER]
    assert {item.codes for item in answers} == {(code,) for code in tiny.RECORDS}
    assert len({item.id for item in found}) == len(found)
    own = [item.turns[0] for item in answers if item.codes == (tiny.STAY,)]
    assert own[0] == "đăng ký tạm trú"
    assert tiny.PHRASINGS[tiny.STAY][0].lower() in own
    asked_back = [item for item in found if item.behaviour is Outcome.CLARIFY]
    assert {item.codes for item in asked_back} == {(tiny.STAY, tiny.HOME)}


def test_plain_questions_are_fitted_on_and_not_reported(
    finder: Finder, questions: list[Question], tuned: Tuning, catalogue: Catalogue
) -> None:
    """Names as the law has them are easy; how sure an answer is follows from what people say."""
    named = Asked(finder, as_written(catalogue), PLAIN_COUNTS)
    both = tune([Asked(finder, questions), named], FOLLOW_UPS)
    assert both.figures["fitted_on"] == tuned.figures["fitted_on"] + sum(map(fitting_half, named.questions))
    assert both.figures["reported_on"] == tuned.figures["reported_on"]
    assert both.behaviours != tuned.behaviours
    fitted = replace(finder, tuning=both)
    decisions = [fitted.find(item.turns[0])[1] for item in named.questions]
    right = [one.outcome is item.behaviour for one, item in zip(decisions, named.questions, strict=True)]
    assert sum(right) / len(right) > 0.8


# --- the ranking


def ranking_loss(monkeypatch: pytest.MonkeyPatch, asked_of: Asked) -> tuple[Loss, Floats]:
    """What the fit of the ranking minimises, and where it begins."""
    asked: dict[str, Any] = {}

    def look(loss: Loss, start: Floats, **options: Any) -> SimpleNamespace:
        asked.update(loss=loss, start=start, options=options)
        return SimpleNamespace(x=start)

    with monkeypatch.context() as patched:
        patched.setattr(module, "minimize", look)
        module._ranking([asked_of], DEFAULT)
    assert asked["options"]["jac"] is True
    return asked["loss"], asked["start"]


@pytest.fixture
def family(wider: Snapshot, finder: Finder) -> Asked:
    """A question with two right codes in one group, one with two right groups, one with a single right one."""
    cases = [
        ("đổi thẻ đội viên", (tiny.CARD_COMMUNE, tiny.CARD_PROVINCE)),
        ("đăng ký cư trú", (tiny.STAY, tiny.HOME)),
        ("cấp phép nuôi ong", (tiny.BEES,)),
    ]
    questions = [Question(id=text, turns=(text,), codes=codes) for text, codes in cases]
    return Asked(replace(finder, index=wider.index, scope=wider.scope), questions)


@pytest.mark.parametrize("seed", range(5))
def test_the_slope_of_the_ranking_is_right(monkeypatch: pytest.MonkeyPatch, family: Asked, seed: int) -> None:
    """Compared with the slope by small steps, at the start and wherever chance falls."""
    loss, start = ranking_loss(monkeypatch, family)
    weights = start if seed == 0 else np.random.default_rng(seed).normal(0, 3, len(FEATURES))
    _, slope = loss(weights)
    assert slope == pytest.approx(approx_fprime(weights, lambda point: loss(point)[0], 1e-6), abs=1e-4)


def test_the_loss_is_how_unlikely_the_right_ones_are(monkeypatch: pytest.MonkeyPatch, family: Asked) -> None:
    """With no weight at all, every one of the six groups with procedures is as likely as the others."""
    loss, start = ranking_loss(monkeypatch, family)
    assert start.tolist() == DEFAULT.weights
    value, _ = loss(np.zeros(len(FEATURES)))
    assert value == pytest.approx(-np.mean(np.log([1 / 6, 2 / 6, 1 / 6])))
    one = np.eye(len(FEATURES))[0] * 2
    with_ridge, without = loss(one)[0], loss(one)[0] - RIDGE * 4
    assert 0 < without < with_ridge


def test_the_fitted_ranking_is_better_than_where_it_began(monkeypatch: pytest.MonkeyPatch, family: Asked) -> None:
    loss, start = ranking_loss(monkeypatch, family)
    found = module._ranking([family], DEFAULT)
    weights = np.array([found[name] for name in FEATURES])
    assert loss(weights)[0] < loss(start)[0]
    assert np.abs(loss(weights)[1]).max() < 0.01  # level ground


def test_without_a_question_that_can_be_ranked_the_ranking_stays(finder: Finder) -> None:
    questions = [
        Question(id="1", turns=("hộ khẩu",), behaviour=Outcome.CLARIFY, codes=(tiny.HOME,)),
        Question(id="2", turns=("khai sinh", "bao nhiêu"), codes=(tiny.BIRTH,)),
        Question(id="3", turns=("khai sinh",), codes=("9.999999",)),
    ]
    assert module._ranking([Asked(finder, questions)], DEFAULT) == DEFAULT.ranking


# --- the thresholds


def refuse_above(*cases: tuple[float, Outcome]) -> float:
    """The threshold for cases, each with its chance of a refusal and what is right."""
    shares = [(1 - chance, 0.0, chance / 2, chance / 2) for chance, _ in cases]
    labels = [BEHAVIOURS.index(outcome) for _, outcome in cases]
    return module._refuse_above(np.array(shares), np.array(labels))


def test_the_threshold_of_refusing_lies_where_precision_and_recall_meet() -> None:
    refuse, other = Outcome.OUT_OF_SCOPE, Outcome.NOT_IN_CATALOGUE
    low = refuse_above((0.1, Outcome.ANSWER), (0.15, Outcome.CLARIFY), (0.35, other), (0.6, refuse))
    assert 0.15 <= low < 0.35
    high = refuse_above((0.1, Outcome.ANSWER), (0.62, Outcome.ANSWER), (0.7, refuse), (0.9, other))
    assert 0.62 <= high < 0.7
    mixed = refuse_above(
        (0.3, refuse), (0.4, Outcome.ANSWER), (0.5, refuse), (0.55, Outcome.ANSWER), (0.6, other), (0.9, refuse)
    )
    assert 0.4 <= mixed < 0.5  # refuses four, three of them rightly, of four that are to be refused


def test_where_nothing_is_to_be_refused_there_is_a_threshold_all_the_same() -> None:
    assert 0.2 <= refuse_above((0.1, Outcome.ANSWER), (0.3, Outcome.CLARIFY)) <= 0.8
