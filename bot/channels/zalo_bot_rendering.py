"""A reply as the Zalo bot sends it: text without buttons, pictures by their address, documents as links."""

from __future__ import annotations

from bot.channels.channel import Rendered, Rendering
from bot.channels.words import ENGLISH, PICTURES, Said, attached_words, said_of, split, told
from knowledge.reply import Attached, Reply

LONGEST = 2000  # characters of a text or a caption (facts A4)
CAPTION = 1500  # so that the picture's address fits beside it where the picture itself is refused
FILES = "/api/files/"

NO_FILE = "Ở đây tôi chưa gửi được tệp này. Anh/chị mở trợ lý trên trang web để tải về."
ONLY_PICTURES = "📷 Ở đây tôi nhận được ảnh, chưa nhận được tệp PDF."
ONLY_WORDS = "📍 Ở đây tôi chưa nhận được vị trí. Anh/chị gõ tên xã, phường giúp nhé."
IN_ENGLISH = {
    NO_FILE: "I cannot send this file here. Please open the assistant on the website to download it.",
    ONLY_PICTURES: "📷 I can take pictures here, but no PDF files.",
    ONLY_WORDS: "📍 I cannot take a position here. Please type the name of the commune or ward.",
}


def length(text: str) -> int:
    """Characters as a service in Java counts them, which this one seems to be: never fewer than Python does."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def rendered(reply: Reply, public_url: str) -> Rendering:
    """A reply in calls of the service. public_url: where our files can be fetched; empty: nowhere."""
    said = said_of(reply)
    shown = [one for one in reply.attached if one.media_type in PICTURES and public_url]
    beside = [_in_words(one, public_url, said) for one in reply.attached if one not in shown]
    whole = told(reply, [*beside, *_hints(reply, said)])
    texts = split("\n\n".join(whole.paragraphs), LONGEST, length)
    messages = [_text(text) for text in texts]
    for one in shown:
        messages += _picture(one, f"{public_url}{FILES}{one.id}")
    return Rendering(messages=tuple(messages), menu=whole.menu)


def in_words(picture: Rendered) -> Rendered:
    """A picture that the service did not take, as its words and its address."""
    return _text(f"🖼 {picture.body['caption']}\n{picture.body['photo']}")


def _text(text: str) -> Rendered:
    return Rendered(call="sendMessage", body={"text": text})


def _picture(one: Attached, address: str) -> list[Rendered]:
    caption, *more = split(one.alt or one.name, CAPTION, length)
    return [Rendered(call="sendPhoto", body={"photo": address, "caption": caption}), *map(_text, more)]


def _in_words(one: Attached, public_url: str, said: Said) -> str:
    words = attached_words(one, f"{public_url}{FILES}{one.id}" if public_url else None, said)
    return words if public_url or one.media_type in PICTURES else f"{words}\n{_in(said, NO_FILE)}"


def _hints(reply: Reply, said: Said) -> list[str]:
    """What can be sent here, where something is asked for."""
    hints = ((reply.wants_file, ONLY_PICTURES), (reply.wants_location, ONLY_WORDS))
    return [_in(said, hint) for wanted, hint in hints if wanted]


def _in(said: Said, text: str) -> str:
    return IN_ENGLISH[text] if said is ENGLISH else text
