"""Errors of what things are kept in.

StorageError
├── DatabaseUnavailable  A101  it cannot be opened, read or written
└── VaultLocked          P101  what is kept sealed cannot be opened with the keys that are set
"""

from __future__ import annotations


class StorageError(Exception):
    """Base. code: stable, for logs and documentation. The text holds nothing that a citizen wrote."""

    code = "A000"

    def __str__(self) -> str:
        return f"[{self.code}] {super().__str__()}"


class DatabaseUnavailable(StorageError):
    """The database cannot be opened, read or written: check its URL in the settings, the rights and the disk."""

    code = "A101"


class VaultLocked(StorageError):
    """None of the keys opens it: put the former key behind the new one in MOTCUA_VAULT_KEY."""

    code = "P101"
