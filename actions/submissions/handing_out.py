"""What is handed out to be looked at or taken away: pictures, filled-in forms, QR codes."""

from __future__ import annotations

import io
from urllib.parse import urlsplit

import segno

from actions.submissions.file_tables import FileKind
from actions.submissions.files import Files, file_name
from actions.submissions.good_photo import ALT, NAME, good_photo
from knowledge.reply import Attached

PNG = "image/png"
QR_SCALE = 8  # pixels of each dot
QR_BORDER = 4  # dots that stay white around it, as readers need


def hand_out(files: Files, conversation: str, name: str, media_type: str, content: bytes, *, alt: str = "") -> Attached:
    """Keeps what was made for a citizen; how a reply names it. Raises DatabaseUnavailable."""
    number = files.keep(conversation, name, media_type, content, kind=FileKind.MADE)
    return Attached(id=number, name=file_name(name, media_type), media_type=media_type, size=len(content), alt=alt)


def sample(files: Files, conversation: str) -> Attached:
    """A drawing of a good photo, for those whose photo is not."""
    return hand_out(files, conversation, NAME, PNG, good_photo(), alt=ALT)


def qr_png(link: str) -> bytes:
    """A QR code of a link, as PNG, black on white, to be scanned from a screen or from paper."""
    content = io.BytesIO()
    segno.make(link, error="m", micro=False).save(content, kind="png", scale=QR_SCALE, border=QR_BORDER)
    return content.getvalue()


def qr_alt(link: str) -> str:
    """What the QR code of a link is, in words."""
    return f"Mã QR để mở trang {urlsplit(link).hostname or link[:60]} trên điện thoại"
