"""A private PostgreSQL for the tests, from the Debian package, shared by all workers of a run.

It listens at a Unix socket in its own folder only, trusts whoever may enter that folder, keeps nothing safe from a
power cut, and ends with the process that started it, however that ends.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import Pool

PROGRAMS = Path("/usr/lib/postgresql")  # below it, a folder for each version
PACKAGE = "postgresql"
SUPERUSER = "postgres"
PATIENCE = 60.0  # seconds until it must have started
LIMIT = 120  # seconds for one program to end
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "timezone": "Asia/Ho_Chi_Minh",  # not UTC, so that a time which is kept without its zone is noticed
}
# Ends the server and removes its folder once its own standard input is closed, which the end of our process does.
GUARD = """
folder=$1; shift
"$@" >"$folder/log" 2>&1 &
server=$!
cat >/dev/null
kill -QUIT "$server" 2>/dev/null
wait "$server"
rm -rf "$folder"
"""


class Postgres:
    """A running server. Databases are made of nothing, so each user has tables of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._connections: dict[str, list[Any]] = {}
        event.listen(Pool, "connect", self._note)

    def fresh_database(self) -> str:
        """The URL of a new, empty database, as SQLAlchemy reads it."""
        name = f"test_{uuid.uuid4().hex}"
        self._command(f"CREATE DATABASE {name} TEMPLATE template0")
        return f"postgresql+psycopg://{SUPERUSER}@/{name}?host={self.folder}"

    def drop(self, url: str) -> None:
        """Closes the connections that SQLAlchemy opened to a database in this process, and deletes it."""
        name = str(make_url(url).database)
        for connection in self._connections.pop(name, []):
            connection.close()
        self._command(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def close(self) -> None:
        """Closes what is still open. A connection that is merely let go of would be warned about."""
        event.remove(Pool, "connect", self._note)
        for connections in self._connections.values():
            for connection in connections:
                connection.close()

    def _note(self, connection: Any, _: object) -> None:
        if isinstance(connection, psycopg.Connection) and connection.info.host == str(self.folder):
            self._connections.setdefault(connection.info.dbname, []).append(connection)

    def _command(self, statement: str) -> None:
        with _connected(self.folder) as connection:
            connection.execute(statement.encode())


@contextmanager
def shared_postgres(shared: Path) -> Iterator[Postgres]:
    """The server of this run, started by the first worker, which at the end waits for the others.

    shared: a folder that all workers of the run see. Skips the test, or fails it in CI, where the package is missing.
    """
    programs = _programs()
    address = shared / "postgres-address"
    with ExitStack() as held:
        with _locked(shared / "postgres-starting", fcntl.LOCK_EX):
            if address.exists() and _answers(Path(address.read_text())):
                held.enter_context(_locked(shared / "postgres-users", fcntl.LOCK_SH))
            else:
                held.enter_context(_hosted(programs, shared, address))
        server = Postgres(Path(address.read_text()))
        held.callback(server.close)
        yield server


def _programs() -> Path:
    """The folder with initdb and postgres, of the newest version."""
    found = [path for path in PROGRAMS.glob("*/bin") if (path / "initdb").exists() and (path / "postgres").exists()]
    if found:
        return max(found, key=lambda path: float(path.parent.name))
    missing = f"needs PostgreSQL: install the Debian package {PACKAGE}"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


@contextmanager
def _hosted(programs: Path, shared: Path, address: Path) -> Iterator[None]:
    with running(programs) as folder:
        address.write_text(str(folder))
        try:
            yield
        finally:
            with (
                _locked(shared / "postgres-starting", fcntl.LOCK_EX),
                _locked(shared / "postgres-users", fcntl.LOCK_EX),
            ):
                address.unlink(missing_ok=True)


@contextmanager
def running(programs: Path) -> Iterator[Path]:
    """A server for as long as it is used. Gives the folder of its socket."""
    folder = Path(tempfile.mkdtemp(prefix="motcua-postgres-"))
    user = _user(folder)
    data = folder / "data"
    made = subprocess.run(
        [
            programs / "initdb",
            f"--pgdata={data}",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        cwd=folder,
        check=False,
        **user,
    )
    if made.returncode:
        shutil.rmtree(folder)
        pytest.fail(f"initdb: {made.stdout}{made.stderr}")
    settings = {**SETTINGS, "unix_socket_directories": str(folder)}
    options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
    command = ["sh", "-c", GUARD, "sh", str(folder), str(programs / "postgres"), "-D", str(data), *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=folder, **user) as guard:
        try:
            _wait_for(folder, guard)
            yield folder
        finally:
            assert guard.stdin
            guard.stdin.close()
            guard.wait(LIMIT)
            shutil.rmtree(folder, ignore_errors=True)


def _user(folder: Path) -> dict[str, Any]:
    """Who runs the server: it refuses root."""
    if os.geteuid() != 0:
        return {}
    try:
        found = pwd.getpwnam(SUPERUSER)
    except KeyError:
        found = pwd.getpwnam("nobody")
    os.chown(folder, found.pw_uid, found.pw_gid)
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


def _wait_for(folder: Path, guard: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            _connected(folder).close()
        except psycopg.OperationalError as error:  # it is starting
            if time.monotonic() > deadline or guard.poll() is not None:
                log = folder / "log"
                pytest.fail(f"PostgreSQL does not start: {error}\n{log.read_text() if log.exists() else ''}")
            time.sleep(0.05)
        else:
            return


def _answers(folder: Path) -> bool:
    """False: the worker that had started it was killed."""
    try:
        _connected(folder).close()
    except psycopg.OperationalError:
        return False
    return True


def _connected(folder: Path) -> psycopg.Connection[Any]:
    return psycopg.connect(host=str(folder), user=SUPERUSER, dbname="postgres", autocommit=True, connect_timeout=10)


@contextmanager
def _locked(path: Path, kind: int) -> Iterator[None]:
    """Holds a lock of the system's, which is free again should this process die."""
    with path.open("a") as file:
        fcntl.flock(file, kind)
        yield
