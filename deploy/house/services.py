"""The processes of the house: started together, watched, and stopped together."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.house import ports
from deploy.house.errors import HouseError
from deploy.house.ports import LOOPBACK
from deploy.house.processes import Stop, ended, start, stop_all, tail
from deploy.house.screen import Screen
from deploy.house.settings import House

READY_LIMIT = 180.0  # seconds for a process until it answers
LOOK = 0.25  # seconds between two questions whether it does


@dataclass(frozen=True)
class Service:
    """A process that answers HTTP. ready: the path that answers with success once it can be used."""

    name: str
    command: tuple[str, ...]
    environ: Mapping[str, str]
    host: str
    port: int
    ready: str


@dataclass
class Running:
    """The started services, each with its process and log."""

    house: House
    stop: Stop
    processes: list[tuple[Service, subprocess.Popen[bytes]]] = field(default_factory=list)

    def start(self, services: Sequence[Service]) -> None:
        """Starts services, all at once."""
        for service in services:
            log = self.house.log(service.name)
            keep_previous(log)
            with log.open("wb") as file:
                self.processes.append((service, start(service.command, self.house.root, service.environ, file)))

    def wait(self, services: Sequence[Service], screen: Screen) -> None:
        """Waits until services answer; raises a HouseError if one dies or takes too long."""
        end = time.monotonic() + READY_LIMIT
        waiting = list(services)
        while waiting:
            self.check()
            waiting = [service for service in waiting if not ports.answers(service.host, service.port, service.ready)]
            if waiting and time.monotonic() > end:
                raise self._trouble(waiting[0], f"did not answer within {READY_LIMIT:.0f} s")
            screen.go_on("waiting for " + ", ".join(service.name for service in waiting))
            self.stop.pause(LOOK)

    def check(self) -> None:
        """Raises a HouseError if a service has died."""
        for service, process in self.processes:
            code = process.poll()
            if code is not None:
                raise self._trouble(service, ended(code))

    def _trouble(self, service: Service, how: str) -> HouseError:
        log = self.house.log(service.name)
        return HouseError(f"{service.name} {how}", f"see {log}", lines=tail(log))


def services(house: House) -> tuple[Service, ...]:
    """The actions, Rasa and the gateway, on the ports that are set; the sandbox province where no other is chosen."""
    at = house.ports()
    python, rasa = str(house.python), str(house.rasa_python)
    rasa_url, actions_url = f"http://{LOOPBACK}:{at.rasa}", f"http://{LOOPBACK}:{at.actions}"
    endpoints = "endpoints.several.yml" if house.several else "endpoints.yml"
    files = ("--model", "models/motcua.tar.gz", "--endpoints", endpoints, "--credentials", "credentials.yml")
    three = (
        Service(
            "actions",
            (python, "-m", "actions", "--port", str(at.actions)),
            house.child_environ(**(with_sandbox(house, at.sandbox) if at.sandbox else {})),
            LOOPBACK,
            at.actions,
            "/health",
        ),
        Service(
            "rasa",
            (rasa, "-m", "rasa", "run", *files, "--interface", LOOPBACK, "--port", str(at.rasa)),
            house.rasa_environ(ACTION_SERVER_URL=f"{actions_url}/webhook", **shared_by_rasa(house)),
            LOOPBACK,
            at.rasa,
            "/",
        ),
        Service(
            "gateway",
            (python, "-m", "bot", "serve", "--port", str(at.gateway)),
            house.child_environ(MOTCUA_RASA_URL=rasa_url, MOTCUA_ACTIONS_URL=actions_url),
            house.host,
            at.gateway,
            "/readyz",
        ),
    )
    return (*three, sandbox(house, at.sandbox)) if at.sandbox else three


def shared_by_rasa(house: House) -> dict[str, str]:
    """Settings of Rasa's workers; Rasa itself reads no .env. The seal's key only where something is shared."""
    if not house.several:
        return {}
    more = {name: house.setting(name) for name in ("MOTCUA_VAULT_KEY", "SANIC_WORKERS") if house.setting(name)}
    return house.several | more


def sandbox(house: House, port: int) -> Service:
    """A made-up province to try things with."""
    command = (str(house.python), "-m", "actions.dossiers", "sandbox", "--port", str(port))
    return Service("sandbox", command, house.child_environ(), LOOPBACK, port, "/")


def with_sandbox(house: House, port: int) -> dict[str, str]:
    """Settings with which the actions ask the sandbox.

    They look often and know no night, because the sandbox's time can be made to run fast; what is set wins.
    """
    settings = {
        "MOTCUA_DOSSIERS": "rest",
        "MOTCUA_DOSSIERS_URL": f"http://{LOOPBACK}:{port}/rest/v1",
        "MOTCUA_DOSSIERS_TOKEN": house.setting("MOTCUA_SANDBOX_TOKEN") or "sandbox",
        "MOTCUA_DOSSIERS_DEMONSTRATION": "true",
    }
    eager = {"MOTCUA_WATCH_SECONDS": "5", "MOTCUA_QUIET_FROM": "00:00", "MOTCUA_QUIET_TO": "00:00"}
    return settings | {name: house.setting(name) or value for name, value in eager.items()}


@contextmanager
def started(house: House, screen: Screen, stop: Stop, label: str) -> Iterator[Running]:
    """The house with all its processes answering; at the end, however it comes, none of them is left."""
    wanted = services(house)
    ports.check_free(house.ports(), house.host)
    running = Running(house, stop)
    screen.begin(label)
    try:
        try:
            running.start(wanted)
            running.wait(wanted, screen)
        except BaseException:
            screen.end("not started")
            raise
        screen.end()
        yield running
    finally:
        stop_all([process for _, process in running.processes])


def keep_previous(log: Path) -> None:
    """Makes room for a new log; the one before is kept as <name>.log.1."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        log.replace(f"{log}.1")
