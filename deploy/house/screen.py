"""What a person sees while steps run: one line a step, kept moving on a terminal, plain lines elsewhere."""

from __future__ import annotations

import re
import shutil
import time
from typing import TextIO

BEAT = 30.0  # seconds between two lines about a long step where the output is no terminal
_CODES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f]")


class Screen:
    """Shows steps. quiet: a step that has nothing to do is not shown."""

    def __init__(self, out: TextIO, *, quiet: bool = False) -> None:
        self._out = out
        self._live = out.isatty()
        self._quiet = quiet
        self._label = self._shown = ""
        self._since = self._told = time.monotonic()

    def begin(self, label: str) -> None:
        """Shows that a step begins."""
        self._label = label
        self._since = self._told = time.monotonic()
        self._write(f"{label} ...", moving=True)

    def go_on(self, last: str) -> None:
        """Shows that the step goes on, with the last line its tool said."""
        seconds = time.monotonic() - self._since
        if self._live:
            line = f"{self._label} ... {seconds:.0f} s  {plain(last)}"
            if line != self._shown:
                self._write(line, moving=True)
                self._shown = line
        elif time.monotonic() - self._told > BEAT:
            self._told = time.monotonic()
            self._write(f"    {seconds:.0f} s: {plain(last)}")

    def end(self, word: str = "") -> None:
        """Shows that the step ended, and how; without a word: done, and how long it took."""
        took = f"done in {time.monotonic() - self._since:.0f} s"
        self._write(f"{self._label} ... {word or took}")

    def skip(self, label: str, word: str) -> None:
        """Shows a step that had nothing to do."""
        if not self._quiet:
            self._write(f"{label} ... {word}")

    def say(self, text: str) -> None:
        """Writes a line."""
        self._write(text)

    def leave_line(self) -> None:
        """Empties the moving line, so that what follows stands alone."""
        if self._live:
            self._out.write("\r\x1b[K")
            self._out.flush()

    def _write(self, text: str, *, moving: bool = False) -> None:
        if not self._live:
            self._out.write(text + "\n")
        elif moving:
            self._out.write("\r\x1b[K" + text[: shutil.get_terminal_size().columns - 1])
        else:
            self._out.write("\r\x1b[K" + text + "\n")
        self._out.flush()


def plain(text: str) -> str:
    """A tool's line without colours and cursor movements."""
    return _CODES.sub("", text).strip()
