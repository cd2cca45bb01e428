"""Snapshots on a shared place: published whole, fetched whole, a bad one refused, a broken place named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from knowledge.encoder import Encoder
from knowledge.errors import SnapshotCorrupted, SnapshotStoreFailed
from knowledge.library import Library
from knowledge.normalise import Lexicon
from knowledge.settings import KnowledgeSettings
from knowledge.snapshot import MANIFEST, POINTER, current_name, load_snapshot
from knowledge.snapshot_store import fetch, publish, published_name

OBJECTS = "memory://motcua-tests/snapshots"


@pytest.fixture(params=["a folder", "object storage"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A shared folder, then a store of objects (which has no folders and no renaming)."""
    if request.param == "a folder":
        yield (tmp_path / "shared").as_uri()
        return
    yield OBJECTS
    fsspec.filesystem("memory").rm("/motcua-tests", recursive=True)


@pytest.fixture
def name(own_snapshots: Path) -> str:
    return current_name(own_snapshots)


def test_what_one_machine_publishes_another_one_loads(
    url: str, own_snapshots: Path, name: str, tmp_path: Path, encoder: Encoder, lexicons: list[Lexicon]
) -> None:
    publish(own_snapshots, name, url)
    other = tmp_path / "other"
    other.mkdir()
    assert fetch(other, url) == name
    assert current_name(other) == name
    assert load_snapshot(other, name, encoder, lexicons).index.search("khai sinh", [1.0] * 12)


def test_nothing_published_is_no_error(tmp_path: Path) -> None:
    assert published_name((tmp_path / "shared").as_uri()) is None
    assert fetch(tmp_path, (tmp_path / "shared").as_uri()) is None
    assert not (tmp_path / POINTER).exists()


def test_what_is_here_is_not_fetched_again(url: str, own_snapshots: Path, name: str, tmp_path: Path) -> None:
    publish(own_snapshots, name, url)
    other = Path(shutil.copytree(own_snapshots, tmp_path / "other"))
    (other / name / "layout.json").write_text("kept")
    assert fetch(other, url) == name
    assert (other / name / "layout.json").read_text() == "kept"


def test_the_store_goes_back_to_an_older_one(url: str, own_snapshots: Path, name: str, tmp_path: Path) -> None:
    newer = shutil.copytree(own_snapshots / name, own_snapshots / "29991231-newer")
    publish(own_snapshots, newer.name, url)
    publish(own_snapshots, name, url)
    assert fetch(own_snapshots, url) == name


def test_a_half_copied_snapshot_leaves_nothing_behind(url: str, own_snapshots: Path, name: str, tmp_path: Path) -> None:
    publish(own_snapshots, name, url)
    system, root = fsspec.core.url_to_fs(url)
    system.rm(f"{root}/{name}/scope.npy")
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(SnapshotStoreFailed, match="K204"):
        fetch(other, url)
    assert list(other.iterdir()) == []


def test_a_file_that_was_changed_there_is_refused_by_its_hash(
    url: str, own_snapshots: Path, name: str, tmp_path: Path, encoder: Encoder, lexicons: list[Lexicon]
) -> None:
    publish(own_snapshots, name, url)
    system, root = fsspec.core.url_to_fs(url)
    system.pipe_file(f"{root}/{name}/speech.json", b"{}")
    other = tmp_path / "other"
    other.mkdir()
    fetch(other, url)
    with pytest.raises(SnapshotCorrupted):
        load_snapshot(other, name, encoder, lexicons)


@pytest.mark.parametrize("pointer", ["../elsewhere", ".hidden"])
def test_a_pointer_that_leads_out_of_the_place_is_refused(url: str, pointer: str, tmp_path: Path) -> None:
    system, root = fsspec.core.url_to_fs(url)
    system.makedirs(root, exist_ok=True)
    system.pipe_file(f"{root}/{POINTER}", pointer.encode())
    with pytest.raises(SnapshotStoreFailed, match="no snapshot"):
        fetch(tmp_path, url)


def test_a_manifest_that_names_files_outside_is_refused(
    url: str, own_snapshots: Path, name: str, tmp_path: Path
) -> None:
    publish(own_snapshots, name, url)
    manifest = json.loads((own_snapshots / name / MANIFEST).read_text(encoding="utf-8"))
    manifest["files"]["../../out"] = "0"
    system, root = fsspec.core.url_to_fs(url)
    system.pipe_file(f"{root}/{name}/{MANIFEST}", json.dumps(manifest).encode())
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(SnapshotStoreFailed, match="manifest"):
        fetch(other, url)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("url", ["nosuch://place", "s3://bucket/motcua"])
def test_a_place_that_cannot_be_reached_is_named(url: str, own_snapshots: Path, name: str) -> None:
    """s3:// needs s3fs, which the project does not install by itself."""
    with pytest.raises(SnapshotStoreFailed) as refused:
        publish(own_snapshots, name, url)
    assert url in str(refused.value)
    assert "MOTCUA_SNAPSHOT_STORE" in str(refused.value)


def test_a_server_takes_up_what_was_published(
    own_snapshots: Path, name: str, tmp_path: Path, tiny_settings: KnowledgeSettings
) -> None:
    url = (tmp_path / "shared").as_uri()
    publish(own_snapshots, name, url)
    own = tmp_path / "own"
    own.mkdir()
    library = Library(tiny_settings.model_copy(update={"snapshots": own, "snapshot_store": url}))
    assert library.snapshot.manifest.id == name
