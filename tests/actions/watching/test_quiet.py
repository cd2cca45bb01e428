from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.watching.quiet import NIGHT, Quiet
from actions.watching.settings import WatchSettings
from knowledge.working_days import VIETNAM
from tests.actions.watching.province import NO_ENV_FILE


def here(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("moment", "earliest"),
    [
        ("2026-11-23 20:59", "2026-11-23 20:59"),
        ("2026-11-23 21:00", "2026-11-24 07:00"),
        ("2026-11-23 23:59", "2026-11-24 07:00"),
        ("2026-11-24 00:00", "2026-11-24 07:00"),
        ("2026-11-24 06:59", "2026-11-24 07:00"),
        ("2026-11-24 07:00", "2026-11-24 07:00"),
        ("2026-12-31 22:00", "2027-01-01 07:00"),
    ],
)
def test_what_comes_up_at_night_waits_for_the_morning(moment: str, earliest: str) -> None:
    assert NIGHT.earliest(here(moment)) == here(earliest)
    assert NIGHT.at(here(moment)) == (moment != earliest)


def test_a_moment_of_another_zone_is_read_in_vietnams_time() -> None:
    assert NIGHT.at(datetime(2026, 11, 23, 15, 0, tzinfo=UTC))
    morning = NIGHT.earliest(datetime(2026, 11, 23, 15, 0, tzinfo=UTC))
    assert morning == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    assert morning.tzinfo is UTC


def test_a_quiet_midday() -> None:
    midday = Quiet(time(11, 30), time(13, 30))
    assert midday.earliest(here("2026-11-23 12:00")) == here("2026-11-23 13:30")
    assert not midday.at(here("2026-11-23 22:00"))


def test_never_quiet() -> None:
    never = Quiet.of(WatchSettings(quiet_from=time(7), quiet_to=time(7), **NO_ENV_FILE))
    assert not any(never.at(here(f"2026-11-23 {hour:02}:00")) for hour in range(24))


@given(st.times(), st.times(), st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)))
def test_the_earliest_moment_is_never_quiet_and_never_in_the_past(begins: time, ends: time, at: datetime) -> None:
    quiet = Quiet(begins, ends)
    earliest = quiet.earliest(at)
    assert earliest >= at
    assert not quiet.at(earliest)
    assert (earliest - at).total_seconds() <= 86400
