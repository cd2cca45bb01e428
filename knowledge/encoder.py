"""Texts to vectors. The default encoder is our own; any model that sentence-transformers loads can be set instead."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError

from knowledge.errors import EncoderMissing
from knowledge.ngram_table import SIZES, NgramTable

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = npt.NDArray[np.float32]


class Encoder:
    """A loaded model. name: as in the settings; fingerprint: changes when the weights change."""

    def __init__(self, name: str, threads: int = 1) -> None:
        import faiss

        # Several threads for one short question cost more than they bring.
        faiss.omp_set_num_threads(threads)
        self.name = name
        self._model = _load(name, threads)
        if isinstance(self._model, NgramTable):
            self.dimension = self._model.dimension
        else:
            self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.fingerprint = fingerprint(name)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of texts that are to be found, one row each."""
        if isinstance(self._model, NgramTable):
            return self._model.vectors(texts)
        return np.asarray(
            self._model.encode_document(list(texts), normalize_embeddings=True, batch_size=256), dtype=np.float32
        )

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of what people ask, one row each."""
        if isinstance(self._model, NgramTable):
            return self._model.vectors(texts)
        return np.asarray(
            self._model.encode_query(list(texts), normalize_embeddings=True, show_progress_bar=False), dtype=np.float32
        )


def fingerprint(name: str) -> str:
    """Identifies an encoder: the hash of its weights if it is a folder, else its name."""
    folder = Path(name)
    if not folder.is_dir():
        return f"name:{name}"
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.safetensors")) + sorted(folder.rglob("*.bin")):
        digest.update(path.read_bytes())
    return f"sha256:{digest.hexdigest()[:16]}"


def _load(name: str, threads: int) -> NgramTable | SentenceTransformer:
    folder = Path(name)
    if folder.is_absolute() and not folder.is_dir():
        raise EncoderMissing(f"{name}: there is no such folder.")
    try:
        return NgramTable.read(folder) if (folder / SIZES).is_file() else _load_other(name, threads)
    except (OSError, ValueError, KeyError, TypeError, ImportError, SafetensorError) as error:
        raise EncoderMissing(f"{name}: {error}.") from error


def _load_other(name: str, threads: int) -> SentenceTransformer:
    """A model of somebody else's; what it needs takes seconds to import."""
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    return SentenceTransformer(name, device="cpu")
