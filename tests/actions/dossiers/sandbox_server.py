"""The sandbox province as a real server on a free port, for every test that needs a province's system."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from cryptography.fernet import Fernet

from actions.database.work import Database
from actions.dossiers.dossier import Status
from actions.dossiers.sandbox.app import create_app
from actions.dossiers.sandbox.control_routes import Listed
from actions.dossiers.sandbox.faults import Faults
from actions.dossiers.sandbox.province import Province
from actions.dossiers.sandbox.serving import listening, make_server
from actions.dossiers.sandbox.settings import SandboxSettings
from storage.vault import Vault

TOKEN, USER, PASSWORD = "a-token-for-tests", "a-user-for-tests", "a-password-for-tests"
PATIENCE = 30  # seconds that anything may take


@dataclass(frozen=True)
class Sandbox:
    """Where the sandbox is and how to make it do things. They are done when the call returns."""

    url: str
    control: httpx.Client
    token: str = TOKEN
    user: str = USER
    password: str = PASSWORD
    unit: str = "000.00.00.H41"

    @property
    def rest_url(self) -> str:
        return f"{self.url}/rest/v1"

    @property
    def lgsp_url(self) -> str:
        return f"{self.url}/lgsp"

    def faults(self, **faults: Any) -> None:
        """What goes wrong from now on (see Faults); nothing named: all goes well again."""
        self._done("PUT", "/sandbox/faults", Faults(**faults).model_dump())

    def jump(self, hours: float) -> None:
        """Sets its time forward; what should have happened by then has happened."""
        self._done("POST", "/sandbox/clock/jump", {"hours": hours})

    def run_at(self, speed: float) -> None:
        self._done("PUT", "/sandbox/clock", {"speed": speed})

    def next(self, code: str) -> Listed:
        """The next thing happens to a dossier."""
        return Listed.model_validate(self._done("POST", f"/sandbox/dossiers/{code}/next"))

    def put_into(self, code: str, status: Status) -> Listed:
        return Listed.model_validate(self._done("POST", f"/sandbox/dossiers/{code}/status", {"status": int(status)}))

    def begin(self, script: str = "ordinary", procedure: str | None = None) -> Listed:
        """A new dossier."""
        begun = self._done("POST", "/sandbox/dossiers", {"script": script, "procedure": procedure})
        return Listed.model_validate(begun)

    def dossiers(self) -> list[Listed]:
        """All dossiers with their proofs, the ones that changed last first."""
        return [Listed.model_validate(one) for one in self._done("GET", "/sandbox/dossiers")]

    def dossier(self, code: str) -> Listed:
        return Listed.model_validate(self._done("GET", f"/sandbox/dossiers/{code}"))

    def submit(self, code: str) -> None:
        """The applicant presses the button of the portal's page."""
        response = self.control.post(f"/portal/drafts/{code}/submit")
        assert response.status_code == httpx.codes.SEE_OTHER, response.text

    def reset(self) -> None:
        """As at the first start."""
        self._done("POST", "/sandbox/reset")

    def _done(self, method: str, path: str, body: object = None) -> Any:
        response = self.control.request(method, path, json=body)
        assert response.is_success, f"{response.status_code} {response.text}"
        return response.json() if response.content else None


@contextmanager
def running_sandbox(folder: Path) -> Iterator[Sandbox]:
    """A sandbox with a database of its own in a folder, until the end of the block."""
    own: dict[str, Any] = {"_env_file": None, "token": TOKEN, "user": USER, "password": PASSWORD, "faults": Faults()}
    settings = SandboxSettings(**own, database=f"sqlite:///{folder / 'sandbox.sqlite'}")
    database = Database(settings.database)
    province = Province(database, Vault([Fernet.generate_key().decode()]))
    place = listening(0)
    server = make_server(create_app(province, settings))
    serving = threading.Thread(target=server.run, kwargs={"sockets": [place]}, daemon=True)
    serving.start()
    url = f"http://127.0.0.1:{place.getsockname()[1]}"
    try:
        with httpx.Client(base_url=url, timeout=PATIENCE, trust_env=False) as control:
            yield Sandbox(url, control)
    finally:
        server.should_exit = True
        serving.join(PATIENCE)
        place.close()
        database.close()
    assert not serving.is_alive()
