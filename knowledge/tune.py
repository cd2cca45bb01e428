"""Fits the fusion, the decision and the confidence on one half of the development questions, reports on the other.

Which half a case falls into follows from its id, so that it stays there when cases are added.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from knowledge.decide import BEHAVIOURS, Tuning
from knowledge.evaluate import evaluate
from knowledge.finder import Finder
from knowledge.measure import figures
from knowledge.passages import TargetKind
from knowledge.questions import Question
from knowledge.reply import Outcome
from knowledge.search import FEATURES

CHOICES = {"words": (0.5, 1.0), "letters": (0.0, 0.5, 1.0), "meaning": (0.5, 1.0, 2.0), "accents": (0.0, 0.2, 0.4)}


def fitting_half(question: Question) -> bool:
    """Whether a case is fitted on (else it is reported on)."""
    return zlib.crc32(question.id.encode()) % 2 == 0


def tune(finder: Finder, questions: Sequence[Question], follow_ups: Sequence[str]) -> Tuning:
    """New weights, with the figures that they reach on the half that was not fitted on.

    follow_ups: messages that name no procedure but go on about one.
    """
    fit = [question for question in questions if fitting_half(question)]
    held_out = [question for question in questions if not fitting_half(question)]
    fusion = _fusion(finder, fit)
    fused = replace(finder, tuning=finder.tuning.model_copy(update={"fusion": fusion}))
    fitted = _decision(fused, fit)
    fitted = fitted.model_copy(update={"naming": _naming(fused, fit, follow_ups)})
    reached = figures("held out", evaluate(replace(finder, tuning=fitted), held_out))
    return fitted.model_copy(
        update={
            "figures": {
                "fitted_on": float(len(fit)),
                "reported_on": float(len(held_out)),
                "recall_1": round(reached.recall_1.value, 4),
                "recall_5": round(reached.recall_5.value, 4),
                "behaviour": round(reached.behaviour.value, 4),
                "refusal_precision": round(reached.refusal_precision.value, 4),
                "refusal_recall": round(reached.refusal_recall.value, 4),
            }
        }
    )


def _fusion(finder: Finder, questions: Sequence[Question]) -> dict[str, float]:
    """The weights with the best mean reciprocal rank; of equals the ones that come first."""
    single = [item for item in questions if item.behaviour is Outcome.ANSWER and len(item.turns) == 1]
    is_procedure = np.array([":" not in target and target != "outside" for target in finder.index.targets])
    cases = []
    for item in single:
        right = np.array([target in item.codes for target in finder.index.targets])
        if right.any():
            cases.append((finder.index.features(item.turns[-1])[is_procedure], right[is_procedure]))

    def mean_rank(weights: tuple[float, ...]) -> float:
        total = 0.0
        for parts, right in cases:
            scores = parts @ np.array(weights, dtype=np.float32)
            total += 1 / (1 + int((scores > scores[right].max()).sum()))
        return total / max(1, len(cases))

    best = max(product(*(CHOICES[name] for name in FEATURES)), key=mean_rank)
    return dict(zip(FEATURES, best, strict=True))


def _decision(finder: Finder, questions: Sequence[Question]) -> Tuning:
    """The weights of the decision and of the confidence, on single-turn cases of the four behaviours."""
    rows: list[npt.NDArray[np.float64]] = []
    labels: list[int] = []
    leads: list[list[float]] = []
    right: list[bool] = []
    for item in questions:
        if item.behaviour not in BEHAVIOURS or len(item.turns) > 1:
            continue
        hits, values = finder.signals(item.turns[-1])
        rows.append(values)
        labels.append(BEHAVIOURS.index(item.behaviour))
        if item.behaviour is Outcome.ANSWER:
            first = next((hit.target for hit in hits if hit.kind is TargetKind.PROCEDURE), "")
            leads.append([float(values[0]), float(values[1])])
            right.append(first in item.codes)
    model = LogisticRegression(C=3.0, max_iter=2000, fit_intercept=False)
    model.fit(np.array(rows), labels)
    weights = {
        BEHAVIOURS[label].value: tuple(round(float(value), 4) for value in row)
        for label, row in zip(model.classes_, model.coef_, strict=True)
    }
    sure = LogisticRegression(C=3.0).fit(leads, right) if len(set(right)) > 1 else None
    rightness = (
        (float(sure.coef_[0][0]), float(sure.coef_[0][1]), float(sure.intercept_[0])) if sure else (0.0, 0.0, 3.0)
    )
    return finder.tuning.model_copy(
        update={"behaviours": weights, "rightness": tuple(round(value, 4) for value in rightness)}
    )


def _naming(finder: Finder, questions: Sequence[Question], follow_ups: Sequence[str]) -> tuple[float, ...]:
    """The weights that tell a message that names something from one that goes on about a procedure."""
    named = [item.turns[0] for item in questions if item.behaviour in BEHAVIOURS]
    rows = [finder.signals(text)[1] for text in (*named, *follow_ups)]
    model = LogisticRegression(C=3.0, max_iter=2000, fit_intercept=False, class_weight="balanced")
    model.fit(np.array(rows), [True] * len(named) + [False] * len(follow_ups))
    return tuple(round(float(value), 4) for value in model.coef_[0])
