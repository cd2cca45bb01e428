"""Snapshots: built whole or not at all, checked when loaded, switched in one step."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge.catalogue import Catalogue, Elsewhere, load_catalogue
from knowledge.corpus import corpus
from knowledge.encoder import Encoder
from knowledge.errors import ImportStoreBroken, SnapshotCorrupted, SnapshotMismatch, SnapshotMissing
from knowledge.imports.merge import Merged
from knowledge.normalise import Lexicon
from knowledge.passages import Passage, catalogue_passages
from knowledge.shelf import Shelf
from knowledge.snapshot import (
    MANIFEST,
    VERSION,
    Snapshot,
    build_snapshot,
    current_name,
    current_records,
    drop_old,
    load_index,
    load_snapshot,
    names,
    read_manifest,
    records_of,
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
    assert list(found.catalogue.procedures) == list(tiny.RECORDS)
    assert dict(found.catalogue.procedures) == {code: tiny.procedure(code) for code in tiny.RECORDS}
    assert replace(found.catalogue, procedures={}) == replace(catalogue, procedures={})
    assert found.index.layout.targets == [group.targets for group in corpus(catalogue)]
    assert found.index.layout.begins[-1] == len(passages)
    manifest = found.manifest
    assert manifest.id == current_name(own_snapshots)
    assert manifest.id.endswith(f"-{manifest.corpus[:8]}")
    assert (manifest.encoder, manifest.encoder_fingerprint) == (encoder.name, encoder.fingerprint)
    assert (manifest.procedures, manifest.topics, manifest.passages) == (4, 1, len(passages))
    assert (manifest.version, manifest.dimension, manifest.problems) == (VERSION, encoder.dimension, [])


def test_imported_records_and_variants_come_back_too(wider: Snapshot, wider_catalogue: Catalogue) -> None:
    found = wider.catalogue
    assert isinstance(found.procedures, Shelf)
    assert dict(found.procedures) == {item.record.code: item.record for item in tiny.merged()}
    assert [record.province for record in found.procedures.variants(tiny.BIRTH)] == ["H17"]
    assert found.procedures.variants(tiny.STAY) == []
    assert replace(found, procedures={}) == replace(wider_catalogue, procedures={})
    assert wider.manifest.procedures == 7
    assert wider.manifest.passages == len(list(catalogue_passages(found)))


def test_what_was_elsewhere_is_a_procedure_once_it_was_imported(
    tmp_path: Path, wider_catalogue: Catalogue, encoder: Encoder, lexicons: list[Lexicon]
) -> None:
    bees = Elsewhere(id="ong", name="Nuôi ong", codes=(tiny.BEES,), phrasings=("nuôi ong dú", "đàn ong"))
    catalogue = replace(wider_catalogue, elsewhere={**wider_catalogue.elsewhere, "ong": bees})
    built = build_snapshot(catalogue, encoder, lexicons, tmp_path, merged=tiny.merged())
    loaded = load_snapshot(tmp_path, built.id, encoder, lexicons)
    assert "ong" not in loaded.catalogue.elsewhere
    assert loaded.catalogue.phrasings[tiny.BEES] == bees.phrasings
    assert "elsewhere:ong" not in loaded.index.targets
    before = build_snapshot(catalogue, encoder, lexicons, tmp_path)
    assert "elsewhere:ong" in load_snapshot(tmp_path, before.id, encoder, lexicons).index.targets


def test_the_records_are_read_without_the_indexes(wider_snapshots: Path) -> None:
    name = current_name(wider_snapshots)
    for records in (current_records(wider_snapshots), records_of(wider_snapshots, name)):
        assert dict(records) == {item.record.code: item.record for item in tiny.merged()}
    with pytest.raises(SnapshotMissing, match="nothing: there is no such snapshot or file"):
        records_of(wider_snapshots, "nothing")


def test_the_indexes_are_loaded_by_themselves(
    wider: Snapshot, wider_snapshots: Path, encoder: Encoder, lexicons: list[Lexicon]
) -> None:
    index = load_index(wider_snapshots / current_name(wider_snapshots), encoder, lexicons)
    for text in ("lam giay tam tru", "đổi thẻ đội viên", "nuôi ong"):
        assert index.candidates(text).features.tolist() == wider.index.candidates(text).features.tolist()


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
    assert steps == ["records", "words", "vectors", "scope"]


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


def test_records_that_cannot_be_read_leave_nothing(tmp_path: Path, catalogue: Catalogue, encoder: Encoder) -> None:
    def broken() -> Iterator[Merged]:
        yield Merged(tiny.procedure())
        raise ImportStoreBroken("imported.sqlite: file is not a database.")

    with pytest.raises(ImportStoreBroken):
        build_snapshot(catalogue, encoder, [], tmp_path / "snapshots", merged=broken())
    assert list((tmp_path / "snapshots").iterdir()) == []


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


@pytest.mark.parametrize("file", ["records.sqlite", "speech.json", "layout.json", "nearest.faiss", "scope.npy"])
def test_a_missing_file_is_named(file: str, own_snapshots: Path, load: Load) -> None:
    path = own_snapshots / current_name(own_snapshots) / file
    path.unlink()
    with pytest.raises(SnapshotCorrupted, match=re.escape(str(path))):
        load()


def test_a_file_of_another_snapshot_is_refused(own_snapshots: Path, wider_snapshots: Path, load: Load) -> None:
    """Each is whole, but they do not belong together."""
    path = own_snapshots / current_name(own_snapshots) / "layout.json"
    shutil.copyfile(wider_snapshots / current_name(wider_snapshots) / "layout.json", path)
    with pytest.raises(SnapshotCorrupted, match=re.escape(str(path))):
        load()


def test_another_encoder_is_refused_and_both_are_named(own_snapshots: Path, encoder: Encoder) -> None:
    with pytest.raises(SnapshotMismatch) as caught:
        load_snapshot(own_snapshots, current_name(own_snapshots), OtherEncoder(), [])
    for part in (encoder.name, encoder.fingerprint, "other (sha256:other)", "MOTCUA_ENCODER"):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    "changes", [{"version": 1}, {"version": VERSION + 1}, {"version": VERSION + 1, "colour": "blue"}]
)
def test_another_version_is_refused(own_snapshots: Path, load: Load, changes: dict[str, Any]) -> None:
    place = change_manifest(own_snapshots, **changes)
    with pytest.raises(SnapshotMismatch) as caught:
        load()
    said = f"{place}: version {changes['version']} of the format, this program reads {VERSION}."
    assert said in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"7", b"{}", b'{"version": %d}' % VERSION, b"\xff\xfe"])
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


def test_the_corpus_hash_changes_with_everything(
    tmp_path: Path, own_data: Path, encoder: Encoder, lexicons: list[Lexicon]
) -> None:
    """A record, a phrasing, a known title, a topic, somebody else's procedure, a sentence, English, a variant."""

    def corpus_hash(**merged: Any) -> str:
        return build_snapshot(load_catalogue(own_data), encoder, lexicons, tmp_path / "built", **merged).corpus

    variant = tiny.imported(tiny.BIRTH, "Khai sinh Đà Nẵng", province="H17")
    records = [Merged(tiny.procedure(code)) for code in tiny.RECORDS]
    found = [corpus_hash(), corpus_hash(merged=[Merged(records[0].record, (variant,)), *records[1:]])]
    changes: list[tuple[str, tiny.Row]] = [
        (f"catalogue/{tiny.BIRTH}.yml", tiny.record(notes=["Đi sớm."])),
        (f"phrasings/{tiny.BIRTH}.yml", {"code": tiny.BIRTH, "phrasings": ["khai sinh"]}),
        (f"phrasings/{tiny.UNHELD}.yml", {"code": tiny.UNHELD, "phrasings": ["đo đạc"]}),
        (f"phrasings/{tiny.UNHELD}.yml", {"code": tiny.UNHELD, "name": "Đo đạc", "phrasings": ["đo đạc"]}),
        ("topics/ho-khau.yml", {**tiny.TOPIC, "question": "Ở đâu ạ?"}),
        ("elsewhere/khac.yml", {**tiny.ELSEWHERE, "procedures": tiny.ELSEWHERE["procedures"][:1]}),
        ("outside/khac.yml", {**tiny.OUTSIDE, "sentences": ["trời mưa"]}),
        (f"english/{tiny.STAY}.yml", {**tiny.ENGLISH, "texts": {"Thuê nhà": "Renting a flat"}}),
    ]
    for name, content in changes:
        tiny.write(own_data / name, content)
        found.append(corpus_hash())
    assert len(set(found)) == 2 + len(changes)
    assert corpus_hash() == found[-1]
    assert corpus_hash(merged=[]) == found[-1]


