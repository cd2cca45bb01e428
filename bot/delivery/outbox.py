"""What goes out: stored before it is sent, sent once and in order, given up at last where somebody can see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, insert, inspect, or_, select, update
from sqlalchemy.orm import Session, aliased

from bot.channels.channel import Rendered
from bot.delivery.chats import Known
from bot.delivery.store import LEASE, Store
from bot.delivery.tables import IncomingRow, OutgoingRow, Progress, State
from storage.errors import VaultLocked
from storage.work import rows_changed

ANSWERS_EXPIRE = timedelta(hours=24)
NOTICES_EXPIRE = timedelta(days=3)
KEPT = timedelta(days=3)  # hints of what was sent, and when
DEAD_KEPT = timedelta(days=14)
HINTS = 40  # of what was sent or came before; ten times as many of what came after
LONGEST_TROUBLE = 80
LOCKED_WAIT = 60.0  # seconds; an operator may put the former key back
CLAIMING = 1_301_820_562  # any number, but always the same; see Store.alone
HINTS_BEFORE = timedelta(minutes=2)
UNDER_WAY = (State.WAITING, State.SENDING)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ToSend:
    """A call that is ours to make. unsure: it was begun before, and nobody knows whether it arrived."""

    id: int
    channel: str
    chat: str
    address: str = field(repr=False)
    group: bool
    asked: bool
    tries: int
    unsure: bool
    started: datetime | None
    expires: datetime
    message: Rendered = field(repr=False)


@dataclass(frozen=True)
class Listed:
    """A message as an operator sees it: not what it says, nor to whom."""

    id: int
    channel: str
    state: State
    tries: int
    made: datetime
    trouble: str


class Outbox:
    """Calls may come from any thread; all raise DatabaseUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, session: Session, cause: str, to: Known, messages: Sequence[Rendered], *, asked: bool) -> bool:
        """Writes messages within a transaction, in their order; False: those of this cause are there and stay so."""
        now, vault = self._store.now(), self._store.vault
        if session.scalar(select(OutgoingRow.id).where(OutgoingRow.cause == cause).limit(1)) is not None:
            return False
        rows = [
            {
                "channel": to.channel,
                "chat": to.name,
                "address": vault.seal(to.address),
                "group": to.group,
                "cause": cause,
                "part": part,
                "asked": asked,
                "body": vault.seal(message.model_dump_json()),
                "state": State.WAITING,
                "tries": 0,
                "made": now,
                "ready": now,
                "expires": now + (ANSWERS_EXPIRE if asked else NOTICES_EXPIRE),
                "trouble": "",
                "told": "",
            }
            for part, message in enumerate(messages)
        ]
        if rows:
            session.execute(insert(OutgoingRow), rows)
        return True

    def claim(self, channels: Sequence[str], most: int) -> list[ToSend]:
        """What is to be sent now on these channels, at most so many, of each chat the earliest."""
        now = self._store.now()

        def work(session: Session) -> list[tuple[OutgoingRow, bool]]:
            self._store.alone(session, CLAIMING)  # else two could see a chat to which nobody sends
            rows = list(session.scalars(_heads(now, channels, most)))
            claimed = []
            for row in rows:
                claimed.append((row, row.state == State.SENDING))
                row.state, row.lease, row.leased_until = State.SENDING, self._store.process, now + LEASE
                row.tries += 1
                row.started = row.started if row.started and claimed[-1][1] else now
            return claimed

        return [message for row, unsure in self._store.do(work) if (message := self._to_send(row, unsure))]

    def sent(self, message: ToSend, told: str) -> None:
        """It arrived. told: the channel's number of it. What it said is forgotten."""
        self._end(message.id, State.SENT, told=told)

    def give_up(self, message: ToSend, state: State, trouble: str, *, gone: bool = False) -> None:
        """It will not be sent: DEAD or EXPIRED. gone: nor will anything else that waits for this chat."""
        self._end(message.id, state, trouble=trouble)
        if gone:
            self._store.do(lambda session: self.forget(session, message.chat, trouble))

    def forget(self, session: Session, chat: str, trouble: str) -> None:
        """Notes within a transaction that what waits for a chat will not be sent."""
        rest = and_(OutgoingRow.chat == chat, OutgoingRow.state == State.WAITING)
        over = {"state": State.EXPIRED, "trouble": trouble[:LONGEST_TROUBLE], "finished": self._store.now(), "body": ""}
        session.execute(update(OutgoingRow).where(rest).values(over))

    def postpone(
        self, message: ToSend, after: float, trouble: str, *, unsure: bool = False, tries: int | None = None
    ) -> None:
        """It is tried again after so many seconds; what the chat is to get later waits for it.

        unsure: nobody knows whether it arrived, so it is looked for first. tries: how many there were, if not its own.
        """
        counted = message.tries if tries is None else tries
        self._back(message.id, after, unsure, trouble=trouble[:LONGEST_TROUBLE], tries=counted)

    def hold(self, message: ToSend, after: float) -> None:
        """It was not tried, for the pace's sake; again after so many seconds."""
        self._back(message.id, after, message.unsure, tries=message.tries - 1)

    def hints(self, message: ToSend) -> list[str]:
        """The channel's numbers told in this chat, and in any around the time when it was begun; earlier ones first."""
        begun = message.started or self._store.now()

        def numbers(session: Session) -> list[tuple[datetime | None, str]]:
            own = [
                _numbers(table, message.channel).where(table.chat == message.chat).limit(10 * HINTS)
                for table in (OutgoingRow, IncomingRow)
            ]
            before = [
                _numbers(table, message.channel).where(at <= begun, at > begun - HINTS_BEFORE).limit(HINTS)
                for table, at in ((OutgoingRow, OutgoingRow.finished), (IncomingRow, IncomingRow.received))
            ]
            since = [
                _numbers(table, message.channel, newest=False).where(at > begun).limit(10 * HINTS)
                for table, at in ((OutgoingRow, OutgoingRow.finished), (IncomingRow, IncomingRow.received))
            ]
            return [row for query in (*own, *before, *since) for row in session.execute(query)]

        told = sorted({(at, number) for at, number in self._store.do(numbers) if at})
        return list(dict.fromkeys(self._store.vault.open(number) for _, number in told))

    def renew(self, numbers: Sequence[int]) -> None:
        """Says that this process is alive and works on these."""
        mine = and_(
            OutgoingRow.id.in_(numbers), OutgoingRow.lease == self._store.process, OutgoingRow.state == State.SENDING
        )
        until = self._store.now() + LEASE
        self._store.do(lambda session: session.execute(update(OutgoingRow).where(mine).values(leased_until=until)))

    def listed(self, state: State | None = None, most: int = 100) -> list[Listed]:
        """What is there in a state, or what is not sent yet and what is dead, the newest first."""
        wanted = [state] if state else [*UNDER_WAY, State.DEAD]
        query = select(OutgoingRow).where(OutgoingRow.state.in_(wanted)).order_by(OutgoingRow.id.desc()).limit(most)
        rows = self._store.do(lambda session: session.scalars(query).all())
        return [Listed(row.id, row.channel, row.state, row.tries, row.made, row.trouble) for row in rows]

    def replay(self, numbers: Sequence[int] = ()) -> int:
        """Puts dead messages back, these or all; how many. They come behind what the chat is to get already.

        They get new numbers.
        """
        dead = and_(OutgoingRow.state == State.DEAD, OutgoingRow.body != "")
        which = and_(dead, OutgoingRow.id.in_(numbers)) if numbers else dead
        now = self._store.now()
        fresh = {"state": State.WAITING, "tries": 0, "ready": now, "expires": now + NOTICES_EXPIRE}
        fresh |= {"started": None, "finished": None, "leased_until": None}

        def work(session: Session) -> int:
            rows = session.scalars(select(OutgoingRow).where(which).order_by(OutgoingRow.id).with_for_update()).all()
            again = [_copied(row) | fresh for row in rows]
            for row in rows:
                session.delete(row)
            session.flush()
            if again:
                session.execute(insert(OutgoingRow), again)
            return len(again)

        return self._store.do(work)

    def drop(self, numbers: Sequence[int]) -> int:
        """Deletes dead messages; how many there were."""
        which = and_(OutgoingRow.state == State.DEAD, OutgoingRow.id.in_(numbers))
        return self._store.do(lambda session: rows_changed(session, delete(OutgoingRow).where(which)))

    def depths(self) -> dict[tuple[str, str], int]:
        """How much is under way, by queue and state."""
        coming = select(IncomingRow.state, func.count()).where(
            IncomingRow.state != Progress.DONE, IncomingRow.body != ""
        )
        going = select(OutgoingRow.state, func.count()).where(OutgoingRow.state.in_((*UNDER_WAY, State.DEAD)))

        def work(session: Session) -> dict[tuple[str, str], int]:
            inbox = session.execute(coming.group_by(IncomingRow.state))
            outbox = session.execute(going.group_by(OutgoingRow.state))
            return {
                **{("inbox", state.value): count for state, count in inbox},
                **{("outbox", state.value): count for state, count in outbox},
            }

        return self._store.do(work)

    def sweep(self) -> None:
        """Forgets what was sent, and what is dead, after their times; and what nobody sends: its channel is no more."""
        now = self._store.now()

        def work(session: Session) -> None:
            over = OutgoingRow.state.in_((State.SENT, State.EXPIRED))
            session.execute(delete(OutgoingRow).where(over, OutgoingRow.finished < now - KEPT))
            session.execute(
                delete(OutgoingRow).where(OutgoingRow.state == State.DEAD, OutgoingRow.finished < now - DEAD_KEPT)
            )
            left = and_(OutgoingRow.state.in_(UNDER_WAY), OutgoingRow.expires < now - KEPT)
            session.execute(delete(OutgoingRow).where(left))

        self._store.do(work)

    def _end(self, number: int, state: State, *, trouble: str = "", told: str = "") -> None:
        sealed = self._store.vault.seal(told) if told else ""
        ended: dict[str, Any] = {"state": state, "trouble": trouble[:LONGEST_TROUBLE], "told": sealed}
        ended |= {"finished": self._store.now(), "lease": None}
        if state != State.DEAD:
            ended |= {"body": ""}
        self._store.do(lambda session: session.execute(update(OutgoingRow).where(self._ours(number)).values(ended)))

    def _back(self, number: int, after: float, unsure: bool, **more: Any) -> None:
        ready = self._store.now() + timedelta(seconds=after)
        back = more | {"ready": ready, "lease": None}
        if unsure:
            back |= {"state": State.SENDING, "leased_until": ready}
        else:
            back |= {"state": State.WAITING, "leased_until": None, "started": None}
        self._store.do(lambda session: session.execute(update(OutgoingRow).where(self._ours(number)).values(back)))

    def _ours(self, number: int) -> ColumnElement[bool]:
        return and_(
            OutgoingRow.id == number,
            OutgoingRow.lease == self._store.process,
            OutgoingRow.state == State.SENDING,
        )

    def _to_send(self, row: OutgoingRow, unsure: bool) -> ToSend | None:
        """None, if it cannot be read: nobody else must wait for that."""
        vault = self._store.vault
        try:
            address, message = vault.open(row.address), Rendered.model_validate_json(vault.open(row.body))
        except VaultLocked:
            log.error("outgoing_locked", channel=row.channel)
            self._back(row.id, LOCKED_WAIT, unsure, trouble="locked", tries=row.tries - 1)
            return None
        except ValueError as error:  # of another version
            log.error("outgoing_unreadable", channel=row.channel, error=type(error).__name__)
            self._end(row.id, State.DEAD, trouble="unreadable")
            return None
        return ToSend(
            id=row.id,
            channel=row.channel,
            chat=row.chat,
            address=address,
            group=row.group,
            asked=row.asked,
            tries=row.tries,
            unsure=unsure,
            started=row.started,
            expires=row.expires,
            message=message,
        )


