"""Working days: when an office counts a dossier as received, and by when the result is due.

Public holidays come from the library `holidays`; data/calendar/YEAR.yml corrects and completes it (days swapped with
Saturdays, new holidays), each day with its source. data/calendar/hours.yml has the office hours. Times are those of
Vietnam: a time with another zone is converted, one without a zone is taken as it is.
"""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import holidays
from pydantic import BaseModel, ConfigDict, Field, model_validator

from knowledge.errors import RecordError
from knowledge.record import Certainty, Text, TimeLimit, TimeUnit
from knowledge.settings import ROOT
from knowledge.tongue import say
from knowledge.yaml_file import read_yaml

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
WEEKEND = {5: "thứ Bảy", 6: "Chủ nhật"}
ONE_DAY = timedelta(days=1)


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class NamedDay(_Model):
    """A day off, or a weekend day that is worked: what citizens know it as, and who says so."""

    day: date
    name: Text
    source: Text


class Undecided(_Model):
    """Days about which something was proposed, and nothing is known to be decided. note: told to the citizen."""

    days: tuple[date, ...] = Field(min_length=1)
    note: Text
    source: Text


class Year(_Model):
    """What is to be added to the library for one year.

    complete: the year's notices are known. days_worked: weekend days that make up for a day off; not_off: days that
    the library takes for holidays and that are none. checked: the day on which somebody compared.
    """

    year: int = Field(ge=2000, le=2200)
    complete: bool
    checked: date
    note: Text
    days_off: tuple[NamedDay, ...] = ()
    days_worked: tuple[NamedDay, ...] = ()
    not_off: tuple[NamedDay, ...] = ()
    undecided: tuple[Undecided, ...] = ()

    @model_validator(mode="after")
    def _days_fit(self) -> Year:
        days = [named.day for named in (*self.days_off, *self.days_worked, *self.not_off)]
        strange = [day for day in days if day.year != self.year]
        if strange:
            raise ValueError(f"{strange[0]} is not in {self.year}")
        if len(set(days)) != len(days):
            raise ValueError("a day stands twice")
        if any(named.day.weekday() not in WEEKEND for named in self.days_worked):
            raise ValueError("days_worked: only a Saturday or Sunday needs to be named")
        return self


class Period(_Model):
    """A part of the day in which the office is open."""

    opens: time
    closes: time


class Hours(_Model):
    """The office hours, earliest first. certain: whether somebody confirmed them for Nghệ An."""

    certain: bool
    periods: Annotated[tuple[Period, ...], Field(min_length=1)]
    hours_a_day: int = Field(ge=1, le=24, description="how many hours of a time limit make a working day")
    source: Text
    note: Text

    @model_validator(mode="after")
    def _in_order(self) -> Hours:
        times = [moment for period in self.periods for moment in (period.opens, period.closes)]
        if times != sorted(set(times)):
            raise ValueError("periods: each must open before it closes, and the next one after that")
        return self