def test_the_same_catalogue_gives_the_same_indexes(
    tmp_path: Path, wider_catalogue: Catalogue, wider: Snapshot, encoder: Encoder, lexicons: list[Lexicon]
) -> None:
    again = build_snapshot(wider_catalogue, encoder, lexicons, tmp_path, merged=tiny.merged())
    first = wider.manifest
    assert again.corpus == first.corpus
    for file in ("speech.json", "layout.json", "vectors.npy", "nearest.faiss", "words/data.csc.index.npy"):
        assert again.files[file] == first.files[file]
    loaded = load_snapshot(tmp_path, again.id, encoder, lexicons)
    for text in ("khai sinh cho bé", "hôm nay trời mưa"):
        assert loaded.scope.logit(text) == pytest.approx(wider.scope.logit(text), abs=1e-3)


def test_what_is_big_is_mapped_into_memory(wider: Snapshot, wider_snapshots: Path) -> None:
    place = wider_snapshots / current_name(wider_snapshots)
    vectors = np.load(place / "vectors.npy")
    assert (vectors.dtype, vectors.shape) == (np.float16, (wider.manifest.passages, wider.manifest.dimension))
    maps = Path("/proc/self/maps")
    if not maps.is_file():
        pytest.skip("only Linux tells what is mapped")
    lines = maps.read_text().splitlines()
    for file in ("vectors.npy", "nearest.faiss", "scope.npy", "words/data.csc.index.npy"):
        assert any(line.endswith(f" {place / file}") for line in lines), file
