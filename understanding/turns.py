"""One message, one effect: a turn happens whole or not at all, and what was answered once is answered the same again.

The gateway asks again under the same message id when it does not know what became of a message: after a crash of its
own, of Rasa or of the actions. Rasa by itself goes on with half a turn: an action that failed is left out, a memory
that fails is replaced by an empty one. With apply() a turn knows that an action failed, and a memory's error is one.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Dict, Iterator, List, Optional, Text

from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event

MESSAGE_ID = "message_id"  # in a message's metadata: the same when it is sent once more
KEPT_SECONDS = 600.0  # for which a reply is given again

Messages = List[Dict[Text, Any]]  # a reply, as the channel answers it

_run = RemoteAction.run
_current: ContextVar[Optional["Turn"]] = ContextVar("turn", default=None)


class Turn:
    """A message that is being answered. failed: the actions that failed. row: what the memory has read of it so far."""

    def __init__(self, message: UserMessage) -> None:
        self.sender: Text = message.sender_id
        self.message_id: Text = _id_of(message)
        self.failed: List[Text] = []
        self.row: Any = None
        self._channel: CollectingOutputChannel = message.output_channel

    @property
    def is_whole(self) -> bool:
        """Whether there is a reply and everything that belongs to it was done. Only then it may be remembered."""
        return bool(self._channel.messages) and not self.failed

    @property
    def reply(self) -> Messages:
        """What was said so far: the list itself, which goes on to grow."""
        return self._channel.messages


@contextmanager
def begun(message: UserMessage) -> Iterator[Turn]:
    """The turn of a message, for everything that is called inside."""
    turn = Turn(message)
    token = _current.set(turn)
    try:
        yield turn
    finally:
        _current.reset(token)


def current(sender: Text) -> Optional[Turn]:
    """The turn in which we are, if it is one of this conversation."""
    turn = _current.get()
    return turn if turn and turn.sender == sender else None


def _id_of(message: UserMessage) -> Text:
    given = (message.metadata or {}).get(MESSAGE_ID)
    return given if isinstance(given, str) else ""


async def _run_noted(self: RemoteAction, *args: Any, **kwargs: Any) -> List[Event]:
    """Runs an action; its turn is told if it fails. A rejection is an answer like others."""
    try:
        return await _run(self, *args, **kwargs)
    except ActionExecutionRejection:
        raise
    except Exception:
        turn = _current.get()
        if turn:
            turn.failed.append(self.name())
        raise


def _store_itself(store: Optional[TrackerStore], domain: Domain) -> TrackerStore:
    """The memory without Rasa's wrapper, which takes a conversation that cannot be read for one that never was."""
    if store is None:
        return InMemoryTrackerStore(domain)
    store.domain = domain
    return store


def apply() -> None:
    """Puts both in place; calling it twice changes nothing."""
    RemoteAction.run = _run_noted
    Agent._create_tracker_store = staticmethod(_store_itself)
