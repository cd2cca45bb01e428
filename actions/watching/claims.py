"""Which followed dossier is to be looked at next, and what is noted after the look.

A row is claimed before the look: of several processes one gets it, and if that one dies, the claim runs out.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session

from actions.database.work import Database
from actions.watching.following import Kept
from actions.watching.settings import WatchSettings
from actions.watching.tables import FollowingRow, ReturnRow
from storage.vault import Vault
from storage.work import rows_changed

LEASE = timedelta(minutes=2)  # longer than any look; after a crash somebody else looks then
FIRST_WAIT = 60.0  # seconds after a look that failed, doubled each time
LONGEST_WAIT = 3600.0


@dataclass(frozen=True)
class Claim:
    """A followed dossier that is ours to look at."""

    id: int
    lease: str
    sealed: str = field(repr=False)


@dataclass(frozen=True)
class Waiting:
    """A conversation that waits for the province's system. named: its name in the vault."""

    named: str
    sealed: str = field(repr=False)
    since: datetime


class Claims:
    """Gives out dossiers to look at. All raise DatabaseUnavailable. now: the clock, with a time zone."""

    def __init__(
        self, database: Database, vault: Vault, now: Callable[[], datetime], *, settings: WatchSettings
    ) -> None:
        self._database = database
        self._vault = vault
        self._now = now
        self._every = float(settings.watch_seconds)
        self._after_the_end = timedelta(days=settings.watch_after_days)
        self._longest = timedelta(days=settings.watch_longest_days)

    def claim(self) -> Claim | None:
        """The dossier that waits longest for a look, now ours; None: none is to be looked at."""
        now = self._now()
        free = or_(FollowingRow.leased_until.is_(None), FollowingRow.leased_until <= now)
        longest_waiting = (
            select(FollowingRow)
            .where(FollowingRow.next_look <= now, FollowingRow.ends > now, free)
            .order_by(FollowingRow.next_look, FollowingRow.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )

        def work(session: Session) -> Claim | None:
            row = session.scalar(longest_waiting)
            if row is None:
                return None
            row.lease, row.leased_until = secrets.token_hex(16), now + LEASE
            return Claim(row.id, row.lease, row.sealed)

        return self._database.do(work)

    def opened(self, claim: Claim) -> Kept:
        """Conversation and code. Raises VaultLocked."""
        return Kept.model_validate_json(self._vault.open(claim.sealed))

    def settle(self, claim: Claim, ended: bool, note: Callable[[Session, FollowingRow], bool]) -> bool:
        """Notes a look, in one transaction with what `note` writes; gives what that gives.

        False without calling it if the claim ran out meanwhile or the subscription was ended. ended: whether nothing
        more will happen to the dossier.
        """
        now = self._now()

        def work(session: Session) -> bool:
            row = session.scalar(_claimed(claim))
            if row is None:
                return False
            written = note(session, row)
            row.lease, row.leased_until, row.tries = None, None, 0
            row.next_look = now + timedelta(seconds=self._every)
            row.ends = min(row.ends, now + self._after_the_end) if ended else row.since + self._longest
            return written

        return self._database.do(work)

    def postpone(self, claim: Claim) -> None:
        """Notes that a look failed; the next one is later, each time twice as much."""
        now = self._now()

        def work(session: Session) -> None:
            row = session.scalar(_claimed(claim))
            if row is None:
                return
            wait = min(self._every, FIRST_WAIT) * 2 ** min(row.tries, 20)
            row.lease, row.leased_until, row.tries = None, None, row.tries + 1
            row.next_look = now + timedelta(seconds=min(wait, max(LONGEST_WAIT, self._every)))

        self._database.do(work)

    def waiting(self) -> list[Waiting]:
        """Who waits for the province's system, the longest waiting first."""
        wanted = select(ReturnRow).order_by(ReturnRow.since)
        rows = self._database.do(lambda session: session.scalars(wanted).all())
        return [Waiting(row.conversation, row.sealed, row.since) for row in rows]

    def settle_return(self, waiting: Waiting, note: Callable[[Session, str], bool]) -> bool:
        """Ends the waiting, in one transaction with what `note` writes for the conversation; gives what that gives."""
        conversation = self._vault.open(waiting.sealed)
        ours = delete(ReturnRow).where(ReturnRow.conversation == waiting.named, ReturnRow.since == waiting.since)
        return self._database.do(lambda session: rows_changed(session, ours) == 1 and note(session, conversation))


def _claimed(claim: Claim) -> Select[FollowingRow]:
    return select(FollowingRow).where(FollowingRow.id == claim.id, FollowingRow.lease == claim.lease).with_for_update()
