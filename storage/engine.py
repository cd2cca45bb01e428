"""Opens a database and brings it to the tables of this version."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url

PATIENCE = 5000  # milliseconds to wait for another process's transaction
LONGEST = 15_000  # milliseconds that one statement may take
LONGEST_MIGRATION = 300_000
# Of libpq, in seconds (the last in milliseconds): a server that is gone is noticed, and nobody waits for ever.
POSTGRES_NETWORK = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 15_000,
}
ONLY_READS = "only_reads"  # execution option of an engine whose transactions change nothing
POSTGRES_LOCK = 1_301_820_553  # any number, but always the same: who migrates holds this lock

_one_at_a_time = threading.Lock()  # Alembic keeps what it works on in a global


def open_database(url: str, migrations: Path) -> Engine:
    """An engine over an up-to-date database. Processes that start at once wait for one another.

    Raises errors of SQLAlchemy, of Alembic (CommandError: made by a newer version) and OSError.
    """
    engine = _engine(url)
    with _one_at_a_time, engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            for patience in ("statement_timeout", "lock_timeout"):
                connection.execute(text(f"SET LOCAL {patience} = {LONGEST_MIGRATION}"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": POSTGRES_LOCK})
        _migrate(connection, migrations)
    return engine


def _migrate(connection: Connection, migrations: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _engine(url: str) -> Engine:
    """hide_parameters: what citizens wrote must not stand in an error's text."""
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        return create_engine(address, pool_pre_ping=True, hide_parameters=True, connect_args=_patience(address))
    if address.get_backend_name() != "sqlite":
        return create_engine(address, pool_pre_ping=True, hide_parameters=True)
    if address.database:
        path = Path(address.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    engine = create_engine(address, hide_parameters=True)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin)
    return engine


def _patience(address: URL) -> dict[str, Any]:
    """How long to wait for PostgreSQL; what the URL itself says of it stays."""
    options = {"options": f"-c statement_timeout={LONGEST} -c lock_timeout={PATIENCE}"}
    return {name: value for name, value in {**POSTGRES_NETWORK, **options}.items() if name not in address.query}


def _set_up_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself; see _begin
    connection.execute(f"PRAGMA busy_timeout={PATIENCE}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA secure_delete=ON")


def _begin(connection: Connection) -> None:
    """Takes the write lock at the start: a transaction that begins by reading could not wait for another's later.

    One that only reads (ONLY_READS) takes none and waits for nobody.
    """
    only_reads = connection.get_execution_options().get(ONLY_READS)
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")
