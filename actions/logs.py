"""Logs of the action server without personal data: lines of our own as JSON, everybody else's with what is masked.

Sanic and rasa_sdk log through the standard library, tracebacks included; what a citizen wrote can stand in any of it.
So every record is masked where it is made, whoever makes it and whichever handler writes it.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from knowledge.masking import mask

# Ours, made of fixed words, of the clock, or of ids that we made: a number in them is none of a person.
SAFE = frozenset(
    {
        *("event", "level", "timestamp", "code", "status", "logger", "number", "procedure", "room", "count", "id"),
        *("action", "outcomes"),
    }
)

REQUEST_ID = "request_id"  # made by the gateway (bot/request_id.py); says nothing about anybody
_PLAIN = re.compile(r"[A-Za-z0-9-]{1,64}\Z")

_plain_record = logging.LogRecord


def set_up_logs(also: Processor | None = None) -> None:
    """JSON lines on standard output; all records of the standard library masked; what ends a thread logged, masked.

    also: sees each line of ours before it is masked (the metrics count them).
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([also] if also else []),
            structlog.processors.format_exc_info,
            masked,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
    logging.setLogRecordFactory(masked_record)
    logging.captureWarnings(True)
    sys.excepthook = _log_end_of_process
    threading.excepthook = _log_end_of_thread


def begin_request(request_id: object) -> None:
    """Whatever this task logs from now on is about this request; something else than a plain token names none.

    Nothing ends it but the next one: the server logs an error after the action is over.
    """
    structlog.contextvars.clear_contextvars()
    if isinstance(request_id, str) and _PLAIN.match(request_id):
        structlog.contextvars.bind_contextvars(**{REQUEST_ID: request_id})


def masked(logger: WrappedLogger, method: str, line: EventDict) -> EventDict:
    """A line of structlog whose values, but for the safe ones, tell nobody's name, number or address."""
    return {name: value if name in SAFE else _masked(value) for name, value in line.items()}


def masked_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """A record of the standard library: its message put together and masked, its traceback as masked text."""
    record = _plain_record(*args, **kwargs)
    try:
        record.msg = mask(record.getMessage())
    except Exception:  # a message that does not fit its arguments must not stop who logs it
        record.msg = mask(f"{record.msg} {record.args!r}")
    record.args = ()
    if request_id := structlog.contextvars.get_contextvars().get(REQUEST_ID):
        record.msg = f"{record.msg} [{REQUEST_ID}={request_id}]"
    if record.exc_info:
        record.exc_text = mask("".join(traceback.format_exception(*record.exc_info)).rstrip())
        record.exc_info = None  # a formatter would write it out again, unmasked
    if record.stack_info:
        record.stack_info = mask(record.stack_info)
    return record


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


def _log_end_of_process(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger(__name__).critical("the process ends", exc_info=(kind, error, trace))


def _log_end_of_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
        logging.getLogger(__name__).error("a thread ends", exc_info=(args.exc_type, args.exc_value, args.exc_traceback))
