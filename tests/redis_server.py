"""A private Redis for the tests, from the Debian package, shared by all workers of a run.

It listens on a free port of 127.0.0.1 with a password of its own, writes nothing to disk, and ends with the process
that started it, however that ends.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import redis

from tests.house import free_ports
from tests.postgres import GUARD as POSTGRES_GUARD

PROGRAM = PACKAGE = "redis-server"
PATIENCE = 30.0  # seconds until it must have started
LIMIT = 60  # seconds for it to end
DATABASES = 256
ATTEMPTS = 5  # with another port each, should somebody take the free one first
GUARD = POSTGRES_GUARD.replace("-QUIT", "-TERM")  # Redis does not know the other, and the shell has it ignored
NEXT = "next-database"  # a key of database 0, which nobody is given


class RedisServer:
    """A running server. Each user is given a database of their own.

    address: what comes before the database's number in its URL.
    """

    def __init__(self, address: str) -> None:
        self._address = address

    def fresh_database(self) -> str:
        """The URL of a database that nobody else of the run uses."""
        with _connected(f"{self._address}/0") as connection:
            number = int(connection.incr(NEXT))
        assert number < DATABASES, "more databases than there are"
        return f"{self._address}/{number}"

    def empty(self, url: str) -> None:
        """Forgets all of a database, as a Redis does that is started anew."""
        with _connected(url) as connection:
            connection.flushdb()


@contextmanager
def shared_redis(shared: Path) -> Iterator[RedisServer]:
    """The server of this run, started by the first worker, which at the end waits for the others.

    shared: a folder that all workers of the run see. Skips the test, or fails it in CI, where the package is missing.
    """
    program = _program()
    address = shared / "redis-address"
    with ExitStack() as held:
        with _locked(shared / "redis-starting", fcntl.LOCK_EX):
            if address.exists() and _answers(json.loads(address.read_text())):
                held.enter_context(_locked(shared / "redis-users", fcntl.LOCK_SH))
            else:
                held.enter_context(_hosted(program, shared, address))
        yield RedisServer(json.loads(address.read_text()))


def _program() -> str:
    found = shutil.which(PROGRAM)
    if found:
        return found
    missing = f"needs Redis: install the Debian package {PACKAGE}"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


@contextmanager
def _hosted(program: str, shared: Path, address: Path) -> Iterator[None]:
    with running(program) as url:
        address.write_text(json.dumps(url))
        try:
            yield
        finally:
            with _locked(shared / "redis-starting", fcntl.LOCK_EX), _locked(shared / "redis-users", fcntl.LOCK_EX):
                address.unlink(missing_ok=True)


@contextmanager
def running(program: str) -> Iterator[str]:
    """A server for as long as it is used. Gives its URL without a database."""
    folder = Path(tempfile.mkdtemp(prefix="motcua-redis-"))
    password = secrets.token_hex(16)
    settings = folder / "redis.conf"
    settings.touch(mode=0o600)
    lines = [f"requirepass {password}", f"databases {DATABASES}", "bind 127.0.0.1", 'save ""', "appendonly no"]
    settings.write_text("\n".join([*lines, f"dir {folder}"]) + "\n", encoding="ascii")
    with ExitStack() as held:
        held.callback(shutil.rmtree, folder, ignore_errors=True)
        for _ in range(ATTEMPTS):
            (port,) = free_ports(1)
            command = ["sh", "-c", GUARD, "sh", str(folder), program, str(settings), "--port", str(port)]
            guard = held.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, cwd=folder))
            held.callback(_end, guard)
            url = f"redis://:{password}@127.0.0.1:{port}"
            if _has_started(url, folder / "log"):
                break
        else:
            pytest.fail(f"Redis does not start: {(folder / 'log').read_text()}")
        yield url


def _end(guard: subprocess.Popen[bytes]) -> None:
    assert guard.stdin
    guard.stdin.close()
    guard.wait(LIMIT)


def _has_started(url: str, log: Path) -> bool:
    """Waits for it. False: its port was taken."""
    end = time.monotonic() + PATIENCE
    while not _answers(url):
        if log.exists() and "Address already in use" in log.read_text():
            return False
        if time.monotonic() > end:
            pytest.fail(f"Redis does not start: {log.read_text() if log.exists() else ''}")
        time.sleep(0.02)
    return True


def _answers(url: str) -> bool:
    """False: it is starting, somebody else is there, or the worker that had started it was killed."""
    try:
        with _connected(f"{url}/0") as connection:
            return bool(connection.ping())
    except redis.RedisError:
        return False


def _connected(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=10, socket_connect_timeout=10)


@contextmanager
def _locked(path: Path, kind: int) -> Iterator[None]:
    """Holds a lock of the system's, which is free again should this process die."""
    with path.open("a") as file:
        fcntl.flock(file, kind)
        yield
