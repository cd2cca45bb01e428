"""The database is made and brought up to date by whoever comes first."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from actions.database.engine import open_database
from actions.database.every_table import METADATA
from actions.desk.desk import Desk
from actions.desk.entries import Reason
from actions.desk.errors import DeskUnavailable
from actions.desk.settings import DeskSettings

PROCESSES = 3


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'below' / 'desk.sqlite'}"


def test_the_steps_make_the_tables_that_the_code_knows(url: str) -> None:
    with open_database(url).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        assert {index["name"] for index in inspect(connection).get_indexes("hand_over")} >= {"open_hand_over"}


def test_opening_again_keeps_what_is_there(url: str) -> None:
    settings = DeskSettings(database=url)
    number = Desk(settings).hand_over("a", Reason.ASKED).number
    assert [one.number for one in Desk(settings).waiting()] == [number]


def test_only_this_user_reads_the_file(url: str, tmp_path: Path) -> None:
    open_database(url)
    assert (tmp_path / "below" / "desk.sqlite").stat().st_mode & 0o077 == 0


def hand_over(url: str, gate: object, conversation: str) -> None:
    gate.wait()  # type: ignore[attr-defined]
    Desk(DeskSettings(database=url, desk_key="one key")).hand_over(conversation, Reason.ASKED)


def test_several_processes_may_start_at_once(url: str) -> None:
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
    open_database(url)
    plain = create_engine(url)
    with plain.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DeskUnavailable, match="9999"):
        Desk(DeskSettings(database=url)).waiting()


def test_what_a_citizen_wrote_stands_in_no_error(url: str) -> None:
    settings = DeskSettings(database=url)
    desk = Desk(settings)
    desk.waiting()
    with create_engine(url).begin() as connection:
        connection.execute(text("DROP TABLE hand_over"))
    with pytest.raises(DeskUnavailable) as caught:
        desk.hand_over("a", Reason.ASKED, contact="0912345678", turns=["chuyện riêng"])
    whole = "".join(map(str, (caught.value, caught.value.__cause__)))
    assert "hand_over" in whole
    assert "0912345678" not in whole
    assert "riêng" not in whole


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DeskUnavailable, match="D101"):
        Desk(DeskSettings(database=f"sqlite:///{tmp_path / 'file' / 'desk.sqlite'}")).waiting()
