"""The commands as a person calls them, on a house of fakes."""

from __future__ import annotations

import ast
import os
import pty
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.house import commands
from deploy.house.settings import ROOT
from tests.deploy.fake_house import PATIENCE, FakeHouse


def test_setup_shows_each_step_and_does_nothing_twice(fake: FakeHouse) -> None:
    code, said = fake.launch("setup")
    assert code == 0
    assert "[1/5] App environment ... done in" in said
    assert "[5/5] Rasa model ... done in" in said
    fake.calls()
    code, said = fake.launch("setup")
    assert code == 0
    assert [line.partition("...")[2] for line in said.splitlines()] == [" up to date"] * 5
    assert fake.calls() == []


def test_setup_of_the_tools_only(fake: FakeHouse) -> None:
    code, said = fake.launch("setup", "--tools")
    assert code == 0
    assert "[2/2] Tests' tools" in said
    assert "knowledge" not in "".join(fake.calls())


def test_a_step_that_fails_is_one_line_after_its_log(fake: FakeHouse) -> None:
    code, said = fake.launch("setup", FAKE_UV_FAILS="rasa.txt")
    assert code == 1
    lines = said.splitlines()
    assert lines[-2] == "    no such thing"
    assert lines[-1].startswith("motcua: Rasa environment: `uv pip install ...` ended with exit code 2 - see ")
    assert "Traceback" not in said


def test_a_port_in_use_is_said_before_anything_long(fake: FakeHouse) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(fake.environ["MOTCUA_RASA_PORT"])))
        taken.listen()
        code, said = fake.launch("run")
    assert code == 1
    assert said.startswith(f"motcua: port {fake.environ['MOTCUA_RASA_PORT']} (Rasa) is in use")
    assert said.count("\n") == 1
    assert fake.calls() == []


def test_a_second_run_says_that_one_runs_already(fake: FakeHouse) -> None:
    fake.wait_for_prompt(fake.start("run"))
    code, said = fake.launch("run")
    assert code == 1
    assert "an assistant already answers there" in said
    assert len(fake.alive()) == 8


def test_chat_starts_the_assistant_and_stops_it(fake: FakeHouse) -> None:
    code, said = fake.launch("chat")
    assert code == 0
    assert f"chat with http://127.0.0.1:{fake.environ['MOTCUA_PORT']}\n" in said
    assert len(fake.pids()) == 8
    assert fake.alive() == []


def test_chat_uses_the_assistant_that_runs(fake: FakeHouse) -> None:
    fake.wait_for_prompt(fake.start("run"))
    code, said = fake.launch("chat")
    assert code == 0
    assert said == f"chat with http://127.0.0.1:{fake.environ['MOTCUA_PORT']}\n"
    assert len(fake.alive()) == 8


def test_chat_has_the_terminal_and_ctrl_c(fake: FakeHouse) -> None:
    talk = 'trap "echo still here" INT; echo "you: "; read line || read line; echo "said $line"; exit 0'
    python = fake.house.python
    python.write_text(python.read_text().replace('echo "chat with $5"; exit 0', talk))
    terminal, its_end = pty.openpty()
    take = "import fcntl, os, sys, termios as t; fcntl.ioctl(0, t.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
    launcher = subprocess.Popen(
        [sys.executable, "-c", take, sys.executable, "-m", "deploy.house", "chat"],
        cwd=fake.root,
        env=fake.environ,
        stdin=its_end,
        stdout=its_end,
        stderr=its_end,
        start_new_session=True,
    )
    os.close(its_end)
    read_until(terminal, b"you: ")
    os.write(terminal, b"\x03")
    read_until(terminal, b"still here")
    os.write(terminal, b"hello\n")
    read_until(terminal, b"said hello")
    assert launcher.wait(PATIENCE) == 0
    os.close(terminal)
    assert fake.alive() == []


def read_until(terminal: int, wanted: bytes) -> None:
    seen, end = b"", time.monotonic() + PATIENCE
    while wanted not in seen:
        assert time.monotonic() < end, seen
        seen += os.read(terminal, 4096)


def test_check_before_and_after(fake: FakeHouse) -> None:
    code, said = fake.launch("check")
    assert code == 0
    assert row(said, "Index") == ["missing", "`make run` makes it"]
    fake.launch("setup")
    fake.write("data/nlu/ask.yml", "changed")
    code, said = fake.launch("check")
    assert row(said, "Index") == ["up to date"]
    assert row(said, "Rasa model") == ["stale", "`make run` makes it again"]
    assert row(said, "Assistant") == ["not running"]
    assert row(said, f"Port {fake.environ['MOTCUA_PORT']} (gateway)") == ["free"]


def row(table: str, title: str) -> list[str]:
    line = next(line for line in table.splitlines() if line.startswith(title + " "))
    return [cell.strip() for cell in line.removeprefix(title).split("  ") if cell.strip()]


def test_an_error_nobody_thought_of(fake: FakeHouse) -> None:
    (fake.root / "var").write_text("a file where a folder should be")
    (fake.root / "var").unlink()
    fake.write("var/stamps", "")
    code, said = fake.launch("setup")
    log = fake.root / "var" / "logs" / "house.log"
    assert code == 1
    assert said.splitlines()[-1].endswith(f"- please report it with {log}")
    assert "Traceback" not in said
    assert "Traceback" in log.read_text()


def test_the_commands_have_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        commands.parse(["--help"])
    said = capsys.readouterr().out
    assert all(name in said for name in ("setup", "run", "chat", "check", "lock"))


def test_make_lists_its_targets() -> None:
    said = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, text=True, timeout=20, check=True).stdout
    for name in ("run", "chat", "test", "lint", "format", "bench", "lock", "clean"):
        assert f"make {name} " in said


def test_old_pythons_can_read_the_entry() -> None:
    for name in ("__init__.py", "__main__.py", "pythons.py"):
        source = (Path(commands.__file__).parent / name).read_text()
        ast.parse(source, feature_version=(3, 6))
        assert "from __future__ import annotations" not in source  # 3.6 has none
