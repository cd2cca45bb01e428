"""A conversation in YAML: what a citizen says or taps, turn by turn, and what has to come back."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, model_validator

from knowledge.reply import Aspect, Outcome


class Turn(BaseModel):
    """One message and what is expected of its reply; what is not named is not looked at.

    tap: the title of a button of the reply before (its beginning is enough). share: a position instead of words.
    who: whose conversation, where there is more than one. premise: the id of the wrong belief that has to be corrected.
    checklist: papers that this person's list has to hold, no_checklist: must not. asks: the id of the question that
    has to be asked next, "" for none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    who: str = "citizen"
    say: str = ""
    tap: str = ""
    share: tuple[float, float] | None = None
    outcome: Outcome | None = None
    procedure: str | None = None
    aspects: frozenset[Aspect] = frozenset()
    contains: tuple[str, ...] = ()
    not_contains: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    premise: str | None = None
    checklist: tuple[str, ...] = ()
    no_checklist: tuple[str, ...] = ()
    asks: str | None = None

    @model_validator(mode="after")
    def _one_message(self) -> Turn:
        if sum(map(bool, (self.say, self.tap, self.share))) != 1:
            raise ValueError("a turn says something, taps a button or shares a position")
        return self


class Script(BaseModel):
    """One file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str
    turns: tuple[Turn, ...]


def read_script(path: Path) -> Script:
    return Script.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
