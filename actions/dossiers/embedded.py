"""The embedded register: dossiers and drafts in the database of the actions, sealed.

The default where the province has no interface yet, and behind the sandbox province.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from actions.database.work import Database
from actions.dossiers.dossier import Channel, Dossier, Draft, DraftFile, DraftRequest, Proofs, Status, Step
from actions.dossiers.errors import NoSuchDossier, RegisterAway, RegisterStrange
from actions.dossiers.tables import DossierRow, DraftFileRow, DraftRow, NumberRow
from knowledge.working_days import VIETNAM
from storage.errors import DatabaseUnavailable, VaultLocked
from storage.vault import Vault
from storage.work import rows_changed

AGENCY = "000.00.00.H41"  # the province, as the codes of its dossiers begin
SERIAL_LENGTH = 4  # digits at least
DRAFT_STEP = "Đăng ký hồ sơ (bản nháp)"
PROOF_NAMES = tuple(Proofs.model_fields)

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


class StoredFile(BaseModel):
    """What is known of an attachment without opening it. size: in bytes."""

    model_config = ConfigDict(frozen=True)

    document: str
    name: str
    media_type: str
    size: int


class StoredDraft(BaseModel):
    """A draft with what it was made of. request: without the files' contents; see EmbeddedRegister.files_of."""

    model_config = ConfigDict(frozen=True)

    draft: Draft
    request: DraftRequest
    files: tuple[StoredFile, ...] = ()


def _clock() -> datetime:
    return datetime.now(UTC)


