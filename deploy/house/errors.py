"""What can go wrong in the launcher, as one line for a person: what happened, and what to do."""

from __future__ import annotations

from collections.abc import Sequence


class HouseError(Exception):
    """Ends the launcher with one line. lines: the end of a log, shown before it."""

    def __init__(self, what: str, remedy: str, *, lines: Sequence[str] = ()) -> None:
        super().__init__(f"motcua: {what} - {remedy}")
        self.what = what
        self.remedy = remedy
        self.lines = list(lines)


class ToolError(HouseError):
    """A tool that a step runs ended with an error or took too long."""


class Stopped(Exception):
    """Someone asked the launcher to stop (Ctrl-C, SIGTERM, the terminal was closed)."""
