"""One round over the followed dossiers: ask the register, compare with what was told, put what is new into the outbox.

What was told and the message that tells it are written in one transaction. So a crash at any point leaves both or
neither, and the next round goes on from there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import takewhile
from typing import Protocol

import structlog
from sqlalchemy.orm import Session

from actions.dossiers.dossier import Dossier, Status
from actions.dossiers.errors import DossierError, NoSuchDossier
from actions.dossiers.telling import NoticeKind
from actions.watching.claims import Claim, Claims, Waiting
from actions.watching.following import Kept
from actions.watching.news import Seen, news
from actions.watching.outbox import Outbox, Outgoing
from actions.watching.quiet import Quiet
from actions.watching.settings import WatchSettings
from actions.watching.tables import FollowingRow
from knowledge.reply import Button, Outcome, Reply
from knowledge.working_days import VIETNAM, WorkCalendar
from storage.errors import DatabaseUnavailable, VaultLocked
from storage.vault import Vault

AT_ONCE = 4  # questions to the register at the same time
MOST_A_ROUND = 400  # looks; the rest is for the next round
GIVE_UP = 3  # questions in a row that the register did not answer as agreed; the rest waits for the next round
NOBODYS = "000.00.00.H41-150101-0000"  # a code that no dossier has: whether the register answers at all
REMINDERS = {NoticeKind.DUE, NoticeKind.PAY_BY}

log = structlog.get_logger(__name__)


class Tell(Protocol):
    """The words of a notice."""

    def __call__(self, kind: NoticeKind, dossier: Dossier | None, at: datetime) -> str:
        """What to tell somebody who reads it at `at` or later. dossier: None for NoticeKind.BACK only."""


@dataclass
class Round:
    """What a round did. away: questions in a row that the register did not answer as agreed. answered: one it did."""

    looked: int = 0
    told: int = 0
    failed: int = 0
    away: int = 0
    answered: bool = False


class Watcher:
    """Looks at followed dossiers.

    find: the register's own, not one that gives what it found some time ago. claims, outbox: of one database. calendar:
    for the working day before an appointment. now: the clock, with a time zone.
    """

    def __init__(
        self,
        find: Callable[[str], Awaitable[Dossier]],
        claims: Claims,
        outbox: Outbox,
        tell: Tell,
        *,
        vault: Vault,
        now: Callable[[], datetime],
        calendar: WorkCalendar,
        settings: WatchSettings,
        at_once: int = AT_ONCE,
    ) -> None:
        self._find = find
        self._claims = claims
        self._outbox = outbox
        self._tell = tell
        self._vault = vault
        self._now = now
        self._calendar = calendar
        self._quiet = Quiet.of(settings)
        self._at_once = at_once

    async def look(self) -> Round:
        """One round. Raises DatabaseUnavailable (in an ExceptionGroup); what concerns one dossier is only logged."""
        done = Round()
        waiting = await asyncio.to_thread(self._claims.waiting)
        async with asyncio.TaskGroup() as looks:
            for _ in range(self._at_once):
                looks.create_task(self._look_on(done))
        if waiting and await self._answers(done):
            for one in waiting:
                await self._tell_of_return(one, done)
        if done.looked or done.told:
            log.info("looked", dossiers=done.looked, told=done.told, failed=done.failed)
        return done

    async def _look_on(self, done: Round) -> None:
        while done.looked < MOST_A_ROUND and done.away < GIVE_UP:
            claim = await asyncio.to_thread(self._claims.claim)
            if claim is None:
                return
            done.looked += 1
            try:
                told = await self._look_at(claim)  # not within +=, which would read the count before the others add
                done.told += told
                done.away, done.answered = 0, True
            except DatabaseUnavailable:
                raise
            except Exception as error:  # one dossier must not keep the others from being looked at
                self._count(done, error)
                await asyncio.to_thread(self._claims.postpone, claim)

    async def _look_at(self, claim: Claim) -> bool:
        kept = self._claims.opened(claim)
        dossier = await self._find(kept.code)
        ended = dossier.status is not None and dossier.status.ended
        note = self._noting(kept, dossier)
        return await asyncio.to_thread(self._claims.settle, claim, ended, note)

    def _noting(self, kept: Kept, dossier: Dossier) -> Callable[[Session, FollowingRow], bool]:
        """What is written after a look: the message, if there is news, and what is known from now on."""
        at = self._quiet.earliest(self._now())
        now = Seen.of(dossier, at, self._calendar)

        def note(session: Session, row: FollowingRow) -> bool:
            before = Seen.model_validate_json(self._vault.open(row.seen))
            kinds = news(before, now)
            if kinds:
                # A message that nobody has fetched is outdated: one that begins where it began takes its place.
                unread = self._outbox.take_back(session, row.conversation, row.dossier)
                before = Seen.model_validate_json(unread) if unread is not None else before
                kinds = news(before, now)
                row.turn += 1
            row.seen = self._vault.seal(before.then(now).model_dump_json())
            if not kinds:
                return False
            # What is sealed is of this subscription alone, so one that begins anew has keys of its own.
            message = Outgoing(
                conversation=kept.conversation,
                key="|".join([row.sealed, str(row.turn), *kinds]),
                reply=self._reply(kinds, dossier, row.ref, at),
                dossier=row.dossier,
                before=before.model_dump_json(),
                expires=_stale(kinds, now),
            )
            return self._outbox.add(session, message)

        return note

    def _reply(self, kinds: Sequence[NoticeKind], dossier: Dossier, ref: str, at: datetime) -> Reply:
        return Reply(
            text=joined([self._tell(kind, dossier, at) for kind in kinds]),
            outcome=Outcome.STATUS,
            procedure=dossier.procedure,
            buttons=_buttons(ref, dossier.status),
        )

    async def _answers(self, done: Round) -> bool:
        """Whether the register answers, as seen in this round or by asking it."""
        if done.away or done.answered:
            return not done.away
        try:
            await self._find(NOBODYS)
        except NoSuchDossier:
            return True
        except DossierError:
            return False
        return True

    async def _tell_of_return(self, waiting: Waiting, done: Round) -> None:
        at = self._quiet.earliest(self._now())
        reply = Reply(text=self._tell(NoticeKind.BACK, None, at), outcome=Outcome.STATUS)
        key = f"{NoticeKind.BACK}|{waiting.sealed}"

        def note(session: Session, conversation: str) -> bool:
            return self._outbox.add(session, Outgoing(conversation, key, reply))

        try:
            done.told += await asyncio.to_thread(self._claims.settle_return, waiting, note)
        except VaultLocked as error:
            self._count(done, error)

    def _count(self, done: Round, error: Exception) -> None:
        """Notes a failed look. The error's text is not logged: it could name the dossier."""
        done.failed += 1
        if isinstance(error, NoSuchDossier):
            done.away, done.answered = 0, True
        elif isinstance(error, DossierError):
            done.away += 1
        log.warning("not_looked", error=type(error).__name__, code=getattr(error, "code", None))


