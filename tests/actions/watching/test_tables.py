from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import inspect, text

from actions.database.base import Base
from actions.dossiers.dossier import Status
from tests.actions.watching.province import CODE, ME, OWNER, Watch, a_dossier

TABLES = ("following", "awaited_return", "notice")


async def test_nothing_stands_there_that_tells_of_a_person(watch: Watch) -> None:
    watch.follow(a_dossier())
    watch.province.move(CODE, status=Status.SUPPLEMENT_ASKED)
    await watch.look()
    watch.following.wait_for_return(ME)
    with watch.database.engine().connect() as connection:
        rows = {table: connection.execute(text(f"SELECT * FROM {table}")).all() for table in TABLES}
    assert all(rows.values())
    everything = str(rows)
    for personal in (ME, CODE, CODE[-4:], OWNER, "khai sinh", "1.001193", "bổ sung"):
        assert personal not in everything


def test_the_times_that_are_asked_for_are_indexed(watch: Watch) -> None:
    found = inspect(watch.database.engine())
    columns = {tuple(index["column_names"]) for table in TABLES for index in found.get_indexes(table)}
    assert columns >= {("next_look",), ("ends",), ("expires",), ("conversation", "dossier")}


def test_moments_come_back_with_their_zone(watch: Watch) -> None:
    watch.follow(a_dossier())
    assert watch.following.of(ME)[0].since == datetime(2026, 11, 23, 2, tzinfo=UTC)


def test_the_tables_are_among_all_tables() -> None:
    assert set(TABLES) <= set(Base.metadata.tables)
