"""A log says where something went wrong, not what a citizen wrote."""

from __future__ import annotations

from bot.delivery.traces import MOST, where


def fail(depth: int) -> None:
    if depth:
        fail(depth - 1)
    else:
        raise ValueError("chuyện riêng")


def test_the_innermost_lines_are_told_and_nothing_else() -> None:
    try:
        fail(10)
    except ValueError as error:
        lines = where(error)
    assert len(lines) == MOST
    assert lines[-1] == f"test_traces.py:{fail.__code__.co_firstlineno + 4}"
    assert "riêng" not in str(lines)


def test_an_error_that_was_never_raised_comes_from_nowhere() -> None:
    assert where(ValueError("x")) == []
