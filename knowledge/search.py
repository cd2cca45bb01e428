"""Finding: every target scored by words, letters, meaning and accents, fused by measured weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import faiss
import numpy as np
import numpy.typing as npt

from knowledge.encoder import Encoder
from knowledge.lexical import LexicalIndex
from knowledge.normalise import Lexicon, is_accented, readings
from knowledge.passages import Passage, TargetKind, target_kind

FEATURES = ("words", "letters", "meaning", "accents")
NEIGHBOURS = 64  # passages that the vector index returns; a target has about 30


@dataclass(frozen=True)
class Hit:
    """One target with its fused score (0 to about 1) and its parts, in the order of FEATURES."""

    target: str
    kind: TargetKind
    score: float
    parts: tuple[float, ...]

    def part(self, name: str) -> float:
        """One part of the score, by its name in FEATURES."""
        return self.parts[FEATURES.index(name)]


class SearchIndex:
    """The indexes of one snapshot. Queries only; nothing in it changes."""

    def __init__(  # noqa: PLR0917
        self,
        passages: Sequence[Passage],
        words: LexicalIndex,
        letters: LexicalIndex,
        accents: LexicalIndex,
        vectors: faiss.Index,
        encoder: Encoder,
        lexicons: Sequence[Lexicon],
    ) -> None:
        self.passages = passages
        self.targets = list(dict.fromkeys(passage.target for passage in passages))
        self._kinds = [target_kind(target) for target in self.targets]
        position = {target: row for row, target in enumerate(self.targets)}
        self._target_of = np.array([position[passage.target] for passage in passages], dtype=np.int64)
        self._words, self._letters, self._accents, self._vectors = words, letters, accents, vectors
        self._encoder = encoder
        self._lexicons = lexicons

    def features(self, text: str) -> npt.NDArray[np.float32]:
        """For each target (rows, in the order of `targets`) the four parts of FEATURES, the best over all readings."""
        asked = readings(text, self._lexicons)
        asked = [asked[0], asked[-1]] if len(asked) > 1 else asked
        parts = np.zeros((len(self.targets), len(FEATURES)), dtype=np.float32)
        meanings = self._meaning(asked)
        for reading, meaning in zip(asked, meanings, strict=True):
            np.maximum(parts[:, 0], self._words.scores(reading), out=parts[:, 0])
            np.maximum(parts[:, 1], self._best_passage(self._letters.scores(reading)), out=parts[:, 1])
            np.maximum(parts[:, 2], meaning, out=parts[:, 2])
        if is_accented(text):
            parts[:, 3] = self._accents.scores(asked[-1])
        else:
            parts[:, 3] = parts[:, 0]
        return parts

    def search(self, text: str, weights: Sequence[float], limit: int = 20) -> list[Hit]:
        """The best targets, best first. weights: one for each of FEATURES."""
        parts = self.features(text)
        scores = parts @ np.asarray(weights, dtype=np.float32)
        best = np.argsort(-scores, kind="stable")[:limit]
        return [
            Hit(self.targets[row], self._kinds[row], float(scores[row]), tuple(parts[row].tolist()))
            for row in best.tolist()
        ]

    def _best_passage(self, scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        best = np.zeros(len(self.targets), dtype=np.float32)
        np.maximum.at(best, self._target_of, scores)
        return best

    def _meaning(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Cosine of the nearest passage of each target, for each text (rows); 0 where it is not among the nearest."""
        near, rows = self._vectors.search(self._encoder.queries(texts), min(NEIGHBOURS, len(self.passages)))
        result = np.zeros((len(texts), len(self.targets)), dtype=np.float32)
        for line, (similar, found) in enumerate(zip(near, rows, strict=True)):
            np.maximum.at(result[line], self._target_of[found], np.maximum(similar, 0))
        return result
