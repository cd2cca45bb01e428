"""The beginning of a session in Rasa: after a restart, an hour or twenty days, a form goes on where it stopped."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecuted, ActiveLoop, EventType, SessionStarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.assistant import forms, submissions
from actions.submitting import FORM
from storage.errors import StorageError

log = structlog.get_logger(__name__)

Domain = dict[str, Any]


class StartSession(Action):
    """Rasa's own action of this name forgets everything; this one looks whether a form waits for its answer."""

    def name(self) -> str:
        """As Rasa calls it before the first message of a session."""
        return "action_session_start"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """The message that comes next is read as the answer to the question that was asked last."""
        events: list[EventType] = [SessionStarted()]
        try:
            submission = await asyncio.to_thread(submissions().current, tracker.sender_id)
        except StorageError as error:
            log.error("submission_not_resumed", error=str(error))
            submission = None
        if submission is not None and submission.procedure in forms().codes:
            events += [
                SlotSet("procedure", submission.procedure),
                ActiveLoop(FORM),
                SlotSet("requested_slot", "submission"),
            ]
        return [*events, ActionExecuted("action_listen")]
