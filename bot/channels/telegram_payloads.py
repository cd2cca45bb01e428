"""What a button's payload looks like in Telegram's callback data, which has 1 to 64 bytes.

What fits goes as it is. What is longer is pressed, in a way that any process can undo at any time: nothing needs to be
remembered. What does not fit even so has no button; its title stands in a numbered menu.
"""

from __future__ import annotations

import base64
import re
import zlib

from knowledge.reply import PAYLOAD

LONGEST = 64  # bytes
PRESSED = "~1"  # begins no payload. With other WORDS it must become another, and this one still be read
MOST = 512  # characters of a payload that was pressed, at most
# What payloads are made of, what is frequent last. Buttons that people still see were pressed with it: keep it so.
WORDS = (
    b"dossier:follow:file:survey:consent:place:option:field:form:start:intent:feedback:procedure:"
    b"truc-tiep-buu-chinh-truc-tuyen-giay-to-ho-khau-thuong-tru-tam-tru-ket-hon-ly-hon-khai-sinh-khai-tu-giam-ho-"
    b"nuoc-ngoai-viet-nam-nguoi-cha-me-con-nha-dat-o-co-khong-chua-da-dang-duoc-mot-hai-ben-cua-va-hoac-la-thuoc-"
    b"aspects:documents,fees,time_limit,where,steps,conditions,form,legal_basis,result,online"
    b"case:answer:=co=khong=chua"
)


def callback_data(payload: str) -> str | None:
    """A payload as callback data; None where it cannot be made to fit."""
    if len(payload.encode()) <= LONGEST:
        return payload
    press = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=WORDS)
    pressed = PRESSED + base64.b85encode(press.compress(payload.encode()) + press.flush()).decode()
    return pressed if len(pressed) <= LONGEST else None


def payload_of(data: str) -> str | None:
    """The payload that callback data stands for; None where it is none of ours, as anybody can send any data."""
    payload = _unpressed(data[len(PRESSED) :]) if data.startswith(PRESSED) else data
    return payload if payload is not None and re.fullmatch(PAYLOAD, payload) else None


def _unpressed(pressed: str) -> str | None:
    try:
        unpress = zlib.decompressobj(-zlib.MAX_WBITS, zdict=WORDS)
        return unpress.decompress(base64.b85decode(pressed), MOST).decode("ascii")
    except (ValueError, zlib.error):  # UnicodeDecodeError is a ValueError
        return None
