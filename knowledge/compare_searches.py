"""What each part of the search is worth: recall with and without it, weighted scores against rank fusion."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from knowledge.encoder import Encoder
from knowledge.finder import Finder
from knowledge.measure import Proportion
from knowledge.passages import TargetKind, target_kind
from knowledge.questions import Question
from knowledge.reply import Outcome
from knowledge.search import FEATURES, SearchIndex
from knowledge.snapshot import make_search_index

Scores = npt.NDArray[np.float32]
RANK_CONSTANT = 60  # of reciprocal rank fusion, as its authors set it


def compare_searches(
    finder: Finder, questions: Sequence[Question], other_encoder: str | None = None
) -> Iterator[tuple[str, Proportion, Proportion]]:
    """Name, recall@1 and recall@5 of each way to rank the procedures, on the single-turn cases with an answer."""
    asked = [item for item in questions if item.behaviour is Outcome.ANSWER and len(item.turns) == 1]
    for name, rank in _ways(finder.tuning.fusion_weights).items():
        yield name, *_recall(finder.index, asked, rank)
    if other_encoder:
        index = make_search_index(finder.index.passages, Encoder(other_encoder), finder.lexicons)
        yield f"meaning alone: {other_encoder}", *_recall(index, asked, lambda parts: parts[:, 2])
        fused = _weighted(finder.tuning.fusion_weights)
        yield f"all parts, meaning by {other_encoder}", *_recall(index, asked, fused)


def _ways(weights: Sequence[float]) -> dict[str, Callable[[Scores], Scores]]:
    ways = {f"{name} alone": _weighted([float(name == part) for part in FEATURES]) for name in FEATURES}
    without = [0.0 if name == "meaning" else weight for name, weight in zip(FEATURES, weights, strict=True)]
    ways["weighted, without meaning"] = _weighted(without)
    ways["weighted, all parts"] = _weighted(weights)
    ways["reciprocal rank fusion, all parts"] = _rank_fusion
    return ways


def _weighted(weights: Sequence[float]) -> Callable[[Scores], Scores]:
    return lambda parts: np.asarray(parts @ np.asarray(weights, dtype=np.float32), dtype=np.float32)


def _rank_fusion(parts: Scores) -> Scores:
    ranks = np.argsort(np.argsort(-parts, axis=0, kind="stable"), axis=0, kind="stable")
    return np.asarray((1 / (RANK_CONSTANT + 1 + ranks)).sum(axis=1), dtype=np.float32)


def _recall(
    index: SearchIndex, questions: Sequence[Question], rank: Callable[[Scores], Scores]
) -> tuple[Proportion, Proportion]:
    rows = [row for row, target in enumerate(index.targets) if target_kind(target) is TargetKind.PROCEDURE]
    first = five = 0
    for item in questions:
        scores = rank(index.features(item.turns[-1])[rows])
        best = [index.targets[rows[place]] for place in np.argsort(-scores, kind="stable")[:5]]
        first += best[0] in item.codes
        five += any(code in item.codes for code in best)
    return Proportion(first, len(questions)), Proportion(five, len(questions))
