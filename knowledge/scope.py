"""How likely a sentence is a matter of administration at all: a small logistic regression over hashed words."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from knowledge.analyzers import letter_groups, words_and_pairs
from knowledge.normalise import Lexicon, readings
from knowledge.passages import OUTSIDE, Passage

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

BUCKETS = 2**15
MOST_INSIDE = 12_000  # passages that the model learns from


class ScopeModel:
    """weights: one for each hashed feature, the last one the constant."""

    def __init__(self, weights: npt.NDArray[np.float32]) -> None:
        self._weights = weights

    @classmethod
    def train(cls, passages: Sequence[Passage], lexicons: Sequence[Lexicon]) -> ScopeModel:
        """Learns from the passages what lies inside and outside. Without outside examples all is inside."""
        from sklearn.linear_model import LogisticRegression  # which a server that answers need not wait for

        inside = np.array([item.target != OUTSIDE for item in passages])
        if inside.all() or not inside.any():
            weights = np.zeros(BUCKETS + 1, dtype=np.float32)
            weights[-1] = 5.0
            return cls(weights)
        chosen = _sample(inside)
        passages, inside = [passages[row] for row in chosen], inside[chosen]
        rows = [_row(readings(item.text, lexicons)[-1]) for item in passages]
        model = LogisticRegression(C=8.0, max_iter=400, class_weight="balanced")
        model.fit(_matrix(rows), inside)
        return cls(np.append(model.coef_[0], model.intercept_).astype(np.float32))

    def logit(self, text: str) -> float:
        """Log odds that the text (read out in standard words) is a matter of administration."""
        row = _row(text)
        buckets = np.fromiter(row, dtype=np.int64, count=len(row))
        values = np.fromiter(row.values(), dtype=np.float32, count=len(row))
        return float(self._weights[buckets] @ values + self._weights[-1])

    def save(self, path: Path) -> None:
        """Writes the weights as a numpy array."""
        np.save(path, self._weights)

    @classmethod
    def load(cls, path: Path) -> ScopeModel:
        """Reads what save wrote."""
        return cls(np.load(path, mmap_mode="r"))


def _sample(inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """All that lies outside, and at most so many from inside that training does not grow with the catalogue."""
    within, outside = np.flatnonzero(inside), np.flatnonzero(~inside)
    if len(within) > MOST_INSIDE:
        within = np.random.default_rng(7).choice(within, MOST_INSIDE, replace=False)
    return np.sort(np.concatenate([within, outside]))


def _row(text: str) -> dict[int, float]:
    """Hashed features of a text, scaled so that long and short texts weigh alike."""
    buckets = {zlib.crc32(token.encode()) % BUCKETS for token in (*words_and_pairs(text), *letter_groups(text))}
    value = 1.0 / max(1.0, len(buckets) ** 0.5)
    return dict.fromkeys(buckets, value)


def _matrix(rows: Sequence[dict[int, float]]) -> csr_matrix:
    from scipy.sparse import csr_matrix

    lengths = np.cumsum([0, *(len(row) for row in rows)])
    columns = [bucket for row in rows for bucket in row]
    values = [value for row in rows for value in row.values()]
    return csr_matrix((values, columns, lengths), shape=(len(rows), BUCKETS))
