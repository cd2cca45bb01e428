"""Our own embedding as it is trained: a module of sentence-transformers."""

from __future__ import annotations

from pathlib import Path

import torch

from knowledge.ngram_embedding import NgramEmbedding

SMALL = NgramEmbedding(buckets=512, dimension=16)


def vectors(module: NgramEmbedding, texts: list[str], prompt: str | None = None) -> torch.Tensor:
    with torch.no_grad():
        found = module.forward(module.preprocess(texts, prompt))["sentence_embedding"]
    assert isinstance(found, torch.Tensor)
    return found


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
