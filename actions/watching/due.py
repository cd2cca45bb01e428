"""Which day counts, and when to remind of it. Days are those of Vietnam."""

from __future__ import annotations

from datetime import date, timedelta

from actions.dossiers.dossier import Dossier, Obligation
from actions.dossiers.return_day import DONE, WITH_THE_OFFICES, day_of, promised, stands_still
from knowledge.working_days import WorkCalendar

ONE_DAY = timedelta(days=1)


def appointment(dossier: Dossier) -> date | None:
    """The day of return that holds; None: none does, or the dossier is finished or ended."""
    return None if dossier.status in DONE else promised(dossier)


def due_soon(dossier: Dossier, today: date, calendar: WorkCalendar) -> date | None:
    """The day of return, from the working day before it on until the day itself; None at other times."""
    with_the_offices = dossier.status is None or dossier.status in WITH_THE_OFFICES
    day = appointment(dossier)
    if day is None or not with_the_offices or stands_still(dossier):
        return None
    return day if _shortly_before(day, today, calendar) else None


def pay_soon(dossier: Dossier, today: date, calendar: WorkCalendar) -> date | None:
    """The last day to pay what was asked, from the working day before it on until the day itself."""
    days = [day_of(owed.pay_by) for owed in to_pay(dossier) if owed.pay_by]
    return min((day for day in days if _shortly_before(day, today, calendar)), default=None)


def missed(dossier: Dossier, today: date, calendar: WorkCalendar) -> date | None:
    """The day of return after which offices have worked without a result; None: none, or the status is unknown.

    Unlike return_day.missed, a letter of apology moves it: what it put off is missed anew if that passes too.
    """
    day = appointment(dossier)
    if day is None or dossier.status not in WITH_THE_OFFICES or stands_still(dossier):
        return None
    return day if calendar.next_working(day + ONE_DAY) <= today else None


def to_pay(dossier: Dossier) -> tuple[Obligation, ...]:
    """What the citizen was told to pay and has not paid."""
    if dossier.status in DONE:
        return ()
    return tuple(owed for owed in dossier.obligations if owed.notified and not owed.paid)


def _shortly_before(day: date, today: date, calendar: WorkCalendar) -> bool:
    before = day - ONE_DAY
    while not calendar.is_working(before):
        before -= ONE_DAY
    return before <= today < day
