"""What Rasa loads lives in Rasa's environment, so its tests (rasa_*.py) run there, all in one process."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from deploy.house.settings import ROOT, House

LIMIT = 300  # seconds; loading Rasa takes most of it


def test_in_rasas_environment() -> None:
    house = House(ROOT, dict(os.environ))
    if not house.rasa_python.exists():
        pytest.fail(f"{house.rasa_python} is missing: run `make test`, which makes it")
    folder = Path(__file__).parent
    command = [str(house.rasa_python), "-m", "unittest", "discover", "-s", str(folder), "-p", "rasa_*.py"]
    done = subprocess.run(
        command, cwd=ROOT, env=house.rasa_environ(), capture_output=True, text=True, timeout=LIMIT, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    ran = re.search(r"^Ran (\d+) tests", done.stderr, re.MULTILINE)
    wanted = sum(path.read_text(encoding="utf-8").count("    def test_") for path in folder.glob("rasa_*.py"))
    wanted += sum(path.read_text(encoding="utf-8").count("    async def test_") for path in folder.glob("rasa_*.py"))
    assert ran is not None, done.stderr
    assert int(ran.group(1)) == wanted, done.stderr
