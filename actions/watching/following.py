"""Who follows which dossier, and who waits for the province's system to come back: what a citizen asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from actions.database.work import Database
from actions.dossiers.dossier import Dossier
from actions.watching.news import Seen
from actions.watching.outbox import Outbox
from actions.watching.quiet import Quiet
from actions.watching.settings import WatchSettings
from actions.watching.tables import FollowingRow, ReturnRow
from knowledge.working_days import VIETNAM, WorkCalendar
from storage.vault import Vault
from storage.work import rows_changed

WAIT_FOR_RETURN = timedelta(days=7)  # after that nobody waits any more for the answer they wanted


class Started(StrEnum):
    """What became of the wish to follow a dossier."""

    YES = "yes"
    ALREADY = "already"
    TOO_MANY = "too_many"
    NOTHING_MORE = "nothing_more"


class Kept(BaseModel):
    """What a row keeps sealed, because it is needed as it is."""

    model_config = ConfigDict(frozen=True)

    conversation: str = Field(repr=False)
    code: str = Field(repr=False)
    procedure_name: str


@dataclass(frozen=True)
class Followed:
    """A dossier that is followed. ref: as in the payload dossier:<ref>. code: only its end."""

    ref: str
    procedure_name: str
    code: str
    since: datetime


class Following:
    """Takes and ends subscriptions. All raise DatabaseUnavailable; calls are short and may come from any thread.

    Ask for the consent to notices before. now: the clock, with a time zone. outbox: of the same database.
    """

    name = "Hồ sơ đang theo dõi"

    def __init__(
        self,
        database: Database,
        vault: Vault,
        now: Callable[[], datetime],
        *,
        outbox: Outbox,
        calendar: WorkCalendar,
        settings: WatchSettings,
    ) -> None:
        self._database = database
        self._vault = vault
        self._now = now
        self._outbox = outbox
        self._calendar = calendar
        self._settings = settings

    def follow(self, conversation: str, dossier: Dossier, ref: str) -> Started:
        """Tells a conversation of a dossier that it has just opened, from its present state on.

        ref: what buttons carry to open it again, as the doorkeeper gave it.
        """
        if dossier.status is not None and dossier.status.ended:
            return Started.NOTHING_MORE
        now = self._now()
        named = self._vault.name("dossier", dossier.code)
        kept = Kept(conversation=conversation, code=dossier.code, procedure_name=dossier.procedure_name)
        seen = Seen.of(dossier, Quiet.of(self._settings).earliest(now), self._calendar)
        row = FollowingRow(
            conversation=self._named(conversation),
            dossier=named,
            ref=ref,
            sealed=self._vault.seal(kept.model_dump_json()),
            seen=self._vault.seal(seen.model_dump_json()),
            turn=0,
            since=now,
            next_look=now + timedelta(seconds=self._settings.watch_seconds),
            tries=0,
            ends=now + timedelta(days=self._settings.watch_longest_days),
        )

        def work(session: Session) -> Started:
            mine = select(FollowingRow).where(FollowingRow.conversation == row.conversation)
            before = {one.dossier: one for one in session.scalars(mine.with_for_update())}
            there = before.get(named)
            if there is not None and there.ends > now:
                there.ref = row.ref
                return Started.ALREADY
            if there is not None:
                session.delete(there)
                session.flush()
            if sum(one.ends > now for one in before.values()) >= self._settings.watch_most:
                return Started.TOO_MANY
            session.merge(row)
            return Started.YES

        return self._database.do(work)

    def stop(self, conversation: str, ref: str | None = None) -> int:
        """Ends one subscription or (None) all, waiting for the province's system too; how many there were.

        What was still to be sent about them is not sent any more.
        """
        named, now = self._named(conversation), self._now()

        def work(session: Session) -> int:
            mine = select(FollowingRow).where(FollowingRow.conversation == named).with_for_update()
            rows = session.scalars(mine if ref is None else mine.where(FollowingRow.ref == ref)).all()
            for row in rows:
                session.delete(row)
                self._outbox.drop(session, named, row.dossier)
            stopped = sum(row.ends > now for row in rows)
            if ref is None:
                self._outbox.drop(session, named)
                stopped += rows_changed(session, delete(ReturnRow).where(ReturnRow.conversation == named))
            return stopped

        return self._database.do(work)

    def of(self, conversation: str) -> list[Followed]:
        """What a conversation follows, the oldest first."""
        wanted = (
            select(FollowingRow)
            .where(FollowingRow.conversation == self._named(conversation), FollowingRow.ends > self._now())
            .order_by(FollowingRow.since, FollowingRow.id)
        )
        return [self._followed(row) for row in self._database.do(lambda session: session.scalars(wanted).all())]

    def wait_for_return(self, conversation: str) -> None:
        """Tells a conversation once when the province's system answers again. Asked twice is once."""
        named = self._named(conversation)
        row = ReturnRow(conversation=named, sealed=self._vault.seal(conversation), since=self._now())
        self._database.do(lambda session: session.merge(row))

    def held(self, conversation: str) -> list[str]:
        """What is kept of a conversation, in Vietnamese."""
        lines = [
            f"Theo dõi hồ sơ {one.code} ({one.procedure_name}) từ {one.since.astimezone(VIETNAM):%d/%m/%Y}"
            for one in self.of(conversation)
        ]
        waits = select(func.count()).where(ReturnRow.conversation == self._named(conversation))
        if self._database.do(lambda session: session.scalar(waits)):
            lines.append("Chờ báo khi hệ thống của tỉnh hoạt động trở lại")
        return lines

    def erase(self, conversation: str) -> int:
        """Deletes all subscriptions of a conversation, and what was still to be sent; how many subscriptions."""
        return self.stop(conversation)

    def forget(self, now: datetime) -> int:
        """Deletes subscriptions that have ended, and wishes that are too old; how many."""
        ended = delete(FollowingRow).where(FollowingRow.ends <= now)
        old = delete(ReturnRow).where(ReturnRow.since <= now - WAIT_FOR_RETURN)
        return self._database.do(lambda session: rows_changed(session, ended) + rows_changed(session, old))

    def _followed(self, row: FollowingRow) -> Followed:
        kept = Kept.model_validate_json(self._vault.open(row.sealed))
        return Followed(row.ref, kept.procedure_name, masked_code(kept.code), row.since)

    def _named(self, conversation: str) -> str:
        return self._vault.name("conversation", conversation)


def masked_code(code: str) -> str:
    """The end of a code, by which its owner knows it."""
    return f"…{code[-4:]}"
