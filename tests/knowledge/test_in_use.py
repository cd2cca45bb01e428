"""The snapshot in use: how it follows the pointer and what is published, and what it refuses."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from knowledge import in_use
from knowledge.catalogue import Catalogue, load_catalogue
from knowledge.encoder import Encoder
from knowledge.errors import EncoderMissing, RecordError, SnapshotMissing
from knowledge.in_use import SnapshotInUse
from knowledge.normalise import Lexicon
from knowledge.settings import KnowledgeSettings
from knowledge.snapshot import build_snapshot, current_name, switch
from knowledge.snapshot_store import publish
from tests.knowledge import tiny


def until(happened: Callable[[], bool]) -> bool:
    """Waits for what another thread does, half a minute at most."""
    for _ in range(600):
        if happened():
            return True
        time.sleep(0.05)
    return False


def end_fetching() -> None:
    """Waits for the threads that fetch, so that none works in a folder that is gone."""
    for thread in threading.enumerate():
        if thread.name == "fetch-snapshot":
            thread.join(timeout=30)


@pytest.fixture
def own(own_data: Path, own_snapshots: Path, encoder_folder: Path, monkeypatch: pytest.MonkeyPatch) -> SnapshotInUse:
    """Looks at the pointer every time."""
    monkeypatch.setattr(in_use, "POINTER_EVERY", -1.0)
    return SnapshotInUse(KnowledgeSettings(data=own_data, snapshots=own_snapshots, encoder=str(encoder_folder)))


@pytest.fixture
def dearer(own_data: Path) -> Catalogue:
    """The same catalogue after a decision that a birth certificate costs 9.000 đồng."""
    row = tiny.record()
    row["ways"][1]["fees"][0]["amount"] = 9000
    tiny.write(own_data / "catalogue" / f"{tiny.BIRTH}.yml", row)
    return load_catalogue(own_data)


def fee(used: SnapshotInUse) -> int | None:
    """What the registration of a birth costs by the snapshot in use."""
    return used.snapshot.catalogue.procedures[tiny.BIRTH].ways[1].fees[0].amount


def test_it_follows_the_pointer_without_a_restart(
    own: SnapshotInUse, own_snapshots: Path, dearer: Catalogue, encoder: Encoder, lexicons: list[Lexicon]
) -> None:
    first = current_name(own_snapshots)
    assert fee(own) == 8000
    second = build_snapshot(dearer, encoder, lexicons, own_snapshots).id
    assert fee(own) == 8000  # built, but not in use yet
    switch(own_snapshots, second)
    assert fee(own) == 9000
    assert own.snapshot.manifest.id == second
    switch(own_snapshots, first)
    assert fee(own) == 8000


def test_it_does_not_look_at_the_pointer_all_the_time(
    own: SnapshotInUse,
    own_snapshots: Path,
    dearer: Catalogue,
    encoder: Encoder,
    lexicons: list[Lexicon],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(in_use, "POINTER_EVERY", 3600.0)
    switch(own_snapshots, build_snapshot(dearer, encoder, lexicons, own_snapshots).id)
    assert fee(own) == 8000


def test_a_corrupted_new_snapshot_is_refused_and_the_old_one_answers(
    own: SnapshotInUse, own_snapshots: Path, dearer: Catalogue, encoder: Encoder, lexicons: list[Lexicon]
) -> None:
    old = current_name(own_snapshots)
    bad = build_snapshot(dearer, encoder, lexicons, own_snapshots).id
    path = own_snapshots / bad / "records.sqlite"
    path.write_bytes(path.read_bytes().replace(b"9000", b"9001"))
    switch(own_snapshots, bad)
    with capture_logs() as logs:
        assert fee(own) == 8000
        assert fee(own) == 8000
    assert own.snapshot.manifest.id == old
    (entry,) = logs  # said once, not for every question
    assert (entry["event"], entry["log_level"], entry["kept"]) == ("snapshot_refused", "error", old)
    assert str(path) in entry["error"]


def test_after_a_refusal_the_next_one_is_taken_up(
    own: SnapshotInUse, own_snapshots: Path, dearer: Catalogue, encoder: Encoder, lexicons: list[Lexicon]
) -> None:
    bad = build_snapshot(dearer, encoder, lexicons, own_snapshots).id
    (own_snapshots / bad / "scope.npy").unlink()
    switch(own_snapshots, bad)
    assert fee(own) == 8000
    switch(own_snapshots, build_snapshot(dearer, encoder, lexicons, own_snapshots).id)
    assert fee(own) == 9000


@pytest.mark.parametrize("pointer", [None, "", "nothing\n"])
def test_a_lost_pointer_does_not_stop_it(own: SnapshotInUse, own_snapshots: Path, pointer: str | None) -> None:
    (own_snapshots / "current").unlink()
    if pointer is not None:
        (own_snapshots / "current").write_text(pointer)
    assert fee(own) == 8000


def test_a_broken_tuning_keeps_the_old_snapshot(
    own: SnapshotInUse,
    own_data: Path,
    own_snapshots: Path,
    dearer: Catalogue,
    encoder: Encoder,
    lexicons: list[Lexicon],
) -> None:
    (own_data / "tuning.yml").write_text("ranking: [", encoding="utf-8")
    switch(own_snapshots, build_snapshot(dearer, encoder, lexicons, own_snapshots).id)
    assert fee(own) == 8000


def test_it_brings_what_was_published_here_when_it_starts(
    tmp_path: Path, data: Path, wider_snapshots: Path, encoder_folder: Path
) -> None:
    store = (tmp_path / "shared").as_uri()
    publish(wider_snapshots, current_name(wider_snapshots), store)
    used = SnapshotInUse(
        KnowledgeSettings(data=data, snapshots=tmp_path / "here", encoder=str(encoder_folder), snapshot_store=store)
    )
    assert used.snapshot.manifest.id == current_name(wider_snapshots)
    assert tiny.BEES in used.snapshot.catalogue.procedures


def test_it_follows_what_is_published_without_a_restart(
    tmp_path: Path,
    data: Path,
    snapshots: Path,
    wider_snapshots: Path,
    encoder_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = (tmp_path / "shared").as_uri()
    publish(snapshots, current_name(snapshots), store)
    monkeypatch.setattr(in_use, "POINTER_EVERY", -1.0)
    monkeypatch.setattr(in_use, "STORE_EVERY", 0.5)
    used = SnapshotInUse(
        KnowledgeSettings(data=data, snapshots=tmp_path / "here", encoder=str(encoder_folder), snapshot_store=store)
    )
    assert used.snapshot.manifest.id == current_name(snapshots)
    publish(wider_snapshots, current_name(wider_snapshots), store)
    assert until(lambda: used.snapshot.manifest.id == current_name(wider_snapshots))
    end_fetching()


def test_what_is_still_being_fetched_is_not_fetched_a_second_time(
    own: SnapshotInUse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large snapshot may take longer than the time between two looks; two downloads would destroy each other."""
    begun, go_on = [], threading.Event()

    def slow(folder: Path, url: str) -> None:
        begun.append(url)
        go_on.wait(timeout=30)

    monkeypatch.setattr(in_use, "fetch", slow)
    monkeypatch.setattr(in_use, "STORE_EVERY", -1.0)
    shared = own._settings.model_copy(update={"snapshot_store": "memory://nowhere"})
    monkeypatch.setattr(own, "_settings", shared)
    for _ in range(3):
        assert own.snapshot.manifest
    assert until(lambda: bool(begun))
    go_on.set()
    end_fetching()
    assert begun == ["memory://nowhere"]


