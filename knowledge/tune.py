"""Fits the ranking, the decision and the confidence on one half of the development questions, reports on the other.

Which half a case falls into follows from its id, so that it stays there when cases are added. The ranking is a
conditional logit over the candidates of a question (McFadden 1974): the weights under which the right are likeliest.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from knowledge.catalogue import Catalogue
from knowledge.decide import BEHAVIOURS, Tuning, choose, log_odds
from knowledge.evaluate import evaluate
from knowledge.finder import Finder
from knowledge.measure import calibration_error, figures
from knowledge.passages import TargetKind
from knowledge.questions import Question
from knowledge.reply import Outcome
from knowledge.search import FEATURES, Hit

PLAIN_COUNTS = 0.1  # what a plain question counts in the decision
PLAIN = 3  # phrasings of a procedure that are asked as plain questions
PLAIN_ASPECTS = (" cần giấy tờ gì", " ở đâu")  # behind a name or a phrasing
RIDGE = 0.005  # what a large weight costs
REFUSALS = (BEHAVIOURS.index(Outcome.NOT_IN_CATALOGUE), BEHAVIOURS.index(Outcome.OUT_OF_SCOPE))
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Seen:
    """A question as the decision sees it."""

    hits: Sequence[Hit]
    values: Floats
    behaviour: int
    right: bool


def fitting_half(question: Question) -> bool:
    """Whether a case is fitted on (else it is reported on)."""
    return zlib.crc32(question.id.encode()) % 2 == 0


@dataclass(frozen=True)
class Asked:
    """Questions and the index that they are asked of. weight: what one of them counts in the decision."""

    finder: Finder
    questions: Sequence[Question]
    weight: float = 1.0

    def only(self, *, fitted: bool) -> Asked:
        """The half to fit on, or the other one."""
        return replace(self, questions=[item for item in self.questions if fitting_half(item) is fitted])

    def tuned(self, tuning: Tuning) -> Asked:
        """The same with other weights."""
        return replace(self, finder=replace(self.finder, tuning=tuning))


def tune(sets: Sequence[Asked], follow_ups: Sequence[str]) -> Tuning:
    """New weights, with the figures that they reach on the half that was not fitted on.

    sets: each with the catalogue that its questions are about; the figures are those of the first.
    follow_ups: messages that name no procedure but go on about one.
    """
    fit = [asked.only(fitted=True) for asked in sets]
    tuning = sets[0].finder.tuning
    tuning = tuning.model_copy(update={"ranking": _ranking(fit, tuning)})
    tuning = _decision([asked.tuned(tuning) for asked in fit], tuning)
    tuning = tuning.model_copy(update={"naming": _naming([asked.tuned(tuning) for asked in fit], follow_ups)})
    held_out = sets[0].only(fitted=False).tuned(tuning)
    figures_reached = _figures(held_out, sum(len(asked.questions) for asked in fit))
    return tuning.model_copy(update={"figures": figures_reached})


def as_written(catalogue: Catalogue) -> list[Question]:
    """Plain questions, to fit on beside what people say: names and phrasings of the procedures with a record of ours,
    bare and with an aspect, which are to be answered; phrasings of topics, which are to be asked back about.
    """
    result = []
    for record in catalogue.procedures.values():
        if record.imported:
            continue
        spoken = catalogue.phrasings.get(record.code, ())[:PLAIN]
        texts = [f"{text.lower()}{aspect}" for text in (record.short_name, *spoken) for aspect in ("", *PLAIN_ASPECTS)]
        result += [
            Question(id=f"plain-{record.code}-{place}", turns=(text,), codes=(record.code,))
            for place, text in enumerate(texts)
        ]
    for topic in catalogue.topics.values():
        codes = tuple(option.code for option in topic.options)
        result += [
            Question(id=f"plain-{topic.id}-{place}", turns=(text,), codes=codes, behaviour=Outcome.CLARIFY)
            for place, text in enumerate(topic.phrasings[: 2 * PLAIN])
        ]
    return result


def _figures(held_out: Asked, fitted_on: int) -> dict[str, float]:
    results = evaluate(held_out.finder, held_out.questions)
    reached = figures("held out", results)
    values = {
        "fitted_on": float(fitted_on),
        "reported_on": float(len(held_out.questions)),
        "recall_1": reached.recall_1.value,
        "recall_5": reached.recall_5.value,
        "behaviour": reached.behaviour.value,
        "refusal_precision": reached.refusal_precision.value,
        "refusal_recall": reached.refusal_recall.value,
        "calibration_error": calibration_error(results),
    }
    return {name: round(value, 4) for name, value in values.items() if not math.isnan(value)}


def _single(questions: Sequence[Question]) -> list[Question]:
    return [item for item in questions if item.behaviour in BEHAVIOURS and len(item.turns) == 1]


def _cases(asked: Asked) -> Iterator[tuple[Floats, npt.NDArray[np.bool_]]]:
    """Of each question with an answer among the candidates: the procedures' features, and which are right."""
    index = asked.finder.index
    is_procedure = np.array([kind is TargetKind.PROCEDURE for kind in index.kinds])
    right_of = [frozenset(targets) for targets in index.layout.targets]
    for item in _single(asked.questions):
        if item.behaviour is not Outcome.ANSWER:
            continue
        found = index.candidates(item.turns[-1])
        rows = is_procedure[found.groups]
        right = np.array([bool(right_of[group] & set(item.codes)) for group in found.groups[rows].tolist()])
        if right.any():
            yield found.features[rows].astype(np.float64), right


