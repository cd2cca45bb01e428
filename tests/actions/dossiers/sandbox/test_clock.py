"""The sandbox's time: as ours, faster, set forward, and after a restart."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from actions.database.work import Database
from actions.dossiers.sandbox.clock import Clock
from actions.dossiers.sandbox.tables import SandboxBase
from tests.actions.dossiers.sandbox.conftest import MONDAY, RealTime


@pytest.fixture
def database(database_file: Path) -> Database:
    database = Database(f"sqlite:///{database_file}")
    SandboxBase.metadata.create_all(database.engine())
    return database


@pytest.fixture
def clock(database: Database, real: RealTime) -> Clock:
    return Clock(database, None, real)


def test_it_starts_as_ours(clock: Clock, real: RealTime) -> None:
    assert clock() == MONDAY
    real.pass_by(minutes=5)
    assert (clock(), clock.speed) == (MONDAY + timedelta(minutes=5), 1.0)


def test_it_runs_faster_from_the_change_on(clock: Clock, real: RealTime) -> None:
    real.pass_by(minutes=1)
    clock.run_at(60)
    real.pass_by(minutes=1)
    assert clock() == MONDAY + timedelta(minutes=61)


def test_it_can_stand_still(clock: Clock, real: RealTime) -> None:
    clock.run_at(0)
    real.pass_by(days=1)
    assert clock() == MONDAY


def test_it_can_be_set_forward_and_goes_on_from_there(clock: Clock, real: RealTime) -> None:
    clock.jump(48)
    real.pass_by(hours=1)
    assert clock() == MONDAY + timedelta(hours=49)


def test_a_restart_loses_neither_the_jump_nor_the_speed(clock: Clock, database: Database, real: RealTime) -> None:
    clock.jump(48)
    clock.run_at(10)
    again = Clock(database, None, real)
    assert (again(), again.speed) == (MONDAY + timedelta(hours=48), 10.0)


def test_while_it_was_away_time_went_on_as_ours(clock: Clock, database: Database, real: RealTime) -> None:
    clock.run_at(3600)
    real.pass_by(hours=1)
    assert Clock(database, None, real)() == MONDAY + timedelta(hours=1)


def test_the_speed_of_the_start_goes_before_the_kept_one(clock: Clock, database: Database, real: RealTime) -> None:
    clock.run_at(3600)
    assert Clock(database, 2.0, real).speed == 2.0


def test_it_can_be_put_back_to_ours(clock: Clock, real: RealTime) -> None:
    clock.jump(48)
    clock.run_at(10)
    clock.as_ours()
    real.pass_by(hours=1)
    assert (clock(), clock.speed) == (real(), 1.0)
