"""Renews the tokens in processes of their own, which are killed (SIGKILL) at every step or race one another.

`python -m tests.bot.channels.zalo_renewing once URL KEY SERVICE FOLDER`: says "ready", waits for a line, renews what is
kept now, and prints what came of it as one JSON line: {"token": …} or {"code": …}.

`… every-step URL KEY SERVICE FOLDER`: for each n: an operator authorises, then a process renews and is killed before
its n-th step, which is a statement, a commit, a call of the system that keeps or moves something on the disk, or a side
of the call to the service; then a new process renews, and if the pair is lost an operator authorises again. Prints a
JSON line each: {"step", "killed", "code", "works", "again", "left"}.
URL: of SQLAlchemy; SERVICE: of the double.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import event

from bot.channels.zalo_errors import ZaloError
from bot.channels.zalo_tokens import ZaloTokens
from bot.delivery.database import GatewayDatabase
from storage.vault import Vault
from tests.bot.channels.zalo_world import authorise, own_settings

SYSTEM = ("pwrite", "fsync", "ftruncate", "unlink", "rename", "close")


class Steps:
    """Counts steps, tells each one's name, and kills this process before a chosen one. left: 0 for never."""

    def __init__(self, left: int, tell: int) -> None:
        self.left, self._tell = left, tell

    def count(self, name: str) -> None:
        if self.left == 1:
            os.write(self._tell, name.encode())
            os.kill(os.getpid(), signal.SIGKILL)
        self.left = max(0, self.left - 1)

    def watch(self, database: GatewayDatabase) -> None:
        """From now on each step counts."""
        engine = database.engine()
        event.listen(engine, "before_cursor_execute", lambda *_: self.count("statement"))
        event.listen(engine, "commit", lambda *_: self.count("commit"))
        for name in SYSTEM:
            setattr(os, name, self._counted(name, getattr(os, name)))

    def _counted(self, name: str, do: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **named: Any) -> Any:
            self.count(name)
            return do(*given, **named)

        return counted


class CountedTransport(httpx.HTTPTransport):
    """The network, with a step before a call and one after the service has answered."""

    def __init__(self, steps: Steps) -> None:
        super().__init__()
        self._steps = steps

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._steps.count("ask")
        answer = super().handle_request(request)
        answer.read()
        self._steps.count("answered")
        return answer


def tokens_of(database: GatewayDatabase, key: str, service: str, folder: Path, **more: Any) -> ZaloTokens:
    return ZaloTokens(own_settings(service, folder), database, Vault([key]), **more)


def renewed(tokens: ZaloTokens, used: str) -> dict[str, str]:
    """What comes of renewing."""
    try:
        return {"token": tokens.after(used)}
    except ZaloError as error:
        return {"code": error.code}


def works(service: str, token: str) -> bool:
    """Whether the service takes a token: then it only does not know the person."""
    answer = httpx.post(
        f"{service}/v3.0/oa/quota/message", json={"user_id": "1"}, headers={"access_token": token}, timeout=10
    )
    return bool(answer.json()["error"] == -217)


def in_a_process(work: Callable[[int], None]) -> tuple[str, bool]:
    """Does work in a process of its own. Gives what it told, and whether it was killed."""
    reading, telling = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            work(telling)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(telling)
    with os.fdopen(reading) as file:
        told = file.read()
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit("a process failed")
    return told, os.WIFSIGNALED(status)


def killed_at(number: int, database: GatewayDatabase, key: str, service: str, folder: Path) -> dict[str, Any]:
    def begin(tell: int) -> None:
        tokens = tokens_of(database, key, service, folder)
        authorise(tokens)
        os.write(tell, tokens.current().encode())

    def die(tell: int) -> None:
        steps = Steps(number, tell)
        tokens = tokens_of(database, key, service, folder, transport=CountedTransport(steps))
        steps.watch(database)
        renewed(tokens, first)

    def go_on(tell: int) -> None:
        tokens = tokens_of(database, key, service, folder)
        found = renewed(tokens, first)
        again = None
        if "code" in found:
            authorise(tokens)
            again = works(service, tokens.current())
        state = {
            "code": found.get("code"),
            "works": works(service, found.get("token", "")),
            "again": again,
            "left": sorted(path.name for path in (folder / "answers").glob("*.answer")),
        }
        os.write(tell, json.dumps(state).encode())

    first, _ = in_a_process(begin)
    step, killed = in_a_process(die)
    told, _ = in_a_process(go_on)
    return {"step": step, "killed": killed, **json.loads(told)}


def every_step(url: str, key: str, service: str, folder: Path) -> None:
    database = GatewayDatabase(url)
    database.engine().dispose()  # each process opens connections of its own
    number, killed = 0, True
    while killed:
        number += 1
        found = killed_at(number, database, key, service, folder)
        killed = found["killed"]
        print(json.dumps(found), flush=True)  # noqa: T201


def once(url: str, key: str, service: str, folder: Path) -> None:
    tokens = tokens_of(GatewayDatabase(url), key, service, folder)
    kept = tokens.status()
    assert kept
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    print(json.dumps(renewed(tokens, kept.access)), flush=True)  # noqa: T201


if __name__ == "__main__":
    {"once": once, "every-step": every_step}[sys.argv[1]](sys.argv[2], sys.argv[3], sys.argv[4], Path(sys.argv[5]))
