"""Makes three things cheap that Rasa 3.6 does for every message, although the answer never changes.

- Which class belongs to an event's name: Rasa walks all subclasses of Event, for every event of a conversation, each
  time it reads one back.
- That the schema of the action server's answers is itself a valid schema: jsonschema checks it at each use.
- How a graph of two or three nodes is run: one after the other, instead of by a scheduler with a pool.

Together half of Rasa's time (docs/decisions/0003).
"""

from __future__ import annotations

from typing import Any, Dict, Optional, Set, Text, Type

import dask.core
import rasa.engine.runner.dask
from jsonschema import Draft7Validator
from rasa.shared.core.events import Event

_classes: Dict[Text, Type[Event]] = {}
_resolve = Event.resolve_by_type

_valid: Set[Text] = set()
_check_schema = Draft7Validator.check_schema


def _remembered_class(type_name: Text, default: Optional[Type[Event]] = None) -> Optional[Type[Event]]:
    if type_name in _classes:
        return _classes[type_name]
    found = _resolve(type_name, default)
    if found is not None and found is not default:
        _classes[type_name] = found
    return found


def _check_once(schema: Dict[Text, Any]) -> None:
    name = repr(schema)
    if name not in _valid:
        _check_schema(schema)
        _valid.add(name)


def apply() -> None:
    """Puts all three in place; calling it twice changes nothing."""
    rasa.engine.runner.dask.dask = dask.core
    Event.resolve_by_type = staticmethod(_remembered_class)  # type: ignore[method-assign]
    Draft7Validator.check_schema = staticmethod(_check_once)
