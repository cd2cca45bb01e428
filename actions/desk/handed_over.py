"""What the desk keeps of a conversation, for "what do you know of me" and "forget me"."""

from __future__ import annotations

from datetime import datetime

from actions.desk.desk import HERE, Desk
from actions.desk.errors import DeskUnavailable
from storage.errors import DatabaseUnavailable


class HandedOver:
    """Hand-overs to officers as something that is held of a person."""

    name = "Yêu cầu gặp cán bộ"

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def held(self, conversation: str) -> list[str]:
        """The one that is open, without the number to call back. Raises DatabaseUnavailable."""
        try:
            found = self._desk.of_conversation(conversation)
        except DeskUnavailable as error:
            raise DatabaseUnavailable(str(error)) from error
        if found is None:
            return []
        contact = ", có số điện thoại để gọi lại" if found.contact else ""
        return [f"{found.number}, {found.opened.astimezone(HERE):%d/%m/%Y}{contact}"]

    def erase(self, conversation: str) -> int:
        """Deletes all of them, and parts feedback from who gave it. Raises DatabaseUnavailable."""
        try:
            gone = self._desk.forget_conversation(conversation)
        except DeskUnavailable as error:
            raise DatabaseUnavailable(str(error)) from error
        return gone.hand_overs + gone.parted

    def forget(self, now: datetime) -> int:
        """Nothing: the desk forgets by its own clock (Desk.forget)."""
        return 0
