"""Snapshots: built whole or not at all, checked when loaded, switched in one step."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge import snapshot as snapshot_module
from knowledge.catalogue import Catalogue, load_catalogue
from knowledge.encoder import Encoder
from knowledge.errors import SnapshotCorrupted, SnapshotMismatch, SnapshotMissing
from knowledge.normalise import Lexicon
from knowledge.passages import Passage
from knowledge.snapshot import (
    MANIFEST,
    Snapshot,
    build_snapshot,
    corpus_hash,
    current_name,
    drop_old,
    load_snapshot,
    names,
    read_manifest,
    switch,
)
from tests.knowledge import tiny

Load = Callable[[], Snapshot]


@pytest.fixture
def load(own_snapshots: Path, encoder: Encoder, lexicons: list[Lexicon]) -> Load:
    """Loads the snapshot in use of the folder that may be changed."""
    return lambda: load_snapshot(own_snapshots, current_name(own_snapshots), encoder, lexicons)


def change_manifest(snapshots: Path, **changes: Any) -> Path:
    place = snapshots / current_name(snapshots)
    content = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    (place / MANIFEST).write_text(json.dumps(content | changes), encoding="utf-8")
    return place


class OtherEncoder(Encoder):
    """Another encoder by name and fingerprint."""

    def __init__(self) -> None:
        self.name, self.fingerprint, self.dimension = "other", "sha256:other", 128


class InterruptedEncoder(OtherEncoder):
    """Someone presses Ctrl-C while the vectors are made."""

    def passages(self, texts: object) -> Any:
        raise KeyboardInterrupt


def test_what_was_built_is_loaded(
    load: Load, catalogue: Catalogue, passages: list[Passage], encoder: Encoder, own_snapshots: Path
) -> None:
    found = load()
    assert found.catalogue == catalogue
    assert list(found.index.passages) == passages
    manifest = found.manifest
    assert manifest.id == current_name(own_snapshots)
    assert manifest.corpus == corpus_hash(catalogue)
    assert (manifest.encoder_fingerprint, manifest.dimension) == (encoder.fingerprint, encoder.dimension)
    assert (manifest.procedures, manifest.topics, manifest.passages) == (4, 1, len(passages))
    assert (manifest.version, manifest.problems) == (snapshot_module.VERSION, [])


def test_the_manifest_names_every_file(own_snapshots: Path) -> None:
    place = own_snapshots / current_name(own_snapshots)
    files = {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()}
    assert set(read_manifest(place).files) == files - {MANIFEST}


def test_problems_are_written_down_and_the_steps_told(
    tmp_path: Path, catalogue: Catalogue, encoder: Encoder, lexicons: list[Lexicon]
) -> None:
    steps: list[str] = []
    manifest = build_snapshot(catalogue, encoder, lexicons, tmp_path, problems=["a.yml: wrong"], progress=steps.append)
    assert read_manifest(tmp_path / manifest.id).problems == ["a.yml: wrong"]
    assert steps == ["words", "vectors", "scope"]


def test_building_does_not_switch(own_snapshots: Path, catalogue: Catalogue, encoder: Encoder) -> None:
    before = current_name(own_snapshots)
    built = build_snapshot(catalogue, encoder, [], own_snapshots)
    assert current_name(own_snapshots) == before
    assert names(own_snapshots) == [before, built.id]
    switch(own_snapshots, built.id)
    assert current_name(own_snapshots) == built.id
    assert not list(own_snapshots.glob(".*"))


@pytest.mark.parametrize("exists", [True, False])
def test_an_interrupted_build_leaves_nothing(own_snapshots: Path, catalogue: Catalogue, exists: bool) -> None:
    if not exists:
        shutil.rmtree(own_snapshots)
        own_snapshots.mkdir()
    before = sorted(own_snapshots.iterdir())
    with pytest.raises(KeyboardInterrupt):
        build_snapshot(catalogue, InterruptedEncoder(), [], own_snapshots)
    assert sorted(own_snapshots.iterdir()) == before


def test_a_corrupted_byte_is_found_in_every_file(own_snapshots: Path, load: Load) -> None:
    place = own_snapshots / current_name(own_snapshots)
    for file in read_manifest(place).files:
        path = place / file
        right = path.read_bytes()
        wrong = bytearray(right)
        wrong[len(wrong) // 2] ^= 1
        path.write_bytes(wrong)
        with pytest.raises(SnapshotCorrupted, match=re.escape(f"{path}: missing, or not what manifest.json says")):
            load()
        path.write_bytes(right)
    assert load().manifest.id == place.name


def test_a_missing_file_is_named(own_snapshots: Path, load: Load) -> None:
    path = own_snapshots / current_name(own_snapshots) / "vectors.faiss"
    path.unlink()
    with pytest.raises(SnapshotCorrupted, match=re.escape(str(path))):
        load()


def test_another_encoder_is_refused_and_both_are_named(own_snapshots: Path, encoder: Encoder) -> None:
    with pytest.raises(SnapshotMismatch) as caught:
        load_snapshot(own_snapshots, current_name(own_snapshots), OtherEncoder(), [])
    for part in (encoder.name, encoder.fingerprint, "other (sha256:other)", "MOTCUA_ENCODER"):
        assert part in str(caught.value)


@pytest.mark.parametrize("changes", [{"version": 0}, {"version": 2}, {"version": 2, "colour": "blue"}])
def test_another_version_is_refused(own_snapshots: Path, load: Load, changes: dict[str, Any]) -> None:
    place = change_manifest(own_snapshots, **changes)
    with pytest.raises(SnapshotMismatch) as caught:
        load()
    said = f"{place}: version {changes['version']} of the format, this program reads {snapshot_module.VERSION}."
    assert said in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"7", b"{}", b'{"version": 1}', b"\xff\xfe"])
def test_a_broken_manifest_is_named(own_snapshots: Path, load: Load, content: bytes) -> None:
    path = own_snapshots / current_name(own_snapshots) / MANIFEST
    path.write_bytes(content)
    with pytest.raises(SnapshotCorrupted, match=re.escape(str(path))):
        load()


def test_a_pointer_to_a_snapshot_that_is_missing(own_snapshots: Path, load: Load) -> None:
    (own_snapshots / "current").write_text("20200101T000000-00000000\n")
    with pytest.raises(SnapshotMissing, match="20200101T000000-00000000: there is no snapshot here"):
        load()


def test_without_a_pointer_no_snapshot_was_built(tmp_path: Path) -> None:
    with pytest.raises(SnapshotMissing, match=r"no snapshot was built yet\. Run `python -m knowledge build`"):
        current_name(tmp_path)


def test_no_switch_to_what_is_not_there(own_snapshots: Path) -> None:
    before = current_name(own_snapshots)
    with pytest.raises(SnapshotMissing, match="nothing: there is no snapshot of that name"):
        switch(own_snapshots, "nothing")
    assert current_name(own_snapshots) == before


def snapshots_named(folder: Path, *found: str) -> None:
    for name in found:
        (folder / name).mkdir(parents=True)
        (folder / name / MANIFEST).write_text("{}")


def test_old_snapshots_are_dropped(tmp_path: Path) -> None:
    snapshots_named(tmp_path, "1", "2", "3", "4", ".5")
    switch(tmp_path, "4")
    drop_old(tmp_path, 2)
    assert names(tmp_path) == ["3", "4"]
    assert (tmp_path / ".5").is_dir()


def test_the_one_in_use_is_never_dropped(tmp_path: Path) -> None:
    snapshots_named(tmp_path, "1", "2", "3", "4")
    switch(tmp_path, "1")
    drop_old(tmp_path, 1)
    assert names(tmp_path) == ["1", "4"]


def test_the_corpus_hash_changes_with_everything(own_data: Path) -> None:
    """A record, a phrasing, a topic, somebody else's procedure, a sentence from outside."""
    found = {corpus_hash(load_catalogue(own_data))}
    changes: list[tuple[str, tiny.Row]] = [
        (f"catalogue/{tiny.BIRTH}.yml", tiny.record(notes=["Đi sớm."])),
        (f"phrasings/{tiny.BIRTH}.yml", {"code": tiny.BIRTH, "phrasings": ["khai sinh"]}),
        ("topics/ho-khau.yml", {**tiny.TOPIC, "question": "Ở đâu ạ?"}),
        ("elsewhere/khac.yml", {**tiny.ELSEWHERE, "procedures": tiny.ELSEWHERE["procedures"][:1]}),
        ("outside/khac.yml", {**tiny.OUTSIDE, "sentences": ["trời mưa"]}),
    ]
    for name, content in changes:
        tiny.write(own_data / name, content)
        found.add(corpus_hash(load_catalogue(own_data)))
    assert len(found) == 1 + len(changes)
    assert corpus_hash(load_catalogue(own_data)) in found


def test_the_same_catalogue_gives_the_same_vectors(
    tmp_path: Path, own_snapshots: Path, catalogue: Catalogue, encoder: Encoder, lexicons: list[Lexicon]
) -> None:
    again = build_snapshot(catalogue, encoder, lexicons, tmp_path / "again")
    first = read_manifest(own_snapshots / current_name(own_snapshots))
    assert again.corpus == first.corpus
    for file in ("catalogue.json", "passages.json", "vectors.faiss"):
        assert again.files[file] == first.files[file]
    one, other = (np.load(place / "scope.npy") for place in (tmp_path / "again" / again.id, own_snapshots / first.id))
    assert np.allclose(one, other, atol=1e-4)
