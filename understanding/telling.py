"""What an action is told of its conversation: its slots, the message, and what was remembered since the one before.

Rasa sends everything that it knows with every call, also what was said turns ago, and checks each event of the answer
against a schema as if a stranger had written it. Ours are told what they look at (actions/consenting.py goes back
furthest, to the slots that changed since the message before this one), and their answer is looked at for its form:
rasa_sdk, which writes it, checks the events itself.
"""

from __future__ import annotations

from typing import Any, Dict, List, Text

import rasa
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.shared.exceptions import RasaException

LISTS = ("events", "responses")  # of an answer, of objects


class NoAnswer(RasaException):
    """What the action server sent is no answer of an action."""


def events_told(tracker: DialogueStateTracker) -> List[Dict[Text, Any]]:
    """The latest message, and the slots that changed since the one before it, in their order."""
    told: List[Dict[Text, Any]] = []
    messages = 0
    for event in reversed(tracker.events):
        messages += isinstance(event, UserUttered)
        if messages > 1:
            break
        if isinstance(event, (UserUttered, SlotSet)):
            told.append(event.as_dict())
    return told[::-1]


def _call(self: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> Dict[Text, Any]:
    """The body of a call; without the domain, which no action of ours looks at."""
    state = {**tracker.current_state(EventVerbosity.NONE), "events": events_told(tracker)}
    return {
        "next_action": self.name(),
        "sender_id": tracker.sender_id,
        "tracker": state,
        "domain": {},  # without any, rasa_sdk asks for it
        "version": rasa.__version__,
    }


def _check_answer(self: RemoteAction, answer: Any) -> bool:
    """Raises NoAnswer."""
    if not isinstance(answer, dict):
        raise NoAnswer(f"{self.name()}: the action server's answer is no object")
    for name in LISTS:
        entries = answer.get(name, [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise NoAnswer(f"{self.name()}: `{name}` in the action server's answer is no list of objects")
    if not all(isinstance(event.get("event"), str) for event in answer.get("events", [])):
        raise NoAnswer(f"{self.name()}: an event in the action server's answer has no name")
    return True


def apply() -> None:
    """Puts both in place; calling it twice changes nothing."""
    RemoteAction._action_call_format = _call
    RemoteAction._validate_action_result = _check_answer
