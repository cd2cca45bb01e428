"""Conversations as Rasa tells an action of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from rasa_sdk import Tracker

from knowledge.reply import Button
from knowledge.settings import ROOT

Events = Sequence[Mapping[str, Any]]

DOMAIN: dict[str, Any] = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
RASAS_OWN = {"requested_slot"}


def tracker(
    text: str = "",
    *,
    intent: str = "ask_procedure",
    chance: float = 0.9,
    entities: Sequence[tuple[str, str]] = (),
    offered: Sequence[Button] = (),
    form: str | None = None,
    **slots: Any,
) -> Tracker:
    """A conversation at its latest message, with the slots as they are.

    offered: the choices of the last reply. form: the one that runs and has asked something.
    """
    choices = [button.model_dump() for button in offered] or None
    requested = DOMAIN["forms"][form]["required_slots"][0] if form else None
    return Tracker(
        sender_id="a",
        slots={**dict.fromkeys(DOMAIN["slots"]), "requested_slot": requested, "choices": choices, **slots},
        latest_message={
            "text": text,
            "intent": {"name": intent, "confidence": chance},
            "entities": [{"entity": name, "value": value} for name, value in entities],
        },
        events=[],
        paused=False,
        followup_action=None,
        active_loop={"name": form} if form else {},
        latest_action_name=None,
    )


def tapped(payload: str, *, intent: str = "choose", **more: Any) -> Tracker:
    """The same after a tap on a button "kind:value", as the gateway puts it to Rasa."""
    kind, _, value = payload.partition(":")
    return tracker(f'/{intent}{{"{kind}": "{value}"}}', intent=intent, entities=[(kind, value)], **more)


def changed(events: Events) -> dict[str, Any]:
    """The slots that events set; each of them is in the domain."""
    slots = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
    assert set(slots) <= {*DOMAIN["slots"], *RASAS_OWN}
    return slots


def slots_after(before: Tracker, events: Events) -> dict[str, Any]:
    """The slots when Rasa has applied the events."""
    return {**before.slots, **changed(events)}


def next_action(events: Events) -> str | None:
    """The action that is to follow at once, if one is named."""
    return next((event["name"] for event in events if event["event"] == "followup"), None)


def ends_form(events: Events) -> bool:
    """Whether the events end the form that runs."""
    over = [event for event in events if event["event"] == "active_loop"]
    assert all(event["name"] is None for event in over)
    return bool(over) and changed(events).get("requested_slot", "still asked") is None
