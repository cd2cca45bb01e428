"""Dates as people write them in a form."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.submissions.dates import read_date, read_year
from actions.submissions.errors import AnswerRefused
from tests.actions.submissions.birth import TODAY


@pytest.mark.parametrize(
    "typed",
    [
        "2/11/2026", "02-11-2026", "2.11.26", "02112026", "ngày 2 tháng 11 năm 2026", "mồng 2 tháng 11 năm 2026",
        "2 tháng 11, năm 2026", "2026-11-02", "sinh ngày 2/11/26 ạ", "2 11 2026",
    ],
)  # fmt: skip
def test_the_second_of_november(typed: str) -> None:
    assert read_date(typed, TODAY) == date(2026, 11, 2)


@pytest.mark.parametrize(("typed", "day"), [("hôm qua", 22), ("hôm nay", 23), ("thứ 2 tuần trước", 16)])
def test_days_near_today(typed: str, day: int) -> None:
    assert read_date(typed, TODAY) == date(2026, 11, day)


@given(st.dates(min_value=date(1930, 1, 1), max_value=date(2026, 11, 23)))
def test_every_day_is_read_back(day: date) -> None:
    for form in ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d", "ngày %d tháng %m năm %Y", "%d%m%Y"):
        assert read_date(day.strftime(form), TODAY) == day


def test_two_digits_are_of_the_last_hundred_years() -> None:
    assert read_date("1/1/26", TODAY).year == 2026
    assert read_date("1/1/27", TODAY).year == 1927


@pytest.mark.parametrize(("typed", "year"), [("1998", 1998), ("năm 1998", 1998), ("sinh năm 98", 1998), ("05", 2005)])
def test_a_year_alone(typed: str, year: int) -> None:
    assert read_year(typed, TODAY) == year


def test_a_whole_date_is_no_year() -> None:
    assert read_year("2/11/1998", TODAY) is None


@pytest.mark.parametrize("typed", ["", "abc", "99/99/9999", "0/1/2026", "2/2026"])
def test_what_is_no_date(typed: str) -> None:
    with pytest.raises(AnswerRefused):
        read_date(typed, TODAY)
