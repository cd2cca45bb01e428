"""Whether a port is free, who holds it, and whether a process answers there."""

from __future__ import annotations

import errno
import http.client
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.house.errors import HouseError

LOOPBACK = "127.0.0.1"
LISTENING = "0A"  # the state of a listening socket in /proc/net/tcp
PATIENCE = 2.0  # seconds for an answer on loopback


@dataclass(frozen=True)
class Ports:
    """The ports. All but the gateway's are on loopback, whatever its address is. sandbox: None where none is run."""

    gateway: int = 8000
    rasa: int = 5005
    actions: int = 5055
    sandbox: int | None = 8090

    @property
    def inner(self) -> tuple[tuple[str, str, int], ...]:
        """Who listens on loopback: the process, the setting of its port, the port."""
        known = [("Rasa", "MOTCUA_RASA_PORT", self.rasa), ("actions", "MOTCUA_ACTIONS_PORT", self.actions)]
        if self.sandbox is not None:
            known.append(("sandbox", "MOTCUA_SANDBOX_PORT", self.sandbox))
        return tuple(known)


def check_free(ports: Ports, host: str) -> None:
    """Raises a HouseError that names the first port that cannot be had, and what to do. host: the gateway's."""
    if answers(host, ports.gateway, "/readyz"):
        remedy = f"open http://{host}:{ports.gateway}, talk to it with `make chat`, or stop it first (Ctrl-C there)"
        raise HouseError(f"port {ports.gateway} is in use: an assistant already answers there", remedy)
    for address, port, setting, who in (
        (host, ports.gateway, "MOTCUA_PORT", "gateway"),
        *((LOOPBACK, port, setting, who) for who, setting, port in ports.inner),
    ):
        trouble = why_not(address, port)
        if trouble:
            raise HouseError(f"port {port} ({who}) {trouble}", f"stop that, or set {setting} to another port")


def why_not(host: str, port: int) -> str:
    """Why a port cannot be had; empty if it can."""
    with socket.socket() as probe:
        probe.settimeout(PATIENCE)
        if probe.connect_ex((host, port)) == 0:
            return f"is in use{_by(port)}"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return f"is in use{_by(port)}" if error.errno == errno.EADDRINUSE else f"is refused ({error.strerror})"
    return ""


def answers(host: str, port: int, path: str) -> bool:
    """Whether GET is answered with OK."""
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _by(port: int) -> str:
    """Who listens at a port, where the system tells it (Linux, own processes)."""
    sockets = {f"socket:[{inode}]" for inode in _listening(port)}
    for link in Path("/proc").glob("[0-9]*/fd/*") if sockets else ():
        try:
            if str(link.readlink()) in sockets:
                process = link.parent.parent
                return f" by {(process / 'comm').read_text().strip()} (process {process.name})"
        except OSError:
            continue
    return ""


def _listening(port: int) -> Iterator[str]:
    """The inodes of the sockets that listen at a port."""
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        try:
            rows = [line.split() for line in table.read_text().splitlines()[1:]]
        except OSError:
            continue
        yield from (row[9] for row in rows if row[3] == LISTENING and int(row[1].rpartition(":")[2], 16) == port)
