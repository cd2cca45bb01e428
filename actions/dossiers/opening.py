"""Opens the register that the settings name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from actions.database.work import Database
from actions.dossiers.embedded import EmbeddedRegister
from actions.dossiers.errors import DossierError
from actions.dossiers.examples import example_dossiers
from actions.dossiers.guarded import GuardedRegister
from actions.dossiers.lgsp import LgspRegister
from actions.dossiers.register import Register
from actions.dossiers.rest import RestRegister
from actions.dossiers.settings import DossierSettings, Kind
from storage.vault import Vault

log = structlog.get_logger(__name__)


def open_register(
    settings: DossierSettings,
    database: Database,
    vault: Vault,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> GuardedRegister:
    """The register of the settings, guarded. One of demonstration gets the example dossiers if it is empty.

    database, vault: for the embedded one. Not to be called within an event loop: it may wait for the database.
    """
    register = _register(settings, database, vault, now)
    log.info("register_opened", register=register.name, demonstration=register.demonstration)
    return GuardedRegister(register, cache_seconds=settings.dossiers_cache, longest=settings.dossiers_longest, now=now)


def fill(register: EmbeddedRegister, at: datetime) -> int:
    """Puts the examples into an empty register; how many. Several processes may do so at once."""
    if register.all(1):
        return 0
    examples = example_dossiers(at)
    register.put_all([(example, None) for example in examples])
    return len(examples)


def _register(settings: DossierSettings, database: Database, vault: Vault, now: Callable[[], datetime]) -> Register:
    match settings.dossiers:
        case Kind.REST:
            return RestRegister(
                settings.dossiers_url,
                settings.dossiers_token,
                timeout=settings.dossiers_timeout,
                demonstration=settings.demonstration,
                now=now,
            )
        case Kind.LGSP:
            return LgspRegister(
                settings.dossiers_url,
                settings.dossiers_user,
                settings.dossiers_password,
                unit=settings.dossiers_unit,
                page=settings.dossiers_page,
                timeout=settings.dossiers_timeout,
                demonstration=settings.demonstration,
                now=now,
            )
        case Kind.EMBEDDED:
            return _embedded(settings, database, vault, now)


def _embedded(
    settings: DossierSettings, database: Database, vault: Vault, now: Callable[[], datetime]
) -> EmbeddedRegister:
    register = EmbeddedRegister(database, vault, demonstration=settings.demonstration, now=now)
    if settings.demonstration:
        try:
            fill(register, now())
        except DossierError as error:  # the next start fills it; everything else of the assistant works meanwhile
            log.warning("register_not_filled", error=str(error))
    return register
