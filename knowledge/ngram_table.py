"""Our own encoder as it answers: hashed syllables, pairs of syllables, letter groups, and the table of their vectors.

A text is folded (no accents), cut into features, each feature looked up in the table and the rows summed; the length of
a row says how much the feature matters. Typing errors and missing accents change only some features.
Hashing with CRC-32 keeps the vocabulary open and the file small. Numpy alone, so that a server starts in seconds; the
table is trained in knowledge/ngram_embedding.py.
"""

from __future__ import annotations

import itertools
import json
import zlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file

from knowledge.normalise import tokens

SIZES = "ngram_embedding.json"
TABLE = "ngram_embedding.safetensors"


def features(text: str) -> list[str]:
    """Syllables, pairs of neighbouring syllables and groups of 3 letters of the folded text."""
    words = tokens(text)
    pairs = [f"{left}_{right}" for left, right in itertools.pairwise(words)]
    letters = [f"#{padded[i : i + 3]}" for word in words for padded in [f"<{word}>"] for i in range(len(padded) - 2)]
    return [*words, *pairs, *letters]


def numbers(text: str) -> list[int]:
    """The CRC-32 of each feature, in another order."""
    words = tokens(text)
    found = [zlib.crc32(f"{left}_{right}".encode()) for left, right in itertools.pairwise(words)]
    for word in words:
        found += _of_word(word)
    return found


@lru_cache(maxsize=2**16)
def _of_word(word: str) -> tuple[int, ...]:
    """The CRC-32 of a syllable and of its groups of letters; there are only so many syllables."""
    padded = f"<{word}>"
    letters = (f"#{padded[i : i + 3]}" for i in range(len(padded) - 2))
    return tuple(zlib.crc32(feature.encode()) for feature in (word, *letters))


class NgramTable:
    """A trained table, one row for each bucket. dimension: length of a vector."""

    def __init__(self, table: npt.NDArray[np.float16]) -> None:
        self._table = table
        self.dimension = int(table.shape[1])

    @classmethod
    def read(cls, folder: Path) -> NgramTable:
        """Reads what NgramEmbedding.save wrote. Raises OSError, ValueError, KeyError or SafetensorError."""
        sizes = json.loads((folder / SIZES).read_text(encoding="utf-8"))
        table = load_file(folder / TABLE)["table"]
        if table.shape != (sizes["buckets"], sizes["dimension"]):
            raise ValueError(f"the table has {table.shape} rows and columns")
        return cls(table)

    def vectors(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors, one row each; a text without words is zero."""
        found = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            buckets = [number % len(self._table) for number in numbers(text)]
            self._table[buckets].sum(axis=0, dtype=np.float32, out=found[row])
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        return np.asarray(found / np.maximum(lengths, np.finfo(np.float32).tiny), dtype=np.float32)
