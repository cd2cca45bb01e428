"""Whether an answer helped, and if not, why not."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import conversation
from actions.assistant import desk
from actions.desk.entries import Why
from actions.noting import note
from knowledge.normalise import fold
from knowledge.reply import Button, Outcome, Reply
from knowledge.tongue import say, speaking

Domain = dict[str, Any]

REASONS = {
    "other_matter": "Tôi hỏi việc khác",
    "not_true": "Thông tin không đúng",
    "unclear": "Khó hiểu, dài quá",
    "missing": "Thiếu điều tôi cần",
}


class TakeFeedback(Action):
    """One tap, or words like "trả lời sai rồi"."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_take_feedback"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Keeps it; an unhelpful answer goes to the review list, with the question it was given to."""
        said = conversation.entity(tracker, "feedback") or _reason_in(conversation.text_of(tracker))
        said = said or conversation.intent_of(tracker)
        helpful = said == "helpful"
        procedure = tracker.get_slot("procedure")
        reason = said if said in REASONS else ""
        note(lambda: desk().note_helpful(tracker.sender_id, procedure, helpful, reason))
        if not helpful and not reason:  # the reason comes with a second tap
            _note_review(tracker)
        with speaking(conversation.language_of(tracker)):
            reply = _thanks(helpful=helpful, reason=reason)
        dispatcher.utter_message(json_message=reply.model_dump(mode="json"))
        return []


def _reason_in(text: str) -> str | None:
    """The reason whose words, as they stand on its button, somebody typed."""
    return next((name for name, label in REASONS.items() if fold(label) == fold(text).strip(" .!")), None)


def _note_review(tracker: Tracker) -> None:
    story = list(tracker.get_slot("story") or [])
    if story:
        outcome = str(tracker.get_slot("last_outcome") or "")
        procedure = tracker.get_slot("procedure")
        note(lambda: desk().note_review(story[-1], outcome, Why.UNHELPFUL, procedure=procedure))


def _thanks(*, helpful: bool, reason: str) -> Reply:
    if helpful:
        return Reply(text=say("Cảm ơn anh/chị. Cần gì thêm, anh/chị cứ hỏi."), outcome=Outcome.SMALL_TALK)
    human = Button(title=say("Gặp cán bộ"), payload="intent:hand_off")
    if reason:
        text = say("Cảm ơn anh/chị, chúng tôi sẽ xem lại. Anh/chị nói lại việc cần làm, hoặc gặp cán bộ.")
        return Reply(text=text, outcome=Outcome.SMALL_TALK, buttons=(human,))
    reasons = [Button(title=say(label), payload=f"feedback:{name}") for name, label in REASONS.items()]
    text = say("Xin lỗi anh/chị. Chưa đúng ở chỗ nào ạ?")
    return Reply(text=text, outcome=Outcome.SMALL_TALK, buttons=(*reasons, human))
