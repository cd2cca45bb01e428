"""Working days: what counts as received, what is due when, and why."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import RecordError
from knowledge.record import Certainty, TimeLimit, TimeUnit
from knowledge.working_days import VIETNAM, Due, WorkCalendar, load_calendar

CALENDAR = load_calendar()
TODAY = datetime(2026, 11, 23, 9, 0)
FIFTEEN = time(15)
UNITS = (TimeUnit.WORKING_DAY, TimeUnit.DAY, TimeUnit.HOUR, TimeUnit.MONTH, TimeUnit.YEAR)

moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31))
cut_offs = st.none() | st.just(FIFTEEN)


def limit(amount: str | int | None, unit: TimeUnit, certainty: Certainty = Certainty.SURE) -> TimeLimit:
    return TimeLimit(
        amount=None if amount is None else Decimal(amount), unit=unit, certainty=certainty, raw="như nguồn ghi"
    )


def due(at: datetime, amount: str | int, unit: TimeUnit, cut_off: time | None = None) -> Due:
    found = CALENDAR.due(at, limit(amount, unit), cut_off=cut_off)
    assert found is not None
    return found


def working_days(at: datetime, amount: str | int) -> date:
    return due(at, amount, TimeUnit.WORKING_DAY).day


def weekdays_off(year: int) -> list[str]:
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
    return [f"{day.day}/{day.month}" for day in days if day.weekday() < 5 and not CALENDAR.is_working(day)]


def test_the_weekdays_off_in_2026_are_those_of_the_notices() -> None:
    tet = ["16/2", "17/2", "18/2", "19/2", "20/2"]
    spring = ["27/4", "30/4", "1/5"]
    assert weekdays_off(2026) == ["1/1", "2/1", *tet, *spring, "31/8", "1/9", "2/9", "24/11"]


def test_the_saturdays_worked_in_2026_make_up_for_days_off() -> None:
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    worked = [day for day in days if day.weekday() >= 5 and CALENDAR.is_working(day)]
    assert worked == [date(2026, 1, 10), date(2026, 8, 22)]


def test_the_fixed_holidays_of_2027_are_off() -> None:
    assert {"1/1", "16/4", "30/4", "3/5", "2/9", "24/11"} <= set(weekdays_off(2027))


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 11, 24), "Ngày Văn hóa Việt Nam"),
        (date(2026, 11, 21), "thứ Bảy"),
        (date(2026, 11, 22), "Chủ nhật"),
        (date(2026, 1, 2), "Nghỉ hoán đổi dịp Tết Dương lịch"),
        (date(2026, 2, 17), "Tết Nguyên Đán"),
        (date(2026, 11, 25), None),
        (date(2026, 1, 10), None),
    ],
)
def test_a_closed_day_has_its_vietnamese_name(day: date, name: str | None) -> None:
    assert CALENDAR.why_closed(day) == name


@pytest.mark.parametrize(
    ("at", "received"),
    [
        (datetime(2026, 11, 23, 9, 20), datetime(2026, 11, 23, 9, 20)),
        (datetime(2026, 11, 23, 5, 0), datetime(2026, 11, 23, 7, 0)),
        (datetime(2026, 11, 23, 12, 0), datetime(2026, 11, 23, 13, 30)),
        (datetime(2026, 11, 23, 17, 0), datetime(2026, 11, 23, 17, 0)),
        (datetime(2026, 11, 23, 17, 1), datetime(2026, 11, 25, 7, 0)),  # the next day is a holiday
        (datetime(2026, 11, 21, 10, 0), datetime(2026, 11, 23, 7, 0)),
        (datetime(2026, 11, 24, 10, 0), datetime(2026, 11, 25, 7, 0)),
        (datetime(2026, 8, 22, 10, 0), datetime(2026, 8, 22, 10, 0)),  # a Saturday that is worked
    ],
)
def test_what_comes_outside_of_the_hours_counts_from_the_next_opening(at: datetime, received: datetime) -> None:
    assert CALENDAR.received(at) == received


def test_a_time_of_another_zone_is_read_as_vietnamese_time() -> None:
    assert CALENDAR.received(datetime(2026, 11, 23, 2, 0, tzinfo=UTC)) == datetime(2026, 11, 23, 9, tzinfo=VIETNAM)
    late = CALENDAR.received(datetime(2026, 11, 22, 20, 0, tzinfo=UTC))
    assert (late.day, late.hour, late.utcoffset()) == (23, 7, timedelta(hours=7))


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (datetime(2026, 11, 23, 7, 0), True),
        (datetime(2026, 11, 23, 11, 30), False),
        (datetime(2026, 11, 23, 16, 59), True),
        (datetime(2026, 11, 23, 17, 0), False),
        (datetime(2026, 11, 24, 9, 0), False),
        (datetime(2026, 11, 22, 9, 0), False),
    ],
)
def test_the_offices_are_open_in_their_hours_on_working_days(at: datetime, is_open: bool) -> None:
    assert CALENDAR.open_at(at) is is_open


def test_the_day_of_receipt_and_the_holiday_are_not_counted() -> None:
    found = due(TODAY, 3, TimeUnit.WORKING_DAY)
    assert found.counted == (date(2026, 11, 25), date(2026, 11, 26), date(2026, 11, 27))
    assert found.skipped == ((date(2026, 11, 24), "Ngày Văn hóa Việt Nam"),)
    assert (found.day, found.received, found.late) == (date(2026, 11, 27), TODAY, False)


def test_weekends_are_skipped_with_their_names() -> None:
    found = due(datetime(2026, 11, 27, 8, 0), 1, TimeUnit.WORKING_DAY)
    assert found.day == date(2026, 11, 30)
    assert found.skipped == ((date(2026, 11, 28), "thứ Bảy"), (date(2026, 11, 29), "Chủ nhật"))


def test_after_hours_is_late_and_counts_from_the_next_working_day() -> None:
    found = due(datetime(2026, 11, 23, 19, 0), 1, TimeUnit.WORKING_DAY)
    assert found.late
    assert found.received == datetime(2026, 11, 25, 7, 0)
    assert found.day == date(2026, 11, 26)
    assert found.skipped == ((date(2026, 11, 24), "Ngày Văn hóa Việt Nam"),)


def test_a_weekend_is_not_late_but_explained() -> None:
    found = due(datetime(2026, 11, 21, 9, 0), 1, TimeUnit.WORKING_DAY)
    assert not found.late
    assert [name for _, name in found.skipped] == ["thứ Bảy", "Chủ nhật", "Ngày Văn hóa Việt Nam"]
    assert found.day == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("amount", "unit", "day"),
    [
        ("0.5", TimeUnit.WORKING_DAY, date(2026, 12, 1)),
        ("1.5", TimeUnit.WORKING_DAY, date(2026, 12, 2)),
        ("4", TimeUnit.HOUR, date(2026, 12, 1)),
        ("8", TimeUnit.HOUR, date(2026, 12, 1)),
        ("9", TimeUnit.HOUR, date(2026, 12, 2)),
        ("24", TimeUnit.HOUR, date(2026, 12, 3)),
        ("3", TimeUnit.DAY, date(2026, 12, 3)),
        ("5", TimeUnit.DAY, date(2026, 12, 7)),  # a Saturday
        ("1", TimeUnit.MONTH, date(2026, 12, 30)),
        ("3", TimeUnit.MONTH, date(2027, 3, 1)),  # 28 February is a Sunday
        ("1", TimeUnit.YEAR, date(2027, 11, 30)),
    ],
)
def test_each_unit_is_counted_its_own_way(amount: str, unit: TimeUnit, day: date) -> None:
    assert due(datetime(2026, 11, 30, 9, 0), amount, unit).day == day


def test_of_calendar_days_only_the_closed_days_at_the_end_are_skipped() -> None:
    found = due(datetime(2026, 11, 30, 9, 0), 5, TimeUnit.DAY)
    assert found.counted == ()
    assert found.skipped == ((date(2026, 12, 5), "thứ Bảy"), (date(2026, 12, 6), "Chủ nhật"))


def test_at_once_is_the_same_working_day() -> None:
    at_once = limit(None, TimeUnit.AT_ONCE)
    same, next_ = CALENDAR.due(TODAY, at_once), CALENDAR.due(TODAY.replace(hour=20), at_once)
    assert same is not None
    assert next_ is not None
    assert (same.day, same.counted) == (date(2026, 11, 23), ())
    assert next_.day == date(2026, 11, 25)


def test_after_the_cut_off_it_takes_one_working_day_more() -> None:
    before, after = datetime(2026, 11, 25, 15, 0), datetime(2026, 11, 25, 15, 1)
    assert due(before, 1, TimeUnit.WORKING_DAY, FIFTEEN).day == date(2026, 11, 26)
    found = due(after, 1, TimeUnit.WORKING_DAY, FIFTEEN)
    assert (found.day, found.late) == (date(2026, 11, 27), True)
    assert due(after, 1, TimeUnit.WORKING_DAY).day == date(2026, 11, 26)


@pytest.mark.parametrize(
    "unsure",
    [
        limit(None, TimeUnit.WORKING_DAY),
        limit(7, TimeUnit.UNKNOWN),
        limit(7, TimeUnit.WORKING_DAY, Certainty.DOUBTFUL),
        limit(None, TimeUnit.AT_ONCE, Certainty.DOUBTFUL),
    ],
)
def test_no_day_is_named_where_the_limit_is_not_sure(unsure: TimeLimit) -> None:
    assert CALENDAR.due(TODAY, unsure) is None


def test_a_year_without_all_its_notices_is_said_to_be_open() -> None:
    assert due(datetime(2026, 12, 1, 9), 2, TimeUnit.WORKING_DAY).certain
    for at, year in ((datetime(2026, 12, 30, 9), 2027), (datetime(2031, 5, 6, 9), 2031)):
        found = due(at, 5, TimeUnit.WORKING_DAY)
        assert found.notes == (f"Lịch nghỉ năm {year} chưa được công bố đầy đủ.",)
        assert not found.certain


def test_a_swap_that_was_only_proposed_is_told_and_not_counted() -> None:
    found = due(TODAY, 1, TimeUnit.WORKING_DAY)
    assert found.day == date(2026, 11, 25)
    assert not found.certain
    assert "đề xuất" in found.notes[0]


def test_years_beyond_the_library_still_have_weekends() -> None:
    far = datetime(2090, 3, 1, 9)
    assert due(far, 600, TimeUnit.YEAR).day.weekday() < 5


@given(moments, st.integers(0, 400), st.sampled_from(UNITS), cut_offs)
def test_what_is_due_is_due_on_a_working_day_not_before_it_came(
    at: datetime, amount: int, unit: TimeUnit, cut_off: time | None
) -> None:
    found = due(at, amount, unit, cut_off)
    assert CALENDAR.is_working(found.day)
    assert found.day >= found.received.date() >= at.date()
    assert all(CALENDAR.is_working(day) for day in found.counted)
    assert not any(CALENDAR.is_working(day) for day, _ in found.skipped)


@given(moments, st.timedeltas(timedelta(), timedelta(days=40)), st.integers(0, 60), st.sampled_from(UNITS), cut_offs)
def test_who_comes_later_is_not_served_earlier(
    at: datetime, wait: timedelta, amount: int, unit: TimeUnit, cut_off: time | None
) -> None:
    assert due(at, amount, unit, cut_off).day <= due(at + wait, amount, unit, cut_off).day


@given(moments, st.integers(0, 60), st.integers(0, 60), st.sampled_from(UNITS), cut_offs)
def test_a_longer_limit_is_never_due_earlier(
    at: datetime, amount: int, more: int, unit: TimeUnit, cut_off: time | None
) -> None:
    assert due(at, amount, unit, cut_off).day <= due(at, amount + more, unit, cut_off).day


@given(moments, st.integers(1, 60))
def test_counted_and_skipped_days_leave_no_gap(at: datetime, amount: int) -> None:
    found = due(at, amount, TimeUnit.WORKING_DAY)
    shut = {day for day, _ in found.skipped}
    days = {found.received.date() + timedelta(days=n) for n in range((found.day - found.received.date()).days + 1)}
    assert days == {found.received.date(), *found.counted} | {day for day in shut if day >= found.received.date()}
    assert len(found.counted) == amount


HOURS = 'certain: false\nhours_a_day: 8\nsource: a\nnote: b\nperiods:\n  - {opens: "08:00", closes: "12:00"}\n'
YEAR = "year: 2026\ncomplete: true\nchecked: 2026-01-01\nnote: n\n"


def calendar_of(folder: Path, year: str, hours: str = HOURS) -> WorkCalendar:
    (folder / "hours.yml").write_text(hours, encoding="utf-8")
    (folder / "2026.yml").write_text(year, encoding="utf-8")
    return load_calendar(folder)


def test_the_file_of_a_year_overrules_the_library(tmp_path: Path) -> None:
    day = "{day: 2026-04-27, name: x, source: y}"
    calendar = calendar_of(
        tmp_path, f"{YEAR}not_off: [{day}]\ndays_off: [{{day: 2026-04-28, name: Nghỉ, source: y}}]\n"
    )
    assert calendar.is_working(date(2026, 4, 27))
    assert calendar.why_closed(date(2026, 4, 28)) == "Nghỉ"


@pytest.mark.parametrize(
    ("year", "hours", "said"),
    [
        (YEAR.replace("2026\n", "2025\n", 1), HOURS, "another year"),
        (f"{YEAR}days_off: [{{day: 2027-01-01, name: x, source: y}}]\n", HOURS, "not in 2026"),
        (f"{YEAR}days_worked: [{{day: 2026-01-07, name: x, source: y}}]\n", HOURS, "days_worked"),
        (f"{YEAR}days_off: [{{day: 2026-01-07, name: x}}]\n", HOURS, "source"),
        (YEAR, HOURS.replace("12:00", "07:00"), "periods"),
        (f"{YEAR}swaps: []\n", HOURS, "swaps"),
    ],
)
def test_a_wrong_calendar_file_is_refused_with_its_reason(tmp_path: Path, year: str, hours: str, said: str) -> None:
    with pytest.raises(RecordError, match=said):
        calendar_of(tmp_path, year, hours)


def test_the_shipped_days_name_their_sources_and_hours_are_not_taken_for_certain() -> None:
    assert set(CALENDAR.years) == {2026, 2027}
    assert CALENDAR.years[2026].complete
    assert not CALENDAR.years[2027].complete
    assert not CALENDAR.hours.certain
    assert any("28/2026/QH16" in named.source for named in CALENDAR.years[2026].days_off)
