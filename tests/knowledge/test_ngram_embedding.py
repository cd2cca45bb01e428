"""Our own embedding: features of a text and the table of their vectors."""

from __future__ import annotations

import zlib
from pathlib import Path

import torch
from hypothesis import given
from hypothesis import strategies as st

from knowledge.ngram_embedding import NgramEmbedding, features, numbers
from knowledge.normalise import fold

SMALL = NgramEmbedding(buckets=512, dimension=16)


def vectors(module: NgramEmbedding, texts: list[str], prompt: str | None = None) -> torch.Tensor:
    with torch.no_grad():
        found = module.forward(module.preprocess(texts, prompt))["sentence_embedding"]
    assert isinstance(found, torch.Tensor)
    return found


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


def test_every_text_has_its_rows() -> None:
    found = SMALL.preprocess(["ở xã", "", "xã"])
    assert found["offsets"].tolist() == [0, 6, 6]
    assert found["input_ids"].shape == (9,)
    assert bool((found["input_ids"] < 512).all())


def test_vectors_have_length_one() -> None:
    assert torch.allclose(vectors(SMALL, ["khai sinh", "a"]).norm(dim=1), torch.ones(2))


def test_a_text_without_words_is_zero() -> None:
    assert vectors(SMALL, ["?"]).tolist() == [[0.0] * 16]


def test_a_prompt_stands_before_the_text() -> None:
    assert torch.equal(vectors(SMALL, ["sinh"], "khai"), vectors(SMALL, ["khai sinh"]))


def test_the_files_keep_the_vectors_to_half_precision(tmp_path: Path) -> None:
    SMALL.save(str(tmp_path / "model"))
    loaded = NgramEmbedding.read(tmp_path / "model")
    assert loaded.get_embedding_dimension() == 16
    assert torch.equal(loaded.table.weight, SMALL.table.weight.half().float())
    texts = ["khai sinh", "đổi bằng lái xe"]
    assert torch.allclose(vectors(loaded, texts), vectors(SMALL, texts), atol=2e-3)
