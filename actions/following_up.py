"""Tell me when it moves; no more messages; tell me when the province's system is back."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import conversation
from actions.assistant import consents, doorkeeper, following, submissions, vault
from actions.consenting import consent_asked
from actions.dossiers.access import ref_of
from actions.dossiers.dossier import Dossier
from actions.dossiers.errors import DossierError, NoSuchDossier, NotOpened
from actions.telling_status import RETURN, asker_of
from actions.watching.following import Started
from knowledge.reply import Button, Outcome, Reply
from storage.errors import StorageError

log = structlog.get_logger(__name__)

PURPOSE = "notices"
NOT_KEPT = "Lúc này tôi chưa ghi được. Anh/chị thử lại sau ít phút."
STARTED = {
    Started.YES: "🔔 Đã bật. Hồ sơ có thay đổi, gần đến ngày hẹn hay cần anh/chị làm gì thì tôi nhắn ở đây "
    "(không nhắn ban đêm). Muốn thôi, anh/chị nhắn “dừng”.",
    Started.ALREADY: "Hồ sơ này tôi đang theo dõi giúp anh/chị rồi. Muốn thôi, anh/chị nhắn “dừng”.",
    Started.TOO_MANY: "Anh/chị đang theo dõi nhiều hồ sơ quá. Nhắn “dừng” để bỏ bớt rồi bật lại giúp.",
    Started.NOTHING_MORE: "Hồ sơ này đã kết thúc, không còn gì thay đổi nữa.",
}

Domain = dict[str, Any]


class Follow(Action):
    """Follows the dossier that was shown or drafted last, once there is consent."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_follow"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Asks for consent first; a tap of "no" ends it."""
        if conversation.entity(tracker, "follow") == "no":
            return await _stopped(dispatcher, tracker)
        try:
            if not conversation.entity(tracker, "follow") and not await _names_one(tracker):
                conversation.send_plain(dispatcher, _which())
                return []
            given = await asyncio.to_thread(consents().given, tracker.sender_id, PURPOSE)
        except StorageError as error:
            log.error("not_followed", error=str(error))
            _say(dispatcher, NOT_KEPT)
            return []
        if not given:
            conversation.send_plain(dispatcher, consent_asked(PURPOSE))
            return [SlotSet("consenting", PURPOSE)]
        return await begin_following(dispatcher, tracker)


class Unfollow(Action):
    """Ends all messages about dossiers: one word is enough."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_unfollow"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Says how many were followed."""
        return await _stopped(dispatcher, tracker)


async def begin_following(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """Follows the dossier under discussion; without one, waits for the province's system if that was asked for."""
    try:
        _say(dispatcher, await _followed(tracker))
    except (NotOpened, NoSuchDossier):
        conversation.send_plain(dispatcher, _which())
        return [SlotSet("consenting", None), SlotSet("dossier", None)]
    except StorageError as error:
        log.error("not_followed", error=str(error))
        _say(dispatcher, NOT_KEPT)
    return [SlotSet("consenting", None)]


async def _followed(tracker: Tracker) -> str:
    """Follows it, or waits for the province's system; what came of it. Raises NotOpened, NoSuchDossier."""
    sender = tracker.sender_id
    try:
        found = await _dossier(tracker)
    except (NotOpened, NoSuchDossier):
        raise
    except DossierError as error:
        log.warning("not_followed", error=error.code)
        await asyncio.to_thread(following().wait_for_return, sender)
        return "Hệ thống của tỉnh đang không trả lời. Khi nào trả lời lại, tôi nhắn anh/chị ở đây."
    if found is None:
        await asyncio.to_thread(following().wait_for_return, sender)
        return "🔔 Khi hệ thống của tỉnh trả lời lại, tôi nhắn anh/chị ở đây."
    ref, dossier = found
    return STARTED[await asyncio.to_thread(following().follow, sender, dossier, ref)]


async def _names_one(tracker: Tracker) -> bool:
    """Whether there is a dossier under discussion, or a draft."""
    return bool(tracker.get_slot("dossier") or await asyncio.to_thread(_drafted, tracker.sender_id))


def _which() -> Reply:
    look = Button(title="Tra hồ sơ", payload="intent:ask_status")
    text = "Anh/chị muốn theo dõi hồ sơ nào? Tra hồ sơ đó trước, rồi bấm “Báo tôi khi có thay đổi”."
    return Reply(text=text, outcome=Outcome.STATUS, buttons=(look,))


async def _dossier(tracker: Tracker) -> tuple[str, Dossier] | None:
    """The dossier that was shown last, or the draft that was made last; both are the citizen's own."""
    ref = tracker.get_slot("dossier")
    if ref == RETURN:
        return None
    code = await asyncio.to_thread(_drafted, tracker.sender_id)
    if code is not None and ref in (None, ref_of(vault(), tracker.sender_id, code)):
        return ref_of(vault(), tracker.sender_id, code), await doorkeeper().own(code, asker_of(tracker))
    return (str(ref), await doorkeeper().again(str(ref), asker_of(tracker))) if ref else None


def _drafted(sender: str) -> str | None:
    drafts = (one.content.draft for one in submissions().all_of(sender))
    return next((draft.code for draft in drafts if draft), None)


async def stop_following(dispatcher: CollectingDispatcher, tracker: Tracker) -> bool:
    """Ends all messages about dossiers and says so; False: there were none to end."""
    try:
        count = await asyncio.to_thread(following().stop, tracker.sender_id)
    except StorageError as error:
        log.error("not_stopped", error=str(error))
        _say(dispatcher, "Lúc này tôi chưa tắt được. Anh/chị nhắn lại sau ít phút.")
        return True
    if count:
        again = Button(title="Xem hồ sơ của tôi", payload="intent:ask_status")
        text = "Đã tắt, tôi không nhắn về hồ sơ nữa."
        conversation.send_plain(dispatcher, Reply(text=text, outcome=Outcome.STATUS, buttons=(again,)))
    return bool(count)


async def _stopped(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    if not await stop_following(dispatcher, tracker):
        _say(dispatcher, "Anh/chị không theo dõi hồ sơ nào nên tôi không nhắn gì cả.")
    return []


def _say(dispatcher: CollectingDispatcher, text: str) -> None:
    conversation.send_plain(dispatcher, Reply(text=text, outcome=Outcome.STATUS))
