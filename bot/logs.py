"""Structured logs: JSON lines with a time, no personal data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from knowledge.masking import mask

# Ours, made of fixed words and of the clock: a number in them is none of a person.
SAFE = frozenset({"event", "level", "timestamp", "error", "code", "status", "logger"})


def set_up_logs() -> None:
    """JSON lines on standard output."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            masked,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )


def masked(logger: WrappedLogger, method: str, line: EventDict) -> EventDict:
    """A line whose values, but for the safe ones, hold no phone number, name, number of papers or the like."""
    return {name: value if name in SAFE else _masked(value) for name, value in line.items()}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, bool | int | float | None):
        return value
    if isinstance(value, Mapping):
        return {mask(str(name)): _masked(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(inner) for inner in value]
    return mask(repr(value))
