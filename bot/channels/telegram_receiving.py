"""From an update of Telegram's to what the core knows of a message.

In groups only what is meant for us counts: a mention, a reply to us, a command. Everything else is not even looked at
further. Posts of channels, and what other bots write, are nobody's questions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from telegram import CallbackQuery, Chat, ChatMemberUpdated, Contact, Message, MessageEntity, Update
from telegram.constants import ChatMemberStatus, ChatType, FileSizeLimit

from bot.channels.channel import Incoming, Kind, OfferedFile
from bot.channels.telegram_finding import told_id
from bot.channels.telegram_payloads import payload_of
from bot.commands import COMMANDS
from bot.messages import Location

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
NAME = "telegram"
# Names in Incoming.details. MESSAGE_ID: of the message that came, or whose button was tapped; the core knows it too.
MESSAGE_ID, CALLBACK, THREAD, ALBUM = "message_id", "callback", "thread", "album"
PHOTO_TYPE = "image/jpeg"  # whatever was sent as a photo, Telegram keeps as JPEG [general knowledge]
_COMMAND = re.compile(r"/(?P<name>[A-Za-z0-9_]{1,32})(?:@(?P<bot>[A-Za-z0-9_]+))?")
_UNREADABLE = (
    "animation", "audio", "dice", "game", "poll", "sticker", "story", "video", "video_note", "voice", "contact",
    "checklist", "paid_media", "invoice", "giveaway",
)  # fmt: skip
_OURS = frozenset(command.name for command in COMMANDS)
_DIGITS = re.compile(r"\D")


@dataclass(frozen=True)
class Myself:
    """Who we are at Telegram. id: the number in the token. username: None until Telegram has told it."""

    id: int
    username: str | None = None

    def is_named(self, name: str) -> bool:
        """Whether this name, with or without @, is ours."""
        return self.username is not None and name.lstrip("@").lower() == self.username.lower()


def incoming(update: Update, myself: Myself, now: datetime) -> Incoming | None:
    """What an update says to us; None: nothing. now: for taps, which Telegram gives no time.

    Times have only seconds, so the number of the update, which rises with each, stands in their microseconds: those of
    one person that come in the wrong order can be put right.
    """
    if update.callback_query:
        return _tapped(update.callback_query, update.update_id, now)
    if update.my_chat_member:
        return _met(update.my_chat_member, update.update_id)
    message = update.message or update.edited_message
    if message is None or not _is_from_person(message) or message.chat.type == ChatType.CHANNEL:
        return None
    return _written(message, update, myself)


def telephone(number: str) -> str | None:
    """A number as Telegram gives it, like 84912345678, as +84912345678; None where it is none."""
    digits = _DIGITS.sub("", number)
    if digits.startswith("0"):
        digits = f"84{digits.lstrip('0')}"
    return f"+{digits}" if 8 <= len(digits) <= 15 else None


def _written(message: Message, update: Update, myself: Myself) -> Incoming | None:
    group = _is_group(message.chat)
    words = _Words.of(message)
    command = words.command(myself, group)
    if group and not (command or words.mention(myself) or _answers(message, myself)):
        return None
    edited = update.edited_message is not None
    if edited and message.location:  # a position that is shared live: only its first place counts
        return None
    named, text = command or ("", words.without_mention(myself) if group else words.text)
    base = _base(message, update.update_id)
    parts = _parts(message)
    if not (text or named or parts):
        return Incoming(**base, edited=edited, command=COMMANDS[0].name) if words.text else None  # only our name
    return Incoming(**base, **parts, edited=edited, command=named, text=text)


def _base(message: Message, update_id: int) -> dict[str, Any]:
    assert message.from_user is not None
    sent = message.edit_date or message.date
    details = {MESSAGE_ID: told_id(str(message.chat.id), message.message_id)}
    if message.is_topic_message and message.message_thread_id:
        details[THREAD] = str(message.message_thread_id)
    if message.media_group_id:
        details[ALBUM] = message.media_group_id
    return {
        "channel": NAME,
        "id": str(update_id),
        "chat": str(message.chat.id),
        "person": str(message.from_user.id),
        "group": _is_group(message.chat),
        "sent": _in_order(sent, update_id),
        "details": details,
    }


def _parts(message: Message) -> dict[str, Any]:
    """What stands in a message beside words; nothing at all for what Telegram itself says in a chat."""
    if message.location:
        return {"location": Location(lat=message.location.latitude, lon=message.location.longitude)}
    if message.contact and (number := _own_number(message.contact, message)):
        return {"contact": number}
    if any(getattr(message, name, None) for name in _UNREADABLE):
        return {"unreadable": True}
    if files := _files(message):
        return {"files": files}
    return {}


def _own_number(contact: Contact, message: Message) -> str | None:
    """The telephone number, if it is the writer's own: Telegram vouches for that by the user's id."""
    if message.from_user is None or contact.user_id != message.from_user.id:
        return None
    return telephone(contact.phone_number)


def _files(message: Message) -> tuple[OfferedFile, ...]:
    if message.photo:
        small = [one for one in message.photo if (one.file_size or 0) <= FileSizeLimit.FILESIZE_DOWNLOAD]
        best = max(small or message.photo, key=lambda one: one.width * one.height)
        name = f"anh-{message.message_id}.jpg"
        return (OfferedFile(reference=best.file_id, name=name, media_type=PHOTO_TYPE, size=best.file_size),)
    if document := message.document:
        name, kind = document.file_name or "", document.mime_type or ""
        return (OfferedFile(reference=document.file_id, name=name, media_type=kind, size=document.file_size),)
    return ()


def _tapped(query: CallbackQuery, update_id: int, now: datetime) -> Incoming | None:
    message = query.message
    if message is None or query.data is None or query.from_user.is_bot:
        return None
    payload = payload_of(query.data)
    title = _title(message, query.data)
    if payload is None and not title:
        return None
    details = {MESSAGE_ID: told_id(str(message.chat.id), message.message_id), CALLBACK: query.id}
    if isinstance(message, Message) and message.is_topic_message and message.message_thread_id:
        details[THREAD] = str(message.message_thread_id)
    return Incoming(
        channel=NAME,
        id=str(update_id),
        chat=str(message.chat.id),
        person=str(query.from_user.id),
        group=_is_group(message.chat),
        sent=_in_order(now, update_id),
        text=title,
        payload=payload,
        details=details,
    )


def _title(message: Any, data: str) -> str:
    """The title of the tapped button, as it stands below its message; empty where the message is too old."""
    markup = message.reply_markup if isinstance(message, Message) else None
    rows: Sequence[Sequence[Any]] = markup.inline_keyboard if markup else ()
    return next((str(button.text) for row in rows for button in row if button.callback_data == data), "")


def _met(change: ChatMemberUpdated, update_id: int) -> Incoming | None:
    if change.from_user.is_bot or change.chat.type == ChatType.CHANNEL:
        return None
    away = change.new_chat_member.status in (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)
    was_away = change.old_chat_member.status in (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)
    if away == was_away:
        return None  # rights in a group
    return Incoming(
        channel=NAME,
        id=str(update_id),
        chat=str(change.chat.id),
        person=str(change.from_user.id),
        group=_is_group(change.chat),
        sent=_in_order(change.date, update_id),
        kind=Kind.LEFT if away else Kind.JOINED,
    )


def _answers(message: Message, myself: Myself) -> bool:
    """Whether it replies to a message of ours."""
    to = message.reply_to_message
    return bool(to and to.from_user and to.from_user.id == myself.id)


def _is_from_person(message: Message) -> bool:
    return message.from_user is not None and not message.from_user.is_bot and not message.is_automatic_forward


def _is_group(chat: Chat) -> bool:
    return chat.type != ChatType.PRIVATE


def _in_order(at: datetime, update_id: int) -> datetime:
    return at.astimezone(UTC).replace(microsecond=update_id % 1_000_000)


@dataclass(frozen=True)
class _Words:
    """The words of a message, with what Telegram found in them; entities count in units of UTF-16."""

    raw: str
    entities: tuple[MessageEntity, ...]

    @classmethod
    def of(cls, message: Message) -> _Words:
        """Text, or what stands under a picture."""
        if message.text is not None:
            return cls(message.text, tuple(message.entities))
        return cls(message.caption or "", tuple(message.caption_entities))

    @property
    def text(self) -> str:
        return self.raw.strip()

    def command(self, myself: Myself, group: bool) -> tuple[str, str] | None:
        """A command that the message begins with, and what stands behind it; None where it is for another bot."""
        found = _COMMAND.match(self.raw)
        is_command = any(one.type == MessageEntity.BOT_COMMAND and one.offset == 0 for one in self.entities)
        if not found or not is_command:
            return None
        name = found["name"].lower()
        if found["bot"] and not myself.is_named(found["bot"]):
            return None
        if group and not found["bot"] and name not in _OURS:
            return None
        return name, self.raw[found.end() :].strip()

    def mention(self, myself: Myself) -> tuple[int, int] | None:
        """Where we are named, in units of UTF-16."""
        for one in self.entities:
            by_name = one.type == MessageEntity.MENTION and myself.is_named(self._cut(one.offset, one.length))
            by_id = one.type == MessageEntity.TEXT_MENTION and one.user is not None and one.user.id == myself.id
            if by_name or by_id:
                return one.offset, one.length
        return None

    def without_mention(self, myself: Myself) -> str:
        found = self.mention(myself)
        if found is None:
            return self.text
        start, length = found
        before, after = self._cut(0, start).rstrip(), self._cut(start + length).lstrip()
        if not before:
            return after.lstrip(",:;.!? ").strip()
        return f"{before} {after}".strip() if after[:1] not in (",", ".", "?", "!", ";", ":") else f"{before}{after}"

    def _cut(self, start: int, length: int | None = None) -> str:
        units = self.raw.encode("utf-16-le")
        end = None if length is None else 2 * (start + length)
        return units[2 * start : end].decode("utf-16-le", "replace")
