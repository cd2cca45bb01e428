"""Errors of the database that the actions keep things in.

DatabaseError
└── DatabaseUnavailable  A101  it cannot be opened, read or written
"""

from __future__ import annotations


class DatabaseError(Exception):
    """Base. code: stable, for logs and documentation. The text holds nothing that a citizen wrote."""

    code = "A000"

    def __str__(self) -> str:
        return f"[{self.code}] {super().__str__()}"


class DatabaseUnavailable(DatabaseError):
    """The database cannot be opened, read or written: check MOTCUA_DATABASE, the rights and the disk."""

    code = "A101"
