from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.channels.zalo_hours import VIETNAM, is_night, until_morning


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 23, hour, minute, tzinfo=VIETNAM).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "night"),
    [(at(21, 59), False), (at(22), True), (at(0), True), (at(5, 59), True), (at(6), False), (at(12), False)],
)
def test_night_is_from_ten_to_six_in_vietnam(moment: datetime, night: bool) -> None:
    assert is_night(moment) is night


@pytest.mark.parametrize(("moment", "hours"), [(at(22), 8), (at(0), 6), (at(5, 30), 0.5), (at(6), 24)])
def test_how_long_until_morning(moment: datetime, hours: float) -> None:
    assert until_morning(moment) == hours * 3600
