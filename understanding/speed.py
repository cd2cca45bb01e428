"""Makes four things cheap that Rasa 3.6 does for every message, although the answer never changes.

- Which class belongs to an event's name: Rasa walks all subclasses of Event, for every event of a conversation, each
  time it reads one back.
- That the schema of the action server's answers is itself a valid schema: jsonschema checks it at each use.
- How a graph of two or three nodes is run: one after the other, instead of by a scheduler with a pool.
- The way to the action server: Rasa opens a connection for each action of each message and closes it again.

What it brings: docs/decisions/0003.
"""

from __future__ import annotations

import asyncio
from typing import Any, Dict, MutableMapping, Optional, Set, Text, Type
from weakref import WeakKeyDictionary

import aiohttp
import dask.core
import rasa.engine.runner.dask
from jsonschema import Draft7Validator
from rasa.core.constants import DEFAULT_REQUEST_TIMEOUT
from rasa.shared.core.events import Event
from rasa.utils.endpoints import EndpointConfig

IDLE_SECONDS = 3.0
_connectors: "MutableMapping[asyncio.AbstractEventLoop, aiohttp.TCPConnector]" = WeakKeyDictionary()

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


def _kept_connector() -> aiohttp.TCPConnector:
    """The open connections of this event loop, given up before the server would close them (Sanic: after minutes)."""
    loop = asyncio.get_running_loop()
    if loop not in _connectors:
        _connectors[loop] = aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_SECONDS)
    return _connectors[loop]


def _session(self: EndpointConfig) -> aiohttp.ClientSession:
    """As Rasa's own, but for the connections, which stay open after it."""
    known = self.basic_auth
    return aiohttp.ClientSession(
        headers=self.headers,
        auth=aiohttp.BasicAuth(known["username"], known["password"]) if known else None,
        timeout=aiohttp.ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT),
        connector=_kept_connector(),
        connector_owner=False,
    )


def apply() -> None:
    """Puts all four in place; calling it twice changes nothing."""
    EndpointConfig.session = _session
    rasa.engine.runner.dask.dask = dask.core
    Event.resolve_by_type = staticmethod(_remembered_class)  # type: ignore[method-assign]
    Draft7Validator.check_schema = staticmethod(_check_once)
