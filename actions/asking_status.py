"""Where is my dossier: the code, what proves that it is theirs, then the answer (status_form).

What is looked for stays sealed in the conversation until it is found or given up; what proves it is not kept at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import conversation
from actions.assistant import consents, doorkeeper, now, teller, vault
from actions.consenting import consent_asked, consent_meant, consent_said
from actions.dossiers import looking_up, telling
from actions.dossiers.access import Known, Opened
from actions.dossiers.codes import Trouble, read_code
from actions.dossiers.errors import DossierError, NotOpened, RegisterAway
from actions.dossiers.proofs import Part, Partial, Proof, ProofKind, read_proof
from actions.reading_receipts import code_in_file
from actions.submissions.spoken import Command, asks_something, command_in
from actions.submitting import resumed
from actions.telling_status import RETURN, asker_of, tell, tell_about
from knowledge.normalise import fold
from storage.errors import StorageError

log = structlog.get_logger(__name__)

FORM = "status_form"
PURPOSE = "status"
TOLD_AT_ONCE = (Trouble.OTHER_PROVINCE, Trouble.IMPOSSIBLE_DATE, Trouble.INCOMPLETE)
GIVEN_UP, REFUSED, AWAY = "given_up", "refused", "away"
OWN_QUESTIONS = (
    "ask_procedure", "ask_follow_up", "compare", "ask_journey", "hand_off", "start_submission", "fill_in",
    "show_my_data", "erase_my_data", "withdraw_consent", "out_of_scope", "ask_capabilities",
)  # fmt: skip
ALWAYS_OWN = ("hand_off", "emergency", "self_harm", "show_my_data", "erase_my_data", "withdraw_consent")

Domain = dict[str, Any]


class AskStatus(Action):
    """Tells a dossier that was opened before, or begins to look for one."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_ask_status"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """A code in the message is looked for; without one, those that are known are offered."""
        ref = conversation.entity(tracker, "dossier")
        if ref:
            return await _tell_known(dispatcher, tracker, ref)
        text = conversation.text_of(tracker)
        found = read_code(text, now=now)
        about = None if found.code else await tell_about(dispatcher, tracker)
        if about is not None:
            return [*about, *await resumed(tracker)]
        if not found.code and conversation.intent_of(tracker) == "ask_status":
            known = await _known(tracker)
            if len(known) == 1:
                return await _tell_known(dispatcher, tracker, known[0].ref)
            if known:
                conversation.send_plain(dispatcher, looking_up.which(known, _name))
                return []
        if found.trouble in TOLD_AT_ONCE:
            conversation.send_plain(dispatcher, looking_up.code_trouble(found))
        if found.trouble is Trouble.OTHER_PROVINCE:
            return []
        return await _begin(dispatcher, tracker, _read(text, {}))


class ReadLookup(Action):
    """Reads consent, code and proof, in whatever order they come; then tries to open the dossier."""

    def name(self) -> str:
        """As Rasa looks for it beside status_form."""
        return "validate_status_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Ends when the dossier is open, when the province is away, or when the citizen gives up."""
        if not tracker.get_slot("requested_slot") or tracker.get_slot("looked") == GIVEN_UP:
            return []
        try:
            return await _take(dispatcher, tracker)
        except StorageError as error:
            log.error("status_not_looked_up", error=str(error))
            conversation.send_plain(dispatcher, looking_up.trouble())
            return [SlotSet("looked", GIVEN_UP)]


