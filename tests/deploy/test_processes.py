"""Child processes: how they end, and that none is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.house import processes
from deploy.house.errors import HouseError, Stopped, ToolError
from deploy.house.processes import Stop, Tool, start, stop_all

STUBBORN = "trap '' TERM; echo ready; while :; do sleep 0.05; done"


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    return Tool(tmp_path, dict(os.environ), tmp_path / "logs" / "step.log", Stop())


def group_is_gone(process: subprocess.Popen[bytes]) -> bool:
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_tool_writes_to_its_log(tool: Tool) -> None:
    tool.run(["sh", "-c", "echo one; echo two >&2"], limit=10)
    assert tool.log.read_text() == "$ sh -c echo one; echo two >&2\none\ntwo\n"


def test_a_tool_that_fails_shows_the_end_of_its_log(tool: Tool) -> None:
    with pytest.raises(ToolError) as caught:
        tool.run(["sh", "-c", "for n in $(seq 40); do echo line $n; done; exit 3"], limit=10)
    assert "ended with exit code 3" in str(caught.value)
    assert str(tool.log) in str(caught.value)
    assert caught.value.lines == [f"line {number}" for number in range(21, 41)]


def test_a_tool_that_takes_too_long_is_ended(tool: Tool) -> None:
    with pytest.raises(ToolError, match="took more than 0 s"):
        tool.run(["sleep", "30"], limit=0.2)


def test_a_tool_that_is_not_there(tool: Tool) -> None:
    with pytest.raises(HouseError, match="/nowhere/uv cannot be started"):
        tool.run(["/nowhere/uv"], limit=1)


def test_the_last_line_is_told(tool: Tool) -> None:
    told: list[str] = []
    tool.watch = told.append
    tool.run(["sh", "-c", "printf 'first\\rsecond'; sleep 0.3"], limit=10)
    assert told[-1] == "second"


def test_asking_a_tool(tool: Tool) -> None:
    assert tool.ask(["echo", "here"], limit=10) == "here"
    assert tool.ask(["true"], limit=10) == ""
    assert tool.ask(["false"], limit=10) == ""


def test_a_stop_ends_the_tool(tool: Tool) -> None:
    def ask_to_stop(last: str) -> None:
        tool.stop.asked = last == "started"

    tool.watch = ask_to_stop
    begun = time.monotonic()
    with pytest.raises(Stopped):
        tool.run(["sh", "-c", "echo started; exec sleep 30"], limit=60)
    assert time.monotonic() - begun < 10


def test_stop_asks_first_and_takes_the_whole_group(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        process = start(["sh", "-c", "sleep 60 & sleep 60"], tmp_path, os.environ, log)
    stop_all([process])
    assert process.returncode == -signal.SIGTERM
    assert group_is_gone(process)


def test_stop_ends_by_force_what_stays(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        process = start(["sh", "-c", STUBBORN], tmp_path, os.environ, log)
    while not (tmp_path / "log").read_text():
        time.sleep(0.01)
    stop_all([process], grace=0.3)
    assert process.returncode == -signal.SIGKILL


def test_stop_takes_what_a_dead_process_left(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        process = start(["sh", "-c", "sleep 60 & exit 0"], tmp_path, os.environ, log)
    process.wait(timeout=10)
    assert not group_is_gone(process)
    stop_all([process])
    time.sleep(0.05)
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_children_end_with_a_launcher_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, time; from deploy.house.processes import start\n"
        "with open('log', 'wb') as log:\n"
        "    child = start(['sleep', '60'], pathlib.Path('.'), os.environ, log)\n"
        "print(child.pid, flush=True); time.sleep(60)\n"
    )
    root = str(Path(processes.__file__).parents[2])
    environ = os.environ | {"PYTHONPATH": root}
    launcher = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=environ, stdout=subprocess.PIPE)
    assert launcher.stdout is not None
    child = int(launcher.stdout.readline())
    launcher.kill()
    launcher.communicate()
    end = time.monotonic() + 10
    stat = Path(f"/proc/{child}/stat")
    while stat.exists() and stat.read_text().split()[2] != "Z" and time.monotonic() < end:
        time.sleep(0.02)
    assert time.monotonic() < end


def test_how_a_process_ended() -> None:
    assert processes.ended(2) == "ended with exit code 2"
    assert processes.ended(-9) == "was ended by signal 9 (Killed)"


def test_a_log_that_is_not_there(tmp_path: Path) -> None:
    assert processes.tail(tmp_path / "none") == []
    assert processes.last_line(tmp_path / "none") == ""
