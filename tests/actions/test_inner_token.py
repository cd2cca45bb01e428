"""The token between the gateway and the action server."""

from __future__ import annotations

import multiprocessing
import stat
from pathlib import Path

import pytest

from actions.inner_token import InnerSettings, inner_token

PROCESSES = 4


@pytest.fixture(autouse=True)
def only_our_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of this machine reaches a test."""
    monkeypatch.delenv("MOTCUA_INNER_TOKEN", raising=False)
    monkeypatch.setitem(InnerSettings.model_config, "env_file", None)


def test_the_one_that_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MOTCUA_INNER_TOKEN", "a token that is set")
    assert inner_token(tmp_path / "token") == "a token that is set"
    assert not (tmp_path / "token").exists()


def test_else_it_is_made_once_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "var" / "token"
    token = inner_token(path)
    assert len(token) >= 64
    assert inner_token(path) == token
    assert path.read_text() == token
    assert list(path.parent.iterdir()) == [path]


def test_only_this_user_reads_it(tmp_path: Path) -> None:
    inner_token(tmp_path / "token")
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600


def test_each_installation_has_its_own(tmp_path: Path) -> None:
    assert inner_token(tmp_path / "one") != inner_token(tmp_path / "other")


def _tell(path: Path, gate: multiprocessing.synchronize.Barrier, told: multiprocessing.Queue[str]) -> None:
    gate.wait(60)
    told.put(inner_token(path))


def test_of_several_processes_the_first_makes_it_for_all(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    gate, told = context.Barrier(PROCESSES), context.Queue()
    processes = [context.Process(target=_tell, args=(tmp_path / "token", gate, told)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    tokens = {told.get(timeout=60) for _ in processes}
    for process in processes:
        process.join()
    assert tokens == {(tmp_path / "token").read_text()}


def test_it_is_in_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_INNER_TOKEN", "a token that is set")
    assert "a token that is set" not in repr(InnerSettings())
