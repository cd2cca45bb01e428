"""The memory of conversations: in the process, short, without what tells who somebody is, and forgotten after a while.

A conversation is read back for every message, so its cost grows with its length; the rules look at the last turns only.
What is stored is less than what happens: while a message is answered, the actions see it as it was written; in the
store its text is masked, and an answer to a question of a form leaves nothing but that there was one.

Replies are remembered beside it for ten minutes, as they were sent: whoever asks again under the same message id gets
the same one (turns.py). shared_memory.py is the same for several processes.
"""

from __future__ import annotations

import copy
import json
import time
from collections import OrderedDict
from typing import Any, Dict, List, Optional, Text, Tuple

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.constants import SESSION_START_METADATA_SLOT
from rasa.shared.core.conversation import Dialogue
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from knowledge.masking import mask
from understanding.turns import KEPT_SECONDS, MESSAGE_ID, Messages, Turn, current

EVENTS_KEPT = 24  # about two turns, which is all the rules look at; slots and a running form are carried over
FORGOTTEN_AFTER = 2 * 3600.0  # seconds without a message
SWEEP_EVERY = 300.0
REPLIES_KEPT = 2000  # of all conversations together; a few kilobytes each

PRIVATE_FORMS = ("submission_form", "status_form")  # what is written while they run is personal as a whole
ANSWER = "[câu trả lời]"
MASKED_SLOTS = ("contact",)
WHERE_SOMEBODY_IS = ("lat", "lon")  # entities of a shared position
METADATA_KEPT = (MESSAGE_ID,)


