"""Texts to vectors. The default encoder is our own; any model that sentence-transformers loads can be set instead."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from knowledge.errors import EncoderMissing

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = npt.NDArray[np.float32]


class Encoder:
    """A loaded model. name: as in the settings; fingerprint: changes when the weights change."""

    def __init__(self, name: str, threads: int = 1) -> None:
        import faiss

        from knowledge.ngram_embedding import NgramEmbedding

        # Several threads for one short question cost more than they bring.
        torch.set_num_threads(threads)
        faiss.omp_set_num_threads(threads)
        self.name = name
        self._model = _load(name)
        first = next(iter(self._model.children()))
        self._own = first if isinstance(first, NgramEmbedding) and len(list(self._model.children())) == 1 else None
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.fingerprint = fingerprint(name)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of texts that are to be found, one row each."""
        return np.asarray(
            self._model.encode_document(list(texts), normalize_embeddings=True, batch_size=256), dtype=np.float32
        )

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of what people ask, one row each."""
        if self._own is not None:  # without the machinery around it, a short question takes a third of the time
            with torch.inference_mode():
                found = self._own(self._own.preprocess(list(texts)))["sentence_embedding"]
            return np.asarray(found.numpy(), dtype=np.float32)
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


def _load(name: str) -> SentenceTransformer:
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer

    from knowledge.ngram_embedding import SIZES, NgramEmbedding

    folder = Path(name)
    if folder.is_absolute() and not folder.is_dir():
        raise EncoderMissing(f"{name}: there is no such folder.")
    try:
        if (folder / SIZES).is_file():
            return SentenceTransformer(modules=[NgramEmbedding.read(folder)], device="cpu")
        return SentenceTransformer(name, device="cpu")
    except (OSError, ValueError, KeyError, TypeError, ImportError, SafetensorError) as error:
        raise EncoderMissing(f"{name}: {error}.") from error
