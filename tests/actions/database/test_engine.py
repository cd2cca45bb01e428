"""The database is made and brought up to date by whoever comes first."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from actions.database.every_table import METADATA
from actions.database.work import MIGRATIONS
from actions.desk.desk import Desk
from actions.desk.entries import Reason
from actions.desk.errors import DeskUnavailable
from actions.desk.settings import DeskSettings
from storage.engine import open_database
from tests.postgres import Postgres

PROCESSES = 3


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'below' / 'desk.sqlite'}"


def test_the_steps_make_the_tables_that_the_code_knows(database_url: str) -> None:
    with open_database(database_url, MIGRATIONS).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        assert {index["name"] for index in inspect(connection).get_indexes("hand_over")} >= {"open_hand_over"}


def test_opening_again_keeps_what_is_there(database_url: str) -> None:
    settings = DeskSettings(database=database_url)
    number = Desk(settings).hand_over("a", Reason.ASKED).number
    assert [one.number for one in Desk(settings).waiting()] == [number]


def test_only_this_user_reads_the_file(url: str, tmp_path: Path) -> None:
    open_database(url, MIGRATIONS)
    assert (tmp_path / "below" / "desk.sqlite").stat().st_mode & 0o077 == 0


def hand_over(url: str, gate: object, conversation: str) -> None:
    gate.wait()  # type: ignore[attr-defined]
    Desk(DeskSettings(database=url, desk_key="one key")).hand_over(conversation, Reason.ASKED)


def test_several_processes_may_start_at_once(database_url: str) -> None:
    url = database_url
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(PROCESSES)
    started = [context.Process(target=hand_over, args=(url, gate, f"c{number}")) for number in range(PROCESSES)]
    for process in started:
        process.start()
    for process in started:
        process.join()
    assert [process.exitcode for process in started] == [0] * PROCESSES
    assert len(Desk(DeskSettings(database=url)).waiting()) == PROCESSES


def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    open_database(url, MIGRATIONS)
    plain = create_engine(url)
    with plain.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DeskUnavailable, match="9999"):
        Desk(DeskSettings(database=url)).waiting()


def test_what_a_citizen_wrote_stands_in_no_error(database_url: str) -> None:
    settings = DeskSettings(database=database_url)
    desk = Desk(settings)
    desk.waiting()
    with create_engine(database_url).begin() as connection:
        connection.execute(text("DROP TABLE hand_over"))
    with pytest.raises(DeskUnavailable) as caught:
        desk.hand_over("a", Reason.ASKED, contact="0912345678", turns=["chuyện riêng"])
    whole = "".join(map(str, (caught.value, caught.value.__cause__)))
    assert "hand_over" in whole
    assert "0912345678" not in whole
    assert "riêng" not in whole


def told(url: str, name: str) -> str:
    engine = open_database(url, MIGRATIONS)
    with engine.connect() as connection:
        found = str(connection.scalar(text(f"SHOW {name}")))
    engine.dispose()
    return found


def test_nobody_waits_for_ever_for_postgresql(postgres: Postgres) -> None:
    url = postgres.fresh_database()
    assert (told(url, "statement_timeout"), told(url, "lock_timeout")) == ("15s", "5s")
    assert told(f"{url}&options=-c%20statement_timeout%3D7000", "statement_timeout") == "7s"
    postgres.drop(url)


def test_who_waits_too_long_for_another_is_told_that_the_database_cannot_be_used(postgres: Postgres) -> None:
    url = f"{(plain := postgres.fresh_database())}&options=-c%20lock_timeout%3D50"
    number = Desk(DeskSettings(database=plain)).hand_over("a", Reason.ASKED).number
    with create_engine(plain).begin() as connection:
        connection.execute(text("LOCK TABLE hand_over"))
        with pytest.raises(DeskUnavailable):
            Desk(DeskSettings(database=url)).take(number, "An")
    assert Desk(DeskSettings(database=url)).take(number, "An").taken_by == "An"
    postgres.drop(plain)


def test_a_server_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(DeskUnavailable, match="D101"):
        Desk(DeskSettings(database=f"postgresql+psycopg://nobody@/none?host={tmp_path}")).waiting()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DeskUnavailable, match="D101"):
        Desk(DeskSettings(database=f"sqlite:///{tmp_path / 'file' / 'desk.sqlite'}")).waiting()
