"""Errors of the room for personal data.

PrivacyError
└── ConsentUnusable  P201  data/consent.yml cannot be used
"""

from __future__ import annotations


class PrivacyError(Exception):
    """Base. code: stable, for logs and documentation. The text holds nothing personal."""

    code = "P000"

    def __str__(self) -> str:
        return f"[{self.code}] {super().__str__()}"


class ConsentUnusable(PrivacyError):
    """data/consent.yml cannot be used; the message names the field."""

    code = "P201"
