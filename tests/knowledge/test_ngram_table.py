"""Our own embedding as it answers: features of a text and the table of their vectors."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from knowledge.ngram_embedding import NgramEmbedding
from knowledge.ngram_table import NgramTable, features, numbers
from knowledge.normalise import fold

TEXTS = ["khai sinh", "đổi bằng lái xe", "làm giấy khai sinh cho con cần những gì", "?", "a"]


def test_features() -> None:
    assert features("Ở xã") == ["o", "xa", "o_xa", "#<o>", "#<xa", "#xa>"]
    assert features("…") == []


@given(st.text())
def test_case_and_marks_change_no_feature(text: str) -> None:
    assert features(text) == features(fold(text))


@given(st.text() | st.lists(st.sampled_from(["khai", "sinh", "ở", "xã"])).map(" ".join))
def test_the_numbers_are_those_of_the_features(text: str) -> None:
    """The numbers are made the fast way; a table that was trained with the features fits them."""
    assert sorted(numbers(text)) == sorted(zlib.crc32(feature.encode()) for feature in features(text))


def test_accents_change_no_feature() -> None:
    assert features("Đăng ký kết hôn") == features("dang ky ket hon")


def test_it_gives_the_vectors_that_were_trained(tmp_path: Path) -> None:
    trained = NgramEmbedding(buckets=512, dimension=16)
    trained.save(str(tmp_path))
    loaded = NgramEmbedding.read(tmp_path)
    with torch.no_grad():
        wanted = loaded.forward(loaded.preprocess(TEXTS))["sentence_embedding"].numpy()
    table = NgramTable.read(tmp_path)
    found = table.vectors(TEXTS)
    assert table.dimension == 16
    assert found.dtype == np.float32
    assert np.allclose(found, wanted, atol=1e-6)
    assert not found[3].any(), "a text without words is zero"


def test_no_text_gives_no_vector(tmp_path: Path) -> None:
    NgramEmbedding(buckets=8, dimension=4).save(str(tmp_path))
    assert NgramTable.read(tmp_path).vectors([]).shape == (0, 4)


def test_a_table_of_another_size_than_said_is_refused(tmp_path: Path) -> None:
    NgramEmbedding(buckets=8, dimension=4).save(str(tmp_path))
    (tmp_path / "ngram_embedding.json").write_text('{"buckets": 8, "dimension": 5}')
    with pytest.raises(ValueError, match="rows and columns"):
        NgramTable.read(tmp_path)
