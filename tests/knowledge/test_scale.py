"""How search grows, on a few hundred passages."""

from __future__ import annotations

import math

import numpy as np
import pytest

from knowledge import nearest, scale
from knowledge.corpus import Group, corpus
from knowledge.decide import DEFAULT
from knowledge.encoder import Encoder
from knowledge.normalise import Lexicon
from knowledge.passages import PassageKind
from knowledge.scale import PROVINCES, Measured, grown, measure, measure_question
from knowledge.snapshot import Snapshot
from tests.knowledge import tiny

QUESTIONS = ["làm giấy khai sinh cho con", "đổi bằng lái xe máy", "nuôi ong"]


@pytest.fixture(scope="module")
def groups(wider: Snapshot) -> list[Group]:
    return corpus(wider.catalogue)


def count(groups: list[Group]) -> int:
    return sum(len(group.passages) for group in groups)


@pytest.fixture(scope="module")
def vectors() -> scale.Floats:
    found = np.random.default_rng(3).normal(size=(400, 16)).astype(np.float32)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


# --- passages that are made up


@pytest.mark.parametrize("more", [0, 1, 7, 100, 1000])
def test_it_grows_to_exactly_as_many_passages(groups: list[Group], more: int) -> None:
    size = count(groups) + more
    found = grown(groups, size)
    assert count(found) == size
    assert [group.targets for group in found] == [group.targets for group in groups]


def test_all_groups_grow_alike(groups: list[Group]) -> None:
    found = grown(groups, count(groups) + 10 * len(groups))
    added = [len(after.passages) - len(before.passages) for after, before in zip(found, groups, strict=True)]
    assert added == [10] * len(groups)


def test_what_is_added_belongs_to_the_group_and_names_a_province(groups: list[Group]) -> None:
    for before, after in zip(groups, grown(groups, count(groups) + 20 * len(groups)), strict=True):
        assert after.passages[: len(before.passages)] == before.passages
        for passage in after.passages[len(before.passages) :]:
            assert (passage.target, passage.kind) == (before.targets[0], PassageKind.PHRASING)
            assert passage.text.rpartition(" ở ")[2] in PROVINCES


def test_a_variant_is_a_real_passage_that_lacks_a_word_or_has_one_twice(groups: list[Group]) -> None:
    """Made from the real ones, never from one that was made up: those would lie ever farther from what people say."""
    (bees,) = (group for group in groups if group.targets == [tiny.BEES])
    before = ["Cấp", "phép", "nuôi", "ong", "lấy", "mật"]
    assert [passage.text.split() for passage in bees.passages] == [before]
    (after,) = grown([bees], 60)
    variants = {tuple(passage.text.rsplit(" ở ", 1)[0].split()) for passage in after.passages[1:]}
    shorter = [words for words in variants if len(words) == len(before) - 1]
    longer = [words for words in variants if len(words) == len(before) + 1]
    assert shorter
    assert longer
    assert len(shorter) + len(longer) == len(variants)
    assert all(list(dict.fromkeys(words)) == before for words in longer)


def test_there_are_the_34_provinces() -> None:
    assert len(set(PROVINCES)) == len(PROVINCES) == 34


def test_growing_is_repeatable_and_changes_nothing(groups: list[Group]) -> None:
    size = count(groups)
    texts = [[passage.text for passage in group.passages] for group in grown(groups, size + 50)]
    assert [[passage.text for passage in group.passages] for group in grown(groups, size + 50)] == texts
    assert [[passage.text for passage in group.passages] for group in grown(groups, size + 50, seed=8)] != texts
    assert count(groups) == size


def test_it_can_be_cut_to_fewer(groups: list[Group]) -> None:
    """The last groups go; a group that would be too large goes whole and the others fill up."""
    size = len(groups[0].passages) + 3
    found = grown(groups, size)
    assert count(found) == size
    assert [group.targets for group in found] == [group.targets for group in groups[: len(found)]]
    assert len(found) < len(groups)


# --- what is measured


def plausible(row: Measured) -> bool:
    return (
        row.build_s > 0
        and row.disk > 0
        and row.memory >= 0
        and 0 < row.p50_ms <= row.p95_ms
        and 0 <= row.recall <= 1
        and all(math.isfinite(value) for value in (row.build_s, row.p95_ms, row.recall))
    )


def test_a_small_index_is_exact_with_a_graph_beside_it(vectors: scale.Floats) -> None:
    rows = list(measure(vectors, vectors[:20]))
    assert [row.kind for row in rows] == ["exact", "HNSW 32"]
    assert [row.passages for row in rows] == [400, 400]
    assert all(map(plausible, rows))
    assert rows[0].recall == 1.0
    assert rows[1].recall > 0.8
    assert rows[0].disk >= vectors.nbytes


def test_a_large_one_is_an_inverted_file_and_a_graph_takes_too_long(
    vectors: scale.Floats, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (nearest, scale):
        monkeypatch.setattr(module, "EXACT", 300)
    monkeypatch.setattr(scale, "MOST_HNSW", 300)
    exact, inverted = measure(vectors, vectors[:20])
    assert (exact.kind, inverted.kind) == ("exact", "inverted file, 8 bit")
    assert plausible(inverted)
    assert inverted.recall > 0.8
    assert inverted.disk < exact.disk + 2**16


def test_a_whole_question_is_measured(groups: list[Group], encoder: Encoder, lexicons: list[Lexicon]) -> None:
    size = count(groups) + 100
    one, hits, vectors = measure_question(groups, encoder, lexicons, DEFAULT.weights, QUESTIONS)
    two, more, wider = measure_question(grown(groups, size), encoder, lexicons, DEFAULT.weights, QUESTIONS, hits)
    assert hits == [tiny.BIRTH, tiny.LICENCE, tiny.BEES]
    assert (one.kind, one.passages, one.recall) == ("whole question", count(groups), 1.0)
    assert (two.kind, two.passages) == ("whole question", size)
    assert plausible(one)
    assert plausible(two)
    assert two.recall == sum(a == b for a, b in zip(more, hits, strict=True)) / 3
    assert vectors.shape == (count(groups), encoder.dimension)
    assert wider.shape == (size, encoder.dimension)
    assert wider.dtype == np.float32


def test_recall_of_a_whole_question_is_the_share_of_the_same_first_hits(
    groups: list[Group], encoder: Encoder, lexicons: list[Lexicon]
) -> None:
    first = [tiny.BIRTH, tiny.LICENCE, "9.999999"]
    found, _, _ = measure_question(groups, encoder, lexicons, DEFAULT.weights, QUESTIONS, first)
    assert found.recall == pytest.approx(2 / 3)
