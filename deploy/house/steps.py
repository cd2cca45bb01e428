"""Steps: what each is made from, whether that changed since, and making what is stale.

A step's digest is the SHA-256 of its inputs; after the work it is kept in var/stamps/<step>. A step whose stamp is its
digest and whose outputs exist has nothing to do.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from deploy.house.errors import HouseError, ToolError
from deploy.house.processes import Stop, Tool
from deploy.house.screen import Screen
from deploy.house.settings import House

LOCK_LIMIT = 3600.0  # seconds to wait for another launcher that sets up


class State(Enum):
    """What there is of a step's output."""

    UP_TO_DATE = "up to date"
    STALE = "stale"
    MISSING = "missing"


@dataclass(frozen=True)
class Files:
    """Files that a step reads: a folder and patterns below it. without: first folders that are left out."""

    folder: Path
    patterns: tuple[str, ...]
    without: tuple[str, ...] = ()

    def listed(self) -> list[Path]:
        """The files there are, in a fixed order."""
        found = {path for pattern in self.patterns for path in self.folder.glob(pattern)}
        return sorted(path for path in found if path.is_file() and self._wanted(path))

    def _wanted(self, path: Path) -> bool:
        parts = path.relative_to(self.folder).parts
        return parts[0] not in self.without and "__pycache__" not in parts


@dataclass(frozen=True)
class Step:
    """Something that is made once and made again when its inputs change.

    name: of its stamp and its log. title: shown. outputs: must exist afterwards. texts: inputs that are no files.
    after: steps whose result this one is made from. work: makes it; a text it returns says why nothing was made.
    instead: if not empty, the step is not needed and this says why.
    """

    name: str
    title: str
    work: Callable[[Tool], str | None]
    outputs: tuple[Path, ...] = ()
    inputs: tuple[Files, ...] = ()
    texts: tuple[str, ...] = ()
    after: tuple[Step, ...] = ()
    instead: str = field(default="")

    def digest(self) -> str:
        """The SHA-256 of everything the step is made from."""
        whole = hashlib.sha256()
        for text in (self.name, *self.texts, *(step.digest() for step in self.after)):
            whole.update(f"{len(text)}:{text}".encode())
        for files in self.inputs:
            for path in files.listed():
                content = path.read_bytes()
                whole.update(f"{path.relative_to(files.folder).as_posix()}:{len(content)}:".encode() + content)
        return whole.hexdigest()


def stamp_of(house: House, step: Step) -> Path:
    """The file that keeps a step's digest."""
    return house.var / "stamps" / step.name


def state(house: House, step: Step) -> State:
    """Whether a step has something to do."""
    if not all(path.exists() for path in step.outputs):
        return State.MISSING
    stamp = stamp_of(house, step)
    fresh = stamp.is_file() and stamp.read_text(encoding="ascii").strip() == step.digest()
    return State.UP_TO_DATE if fresh else State.STALE


def bring_up(house: House, steps: Sequence[Step], screen: Screen, stop: Stop, *, more: int = 0) -> None:
    """Makes what is missing or stale, in the order given. more: how many steps of the caller's follow."""
    with alone(house, screen, stop):
        for number, step in enumerate(steps, start=1):
            label = f"[{number}/{len(steps) + more}] {step.title}"
            if step.instead or state(house, step) is State.UP_TO_DATE:
                screen.skip(label, step.instead or State.UP_TO_DATE.value)
            else:
                screen.begin(label)
                _make(house, step, screen, stop)


def _make(house: House, step: Step, screen: Screen, stop: Stop) -> None:
    digest = step.digest()
    stamp = stamp_of(house, step)
    stamp.unlink(missing_ok=True)
    tool = Tool(house.root, house.child_environ(), house.log(step.name), stop, screen.go_on, screen.say)
    try:
        nothing = step.work(tool)
    except ToolError as error:
        screen.end("failed")
        raise HouseError(f"{step.title}: {error.what}", error.remedy, lines=error.lines) from error
    except BaseException:
        screen.end("not done")
        raise
    screen.end(nothing or "")
    if not nothing:
        _must_exist(step, tool.log)
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(digest + "\n", encoding="ascii")


def _must_exist(step: Step, log: Path) -> None:
    gone = next((path for path in step.outputs if not path.exists()), None)
    if gone:
        raise HouseError(f"{step.title}: the tool said it was done, but {gone} is not there", f"see {log}")


@contextmanager
def alone(house: House, screen: Screen, stop: Stop) -> Iterator[None]:
    """Lets only one launcher at a time make things in this folder; the others wait."""
    house.var.mkdir(parents=True, exist_ok=True)
    with (house.var / "house.lock").open("w") as lock:
        waited = 0.0
        while not _locked(lock.fileno()):
            if not waited:
                screen.say("waiting for another launcher that sets up in this folder")
            if waited > LOCK_LIMIT:
                raise HouseError("another launcher still sets up in this folder", "stop it, then run this again")
            waited += 0.5
            stop.pause(0.5)
        yield


def _locked(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
