"""Our own encoder as a module of sentence-transformers, to be trained; what it does: knowledge/ngram_table.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from sentence_transformers.base.modules import InputModule

from knowledge.ngram_table import SIZES, TABLE, numbers


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
        save_file({"table": self.table.weight.detach().half()}, folder / TABLE)
        (folder / SIZES).write_text(json.dumps({"buckets": self.buckets, "dimension": self.dimension}))

    @classmethod
    def read(cls, folder: Path) -> NgramEmbedding:
        """Reads what save wrote."""
        module = cls(**json.loads((folder / SIZES).read_text()))
        module.table.weight.data = load_file(folder / TABLE)["table"].float()
        return module
