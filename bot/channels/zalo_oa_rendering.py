"""A reply as messages of a Zalo Official Account: texts of 2,000 characters, five buttons, pictures, files."""

from __future__ import annotations

import secrets
from typing import Any

from bot.channels.channel import Chat, Incoming, Rendered, Rendering
from bot.channels.words import ENGLISH, PICTURES, Said, attached_words, paragraphs, said_of, split, told
from bot.channels.zalo_taps import Taps
from knowledge.reply import Attached, Reply

TEXT, PICTURE, FILE, CONTACT = "text", "image", "file", "contact"
LONGEST = 2000
MOST_BUTTONS = 5
LARGEST_FILE = 5_000_000  # bytes; whether a MB is a little more over there is not said
FILES = (
    "application/pdf",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "text/csv",
)
CHOOSE = ("Mời anh/chị chọn:", "Please choose:")
PLACE = (
    "Anh/chị có thể gửi vị trí của mình ngay trong khung chat này.",
    "You can send your location right here in this chat.",
)
CONTACT_TITLE = ("Gửi số điện thoại", "Share your phone number")
CONTACT_WORDS = (
    "Anh/chị bấm vào đây nếu muốn gửi số điện thoại của mình cho trợ lý.",
    "Tap here if you want to share your phone number with the assistant.",
)


def characters(text: str) -> int:
    """As the service may count them, which is not documented: the stricter way, UTF-16, where 😀 is two."""
    return len(text.encode("utf-16-le")) // 2


class Renderer:
    """Renders. public_url: our own address, for files that the service does not take; empty: they have no link."""

    def __init__(self, taps: Taps, public_url: str = "", contact_picture: str = "") -> None:
        self._taps = taps
        self._public_url = public_url
        self._contact_picture = contact_picture

    def render(self, reply: Reply, chat: Chat, to: Incoming | None) -> Rendering:
        """The messages of a reply. Who did not ask (to is None) gets a notice, which send() holds back at night."""
        said = said_of(reply)
        tapped = len(reply.buttons) <= MOST_BUTTONS
        blocks = paragraphs(reply) if tapped else told(reply).paragraphs
        buttons = self._buttons(reply, chat) if tapped else []
        page = reply.card.page if reply.card else None
        if page and len(buttons) < MOST_BUTTONS:
            line = f"{said.page}: {page}"
            blocks = [block for block in blocks if block != line]
            buttons.append({"title": said.page, "type": "oa.open.url", "payload": {"url": page}})
        blocks += self._added(reply, said)
        if buttons and not blocks:
            blocks = [_in(said, CHOOSE)]
        texts: list[dict[str, Any]] = [{"text": piece} for piece in split("\n\n".join(blocks), LONGEST, characters)]
        if buttons:
            texts[-1]["attachment"] = {"type": "template", "payload": {"buttons": buttons}}
        written = [Rendered(call=TEXT, body={"message": text}) for text in texts]
        attached = [_attached(one) for one in reply.attached if _is_taken(one)]
        asked = [self._contact(said)] if reply.wants_contact else []
        place = len(written) - 1 if reply.buttons else len(written)  # what can be tapped stands last
        messages = (*written[:place], *attached, *written[place:], *asked)
        notice = {"notice": {"last": chat.last.isoformat() if chat.last else None}} if to is None else {}
        return Rendering(
            messages=tuple(_named(message, notice) for message in messages), menu=() if tapped else reply.buttons
        )

    def _buttons(self, reply: Reply, chat: Chat) -> list[dict[str, Any]]:
        return [
            {"title": button.title, "type": "oa.query.hide", "payload": self._taps.wrapped(button, chat.chat)}
            for button in reply.buttons
        ]

    def _added(self, reply: Reply, said: Said) -> list[str]:
        """Paragraphs for what cannot be shown: files of other kinds, a button that shares a place."""
        others = [one for one in reply.attached if not _is_taken(one)]
        words = [attached_words(one, self._address(one), said) for one in others]
        return [*words, *([_in(said, PLACE)] if reply.wants_location else [])]

    def _address(self, one: Attached) -> str | None:
        return f"{self._public_url}/api/files/{one.id}" if self._public_url else None

    def _contact(self, said: Said) -> Rendered:
        """The form that gives the telephone number. Without it the person types the number, so it may fail."""
        element = {"title": _in(said, CONTACT_TITLE), "subtitle": _in(said, CONTACT_WORDS)}
        if self._contact_picture:
            element["image_url"] = self._contact_picture
        payload = {"template_type": "request_user_info", "elements": [element]}
        message = {"attachment": {"type": "template", "payload": payload}}
        return Rendered(call=CONTACT, body={"message": message}, best_effort=True)


def _attached(one: Attached) -> Rendered:
    return Rendered(call=PICTURE if one.media_type in PICTURES else FILE, body={}, file=one.id, file_name=one.name)


def _named(message: Rendered, notice: dict[str, Any]) -> Rendered:
    """With a name of its own, by which the call is told from one that says the same."""
    return message.model_copy(update={"body": {**message.body, **notice, "ours": secrets.token_hex(16)}})


def _is_taken(one: Attached) -> bool:
    """Pictures are made smaller where they must; files are taken as they are or not at all."""
    return one.media_type in PICTURES or (one.media_type in FILES and one.size <= LARGEST_FILE)


def _in(said: Said, words: tuple[str, str]) -> str:
    return words[1] if said is ENGLISH else words[0]
