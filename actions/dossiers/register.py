"""What every register of dossiers can do: the one interface between the assistant and the province's system."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from actions.dossiers.dossier import Dossier, Draft, DraftRequest


class Register(Protocol):
    """A register of dossiers. demonstration: its dossiers are made up, and every reply must say so."""

    name: str
    demonstration: bool

    @property
    def last_seen(self) -> datetime | None:
        """When it last answered; None: never since this process started."""

    async def find(self, code: str) -> Dossier:
        """The dossier of a code (upper case, ASCII hyphens). Raises NoSuchDossier, RegisterAway and the like."""

    async def draft(self, request: DraftRequest) -> Draft:
        """Makes a draft, or gives the one that was made with the same key before.

        Raises DraftsNotTaken, DraftRefused, RegisterAway and the like.
        """

    async def close(self) -> None:
        """Closes connections."""
