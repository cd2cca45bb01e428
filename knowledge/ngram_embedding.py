"""Our own encoder as a module of sentence-transformers: hashed syllables, pairs of syllables and letter groups.

A text is folded (no accents), cut into features, each feature looked up in a table and the rows summed; the length of
a row says how much the feature matters. Typing errors and missing accents change only some features.
Hashing with CRC-32 keeps the vocabulary open and the file small.
"""

from __future__ import annotations

import itertools
import json
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from sentence_transformers.base.modules import InputModule

from knowledge.normalise import tokens

SIZES = "ngram_embedding.json"


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


class NgramEmbedding(InputModule):
    """The table and the sum. buckets: rows of the table; dimension: length of a vector."""

    def __init__(self, buckets: int = 2**16, dimension: int = 128) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.buckets = buckets
        self.dimension = dimension
        self.table = torch.nn.EmbeddingBag(buckets, dimension, mode="sum", sparse=True)
        torch.nn.init.normal_(self.table.weight, std=0.1)

    def preprocess(self, inputs: Any, prompt: str | None = None, **_: Any) -> dict[str, Any]:
        """The rows of all features of the texts, one after the other, and where each text begins."""
        rows: list[int] = []
        offsets: list[int] = []
        for text in inputs:
            offsets.append(len(rows))
            whole = f"{prompt} {text}" if prompt else str(text)
            rows.extend(number % self.buckets for number in numbers(whole))
        return {"input_ids": torch.tensor(rows, dtype=torch.long), "offsets": torch.tensor(offsets, dtype=torch.long)}

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Adds the vectors as "sentence_embedding"."""
        features["sentence_embedding"] = torch.nn.functional.normalize(
            self.table(features["input_ids"], features["offsets"]), dim=-1
        )
        return features

    def get_embedding_dimension(self) -> int:
        """Length of a vector."""
        return self.dimension

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        """Writes the table (half precision) and its sizes into a folder."""
        folder = Path(output_path)
        folder.mkdir(parents=True, exist_ok=True)
        save_file({"table": self.table.weight.detach().half()}, folder / SIZES.replace(".json", ".safetensors"))
        (folder / SIZES).write_text(json.dumps({"buckets": self.buckets, "dimension": self.dimension}))

    @classmethod
    def read(cls, folder: Path) -> NgramEmbedding:
        """Reads what save wrote."""
        module = cls(**json.loads((folder / SIZES).read_text()))
        module.table.weight.data = load_file(folder / SIZES.replace(".json", ".safetensors"))["table"].float()
        return module
