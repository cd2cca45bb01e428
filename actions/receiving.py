"""A picture or PDF that no form waits for: the code of a receipt is looked up, anything else is asked about."""

from __future__ import annotations

import asyncio
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import asking_status, conversation
from actions.assistant import now, vault
from actions.dossiers import looking_up
from actions.dossiers.codes import read_code
from actions.reading_receipts import code_in_file
from knowledge.reply import Button, Outcome, Reply

HOW = "Anh/chị bấm 📎 để gửi ảnh hoặc PDF: ảnh giấy hẹn để tra hồ sơ, hay giấy tờ khi đang điền tờ khai."

Domain = dict[str, Any]


class TakeFile(Action):
    """A file, or the word that one is coming."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_take_file"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Looks for the code of a dossier in it."""
        number = conversation.entity(tracker, "file")
        if not number:
            conversation.send_plain(dispatcher, Reply(text=HOW, outcome=Outcome.SMALL_TALK, wants_file=True))
            return []
        code = await asyncio.to_thread(code_in_file, tracker.sender_id, number)
        if code is None:
            conversation.send_plain(dispatcher, _nothing_read())
            return []
        if not (found := read_code(code, now=now)).askable:
            conversation.send_plain(dispatcher, looking_up.code_trouble(found))
            return []
        looking = {"code": vault().seal(code)}
        return [SlotSet("looking", looking), SlotSet("looked", None), FollowupAction(asking_status.FORM)]


def _nothing_read() -> Reply:
    text = (
        "Tôi nhận được tệp nhưng không thấy mã hồ sơ (mã QR, mã vạch) trong đó. Muốn tra hồ sơ, anh/chị chụp gần mã "
        "trên giấy tiếp nhận hoặc gõ mã. Muốn nộp hồ sơ, anh/chị nói việc cần làm, tôi sẽ hỏi từng giấy tờ."
    )
    buttons = (
        Button(title="Tra hồ sơ", payload="intent:ask_status"),
        Button(title="Nộp hồ sơ", payload="intent:start_submission"),
    )
    return Reply(text=text, outcome=Outcome.STATUS, buttons=buttons, wants_file=True)
