"""Buttons of the kind oa.query.hide: what is tapped comes back as a text, which nobody else can write.

Zalo sends the payload of such a button as a message of the person, without any sign that it was a button. So the
payload carries a code that only we can make, for this person, and the title, which is not told otherwise.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from bot.messages import RASAS_OWN
from knowledge.reply import PAYLOAD, Button

MARK = "#"
DIGITS = 16  # of the code
_TAP = re.compile(rf"{MARK}(?P<code>[0-9a-f]{{{DIGITS}}}) (?P<payload>\S+) (?P<title>.+)", re.DOTALL)


class Taps:
    """Writes and reads such payloads. secret: of ours; with another one, old buttons become plain words."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"taps:" + secret.encode()).digest()

    def wrapped(self, button: Button, person: str) -> str:
        """What the button says when this person taps it."""
        return f"{MARK}{self._code(person, button.payload, button.title)} {button.payload} {button.title}"

    def unwrapped(self, text: str, person: str) -> tuple[str | None, str]:
        """The payload, if this text is of a button of ours, and the words of the person: its title, or the text."""
        found = _TAP.fullmatch(text)
        if not found or not re.fullmatch(PAYLOAD, found["payload"]):
            return None, text
        code = self._code(person, found["payload"], found["title"])
        if not hmac.compare_digest(code, found["code"]) or found["payload"] in RASAS_OWN:
            return None, found["title"]
        return found["payload"], found["title"]

    def _code(self, *of: str) -> str:
        return hmac.new(self._key, "\0".join(of).encode(), hashlib.sha256).hexdigest()[:DIGITS]
