from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from actions.dossiers.dossier import Apology, Dossier, Obligation, Status, Supplement
from actions.dossiers.return_day import day_of
from actions.watching.due import appointment, due_soon, missed, pay_soon, to_pay
from knowledge.working_days import VIETNAM, WorkCalendar
from tests.actions.watching.province import MONDAY, a_dossier


def noon(day: int, month: int = 11) -> datetime:
    return datetime(2026, month, day, 12, tzinfo=VIETNAM)


def papers(**more: Any) -> Supplement:
    return Supplement(**{"id": "1", "what": "Thiếu giấy chứng sinh", "asked": noon(10), **more})


def owed(**more: Any) -> Obligation:
    return Obligation(**{"name": "Lệ phí trước bạ", **more})


@pytest.mark.parametrize(
    ("dossier", "day"),
    [
        (a_dossier(due=noon(27)), date(2026, 11, 27)),
        (a_dossier(due=None), None),
        (a_dossier(due=noon(27), status=Status.FINISHED), None),
        (a_dossier(due=noon(27), status=Status.RETURNED), None),
        (a_dossier(due=noon(27), status=None), date(2026, 11, 27)),
        (a_dossier(due=noon(27), apology=Apology(at=noon(26), new_due=noon(30))), date(2026, 11, 30)),
        (a_dossier(due=noon(27), apology=Apology(at=noon(26))), date(2026, 11, 27)),
        (a_dossier(due=noon(27), supplements=(papers(answered=noon(12), due_after=noon(2, 12)),)), date(2026, 12, 2)),
        (a_dossier(due=noon(27), supplements=(papers(due_after=noon(2, 12)),)), date(2026, 11, 27)),
    ],
)
def test_the_last_day_that_was_named_counts(dossier: Dossier, day: date | None) -> None:
    assert appointment(dossier) == day


def test_a_day_that_passed_while_money_or_papers_were_awaited_does_not_hold(calendar: WorkCalendar) -> None:
    assert appointment(a_dossier(due=noon(20), obligations=(owed(notified=noon(10), paid=noon(22)),))) is None
    assert appointment(a_dossier(due=noon(20), supplements=(papers(answered=noon(20)),))) is None
    late_all_the_same = a_dossier(due=noon(20), obligations=(owed(notified=noon(10), paid=noon(12)),))
    assert missed(late_all_the_same, date(2026, 11, 23), calendar) == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("due", "first"),
    [
        (noon(27), date(2026, 11, 26)),
        (noon(25), date(2026, 11, 23)),  # the 24th is a holiday
        (noon(30), date(2026, 11, 27)),  # over a weekend (Saturday the 28th is not worked)
    ],
)
def test_the_reminder_comes_on_the_working_day_before(calendar: WorkCalendar, due: datetime, first: date) -> None:
    dossier = a_dossier(due=due)
    assert due_soon(dossier, first - timedelta(days=1), calendar) is None
    assert due_soon(dossier, first, calendar) == day_of(due)
    assert due_soon(dossier, day_of(due) - timedelta(days=1), calendar) == day_of(due)
    assert due_soon(dossier, day_of(due), calendar) is None


@pytest.mark.parametrize("status", [Status.FINISHED, Status.RETURNED, Status.STOPPED, Status.SUPPLEMENT_ASKED])
def test_no_reminder_where_nothing_is_expected_of_the_offices(calendar: WorkCalendar, status: Status) -> None:
    assert due_soon(a_dossier(status=status, due=noon(27)), date(2026, 11, 26), calendar) is None


@pytest.mark.parametrize(
    "more",
    [
        {"supplements": (papers(),)},
        {"obligations": (owed(sent=noon(10)),)},
        {"obligations": (owed(sent=noon(10), notified=noon(11)),)},
    ],
)
def test_while_papers_or_money_are_awaited_no_day_is_told(calendar: WorkCalendar, more: dict[str, Any]) -> None:
    dossier = a_dossier(due=noon(20), **more)
    assert due_soon(dossier, date(2026, 11, 19), calendar) is None
    assert missed(dossier, date(2026, 11, 23), calendar) is None


def test_late_is_from_the_next_working_day_on(calendar: WorkCalendar) -> None:
    dossier = a_dossier(due=noon(20))  # a Friday
    assert missed(dossier, date(2026, 11, 20), calendar) is None
    assert missed(dossier, date(2026, 11, 22), calendar) is None
    assert missed(dossier, date(2026, 11, 23), calendar) == date(2026, 11, 20)
    assert missed(a_dossier(due=noon(23)), date(2026, 11, 24), calendar) is None  # a holiday
    assert missed(a_dossier(due=noon(20), status=None), date(2026, 11, 23), calendar) is None
    assert missed(a_dossier(due=noon(20), status=Status.FINISHED), date(2026, 11, 23), calendar) is None


def test_a_day_that_an_apology_named_is_missed_as_well(calendar: WorkCalendar) -> None:
    sorry = a_dossier(due=noon(16), apology=Apology(at=noon(17), new_due=noon(20)))
    assert missed(sorry, date(2026, 11, 19), calendar) is None
    assert missed(sorry, date(2026, 11, 23), calendar) == date(2026, 11, 20)


def test_a_reminder_to_pay(calendar: WorkCalendar) -> None:
    asked = a_dossier(status=Status.PAYMENT_ASKED, obligations=(owed(notified=MONDAY, pay_by=noon(30)),))
    assert pay_soon(asked, date(2026, 11, 26), calendar) is None
    assert pay_soon(asked, date(2026, 11, 27), calendar) == date(2026, 11, 30)
    paid = a_dossier(obligations=(owed(notified=MONDAY, pay_by=noon(30), paid=noon(25)),))
    assert pay_soon(paid, date(2026, 11, 27), calendar) is None


def test_what_is_to_be_paid_was_told_and_is_not_paid() -> None:
    all_of_it = (owed(sent=MONDAY), owed(name="b", notified=MONDAY), owed(name="c", notified=MONDAY, paid=MONDAY))
    assert [one.name for one in to_pay(a_dossier(obligations=all_of_it))] == ["b"]
    assert to_pay(a_dossier(status=Status.STOPPED, obligations=all_of_it)) == ()
