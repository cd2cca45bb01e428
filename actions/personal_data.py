"""What do you know of me, forget me, I no longer agree: in the chat, for everything that is kept."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.events import AllSlotsReset, EventType, Restarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import conversation
from actions.assistant import consents, doorkeeper, files, following, personal_data, submissions
from actions.consenting import ERASE, consent_waiting
from knowledge.normalise import fold
from knowledge.reply import Button, Outcome, Reply
from storage.errors import StorageError

log = structlog.get_logger(__name__)

Domain = dict[str, Any]

_DO_IT = re.compile(  # "xóa dữ liệu của tôi" once more is no answer to whether it is meant
    r"(?:da |vang |u |ok |dong y |co |cu )*xoa(?: (?:het|di|luon|tat ca|sach|nhe|nha|a|giup|cho|toi|em|tui))*"
)

ASK = (
    "Xóa hết dữ liệu của anh/chị ở đây: tờ khai đang làm, tệp đã gửi, hồ sơ đang theo dõi, thông tin đã nhớ và cuộc "
    "trò chuyện này? Hồ sơ đã nộp ở cơ quan nhà nước không bị ảnh hưởng."
)
ERASE_BUTTONS = (
    Button(title="Xóa hết", payload=f"consent:{ERASE}=yes"),
    Button(title="Giữ lại", payload=f"consent:{ERASE}=no"),
)
ON_THEIR_DEVICE = (
    "Tin nhắn còn trên máy thì anh/chị tự xóa: trên trang web bấm nút thùng rác ở đầu khung chat; trong ứng dụng xóa "
    "cuộc trò chuyện này."
)
AWAY = "Lúc này tôi chưa làm được vì có trục trặc. Anh/chị nhắn lại sau ít phút."


class ShowMyData(Action):
    """Everything that is kept of this person."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_show_my_data"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Lists it, what is shown of it masked."""
        try:
            text = await asyncio.to_thread(personal_data().show, tracker.sender_id)
        except StorageError as error:
            log.error("data_not_shown", error=str(error))
            text = AWAY
        buttons = (Button(title="Xóa dữ liệu của tôi", payload="intent:erase_my_data"),)
        conversation.send_plain(dispatcher, Reply(text=text, outcome=Outcome.SMALL_TALK, buttons=buttons))
        return []


class EraseMyData(Action):
    """Asks once more before everything is erased."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_erase_my_data"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Says what would be gone; a running form waits, so that the next words answer this."""
        said = fold(conversation.text_of(tracker)).strip(" .!")
        if consent_waiting(tracker) == ERASE and _DO_IT.fullmatch(said):
            return await erase(dispatcher, tracker)
        conversation.send_plain(dispatcher, Reply(text=f"👉 {ASK}", outcome=Outcome.SMALL_TALK, buttons=ERASE_BUTTONS))
        return [*conversation.end_form(tracker), SlotSet("consenting", ERASE)]


class WithdrawConsent(Action):
    """Takes back every consent; what it allowed ends at once."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_withdraw_consent"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Ends notices and deletes what was remembered and begun."""
        sender = tracker.sender_id
        try:
            count = await asyncio.to_thread(_withdraw, sender)
        except StorageError as error:
            log.error("consent_not_withdrawn", error=str(error))
            _say(dispatcher, AWAY)
            return []
        if count:
            _say(
                dispatcher,
                "Đã rút lại đồng ý. Tôi ngừng nhắn về hồ sơ, xóa tờ khai đang làm, tệp đã gửi và điều đã nhớ.",
            )
        else:
            _say(dispatcher, "Anh/chị chưa đồng ý điều gì nên không có gì để rút lại.")
        return conversation.end_form(tracker)


async def erase(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """Erases everything of this person, what Rasa remembers included."""
    try:
        text = await asyncio.to_thread(personal_data().erase, tracker.sender_id)
    except StorageError as error:
        log.error("data_not_erased", error=str(error))
        _say(dispatcher, AWAY)
        return []
    told = Reply(text=f"{text}\n{ON_THEIR_DEVICE}", outcome=Outcome.SMALL_TALK, erased=True)
    conversation.send_plain(dispatcher, told)
    return [*conversation.end_form(tracker), AllSlotsReset(), Restarted()]


def _withdraw(sender: str) -> int:
    count: int = consents().withdraw(sender, None)
    for room in (following(), submissions(), files(), doorkeeper().grants):
        room.erase(sender)
    return count


def _say(dispatcher: CollectingDispatcher, text: str) -> None:
    conversation.send_plain(dispatcher, Reply(text=text, outcome=Outcome.SMALL_TALK))
