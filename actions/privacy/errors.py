"""Errors of the room for personal data.

PrivacyError
├── VaultLocked      P101  what is kept sealed cannot be opened with the keys that are set
└── ConsentUnusable  P201  data/consent.yml cannot be used
"""

from __future__ import annotations


class PrivacyError(Exception):
    """Base. code: stable, for logs and documentation. The text holds nothing personal."""

    code = "P000"

    def __str__(self) -> str:
        return f"[{self.code}] {super().__str__()}"


class VaultLocked(PrivacyError):
    """None of the keys opens it: put the former key behind the new one in MOTCUA_VAULT_KEY."""

    code = "P101"


class ConsentUnusable(PrivacyError):
    """data/consent.yml cannot be used; the message names the field."""

    code = "P201"