def test_a_store_that_is_gone_does_not_stop_it(
    tmp_path: Path, data: Path, snapshots: Path, encoder_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "shared"
    publish(snapshots, current_name(snapshots), store.as_uri())
    monkeypatch.setattr(in_use, "POINTER_EVERY", -1.0)
    monkeypatch.setattr(in_use, "STORE_EVERY", -1.0)
    used = SnapshotInUse(
        KnowledgeSettings(
            data=data, snapshots=tmp_path / "here", encoder=str(encoder_folder), snapshot_store=store.as_uri()
        )
    )
    (store / "current").write_text("../evil")
    with capture_logs() as logs:
        assert fee(used) == 8000
        assert until(lambda: any(entry["event"] == "snapshot_not_fetched" for entry in logs))
    assert used.snapshot.manifest.id == current_name(snapshots)
    assert fee(used) == 8000
    end_fetching()


def test_it_does_not_start_without_a_snapshot(tmp_path: Path, data: Path, encoder_folder: Path) -> None:
    with pytest.raises(SnapshotMissing):
        SnapshotInUse(KnowledgeSettings(data=data, snapshots=tmp_path, encoder=str(encoder_folder)))


def test_it_does_not_start_without_its_encoder(tmp_path: Path, data: Path, snapshots: Path) -> None:
    with pytest.raises(EncoderMissing):
        SnapshotInUse(KnowledgeSettings(data=data, snapshots=snapshots, encoder=str(tmp_path / "nowhere")))


def test_it_does_not_start_with_a_broken_tuning(own_data: Path, snapshots: Path, encoder_folder: Path) -> None:
    (own_data / "tuning.yml").write_text("colour: blue", encoding="utf-8")
    with pytest.raises(RecordError, match="tuning"):
        SnapshotInUse(KnowledgeSettings(data=own_data, snapshots=snapshots, encoder=str(encoder_folder)))
