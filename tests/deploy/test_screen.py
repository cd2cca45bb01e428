"""What is shown: plain lines without a terminal, one moving line with one."""

from __future__ import annotations

import io

import pytest

from deploy.house import screen
from deploy.house.screen import Screen, plain


class Terminal(io.StringIO):
    """Says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_plain_lines() -> None:
    out = io.StringIO()
    shown = Screen(out)
    shown.begin("[1/2] One")
    shown.go_on("working")
    shown.end()
    shown.skip("[2/2] Two", "up to date")
    assert out.getvalue() == "[1/2] One ...\n[1/2] One ... done in 0 s\n[2/2] Two ... up to date\n"


def test_a_long_step_is_heard_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "BEAT", -1.0)
    out = io.StringIO()
    shown = Screen(out)
    shown.begin("[1/1] One")
    shown.go_on("Downloading torch")
    assert out.getvalue().endswith("    0 s: Downloading torch\n")


def test_a_moving_line_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    out = Terminal()
    shown = Screen(out)
    shown.begin("[1/1] One")
    shown.go_on("a very long line " * 10)
    shown.end("up to date")
    last = out.getvalue().split("\r\x1b[K")
    assert all(len(line) < 30 for line in last)
    assert last[-1] == "[1/1] One ... up to date\n"


def test_quiet_leaves_out_what_had_nothing_to_do() -> None:
    out = io.StringIO()
    Screen(out, quiet=True).skip("[1/1] One", "up to date")
    assert out.getvalue() == ""


def test_colours_are_taken_out() -> None:
    assert plain("\x1b[32mgreen\x1b[0m \x07bell") == "green bell"
