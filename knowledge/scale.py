"""How search grows: time to build, memory, disk, time of a question and recall against exact search, by passages.

Passages beyond the real ones are made from them as other provinces' variants would be: the same text with the name of
a province and one word left out or doubled, so that neighbours lie as near to each other as in a real catalogue.
"""

from __future__ import annotations

import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from knowledge.corpus import Group
from knowledge.encoder import Encoder
from knowledge.nearest import EXACT, load_nearest, make_nearest
from knowledge.normalise import Lexicon
from knowledge.passages import Passage, PassageKind
from knowledge.snapshot import load_index, write_indexes

PROVINCES = (
    "Hà Nội", "Cao Bằng", "Tuyên Quang", "Lào Cai", "Lai Châu", "Điện Biên", "Sơn La", "Thái Nguyên", "Lạng Sơn",
    "Quảng Ninh", "Phú Thọ", "Bắc Ninh", "Hải Phòng", "Hưng Yên", "Ninh Bình", "Thanh Hóa", "Nghệ An", "Hà Tĩnh",
    "Quảng Trị", "Huế", "Đà Nẵng", "Quảng Ngãi", "Gia Lai", "Khánh Hòa", "Đắk Lắk", "Lâm Đồng", "Đồng Nai",
    "Thành phố Hồ Chí Minh", "Tây Ninh", "Đồng Tháp", "Vĩnh Long", "An Giang", "Cần Thơ", "Cà Mau",
)  # fmt: skip
NEAREST = 128
MOST_HNSW = 100_000  # beyond, building takes longer than anyone waits
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Measured:
    """One way to search at one size. Seconds, bytes, milliseconds, share of the exact nearest passages found.

    kind: "whole question" is everything from the text to the ranked hits; the others are the vector index alone.
    recall: of the whole question the share of questions with the same first hit as over the real passages alone.
    """

    kind: str
    passages: int
    build_s: float
    disk: int
    memory: int
    p50_ms: float
    p95_ms: float
    recall: float


def grown(groups: Sequence[Group], passages: int, seed: int = 7) -> list[Group]:
    """The groups with as many passages in all: cut, or with variants of their own passages added in turn."""
    chance = random.Random(seed)  # noqa: S311 (to be repeatable, not secret)
    result = [replace(group, passages=list(group.passages)) for group in groups]
    count = sum(len(group.passages) for group in result)
    while count > passages and len(result) > 1:
        group = result.pop()
        count -= len(group.passages)
    own = [list(group.passages) for group in result]
    while count < passages:
        for group, real in list(zip(result, own, strict=True))[: passages - count]:
            text = _variant(chance.choice(real).text, chance)
            group.passages.append(Passage(group.targets[0], PassageKind.PHRASING, text))
            count += 1
    return result


def _variant(text: str, chance: random.Random) -> str:
    words = text.split()
    place = chance.randrange(len(words))
    changed = words[:place] + ([] if chance.random() < 0.5 else [words[place]] * 2) + words[place + 1 :]
    return " ".join([*changed, "ở", chance.choice(PROVINCES)])


def measure_question(  # noqa: PLR0917
    groups: Sequence[Group],
    encoder: Encoder,
    lexicons: Sequence[Lexicon],
    weights: Sequence[float],
    questions: Sequence[str],
    first: Sequence[str] | None = None,
) -> tuple[Measured, list[str], Floats]:
    """Builds all indexes, asks every question; also the first hits, and the vectors for measure().

    first: the first hits over the real passages, to compare with.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        start = time.perf_counter()
        write_indexes(place, groups, encoder, lexicons)
        built = time.perf_counter() - start
        before = _resident()
        index = load_index(place, encoder, lexicons)
        times, hits = [], []
        for question in questions:
            start = time.perf_counter()
            found = index.search(question, weights)
            times.append((time.perf_counter() - start) * 1000)
            hits.append(found[0].target)
        vectors = np.asarray(np.load(place / "vectors.npy"), dtype=np.float32)
        same = [one == two for one, two in zip(hits, first or hits, strict=True)]
        measured = Measured(
            "whole question",
            sum(len(group.passages) for group in groups),
            built,
            sum(path.stat().st_size for path in place.rglob("*") if path.is_file()),
            max(0, _resident() - before),
            float(np.percentile(times, 50)),
            float(np.percentile(times, 95)),
            float(np.mean(same)),
        )
    return measured, hits, vectors


def measure(vectors: Floats, queries: Floats) -> Iterator[Measured]:
    """The exact index, the one that would be chosen by size, and HNSW, over the same vectors."""
    exact = faiss.IndexFlatIP(vectors.shape[1])
    exact.add(vectors)
    _, truth = exact.search(queries, NEAREST)
    yield _measured("exact", lambda: _flat(vectors), vectors, queries, truth)
    if len(vectors) > EXACT:
        yield _measured("inverted file, 8 bit", lambda: make_nearest(vectors), vectors, queries, truth)
    if len(vectors) <= MOST_HNSW:
        yield _measured("HNSW 32", lambda: _hnsw(vectors), vectors, queries, truth)


def _flat(vectors: Floats) -> faiss.Index:
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return index


def _hnsw(vectors: Floats) -> faiss.Index:
    index = faiss.IndexHNSWFlat(vectors.shape[1], 32, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efSearch = NEAREST
    index.add(vectors)
    return index


def _measured(
    kind: str, build: Callable[[], faiss.Index], vectors: Floats, queries: Floats, truth: npt.NDArray[np.int64]
) -> Measured:
    start = time.perf_counter()
    index = build()
    built = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        faiss.write_index(index, str(path))
        del index
        before = _resident()
        mapped = load_nearest(path)
        times, found = _ask(mapped, queries)
        memory = max(0, _resident() - before)
        disk = path.stat().st_size
    share = np.mean([len(set(one) & set(two)) / NEAREST for one, two in zip(found, truth.tolist(), strict=True)])
    return Measured(
        kind,
        len(vectors),
        built,
        disk,
        memory,
        float(np.percentile(times, 50)),
        float(np.percentile(times, 95)),
        float(share),
    )


def _ask(index: faiss.Index, queries: Floats) -> tuple[list[float], list[list[int]]]:
    times, found = [], []
    for query in queries:
        start = time.perf_counter()
        _, rows = index.search(query[None], NEAREST)
        times.append((time.perf_counter() - start) * 1000)
        found.append(rows[0].tolist())
    return times, found


def _resident() -> int:
    """Bytes of this process in memory, shared pages included (Linux); elsewhere the most it ever had."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
