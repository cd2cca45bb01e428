"""What came from the channels: stored before it is acknowledged, given out once and in order, kept until it is done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Select, and_, delete, exists, insert, or_, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from bot.channels.channel import Incoming
from bot.delivery.store import LEASE, Store
from bot.delivery.tables import IncomingRow, Progress
from storage.errors import VaultLocked
from storage.work import rows_changed

KEPT = timedelta(days=3)  # longer than any service sends a message again
REPLIES_KEPT = timedelta(minutes=15)  # a page that comes back later asks anew
UNREADABLE_WAIT = timedelta(seconds=60)  # an operator may put the former key back
CLAIMING = 1_301_820_561  # any number, but always the same; see Store.alone

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Claim:
    """Something that came and is ours to do. cause: names it wherever it goes. chat: keyed hash."""

    id: int
    chat: str
    cause: str
    tries: int
    received: datetime
    incoming: Incoming = field(repr=False)


class Inbox:
    """Calls may come from any thread; all raise DatabaseUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def take(self, arrived: Iterable[Incoming], settle: float = 0.0) -> int:
        """Stores what came; how much of it is new. settle: seconds that it waits for what was sent before it."""
        now = self._store.now()
        entries = [self._entry(incoming, now, timedelta(seconds=settle)) for incoming in arrived]

        def work(session: Session) -> int:
            new = 0
            for entry in entries:
                if session.scalar(_known(entry)) is None:
                    session.execute(insert(IncomingRow).values(entry))
                    new += 1
            return new

        return self._store.do(work) if entries else 0

    def claim(self, most: int) -> list[Claim]:
        """What is to be done now, at most so many, of each chat the earliest; ours until release, finish or LEASE."""
        now = self._store.now()

        def work(session: Session) -> list[IncomingRow]:
            self._store.alone(session, CLAIMING)  # else two could see a chat of which nobody has anything
            rows = list(session.scalars(_heads(now, most)))
            for row in rows:
                row.state, row.lease, row.leased_until = Progress.WORKING, self._store.process, now + LEASE
                row.tries += 1
            return rows

        return [claim for row in self._store.do(work) if (claim := self._claim(row))]

    def finish(self, session: Session, claim: Claim) -> bool:
        """Notes within a transaction that it is done; False: it is not ours any more, and nothing may be written."""
        done = {"state": Progress.DONE, "lease": None, "leased_until": None, "body": ""}
        return rows_changed(session, update(IncomingRow).where(self._ours(claim.id)).values(done)) == 1

    def release(self, claim: Claim, after: float) -> None:
        """Gives it back; it is tried again after so many seconds, and what the chat sent later waits for it."""
        self._give_back(claim.id, Progress.WAITING, timedelta(seconds=after))

    def renew(self, numbers: Sequence[int]) -> None:
        """Says that this process is alive and works on these."""
        mine = and_(
            IncomingRow.id.in_(numbers), IncomingRow.lease == self._store.process, IncomingRow.state == Progress.WORKING
        )
        until = self._store.now() + LEASE
        self._store.do(lambda session: session.execute(update(IncomingRow).where(mine).values(leased_until=until)))

    def sweep(self) -> None:
        """Forgets what is done and old, and what a page asked and no gateway came to the end of."""
        now = self._store.now()

        def work(session: Session) -> None:
            over = or_(IncomingRow.state.in_((Progress.DONE, Progress.FAILED)), IncomingRow.body == "")
            session.execute(
                update(IncomingRow)
                .where(IncomingRow.reply != "", IncomingRow.received < now - REPLIES_KEPT)
                .values(reply="")
            )
            session.execute(delete(IncomingRow).where(over, IncomingRow.received < now - KEPT))

        self._store.do(work)

    def _ours(self, row: int) -> ColumnElement[bool]:
        return and_(
            IncomingRow.id == row, IncomingRow.lease == self._store.process, IncomingRow.state == Progress.WORKING
        )

    def _entry(self, incoming: Incoming, now: datetime, settle: timedelta) -> dict[str, Any]:
        vault = self._store.vault
        return {
            "channel": incoming.channel,
            "event": vault.name("event", incoming.channel, incoming.id),
            "chat": chat_name(self._store, incoming),
            "sent": incoming.sent,
            "received": now,
            "ready": now + settle,
            "state": Progress.WAITING,
            "tries": 0,
            "told": vault.seal(told) if (told := incoming.details.get("message_id")) else "",
            "body": vault.seal(incoming.model_dump_json()),
            "reply": "",
        }

    def _claim(self, row: IncomingRow) -> Claim | None:
        """None, if it cannot be read: nobody else must wait for that."""
        try:
            incoming = Incoming.model_validate_json(self._store.vault.open(row.body))
        except VaultLocked:
            log.error("incoming_locked", channel=row.channel)
            self._give_back(row.id, Progress.WAITING, UNREADABLE_WAIT)
            return None
        except ValueError as error:  # of another version
            log.error("incoming_unreadable", channel=row.channel, error=type(error).__name__)
            self._give_back(row.id, Progress.FAILED, timedelta())
            return None
        return Claim(row.id, row.chat, row.event, row.tries, row.received, incoming)

    def _give_back(self, row: int, state: Progress, after: timedelta) -> None:
        back = {"state": state, "lease": None, "leased_until": None, "ready": self._store.now() + after}
        self._store.do(lambda session: session.execute(update(IncomingRow).where(self._ours(row)).values(back)))


def chat_name(store: Store, incoming: Incoming) -> str:
    """The keyed hash of whom it is from: in a group each person has a conversation of their own."""
    who = (incoming.chat, incoming.person) if incoming.group else (incoming.chat,)
    return store.vault.name("chat", incoming.channel, *who)


def _known(entry: dict[str, Any]) -> Select[int]:
    return select(IncomingRow.id).where(IncomingRow.channel == entry["channel"], IncomingRow.event == entry["event"])


def _heads(now: datetime, most: int) -> Select[IncomingRow]:
    """Of each chat the earliest that is not done, if nobody works on the chat and it is ready."""
    other = aliased(IncomingRow)
    free = or_(
        and_(IncomingRow.state == Progress.WAITING, IncomingRow.ready <= now),
        and_(IncomingRow.state == Progress.WORKING, IncomingRow.leased_until <= now),
    )
    worked_on = and_(other.state == Progress.WORKING, other.leased_until > now)
    earlier = and_(
        other.state.in_((Progress.WAITING, Progress.WORKING)),
        tuple_(other.sent, other.id) < tuple_(IncomingRow.sent, IncomingRow.id),
    )
    blocked = exists().where(other.chat == IncomingRow.chat, other.id != IncomingRow.id, or_(worked_on, earlier))
    return (
        select(IncomingRow)
        .where(free, IncomingRow.body != "", ~blocked)
        .order_by(IncomingRow.id)
        .limit(most)
        .with_for_update(skip_locked=True, of=IncomingRow)
    )
