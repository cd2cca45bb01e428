"""The tokens of the Official Account, for all processes: one spends the refresh token, the others wait.

How a pair is renewed, step by step, and what a crash after each step leaves:

1. A place for the answer is made on the disk and locked (zalo_journal.py). After a crash: an empty file, deleted.
2. The lease is written: this place now spends the refresh token of this generation. After a crash: the place can be
   locked by others, so they know, take the lease away and try the same refresh token.
3. The service is asked. After a crash between its work and our step 4, which is shorter than the way of the answer
   through the network, the new pair is known to nobody and the old one is dead. The next attempt is refused (Z102) and
   an operator authorises again. No client can avoid this, since a refresh token works once.
4. The answer is written into the place, as it came, and is safe. After a crash: whoever looks next finds it there.
5. The pair replaces that of the generation before, in one statement, and the lease ends. Only from then on it is used.
   After a crash: the place holds a pair that the database has; deleted.

On several machines, each with its own folder, a lease whose place is on another machine is left alone for a while, so
that the machine can come back and finish.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.channels.zalo_errors import (
    ZaloAuthAway,
    ZaloBadRedirect,
    ZaloCodeRefused,
    ZaloJournalUnwritable,
    ZaloNotAuthorised,
    ZaloRefreshRefused,
)
from bot.channels.zalo_journal import Answer, Journal, Slot
from bot.channels.zalo_oa_settings import ZaloOaSettings
from bot.channels.zalo_oauth import NOT_REACHED, REFRESH_LIVES, Pair, Refused, Request, Unclear, ZaloOauth, read_tokens
from bot.channels.zalo_tables import ZaloTokenRow
from storage.vault import Vault
from storage.work import Database, rows_changed

ELSEWHERE = timedelta(minutes=15)  # so long another machine may take to come back
LONGEST_CALL = timedelta(seconds=90)
WAIT = 20.0  # seconds to wait for another process that asks just now
LOOK = 0.05
AFTER_REFUSAL = timedelta(minutes=10)  # then once more: which refusals are for ever is not documented
FIRST_WAIT, LONGEST_WAIT = 2.0, 300.0  # seconds after an attempt that failed, doubled each time

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Kept:
    """The pair that the database has. lease: the place that spends its refresh token now."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    generation: int
    issued: datetime
    expires: datetime
    lease: str | None
    leased: datetime | None
    not_before: datetime | None
    tries: int
    refused: str | None

    @property
    def refresh_expires(self) -> datetime:
        """About when the refresh token ends, if it is not used before."""
        return self.issued + REFRESH_LIVES


