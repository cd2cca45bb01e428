"""How often somebody may try, in the order of time: waits grow, pass, are forgiven and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from actions.database.work import Database
from actions.dossiers.access_settings import AccessSettings
from actions.dossiers.access_tables import Subject
from actions.dossiers.limits import Charge, Limits
from tests.actions.dossiers.doors import NO_ENV_FILE, NOW

MINUTES = (1, 5, 30, 120, 1440, 1440)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'limits.sqlite'}")
    yield database
    database.close()


class Tries:
    """Charges of one set of names after another."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.limits = Limits(AccessSettings(**NO_ENV_FILE))
        self.now = NOW

    def charge(self, **names: str) -> Charge:
        named = {Subject(kind): name for kind, name in names.items()}
        return self.database.do(lambda session: self.limits.charge(session, named, self.now))

    def give_back(self, charge: Charge, *, succeeded: bool) -> None:
        self.database.do(lambda session: self.limits.give_back(session, charge, self.now, succeeded=succeeded))

    def wait(self, length: timedelta) -> datetime:
        self.now += length
        return self.now


@pytest.fixture
def tries(database: Database) -> Tries:
    return Tries(database)


@pytest.mark.parametrize(("kind", "free"), [("person", 3), ("code", 5), ("address", 30)])
def test_after_the_free_failures_every_wait_is_longer(tries: Tries, kind: str, free: int) -> None:
    for number in range(free - 1):
        assert tries.charge(**{kind: "x"}) == Charge(names={Subject(kind): "x"}), number
    for minutes in MINUTES:
        assert tries.charge(**{kind: "x"}).wait_after == minutes * 60
        assert tries.charge(**{kind: "x"}).wait == minutes * 60
        tries.wait(timedelta(minutes=minutes) - timedelta(seconds=1))
        assert tries.charge(**{kind: "x"}).wait == 1
        tries.wait(timedelta(seconds=1))


def test_what_has_to_wait_is_not_counted(tries: Tries) -> None:
    for _ in range(3):
        tries.charge(person="x", code="y", address="z")
    for _ in range(50):
        assert tries.charge(person="x", code="y", address="z").wait == 60
    assert tries.charge(person="other", code="y", address="z").wait is None
    assert tries.charge(person="other", code="y", address="z").wait is None
    assert tries.charge(person="third", code="y").wait == 60


def test_the_longest_wait_counts(tries: Tries) -> None:
    for _ in range(5):
        tries.charge(code="y")
    tries.wait(timedelta(seconds=30))
    for _ in range(3):
        tries.charge(person="x")
    assert tries.charge(person="x", code="y").wait == 60
    tries.wait(timedelta(seconds=31))
    assert tries.charge(person="x", code="y").wait == 29


def test_an_address_has_its_free_failures_anew_every_hour(tries: Tries) -> None:
    for _ in range(5):
        for _ in range(29):
            assert tries.charge(address="z").wait_after is None
        tries.wait(timedelta(hours=1))


@pytest.mark.parametrize(("kind", "free", "days"), [("person", 3, 2), ("code", 5, 7), ("address", 30, 2)])
def test_a_long_time_without_a_failure_is_forgiven(tries: Tries, kind: str, free: int, days: int) -> None:
    for _ in range(free):
        tries.charge(**{kind: "x"})
    tries.wait(timedelta(days=days) - timedelta(minutes=1))
    assert tries.charge(**{kind: "x"}).wait_after == 300
    tries.wait(timedelta(days=days))
    assert tries.charge(**{kind: "x"}).wait_after is None


def test_a_code_gets_no_more_tries_by_waiting_for_forgiveness(tries: Tries) -> None:
    """At most one try a day in the long run, whether one waits out the locks or until the count is forgotten."""
    looked, until = 0, tries.now + timedelta(days=60)
    most = 5 + 4 + 60
    while tries.now < until and looked <= most:
        charge = tries.charge(code="y")
        looked += charge.wait is None
        tries.wait(timedelta(seconds=charge.wait or charge.wait_after or 1))
    assert looked <= most


def test_success_gives_the_person_everything_back_and_the_others_only_this_try(tries: Tries) -> None:
    names = {"person": "x", "code": "y", "address": "z"}
    for _ in range(2):
        tries.charge(**names)
    tries.give_back(tries.charge(**names), succeeded=True)
    for _ in range(2):
        assert tries.charge(**names).wait_after is None
    assert tries.charge(code="y").wait_after == 60


def test_the_lock_of_a_try_that_succeeds_is_taken_off(tries: Tries) -> None:
    for _ in range(4):
        tries.charge(code="y")
    last = tries.charge(code="y")
    assert last.wait_after == 60
    tries.give_back(last, succeeded=True)
    assert tries.charge(code="y").wait is None


def test_the_lock_of_another_try_at_the_same_time_stays(tries: Tries) -> None:
    for _ in range(3):
        tries.charge(code="y")
    mine = tries.charge(code="y")
    assert tries.charge(code="y").wait_after == 60
    tries.give_back(mine, succeeded=True)
    assert tries.charge(code="y").wait == 60


def test_a_try_that_could_not_be_made_is_taken_back_for_all(tries: Tries) -> None:
    for _ in range(10):
        charge = tries.charge(person="x", code="y", address="z")
        assert charge.wait is None
        tries.give_back(charge, succeeded=False)


def test_above_the_ceiling_a_person_has_no_free_failure(database: Database) -> None:
    tries = Tries(database)
    tries.limits = Limits(AccessSettings(access_ceiling=3, **NO_ENV_FILE))
    assert [tries.charge(person=f"x{number}").flooded for number in range(3)] == [False] * 3
    flooded = tries.charge(person="x9")
    assert flooded.flooded
    assert flooded.wait_after == 60
    tries.wait(timedelta(minutes=1))
    assert not tries.charge(person="x10").flooded


def test_counts_that_no_longer_count_are_deleted(tries: Tries) -> None:
    tries.charge(person="x", code="y")
    tries.wait(timedelta(days=4))
    assert tries.database.do(lambda session: tries.limits.forget(session, tries.now)) == 0
    tries.wait(timedelta(days=5))
    assert tries.database.do(lambda session: tries.limits.forget(session, tries.now)) == 3
