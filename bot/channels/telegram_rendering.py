"""A reply as Telegram shows it: tidy HTML, buttons below it, pictures and papers with their words.

The text is cut first and dressed then, line by line, so no tag is ever open at a cut. A message's length counts in
units of UTF-16 after its tags are read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from telegram.constants import FileSizeLimit, InlineKeyboardMarkupLimit, MessageLimit

from bot.channels.channel import Chat, Incoming, Rendered, Rendering
from bot.channels.telegram_finding import number_of
from bot.channels.telegram_payloads import callback_data
from bot.channels.telegram_receiving import CALLBACK, MESSAGE_ID, THREAD
from bot.channels.words import ENGLISH, attached_words, numbered, paragraphs, said_of, split
from bot.files import PICTURES
from knowledge.reply import Attached, Button, Card, Reply

AFTER = "after"  # in a body, for us: a message's number that was there before this one
ALT = "alt"  # in a body, for us: what stands instead of a file that is no more
ROW = 34  # characters of the titles that share a row
MOST_IN_ROW = 3
FEEDBACK = "feedback:"
NO_WORDS = "👇"  # above buttons that come alone: a message without words is refused
PHOTO_BYTES = int(FileSizeLimit.PHOTOSIZE_UPLOAD)
FILE_BYTES = int(FileSizeLimit.FILESIZE_UPLOAD)
_HEADING = re.compile(r"[^•–\d\s☐⚠👉🖼📄].{0,60}:")
_SOURCE = re.compile(r"(?:Nguồn|Source): .+")
_TAG = re.compile(r"<[^>]*>")
_LINK = re.compile(r'<a href="(?P<url>[^"]*)">(?P<words>.*?)</a>')


@dataclass(frozen=True)
class Added:
    """The few words that only Telegram needs."""

    give_contact: str
    give_location: str
    contact: str
    location: str
    had_contact: str
    had_location: str
    alone: str


VIETNAMESE_ADDED = Added(
    give_contact="Anh/chị bấm nút bên dưới để gửi số điện thoại của mình, hoặc gõ số cũng được.",
    give_location="Anh/chị bấm nút bên dưới để gửi vị trí, hoặc gõ tên xã, phường cũng được.",
    contact="📱 Gửi số điện thoại của tôi",
    location="📍 Gửi vị trí của tôi",
    had_contact="Đã nhận số điện thoại.",
    had_location="Đã nhận vị trí.",
    alone="Việc riêng thì anh/chị nhắn riêng cho tôi, đừng gửi trong nhóm nhé.",
)
ENGLISH_ADDED = Added(
    give_contact="Tap the button below to send your own telephone number, or type it.",
    give_location="Tap the button below to send your location, or type the name of your commune or ward.",
    contact="📱 Send my telephone number",
    location="📍 Send my location",
    had_contact="Got your telephone number.",
    had_location="Got your location.",
    alone="Please write to me alone about this, not in the group.",
)


def rendering(reply: Reply, chat: Chat, to: Incoming | None, newest: int | None) -> Rendering:
    """A reply as calls of the Bot API. newest: number of the newest message that is known in private chats."""
    added = ENGLISH_ADDED if said_of(reply) is ENGLISH else VIETNAMESE_ADDED
    rows, untold = _keyboard(reply.buttons)
    contents = list(_contents(reply, chat, untold, added))
    if rows:
        contents = contents or [_message(NO_WORDS)]
        contents[-1].body["reply_markup"] = {"inline_keyboard": rows}
    if keyboard := _asking_keyboard(reply, chat, added):
        contents.append(keyboard)
    common = _common(chat, to, newest)
    quoting = _quoting(chat, to)
    calls = [
        one.model_copy(update={"body": {**common, **({} if position else quoting), **one.body}})
        for position, one in enumerate(contents)
    ]
    return Rendering(messages=(*_tidying(to, added), *calls), menu=tuple(untold))


def plain(text: str) -> str:
    """HTML of ours as plain words, links with their addresses."""
    bare = _LINK.sub(lambda found: f"{found['words']}: {found['url']}", text)
    return html.unescape(_TAG.sub("", bare))


def utf16(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


# ---- the words and what is attached


def _contents(reply: Reply, chat: Chat, untold: Sequence[Button], added: Added) -> Iterator[Rendered]:
    blocks = paragraphs(reply)
    if untold:
        blocks.append(numbered(untold, said_of(reply)))
    if chat.group and (reply.wants_contact or reply.wants_location or reply.wants_file):
        blocks.append(added.alone)
    shown = [one for one in reply.attached if one.size <= FILE_BYTES]
    blocks += [attached_words(one, None, said_of(reply)) for one in reply.attached if one.size > FILE_BYTES]
    text = "\n\n".join(blocks)
    dress = _Dress(reply.card, said_of(reply).page)
    if len(shown) == 1 and 0 < utf16(text) <= MessageLimit.CAPTION_LENGTH:
        yield _file(shown[0], dress.html(text), f"{text}\n\n{attached_words(shown[0], None, said_of(reply))}")
        return
    for piece in split(text, MessageLimit.MAX_TEXT_LENGTH, utf16):
        yield _message(dress.html(piece))
    for one in shown:
        pieces = split(one.alt, MessageLimit.CAPTION_LENGTH, utf16) or [""]
        yield _file(one, html.escape(pieces[0], quote=False), attached_words(one, None, said_of(reply)))
        for piece in pieces[1:]:
            yield _message(html.escape(piece, quote=False))


def _message(text: str) -> Rendered:
    body = {"text": text, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
    return Rendered(call="sendMessage", body=body)


def _file(one: Attached, caption: str, alt: str) -> Rendered:
    photo = one.media_type in PICTURES and one.size <= PHOTO_BYTES
    body: dict[str, Any] = {"caption": caption, "parse_mode": "HTML"} if caption else {}
    body[ALT] = alt
    return Rendered(call="sendPhoto" if photo else "sendDocument", body=body, file=one.id, file_name=one.name)


@dataclass(frozen=True)
class _Dress:
    """Makes lines tidy: the title and headings bold, sources in italics, the official page a link."""

    card: Card | None
    page: str

    def html(self, text: str) -> str:
        return "\n".join(map(self._line, text.split("\n")))

    def _line(self, line: str) -> str:
        shown = html.escape(line, quote=False)
        if self.card and line == f"{self.page}: {self.card.page}":
            return f'<a href="{html.escape(self.card.page or "")}">{self.page}</a>'
        if _SOURCE.fullmatch(line):
            return f"<i>{shown}</i>"
        titled = self.card is not None and line.startswith(self.card.title) and self.card.code in line
        return f"<b>{shown}</b>" if titled or _HEADING.fullmatch(line) else shown


# ---- buttons


def _keyboard(buttons: Sequence[Button]) -> tuple[list[list[dict[str, str]]], list[Button]]:
    """Rows of inline buttons, and those that cannot be buttons here."""
    made: list[dict[str, str]] = []
    untold: list[Button] = []
    for button in buttons:
        data = callback_data(button.payload)
        if data is None or len(made) == InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER:
            untold.append(button)
        else:
            made.append({"text": button.title, "callback_data": data})
    return _in_rows(made), untold


def _in_rows(buttons: Sequence[dict[str, str]]) -> list[list[dict[str, str]]]:
    """Short titles share a row, long ones have one each, in their order."""
    rows: list[list[dict[str, str]]] = []
    for button in buttons:
        if rows and _fit([*rows[-1], button]):
            rows[-1].append(button)
        else:
            rows.append([button])
    return rows


def _fit(row: Sequence[dict[str, str]]) -> bool:
    """Whether they may stand side by side; whether it helped is a question for itself."""
    if len({button["callback_data"].startswith(FEEDBACK) for button in row}) > 1:
        return False
    return len(row) <= MOST_IN_ROW and len(row) * max(utf16(button["text"]) for button in row) <= ROW


def _asking_keyboard(reply: Reply, chat: Chat, added: Added) -> Rendered | None:
    """A message with a keyboard that shares the person's number or place with one tap; private chats only.

    Best effort: what is asked stands in the message before, and can be typed. Messages with such a keyboard cannot be
    changed, so a lost one could not be found.
    """
    if chat.group or not (reply.wants_contact or reply.wants_location):
        return None
    keys: list[list[dict[str, Any]]] = []
    if reply.wants_contact:
        keys.append([{"text": added.contact, "request_contact": True}])
    if reply.wants_location:
        keys.append([{"text": added.location, "request_location": True}])
    message = _message(added.give_contact if reply.wants_contact else added.give_location)
    markup = {"keyboard": keys, "resize_keyboard": True, "one_time_keyboard": True}
    return message.model_copy(update={"body": {**message.body, "reply_markup": markup}, "best_effort": True})


def _tidying(to: Incoming | None, added: Added) -> Iterator[Rendered]:
    """What goes first: the buttons of which one was tapped, and the keyboard whose key was used, are taken away."""
    if to is None:
        return
    if CALLBACK in to.details:
        body: dict[str, Any] = {"message_id": number_of(to.details[MESSAGE_ID])}
        yield Rendered(call="editMessageReplyMarkup", body=body, best_effort=True)
    if (to.contact or to.location) and not to.group:
        body = {"text": added.had_contact if to.contact else added.had_location}
        body["reply_markup"] = {"remove_keyboard": True}
        yield Rendered(call="sendMessage", body=body, best_effort=True)


# ---- what every call carries


def _common(chat: Chat, to: Incoming | None, newest: int | None) -> dict[str, Any]:
    asked = number_of(to.details[MESSAGE_ID]) if to and MESSAGE_ID in to.details else None
    known = [number for number in (asked, None if chat.group else newest) if number is not None]
    common: dict[str, Any] = {AFTER: max(known)} if known else {}
    if to and THREAD in to.details:
        common["message_thread_id"] = int(to.details[THREAD])
    return common


def _quoting(chat: Chat, to: Incoming | None) -> dict[str, Any]:
    """In a group an answer shows what it answers."""
    if not (chat.group and to and MESSAGE_ID in to.details):
        return {}
    number = number_of(to.details[MESSAGE_ID])
    return {"reply_parameters": {"message_id": number, "allow_sending_without_reply": True}}
