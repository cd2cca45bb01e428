"""Seals what is personal before it is stored, and names conversations and dossiers without telling which they are.

Fernet of the library `cryptography` (AES-128-CBC with HMAC-SHA256); the first key seals, all of them open, so a key is
changed by putting a new one in front.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from storage.errors import VaultLocked

HASH_LENGTH = 32  # hexadecimal characters


class Vault:
    """Keys of this installation. keys: Fernet keys (44 characters of URL-safe base64), the one that seals first."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._name_key = hashlib.sha256(b"names:" + keys[-1].encode()).digest()

    def seal(self, text: str) -> str:
        """The text, unreadable without a key."""
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """The text that was sealed. Raises VaultLocked."""
        return self.open_bytes(sealed.encode("ascii")).decode()

    def seal_bytes(self, content: bytes) -> bytes:
        """The content, unreadable without a key; a third longer."""
        return self._fernet.encrypt(content)

    def open_bytes(self, sealed: bytes) -> bytes:
        """The content that was sealed. Raises VaultLocked."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise VaultLocked("None of the keys in MOTCUA_VAULT_KEY opens this.") from error

    def name(self, *of: str) -> str:
        """A keyed hash: the same for the same, and nobody without the keys finds out whose it is.

        The last key makes it, so it stays the same when a new key is put in front.
        """
        return hmac.new(self._name_key, "\0".join(of).encode(), hashlib.sha256).hexdigest()[:HASH_LENGTH]


def kept_key(path: Path) -> str:
    """The key in a file that only this user reads. Of several processes that find none, the first makes it for all."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, written = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key())
        with contextlib.suppress(FileExistsError):
            os.link(written, path)
        Path(written).unlink()
    return path.read_text(encoding="ascii").strip()