class EmbeddedRegister:
    """A register in our own database; implements Register. Calls may come from any thread and process.

    All raise RegisterAway if the database cannot be used, and RegisterStrange if the keys that are set do not open
    what it holds. demonstration: its dossiers are made up. now: the clock, with a time zone.
    """

    name = "embedded"

    def __init__(
        self, database: Database, vault: Vault, *, demonstration: bool = False, now: Callable[[], datetime] = _clock
    ) -> None:
        self.demonstration = demonstration
        self._database = database
        self._vault = vault
        self._now = now
        self._last_seen: datetime | None = None

    @property
    def last_seen(self) -> datetime | None:
        """When the database last answered; None: never since this process started."""
        return self._last_seen

    async def find(self, code: str) -> Dossier:
        """The dossier of a code. Raises NoSuchDossier."""
        return await asyncio.to_thread(self.get, code)

    async def draft(self, request: DraftRequest) -> Draft:
        """Makes a draft and a dossier of it, or gives the draft that was made with the same key before."""
        draft, _ = await asyncio.to_thread(self.take, request)
        return draft

    async def close(self) -> None:
        """Nothing to close: the database belongs to whoever opened it."""

    def get(self, code: str) -> Dossier:
        """As find, for who is not asynchronous."""
        name = self._name(code)
        row = self._do(lambda session: session.get(DossierRow, name))
        if row is None:
            raise NoSuchDossier("This register knows no dossier of this code.")
        return self._opened(row)

    def take(self, request: DraftRequest) -> tuple[Draft, bool]:
        """As draft, for who is not asynchronous; and whether the draft is new."""
        key, now = self._vault.name("draft", request.key), self._now()

        def work(session: Session) -> tuple[Draft, bool]:
            row = session.scalar(select(DraftRow).where(DraftRow.key == key))
            if row is not None:
                return self._stored(row).draft, False
            draft = Draft(code=self._new_code(session, now), page="", made=now)
            self._keep(session, _dossier_of(draft, request), _proofs_of(request))
            row = DraftRow(key=key, dossier=self._name(draft.code), made=now, sealed=self._sealed_draft(draft, request))
            session.add(row)
            session.flush()
            session.add_all(self._file_row(row.id, file) for file in request.files)
            return draft, True

        return self._do(work)

    def put(self, dossier: Dossier, proofs: Proofs | None = None) -> None:
        """Inserts a dossier or replaces the one of the same code.

        proofs: without, those of the dossier; where it has none, those that were kept with its code before stay.
        """
        self.put_all([(dossier, proofs)])

    def put_all(self, dossiers: Iterable[tuple[Dossier, Proofs | None]]) -> None:
        """Puts several: all of them, or after an error none."""
        listed = list(dossiers)

        def work(session: Session) -> None:
            for dossier, proofs in listed:
                self._keep(session, dossier, proofs)

        self._do(work)

    def remove(self, code: str) -> bool:
        """Deletes a dossier, and the draft it was made of. False: there was none."""
        name = self._name(code)

        def work(session: Session) -> bool:
            _delete_drafts(session, list(session.scalars(select(DraftRow.id).where(DraftRow.dossier == name))))
            return rows_changed(session, delete(DossierRow).where(DossierRow.name == name)) > 0

        return self._do(work)

    def all(self, limit: int = 1000) -> list[Dossier]:
        """The dossiers, the ones changed last first, with proofs."""
        wanted = select(DossierRow).order_by(DossierRow.updated.desc(), DossierRow.name).limit(limit)
        return [self._opened(row) for row in self._do(lambda session: list(session.scalars(wanted)))]

    def drafts(self, limit: int = 1000) -> list[StoredDraft]:
        """The drafts, the newest first."""
        wanted = select(DraftRow).order_by(DraftRow.id.desc()).limit(limit)
        return [self._stored(row) for row in self._do(lambda session: list(session.scalars(wanted)))]

    def draft_of(self, code: str) -> StoredDraft | None:
        """The draft of a code. None: no dossier of this code was made of a draft."""
        wanted = select(DraftRow).where(DraftRow.dossier == self._name(code))
        row = self._do(lambda session: session.scalar(wanted))
        return None if row is None else self._stored(row)

    def files_of(self, code: str) -> tuple[DraftFile, ...]:
        """The attachments of a draft with their contents, in the order in which they were given."""
        wanted = (
            select(DraftFileRow)
            .join(DraftRow, DraftRow.id == DraftFileRow.draft)
            .where(DraftRow.dossier == self._name(code))
            .order_by(DraftFileRow.id)
        )
        rows = self._do(lambda session: list(session.scalars(wanted)))
        return tuple(self._file(row) for row in rows)

    def erase_draft(self, key: str) -> bool:
        """Deletes the draft that was made with a key, its attachments and its dossier. False: there is none.

        One that is no longer a draft (its dossier has moved on) stays: it is with the offices.
        """
        name = self._vault.name("draft", key)

        def work(session: Session) -> bool:
            row = session.scalar(select(DraftRow).where(DraftRow.key == name))
            dossier = session.get(DossierRow, row.dossier) if row else None
            if row is None or (dossier is not None and dossier.status != Status.REGISTERED):
                return False
            _delete_drafts(session, [row.id])
            if dossier is not None:
                session.delete(dossier)
            return True

        return self._do(work)

    def forget_drafts(self, before: datetime) -> int:
        """Deletes what was attached and answered in drafts made before a moment; their dossiers stay. How many."""

        def work(session: Session) -> int:
            old = list(session.scalars(select(DraftRow.id).where(DraftRow.made < before)))
            _delete_drafts(session, old)
            return len(old)

        return self._do(work)

    def _keep(self, session: Session, dossier: Dossier, proofs: Proofs | None) -> None:
        name = self._name(dossier.code)
        row = session.get(DossierRow, name, with_for_update=True)
        if row is None:
            row = DossierRow(name=name)
            session.add(row)
            known = proofs or dossier.proofs
        else:
            known = proofs or (dossier.proofs if _any(dossier.proofs) else self._opened(row).proofs)
        row.status, row.updated = dossier.status, self._now()
        plain = {"dossier": dossier.model_dump(mode="json"), "proofs": _plain(known)}
        row.sealed = self._vault.seal(json.dumps(plain, ensure_ascii=False))
        session.flush()

    def _new_code(self, session: Session, now: datetime) -> str:
        """The next code of the day that nobody has. Who writes the number holds its row until the draft is stored."""
        day = now.astimezone(VIETNAM).date()
        following = update(NumberRow).where(NumberRow.day == day).values(last=NumberRow.last + 1)
        while True:
            if not rows_changed(session, following):
                session.add(NumberRow(day=day, last=1))
                session.flush()
            last = session.scalar(select(NumberRow.last).where(NumberRow.day == day))
            code = f"{AGENCY}-{day:%y%m%d}-{last:0{SERIAL_LENGTH}}"
            if session.get(DossierRow, self._name(code)) is None:
                return code

    def _sealed_draft(self, draft: Draft, request: DraftRequest) -> str:
        files = [
            StoredFile(document=file.document, name=file.name, media_type=file.media_type, size=len(file.content))
            for file in request.files
        ]
        stored = StoredDraft(draft=draft, request=request.model_copy(update={"files": ()}), files=tuple(files))
        return self._vault.seal(stored.model_dump_json())

    def _file_row(self, draft: int, file: DraftFile) -> DraftFileRow:
        about = {"document": file.document, "name": file.name, "media_type": file.media_type}
        sealed = self._vault.seal(json.dumps(about, ensure_ascii=False))
        return DraftFileRow(draft=draft, sealed=sealed, content=self._vault.seal_bytes(file.content))

    def _opened(self, row: DossierRow) -> Dossier:
        """as_of is the moment of asking, as with every register."""
        kept = self._read(row.sealed)
        found = self._valid(Dossier, kept["dossier"])
        proofs = Proofs(**{name: SecretStr(value) for name, value in kept["proofs"].items()})
        return found.model_copy(update={"proofs": proofs, "as_of": self._now()})

    def _stored(self, row: DraftRow) -> StoredDraft:
        return self._valid(StoredDraft, self._read(row.sealed))

    def _file(self, row: DraftFileRow) -> DraftFile:
        try:
            return DraftFile(**self._read(row.sealed), content=self._vault.open_bytes(row.content))
        except VaultLocked as error:
            raise RegisterStrange(str(error)) from error

    def _read(self, sealed: str) -> dict[str, Any]:
        try:
            read: dict[str, Any] = json.loads(self._vault.open(sealed))
        except VaultLocked as error:
            raise RegisterStrange(str(error)) from error
        return read

    def _valid(self, model: type[M], kept: dict[str, Any]) -> M:
        """What was kept, as this version reads it. The error's own text would tell what the dossier holds."""
        try:
            return model.model_validate(kept)
        except ValidationError as error:
            fields = ", ".join(".".join(map(str, wrong["loc"])) for wrong in error.errors())
            raise RegisterStrange(f"What is kept is not of the form of this version: {fields}.") from None

    def _name(self, code: str) -> str:
        return self._vault.name("dossier", code)

    def _do(self, work: Callable[[Session], T]) -> T:
        try:
            done = self._database.do(work)
        except DatabaseUnavailable as error:
            raise RegisterAway(
                f"The register's database cannot be used ({error}).", last_seen=self._last_seen
            ) from error
        self._last_seen = self._now()
        return done


