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

    def __init__(self, engine: bm25s.BM25, analyze: Analyzer, weights: dict[str, float], unknown: float) -> None:
        self._engine = engine
        self._analyze = analyze
        self._weights = weights
        self._unknown = unknown

    @classmethod
    def build(cls, texts: Sequence[Sequence[str]], analyze: Analyzer, *, b: float) -> LexicalIndex:
        """An index of documents, each given as its parts. b: how far long documents are held back, 0 to 1."""
        engine = bm25s.BM25(method="lucene", k1=1.2, b=b)
        corpus = [[token for part in document for token in analyze(part)] or [" "] for document in texts]
        engine.index(corpus, show_progress=False)
        return cls(engine, analyze, *_weights(engine))

    def scores(self, text: str) -> Scores:
        """The share of the query that each document answers, 0 to 1, in the documents' order."""
        found = list(dict.fromkeys(self._analyze(text)))
        known = [token for token in found if token in self._weights]
        if not known:
            return np.zeros(self._engine.scores["num_docs"], dtype=np.float32)
        reachable = sum(self._weights.get(token, self._unknown) for token in found)
        return np.asarray(self._engine.get_scores(known) / reachable, dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Writes the index into a folder (numpy arrays and JSON)."""
        self._engine.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path, analyze: Analyzer) -> LexicalIndex:
        """Reads what save wrote, memory-mapped."""
        engine = bm25s.BM25.load(str(folder), mmap=True)
        return cls(engine, analyze, *_weights(engine))


def _weights(engine: bm25s.BM25) -> tuple[dict[str, float], float]:
    """The weight (idf) of each word of the corpus, and that of a word that no document has."""
    count = engine.scores["num_docs"]
    in_documents = np.diff(np.asarray(engine.scores["indptr"]))

    def idf(documents: float) -> float:
        return math.log(1 + (count - documents + 0.5) / (documents + 0.5))

    weights = {
        str(token): idf(float(in_documents[row]))
        for token, row in engine.vocab_dict.items()
        if token and row < len(in_documents)
    }
    return weights, idf(0)


def dump_json(path: Path, content: object) -> None:
    """Writes JSON with accents as they are."""
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
