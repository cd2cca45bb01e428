"""The steps make the tables that the code knows, in a database that may be the actions' own."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from bot.delivery.database import MIGRATIONS, GatewayDatabase
from bot.delivery.every_table import METADATA
from storage.engine import open_database
from storage.errors import DatabaseUnavailable
from tests.postgres import Postgres

OURS = {"incoming", "outgoing", "chat", "link", "zalo_token", "zalo_sent", "pause"}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('gateway') / 'gateway.sqlite'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.fresh_database()
    yield url
    server.drop(url)


def test_the_steps_make_the_tables_that_the_code_knows(empty_url: str) -> None:
    engine = open_database(empty_url, MIGRATIONS)
    with engine.connect() as connection:
        own = {"compare_type": True, "version_table": "gateway_version"}
        assert compare_metadata(MigrationContext.configure(connection, opts=own), METADATA) == []
        names = set(inspect(connection).get_table_names())
        indexes = {index["name"] for table in OURS for index in inspect(connection).get_indexes(table)}
        unique = {one["name"] for table in OURS for one in inspect(connection).get_unique_constraints(table)}
    engine.dispose()
    assert names == {*OURS, "gateway_version"}
    assert indexes >= {index.name for table in METADATA.tables.values() for index in table.indexes}
    assert unique >= {"uq_incoming_channel_event", "uq_outgoing_cause_part"}


def test_the_actions_may_keep_theirs_in_the_same_database(empty_url: str) -> None:
    engine = create_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('0005')"))
    database = GatewayDatabase(empty_url)
    database.engine()
    database.close()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0005"
        assert connection.scalar(text("SELECT version_num FROM gateway_version")).startswith("g")
    engine.dispose()


def test_gateways_that_start_at_once_make_the_tables_once(empty_url: str) -> None:
    databases = [GatewayDatabase(empty_url) for _ in range(3)]
    threads = [threading.Thread(target=database.engine) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for database in databases:
        assert database.do(lambda session: session.scalar(text("SELECT COUNT(*) FROM incoming"))) == 0
        database.close()


def test_a_database_of_a_newer_version_is_left_alone(empty_url: str) -> None:
    database = GatewayDatabase(empty_url)
    database.do(lambda session: session.execute(text("UPDATE gateway_version SET version_num = 'g999'")))
    database.close()
    with pytest.raises(DatabaseUnavailable, match="g999"):
        database.do(lambda session: None)
    database.close()
