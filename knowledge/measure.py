"""Figures of a question set: recall, MRR, refusals, each proportion with its 95 % interval (Wilson)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.questions import Question
from knowledge.reply import Outcome

REFUSALS = (Outcome.NOT_IN_CATALOGUE, Outcome.OUT_OF_SCOPE)


@dataclass(frozen=True)
class Proportion:
    """part of whole."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """Part / whole; not a number for an empty whole."""
        return self.part / self.whole if self.whole else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval."""
        if not self.whole:
            return (math.nan, math.nan)
        z, n, p = 1.96, self.whole, self.value
        middle = p + z * z / (2 * n)
        spread = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return ((middle - spread) / (1 + z * z / n), (middle + spread) / (1 + z * z / n))

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.3f} [{low:.3f}, {high:.3f}]" if self.whole else "-"


@dataclass(frozen=True)
class Outcomes:
    """What came back for one case. ranked: procedure codes, best first."""

    question: Question
    expected: Outcome
    ranked: tuple[tuple[str, float], ...]
    decision: Outcome
    ms: float
    confidence: float = 1.0

    def hit(self, within: int) -> bool:
        """Whether a right code is among the first `within`."""
        return any(code in self.question.codes for code, _ in self.ranked[:within])

    @property
    def reciprocal_rank(self) -> float:
        """1 / rank of the first right code, 0 if none."""
        ranks = (rank for rank, (code, _) in enumerate(self.ranked, 1) if code in self.question.codes)
        return 1 / next(ranks, math.inf)


@dataclass(frozen=True)
class Bin:
    """Answers whose confidence lies between low and high: how sure they were, and how often they were right."""

    low: float
    high: float
    said: float
    right: Proportion


def reliability(outcomes: Sequence[Outcomes], bins: int = 10) -> list[Bin]:
    """The answers in bins of their confidence; empty bins are left out."""
    answers = [item for item in outcomes if item.decision is Outcome.ANSWER]
    result = []
    for place in range(bins):
        low, high = place / bins, (place + 1) / bins
        inside = [item for item in answers if low <= item.confidence < high or (high == 1 and item.confidence == 1)]
        if inside:
            right = sum(item.expected is Outcome.ANSWER and item.hit(1) for item in inside)
            said = sum(item.confidence for item in inside) / len(inside)
            result.append(Bin(low, high, said, Proportion(right, len(inside))))
    return result


def calibration_error(outcomes: Sequence[Outcomes]) -> float:
    """The mean distance between how sure answers were and how often they were right (expected calibration error)."""
    found = reliability(outcomes)
    whole = sum(item.right.whole for item in found)
    return sum(item.right.whole * abs(item.said - item.right.value) for item in found) / whole if whole else math.nan


@dataclass(frozen=True)
class Figures:
    """The figures of one set or tag."""

    name: str
    cases: int
    recall_1: Proportion
    recall_5: Proportion
    mrr: float
    behaviour: Proportion
    refusal_precision: Proportion
    refusal_recall: Proportion
    ms_median: float
    ms_p95: float


def figures(name: str, outcomes: Sequence[Outcomes]) -> Figures:
    """Figures over some cases. Recall and MRR count the cases whose right behaviour is an answer."""
    found = [item for item in outcomes if item.expected is Outcome.ANSWER and item.question.codes]
    # Small talk, hand-over and the like are told apart by the conversation, not by the index.
    decided = [item for item in outcomes if item.expected in (*REFUSALS, Outcome.ANSWER, Outcome.CLARIFY)]
    refused = [item for item in decided if item.decision in REFUSALS]
    to_refuse = [item for item in decided if item.expected in REFUSALS]
    times = sorted(item.ms for item in outcomes)
    return Figures(
        name=name,
        cases=len(outcomes),
        recall_1=Proportion(sum(item.hit(1) for item in found), len(found)),
        recall_5=Proportion(sum(item.hit(5) for item in found), len(found)),
        mrr=sum(item.reciprocal_rank for item in found) / len(found) if found else math.nan,
        behaviour=Proportion(sum(item.decision is item.expected for item in decided), len(decided)),
        refusal_precision=Proportion(sum(item.expected in REFUSALS for item in refused), len(refused)),
        refusal_recall=Proportion(sum(item.decision in REFUSALS for item in to_refuse), len(to_refuse)),
        ms_median=percentile(times, 0.5),
        ms_p95=percentile(times, 0.95),
    )


def by_tag(outcomes: Sequence[Outcomes]) -> list[Figures]:
    """Figures of the whole set, then of every tag."""
    tags = sorted({tag for item in outcomes for tag in item.question.tags})
    return [figures("all", outcomes)] + [
        figures(tag, [item for item in outcomes if tag in item.question.tags]) for tag in tags
    ]


def percentile(ordered: Sequence[float], share: float) -> float:
    """A percentile of ordered figures (nearest rank); not a number for none."""
    if not ordered:
        return math.nan
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1 if share else 0)]
