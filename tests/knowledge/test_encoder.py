"""Texts to vectors, and which encoder made them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from knowledge.encoder import Encoder, fingerprint
from knowledge.errors import EncoderMissing
from knowledge.ngram_embedding import NgramEmbedding

TEXTS = ["đăng ký khai sinh", "đổi bằng lái xe"]


def test_vectors_have_length_one(encoder: Encoder) -> None:
    for vectors in (encoder.passages(TEXTS), encoder.queries(TEXTS)):
        assert vectors.shape == (2, encoder.dimension)
        assert vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_text_has_one_vector_however_it_is_asked_for(encoder: Encoder) -> None:
    together = encoder.passages(TEXTS)
    assert np.allclose(encoder.passages(TEXTS[1:])[0], together[1], atol=1e-6)


def test_accents_do_not_change_the_vector(encoder: Encoder) -> None:
    assert np.allclose(encoder.queries(["đăng ký"]), encoder.queries(["dang ky"]))


def test_the_fingerprint_changes_with_the_weights(tmp_path: Path, encoder: Encoder, encoder_folder: Path) -> None:
    assert encoder.fingerprint == fingerprint(str(encoder_folder))
    other = Path(shutil.copytree(encoder_folder, tmp_path / "other"))
    assert fingerprint(str(other)) == encoder.fingerprint
    module = NgramEmbedding.read(other)
    with torch.no_grad():
        module.table.weight[0, 0] += 1
    module.save(str(other))
    assert fingerprint(str(other)) != encoder.fingerprint


def test_the_fingerprint_of_a_name_is_the_name() -> None:
    assert fingerprint("somebody/some-model") == "name:somebody/some-model"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderMissing, match=r"\[K301\] .*nowhere: there is no such folder\. Run "):
        Encoder(str(tmp_path / "nowhere"))


@pytest.mark.parametrize("file", ["ngram_embedding.json", "ngram_embedding.safetensors"])
@pytest.mark.parametrize("content", [b"", b'{"rows": 3}', b"\xff" * 64])
def test_broken_files_are_named(tmp_path: Path, encoder_folder: Path, file: str, content: bytes) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    for path in encoder_folder.iterdir():
        (folder / path.name).symlink_to(path)
    (folder / file).unlink()
    (folder / file).write_bytes(content)
    with pytest.raises(EncoderMissing, match=str(folder)):
        Encoder(str(folder))


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderMissing, match=str(tmp_path)):
        Encoder(str(tmp_path))
