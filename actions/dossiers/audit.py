"""The audit trail: who tried to see which dossier, and what came of it. Without codes, names or texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ConfigDict
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from actions.database.work import Database
from actions.dossiers.access_tables import AuditRow, Outcome
from storage.vault import Vault
from storage.work import rows_changed

FAILURES = (Outcome.REFUSED, Outcome.LOCKED, Outcome.UNREADABLE)


class Entry(BaseModel):
    """One line of the trail. conversation, address, dossier: keyed hashes, empty where there is none."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    at: datetime
    outcome: Outcome
    conversation: str
    address: str
    dossier: str


class Suspect(BaseModel):
    """A network address with many failures. dossiers: how many different codes it tried."""

    model_config = ConfigDict(frozen=True)

    address: str
    failures: int
    dossiers: int
    last: datetime


class Names(BaseModel):
    """Under which names somebody and a dossier stand in the database: keyed hashes."""

    model_config = ConfigDict(frozen=True)

    conversation: str = ""
    address: str = ""
    dossier: str = ""


def names_of(vault: Vault, *, conversation: str = "", address: str = "", code: str = "") -> Names:
    """The names of a conversation (Rasa's sender), an address and a code; what is empty has none."""
    return Names(
        conversation=vault.name("conversation", conversation) if conversation else "",
        address=vault.name("address", address) if address else "",
        dossier=vault.name("dossier", code) if code else "",
    )


def write(session: Session, at: datetime, outcome: Outcome, names: Names) -> None:
    """Adds a line within a transaction, so that nothing is shown of which the trail does not tell."""
    session.add(AuditRow(at=at, outcome=outcome, **names.model_dump()))


def _clock() -> datetime:
    return datetime.now(UTC)


class Audit:
    """The trail, for other rooms and for commands. Calls are short and may come from any thread."""

    def __init__(self, database: Database, vault: Vault, now: Callable[[], datetime] = _clock) -> None:
        self._database = database
        self._vault = vault
        self._now = now

    def note(self, outcome: Outcome, *, conversation: str = "", address: str = "", code: str = "") -> None:
        """Adds a line; conversation, address and code are given plain and kept as hashes."""
        names, now = names_of(self._vault, conversation=conversation, address=address, code=code), self._now()
        self._database.do(lambda session: write(session, now, outcome, names))

    def entries(
        self, limit: int = 50, *, outcomes: tuple[Outcome, ...] = (), code: str = "", conversation: str = ""
    ) -> list[Entry]:
        """The last lines, the newest first; only of one dossier or conversation if named."""
        names = names_of(self._vault, conversation=conversation, code=code)
        wanted = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
        if outcomes:
            wanted = wanted.where(AuditRow.outcome.in_(outcomes))
        if code:
            wanted = wanted.where(AuditRow.dossier == names.dossier)
        if conversation:
            wanted = wanted.where(AuditRow.conversation == names.conversation)
        return self._database.do(lambda session: [Entry.model_validate(row) for row in session.scalars(wanted)])

    def counts(self, days: int = 1) -> Counter[Outcome]:
        """How many lines of each outcome the last days have."""
        since = self._now() - timedelta(days=days)
        wanted = select(AuditRow.outcome, func.count()).where(AuditRow.at >= since).group_by(AuditRow.outcome)
        return self._database.do(lambda session: Counter({row[0]: row[1] for row in session.execute(wanted)}))

    def suspects(self, days: int = 1, limit: int = 10) -> list[Suspect]:
        """The addresses with the most failures of the last days."""
        since = self._now() - timedelta(days=days)
        failures = func.count()
        wanted = (
            select(AuditRow.address, failures, func.count(AuditRow.dossier.distinct()), func.max(AuditRow.at))
            .where(AuditRow.at >= since, AuditRow.outcome.in_(FAILURES), AuditRow.address != "")
            .group_by(AuditRow.address)
            .order_by(failures.desc(), AuditRow.address)
            .limit(limit)
        )

        def work(session: Session) -> list[Suspect]:
            found = session.execute(wanted).all()
            return [Suspect(address=row[0], failures=row[1], dossiers=row[2], last=row[3]) for row in found]

        return self._database.do(work)

    def forget(self, days: int) -> int:
        """Deletes what is older than this many days. How many lines they were."""
        before = self._now() - timedelta(days=days)
        return self._database.do(lambda session: rows_changed(session, delete(AuditRow).where(AuditRow.at < before)))
