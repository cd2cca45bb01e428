"""The messages that wait until a channel fetches them. Each is kept once, whoever puts it there and how often."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from actions.database.work import Database
from actions.watching.quiet import NIGHT, Quiet
from actions.watching.tables import NoticeRow
from knowledge.reply import Reply
from storage.vault import Vault
from storage.work import rows_changed

KEEP_DAYS = 14
MOST = 50  # notices fetched at once
OFFERED_FOR = timedelta(minutes=10)  # after that, a notice that nobody acknowledged counts as not yet fetched


@dataclass(frozen=True)
class Notice:
    """A message to send. id: by which it is acknowledged; the same again if it was not acknowledged."""

    id: str
    conversation: str
    reply: Reply


@dataclass(frozen=True)
class Outgoing:
    """A message to keep. conversation: as the channel knows it. key: of what it tells, whatever its words.

    dossier: its name in the vault, empty: about none. before: what was known before it. expires: later it is stale.
    """

    conversation: str
    key: str
    reply: Reply
    dossier: str = ""
    before: str = ""
    expires: datetime | None = None


class Outbox:
    """Keeps messages until they are delivered or stale. All raise DatabaseUnavailable; calls may come from any thread.

    now: the clock, with a time zone. quiet: when nothing is given out. keep_days: after which a message is stale.
    """

    name = "Tin báo về hồ sơ"

    def __init__(
        self,
        database: Database,
        vault: Vault,
        now: Callable[[], datetime],
        *,
        quiet: Quiet = NIGHT,
        keep_days: int = KEEP_DAYS,
    ) -> None:
        self._database = database
        self._vault = vault
        self._now = now
        self._quiet = quiet
        self._keep = timedelta(days=keep_days)

    def put(self, conversation: str, key: str, reply: Reply) -> bool:
        """Keeps a message; whether it is new. The same key of the same conversation is never kept twice."""
        message = Outgoing(conversation, key, reply)
        return self._database.do(lambda session: self.add(session, message))

    def add(self, session: Session, message: Outgoing) -> bool:
        """Keeps a message within a piece of work, so that it is kept together with what follows from it, or not at all.

        Two who add the same at once: one of their transactions fails and, tried again by Database.do, finds it there.
        """
        key = self._vault.name("notice", message.conversation, message.key)
        if session.scalar(select(NoticeRow.id).where(NoticeRow.key == key)) is not None:
            return False
        now = self._now()
        session.add(
            NoticeRow(
                number=secrets.token_hex(16),
                key=key,
                conversation=self._named(message.conversation),
                sealed=self._vault.seal(message.conversation),
                dossier=message.dossier,
                reply=self._vault.seal(message.reply.model_dump_json()),
                before=self._vault.seal(message.before) if message.before else "",
                made=now,
                not_before=self._quiet.earliest(now),
                expires=min(message.expires or now + self._keep, now + self._keep),
            )
        )
        session.flush()
        return True

    def take_back(self, session: Session, conversation: str, dossier: str) -> str | None:
        """Deletes what about a dossier nobody has fetched yet. What was known before it; None: there was none.

        conversation, dossier: their names in the vault.
        """
        wanted = (
            select(NoticeRow)
            .where(NoticeRow.conversation == conversation, NoticeRow.dossier == dossier, self._still_here())
            .order_by(NoticeRow.id)
            .with_for_update()
        )
        rows = session.scalars(wanted).all()
        for row in rows:
            session.delete(row)
        session.flush()
        return self._vault.open(rows[0].before) if rows else None

    def pending(self, conversations: Sequence[str]) -> list[Notice]:
        """What may be sent to these conversations now, oldest first; nothing in the quiet hours.

        A message that is not acknowledged (delivered) is given again by every call.
        """
        named = {self._named(conversation): conversation for conversation in conversations}
        now = self._now()
        if not named or self._quiet.at(now):
            return []
        due = (
            NoticeRow.conversation.in_(named),
            NoticeRow.delivered.is_(None),
            NoticeRow.not_before <= now,
            NoticeRow.expires > now,
        )
        # Every message of a page asks, and mostly there is nothing: that is no reason to wait for a lock.
        if self._database.look(lambda session: session.scalar(select(NoticeRow.id).where(*due).limit(1))) is None:
            return []

        def work(session: Session) -> list[tuple[str, str, str]]:
            rows = session.scalars(
                select(NoticeRow).where(*due).order_by(NoticeRow.made, NoticeRow.id).limit(MOST).with_for_update()
            ).all()
            for row in rows:
                if row.offered is None or row.offered <= now - OFFERED_FOR / 2:
                    row.offered = now
            return [(row.number, row.conversation, row.reply) for row in rows]

        return [
            Notice(number, named[conversation], Reply.model_validate_json(self._vault.open(reply)))
            for number, conversation, reply in self._database.do(work)
        ]

    def delivered(self, ids: Sequence[str]) -> None:
        """Notes that messages were sent, and deletes their text. Unknown ones and those noted before: nothing."""
        done = (
            update(NoticeRow)
            .where(NoticeRow.number.in_(list(ids)), NoticeRow.delivered.is_(None))
            .values(delivered=self._now(), reply="", before="")
        )
        self._database.do(lambda session: rows_changed(session, done))

    def drop(self, session: Session, conversation: str, dossier: str | None = None) -> int:
        """Deletes what was not delivered: about one dossier, or (None) all. Names as in the vault."""
        gone = delete(NoticeRow).where(NoticeRow.conversation == conversation, NoticeRow.delivered.is_(None))
        return rows_changed(session, gone if dossier is None else gone.where(NoticeRow.dossier == dossier))

    def held(self, conversation: str) -> list[str]:
        """What is kept of a conversation, in Vietnamese."""
        now = self._now()
        wanted = select(func.count()).where(
            NoticeRow.conversation == self._named(conversation),
            NoticeRow.delivered.is_(None),
            NoticeRow.expires > now,
        )
        count = self._database.do(lambda session: session.scalar(wanted) or 0)
        return [f"{count} tin báo đang chờ gửi"] if count else []

    def erase(self, conversation: str) -> int:
        """Deletes all messages of a conversation; how many."""
        gone = delete(NoticeRow).where(NoticeRow.conversation == self._named(conversation))
        return self._database.do(lambda session: rows_changed(session, gone))

    def forget(self, now: datetime) -> int:
        """Deletes what is older than it may be kept, and what is stale; how many."""
        stale = delete(NoticeRow).where(
            or_(
                NoticeRow.made <= now - self._keep,
                (NoticeRow.delivered.is_(None)) & (NoticeRow.expires <= now),
            )
        )
        return self._database.do(lambda session: rows_changed(session, stale))

    def _still_here(self) -> ColumnElement[bool]:
        fetched = NoticeRow.offered.is_not(None) & (NoticeRow.offered > self._now() - OFFERED_FOR)
        return NoticeRow.delivered.is_(None) & ~fetched

    def _named(self, conversation: str) -> str:
        return self._vault.name("conversation", conversation)
