"""The application as a whole: what it sends with every answer, and a database that is away."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from actions.dossiers.dossier import Status
from actions.dossiers.errors import RegisterAway
from actions.dossiers.sandbox import app as application
from actions.dossiers.sandbox.app import create_app
from actions.dossiers.sandbox.faults import Faults
from actions.dossiers.sandbox.province import Province
from actions.dossiers.sandbox.settings import SandboxSettings
from tests.actions.dossiers.sandbox.conftest import RealTime
from tests.actions.dossiers.sandbox_server import Sandbox


@pytest.mark.parametrize("path", ["/", "/rest/v1/health", "/lgsp/Login", "/sandbox/clock", "/nothing"])
def test_every_answer_says_that_it_is_a_sandbox(sandbox: Sandbox, path: str) -> None:
    assert sandbox.control.get(path).headers["x-motcua-sandbox"] == "1"


@pytest.mark.parametrize("faults", [{"away": True}, {"garbage": True}, {"errors": 1}])
def test_faulty_answers_too(sandbox: Sandbox, faults: dict[str, float]) -> None:
    sandbox.faults(**faults)
    assert sandbox.control.get("/rest/v1/health").headers["x-motcua-sandbox"] == "1"


def test_it_starts_with_the_faults_that_are_set(province: Province) -> None:
    create_app(province, SandboxSettings(faults=Faults(away=True)))
    assert province.faults.away


class Watched:
    """Stands before catch_up: fails a few times first, and tells when something has happened."""

    def __init__(self, province: Province, failures: int) -> None:
        self._catch_up, self._failures = province.catch_up, failures
        self._loop, self.moved = asyncio.get_running_loop(), asyncio.Event()

    def __call__(self) -> int:
        if self._failures:
            self._failures -= 1
            raise RegisterAway("The database is away.")
        count = self._catch_up()
        if count:
            self._loop.call_soon_threadsafe(self.moved.set)
        return count


@pytest.mark.parametrize("failures", [0, 3])
async def test_dossiers_move_while_nobody_asks_whatever_happens(
    province: Province, real: RealTime, monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    monkeypatch.setattr(application, "TICK", 0.01)
    code = province.begin("refused").code
    real.pass_by(days=1)
    watched = Watched(province, failures)
    monkeypatch.setattr(province, "catch_up", watched)
    app = create_app(province, SandboxSettings())
    async with app.router.lifespan_context(app):
        await watched.moved.wait()
    assert province.register.get(code).status is Status.NOT_RECEIVED


async def test_without_its_database_every_side_says_so_in_its_own_way(province: Province, database_file: Path) -> None:
    settings = SandboxSettings()
    app = create_app(province, settings)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        session = (await client.post("/lgsp/Login", json={"username": "sandbox", "password": "sandbox"})).json()[
            "session"
        ]
        await asyncio.to_thread(_take_away, province, database_file)
        headers = {"authorization": "Bearer sandbox"}
        rest = await client.get("/rest/v1/dossiers/000.00.00.H41-261105-0007", headers=headers)
        assert (rest.status_code, rest.json()["code"], "retry-after" in rest.headers) == (503, "away", True)
        body = {"session": session, "madonvi": "H41", "mahoso": "000.00.00.H41-261105-0007"}
        assert (await client.post("/lgsp/TraCuuHoSo", json=body)).json()["error_code"] == 9
        assert (await client.get("/sandbox/dossiers")).status_code == 503
        assert (await client.get("/")).status_code == 503


def _take_away(province: Province, file: Path) -> None:
    """A folder where the database was."""
    province.register._database.engine().dispose()
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)
    file.mkdir()
