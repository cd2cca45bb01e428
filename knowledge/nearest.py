"""The vector index (FAISS), its type chosen by size; written to a file and mapped into memory by those who ask.

Measured by `python -m knowledge scale` (docs/decisions/0008): up to EXACT vectors a flat index answers within three
milliseconds and finds everything; beyond it an inverted file (IVF) over scalar-quantised vectors looks at a small share
of its lists.
"""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

EXACT = 100_000  # vectors up to which all are compared
SAMPLE = 64  # training vectors a list
PROBES = 64  # lists that a query looks at

Floats = npt.NDArray[np.float32]


def build_nearest(vectors: Floats, path: Path) -> None:
    """Writes an index of unit vectors (inner product)."""
    faiss.write_index(make_nearest(vectors), str(path))


def make_nearest(vectors: Floats) -> faiss.Index:
    """An index in memory, its type chosen by the number of vectors."""
    count, dimension = vectors.shape
    if count <= EXACT:
        index: faiss.Index = faiss.IndexFlatIP(dimension)
        index.add(np.ascontiguousarray(vectors))
        return index
    lists = int(4 * count**0.5)
    coarse = faiss.IndexFlatIP(dimension)
    index = faiss.IndexIVFScalarQuantizer(
        coarse, dimension, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.seed = 7
    index.cp.niter = 10
    chosen = np.random.default_rng(7).permutation(count)[: lists * SAMPLE]
    index.train(np.ascontiguousarray(vectors[chosen]))
    index.add(np.ascontiguousarray(vectors))
    index.nprobe = PROBES
    return index


def load_nearest(path: Path) -> faiss.Index:
    """An index from its file, mapped into memory where its type allows."""
    return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
