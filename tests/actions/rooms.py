"""The rooms of part 4 as actions/assistant.py puts them together, over a temporary SQLite database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from actions import assistant
from actions.database.work import Database
from actions.dossiers.access import Doorkeeper
from actions.dossiers.access_settings import AccessSettings
from actions.dossiers.dossier import Dossier, Draft, DraftRequest, Status
from actions.dossiers.embedded import EmbeddedRegister, StoredDraft
from actions.dossiers.errors import RegisterAway
from actions.dossiers.examples import example_dossiers
from actions.dossiers.guarded import GuardedRegister
from actions.privacy.settings import PrivacySettings
from actions.submissions.file_settings import FileSettings
from actions.submissions.files import StoredFile
from actions.submissions.submission import Submission
from actions.watching.settings import WatchSettings
from knowledge.reply import Attached
from storage.errors import DatabaseUnavailable
from storage.vault import Vault
from tests.actions.dossiers.doors import KEY, NOW, Clock
from tests.actions.eforms import write_forms

NO_ENV_FILE: dict[str, Any] = {"_env_file": None}
ONCE = (
    "attachments", "consents", "database", "doorkeeper", "following", "forms", "files", "outbox", "personal_data",
    "submissions", "teller", "vault", "watcher",
)  # fmt: skip
# Made-up people of the tests, whose details must be nowhere in plain text.
PERSONAL = ("Trần Thị Mận", "040198012345", "0912345678", "Khối 5, phường Thành Vinh")


class Province:
    """The province's system: the embedded register, which does what a test says.

    trouble: what it raises instead of an answer. lost: the draft is made, then `trouble` is raised. page: of drafts.
    """

    name = "embedded"
    demonstration = True

    def __init__(self, inner: EmbeddedRegister) -> None:
        self.inner = inner
        self.trouble: Exception | None = None
        self.lost = False
        self.page = ""
        self.asked: list[str] = []
        self.requests: list[DraftRequest] = []

    @property
    def last_seen(self) -> Any:
        return self.inner.last_seen

    async def find(self, code: str) -> Dossier:
        self.asked.append(code)
        if self.trouble:
            raise self.trouble
        return await self.inner.find(code)

    async def draft(self, request: DraftRequest) -> Draft:
        self.requests.append(request)
        if self.trouble and not self.lost:
            raise self.trouble
        draft = await self.inner.draft(request)
        if self.trouble:
            raise self.trouble
        return draft.model_copy(update={"page": self.page})

    async def close(self) -> None: ...


class Outage:
    """An outage of the database. happened: whether anybody has noticed it."""

    def __init__(self, after: int) -> None:
        self._left = after
        self.happened = False

    def count(self) -> None:
        """One more piece of work. Raises DatabaseUnavailable."""
        if self._left == 0:
            self.happened = True
            raise DatabaseUnavailable("It is away.")
        self._left -= 1


@dataclass
class Rooms:
    """What tests look at. province: behind `register`; examples: the dossiers that are there."""

    clock: Clock
    database: Database
    province: Province
    register: GuardedRegister
    examples: tuple[Dossier, ...]
    _outage: Outage | None = None

    def away(self) -> None:
        """From now on the province's system does not answer."""
        self.province.trouble = RegisterAway("It is away.")

    def back(self) -> None:
        """It answers again."""
        self.province.trouble, self.province.lost = None, False

    @contextmanager
    def outage(self, after: int = 0) -> Iterator[Outage]:
        """The database cannot be used, after so many pieces of work that still succeed."""
        self._outage = Outage(after)
        try:
            yield self._outage
        finally:
            self._outage = None

    def do(self, work: Callable[[Session], Any], really: Callable[[Callable[[Session], Any]], Any]) -> Any:
        """A piece of work, unless there is an outage."""
        if self._outage:
            self._outage.count()
        return really(work)

    def submission(self, sender: str = "a") -> Submission:
        """The one that was begun last."""
        return assistant.submissions().all_of(sender)[0]

    def drafts(self) -> list[StoredDraft]:
        """What the province's system has taken."""
        return self.province.inner.drafts()

    def example(self, **wanted: Any) -> Dossier:
        """The first example that has these values."""
        return next(one for one in self.examples if all(getattr(one, name) == is_ for name, is_ in wanted.items()))

    def opened(self, attached: Attached) -> StoredFile:
        """A file that a reply names."""
        found = assistant.files().fetch(attached.id, "a")
        assert found is not None
        return found

    def everything_stored(self) -> str:
        """Every table as text."""
        with Session(self.database.engine()) as session:
            names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
            rows = [list(map(repr, session.execute(text(f'SELECT * FROM "{name}"')).all())) for name in names]
        return "\n".join(row for table in rows for row in table)

    def move(self, dossier: Dossier, status: Status) -> None:
        """The province's offices go on with a dossier."""
        self.province.inner.put(dossier.model_copy(update={"status": status, "status_name": status.vietnamese}))


@contextmanager
def open_rooms(monkeypatch: pytest.MonkeyPatch, folder: Path, furnished: Path) -> Iterator[Rooms]:
    """Puts the rooms behind the functions of actions/assistant.py, but for the register (Rooms.register).

    furnished: a database as furnish() makes it.
    """
    for name in [name for name in os.environ if name.startswith("MOTCUA_")]:
        monkeypatch.delenv(name)
    clock, file = Clock(), folder / "desk.sqlite"
    privacy = PrivacySettings(vault_key=KEY, **NO_ENV_FILE)
    monkeypatch.setattr(assistant, "desk_settings", lambda: SimpleNamespace(database=f"sqlite:///{file}"))
    monkeypatch.setattr(assistant, "privacy_settings", lambda: privacy)
    monkeypatch.setattr(assistant, "access_settings", lambda: AccessSettings(**NO_ENV_FILE))
    monkeypatch.setattr(assistant, "file_settings", lambda: FileSettings(**NO_ENV_FILE))
    monkeypatch.setattr(assistant, "watch_settings", lambda: WatchSettings(**NO_ENV_FILE))
    data = SimpleNamespace(data=write_forms(folder / "forms").parent)
    monkeypatch.setattr(assistant, "settings", lambda: data)
    monkeypatch.setattr(assistant, "Doorkeeper", lambda *args, **more: Doorkeeper(*args, sleep=clock.sleep, **more))
    _forget()
    shutil.copy(furnished, file)
    database = assistant.database()
    event.listen(database.engine(), "connect", _hurry)
    province = Province(EmbeddedRegister(database, assistant.vault(), demonstration=True, now=clock))
    register = GuardedRegister(province, attempts=1, failures=1000, now=clock)
    rooms = Rooms(clock, database, province, register, _examples())
    really = database.do
    monkeypatch.setattr(database, "do", lambda work: rooms.do(work, really))
    really_look = database.look
    monkeypatch.setattr(database, "look", lambda work: rooms.do(work, really_look))
    try:
        yield rooms
    finally:
        database.close()
        _forget()


def furnish(file: Path) -> Path:
    """A database with all tables and the examples, to be copied: making one takes a second."""
    database = Database(f"sqlite:///{file}")
    event.listen(database.engine(), "connect", _hurry)
    EmbeddedRegister(database, Vault([KEY])).put_all([(dossier, dossier.proofs) for dossier in _examples()])
    with database.engine().connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return file


@lru_cache
def _examples() -> tuple[Dossier, ...]:
    return example_dossiers(NOW)


def _hurry(connection: Any, _: object) -> None:
    """Does not wait for the disk."""
    connection.execute("PRAGMA synchronous=OFF")


def _forget() -> None:
    for name in ONCE:
        getattr(assistant, name).cache_clear()
