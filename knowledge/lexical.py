"""Word and letter matching with BM25 (bm25s), scored between 0 and 1.

A BM25 score has no ceiling that means anything, so it is divided by what the query could reach at most: the sum of the
weights of all its words, known or not. A question of which nothing is known then scores near 0, whatever its length.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import bm25s
import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]
Analyzer = Callable[[str], list[str]]


class LexicalIndex:
    """BM25 over a list of texts."""

    def __init__(self, engine: bm25s.BM25, analyze: Analyzer) -> None:
        self._engine = engine
        self._analyze = analyze
        # Plain arrays over the same mapped memory: slices of numpy's memmap cost several times more.
        self._values = np.asarray(engine.scores["data"])
        self._documents = np.asarray(engine.scores["indices"])
        self._begins = np.asarray(engine.scores["indptr"])
        self._count = int(engine.scores["num_docs"])
        self._rows: dict[str, int] = engine.vocab_dict

    @classmethod
    def build(cls, texts: Sequence[Sequence[str]], analyze: Analyzer, *, b: float) -> LexicalIndex:
        """An index of documents, each given as its parts. b: how far long documents are held back, 0 to 1."""
        engine = bm25s.BM25(method="lucene", k1=1.2, b=b)
        corpus = [[token for part in document for token in analyze(part)] or [" "] for document in texts]
        engine.index(corpus, show_progress=False)
        return cls(engine, analyze)

    def scores(self, text: str) -> Scores:
        """The share of the query that each document answers, 0 to 1, in the documents' order."""
        return self.scores_of(self._analyze(text))

    def scores_of(self, tokens: Sequence[str]) -> Scores:
        """The same for a query that was cut into tokens already."""
        found = dict.fromkeys(tokens)
        stretches = [self._stretch(token) for token in found]
        reachable = sum(self._weight(end - begin) for begin, end in stretches)
        known = [slice(begin, end) for begin, end in stretches if end > begin]
        if not known:
            return np.zeros(self._count, dtype=np.float32)
        documents = np.concatenate([self._documents[part] for part in known])
        values = np.concatenate([self._values[part] for part in known])
        summed = np.bincount(documents, weights=values, minlength=self._count)
        return np.asarray(summed / reachable, dtype=np.float32)

    def _stretch(self, token: str) -> tuple[int, int]:
        """Where the documents of a token stand; nowhere for one that no document has."""
        row = self._rows.get(token, -1)
        if not token or row < 0 or row + 1 >= len(self._begins):
            return 0, 0
        return int(self._begins[row]), int(self._begins[row + 1])

    def _weight(self, documents: int) -> float:
        """The weight (idf) of a token that so many documents have."""
        return math.log(1 + (self._count - documents + 0.5) / (documents + 0.5))

    def save(self, folder: Path) -> None:
        """Writes the index into a folder (numpy arrays and JSON)."""
        self._engine.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path, analyze: Analyzer) -> LexicalIndex:
        """Reads what save wrote, memory-mapped."""
        engine = bm25s.BM25.load(str(folder), mmap=True)
        return cls(engine, analyze)


def dump_json(path: Path, content: object) -> None:
    """Writes JSON with accents as they are."""
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
