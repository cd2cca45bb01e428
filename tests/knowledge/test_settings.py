"""Settings from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from knowledge.settings import ROOT, KnowledgeSettings, settings

SET = {
    "data": "/d",
    "imported": "/i.sqlite",
    "province": "H17",
    "reports": "/r",
    "portal": "http://127.0.0.1:9/api",
    "sync_folder": "/y",
    "snapshots": "/s",
    "snapshot_store": "file:///mnt/motcua",
    "encoder": "some/model",
    "snapshots_kept": "5",
    "threads": "2",
}
NAMES = tuple(name.upper() for name in KnowledgeSettings.model_fields)


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in NAMES:
        monkeypatch.delenv(f"MOTCUA_{name}", raising=False)
    monkeypatch.chdir(tmp_path)


def test_defaults() -> None:
    found = KnowledgeSettings()
    assert (found.data, found.snapshots) == (ROOT / "data", ROOT / "var" / "snapshots")
    assert found.encoder == str(ROOT / "var" / "encoder")
    assert (found.snapshots_kept, found.threads) == (3, 1)
    assert found.imported == ROOT / "var" / "imported.sqlite"
    assert (found.reports, found.sync_folder) == (ROOT / "var" / "reports", ROOT / "var" / "sync")
    assert (found.province, found.snapshot_store) == ("H41", "")
    assert found.portal.startswith("https://")


def test_the_environment_sets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SET.items():
        monkeypatch.setenv(f"MOTCUA_{name.upper()}", value)
    found = {name: str(value) for name, value in KnowledgeSettings().model_dump().items()}
    assert found == SET


def test_a_file_sets_them_and_others_may_stand_in_it(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MOTCUA_THREADS=4\nMOTCUA_PORT=1\nOTHER=2\n")
    assert KnowledgeSettings().threads == 4


@pytest.mark.parametrize("name", ["SNAPSHOTS_KEPT", "THREADS"])
@pytest.mark.parametrize("value", ["0", "-1", "many"])
def test_what_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"MOTCUA_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        KnowledgeSettings()


@pytest.mark.parametrize("value", ["41", "H4", "H411", "Nghệ An", "h41", ""])
def test_a_province_is_its_code(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("MOTCUA_PROVINCE", value)
    with pytest.raises(ValidationError, match="province"):
        KnowledgeSettings()


def test_they_are_read_once() -> None:
    assert settings() is settings()
