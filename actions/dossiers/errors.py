"""Errors of the register of dossiers. Each has a stable code and says what is wrong and what to do.

DossierError
├── RegisterAway     R101  the province's system does not answer, or not in time
├── RegisterRefuses  R102  it refuses our name or token, or our request
├── RegisterStrange  R103  it answers with something that is not of the agreed form
├── NoSuchDossier    R201  it knows no dossier of this code
├── NotOpened        R202  the conversation has not proved this dossier its own, or too long ago
├── DraftsNotTaken   R301  it takes no drafts
├── DraftRefused     R302  it refuses this draft, with a reason
├── SettingMissing   R401  a setting that the chosen register needs is not set
└── NothingNext      R501  the sandbox has no next step for this dossier
"""

from __future__ import annotations

from datetime import datetime


class DossierError(Exception):
    """Base. code: stable, for logs and documentation. The text holds nothing personal."""

    code = "R000"

    def __str__(self) -> str:
        return f"[{self.code}] {super().__str__()}"


class RegisterAway(DossierError):
    """The province's system does not answer, or not in time. last_seen: when it last did, if it ever did.

    retry_after: seconds for which it asks to be left alone.
    """

    code = "R101"

    def __init__(self, message: str, *, last_seen: datetime | None = None, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.last_seen = last_seen
        self.retry_after = retry_after


class RegisterRefuses(DossierError):
    """The province's system refuses our name or token, or our request: check the settings."""

    code = "R102"


class RegisterStrange(DossierError):
    """The province's system answers with something that is not of the agreed form."""

    code = "R103"


class NoSuchDossier(DossierError):
    """The register knows no dossier of this code."""

    code = "R201"


class NotOpened(DossierError):
    """The conversation has not proved this dossier its own, or too long ago: it must be opened again with the proof."""

    code = "R202"


class DraftsNotTaken(DossierError):
    """This register takes no drafts: the citizen gets the filled-in form instead."""

    code = "R301"


class DraftRefused(DossierError):
    """The register refuses this draft. The message says why, in words for the citizen."""

    code = "R302"


class SettingMissing(DossierError):
    """A setting that the chosen register needs is not set; the message names it."""

    code = "R401"


class NothingNext(DossierError):
    """The sandbox has no next step for this dossier: it has ended, or no script leads on from its status."""

    code = "R501"
