"""The memory of conversations: in the process, short, and forgotten after a while.

A conversation is read back for every message, so its cost grows with its length; the rules look at the last turns only.
"""

from __future__ import annotations

import time
from typing import Any, Dict, Optional, Text

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

EVENTS_KEPT = 24  # about two turns, which is all the rules look at; slots and a running form are carried over
FORGOTTEN_AFTER = 2 * 3600.0  # seconds without a message
SWEEP_EVERY = 300.0


class ShortMemory(InMemoryTrackerStore):
    """Rasa's in-memory store with an end to each conversation and to the number of its events."""

    def __init__(self, domain: Domain, event_broker: Optional[EventBroker] = None, **kwargs: Any) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._touched: Dict[Text, float] = {}
        self._swept = time.monotonic()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Stores the last events of a conversation."""
        if len(tracker.events) > EVENTS_KEPT:
            tracker = self._shortened(tracker)
        self._touched[tracker.sender_id] = time.monotonic()
        self._sweep()
        await super().save(tracker)

    def _shortened(self, tracker: DialogueStateTracker) -> DialogueStateTracker:
        """The same conversation with its latest events; what the slots hold is put in front of them."""
        from rasa.shared.core.events import ActionExecuted, ActiveLoop, SessionStarted, SlotSet, UserUttered

        everything = list(tracker.events)
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
        return DialogueStateTracker.from_events(tracker.sender_id, kept, self.domain.slots)

    def _sweep(self) -> None:
        now = time.monotonic()
        if now - self._swept > SWEEP_EVERY:
            self._swept = now
            for sender in [sender for sender, last in self._touched.items() if now - last > FORGOTTEN_AFTER]:
                del self._touched[sender]
                self.store.pop(sender, None)
