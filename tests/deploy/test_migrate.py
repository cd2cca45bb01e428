"""Both databases are brought up to date, or it says which one is not, without its password."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from deploy import migrate


def tables(path: Path) -> set[str]:
    engine = create_engine(f"sqlite:///{path}")
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


def test_both_get_their_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    actions, gateway = tmp_path / "actions.sqlite", tmp_path / "gateway.sqlite"
    monkeypatch.setenv("MOTCUA_DATABASE", f"sqlite:///{actions}")
    monkeypatch.setenv("MOTCUA_GATEWAY_DATABASE", f"sqlite:///{gateway}")
    for _ in range(2):  # the second time nothing is left to do
        assert migrate.main() == 0
    assert {"hand_over", "following"} <= tables(actions)
    assert "pause" in tables(gateway)
    assert capsys.readouterr().out.count("up to date") == 4


def test_one_that_is_not_named_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("MOTCUA_DATABASE", raising=False)
    monkeypatch.delenv("MOTCUA_GATEWAY_DATABASE", raising=False)
    assert migrate.main() == 1
    assert capsys.readouterr().err == "MOTCUA_DATABASE is not set\nMOTCUA_GATEWAY_DATABASE is not set\n"


def test_one_that_is_away_keeps_the_other_from_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway = tmp_path / "gateway.sqlite"
    monkeypatch.setenv("MOTCUA_DATABASE", "postgresql+psycopg://somebody:geheim@127.0.0.1:9/none?connect_timeout=2")
    monkeypatch.setenv("MOTCUA_GATEWAY_DATABASE", f"sqlite:///{gateway}")
    assert migrate.main() == 1
    shown = capsys.readouterr()
    assert "MOTCUA_DATABASE: [A101]" in shown.err
    assert "MOTCUA_GATEWAY_DATABASE: up to date" in shown.out
    assert "geheim" not in shown.err + shown.out
    assert "pause" in tables(gateway)