class ZaloTokens:
    """Gives the access token, renewed in time. Methods without `async` block; any thread may call them.

    All that give a token raise ZaloError, DatabaseUnavailable and VaultLocked. now: the clock, with a time zone.
    transport: another way to the token service than the network.
    """

    def __init__(
        self,
        settings: ZaloOaSettings,
        database: Database,
        vault: Vault,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.database, self.vault = database, vault
        self._settings = settings
        self._now = now
        self._oauth = ZaloOauth(settings, transport)
        self._journal = Journal(settings.answers, vault)
        self._known: Kept | None = None
        self._one_at_a_time = asyncio.Lock()

    async def access(self) -> str:
        """An access token that is valid by its dates. Renewed some hours before its end."""
        known = self._known
        if known and not self._is_due(known):
            return known.access
        async with self._one_at_a_time:
            return await asyncio.to_thread(self.current)

    async def renewed(self, used: str) -> str:
        """Another access token than `used`, which the service refused."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(self.after, used)

    def current(self) -> str:
        """What access() gives."""
        kept = self._load()
        if not self._is_due(kept):
            return kept.access
        try:
            return self._renew(kept.access)
        except (ZaloAuthAway, ZaloRefreshRefused):
            if self._now() < kept.expires:  # the service says so itself if it takes this one no more
                return kept.access
            raise

    def after(self, used: str) -> str:
        """What renewed() gives."""
        return self._renew(used)

    def begin(self) -> Request:
        """A new authorisation by an operator."""
        return self._oauth.begin()

    def authorise(self, request: Request, pasted: str) -> Kept:
        """Takes the code, or the whole address to which the browser was sent, and keeps the first pair.

        Raises ZaloBadRedirect, ZaloCodeRefused, ZaloAuthAway, DatabaseUnavailable.
        """
        code = _code_in(pasted, request)
        try:
            found = read_tokens(*self._oauth.exchange(code, request.verifier))
        except httpx.HTTPError as error:
            raise ZaloAuthAway(f"The token service does not answer ({type(error).__name__}).") from None
        if isinstance(found, Refused):
            raise ZaloCodeRefused(f"The service refuses the code ({found.code}). Begin again.")
        if isinstance(found, Unclear):
            raise ZaloAuthAway(f"The token service answered {found.status}. Begin again.")
        self._keep_first(found)
        log.info("zalo_authorised")
        return self._load()

    def status(self) -> Kept | None:
        """What is kept; None before the first authorisation."""
        try:
            return self._load()
        except ZaloNotAuthorised:
            return None

    def _is_due(self, kept: Kept) -> bool:
        return self._now() >= kept.expires - timedelta(hours=self._settings.refresh_hours)

    def _renew(self, used: str) -> str:
        """Another token than the one that was used, by our own attempt or somebody else's."""
        deadline = time.monotonic() + WAIT
        while True:
            self._take_up_what_is_left()
            kept = self._load()
            if kept.access != used:
                return kept.access
            if kept.lease is None:
                self._check_pause(kept)
                with self._journal.place() as slot:
                    if self._took_lease(kept, slot):
                        return self._spend(kept, slot)
                    slot.drop()
            elif time.monotonic() > deadline or self._is_left_elsewhere(kept):
                raise ZaloAuthAway("Another process asks for tokens, or died on another machine.")
            time.sleep(LOOK)

    def _is_left_elsewhere(self, kept: Kept) -> bool:
        """Whether the lease is older than any call takes, and not of this machine: waiting would be in vain."""
        if kept.lease is None or kept.leased is None or self._journal.has(kept.lease):
            return False
        return self._now() > kept.leased + LONGEST_CALL

    def _check_pause(self, kept: Kept) -> None:
        if kept.not_before is None or self._now() >= kept.not_before:
            return
        if kept.refused:
            raise _refused(kept.refused)
        raise ZaloAuthAway("The token service did not answer just now.")

    def _spend(self, kept: Kept, slot: Slot) -> str:
        """Steps 3 to 5. We have the lease."""
        try:
            status, body = self._oauth.refresh(kept.refresh)
        except (httpx.HTTPError, OSError) as error:  # no answer will come any more: nothing is left to lose
            reached = not isinstance(error, (*NOT_REACHED, OSError))
            log.warning("zalo_tokens_away", code=ZaloAuthAway.code, error=type(error).__name__, reached=reached)
            self._note_failure(kept.generation, slot.name)
            slot.drop()
            raise ZaloAuthAway(f"The token service does not answer ({type(error).__name__}).") from None
        answer = Answer(generation=kept.generation, status=status, body=body)
        try:
            slot.keep(answer)
        except OSError as error:  # then the database is its first place
            log.error("zalo_journal_unwritable", code=ZaloJournalUnwritable.code, error=type(error).__name__)
        self._apply(answer, slot.name)
        slot.drop()
        now_kept = self._load()
        if now_kept.access != kept.access:
            return now_kept.access
        if now_kept.refused:
            raise _refused(now_kept.refused)
        raise ZaloAuthAway(f"The token service answered {status}.")

    def _take_up_what_is_left(self) -> None:
        """Finishes what processes that died have left in this folder, and ends leases that nobody holds."""
        for slot in self._journal.left():
            answer = slot.kept()
            if answer:
                log.warning("zalo_tokens_taken_up", generation=answer.generation)
                self._apply(answer, slot.name)
            else:
                self._free(slot.name)
            slot.drop()
        self._free_lost_lease()

    def _free_lost_lease(self) -> None:
        """A lease whose place is not in this folder: of another machine, or of a folder that is gone."""
        ours = ZaloTokenRow.app == self._settings.app_id
        row = self.database.do(lambda session: session.get(ZaloTokenRow, self._settings.app_id))
        if row is None or row.lease is None or row.leased is None or self._journal.has(row.lease):
            return
        if self._now() < row.leased + ELSEWHERE:
            return
        lost = update(ZaloTokenRow).where(ours, ZaloTokenRow.lease == row.lease).values(lease=None, leased=None)
        self.database.do(lambda session: rows_changed(session, lost))
        log.warning("zalo_lease_lost", generation=row.generation)

    def _free(self, name: str) -> None:
        freed = update(ZaloTokenRow).where(ZaloTokenRow.lease == name).values(lease=None, leased=None)
        if self.database.do(lambda session: rows_changed(session, freed)):
            log.warning("zalo_refresh_interrupted", code=ZaloAuthAway.code)

    def _took_lease(self, kept: Kept, slot: Slot) -> bool:
        taken = (
            update(ZaloTokenRow)
            .where(
                ZaloTokenRow.app == self._settings.app_id,
                ZaloTokenRow.generation == kept.generation,
                ZaloTokenRow.lease.is_(None),
            )
            .values(lease=slot.name, leased=self._now())
        )
        return self.database.do(lambda session: rows_changed(session, taken)) == 1

    def _apply(self, answer: Answer, lease: str) -> None:
        """Notes in the database what the service answered; what another process has overtaken changes nothing."""
        found = read_tokens(answer.status, answer.body)
        if isinstance(found, Unclear):
            log.warning("zalo_tokens_unclear", code=ZaloAuthAway.code, status=answer.status)
            self._note_failure(answer.generation, lease)
        elif isinstance(found, Refused):
            log.error("zalo_refresh_refused", code=ZaloRefreshRefused.code, error=found.code)
            self._note_failure(answer.generation, lease, found.code)
        elif self._replace(answer.generation, found):
            log.info("zalo_tokens_renewed", generation=answer.generation + 1)
        else:
            log.warning("zalo_tokens_overtaken", generation=answer.generation)

    def _replace(self, generation: int, pair: Pair) -> bool:
        """A pair counts even after its lease was taken away: it is younger than what is kept."""
        changed = (
            update(ZaloTokenRow)
            .where(ZaloTokenRow.app == self._settings.app_id, ZaloTokenRow.generation == generation)
            .values(**self._values(pair), generation=generation + 1)
        )
        return self.database.do(lambda session: rows_changed(session, changed)) == 1

    def _keep_first(self, pair: Pair) -> None:
        def work(session: Session) -> None:
            row = session.get(ZaloTokenRow, self._settings.app_id, with_for_update=True)
            if row is None:
                session.add(ZaloTokenRow(app=self._settings.app_id, **self._values(pair), generation=1))
                return
            for name, value in self._values(pair).items():
                setattr(row, name, value)
            row.generation += 1

        self.database.do(work)

    def _values(self, pair: Pair) -> dict[str, object]:
        now = self._now()
        return {
            "access": self.vault.seal(pair.access),
            "refresh": self.vault.seal(pair.refresh),
            "issued": now,
            "expires": now + pair.lives,
            "lease": None,
            "leased": None,
            "not_before": None,
            "tries": 0,
            "refused": None,
        }

    def _note_failure(self, generation: int, lease: str, refused: str | None = None) -> None:
        now = self._now()

        def work(session: Session) -> None:
            row = session.get(ZaloTokenRow, self._settings.app_id, with_for_update=True)
            if row is None or row.generation != generation or row.lease not in (None, lease):
                return
            pause = timedelta(seconds=min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(row.tries, 20)))
            row.lease, row.leased = None, None
            row.tries += 1
            row.refused = refused
            row.not_before = now + (AFTER_REFUSAL if refused else pause)

        self.database.do(work)

    def _load(self) -> Kept:
        row = self.database.do(lambda session: session.get(ZaloTokenRow, self._settings.app_id))
        if row is None:
            raise ZaloNotAuthorised("No tokens yet: python -m bot zalo authorise")
        kept = Kept(
            access=self.vault.open(row.access),
            refresh=self.vault.open(row.refresh),
            generation=row.generation,
            issued=row.issued,
            expires=row.expires,
            lease=row.lease,
            leased=row.leased,
            not_before=row.not_before,
            tries=row.tries,
            refused=row.refused,
        )
        self._known = kept
        return kept


def _refused(code: str) -> ZaloRefreshRefused:
    return ZaloRefreshRefused(f"The service refuses the refresh token ({code}): python -m bot zalo authorise")


def _code_in(pasted: str, request: Request) -> str:
    """The code in what an operator pasted: the code alone, or the whole address."""
    pasted = pasted.strip()
    if "?" not in pasted and "=" not in pasted:
        if not pasted:
            raise ZaloBadRedirect("There is no code.")
        return pasted
    query = httpx.QueryParams(pasted.partition("?")[2].partition("#")[0] or pasted)
    if query.get("state", request.state) != request.state:
        raise ZaloBadRedirect("The address answers another authorisation: begin again.")
    if not query.get("code"):
        raise ZaloBadRedirect("There is no code in the address.")
    return query["code"]
