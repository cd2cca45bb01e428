"""The audit trail in a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from actions.database.work import Database
from actions.dossiers import audit_commands
from actions.dossiers.access_tables import Outcome
from actions.dossiers.audit import Audit
from storage.vault import Vault
from tests.actions.dossiers.doors import KEY

CODE = "000.00.00.H41-261120-0007"


@pytest.fixture
def trail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Audit]:
    database = Database(f"sqlite:///{tmp_path / 'audit.sqlite'}")
    trail = Audit(database, Vault([KEY]))
    trail.note(Outcome.OPENED, conversation="c", address="a", code=CODE)
    trail.note(Outcome.REFUSED, conversation="d", address="b")
    monkeypatch.setattr(audit_commands, "audit", lambda: trail)
    yield trail
    database.close()


def run(*words: str) -> str:
    result = CliRunner().invoke(audit_commands.app, list(words))
    assert result.exit_code == 0, result.output
    return result.output


def test_the_list_shows_outcomes_and_short_names(trail: Audit) -> None:
    output = run("list")
    assert "opened" in output
    assert "refused" in output
    assert CODE not in output
    assert trail.entries()[1].dossier[:8] in output


def test_the_list_of_one_dossier_typed_in_small_letters(trail: Audit) -> None:
    found = json.loads(run("list", "--code", CODE.lower(), "--json"))
    assert [line["outcome"] for line in found] == ["opened"]


def test_the_list_of_one_outcome(trail: Audit) -> None:
    assert [line["outcome"] for line in json.loads(run("list", "--outcome", "refused", "--json"))] == ["refused"]


def test_counts_name_every_outcome(trail: Audit) -> None:
    found = json.loads(run("counts", "--json"))
    assert set(found) == {outcome.value for outcome in Outcome}
    assert found["opened"] == found["refused"] == 1
    assert "opened" in run("counts")


def test_suspects_are_addresses_with_failures(trail: Audit) -> None:
    assert [line["failures"] for line in json.loads(run("suspects", "--json"))] == [1]
    assert "failures" in run("suspects")


def test_forgetting_says_how_much(trail: Audit) -> None:
    assert "0 lines" in run("forget", "--days", "1")


def test_a_database_that_cannot_be_used_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    broken = Audit(Database(f"sqlite:///{tmp_path / 'file' / 'audit.sqlite'}"), Vault([KEY]))
    monkeypatch.setattr(audit_commands, "audit", lambda: broken)
    result = CliRunner().invoke(audit_commands.app, ["list"])
    assert result.exit_code == 1
    assert "A101" in result.output
    assert "Traceback" not in result.output


def test_the_trail_is_in_the_database_of_the_actions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from actions.desk.settings import desk_settings
    from actions.privacy.settings import privacy_settings

    monkeypatch.setenv("MOTCUA_DATABASE", f"sqlite:///{tmp_path / 'own.sqlite'}")
    monkeypatch.setenv("MOTCUA_VAULT_KEY", KEY)
    desk_settings.cache_clear()
    privacy_settings.cache_clear()
    try:
        audit_commands.audit().note(Outcome.DRAFT)
        assert (tmp_path / "own.sqlite").exists()
    finally:
        desk_settings.cache_clear()
        privacy_settings.cache_clear()
