"""Every room that keeps something of a person: shown, erased and forgotten together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)

SHOWN = 12  # lines of one room
NOTHING = "Tôi không lưu gì của anh/chị ngoài cuộc trò chuyện này (tự xóa sau khi anh/chị ngừng nhắn)."


class Holder(Protocol):
    """A room that keeps something. name: what it keeps, in Vietnamese."""

    name: str

    def held(self, conversation: str) -> list[str]:
        """What it keeps of a person, a line each; what is shown of it is masked where it could harm."""

    def erase(self, conversation: str) -> int:
        """Deletes it; how many things that were."""

    def forget(self, now: datetime) -> int:
        """Deletes what is older than it may be kept, of everybody."""


class PersonalData:
    """All holders together. evidence: words about what has to stay after everything is erased."""

    def __init__(
        self, holders: Sequence[Holder], *, evidence: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._holders = tuple(holders)
        self._evidence = evidence
        self._now = now

    def show(self, conversation: str) -> str:
        """Everything that is kept of a person, for them to read."""
        lines: list[str] = []
        for holder in self._holders:
            held = holder.held(conversation)
            if held:
                more = [f"• … và {len(held) - SHOWN} mục nữa"] if len(held) > SHOWN else []
                lines += ["", f"{holder.name}:", *(f"• {line}" for line in held[:SHOWN]), *more]
        if not lines:
            return NOTHING
        return "\n".join(["Đây là những gì tôi đang lưu về anh/chị (phần riêng tư không hiện đầy đủ ở đây):", *lines])

    def erase(self, conversation: str) -> str:
        """Deletes everything of a person; what was deleted and what has to stay, in words."""
        gone = sum(holder.erase(conversation) for holder in self._holders)
        return f"Đã xóa hết ({gone} mục). {self._evidence}"

    def forget(self) -> int:
        """Deletes what has come of age, in every room; one that fails does not keep the others from it."""
        gone = 0
        for holder in self._holders:
            try:
                gone += holder.forget(self._now())
            except Exception as error:  # the next day tries again
                log.error("not_forgotten", room=holder.name, error=type(error).__name__)
        return gone
