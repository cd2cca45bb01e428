"""What Rasa loads lives in Rasa's environment, so its tests run there, all in one process.

rasa_*.py need nothing else; servers_*.py need PostgreSQL and Redis, which are started for them.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.house.settings import ROOT, House
from tests.postgres import Postgres
from tests.redis_server import shared_redis

FOLDER = Path(__file__).parent
LIMIT = 300  # seconds; loading Rasa takes most of it


def test_in_rasas_environment() -> None:
    run("rasa_*.py")


def test_with_servers_in_rasas_environment(postgres: Postgres, tmp_path: Path) -> None:
    with database(postgres) as conversations, shared_redis(tmp_path) as redis:
        run("servers_*.py", MOTCUA_CONVERSATIONS=conversations, MOTCUA_REDIS_URL=redis.fresh_database())


def run(names: str, **settings: str) -> None:
    """Runs the tests in files of these names. Fails if one of them fails or was not run."""
    house = House(ROOT, dict(os.environ))
    if not house.rasa_python.exists():
        pytest.fail(f"{house.rasa_python} is missing: run `make test`, which makes it")
    command = [str(house.rasa_python), "-m", "unittest", "discover", "-s", str(FOLDER), "-p", names]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=house.rasa_environ(**settings),
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    ran = re.search(r"^Ran (\d+) tests", done.stderr, re.MULTILINE)
    texts = [path.read_text(encoding="utf-8") for path in FOLDER.glob(names)]
    wanted = sum(len(re.findall(r"^    (?:async )?def test_", text, re.MULTILINE)) for text in texts)
    assert ran is not None, done.stderr
    assert int(ran.group(1)) == wanted, done.stderr
    assert "skipped" not in done.stderr.splitlines()[-1], done.stderr


@contextmanager
def database(postgres: Postgres) -> Iterator[str]:
    """A database of its own, as SQLAlchemy reads it."""
    url = postgres.fresh_database()
    try:
        yield url
    finally:
        postgres.drop(url)