def _dossier_of(draft: Draft, request: DraftRequest) -> Dossier:
    """A draft as a dossier. It is not handed in yet, so nothing is submitted or due."""
    step = Step(name=DRAFT_STEP, began=draft.made, ended=draft.made, status=Status.REGISTERED)
    return Dossier(
        code=draft.code,
        procedure=request.procedure,
        procedure_name=request.procedure_name,
        status=Status.REGISTERED,
        status_name=Status.REGISTERED.vietnamese,
        channel=Channel.ONLINE,
        owner=request.applicant,
        steps=(step,),
        as_of=draft.made,
    )


def _proofs_of(request: DraftRequest) -> Proofs:
    return Proofs(phone=_secret(request.phone), identity_number=_secret(request.identity_number))


def _secret(text: str) -> SecretStr | None:
    return SecretStr(text) if text else None


def _plain(proofs: Proofs) -> dict[str, str]:
    """For sealing only: SecretStr hides itself in JSON."""
    known = {name: getattr(proofs, name) for name in PROOF_NAMES}
    return {name: value.get_secret_value() for name, value in known.items() if value is not None}


def _any(proofs: Proofs) -> bool:
    return bool(_plain(proofs))


def _delete_drafts(session: Session, drafts: list[int]) -> None:
    session.execute(delete(DraftFileRow).where(DraftFileRow.draft.in_(drafts)))
    session.execute(delete(DraftRow).where(DraftRow.id.in_(drafts)))
