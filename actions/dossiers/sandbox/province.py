"""The sandbox province: its register, its time, and the scripts by which its dossiers move on."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from actions.database.work import Database
from actions.dossiers.dossier import Dossier, Draft, DraftRequest, Status
from actions.dossiers.embedded import AGENCY, EmbeddedRegister, StoredDraft
from actions.dossiers.errors import NoSuchDossier, NothingNext
from actions.dossiers.examples import example_dossiers
from actions.dossiers.sandbox import catalogue
from actions.dossiers.sandbox.acts import DAYS, due_in
from actions.dossiers.sandbox.clock import Clock, real_time
from actions.dossiers.sandbox.faults import Faults
from actions.dossiers.sandbox.made_up import new_dossier
from actions.dossiers.sandbox.scripts import SCRIPTS, Beat, put_into, script_of
from actions.dossiers.sandbox.tables import PlanRow, SandboxBase
from actions.dossiers.tables import DossierRow, DraftFileRow, DraftRow
from knowledge.working_days import VIETNAM
from storage.vault import Vault

FIRST_SERIAL = 5001  # of a day's made-up dossiers; the register numbers its drafts from 1
MOST = 1000  # dossiers that are listed
SPREAD = (0.7, 1.3)  # a beat comes this much earlier or later


@dataclass(frozen=True)
class Planned:
    """A dossier and what happens next to it. due: None where it waits for the applicant or nothing more happens."""

    dossier: Dossier
    script: str
    beat: Beat | None
    due: datetime | None


class Province:
    """A made-up province's system. Calls may come from any thread, but from one process only.

    speed: how many times as fast as ours its time runs; None: as it did last. real: our time. seed: of all that is
    left to chance. All methods may raise RegisterAway.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        *,
        seed: int = 1,
        speed: float | None = None,
        real: Callable[[], datetime] = real_time,
    ) -> None:
        SandboxBase.metadata.create_all(database.engine())
        self.faults = Faults()
        self.clock = Clock(database, speed, real)
        self.register = EmbeddedRegister(database, vault, demonstration=True, now=self.clock)
        # Codes carry our day, however far the sandbox is ahead: a code of next month would be taken for a typing error.
        self._numbering = EmbeddedRegister(database, vault, demonstration=True, now=real)
        self._real = real
        self._database = database
        self._vault = vault
        self._seed = seed
        self._changing = threading.RLock()
        self._fill()

    def catch_up(self) -> int:
        """Lets happen what should have happened by now, in its order; how many things."""
        with self._changing:
            count, now = 0, self.clock()
            while (plan := self._first_due(now)) is not None and plan.due is not None:
                self._happen(plan, plan.due)
                count += 1
            return count

    def find(self, code: str) -> Dossier:
        """A dossier as it is now. Raises NoSuchDossier."""
        self.catch_up()
        return self.register.get(code)

    def all(self) -> list[Planned]:
        """The dossiers, the ones that changed last first."""
        with self._changing:
            self.catch_up()
            plans = {plan.name: plan for plan in self._plans()}
            return [self._planned(one, plans.get(self._name(one.code))) for one in self.register.all(MOST)]

    def planned(self, code: str) -> Planned:
        """One of them. Raises NoSuchDossier."""
        with self._changing:
            dossier = self.find(code)
            return self._planned(dossier, self._plan(code))

    def take(self, request: DraftRequest) -> tuple[Draft, bool]:
        """A draft with what is still missing, and whether it is new. The page is left to who knows the address.

        Raises DraftRefused.
        """
        catalogue.procedure(request.procedure)
        with self._changing:
            made, new = self._numbering.take(request)
            kept = self.draft_of(made.code)
            if new or self._plan(made.code) is None:
                self._plan_anew(self.register.get(made.code), self.clock())
        documents = [file.document for file in kept.files] if kept else [file.document for file in request.files]
        told = kept.request if kept else request
        more = {
            "missing": catalogue.missing_documents(told, documents),
            "fees": catalogue.online_fees(told.procedure),
            "due": due_in(DAYS, made.made),
        }
        return made.model_copy(update=more), new

    def draft_of(self, code: str) -> StoredDraft | None:
        """What a draft of the REST API was made of."""
        return self.register.draft_of(code)

    def put(self, dossier: Dossier, *, only_new: bool = False) -> None:
        """A dossier from another system; from here on it moves as its status says. only_new: not if it is there."""
        with self._changing:
            if only_new and self._known(dossier.code):
                return
            self.register.put(dossier)
            self._plan_anew(dossier, self.clock())

    def begin(self, script: str, procedure: str | None = None) -> Dossier:
        """A new dossier of somebody made up. Raises KeyError for an unknown script, DraftRefused."""
        chosen = SCRIPTS[script]
        record = catalogue.procedure(procedure or chosen.procedure)
        with self._changing:
            now = self.clock()
            dossier = new_dossier(self._new_code(), chosen, record, now)
            self.register.put(dossier)
            self._set_plan(dossier, script, 0, now)
        return dossier

    def next(self, code: str) -> Dossier:
        """Lets the next thing happen to a dossier at once. Raises NoSuchDossier, NothingNext."""
        with self._changing:
            self.find(code)
            plan = self._plan(code)
            if plan is None or _beat(plan) is None:
                raise NothingNext("Nothing more happens to this dossier by itself; set its status by hand.")
            self._happen(plan, self.clock())
            return self.register.get(code)

    def put_into(self, code: str, status: Status) -> Dossier:
        """Puts a dossier into a status by hand. Raises NoSuchDossier."""
        with self._changing:
            now = self.clock()
            after = put_into(self.find(code), status, now)
            self.put(after)
            return after

    def submit(self, code: str) -> Dossier:
        """The applicant hands in a draft on the portal; a second time changes nothing. Raises NoSuchDossier."""
        with self._changing:
            dossier = self.find(code)
            return self.next(code) if dossier.status is Status.REGISTERED else dossier

    def run_at(self, speed: float) -> None:
        """From now on this fast; 0: time stands still."""
        with self._changing:
            self.catch_up()
            self.clock.run_at(speed)

    def jump(self, hours: float) -> None:
        """Sets time forward, and lets happen what happens until then."""
        with self._changing:
            self.clock.jump(hours)
            self.catch_up()

    def reset(self) -> None:
        """Everything as at the first start, with our time and without faults."""
        with self._changing:
            self._database.do(_empty)
            self.faults = Faults()
            self.clock.as_ours()
            self._fill()

    def _fill(self) -> None:
        """Puts in the examples where there is nothing yet, and gives every dossier a plan that has none."""
        known = self.register.all(MOST)
        if not known:
            known = list(example_dossiers(self.clock()))
            self.register.put_all([(one, one.proofs) for one in known])
        planned = {plan.name for plan in self._plans()}
        now = self.clock()
        unplanned = [one for one in known if self._name(one.code) not in planned]
        rows = [self._row(one, *script_of(one), now) for one in unplanned]
        self._database.do(lambda session: _merge(session, rows))

    def _happen(self, plan: PlanRow, at: datetime) -> None:
        """One beat, and when the next one is due."""
        beat, code = _beat(plan), self._vault.open(plan.sealed)
        try:
            if beat is None:
                raise NothingNext("The script has ended.")
            after = beat.act(self.register.get(code), at)
        except (NoSuchDossier, NothingNext):  # removed from the register, or a script of a former version
            self._database.do(lambda session: session.execute(delete(PlanRow).where(PlanRow.name == plan.name)))
            return
        self.register.put(after)
        self._set_plan(after, plan.script, plan.position + 1, at)

    def _plan_anew(self, dossier: Dossier, at: datetime) -> None:
        self._set_plan(dossier, *script_of(dossier), at)

    def _set_plan(self, dossier: Dossier, script: str, position: int, at: datetime) -> None:
        row = self._row(dossier, script, position, at)
        self._database.do(lambda session: _merge(session, [row]))

    def _row(self, dossier: Dossier, script: str, position: int, at: datetime) -> PlanRow:
        code = dossier.code
        row = PlanRow(name=self._name(code), sealed=self._vault.seal(code), script=script, position=position)
        beat = _beat(row)
        row.due = self._due(dossier, beat, position, at) if beat else None
        return row

    def _due(self, dossier: Dossier, beat: Beat, position: int, at: datetime) -> datetime | None:
        if beat.hours is None:
            return None
        start = max(at, dossier.due) if beat.after_due and dossier.due else at
        chance = random.Random(f"{self._seed}:{dossier.code}:{position}")  # noqa: S311 - no secret
        return start + timedelta(hours=beat.hours * chance.uniform(*SPREAD))

    def _planned(self, dossier: Dossier, plan: PlanRow | None) -> Planned:
        beat = _beat(plan) if plan else None
        return Planned(dossier, plan.script if plan and beat else "", beat, plan.due if plan and beat else None)

    def _new_code(self) -> str:
        serial, day = FIRST_SERIAL, self._real().astimezone(VIETNAM)
        while True:
            code = f"{AGENCY}-{day:%y%m%d}-{serial}"
            if not self._known(code):
                return code
            serial += 1

    def _known(self, code: str) -> bool:
        try:
            self.register.get(code)
        except NoSuchDossier:
            return False
        return True

    def _plans(self) -> list[PlanRow]:
        return self._database.do(lambda session: list(session.scalars(select(PlanRow))))

    def _plan(self, code: str) -> PlanRow | None:
        return self._database.do(lambda session: session.get(PlanRow, self._name(code)))

    def _first_due(self, now: datetime) -> PlanRow | None:
        due = select(PlanRow).where(PlanRow.due <= now).order_by(PlanRow.due, PlanRow.name).limit(1)
        return self._database.do(lambda session: session.scalar(due))

    def _name(self, code: str) -> str:
        return self._vault.name("dossier", code)


def _beat(plan: PlanRow) -> Beat | None:
    """The next thing that happens; None: nothing more."""
    script = SCRIPTS.get(plan.script)
    return script.beats[plan.position] if script and plan.position < len(script.beats) else None


def _merge(session: Session, rows: Sequence[PlanRow]) -> None:
    for row in rows:
        session.merge(row)


def _empty(session: Session) -> None:
    for table in (DraftFileRow, DraftRow, DossierRow, PlanRow):
        session.execute(delete(table))
