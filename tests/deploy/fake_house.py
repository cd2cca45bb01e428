"""A house of fakes in a temporary folder: the real launcher, with small scripts in place of Python, uv and Rasa."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from deploy.house.processes import Stop, Tool
from deploy.house.settings import House

PATIENCE = 20.0  # seconds for anything in these tests

SERVER = """
import http.server, os, pathlib, signal, subprocess, sys
name, port = sys.argv[1], int(sys.argv[sys.argv.index("--port") + 1])
pids = pathlib.Path("var/pids")
pids.mkdir(parents=True, exist_ok=True)
print(name, "starts with", {key: value for key, value in os.environ.items() if key.startswith(("MOTCUA", "ACTION"))})
if os.environ.get("FAKE_BROKEN") == name:
    print("no model found")
    sys.exit(3)
helper = subprocess.Popen(["sleep", "60"])
(pids / name).write_text(f"{os.getpid()} {helper.pid}")
class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if pathlib.Path(f"var/kill-{name}").exists():
            print("killed by the test")
            os._exit(4)
        self.send_response(200)
        self.end_headers()
    def log_message(self, *about):
        pass
http.server.HTTPServer(("127.0.0.1", port), Answers).serve_forever()
"""

APP_PYTHON = """#!/bin/sh
echo "python $*" >> calls
case "$2 $3" in
"knowledge train-encoder") mkdir -p var/encoder ;;
"knowledge build") mkdir -p var/snapshots; echo one > var/snapshots/current ;;
"actions --port") exec "{python}" server.py actions "$@" ;;
"actions.dossiers sandbox") exec "{python}" server.py sandbox "$@" ;;
"bot serve") exec "{python}" server.py gateway "$@" ;;
"bot chat") echo "chat with $5"; exit 0 ;;
esac
"""

UV = """#!/bin/sh
echo "uv $*" >> calls
case "$*" in *"$FAKE_UV_FAILS"*) [ -n "$FAKE_UV_FAILS" ] && echo "no such thing" && exit 2 ;; esac
exit 0
"""

RASA_PYTHON = """#!/bin/sh
[ "$1" = -c ] && echo 3.10.1 && exit
echo "rasa-python $*" >> calls
case "$1 $2" in
"-m rasa") exec "{python}" server.py rasa "$@" ;;
esac
"""

RASA = """#!/bin/sh
echo "rasa $*" >> calls
mkdir -p models && echo model > models/motcua.tar.gz
"""


@dataclass
class FakeHouse:
    """The folder, what its launcher is started with, and what was called in it."""

    root: Path
    environ: dict[str, str]
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def house(self) -> House:
        """The launcher's view of it."""
        return House(self.root, self.environ)

    def tool(self, name: str = "test") -> Tool:
        """Runs commands of a step."""
        return Tool(self.root, self.house.child_environ(), self.house.log(name), Stop())

    def calls(self) -> list[str]:
        """The fakes' calls since the last time, in order; the interpreter's proofs are left out."""
        path = self.root / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return [line for line in lines if " -c " not in line]

    def write(self, name: str, text: str, mode: int = 0o644) -> Path:
        """Writes a file."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def start(self, *arguments: str, **environ: str) -> subprocess.Popen[str]:
        """Starts the launcher."""
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.house", *arguments],
            cwd=self.root,
            env=self.environ | environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process

    def launch(self, *arguments: str, **environ: str) -> tuple[int, str]:
        """Runs the launcher to its end: exit code and what it said."""
        process = self.start(*arguments, **environ)
        said, _ = process.communicate(timeout=PATIENCE)
        return process.returncode, said

    def wait_for(self, true: Callable[[], bool]) -> None:
        """Waits until something is true."""
        end = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < end, "waited too long"
            time.sleep(0.02)

    def wait_for_prompt(self, process: subprocess.Popen[str]) -> str:
        """What the launcher says up to the line that it runs."""
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("motcua: http"):
                return "".join(said)
        raise AssertionError("".join(said))

    def pids(self) -> list[int]:
        """The processes the fake services said they are, and their helpers."""
        return [int(pid) for path in (self.root / "var" / "pids").glob("*") for pid in path.read_text().split()]

    def alive(self) -> list[int]:
        """Those of them that still run."""
        return [pid for pid in self.pids() if is_alive(pid)]


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not yet collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def free_ports(count: int) -> list[int]:
    """Ports that are free now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()
