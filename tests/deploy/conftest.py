"""The house of fakes as a fixture."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.house.settings import ROOT
from tests.deploy.fake_house import APP_PYTHON, RASA, RASA_PYTHON, SERVER, UV, FakeHouse, free_ports


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeHouse]:
    """A house of fakes, with ports of its own."""
    root = tmp_path / "house"
    shutil.copytree(ROOT / "deploy", root / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
    names = ("MOTCUA_PORT", "MOTCUA_RASA_PORT", "MOTCUA_ACTIONS_PORT", "MOTCUA_SANDBOX_PORT")
    ports = {name: str(port) for name, port in zip(names, free_ports(4), strict=True)}
    found = FakeHouse(root, {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), **ports})
    for name, text in {
        ".venv/bin/python": APP_PYTHON,
        ".venv-rasa/bin/python": RASA_PYTHON,
        ".venv/bin/uv": UV,
    }.items():
        found.write(name, text.replace("{python}", sys.executable), 0o755)
    for name in ("pytest", "ruff", "mypy"):
        found.write(f".venv/bin/{name}", "", 0o755)
    found.write(".venv-rasa/bin/rasa", RASA, 0o755)
    found.write(".venv/pyvenv.cfg", "home = /somewhere\nversion = 3.11.9\n")
    found.write("server.py", SERVER)
    for name in ("app", "dev", "rasa"):
        found.write(f"requirements/{name}.txt", "one==1\n")
    for name in ("catalogue/1.yml", "language/dialect.yml", "phrasings/1.yml", "nlu/ask.yml", "tuning.yml"):
        found.write(f"data/{name}", "a: 1\n")
    for name in (
        "knowledge/normalise.py",
        "knowledge/search.py",
        "understanding/reading.py",
        "config.yml",
        "domain.yml",
    ):
        found.write(name, "")
    yield found
    for process in found.started:
        if process.poll() is None:
            process.kill()
        process.communicate()
    for pid in found.alive():
        os.kill(pid, signal.SIGKILL)
