"""Names of files: made safe to pass on, and how they stand in a Content-Disposition header."""

from __future__ import annotations

import re
from email.message import Message
from pathlib import PurePosixPath
from urllib.parse import quote, unquote

from bot.messages import clean

LONGEST = 120  # characters, as in knowledge/reply.py
NAMELESS = "tệp"
_IN_UNICODE = re.compile(r"filename\*\s*=\s*utf-8'[^']*'(?P<name>[^;\s]+)", re.IGNORECASE)


def file_name(name: str) -> str:
    """A name without folders and control characters, not too long; its ending stays."""
    last = clean(re.split(r"[/\\]", name)[-1].replace("\n", " ").replace("\t", " "))
    if len(last) > LONGEST:
        ending = PurePosixPath(last).suffix[:12]
        last = last[: LONGEST - len(ending)] + ending
    return last or NAMELESS


def disposition(place: str, name: str) -> str:
    """The header for a file. place: inline or attachment."""
    return f"{place}; filename*=UTF-8''{quote(file_name(name), safe='')}"


def named_in(disposition: str) -> str | None:
    """The name in a header, of two names the one in Unicode; None if there is none."""
    if in_unicode := _IN_UNICODE.search(disposition):
        return unquote(in_unicode["name"], errors="replace")
    message = Message()
    message["content-disposition"] = disposition
    return message.get_filename() or None
