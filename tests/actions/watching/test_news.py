from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.dossiers.dossier import Apology, Dossier, Obligation, Status, Supplement
from actions.dossiers.telling import NoticeKind as Kind
from actions.watching.news import Seen, news
from knowledge.working_days import WorkCalendar, load_calendar
from tests.actions.watching.province import MONDAY, a_dossier

CALENDAR = load_calendar()
DAY = timedelta(days=1)
PAPERS = Supplement(id="1", what="Thiếu giấy chứng sinh", asked=MONDAY)
TAX = Obligation(name="Lệ phí trước bạ", sent=MONDAY)
NOTIFIED = TAX.model_copy(update={"notified": MONDAY, "amount": 500_000, "pay_by": MONDAY + 14 * DAY})
PAID = NOTIFIED.model_copy(update={"paid": MONDAY + DAY})
S = Status


def seen(at: datetime = MONDAY, **dossier: Any) -> Seen:
    return Seen.of(a_dossier(**dossier), at, CALENDAR)


@pytest.mark.parametrize(
    ("before", "now", "kinds"),
    [
        ({"status": S.RECEIVED}, {"status": S.IN_PROGRESS}, [Kind.STATUS]),
        ({}, {"status": S.SUPPLEMENT_ASKED, "supplements": (PAPERS,)}, [Kind.SUPPLEMENT]),
        ({}, {"status": S.SUPPLEMENT_ASKED}, [Kind.STATUS]),
        ({}, {"supplements": (PAPERS,)}, [Kind.SUPPLEMENT]),
        ({"obligations": (TAX,)}, {"status": S.PAYMENT_ASKED, "obligations": (NOTIFIED,)}, [Kind.PAYMENT]),
        ({"obligations": (TAX,)}, {"obligations": (NOTIFIED,)}, [Kind.PAYMENT]),
        ({}, {"obligations": (TAX,)}, []),
        (
            {"status": S.PAYMENT_ASKED, "obligations": (NOTIFIED,)},
            {"obligations": (PAID,)},
            [Kind.STATUS],
        ),
        ({"obligations": (NOTIFIED,)}, {"obligations": (PAID,)}, [Kind.STATUS]),
        ({}, {"status": S.FINISHED}, [Kind.READY]),
        ({}, {"status": S.RETURNED}, [Kind.ENDED]),
        ({"status": S.FINISHED}, {"status": S.RETURNED}, [Kind.ENDED]),
        ({"status": S.REGISTERED}, {"status": S.NOT_RECEIVED}, [Kind.ENDED]),
        ({}, {"status": S.STOPPED}, [Kind.ENDED]),
        ({}, {"status": None}, [Kind.STATUS]),
        ({"status": None}, {"status": None, "status_name": "Chờ trả"}, [Kind.STATUS]),
        ({}, {"status_name": "Đang thụ lý"}, []),
        ({}, {"due": MONDAY + 20 * DAY}, [Kind.NEW_DATE]),
        ({"due": None}, {}, []),
        ({}, {"apology": Apology(at=MONDAY, new_due=MONDAY + 20 * DAY)}, [Kind.APOLOGY]),
        ({"due": MONDAY - DAY}, {"due": MONDAY - DAY, "apology": Apology(at=MONDAY)}, [Kind.APOLOGY]),
        (
            {"status": S.SUPPLEMENT_ASKED, "supplements": (PAPERS,)},
            {"supplements": (PAPERS.model_copy(update={"answered": MONDAY + DAY, "due_after": MONDAY + 20 * DAY}),)},
            [Kind.STATUS, Kind.NEW_DATE],
        ),
        ({}, {"owner": "Trần Văn Khác", "office": "Phòng khác"}, []),
    ],
)
def test_what_is_told(before: dict[str, Any], now: dict[str, Any], kinds: list[Kind]) -> None:
    assert news(seen(**before), seen(**now)) == tuple(kinds)


def test_a_second_request_for_papers_is_told_as_well() -> None:
    answered = PAPERS.model_copy(update={"answered": MONDAY})
    again = PAPERS.model_copy(update={"id": "2"})
    before = seen(status=S.SUPPLEMENT_ASKED, supplements=(PAPERS,))
    assert news(before, seen(status=S.SUPPLEMENT_ASKED, supplements=(answered, again))) == (Kind.SUPPLEMENT,)


def test_another_amount_is_told_as_well() -> None:
    more = NOTIFIED.model_copy(update={"amount": 900_000})
    assert news(seen(obligations=(NOTIFIED,)), seen(obligations=(more,))) == (Kind.PAYMENT,)


def test_the_days_before_and_after_the_appointment() -> None:
    told = [seen()]
    kinds = []
    for number in range(20):
        now = seen(at=MONDAY + number * DAY)
        kinds += [(number, kind) for kind in news(told[-1], now)]
        told.append(told[-1].then(now))
    assert kinds == [(8, Kind.DUE), (10, Kind.LATE)]


def test_a_reminder_is_not_told_twice_because_the_status_went_to_and_fro() -> None:
    before = seen()
    told: list[Kind] = []
    for status in (S.IN_PROGRESS, S.SUPPLEMENT_ASKED, S.IN_PROGRESS):
        now = seen(at=MONDAY + 8 * DAY, status=status)
        told += news(before, now)
        before = before.then(now)
    assert told.count(Kind.DUE) == 1


def test_who_has_just_looked_is_not_told_what_they_saw(calendar: WorkCalendar) -> None:
    late = a_dossier(due=MONDAY - DAY, supplements=(PAPERS,), obligations=(NOTIFIED,))
    assert news(Seen.of(late, MONDAY, calendar), Seen.of(late, MONDAY + DAY, calendar)) == ()


def test_what_an_older_version_kept_can_be_read() -> None:
    assert Seen.model_validate_json('{"status": 4, "of_long_ago": true}') == Seen(status=4)


dossiers = st.builds(
    a_dossier,
    status=st.sampled_from([*Status, None]),
    due=st.one_of(st.none(), st.integers(-5, 10).map(lambda days: MONDAY + days * DAY)),
    supplements=st.sampled_from([(), (PAPERS,), (PAPERS.model_copy(update={"answered": MONDAY}),)]),
    obligations=st.sampled_from([(), (TAX,), (NOTIFIED,), (PAID,)]),
    apology=st.sampled_from([None, Apology(at=MONDAY), Apology(at=MONDAY, new_due=MONDAY + 5 * DAY)]),
)


@given(dossiers, dossiers, st.integers(0, 200).map(lambda hours: MONDAY + timedelta(hours=hours)))
def test_what_was_told_is_no_news(first: Dossier, second: Dossier, at: datetime) -> None:
    before, now = Seen.of(first, MONDAY, CALENDAR), Seen.of(second, at, CALENDAR)
    kinds = news(before, now)
    assert news(before.then(now), now) == ()
    if first.status != second.status:
        assert {Kind.STATUS, Kind.ENDED, Kind.READY, Kind.SUPPLEMENT, Kind.PAYMENT} & set(kinds)
    assert Seen.model_validate_json(now.model_dump_json()) == now
