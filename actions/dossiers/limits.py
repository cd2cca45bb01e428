"""How often somebody may try to open a dossier: counts in the database, shared by all processes.

An attempt is counted as a failure before anything is looked up, and taken back if it succeeds: so attempts at the same
time get no more tries than one after the other, and a crash gives none away.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from actions.dossiers.access_settings import AccessSettings
from actions.dossiers.access_tables import Subject, TriesRow
from storage.work import rows_changed

DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 1440))  # the last one for all that follow
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
TWO_DAYS = timedelta(days=2)  # longer than the longest wait, which would else end the count
A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Rule:
    """free: failures before the first wait. forgiven: after this long without a failure the count begins anew.

    within: as long as nobody had to wait, failures older than this do not count either.
    """

    free: int
    forgiven: timedelta
    within: timedelta | None = None


@dataclass(frozen=True)
class Charge:
    """What came of counting an attempt.

    wait: seconds that must pass first; nothing was counted then, and nothing may be looked up. None: go on.
    wait_after: seconds to wait if the attempt fails. flooded: more failures of all together than the ceiling.
    """

    wait: int | None = None
    wait_after: int | None = None
    flooded: bool = False
    names: Mapping[Subject, str] = field(default_factory=dict)
    locks: Mapping[Subject, datetime] = field(default_factory=dict)


class Limits:
    """The rules, and the counts in a session of the database."""

    def __init__(self, settings: AccessSettings) -> None:
        self._ceiling = settings.access_ceiling
        self._rules = {
            Subject.ADDRESS: Rule(settings.access_free_tries_address, TWO_DAYS, HOUR),
            Subject.CODE: Rule(settings.access_free_tries_code, A_WEEK),
            Subject.PERSON: Rule(settings.access_free_tries, TWO_DAYS),
        }

    def charge(self, session: Session, names: Mapping[Subject, str], now: datetime) -> Charge:
        """Counts an attempt of these, unless one of them must wait. What has no name is not counted."""
        everyone = _row(session, Subject.EVERYONE, "", now)
        rows = {kind: _row(session, kind, names[kind], now) for kind in self._rules if names.get(kind)}
        until = [row.locked for row in rows.values() if row.locked and row.locked > now]
        if until:
            return Charge(wait=_seconds(max(until) - now))
        if now - everyone.since >= MINUTE:
            everyone.failures, everyone.since = 0, now
        everyone.failures += 1
        everyone.last = now
        flooded = everyone.failures > self._ceiling
        locks = {kind: lock for kind, row in rows.items() if (lock := self._count(row, now, flooded=flooded))}
        after = _seconds(max(locks.values()) - now) if locks else None
        return Charge(wait_after=after, flooded=flooded, names=dict(names), locks=locks)

    def give_back(self, session: Session, charge: Charge, now: datetime, *, succeeded: bool) -> None:
        """Takes an attempt out of the counts; after a success the person begins anew."""
        for kind in Subject:
            name = "" if kind is Subject.EVERYONE else charge.names.get(kind)
            row = session.get(TriesRow, (kind, name), with_for_update=True) if name is not None else None
            if row is None:
                continue
            row.failures = max(0, row.failures - 1)
            if row.locked is not None and row.locked == charge.locks.get(kind):
                row.locked = None
            if succeeded and kind is Subject.PERSON:
                row.failures, row.since, row.locked = 0, now, None

    def forget(self, session: Session, now: datetime) -> int:
        """Deletes the counts that no longer count. How many they were."""
        return rows_changed(session, delete(TriesRow).where(TriesRow.last < now - A_WEEK - DELAYS[-1]))

    def _count(self, row: TriesRow, now: datetime, *, flooded: bool) -> datetime | None:
        """Counts a failure. Until when this row is locked because of it, if at all."""
        rule = self._rules[row.kind]
        old = now - row.last >= rule.forgiven
        if old or (rule.within and row.failures < rule.free and now - row.since >= rule.within):
            row.failures, row.since = 0, now
        row.failures += 1
        row.last = now
        free = 1 if flooded and row.kind is Subject.PERSON else rule.free
        beyond = row.failures - free
        row.locked = None if beyond < 0 else now + DELAYS[min(beyond, len(DELAYS) - 1)]
        return row.locked


def _row(session: Session, kind: Subject, name: str, now: datetime) -> TriesRow:
    """The row, held until the end of the transaction. Two who make it at once are told apart by its key."""
    row = session.get(TriesRow, (kind, name), with_for_update=True)
    if row is None:
        row = TriesRow(kind=kind, name=name, failures=0, since=now, last=now)
        session.add(row)
        session.flush()
    return row


def _seconds(length: timedelta) -> int:
    return math.ceil(length.total_seconds())
