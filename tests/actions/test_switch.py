"""A new snapshot under a running action server, while citizens ask: no question fails, a broken one is refused."""

from __future__ import annotations

import io
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from deploy.house.processes import Stop, stop_all
from deploy.house.screen import Screen
from deploy.house.services import Running, services
from knowledge.reply import Outcome, Reply
from knowledge.settings import settings
from knowledge.snapshot import MANIFEST, current_name, switch
from tests.actions.trackers import tracker
from tests.house import own_house

CITIZENS = 3
PATIENCE = 60.0  # seconds until the server must have looked at the pointer, which it does every second

pytestmark = pytest.mark.house


@pytest.fixture
def snapshots(tmp_path: Path) -> Path:
    """A folder of snapshots with one in use, a copy of the real one."""
    name = current_name(settings().snapshots)
    shutil.copytree(settings().snapshots / name, tmp_path / "snapshots" / name)
    switch(tmp_path / "snapshots", name)
    return tmp_path / "snapshots"


def copied(folder: Path, name: str) -> Path:
    """A copy of the snapshot in use under another name."""
    place = Path(shutil.copytree(folder / current_name(folder), folder / name))
    manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    (place / MANIFEST).write_text(json.dumps(manifest | {"id": name}), encoding="utf-8")
    return place


@pytest.fixture
def server(tmp_path: Path, snapshots: Path) -> Iterator[tuple[str, Path]]:
    """The address of an action server over these snapshots, and its log."""
    house = own_house(tmp_path, MOTCUA_SNAPSHOTS=str(snapshots))
    actions = services(house)[0]
    running = Running(house, Stop())
    try:
        running.start([actions])
        running.wait([actions], Screen(io.StringIO()))
        yield f"http://127.0.0.1:{actions.port}", house.log("actions")
    finally:
        stop_all([process for _, process in running.processes])


def test_no_question_fails(server: tuple[str, Path], snapshots: Path) -> None:
    url, log = server
    asked = Citizens(url)
    with asked:
        copied(snapshots, "second")
        switch(snapshots, "second")
        asked.until(lambda: said(log, "snapshot_in_use", "second"))
        (copied(snapshots, "broken") / "speech.json").write_text("{}", encoding="utf-8")
        switch(snapshots, "broken")
        asked.until(lambda: said(log, "snapshot_refused", "broken"))
    assert asked.wrong == []
    assert asked.count > CITIZENS
    assert not said(log, "snapshot_in_use", "broken")


def said(log: Path, event: str, name: str) -> bool:
    return any(event in line and name in line for line in log.read_text(encoding="utf-8").splitlines())


class Citizens:
    """Ask without a pause until the end of the block. wrong: what came back instead of the answer."""

    def __init__(self, url: str) -> None:
        self.wrong: list[str] = []
        self.count = 0
        self._url = url
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(CITIZENS)]
        self._answered = threading.Semaphore(0)

    def __enter__(self) -> Citizens:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def until(self, condition: Callable[[], bool]) -> None:
        """Lets them ask until something is so."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, "it never was"
            assert self._answered.acquire(timeout=PATIENCE), "nobody is answered"

    def _ask(self) -> None:
        state = tracker("làm giấy khai sinh cho con cần giấy tờ gì").current_state()
        body = {"next_action": "action_answer", "sender_id": "a", "tracker": state, "domain": {}, "version": "3.6"}
        with httpx.Client(base_url=self._url, timeout=PATIENCE) as client:
            while not self._over.is_set():
                try:
                    answer = client.post("/webhook", json=body)
                    reply = Reply.model_validate(answer.raise_for_status().json()["responses"][0]["custom"])
                    if (reply.outcome, reply.procedure) != (Outcome.ANSWER, "1.001193"):
                        self.wrong.append(reply.text)
                except (httpx.HTTPError, ValueError, LookupError) as error:
                    self.wrong.append(repr(error))
                self.count += 1
                self._answered.release()
