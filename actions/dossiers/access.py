"""Who may see a dossier: proofs, limits, grants and the audit trail together, before anything of it is shown.

A wrong code and a wrong proof take the same path, the same time and get the same answer. What is open and what fails
is decided here only; nobody else asks a register on behalf of a citizen.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from actions.database.work import Database
from actions.dossiers import audit
from actions.dossiers.access_settings import AccessSettings
from actions.dossiers.access_tables import GrantRow, Outcome, Subject
from actions.dossiers.audit import Names, names_of
from actions.dossiers.dossier import Dossier
from actions.dossiers.errors import DossierError, NoSuchDossier, NotOpened, RegisterStrange
from actions.dossiers.limits import Charge, Limits
from actions.dossiers.proofs import Proof, matches
from actions.dossiers.register import Register
from actions.privacy.settings import PrivacySettings
from knowledge.working_days import VIETNAM
from storage.vault import Vault
from storage.work import rows_changed

NOBODYS_CODE = "000.00.00.H41-900101-0000"  # of a day on which no such codes existed
HELD_TICKS = 4  # ticks more for every failure above the ceiling
LAST_DIGITS = 4

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Asker:
    """Who asks. conversation: Rasa's sender; address: of the network, hashed by the gateway; empty: it knows none."""

    conversation: str
    address: str = ""


@dataclass(frozen=True)
class Opened:
    """The dossier is theirs. ref: with which it is opened again (payload dossier:<ref>)."""

    dossier: Dossier
    ref: str


@dataclass(frozen=True)
class Refused:
    """Not shown, whatever the reason. wait_seconds: until the next attempt is looked at; None: at once.

    looked: False where this attempt was not looked at either, because the wait was not over.
    """

    wait_seconds: int | None = None
    looked: bool = True


@dataclass(frozen=True)
class Known:
    """A dossier that was opened before. opened: when the proof was last given. procedure: national code, if known."""

    ref: str
    code: str = field(repr=False)
    procedure_name: str
    opened: datetime
    procedure: str | None = None


def _clock() -> datetime:
    return datetime.now(UTC)