class AskLookup(Action):
    """Asks for what is still missing: consent, code, proof."""

    def name(self) -> str:
        """As Rasa looks for it beside the slot `looked` of status_form."""
        return "action_ask_status_form_looked"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Sends the question."""
        looking = tracker.get_slot("looking") or {}
        try:
            given = await asyncio.to_thread(consents().given, tracker.sender_id, PURPOSE)
        except StorageError as error:
            log.error("status_not_asked", error=str(error))
            conversation.send_plain(dispatcher, looking_up.trouble())
            return [SlotSet("looked", GIVEN_UP)]  # what is said next is no consent to what was not asked
        if not given:
            conversation.send_plain(dispatcher, consent_asked(PURPOSE))
        elif not looking.get("code"):
            conversation.send_plain(dispatcher, looking_up.which_code())
        else:
            conversation.send_plain(dispatcher, looking_up.which_proof(_code(looking), half=bool(looking.get("half"))))
        return []


class TellStatus(Action):
    """The dossier that was opened, with its picture."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_tell_status"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Tells it; then an interrupted form goes on."""
        looked = tracker.get_slot("looked")
        ended = [SlotSet("looked", None), SlotSet("looking", None)]
        if looked not in (GIVEN_UP, REFUSED, AWAY):
            return [*ended, *await _tell_known(dispatcher, tracker, str(looked))]
        if looked == REFUSED:
            conversation.send_plain(dispatcher, looking_up.no_consent())
        return [*ended, *await resumed(tracker)]


async def _begin(dispatcher: CollectingDispatcher, tracker: Tracker, looking: dict[str, Any]) -> list[EventType]:
    """The form; where code, proof and consent are there already, the dossier itself."""
    form: list[EventType] = [SlotSet("looking", looking), SlotSet("looked", None), FollowupAction(FORM)]
    if not looking.get("code") or not looking.get("proof"):
        return form
    try:
        if not await asyncio.to_thread(consents().given, tracker.sender_id, PURPOSE):
            return form
        events = await _open(dispatcher, tracker, looking)
    except StorageError as error:
        log.error("status_not_looked_up", error=str(error))
        conversation.send_plain(dispatcher, looking_up.trouble())
        return await resumed(tracker)
    looked = next(event["value"] for event in events if event.get("name") == "looked")
    if looked is None:
        return [*events, FollowupAction(FORM)]
    ended = [SlotSet("looked", None), SlotSet("looking", None)]
    told = await (resumed(tracker) if looked in (GIVEN_UP, AWAY) else _tell_known(dispatcher, tracker, looked))
    return [*ended, *told]


def _read(text: str, looking: Mapping[str, Any]) -> dict[str, Any]:
    """What a message adds to what is looked for: code and proof, both sealed."""
    found, result = read_code(text, now=now), dict(looking)
    if found.askable:
        result["code"] = vault().seal(found.code)
    proof = read_proof(text, _half(looking)) if text else None
    if isinstance(proof, Proof):
        result["proof"] = _sealed(proof)
        result.pop("half", None)
    elif isinstance(proof, Partial) and result.get("code"):  # four digits alone may be of anything
        result["half"] = vault().seal(f"{proof.part.value}:{proof.digits}")
    return result


def _half(looking: Mapping[str, Any]) -> Partial | None:
    if not looking.get("half"):
        return None
    part, _, digits = vault().open(looking["half"]).partition(":")
    return Partial(digits, Part(part))


def _sealed(proof: Proof) -> str:
    return vault().seal(f"{proof.kind.value}:{proof.value}")


def _proof(looking: Mapping[str, Any]) -> Proof | None:
    if not looking.get("proof"):
        return None
    kind, _, value = vault().open(looking["proof"]).partition(":")
    return Proof(looking_up.KINDS[kind], value)


def _code(looking: Mapping[str, Any]) -> str:
    return vault().open(looking["code"])


async def _take(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    text, looking = conversation.text_of(tracker), tracker.get_slot("looking") or {}
    if consent_meant(tracker, form_asks_too=True):
        return []
    if command_in(text) in (Command.CANCEL, Command.LATER) or _stops(text):
        conversation.send_plain(dispatcher, looking_up.stopped())
        return [SlotSet("looked", GIVEN_UP)]
    file = conversation.entity(tracker, "file")
    if file:
        return await _take_file(dispatcher, tracker, file)
    if not await asyncio.to_thread(consents().given, tracker.sender_id, PURPOSE):
        return await _take_consent(dispatcher, tracker, looking)
    added = _added(tracker, looking)
    return await (_not_read(dispatcher, tracker, text) if added == looking else _open(dispatcher, tracker, added))


def _added(tracker: Tracker, looking: Mapping[str, Any]) -> dict[str, Any]:
    """What a message adds to what is looked for; a contact for which the channel vouches proves more than words."""
    added, contact = _read(conversation.text_of(tracker), looking), conversation.contact_of(tracker)
    return {**added, "proof": _sealed(Proof(ProofKind.PHONE, contact))} if contact else added


async def _take_consent(dispatcher: CollectingDispatcher, tracker: Tracker, looking: dict[str, Any]) -> list[EventType]:
    """Yes or no; a code or proof that comes instead is kept until then, sealed."""
    said = consent_said(tracker, PURPOSE)
    if said is None:
        added = _added(tracker, looking)
        return [SlotSet("looking", added), SlotSet("looked", None)] if added != looking else []
    await asyncio.to_thread(consents().give if said else consents().refuse, tracker.sender_id, PURPOSE)
    return await _open(dispatcher, tracker, looking) if said else [SlotSet("looked", REFUSED)]


async def _take_file(dispatcher: CollectingDispatcher, tracker: Tracker, number: str) -> list[EventType]:
    """A picture of the receipt: the code in its QR or bar code."""
    code = await asyncio.to_thread(code_in_file, tracker.sender_id, number)
    if code is None:
        conversation.send_plain(dispatcher, looking_up.no_code_in_picture())
        return [SlotSet("looked", None)]
    if not (found := read_code(code, now=now)).askable:
        conversation.send_plain(dispatcher, looking_up.code_trouble(found))
        return [SlotSet("looked", None)]
    looking = {**(tracker.get_slot("looking") or {}), "code": vault().seal(code)}
    return [SlotSet("looking", looking), SlotSet("looked", None)]


async def _not_read(dispatcher: CollectingDispatcher, tracker: Tracker, text: str) -> list[EventType]:
    """A message that holds neither code nor proof: a question of its own, or a code that cannot be."""
    intent, aspects = conversation.intent_of(tracker), conversation.aspects_of(tracker)
    own = asks_something(text, intent, aspects, questions=OWN_QUESTIONS) or intent in ALWAYS_OWN
    wrong = read_code(text, now=now)
    if text and not own and (wrong.trouble is not None):
        known = bool((tracker.get_slot("looking") or {}).get("code"))
        if wrong.code or not known:
            conversation.send_plain(dispatcher, looking_up.code_trouble(wrong))
            return [SlotSet("looked", None)]
    return []


async def _open(dispatcher: CollectingDispatcher, tracker: Tracker, looking: dict[str, Any]) -> list[EventType]:
    """Tries to open the dossier as soon as code and proof are there; a proof is used once."""
    proof = _proof(looking)
    if not looking.get("code") or proof is None:
        return [SlotSet("looking", looking), SlotSet("looked", None)]
    looking = {name: value for name, value in looking.items() if name == "code"}
    try:
        result = await doorkeeper().open(_code(looking), proof, asker_of(tracker))
    except DossierError as error:
        last_seen = error.last_seen if isinstance(error, RegisterAway) else None
        log.warning("register_away", error=error.code)
        conversation.send_plain(dispatcher, looking_up.away(telling.away(last_seen, now())))
        return [SlotSet("looked", AWAY), SlotSet("dossier", RETURN)]
    if isinstance(result, Opened):
        return [SlotSet("looked", result.ref), SlotSet("looking", None)]
    text = telling.refused(result.wait_seconds, looked=result.looked)
    conversation.send_plain(dispatcher, looking_up.refused(text))
    if result.wait_seconds:
        return [SlotSet("looked", GIVEN_UP)]
    return [SlotSet("looking", None), SlotSet("looked", None)]


async def _tell_known(dispatcher: CollectingDispatcher, tracker: Tracker, ref: str) -> list[EventType]:
    """The dossier behind a ref, as it is now; then an interrupted form goes on. Its proof may be wanted again."""
    try:
        return [*await tell(dispatcher, tracker, ref), *await resumed(tracker)]
    except NotOpened:
        return [SlotSet("looking", {}), SlotSet("looked", None), FollowupAction(FORM)]


async def _known(tracker: Tracker) -> list[Known]:
    try:
        return list(await doorkeeper().opened_before(asker_of(tracker)))
    except StorageError:
        return []


def _name(known: Known) -> str:
    return teller().name_of(known.procedure, known.procedure_name)


def _stops(text: str) -> bool:
    said = fold(text).strip(" .!")
    return said in ("thoi", "thoi khong can", "khong can nua", "thoi khoi", "khoi", "thoi a", "khong tra nua")
