"""A doorkeeper before an embedded register with the examples, at a clock that the test turns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event

from actions.database.work import Database
from actions.dossiers.access import Doorkeeper
from actions.dossiers.access_settings import AccessSettings
from actions.dossiers.audit import Audit
from actions.dossiers.dossier import Dossier, Draft, DraftRequest
from actions.dossiers.embedded import EmbeddedRegister
from actions.dossiers.errors import DossierError, DraftsNotTaken
from actions.dossiers.examples import example_dossiers
from actions.dossiers.proofs import Proof, ProofKind
from actions.privacy.settings import PrivacySettings
from storage.vault import Vault

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, nine in the morning in Vietnam
KEY = "3Zb2Yk1oXb9fV1QxvJ0mC8yJ3yX8vQmI4yqkq0tq5uE="
UNKNOWN = "000.00.00.H41-261120-9999"
NO_ENV_FILE: dict[str, Any] = {"_env_file": None}


class Clock:
    """Stands still until the test, a sleep or a lookup sets it on."""

    def __init__(self) -> None:
        self.now = NOW
        self.stands_still = False

    def __call__(self) -> datetime:
        return self.now

    def set_on(self, length: timedelta) -> None:
        self.now += length

    async def sleep(self, seconds: float) -> None:
        """stands_still: for attempts at the same time, of which none may see the others' time pass."""
        assert seconds >= 0
        if not self.stands_still:
            self.now += timedelta(seconds=seconds)


@dataclass
class Watched:
    """A register that notes what it is asked. slow, quick: seconds for a dossier it knows, and for others.

    trouble: what it raises instead, for every code, or of the codes named.
    """

    inner: EmbeddedRegister
    clock: Clock
    asked: list[str] = field(default_factory=list)
    slow: float = 0.0
    quick: float = 0.0
    trouble: DossierError | None = None
    only: frozenset[str] = frozenset()
    name: str = "embedded"
    demonstration: bool = True
    last_seen: datetime | None = None

    async def find(self, code: str) -> Dossier:
        self.asked.append(code)
        if self.trouble and (not self.only or code in self.only):
            raise self.trouble
        self.clock.set_on(timedelta(seconds=self.quick))
        found = await self.inner.find(code)
        self.clock.set_on(timedelta(seconds=self.slow - self.quick))
        return found

    async def draft(self, request: DraftRequest) -> Draft:
        raise DraftsNotTaken("not here")

    async def close(self) -> None:
        """Nothing to close."""


@dataclass
class Doors:
    """All that a test of access needs."""

    keeper: Doorkeeper
    register: Watched
    clock: Clock
    database: Database
    vault: Vault
    audit: Audit
    examples: tuple[Dossier, ...]

    def another(self, **settings: Any) -> Doorkeeper:
        """A doorkeeper of another process, over the same database."""
        return keeper_of(self.database, self.vault, self.register, self.clock, **settings)


def keeper_of(database: Database, vault: Vault, register: Watched, clock: Clock, **settings: Any) -> Doorkeeper:
    return Doorkeeper(
        database,
        vault,
        register,
        settings=AccessSettings(**settings, **NO_ENV_FILE),
        privacy=PrivacySettings(**NO_ENV_FILE),
        now=clock,
        sleep=clock.sleep,
    )


def _hurried(database: Database) -> Database:
    """Without waiting for the disk at every commit: thousands of attempts are made."""
    engine = database.engine()
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        engine.dispose()
    return database


def open_doors(url: str, **settings: Any) -> Doors:
    clock, vault, database = Clock(), Vault([KEY]), _hurried(Database(url))
    register = EmbeddedRegister(database, vault, demonstration=True, now=clock)
    examples = example_dossiers(NOW)
    register.put_all([(dossier, dossier.proofs) for dossier in examples])
    watched = Watched(register, clock)
    keeper = keeper_of(database, vault, watched, clock, **settings)
    return Doors(keeper, watched, clock, database, vault, Audit(database, vault, clock), examples)


def secret_of(dossier: Dossier) -> Proof:
    """The proof that is right."""
    assert dossier.proofs.secret is not None
    return Proof(ProofKind.SECRET, dossier.proofs.secret.get_secret_value())


def digits_of(dossier: Dossier) -> Proof:
    """The other proof that is right."""
    phone, identity = dossier.proofs.phone, dossier.proofs.identity_number
    assert phone is not None
    assert identity is not None
    return Proof(ProofKind.DIGITS, phone.get_secret_value()[-4:] + identity.get_secret_value()[-4:])


def wrong(number: int = 0) -> Proof:
    """A proof that is of none of the examples."""
    return Proof(ProofKind.SECRET, f"WRONG{number:03}"[-8:])
