"""Seals what is remembered outside of the process, and names conversations without telling whose they are.

With the keys of the actions' vault (MOTCUA_VAULT_KEY, else the file var/vault-key that the actions make): the first
seals, all of them open. What one machine sealed, the others must open, so on several machines the setting is needed.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import zlib
from pathlib import Path
from typing import Any, List, Mapping, Optional, Sequence, Text

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from rasa.shared.exceptions import RasaException

SETTING = "MOTCUA_VAULT_KEY"
KEY_FILE = Path(__file__).resolve().parent.parent / "var" / "vault-key"
FAST = 1  # of zlib's levels: what is remembered becomes a fifth of its size


class NoKey(RasaException):
    """There is no key, or none as Fernet wants it."""


class Seal:
    """keys: Fernet keys, the one that seals first. The last one makes the names, so they outlive a new key."""

    def __init__(self, keys: Sequence[Text]) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError as error:
            raise NoKey(f"{SETTING}: each key is 44 characters, as Fernet.generate_key() makes them.") from error
        self._name_key = hashlib.sha256(b"conversations:" + keys[-1].encode()).digest()

    def seal(self, content: bytes) -> bytes:
        """Smaller, and unreadable without a key."""
        return self._fernet.encrypt(zlib.compress(content, FAST))

    def open(self, sealed: bytes) -> Optional[bytes]:
        """What was sealed; None if no key opens it."""
        try:
            return zlib.decompress(self._fernet.decrypt(sealed))
        except InvalidToken:
            return None

    def name(self, conversation: Text) -> Text:
        """A keyed hash: the same for the same conversation."""
        return hmac.new(self._name_key, conversation.encode(), hashlib.sha256).hexdigest()


def seal_here(environ: Optional[Mapping[Text, Any]] = None, key_file: Path = KEY_FILE) -> Seal:
    """The seal with the keys of this installation. Raises NoKey."""
    given = (os.environ if environ is None else environ).get(SETTING) or ""
    if not given and key_file.is_file():
        given = key_file.read_text(encoding="ascii")
    keys: List[Text] = [key.strip() for key in given.split(",") if key.strip()]
    if not keys:
        raise NoKey(f"{SETTING} is not set; what is remembered for several processes cannot be sealed.")
    return Seal(keys)