def _ranking(sets: Sequence[Asked], tuning: Tuning) -> dict[str, float]:
    """The weights under which the right procedures are likeliest among the candidates."""
    cases = [case for asked in sets if asked.weight == 1 for case in _cases(asked)]
    if not cases:
        return tuning.ranking

    def loss(weights: Floats) -> tuple[float, Floats]:
        value, slope = RIDGE * float(weights @ weights), 2 * RIDGE * weights
        for features, right in cases:
            scores = features @ weights
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            likely = float(shares[right].sum()) + 1e-12
            value -= float(np.log(likely)) / len(cases)
            slope = slope - features.T @ (shares * right / likely - shares) / len(cases)
        return value, slope

    found_weights = minimize(loss, np.array(tuning.weights), jac=True, method="L-BFGS-B").x
    return {name: round(float(weight), 4) for name, weight in zip(FEATURES, found_weights, strict=True)}


def _decision(sets: Sequence[Asked], tuning: Tuning) -> Tuning:
    """The weights of the decision, its thresholds and the confidence, on single-turn cases of the four behaviours."""
    seen = [_seen(asked.finder, item) for asked in sets for item in _single(asked.questions)]
    counts = np.array([asked.weight for asked in sets for _ in _single(asked.questions)])
    rows = np.array([item.values for item in seen])
    labels = np.array([item.behaviour for item in seen])
    model = LogisticRegression(C=1.0, max_iter=4000, fit_intercept=False)
    model.fit(rows, labels, sample_weight=counts)
    weights = {
        BEHAVIOURS[label].value: tuple(round(float(value), 4) for value in row)
        for label, row in zip(model.classes_, model.coef_, strict=True)
    }
    # Thresholds and confidence are fitted on chances of cases that the model was not fitted on.
    shares = cross_val_predict(
        model, rows, labels, cv=_folds(labels), method="predict_proba", params={"sample_weight": counts}
    )
    asked_so = counts == 1
    seen = [item for item, so in zip(seen, asked_so, strict=True) if so]
    shares, labels = shares[asked_so], labels[asked_so]
    tuning = tuning.model_copy(
        update={
            "behaviours": weights,
            "refuse_above": _refuse_above(shares, labels),
            "ask_above": _ask_above(shares, labels),
        }
    )
    return tuning.model_copy(update={"rightness": _rightness(seen, shares, tuning)})


def _folds(labels: npt.NDArray[np.int64]) -> int:
    return max(2, min(10, int(np.bincount(labels).min())))


def _seen(finder: Finder, item: Question) -> Seen:
    hits, values = finder.signals(item.turns[-1])
    first = next((hit.target for hit in hits if hit.kind is TargetKind.PROCEDURE), "")
    return Seen(hits, values, BEHAVIOURS.index(item.behaviour), first in item.codes)


def _refuse_above(shares: Floats, labels: npt.NDArray[np.int64]) -> float:
    """The point of the curve where the smaller one of the refusal's precision and recall is largest."""
    to_refuse = np.isin(labels, REFUSALS)
    refusal = shares[:, list(REFUSALS)].sum(axis=1)

    def worse(threshold: float) -> float:
        refused = refusal > threshold
        both = float((refused & to_refuse).sum())
        return min(both / max(1.0, float(refused.sum())), both / max(1.0, float(to_refuse.sum())))

    return round(float(max(np.arange(0.2, 0.81, 0.02), key=worse)), 2)


def _ask_above(shares: Floats, labels: npt.NDArray[np.int64]) -> float:
    """The share of asking back from which most questions that are not refused are treated rightly."""
    answer, clarify = BEHAVIOURS.index(Outcome.ANSWER), BEHAVIOURS.index(Outcome.CLARIFY)
    told = np.isin(labels, (answer, clarify))
    asking = shares[told, clarify] / shares[told][:, (answer, clarify)].sum(axis=1)

    def right(threshold: float) -> int:
        return int(((asking > threshold) == (labels[told] == clarify)).sum())

    return round(float(max(np.arange(0.5, 0.81, 0.02), key=right)), 2)


def _rightness(seen: Sequence[Seen], shares: Floats, tuning: Tuning) -> tuple[float, float, float]:
    """How the chance of answering and of the first procedure make the chance that the answer is right."""
    answer = BEHAVIOURS.index(Outcome.ANSWER)
    rows, right = [], []
    for item, share in zip(seen, shares, strict=True):
        if choose(share, tuning) is Outcome.ANSWER:
            rows.append([log_odds(float(share[answer])), log_odds(float(item.values[2]))])
            right.append(item.behaviour == answer and item.right)
    if len(set(right)) < 2:
        return tuning.rightness
    model = LogisticRegression(C=1.0).fit(rows, right)
    return tuple(round(float(value), 4) for value in (*model.coef_[0], model.intercept_[0]))  # type: ignore[return-value]


def _naming(sets: Sequence[Asked], follow_ups: Sequence[str]) -> tuple[float, ...]:
    """The weights that tell a message that names something from one that goes on about a procedure."""
    named = [
        asked.finder.signals(item.turns[0])[1]
        for asked in sets
        for item in asked.questions
        if item.behaviour in BEHAVIOURS
    ]
    rows = [*named, *(sets[0].finder.signals(text)[1] for text in follow_ups)]
    model = LogisticRegression(C=3.0, max_iter=4000, fit_intercept=False, class_weight="balanced")
    model.fit(np.array(rows), [True] * len(named) + [False] * len(follow_ups))
    return tuple(round(float(value), 4) for value in model.coef_[0])