@dataclass(frozen=True)
class Due:
    """By when a result is due, and how that was counted.

    day: a working day. counted: the working days that count, the last one is `day`; empty where calendar days,
    months or years count. skipped: the closed days on the way, with their names. received: the moment from which it
    counts. late: handed in on a working day, but too late for that day. certain: whether the calendar of these days
    is known for sure; notes: if not, what to tell the citizen.
    """

    day: date
    counted: tuple[date, ...]
    skipped: tuple[tuple[date, str], ...]
    received: datetime
    late: bool
    notes: tuple[str, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether nothing about the calendar is open."""
        return not self.notes


class WorkCalendar:
    """Which days are worked, and what follows from that."""

    def __init__(self, years: dict[int, Year], hours: Hours) -> None:
        self.years = years
        self.hours = hours
        self._off = {named.day: named.name for year in years.values() for named in year.days_off}
        self._not_off = {named.day for year in years.values() for named in year.not_off}
        self._worked = {named.day for year in years.values() for named in year.days_worked}

    def is_working(self, day: date) -> bool:
        """Whether the offices work on this day."""
        return self.why_closed(day) is None

    def why_closed(self, day: date) -> str | None:
        """The Vietnamese name of the day off ("thứ Bảy", "Ngày Văn hóa Việt Nam"); None: a working day."""
        if day in self._off:
            return self._off[day]
        public, worked = _public_days(day.year)
        if day in public and day not in self._not_off:
            return public[day]
        if day in self._worked or day in worked:
            return None
        return WEEKEND.get(day.weekday())

    def next_working(self, day: date) -> date:
        """This day if it is worked, else the next one that is."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def open_at(self, at: datetime) -> bool:
        """Whether the offices are open at this moment, as far as hours and calendar are known."""
        at = _vietnamese(at)
        hour = at.time()
        return self.is_working(at.date()) and any(part.opens <= hour < part.closes for part in self.hours.periods)

    def received(self, at: datetime) -> datetime:
        """From when a dossier counts that is handed in at this moment.

        After hours, on a weekend or a holiday: the opening of the next working day; before the opening or in the
        midday break: when the office opens again.
        """
        at = _vietnamese(at)
        hour = at.time()
        if self.is_working(at.date()):
            for period in self.hours.periods:
                if hour <= period.closes:
                    return at if hour >= period.opens else _at(at, at.date(), period.opens)
        return self._opening_after(at)

    def due(self, at: datetime, limit: TimeLimit, *, cut_off: time | None = None) -> Due | None:
        """By when the result of a dossier is due that is handed in at this moment.

        The day of receipt does not count. Hours are counted as working days (rounded up), calendar days, months and
        years end on the next working day; a part of a unit counts as a whole one. cut_off: what is received after
        this hour counts from the next working day. None: the limit names no sure number or no unit.
        """
        amount = self._whole(limit)
        if amount is None:
            return None
        at = _vietnamese(at)
        received = self.received(at)
        if cut_off is not None and received.time() > cut_off:
            received = self._opening_after(received)
        start = received.date()
        calendar = limit.unit in (TimeUnit.DAY, TimeUnit.MONTH, TimeUnit.YEAR)
        counted = () if calendar else tuple(self._working_after(start, amount))
        end = _plus(start, limit.unit, amount) if calendar else (counted[-1] if counted else start)
        day = self.next_working(end)
        passed = [*_days(at.date(), start), *_days(end if calendar else start, day)]
        skipped = tuple((shut, name) for shut in dict.fromkeys(passed) if (name := self.why_closed(shut)))
        late = self.is_working(at.date()) and start > at.date()
        return Due(day, counted, skipped, received, late, self._doubts(at.date(), day))

    def _whole(self, limit: TimeLimit) -> int | None:
        """How many of the unit count, hours as working days; None: not known for sure."""
        if limit.certainty is not Certainty.SURE or limit.unit is TimeUnit.UNKNOWN:
            return None
        if limit.unit is TimeUnit.AT_ONCE:
            return 0
        if limit.amount is None:
            return None
        return math.ceil(limit.amount / self.hours.hours_a_day if limit.unit is TimeUnit.HOUR else limit.amount)

    def _opening_after(self, at: datetime) -> datetime:
        return _at(at, self.next_working(at.date() + ONE_DAY), self.hours.periods[0].opens)

    def _working_after(self, start: date, count: int) -> Iterator[date]:
        day = start
        for _ in range(count):
            day = self.next_working(day + ONE_DAY)
            yield day

    def _doubts(self, first: date, last: date) -> tuple[str, ...]:
        notes = [
            say("Lịch nghỉ năm {year} chưa được công bố đầy đủ.", year=year)
            for year in range(first.year, last.year + 1)
            if year not in self.years or not self.years[year].complete
        ]
        for year in self.years.values():
            notes += [open_.note for open_ in year.undecided if any(first <= day <= last for day in open_.days)]
        return tuple(notes)


def load_calendar(folder: Path = ROOT / "data" / "calendar") -> WorkCalendar:
    """The calendar from hours.yml and the files YEAR.yml; RecordError says what is wrong with one of them."""
    years = {}
    for path in sorted(folder.glob("[0-9]*.yml")):
        year = read_yaml(path, Year)
        if path.stem != str(year.year):
            raise RecordError(f"{path}, year: the file is named after another year than {year.year}.")
        years[year.year] = year
    return WorkCalendar(years, read_yaml(folder / "hours.yml", Hours))


@lru_cache(maxsize=64)
def _public_days(year: int) -> tuple[Mapping[date, str], frozenset[date]]:
    """The library's public holidays of a year with their names, and the weekend days that are worked.

    One object a year, complete before anybody sees it: the library's own growing dictionary is not safe in threads.
    """
    known = holidays.country_holidays("VN", years=year, language="vi", expand=False)
    return dict(known.items()), frozenset(known.weekend_workdays)


def _vietnamese(at: datetime) -> datetime:
    return at if at.tzinfo is None else at.astimezone(VIETNAM)


def _at(like: datetime, day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=like.tzinfo)


def _plus(start: date, unit: TimeUnit, amount: int) -> date:
    if unit is TimeUnit.DAY:
        return start + timedelta(days=amount)
    months = start.month - 1 + (amount if unit is TimeUnit.MONTH else 12 * amount)
    year, month = start.year + months // 12, months % 12 + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
