"""Stores over one empty database of the gateway, of each kind that we run on, at an hour that the test sets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import create_engine

from bot.delivery.chats import Chats
from bot.delivery.database import GatewayDatabase
from bot.delivery.every_table import METADATA
from bot.delivery.inbox import Inbox
from bot.delivery.outbox import Outbox
from bot.delivery.store import Store
from storage.vault import Vault
from tests.bot.conftest import fresh_database
from tests.bot.delivery.memory import Clock, MemoryAssistant, MemoryChannel, Stores
from tests.postgres import Postgres


@pytest.fixture(scope="session")
def made_postgres(postgres: Postgres) -> Iterator[str]:
    """A PostgreSQL database with our tables."""
    url = postgres.fresh_database()
    database = GatewayDatabase(url)
    database.engine()
    database.close()
    yield url
    postgres.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database with empty tables."""
    if request.param == "sqlite":
        return fresh_database()
    url: str = request.getfixturevalue("made_postgres")
    engine = create_engine(url)
    with engine.begin() as connection:
        for table in METADATA.sorted_tables:
            connection.execute(table.delete())
    engine.dispose()
    return url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def vault() -> Vault:
    return Vault([Fernet.generate_key().decode()])


@pytest.fixture
def stores(database_url: str, vault: Vault, clock: Clock) -> Iterator[Stores]:
    made = Stores(database_url, vault, clock)
    yield made
    made.close()


@pytest.fixture
def store(stores: Stores) -> Store:
    return stores()


@pytest.fixture
def inbox(store: Store) -> Inbox:
    return Inbox(store)


@pytest.fixture
def outbox(store: Store) -> Outbox:
    return Outbox(store)


@pytest.fixture
def chats(store: Store) -> Chats:
    return Chats(store)


@pytest.fixture
def channel() -> MemoryChannel:
    return MemoryChannel()


@pytest.fixture
def assistant() -> MemoryAssistant:
    return MemoryAssistant()