def joined(texts: Sequence[str]) -> str:
    """Several texts about one dossier as one: the lines with which all begin and end (name, source) stand once."""
    head = _common([text.splitlines() for text in texts])
    rest = [text.splitlines()[len(head) :] for text in texts]
    tail = _common([lines[::-1] for lines in rest])[::-1]
    middle = [line for lines in rest for line in lines[: len(lines) - len(tail)]]
    return "\n".join([*head, *middle, *tail])


def _common(texts: Sequence[Sequence[str]]) -> list[str]:
    """The lines with which all begin."""
    return [lines[0] for lines in takewhile(lambda lines: len(set(lines)) == 1, zip(*texts, strict=False))]


def _buttons(ref: str, status: Status | None) -> tuple[Button, ...]:
    more = Button(title="Xem hồ sơ này", payload=f"dossier:{ref}")
    survey = Button(title="Đánh giá phục vụ", payload="intent:take_survey")
    stop = Button(title="Thôi báo", payload="follow:no")
    return (more, survey, stop) if status is Status.RETURNED else (more, stop)


def _stale(kinds: Sequence[NoticeKind], seen: Seen) -> datetime | None:
    """A reminder is worth nothing any more when its day has begun."""
    days = [day for day in (seen.due, seen.pay_by) if day is not None]
    if not days or not REMINDERS.issuperset(kinds):
        return None
    return datetime.combine(max(days), time(0), tzinfo=VIETNAM)
