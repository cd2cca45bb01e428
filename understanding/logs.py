"""Rasa's log as JSON lines, each with the request id of the message that it is about, without personal data.

Rasa and Sanic log through the standard library, Rasa's newer parts through structlog, which hands over finished JSON.
"""

from __future__ import annotations

import json
import logging
import re
import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Dict, Iterator, Mapping, Optional, Text

from knowledge.masking import mask

FIELD = "request_id"  # in a message's metadata, as bot/request_id.py makes it, and in log lines
_PLAIN = re.compile(r"[A-Za-z0-9-]{1,64}\Z")
SAFE = ("event", "level", "timestamp", "logger", FIELD)  # made of fixed words, of the clock, or by the gateway

_current: ContextVar[Text] = ContextVar("request_id", default="")


@contextmanager
def under(metadata: Optional[Mapping[Text, Any]]) -> Iterator[None]:
    """Everything that begins inside is logged with the request id in a message's metadata, tasks included."""
    given = (metadata or {}).get(FIELD)
    token = _current.set(given if isinstance(given, str) and _PLAIN.match(given) else "")
    try:
        yield
    finally:
        _current.reset(token)


def set_up() -> None:
    """Makes JSON of whatever the handlers of this process write from now on; calling it twice changes nothing."""
    for handler in logging.getLogger().handlers:
        handler.setFormatter(Lines())


class Lines(logging.Formatter):
    """One JSON object a record: event, level, logger, timestamp (UTC), request_id, and what structlog added."""

    def format(self, record: logging.LogRecord) -> Text:
        """The line. A message that does not fit its arguments must not stop who logs it."""
        line = {
            **_said(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{record.msecs:03.0f}Z",
        }
        if _current.get():
            line[FIELD] = _current.get()
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        masked = {name: value if name in SAFE else _masked(value) for name, value in line.items()}
        return json.dumps({**masked, "event": mask(Text(masked["event"]))}, ensure_ascii=False, default=repr)


def _said(record: logging.LogRecord) -> Dict[Text, Any]:
    """What a record says: the fields of structlog's JSON, else its words."""
    try:
        words = record.getMessage()
    except Exception:
        words = f"{record.msg} {record.args!r}"
    if words.startswith("{"):
        try:
            fields = json.loads(words)
        except ValueError:
            fields = None
        if isinstance(fields, dict) and "event" in fields:
            return fields
    return {"event": words}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, dict):
        return {mask(Text(name)): _masked(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(inner) for inner in value]
    return mask(repr(value))
