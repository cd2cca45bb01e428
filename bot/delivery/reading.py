"""What somebody at a channel means: a message for the assistant, or something about the channel itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.channels.channel import Incoming
from bot.channels.words import chosen
from bot.commands import COMMANDS
from bot.messages import RASAS_OWN, IncomingMessage, clean
from knowledge.normalise import fold
from knowledge.reply import PAYLOAD, Button

LINK_COMMAND = "lienket"
_SAYS = {command.name: command.says for command in COMMANDS}
_PROCEDURE = re.compile(r"(\d)[._-](\d{6})\Z")  # Telegram allows no full stop in what stands behind start=
_CODE_IN_START = re.compile(r"lk_?(\d{8})\Z")
_LINK = re.compile(
    r"(?:/?lien ?ket|noi kenh|noi (?:voi )?(?:telegram|zalo|trang web))(?: ma)?(?P<code>[\d\s-]*)[.!?]*\Z"
)
_UNLINK = re.compile(r"(?:ngat|bo|huy) lien ?ket(?: a| nhe)?[.!?]*\Z")
_PAYLOAD = re.compile(PAYLOAD)


class Wish(StrEnum):
    """What somebody wants of the channels themselves."""

    CODE = "code"  # a code with which another channel joins
    JOIN = "join"  # to join with a code
    PART = "part"  # to part again


@dataclass(frozen=True)
class Linking:
    """A wish about linking. code: digits, where one was given."""

    wish: Wish
    code: str = ""


def linking(text: str) -> Linking | None:
    """A wish about linking in what somebody wrote; None: it is about something else."""
    folded = " ".join(fold(text).split())
    if _UNLINK.match(folded):
        return Linking(Wish.PART)
    found = _LINK.match(folded)
    return None if found is None else _with_code(found["code"])


def read(incoming: Incoming, menu: Sequence[Button] = ()) -> IncomingMessage | Linking | None:
    """What is put to the assistant, or done here; None: there is nothing in it that can be read.

    menu: what numbers mean, if a numbered menu was shown last. Files are not looked at here.
    """
    if incoming.contact or incoming.location:
        return IncomingMessage(text="", location=incoming.location, contact=incoming.contact)
    if incoming.payload is not None:
        return _tapped(incoming.payload, incoming.text)
    if incoming.command:
        return _command(incoming.command, incoming.text.strip())
    text = clean(incoming.text)
    return (linking(text) or _written(text, menu)) if text else None


def _written(text: str, menu: Sequence[Button]) -> IncomingMessage:
    button = chosen(text, menu)
    return IncomingMessage(text=button.title, payload=button.payload) if button else IncomingMessage(text=text)


def _tapped(payload: str, title: str) -> IncomingMessage | None:
    words = clean(title)
    if _PAYLOAD.match(payload) and payload not in RASAS_OWN:
        return IncomingMessage(text=words, payload=payload)
    return IncomingMessage(text=words) if words else None  # of an older version: it says what its title says


def _command(name: str, behind: str) -> IncomingMessage | Linking:
    if name == LINK_COMMAND:
        return _with_code(behind)
    if name == "start":
        return _started(behind)
    return IncomingMessage(text=clean(f"{_SAYS.get(name, name)} {behind}"))


def _started(behind: str) -> IncomingMessage | Linking:
    """A deep link; what stands in one that is not ours says nothing."""
    if code := _CODE_IN_START.match(behind):
        return Linking(Wish.JOIN, code[1])
    if procedure := _PROCEDURE.match(behind):
        return IncomingMessage(text="", payload=f"procedure:{procedure[1]}.{procedure[2]}")
    return IncomingMessage(text=_SAYS["start"])


def _with_code(written: str) -> Linking:
    digits = re.sub(r"\D", "", written)
    return Linking(Wish.JOIN, digits) if digits else Linking(Wish.CODE)
