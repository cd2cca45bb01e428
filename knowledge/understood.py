"""What a conversation knows of a message beside its text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from knowledge.reply import Aspect
from knowledge.tongue import Language

HERE = ZoneInfo("Asia/Ho_Chi_Minh")


def now_here() -> datetime:
    """The time in Nghệ An."""
    return datetime.now(HERE)


@dataclass(frozen=True)
class Understood:
    """Of the message: intent (Rasa's name for it, with its chance), aspects, language, time; else of the talk before.

    procedure: the one under discussion; case: that was chosen of it; answers: to its questions, by their ids.
    commune: the code of the citizen's. earlier: procedures of which was spoken before, the last one first.
    said_before: the citizen's last message before this one, masked.
    """

    intent: str = "ask_procedure"
    intent_chance: float = 1.0
    aspects: tuple[Aspect, ...] = ()
    language: Language = Language.VIETNAMESE
    at: datetime = field(default_factory=now_here)
    procedure: str | None = None
    case: str | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    commune: str | None = None
    earlier: tuple[str, ...] = ()
    said_before: str = ""