class ShortMemory(InMemoryTrackerStore):
    """Rasa's in-memory store with an end to each conversation and to the number of its events, and nothing personal."""

    def __init__(self, domain: Domain, event_broker: Optional[EventBroker] = None, **kwargs: Any) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._touched: Dict[Text, float] = {}
        self._swept = time.monotonic()
        self._replies: "OrderedDict[Tuple[Text, Text], Tuple[float, Text]]" = OrderedDict()  # when, and what as JSON

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Stores the last events of a conversation, without what is personal. The tracker itself stays as it is.

        Half a turn is not stored: the message will be sent again.
        """
        turn = current(tracker.sender_id)
        if turn and not turn.is_whole:
            return
        if is_erased(tracker):
            self._forget_replies(tracker.sender_id)
        kept = remembered(tracker)
        self._touched[tracker.sender_id] = time.monotonic()
        if time.monotonic() - self._swept > SWEEP_EVERY:
            await self.sweep()
        if self.event_broker:
            await self.stream_events(DialogueStateTracker.from_events(tracker.sender_id, kept, self.domain.slots))
        self.store[tracker.sender_id] = json.dumps(Dialogue(tracker.sender_id, kept).as_dict())
        if turn and turn.message_id:
            self._replies[turn.sender, turn.message_id] = (time.monotonic(), json.dumps(turn.reply))
            while len(self._replies) > REPLIES_KEPT:
                self._replies.popitem(last=False)

    async def replied(self, turn: Turn) -> Optional[Messages]:
        """What was replied to this message before; None if nothing was."""
        then, reply = self._replies.get((turn.sender, turn.message_id), (0.0, ""))
        return json.loads(reply) if reply and time.monotonic() - then <= KEPT_SECONDS else None

    async def sweep(self) -> None:
        """Forgets what is old."""
        now = self._swept = time.monotonic()
        for sender in [sender for sender, last in self._touched.items() if now - last > FORGOTTEN_AFTER]:
            del self._touched[sender]
            self.store.pop(sender, None)
        for name in [name for name, (then, _) in self._replies.items() if now - then > KEPT_SECONDS]:
            del self._replies[name]

    def deserialise_tracker(self, sender_id: Text, serialised_tracker: Any) -> Optional[DialogueStateTracker]:
        """The conversation as it was stored; its events are remembered as masked."""
        return as_masked(super().deserialise_tracker(sender_id, serialised_tracker))

    def _forget_replies(self, sender: Text) -> None:
        for name in [name for name in self._replies if name[0] == sender]:
            del self._replies[name]


def remembered(tracker: DialogueStateTracker) -> List[Event]:
    """What is stored of a conversation: its last events, without what is personal."""
    events = _since_restart(list(tracker.events))
    return _impersonal(_shortened(tracker, events) if len(events) > EVENTS_KEPT else events)


def is_erased(tracker: DialogueStateTracker) -> bool:
    """Whether the citizen had everything erased in this turn."""
    return any(isinstance(event, Restarted) and not getattr(event, "is_masked", False) for event in tracker.events)


def as_masked(tracker: Optional[DialogueStateTracker]) -> Optional[DialogueStateTracker]:
    """A conversation that comes out of the store; its events are not looked at again."""
    for event in tracker.events if tracker else ():
        event.is_masked = True
    return tracker


def _shortened(tracker: DialogueStateTracker, everything: List[Event]) -> List[Event]:
    """The latest events; what the slots hold is put in front of them."""
    events = everything[-EVENTS_KEPT:]
    first_turn = next((row for row, event in enumerate(events) if isinstance(event, UserUttered)), 0)
    before = everything[: len(everything) - len(events) + first_turn]
    loops = [event for event in before if isinstance(event, ActiveLoop)][-1:]
    opening = [ActionExecuted("action_session_start"), SessionStarted()]
    held = [SlotSet(name, slot.value) for name, slot in tracker.slots.items() if slot.value is not None]
    running = [ActiveLoop(loop.name) for loop in loops if loop.name]
    kept = [*opening, *held, *running, ActionExecuted("action_listen"), *events[first_turn:]]
    for event in kept[: len(kept) - len(events) + first_turn]:
        event.timestamp = events[first_turn].timestamp
    return kept


def _since_restart(events: List[Event]) -> List[Event]:
    """What was erased is behind the last restart and is not stored again."""
    restarts = [row for row, event in enumerate(events) if isinstance(event, Restarted)]
    return events[restarts[-1] :] if restarts else events


def _impersonal(events: List[Event]) -> List[Event]:
    """The same events as they are stored. Those that come out of the store are not looked at again."""
    kept, form = [], None
    for row, event in enumerate(events):
        if isinstance(event, ActiveLoop):
            form = event.name
        if getattr(event, "is_masked", False):
            kept.append(event)
        else:
            kept.append(_masked(event, form in PRIVATE_FORMS or _begins_private_form(events, row)))
    return kept


def _begins_private_form(events: List[Event], row: int) -> bool:
    """Whether a message made such a form begin: it often holds the first answers already."""
    for event in events[row + 1 :]:
        if isinstance(event, UserUttered):
            return False
        if isinstance(event, ActiveLoop) and event.name in PRIVATE_FORMS:
            return True
    return False


def _masked(event: Event, is_private: bool) -> Event:
    if isinstance(event, UserUttered):
        return _masked_words(event, is_private)
    if isinstance(event, BotUttered):
        return BotUttered(timestamp=event.timestamp)
    if isinstance(event, SlotSet) and event.key in MASKED_SLOTS and isinstance(event.value, str):
        return SlotSet(event.key, mask(event.value), timestamp=event.timestamp)
    if isinstance(event, SlotSet) and event.key == SESSION_START_METADATA_SLOT:
        return SlotSet(event.key, _kept(event.value) or None, timestamp=event.timestamp)
    if event.metadata:
        event = copy.copy(event)
        event.metadata = _kept(event.metadata)
    return event


def _masked_words(event: UserUttered, is_private: bool) -> UserUttered:
    """What somebody wrote: intent and entities stay, the words only as far as they tell nothing of a person."""
    written = event.text or ""
    if written.startswith("/"):  # a tap; what it carries stands in the entities
        text = f"/{event.intent_name or ''}"
    else:
        text = ANSWER if is_private and written else mask(written)
    entities = [_masked_entity(entity) for entity in event.entities if entity.get("entity") not in WHERE_SOMEBODY_IS]
    metadata = _kept(event.metadata)
    parse_data = {
        "intent": event.intent,
        "entities": entities,
        "text": text,
        "message_id": event.message_id,
        "metadata": metadata,
    }
    return UserUttered(
        text,
        event.intent,
        entities,
        parse_data,
        event.timestamp,
        event.input_channel,
        event.message_id,
        metadata,
        event.use_text_for_featurization,
    )


def _masked_entity(entity: Dict[Text, Any]) -> Dict[Text, Any]:
    value = entity.get("value")
    return {**entity, "value": mask(value) if isinstance(value, str) else value}


def _kept(metadata: Optional[Dict[Text, Any]]) -> Dict[Text, Any]:
    return {name: value for name, value in (metadata or {}).items() if name in METADATA_KEPT}
