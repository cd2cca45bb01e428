"""The vector index: exact while it is small, an inverted file beyond."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt
import pytest

from knowledge import nearest
from knowledge.nearest import PROBES, build_nearest, load_nearest, make_nearest

Floats = npt.NDArray[np.float32]
COUNT, DIMENSION = 1500, 16


def unit(count: int, seed: int) -> Floats:
    """Unit vectors in a few heaps, as texts lie."""
    chance = np.random.default_rng(seed)
    heaps = chance.normal(size=(12, DIMENSION))
    found = heaps[chance.integers(12, size=count)] + 0.4 * chance.normal(size=(count, DIMENSION))
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


VECTORS, QUERIES = unit(COUNT, 1), unit(20, 2)
TRUTH = np.argsort(-(QUERIES @ VECTORS.T), axis=1, kind="stable")[:, :10]


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few vectors are many."""
    monkeypatch.setattr(nearest, "EXACT", COUNT - 1)


def test_up_to_the_limit_every_vector_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "EXACT", COUNT)
    index = make_nearest(VECTORS)
    assert isinstance(index, faiss.IndexFlatIP)
    found, rows = index.search(QUERIES, 10)
    assert rows.tolist() == TRUTH.tolist()
    assert np.allclose(found, np.take_along_axis(QUERIES @ VECTORS.T, TRUTH, axis=1), atol=1e-5)


@pytest.mark.usefixtures("many")
def test_beyond_it_the_index_is_an_inverted_file() -> None:
    index = make_nearest(VECTORS)
    assert isinstance(index, faiss.IndexIVFScalarQuantizer)
    assert (index.ntotal, index.d, index.metric_type) == (COUNT, DIMENSION, faiss.METRIC_INNER_PRODUCT)
    assert index.nlist == int(4 * COUNT**0.5)
    assert index.nprobe == PROBES < index.nlist
    assert index.code_size == DIMENSION  # one byte for each number


@pytest.mark.usefixtures("many")
def test_the_inverted_file_finds_what_exact_search_finds() -> None:
    found, rows = make_nearest(VECTORS).search(QUERIES, 10)
    shares = [len(set(one) & set(two)) / 10 for one, two in zip(rows.tolist(), TRUTH.tolist(), strict=True)]
    assert np.mean(shares) > 0.9
    assert np.allclose(found, np.take_along_axis(QUERIES @ VECTORS.T, rows, axis=1), atol=0.02)


@pytest.mark.usefixtures("many")
def test_the_inverted_file_is_the_same_every_time() -> None:
    one, two = (make_nearest(VECTORS).search(QUERIES, 10)[1] for _ in range(2))
    assert one.tolist() == two.tolist()


@pytest.mark.parametrize("limit", [COUNT, COUNT - 1])
def test_an_index_survives_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    monkeypatch.setattr(nearest, "EXACT", limit)
    build_nearest(VECTORS, tmp_path / "index")
    loaded = load_nearest(tmp_path / "index")
    (near, rows), (expected, right) = loaded.search(QUERIES, 10), make_nearest(VECTORS).search(QUERIES, 10)
    assert np.allclose(near, expected, atol=1e-6)
    assert rows.tolist() == right.tolist()
    assert getattr(loaded, "nprobe", PROBES) == PROBES


def mapped(path: Path) -> bool:
    """Whether this process has mapped the file into its memory (Linux)."""
    return any(line.endswith(f" {path}") for line in Path("/proc/self/maps").read_text().splitlines())


@pytest.mark.skipif(not Path("/proc/self/maps").is_file(), reason="only Linux tells what is mapped")
@pytest.mark.parametrize("limit", [COUNT, COUNT - 1])
def test_the_vectors_are_mapped_from_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    """Processes share them that way; read into memory, each would have its own."""
    monkeypatch.setattr(nearest, "EXACT", limit)
    build_nearest(VECTORS, tmp_path / "index")
    assert not mapped(tmp_path / "index")
    index = load_nearest(tmp_path / "index")
    assert mapped(tmp_path / "index")
    assert index.ntotal == COUNT


def test_a_single_vector_is_enough(tmp_path: Path) -> None:
    build_nearest(VECTORS[:1], tmp_path / "index")
    assert load_nearest(tmp_path / "index").search(QUERIES[:1], 1)[1].tolist() == [[0]]


def test_vectors_that_do_not_lie_in_one_piece_are_taken_too() -> None:
    other = np.asfortranarray(VECTORS[::2])
    assert make_nearest(other).search(QUERIES, 1)[1].tolist() == (
        np.argmax(QUERIES @ other.T, axis=1)[:, None].tolist()
    )