class Doorkeeper:
    """Opens dossiers. now: the clock, with a time zone; sleep: waits so many seconds.

    All raise what the register and the database raise.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        register: Register,
        *,
        settings: AccessSettings | None = None,
        privacy: PrivacySettings | None = None,
        now: Callable[[], datetime] = _clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings = settings or AccessSettings()
        self._limits = Limits(self._settings)
        self._database = database
        self._vault = vault
        self._register = register
        self._now = now
        self._sleep = sleep
        privacy = privacy or PrivacySettings()
        self._keep_audit_days = privacy.keep_audit_days
        self.grants = Grants(database, vault, privacy.keep_grants_days, now)

    async def open(self, code: str, proof: Proof, asker: Asker) -> Opened | Refused:
        """The dossier of a code (upper case, ASCII hyphens), if the proof fits and nobody has to wait.

        Raises RegisterAway and the like at once: that does not depend on the code, and does not count as an attempt.
        """
        began = self._now()
        names = names_of(self._vault, conversation=asker.conversation, address=asker.address, code=code)
        charge = await asyncio.to_thread(self._charge, names)
        if charge.wait is not None:
            await self._release(began)
            return Refused(charge.wait, looked=False)
        try:
            dossier, outcome = await self._looked_up(code)
        except DossierError:
            await asyncio.to_thread(self._take_back, charge, names)
            raise
        fits = matches(proof, dossier.proofs if dossier else None, self._settings.access_alphabet)
        if dossier is None or not fits:
            await asyncio.to_thread(self._refuse, outcome, names)
            await self._release(began, HELD_TICKS if charge.flooded else 0)
            return Refused(charge.wait_after)
        known = self._known(code, dossier, asker)
        await asyncio.to_thread(self._grant, charge, names, known)
        await self._release(began)
        return Opened(dossier, known.ref)

    async def again(self, ref: str, asker: Asker) -> Dossier:
        """A dossier that this conversation has proved its own before. Raises NotOpened, NoSuchDossier."""
        known = await asyncio.to_thread(self.grants.known, asker.conversation, ref)
        if known is None:
            raise NotOpened("This conversation has not opened such a dossier, or too long ago.")
        dossier = await self._register.find(known.code)
        await asyncio.to_thread(self._note_again, asker, known.code)
        return dossier

    async def own(self, code: str, asker: Asker) -> Dossier:
        """The dossier of a draft that this conversation itself has made; that is the proof. Raises NoSuchDossier.

        code: from what we keep of the conversation, never from a message.
        """
        dossier = await self._register.find(code)
        names = names_of(self._vault, conversation=asker.conversation, address=asker.address, code=code)
        await asyncio.to_thread(self._grant, None, names, self._known(code, dossier, asker))
        return dossier

    async def opened_before(self, asker: Asker) -> list[Known]:
        """The dossiers that this conversation has proved its own, the last one first."""
        return await asyncio.to_thread(self.grants.all_of, asker.conversation)

    def forget(self, conversation: str) -> int:
        """Forgets which dossiers a conversation has opened. How many they were. Limits and audit trail stay."""
        return self.grants.erase(conversation)

    def forget_old(self) -> int:
        """Deletes grants, counts and lines of the audit trail that have come of age. How many rows they were."""
        now = self._now()
        trail = audit.Audit(self._database, self._vault, self._now)
        counts = self._database.do(lambda session: self._limits.forget(session, now))
        return self.grants.forget(now) + counts + trail.forget(self._keep_audit_days)

    def _charge(self, names: Names) -> Charge:
        now = self._now()
        counted = {
            Subject.ADDRESS: names.address,
            Subject.CODE: names.dossier,
            Subject.PERSON: names.conversation,
        }

        def work(session: Session) -> Charge:
            charge = self._limits.charge(session, counted, now)
            if charge.wait is not None:
                audit.write(session, now, Outcome.LOCKED, names)
            return charge

        return self._database.do(work)

    async def _looked_up(self, code: str) -> tuple[Dossier | None, Outcome]:
        """The dossier, or what it is to be refused as.

        A dossier that the register tells wrongly would give away that there is one; so it counts as refused as long as
        the register gives proper answers to others.
        """
        try:
            return await self._register.find(code), Outcome.REFUSED
        except NoSuchDossier:
            return None, Outcome.REFUSED
        except RegisterStrange as error:
            try:
                await self._register.find(NOBODYS_CODE)
            except NoSuchDossier:
                log.error("dossier_unreadable", error=error.code)
                return None, Outcome.UNREADABLE
            except DossierError:
                raise error from None
            raise

    def _take_back(self, charge: Charge, names: Names) -> None:
        now = self._now()

        def work(session: Session) -> None:
            self._limits.give_back(session, charge, now, succeeded=False)
            audit.write(session, now, Outcome.AWAY, names)

        self._database.do(work)

    def _refuse(self, outcome: Outcome, names: Names) -> None:
        now = self._now()
        self._database.do(lambda session: audit.write(session, now, outcome, names))

    def _grant(self, charge: Charge | None, names: Names, known: Known) -> None:
        """Keeps that the dossier is theirs. charge: what the attempt was counted as; None: a draft of their own."""

        def work(session: Session) -> None:
            if charge:
                self._limits.give_back(session, charge, known.opened, succeeded=True)
            self.grants.write(session, names, known)
            audit.write(session, known.opened, Outcome.OPENED if charge else Outcome.DRAFT, names)

        self._database.do(work)

    def _known(self, code: str, dossier: Dossier, asker: Asker) -> Known:
        ref = ref_of(self._vault, asker.conversation, code)
        return Known(ref, code, dossier.procedure_name, self._now(), dossier.procedure)

    def _note_again(self, asker: Asker, code: str) -> None:
        trail = audit.Audit(self._database, self._vault, self._now)
        trail.note(Outcome.AGAIN, conversation=asker.conversation, address=asker.address, code=code)

    async def _release(self, began: datetime, more: int = 0) -> None:
        """Waits for the next tick after the beginning, and so many more."""
        tick = self._settings.access_tick
        passed = max(0.0, (self._now() - began).total_seconds())
        ticks = max(1, math.ceil(passed / tick))
        if ticks > 1:
            log.warning("slower_than_tick", seconds=round(passed, 2), tick=tick)
        await self._sleep((ticks + more) * tick - passed)


class Grants:
    """The dossiers that conversations have proved their own, for as long as that counts.

    A holder of personal data (name, held, erase, forget).
    """

    name = "Hồ sơ đã mở"

    def __init__(self, database: Database, vault: Vault, keep_days: int, now: Callable[[], datetime] = _clock) -> None:
        self._database = database
        self._vault = vault
        self._keep = timedelta(days=keep_days)
        self._now = now

    def write(self, session: Session, names: Names, known: Known) -> None:
        """Keeps a grant within a transaction, or renews it."""
        told = {"code": known.code, "procedure_name": known.procedure_name, "procedure": known.procedure}
        plain = json.dumps(told, ensure_ascii=False)
        row = session.get(GrantRow, known.ref, with_for_update=True)
        if row is None:
            row = GrantRow(ref=known.ref, conversation=names.conversation, dossier=names.dossier)
            session.add(row)
        row.sealed, row.opened = self._vault.seal(plain), known.opened

    def all_of(self, conversation: str) -> list[Known]:
        """What a conversation has opened, the last one first."""
        return self._read(conversation, None)

    def known(self, conversation: str, ref: str) -> Known | None:
        """What a conversation has opened under this ref, if it has."""
        return next(iter(self._read(conversation, ref)), None)

    def held(self, conversation: str) -> list[str]:
        """What is kept of a conversation, in words for the citizen."""
        return [
            f"Hồ sơ …{known.code[-LAST_DIGITS:]} ({known.procedure_name}), "
            f"mở ngày {known.opened.astimezone(VIETNAM).strftime('%d/%m/%Y')}"
            for known in self.all_of(conversation)
        ]

    def erase(self, conversation: str) -> int:
        """Deletes the grants of a conversation. How many they were."""
        named = self._vault.name("conversation", conversation)
        gone = delete(GrantRow).where(GrantRow.conversation == named)
        return self._database.do(lambda session: rows_changed(session, gone))

    def forget(self, now: datetime) -> int:
        """Deletes the grants that are too old. How many they were."""
        gone = delete(GrantRow).where(GrantRow.opened < now - self._keep)
        return self._database.do(lambda session: rows_changed(session, gone))

    def _read(self, conversation: str, ref: str | None) -> list[Known]:
        wanted = (
            select(GrantRow)
            .where(
                GrantRow.conversation == self._vault.name("conversation", conversation),
                GrantRow.opened >= self._now() - self._keep,
            )
            .order_by(GrantRow.opened.desc(), GrantRow.ref)
        )
        if ref is not None:
            wanted = wanted.where(GrantRow.ref == ref)
        rows = self._database.do(lambda session: list(session.scalars(wanted)))
        return [self._opened(row) for row in rows]

    def _opened(self, row: GrantRow) -> Known:
        plain = json.loads(self._vault.open(row.sealed))
        return Known(row.ref, plain["code"], plain["procedure_name"], row.opened, plain.get("procedure"))


def ref_of(vault: Vault, conversation: str, code: str) -> str:
    """What a button of this conversation carries for a dossier: opaque, and of no use to another conversation."""
    return vault.name("grant", conversation, code)
