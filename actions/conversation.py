"""Between Rasa's conversation and the library: what was said, what is remembered, what goes back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from knowledge.library import Understood
from knowledge.reply import Aspect, Button, Outcome, Reply


def text_of(tracker: Tracker) -> str:
    """What the citizen wrote; empty for a tapped button."""
    text = str(tracker.latest_message.get("text") or "")
    return "" if text.startswith("/") else text


def entity(tracker: Tracker, name: str) -> str | None:
    """The value of an entity in the latest message, if there is one."""
    return next((str(value) for value in tracker.get_latest_entity_values(name) if value), None)


def aspects_of(tracker: Tracker) -> tuple[Aspect, ...]:
    """The aspects that the latest message asks about, the surest first."""
    values = (str(value) for value in tracker.get_latest_entity_values("aspect") if value)
    known = {aspect.value for aspect in Aspect}
    return tuple(dict.fromkeys(Aspect(part) for value in values for part in value.split(",") if part in known))


def understood(tracker: Tracker) -> Understood:
    """What Rasa understood of the latest message, and the procedure under discussion."""
    intent = tracker.latest_message.get("intent") or {}
    return Understood(
        intent=str(intent.get("name") or ""),
        intent_chance=float(intent.get("confidence") or 0.0),
        aspects=aspects_of(tracker),
        procedure=tracker.get_slot("procedure"),
    )


def choices(tracker: Tracker) -> list[Button]:
    """What was offered with the last reply."""
    return [Button.model_validate(choice) for choice in tracker.get_slot("choices") or []]


def send(
    dispatcher: CollectingDispatcher, tracker: Tracker, reply: Reply, *, asked: Sequence[Aspect] = ()
) -> list[EventType]:
    """Sends a reply and remembers what the next turn needs.

    asked: the aspects that wait for the citizen's choice.
    """
    dispatcher.utter_message(json_message=reply.model_dump(mode="json"))
    if reply.outcome is Outcome.OUT_OF_SCOPE:
        return []  # what was offered before can still be chosen
    offered = [button.model_dump() for button in reply.buttons if button.payload.startswith("procedure:")]
    memory: dict[str, Any] = {"choices": offered or None, "asked": None}
    if reply.outcome is Outcome.ANSWER:
        memory["procedure"] = reply.procedure
        if reply.procedure != tracker.get_slot("procedure"):
            memory["case"] = None
    if reply.outcome is Outcome.CLARIFY:
        memory["asked"] = [aspect.value for aspect in asked] or None
    return [SlotSet(name, value) for name, value in memory.items() if tracker.get_slot(name) != value]
