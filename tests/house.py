"""The project's own house for tests: real processes, on free ports, with settings and logs of their own."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.house.plan import plan
from deploy.house.settings import ROOT, House

PORTS = ("MOTCUA_PORT", "MOTCUA_RASA_PORT", "MOTCUA_ACTIONS_PORT")


@dataclass(frozen=True)
class HouseUnderTest(House):
    """This repository's house; the logs of a running assistant stay as they are."""

    logs: Path

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"


def own_house(folder: Path, **settings: str) -> HouseUnderTest:
    """A house with some settings, logs and the desk in a folder. Fails the test if something is not built yet."""
    ports = {name: str(port) for name, port in zip(PORTS, free_ports(len(PORTS)), strict=True)}
    desk = {"MOTCUA_DATABASE": f"sqlite:///{folder / 'desk.sqlite'}", "MOTCUA_DESK_KEY": "a key for tests"}
    house = HouseUnderTest(ROOT, {**os.environ, **desk, **ports, **settings}, folder / "logs")
    missing = [str(path) for step in plan(house) for path in step.outputs if not path.exists()]
    if missing:
        pytest.fail(f"run `make test`, which makes what is missing: {', '.join(missing)}")
    return house


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens at."""
    with ExitStack() as probes:
        sockets = [probes.enter_context(socket.socket()) for _ in range(count)]
        for probe in sockets:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in sockets]
