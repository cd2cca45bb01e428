"""Errors of our access to Zalo. Their texts are for operators and hold no token.

ZaloError
├── ZaloNotAuthorised    Z101  nobody has let this application speak for the Official Account yet
├── ZaloRefreshRefused   Z102  the service takes the refresh token no more: an operator must authorise again
├── ZaloAuthAway         Z103  the service that gives tokens does not answer, or somebody else asks it just now
├── ZaloCodeRefused      Z104  the code of an authorisation was not taken
├── ZaloBadRedirect      Z105  what was pasted is no answer to this authorisation
└── ZaloJournalUnwritable Z106  an answer could not be kept safely, so no token was spent
"""

from __future__ import annotations


class ZaloError(Exception):
    """Base. code: stable, for logs and documentation."""

    code = "Z000"

    def __str__(self) -> str:
        return f"[{self.code}] {super().__str__()}"


class ZaloNotAuthorised(ZaloError):
    """Nobody has let this application speak for the Official Account yet: `python -m bot zalo authorise`."""

    code = "Z101"


class ZaloRefreshRefused(ZaloError):
    """The service takes the refresh token no more: `python -m bot zalo authorise`. Messages wait meanwhile."""

    code = "Z102"


class ZaloAuthAway(ZaloError):
    """The service that gives tokens does not answer, or another process asks it just now: again, after a while."""

    code = "Z103"


class ZaloCodeRefused(ZaloError):
    """The code of an authorisation was not taken: it lives for ten minutes and works once."""

    code = "Z104"


class ZaloBadRedirect(ZaloError):
    """What was pasted is no answer to this authorisation: no code in it, or another state."""

    code = "Z105"


class ZaloJournalUnwritable(ZaloError):
    """The folder for answers cannot be written, so no token was spent: check the rights and the disk."""

    code = "Z106"
