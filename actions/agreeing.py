"""Yes and no: to a consent that was asked with the last reply, or to nothing in particular."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import conversation
from actions.assistant import consents
from actions.consenting import ERASE, REMEMBER, consent_waiting, forget_person, remember_last
from actions.following_up import PURPOSE as NOTICES
from actions.following_up import begin_following
from actions.personal_data import erase
from actions.submitting import resumed
from knowledge.reply import Outcome, Reply
from storage.errors import StorageError

log = structlog.get_logger(__name__)

Domain = dict[str, Any]


class TakeConsent(Action):
    """A tapped consent, or one in words, that no form waits for."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_take_consent"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Keeps it and does what it is for."""
        tapped = conversation.entity(tracker, "consent")
        purpose, _, answer = (tapped or "").partition("=")
        if not purpose:
            purpose, answer = consent_waiting(tracker), "yes"
        return await _consented(dispatcher, tracker, purpose, yes=answer == "yes")


class Affirm(Action):
    """Yes."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_affirm"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """To the consent that was just asked, else to nothing in particular."""
        purpose = consent_waiting(tracker)
        if purpose:
            return await _consented(dispatcher, tracker, purpose, yes=True)
        dispatcher.utter_message(response="utter_affirm")
        return []


class Deny(Action):
    """No."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_deny"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """To the consent that was just asked, else to nothing in particular."""
        purpose = consent_waiting(tracker)
        if purpose:
            return await _consented(dispatcher, tracker, purpose, yes=False)
        dispatcher.utter_message(response="utter_deny")
        return []


async def _consented(dispatcher: CollectingDispatcher, tracker: Tracker, purpose: str, *, yes: bool) -> list[EventType]:
    done: list[EventType] = [SlotSet("consenting", None)]
    if purpose == ERASE and yes:
        return await erase(dispatcher, tracker)
    if purpose == ERASE:
        _say(dispatcher, "Dạ vâng, tôi giữ nguyên.")
        return [*done, *await resumed(tracker)]
    if purpose not in consents().purposes:
        dispatcher.utter_message(response="utter_affirm" if yes else "utter_deny")
        return done
    try:
        return [*done, *await _keep(dispatcher, tracker, purpose, yes=yes)]
    except StorageError as error:
        log.error("consent_not_kept", error=str(error))
        _say(dispatcher, "Lúc này tôi chưa ghi được. Anh/chị thử lại sau ít phút.")
        return done


async def _keep(dispatcher: CollectingDispatcher, tracker: Tracker, purpose: str, *, yes: bool) -> list[EventType]:
    """Writes down what was said, and does what it was asked for."""
    await asyncio.to_thread(consents().give if yes else consents().refuse, tracker.sender_id, purpose)
    if not yes:
        if purpose == REMEMBER:
            await asyncio.to_thread(forget_person, tracker.sender_id)
        _say(dispatcher, "Dạ vâng, tôi không làm.")
        return []
    if purpose == NOTICES:
        return await begin_following(dispatcher, tracker)
    if purpose == REMEMBER:
        await asyncio.to_thread(remember_last, tracker.sender_id)
    _say(dispatcher, "Cảm ơn anh/chị. Đổi ý lúc nào thì nhắn “rút lại đồng ý”.")
    return []


def _say(dispatcher: CollectingDispatcher, text: str) -> None:
    conversation.send_plain(dispatcher, Reply(text=text, outcome=Outcome.SMALL_TALK))
