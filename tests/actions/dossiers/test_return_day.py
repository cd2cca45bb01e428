"""Which day of return holds, how many working days it is late, and what our own count gives."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from actions.dossiers import return_day
from actions.dossiers.dossier import Apology, Channel, Dossier, Status
from knowledge.record import Procedure, TimeUnit
from tests.actions.dossiers.told import CALENDAR, NOW, at, dossier, limited, obligation, supplement

FRIDAY = date(2026, 11, 20)


def test_a_day_is_that_of_vietnam() -> None:
    assert return_day.day_of(datetime.fromisoformat("2026-11-22T17:30:00+00:00")) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("parts", "day"),
    [
        ({}, None),
        ({"due": at(20)}, FRIDAY),
        ({"due": at(20), "apology": Apology(at=at(20), new_due=at(30))}, date(2026, 11, 30)),
        ({"due": at(20), "apology": Apology(at=at(20))}, FRIDAY),
        ({"due": at(20), "supplements": (supplement(answered=at(18), due_after=at(27)),)}, date(2026, 11, 27)),
        ({"due": at(20), "supplements": (supplement(due_after=at(27)),)}, FRIDAY),
        ({"due": at(20), "supplements": (supplement(answered=at(21)),)}, None),
        ({"due": at(20), "obligations": (obligation(notified=at(18), paid=at(23)),)}, None),
        ({"due": at(27), "obligations": (obligation(notified=at(18), paid=at(23)),)}, date(2026, 11, 27)),
    ],
)
def test_the_day_that_holds(parts: dict[str, object], day: date | None) -> None:
    assert return_day.promised(dossier(**parts)) == day


@pytest.mark.parametrize(
    ("parts", "now", "late"),
    [
        ({"due": at(20)}, NOW, 1),
        ({"due": at(18)}, NOW, 3),
        ({"due": at(23)}, NOW, 0),
        ({"due": at(25)}, NOW, 0),
        ({"due": at(20)}, at(22), 0),
        ({"due": at(23)}, at(25), 1),
        ({"due": at(18), "apology": Apology(at=at(19), new_due=at(30))}, NOW, 3),
        ({"due": at(18), "supplements": (supplement(),)}, NOW, 0),
        ({"due": at(18), "obligations": (obligation(),)}, NOW, 0),
        ({"due": at(18), "status": Status.FINISHED}, NOW, 0),
        ({"due": at(18), "status": Status.RETURNED}, NOW, 0),
        ({"due": at(18), "status": Status.WITHDRAWAL_ASKED}, NOW, 0),
        ({"due": at(18), "status": None, "status_name": "Chờ"}, NOW, 0),
        ({}, NOW, 0),
    ],
)
def test_how_late_it_is_in_working_days(parts: dict[str, object], now: datetime, late: int) -> None:
    assert return_day.days_late(dossier(**parts), CALENDAR, now) == late


def test_a_day_that_passed_before_a_weekend_is_missed_but_by_no_working_day() -> None:
    late = dossier(due=at(20))
    assert return_day.missed(late, at(21)) == FRIDAY
    assert return_day.days_late(late, CALENDAR, at(22)) == 0


def test_what_is_awaited_is_told_apart() -> None:
    figure = dossier(obligations=(obligation(),))
    payment = dossier(obligations=(obligation(notified=at(18)),))
    paid = dossier(obligations=(obligation(notified=at(18), paid=at(19)),))
    unnamed = dossier(Status.PAYMENT_ASKED, obligations=(obligation(),))
    assert return_day.awaited_figure(figure)
    assert not return_day.owed(figure)
    for one in (payment, unnamed):
        assert return_day.owed(one)
        assert not return_day.awaited_figure(one)
    assert not return_day.owed(paid)
    assert [return_day.stands_still(one) for one in (figure, payment, unnamed, paid)] == [True, True, True, False]


@pytest.mark.parametrize("status", return_day.OVER)
def test_nothing_is_awaited_once_it_has_ended(status: Status) -> None:
    done = dossier(status, supplements=(supplement(),), obligations=(obligation(notified=at(18)),))
    assert not return_day.awaited_papers(done)
    assert not return_day.owed(done)


def days(found: Dossier, record: Procedure | None) -> list[date]:
    return [count.due.day for count in return_day.counts(found, CALENDAR, record)]


def test_our_count_goes_by_the_way_of_handing_in() -> None:
    record = limited((5, "working_day"))
    quick = record.ways[0].model_copy(update={"time_limits": limited((2, "working_day")).ways[0].time_limits})
    record = record.model_copy(update={"ways": (quick, *record.ways[1:])})
    assert days(dossier(), record) == [date(2026, 11, 23)]
    assert days(dossier(channel=Channel.ONLINE), record) == [date(2026, 11, 18)]
    assert days(dossier(channel=Channel.POST), record) == [date(2026, 11, 23)]


def test_our_count_passes_over_the_holiday() -> None:
    (count,) = return_day.counts(dossier(received=at(20)), CALENDAR, limited((2, "working_day")))
    assert count.due.day == date(2026, 11, 25)
    assert return_day.skipped_words(count.due) == "thứ Bảy, Chủ nhật và 24/11 Ngày Văn hóa Việt Nam"


def test_a_limit_that_is_not_sure_gives_no_count() -> None:
    assert days(dossier(), limited((5, "working_day"), certainty="doubtful")) == []
    assert days(dossier(), limited((5, "unknown"))) == []
    assert days(dossier(), limited((5, "working_day"), (None, "working_day"))) == []
    assert days(dossier(), None) == []
    assert days(dossier(received=None, submitted=None), limited((5, "working_day"))) == []


def test_several_limits_give_several_counts_each_once() -> None:
    record = limited((5, "working_day"), (2, "working_day"), (5, "working_day"))
    assert days(dossier(), record) == [date(2026, 11, 23), date(2026, 11, 18)]


def test_a_limit_for_a_special_case_is_not_counted() -> None:
    assert days(dossier(), limited((5, "working_day"), when="khi phải xác minh")) == []


def test_with_something_to_pay_the_time_runs_from_the_payment() -> None:
    record = limited((2, "working_day"))
    assert days(dossier(obligations=(obligation(notified=at(18)),)), record) == []
    paid = dossier(obligations=(obligation(notified=at(18), paid=at(20)),))
    (count,) = return_day.counts(paid, CALENDAR, record)
    assert count.from_payment
    assert count.begins == at(20)
    assert count.due.day == date(2026, 11, 25)


def test_the_first_day_that_was_named() -> None:
    assert return_day.first_promised(dossier()) is None
    moved = dossier(due=at(27), supplements=(supplement(due_before=at(20), answered=at(23)),))
    assert return_day.first_promised(moved) == FRIDAY


def test_a_limit_in_words() -> None:
    (count,) = return_day.counts(dossier(), CALENDAR, limited((3, "working_day")))
    assert count.limit.unit is TimeUnit.WORKING_DAY
    assert return_day.limit_words(count.limit) == "3 ngày làm việc"
