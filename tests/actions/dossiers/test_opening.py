"""The register that the settings name is opened, guarded; one of demonstration is filled once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet

from actions.database.work import Database
from actions.dossiers.embedded import EmbeddedRegister
from actions.dossiers.examples import example_dossiers
from actions.dossiers.lgsp import LgspRegister
from actions.dossiers.opening import fill, open_register
from actions.dossiers.rest import RestRegister
from actions.dossiers.settings import DossierSettings
from storage.vault import Vault

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
AWAY = "https://province.example.vn"
VAULT = Vault([Fernet.generate_key().decode()])


@pytest.fixture
def database(database_url: str) -> Database:
    return Database(database_url)


def opened(database: Database, at: datetime = NOW, **settings: Any) -> Any:
    return open_register(DossierSettings(_env_file=None, **settings), database, VAULT, now=lambda: at)


async def test_without_settings_the_examples_can_be_asked_for(database: Database) -> None:
    register = opened(database)
    assert (register.name, register.demonstration) == ("embedded", True)
    for example in example_dossiers(NOW):
        assert await register.find(example.code) == example
    database.close()


def test_it_is_filled_only_once(database: Database) -> None:
    opened(database)
    again = opened(database, NOW + timedelta(days=40))
    assert len(again.register.all()) == len(example_dossiers(NOW))
    database.close()


def test_a_register_that_is_in_use_gets_no_examples(database: Database) -> None:
    register = EmbeddedRegister(database, VAULT, now=lambda: NOW)
    register.put(example_dossiers(NOW)[0])
    assert fill(register, NOW) == 0
    assert len(opened(database).register.all()) == 1
    database.close()


def test_processes_that_start_at_once_fill_it_once(database: Database) -> None:
    database.engine()
    with ThreadPoolExecutor(4) as threads:
        registers = list(threads.map(lambda _: opened(database), range(4)))
    assert len(registers[0].register.all()) == len(example_dossiers(NOW))
    database.close()


def test_a_real_one_gets_no_examples(database: Database) -> None:
    register = opened(database, dossiers_demonstration=False)
    assert (register.demonstration, register.register.all()) == (False, [])
    database.close()


def test_a_database_that_is_away_does_not_keep_the_assistant_from_starting() -> None:
    register = opened(Database("sqlite:////proc/none/motcua.sqlite"))
    assert register.last_seen is None


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        (RestRegister, {"dossiers": "rest", "dossiers_url": AWAY, "dossiers_token": "t"}),
        (LgspRegister, {"dossiers": "lgsp", "dossiers_url": AWAY, "dossiers_user": "u", "dossiers_password": "p"}),
    ],
)
async def test_a_province_s_system_is_asked_where_the_settings_say_so(
    kind: type[RestRegister | LgspRegister], settings: dict[str, Any]
) -> None:
    database = Database("sqlite://")
    register = opened(database, **settings)
    assert isinstance(register.register, kind)
    assert (register.name, register.demonstration) == (kind.name, False)
    assert opened(database, **settings, dossiers_demonstration=True).demonstration
    await register.close()
