"""Conversations as Rasa tells an action of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rasa_sdk import Tracker

from knowledge.reply import Button

DOMAIN_SLOTS: dict[str, Any] = {"procedure": None, "case": None, "asked": None, "choices": None}


def tracker(
    text: str = "",
    *,
    intent: str = "ask_procedure",
    chance: float = 0.9,
    entities: Sequence[tuple[str, str]] = (),
    offered: Sequence[Button] = (),
    **slots: Any,
) -> Tracker:
    """A conversation at its latest message, with the slots as they are. offered: the choices of the last reply."""
    choices = [button.model_dump() for button in offered] or None
    return Tracker(
        sender_id="a",
        slots={**DOMAIN_SLOTS, "choices": choices, **slots},
        latest_message={
            "text": text,
            "intent": {"name": intent, "confidence": chance},
            "entities": [{"entity": name, "value": value} for name, value in entities],
        },
        events=[],
        paused=False,
        followup_action=None,
        active_loop={},
        latest_action_name=None,
    )


def slots_after(before: Tracker, events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The slots when Rasa has applied the events."""
    assert {event["event"] for event in events} <= {"slot"}
    return {**before.slots, **{event["name"]: event["value"] for event in events}}
