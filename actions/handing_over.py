"""Handing a conversation over to an officer (hand_over_form): a number to call back, if the citizen gives one."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import phonenumbers
import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import conversation
from actions.assistant import desk, library
from actions.desk.entries import HandOver, Kind, Reason
from actions.desk.errors import DeskError
from actions.desk.settings import desk_settings
from knowledge.normalise import fold, tokens
from knowledge.reply import Button, Outcome, Reply
from knowledge.tongue import say, speaking

log = structlog.get_logger(__name__)

NO_CONTACT = "-"
VIETNAM = 84  # country code
A_QUESTION = 6  # words beside a telephone number from which it stands in a question
_DIGITS = re.compile(r"[+\d][\d .-]{7,}")
WITHDRAWN = "withdrawn"
_NO_NUMBER = re.compile(r"\b(?:khong|khoi|dung|ko|nỏ)\b.*\b(?:so|goi|dien thoai|phone|number|call)\b")
_NO_MORE = re.compile(r"\b(?:thoi|khoi|huy|khong can nua|khong gap nua|never mind|cancel)\b")

Domain = dict[str, Any]


class AskContact(Action):
    """Asks for a number to call back."""

    def name(self) -> str:
        """As Rasa looks for it beside the slot `contact` of hand_over_form."""
        return "action_ask_hand_over_form_contact"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Says what the number is for and how long it is kept."""
        with speaking(conversation.language_of(tracker)):
            text = say(
                "Tôi chuyển việc này cho cán bộ. Anh/chị nhắn số điện thoại để cán bộ gọi lại. "
                "Số chỉ dùng cho việc này và được xóa chậm nhất sau {days} ngày.",
                days=desk_settings().keep_days,
            )
            no = Button(title=say("Không để lại số"), payload="intent:deny")
        _send(dispatcher, Reply(text=f"👉 {text}", outcome=Outcome.HAND_OFF, buttons=(no,), wants_contact=True))
        return []


class ReadContact(Action):
    """Reads a telephone number, or that there is none."""

    def name(self) -> str:
        """As Rasa looks for it beside hand_over_form."""
        return "validate_hand_over_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Remembers it until the conversation is handed over."""
        if not tracker.get_slot("requested_slot"):
            return []
        text, intent = conversation.text_of(tracker), conversation.intent_of(tracker)
        said = fold(text)
        contact = number_in(conversation.contact_of(tracker) or text)
        if contact is None and _NO_NUMBER.search(said):
            contact = NO_CONTACT
        elif contact is None and conversation.aspects_of(tracker):
            return []  # a question of its own
        elif contact is None and (intent == "stop" or _NO_MORE.search(said)):
            contact = WITHDRAWN
        elif contact is None and intent in ("deny", "dont_know"):
            contact = NO_CONTACT
        if contact:
            return [SlotSet("contact", contact)]
        if intent == "give_phone":
            with speaking(conversation.language_of(tracker)):
                dispatcher.utter_message(text=say("Số này chưa đúng, số điện thoại có 10 chữ số ạ."))
        return [SlotSet("contact", None)] if intent in ("give_phone", "hand_off") else []


class HandToOfficer(Action):
    """Hands over, with the conversation's summary and what is still unknown."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_hand_over"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Stores it, then says the number of it. Nothing is promised for the officer."""
        contact = tracker.get_slot("contact")
        if contact == WITHDRAWN:
            dispatcher.utter_message(response="utter_deny")
            return [SlotSet("contact", None)]
        known = contact if contact and contact != NO_CONTACT else ""
        try:
            handed = await asyncio.to_thread(
                desk().hand_over,
                tracker.sender_id,
                _reason(tracker),
                procedure=tracker.get_slot("procedure"),
                turns=tracker.get_slot("story") or [],
                missing=_missing(tracker),
                contact=known,
            )
        except DeskError as error:
            log.error("not_handed_over", error=str(error))
            dispatcher.utter_message(response="utter_hand_off")
            return [SlotSet("contact", None)]
        with speaking(conversation.language_of(tracker)):
            _send(dispatcher, Reply(text=_told(handed, known), outcome=Outcome.HAND_OFF))
        return [SlotSet("contact", None), SlotSet("failures", 0)]


class TakeNumber(Action):
    """A telephone number that nobody asked for: a question around it is answered, alone it is not kept."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_take_number"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Asks the library, or says what the number could be used for."""
        text = conversation.text_of(tracker)
        if len(tokens(_DIGITS.sub(" ", text))) >= A_QUESTION:
            what = conversation.understood(tracker)
            return conversation.send(dispatcher, tracker, library().ask(text, what), asked=what.aspects)
        dispatcher.utter_message(response="utter_give_phone")
        return []


def number_in(text: str) -> str | None:
    """A telephone number in a text, if a valid one stands there: of Vietnam in the national form, others with +."""
    for found in phonenumbers.PhoneNumberMatcher(text, "VN"):
        ours = found.number.country_code == VIETNAM
        form = phonenumbers.PhoneNumberFormat.NATIONAL if ours else phonenumbers.PhoneNumberFormat.INTERNATIONAL
        return phonenumbers.format_number(found.number, form)
    return None


def _reason(tracker: Tracker) -> Reason:
    if tracker.get_slot("procedure") in conversation.FOR_PEOPLE:
        return Reason.TOPIC
    failures = int(tracker.get_slot("failures") or 0)
    return Reason.FAILED_TWICE if failures >= conversation.FAILURES else Reason.ASKED


def _missing(tracker: Tracker) -> str:
    """What the officer has to ask first."""
    code, asking = tracker.get_slot("procedure"), tracker.get_slot("asking")
    if not code:
        return "Chưa rõ thủ tục."
    question = library().asked(code, asking) if asking else None
    return question.ask if question else ""


def _told(handed: HandOver, contact: str) -> str:
    lines = [say("Đã ghi yêu cầu gặp cán bộ, mã {number}.", number=handed.number)]
    if handed.kind is Kind.NOW:
        lines.append(say("Đang trong giờ làm việc. Cán bộ đọc được nội dung anh/chị đã nhắn ở đây."))
    else:
        lines.append(say("Hiện ngoài giờ làm việc. Yêu cầu được giữ lại để cán bộ xem khi làm việc trở lại."))
    if contact:
        lines.append(say("Số để gọi lại: {number}.", number=contact))
    else:
        lines.append(say("Anh/chị không để lại số nên cán bộ không gọi lại được; khi đến nơi, đọc mã này cho cán bộ."))
    lines.append(say("Tôi không hẹn thay giờ gọi lại được. Việc gấp, anh/chị đến trung tâm gần nhất."))
    return "\n".join(lines)


def _send(dispatcher: CollectingDispatcher, reply: Reply) -> None:
    dispatcher.utter_message(json_message=reply.model_dump(mode="json"))
