"""Tells a dossier that a conversation has proved its own: the whole of it, or the answer to one question about it."""

from __future__ import annotations

import asyncio

import structlog
from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import conversation
from actions.assistant import doorkeeper, files, library, now, teller
from actions.dossiers import looking_up, telling
from actions.dossiers.about import question_in
from actions.dossiers.access import Asker
from actions.dossiers.dossier import Dossier
from actions.dossiers.errors import DossierError, NoSuchDossier, NotOpened, RegisterAway
from actions.dossiers.timeline_picture import draw
from actions.submissions.errors import SubmissionError
from actions.submissions.handing_out import hand_out
from knowledge.reply import Attached, Outcome
from storage.errors import StorageError

log = structlog.get_logger(__name__)

RETURN = "return"  # in the slot `dossier`: "tell me" means when the province's system is back
SURE = 0.6  # chance from which a message names a procedure of its own


def asker_of(tracker: Tracker) -> Asker:
    """Who asks."""
    return Asker(tracker.sender_id, conversation.address_of(tracker))


async def tell(dispatcher: CollectingDispatcher, tracker: Tracker, ref: str) -> list[EventType]:
    """The dossier behind a ref, as it is now. Raises NotOpened."""
    dossier = await _looked_at(dispatcher, tracker, ref)
    if not isinstance(dossier, Dossier):
        return dossier
    picture = await asyncio.to_thread(_picture, tracker.sender_id, dossier)
    conversation.send_plain(dispatcher, looking_up.told(teller().tell(dossier, now()), dossier, picture))
    return [SlotSet("dossier", ref), SlotSet("told", ref)]


async def tell_about(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType] | None:
    """The answer to a question about the dossier that was told last; None: the message is none.

    It is one only until something else was told, and if it names nothing else.
    """
    ref, text = tracker.get_slot("told"), conversation.text_of(tracker)
    question = question_in(text) if ref else None
    if question is None or _names_a_procedure(text):
        return None
    try:
        dossier = await _looked_at(dispatcher, tracker, str(ref))
    except NotOpened:
        return None
    if not isinstance(dossier, Dossier):
        return dossier
    conversation.send_plain(dispatcher, looking_up.answered(teller().about(question, dossier, now()), str(ref)))
    return [SlotSet("dossier", ref)]


def _names_a_procedure(text: str) -> bool:
    _, decision = library().find(text)
    return decision.outcome is Outcome.ANSWER and decision.confidence > SURE


async def _looked_at(dispatcher: CollectingDispatcher, tracker: Tracker, ref: str) -> Dossier | list[EventType]:
    """The dossier; where it cannot be had that is said, and what is to be remembered of it. Raises NotOpened."""
    try:
        return await doorkeeper().again(ref, asker_of(tracker))
    except NotOpened:
        raise
    except NoSuchDossier:
        conversation.send_plain(dispatcher, looking_up.gone())
        return []
    except StorageError as error:
        log.error("status_not_told", error=str(error))
        conversation.send_plain(dispatcher, looking_up.trouble())
        return []
    except DossierError as error:
        last_seen = error.last_seen if isinstance(error, RegisterAway) else None
        conversation.send_plain(dispatcher, looking_up.away(telling.away(last_seen, now())))
        return [SlotSet("dossier", RETURN)]


def _picture(sender: str, dossier: Dossier) -> Attached | None:
    """The picture of the timeline; without it the text still says all."""
    drawn = draw(teller().timeline(dossier, now()))
    try:
        return hand_out(files(), sender, drawn.name, drawn.media_type, drawn.content, alt=drawn.alt)
    except (StorageError, SubmissionError) as error:
        log.warning("picture_not_kept", error=str(error))
        return None
