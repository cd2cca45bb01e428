"""The project's own house for tests: real processes, on free ports, with settings and logs of their own."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from deploy.house.errors import HouseError
from deploy.house.plan import plan
from deploy.house.ports import LOOPBACK
from deploy.house.processes import Stop
from deploy.house.screen import Screen
from deploy.house.services import Running, Service, started
from deploy.house.settings import ROOT, House

PORTS = ("MOTCUA_PORT", "MOTCUA_RASA_PORT", "MOTCUA_ACTIONS_PORT", "MOTCUA_SANDBOX_PORT")
UNLIMITED = "1000000/minute"
INNER_TOKEN = "a token for tests"
PATIENCE = 10.0  # seconds until a killed process is gone


@dataclass(frozen=True)
class Entry:
    """Where a house under test is reached, and what opens what it keeps.

    rasa, actions: their addresses. sandbox: that of its made-up province. database: where the assistant keeps things;
    province: where that province does; both as SQLAlchemy reads them. vault_key: what both seal with. desk_key: with
    which the desk hides whose something is. secret: what signs sessions.
    """

    url: str
    rasa: str
    actions: str
    sandbox: str
    database: str
    province: str
    vault_key: str
    desk_key: str
    secret: str

    def write(self, path: Path) -> None:
        """For the other workers of the run."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Entry:
        """What was written."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class HouseUnderTest(House):
    """This repository's house; the logs of a running assistant stay as they are."""

    logs: Path

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    @property
    def entry(self) -> Entry:
        """Where it is reached, and what opens what it keeps."""
        return Entry(
            url=self.address,
            rasa=f"http://{LOOPBACK}:{self.environ['MOTCUA_RASA_PORT']}",
            actions=f"http://{LOOPBACK}:{self.environ['MOTCUA_ACTIONS_PORT']}",
            sandbox=f"http://{LOOPBACK}:{self.environ['MOTCUA_SANDBOX_PORT']}",
            database=self.environ["MOTCUA_DATABASE"],
            province=self.environ["MOTCUA_SANDBOX_DATABASE"],
            vault_key=self.environ["MOTCUA_VAULT_KEY"],
            desk_key=self.environ["MOTCUA_DESK_KEY"],
            secret=self.environ["MOTCUA_SECRET"],
        )


class Breakable:
    """A running house of which each process can be killed and started again, with other settings too."""

    def __init__(self, house: HouseUnderTest, running: Running) -> None:
        self.house = house
        self._running = running
        self._killed: dict[str, Service] = {}

    def kill(self, name: str) -> None:
        """Ends a process, and what it had started, as `kill -9` does."""
        found = next(pair for pair in self._running.processes if pair[0].name == name)
        os.killpg(found[1].pid, signal.SIGKILL)
        found[1].wait(timeout=PATIENCE)
        self._running.processes.remove(found)
        self._killed[name] = found[0]

    def start(self, name: str, **settings: str) -> None:
        """Starts a killed process, and waits until the whole house answers again."""
        service = self._killed.pop(name)
        self._running.start([replace(service, environ={**service.environ, **settings})])
        self._running.wait([service for service, _ in self._running.processes], Screen(io.StringIO()))

    def restart(self, name: str) -> None:
        """Kills a process and starts it again."""
        self.kill(name)
        self.start(name)

    def add_gateway(self, name: str) -> str:
        """Starts one more gateway beside the first, with the same settings; its address."""
        first = next(service for service, _ in self._running.processes if service.name == "gateway")
        (port,) = free_ports(1)
        command = (*first.command[:-1], str(port))
        self._running.start([replace(first, name=name, command=command, port=port)])
        self._running.wait([service for service, _ in self._running.processes], Screen(io.StringIO()))
        return f"http://{first.host}:{port}"

    def run_with(self, name: str, **settings: str) -> None:
        """Makes sure that a process runs with some settings; it is started anew if it does not."""
        running = [service for service, _ in self._running.processes if service.name == name]
        if running and settings.items() <= dict(running[0].environ).items():
            return
        if running:
            self.kill(name)
        self.start(name, **settings)


def own_house(folder: Path, **settings: str) -> HouseUnderTest:
    """A house with some settings, its logs and what it keeps in a folder. Fails the test if something is not built.

    Nothing is quiet at night there, and what is followed is looked at every second.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ports = {name: str(port) for name, port in zip(PORTS, free_ports(len(PORTS)), strict=True)}
    kept = {
        "MOTCUA_DATABASE": f"sqlite:///{folder / 'desk.sqlite'}",
        "MOTCUA_GATEWAY_DATABASE": f"sqlite:///{folder / 'gateway.sqlite'}",
        "MOTCUA_SANDBOX_DATABASE": f"sqlite:///{folder / 'sandbox.sqlite'}",
        "MOTCUA_DESK_KEY": "a key for tests",
        "MOTCUA_VAULT_KEY": Fernet.generate_key().decode(),
        "MOTCUA_SECRET": "a secret for tests",
        "MOTCUA_INNER_TOKEN": INNER_TOKEN,
    }
    soon = {
        "MOTCUA_QUIET_FROM": "00:00",
        "MOTCUA_QUIET_TO": "00:00",
        "MOTCUA_WATCH_SECONDS": "1",
        "MOTCUA_NOTICE_SECONDS": "0.3",
    }
    house = HouseUnderTest(ROOT, {**os.environ, **kept, **soon, **ports, **settings}, folder / "logs")
    missing = [str(path) for step in plan(house) for path in step.outputs if not path.exists()]
    if missing:
        pytest.fail(f"run `make test`, which makes what is missing: {', '.join(missing)}")
    return house


def unlimited_house(folder: Path, **settings: str) -> HouseUnderTest:
    """The same without limits to messages and files, for many conversations from one address."""
    limits = [f"MOTCUA_LIMIT_{name}" for name in ("SESSION", "ADDRESS", "ATTACHMENTS", "ATTACHMENTS_ADDRESS")]
    return own_house(folder, **{**dict.fromkeys(limits, UNLIMITED), **settings})


@contextmanager
def standing(house: HouseUnderTest) -> Iterator[Breakable]:
    """The house with all its processes answering; at the end none is left. Fails the test if one does not start."""
    with ExitStack() as held:
        try:
            running = held.enter_context(started(house, Screen(io.StringIO()), Stop(), "Start"))
        except HouseError as error:
            pytest.fail("\n".join([*error.lines, str(error)]))
        yield Breakable(house, running)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens at."""
    with ExitStack() as probes:
        sockets = [probes.enter_context(socket.socket()) for _ in range(count)]
        for probe in sockets:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in sockets]
