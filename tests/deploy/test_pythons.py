"""Interpreters: a shim that does not run is passed over, versions are what they say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.house import pythons
from deploy.house.settings import ROOT


def interpreter(path: Path, version: str, code: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {version}\nexit {code}\n")
    path.chmod(0o755)
    return path


def test_version_of_the_running_interpreter() -> None:
    assert pythons.version_of(sys.executable) == ".".join(str(part) for part in sys.version_info[:3])


def test_what_does_not_run_has_no_version(tmp_path: Path) -> None:
    assert pythons.version_of(tmp_path / "nothing") is None
    assert pythons.version_of(interpreter(tmp_path / "shim", "3.10.1", code=127)) is None


def test_a_shim_that_fails_is_passed_over(tmp_path: Path) -> None:
    interpreter(tmp_path / "shims" / "python3.10", "3.10.1", code=127)
    real = interpreter(tmp_path / "bin" / "python3.10", "3.10.1")
    assert pythons.find("3.10", {"PATH": f"{tmp_path / 'shims'}:{tmp_path / 'bin'}"}) == real


def test_one_of_another_version_is_passed_over(tmp_path: Path) -> None:
    interpreter(tmp_path / "bin" / "python3.1", "3.10.1")
    assert pythons.find("3.1", {"PATH": str(tmp_path / "bin")}) is None


def test_the_newest_of_pyenv(tmp_path: Path) -> None:
    for version in ("3.10.2", "3.10.13", "3.10.9"):
        interpreter(tmp_path / "versions" / version / "bin" / "python3.10", version)
    found = pythons.find("3.10", {"PATH": "", "PYENV_ROOT": str(tmp_path)})
    assert found == tmp_path / "versions" / "3.10.13" / "bin" / "python3.10"


def test_pyenv_in_the_home_folder(tmp_path: Path) -> None:
    real = interpreter(tmp_path / ".pyenv" / "versions" / "3.10.4" / "bin" / "python3.10", "3.10.4")
    assert pythons.find("3.10", {"PATH": "", "HOME": str(tmp_path)}) == real


def test_none() -> None:
    assert pythons.find("3.10", {"PATH": "/nowhere"}) is None


def test_environments_are_made_with_a_base_interpreter() -> None:
    base = pythons.current(os.environ)
    code = "import sys; print(sys.prefix == sys.base_prefix)"
    assert (
        subprocess.run([base, "-c", code], capture_output=True, text=True, timeout=20, check=True).stdout.strip()
        == "True"
    )


def test_an_old_python_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pythons, "find", lambda version, environ: None)
    assert pythons.restart(["run"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith("motcua: Python 3.11 or later is needed")
    assert "install python3.11" in said


def test_restarts_with_a_newer_python(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls: list[list[str]] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pythons, "find", lambda version, environ: Path("/py") if version == "3.12" else None)
    monkeypatch.setattr(os, "execv", lambda program, words: calls.append(words))
    pythons.restart(["run"])
    assert calls[0] == ["/py", "-m", "deploy.house", "run"]
    assert Path.cwd() == ROOT
