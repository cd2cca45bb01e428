"""Child processes: each in a group of its own, with its output in a log file, and none left behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from deploy.house.errors import Stopped, ToolError

GRACE = 8.0  # seconds between the request to stop and the end by force
BEAT = 0.1  # seconds between two looks at a process
TAIL = 20  # lines of a log that are shown when a process dies
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux


class Stop:
    """Remembers that someone asked the launcher to stop; whoever waits, waits with `pause`.

    A signal only sets a mark (no exception out of the blue), so no child can be started and then forgotten.
    """

    def __init__(self) -> None:
        self.asked = False

    def listen(self) -> None:
        """Takes Ctrl-C, SIGTERM and the terminal's end as requests to stop."""
        signal.signal(signal.SIGINT, self._note)
        signal.signal(signal.SIGTERM, self._note)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
            signal.signal(signal.SIGHUP, self._note)

    def leave_ctrl_c(self) -> None:
        """Leaves Ctrl-C to a child that talks with the person. A child does not inherit this handler."""
        signal.signal(signal.SIGINT, lambda number, frame: None)

    def pause(self, seconds: float = BEAT) -> None:
        """Waits; raises Stopped if a stop was asked for."""
        end = time.monotonic() + seconds
        while not self.asked and time.monotonic() < end:
            time.sleep(min(BEAT, seconds))
        if self.asked:
            raise Stopped

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


@dataclass
class Tool:
    """Runs the commands of one step to their end, one after another, into one log.

    watch: is told the last line of the log, again and again. warn: is told what the person should know.
    """

    folder: Path
    environ: Mapping[str, str]
    log: Path
    stop: Stop
    watch: Callable[[str], None] = field(default=lambda last: None)
    warn: Callable[[str], None] = field(default=lambda text: None)

    def __post_init__(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.write_bytes(b"")

    def run(self, command: Sequence[str | Path], *, limit: float, environ: Mapping[str, str] | None = None) -> None:
        """Runs a command. limit: seconds it may take. Raises ToolError."""
        words = [str(word) for word in command]
        with self.log.open("ab") as log:
            log.write(f"$ {' '.join(words)}\n".encode())
            log.flush()
            code = self._finish(start(words, self.folder, environ or self.environ, log), limit)
        if code is None:
            raise self._failed(words, f"took more than {limit:.0f} s")
        if code != 0:
            raise self._failed(words, ended(code))

    def ask(self, command: Sequence[str | Path], *, limit: float) -> str:
        """What a short command says; empty if it fails."""
        before = self.log.stat().st_size
        try:
            self.run(command, limit=limit)
        except ToolError:
            return ""
        said = self.log.read_bytes()[before:].decode("utf-8", "replace").splitlines()
        return said[-1] if len(said) > 1 else ""

    def _finish(self, process: subprocess.Popen[bytes], limit: float) -> int | None:
        end = time.monotonic() + limit
        try:
            while process.poll() is None and time.monotonic() < end:
                self.watch(last_line(self.log))
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=BEAT)
                self.stop.pause(0)
            return process.poll()
        finally:
            stop_all([process])

    def _failed(self, words: Sequence[str], how: str) -> ToolError:
        name = " ".join([Path(words[0]).name, *words[1:3]])
        return ToolError(f"`{name} ...` {how}", f"see {self.log}", lines=tail(self.log))


def start(
    command: Sequence[str], folder: Path, environ: Mapping[str, str], log: IO[bytes] | None
) -> subprocess.Popen[bytes]:
    """Starts a process in a group of its own, its output in a log; without a log it keeps our terminal and group."""
    try:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL if log else None,
            stdout=log,
            stderr=subprocess.STDOUT if log else None,
            start_new_session=log is not None,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - the launcher has no threads
        )
    except OSError as error:
        raise ToolError(f"{command[0]} cannot be started ({error.strerror})", "run `make check`") from error


def stop_all(processes: Iterable[subprocess.Popen[bytes]], grace: float = GRACE) -> None:
    """Stops processes and everything in their groups: asks first, ends by force what is still there after `grace`."""
    waiting = [process for process in processes if _is_there(process)]
    for process in waiting:
        _send(process, signal.SIGTERM)
    end = time.monotonic() + grace
    while waiting and time.monotonic() < end:
        time.sleep(BEAT / 2)
        waiting = [process for process in waiting if _is_there(process)]
    for process in waiting:
        _send(process, signal.SIGKILL)
    for process in waiting:
        process.wait(timeout=grace)


def ended(code: int) -> str:
    """How a process ended, in words."""
    if code < 0:
        return f"was ended by signal {-code} ({signal.strsignal(-code)})"
    return f"ended with exit code {code}"


def tail(log: Path, lines: int = TAIL) -> list[str]:
    """The last lines of a log."""
    return _end_of(log).replace("\r", "\n").splitlines()[-lines:]


def last_line(log: Path) -> str:
    """The last line of a log that says something."""
    return next((line for line in reversed(tail(log)) if line.strip()), "")


def _end_of(log: Path, size: int = 16_384) -> str:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - size))
            return file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""


def _is_there(process: subprocess.Popen[bytes]) -> bool:
    """Whether the process or anything else in its group still runs."""
    return process.poll() is None or _send(process, 0)


def _send(process: subprocess.Popen[bytes], number: int) -> bool:
    """Sends a signal to the process's group, or to the process alone if it shares ours. False: nobody is there."""
    try:
        if process.poll() is None and os.getpgid(process.pid) != process.pid:
            os.kill(process.pid, number)
        else:
            os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if sys.platform == "linux" else None


_LIBC = _libc()


def _end_with_parent() -> None:
    """Runs in the child: should the launcher be killed outright, the kernel ends the child (Linux)."""
    if _LIBC is not None:
        _LIBC.prctl(_DIE_WITH_PARENT, signal.SIGTERM)