def _heads(now: datetime, channels: Sequence[str], most: int) -> Select[OutgoingRow]:
    """Of each chat the earliest that is not sent, if it is ready and nobody sends it."""
    other = aliased(OutgoingRow)
    free = or_(
        and_(OutgoingRow.state == State.WAITING, OutgoingRow.ready <= now),
        and_(OutgoingRow.state == State.SENDING, OutgoingRow.leased_until <= now),
    )
    # A notice that waits for the morning keeps no answer back.
    in_line = or_(other.asked, other.ready <= now, other.state == State.SENDING)
    earlier = and_(other.id < OutgoingRow.id, other.state.in_(UNDER_WAY), in_line)
    being_sent = and_(other.state == State.SENDING, other.leased_until > now)
    blocked = exists().where(other.chat == OutgoingRow.chat, other.id != OutgoingRow.id, or_(earlier, being_sent))
    return (
        select(OutgoingRow)
        .where(OutgoingRow.channel.in_(channels), free, ~blocked)
        .order_by(OutgoingRow.id)
        .limit(most)
        .with_for_update(skip_locked=True, of=OutgoingRow)
    )


def _numbers(
    table: type[OutgoingRow | IncomingRow], channel: str, *, newest: bool = True
) -> Select[datetime | None, str]:
    """When a number was told, and the number, sealed."""
    at = OutgoingRow.finished if table is OutgoingRow else IncomingRow.received
    return (
        select(at, table.told)
        .where(table.channel == channel, table.told != "", at.is_not(None))
        .order_by(at.desc() if newest else at)
    )


def _copied(row: OutgoingRow) -> dict[str, Any]:
    return {one.key: getattr(row, one.key) for one in inspect(OutgoingRow).column_attrs if one.key != "id"}
