"""The day of the result, in words."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest

from knowledge.dates import LATE, OBLIGATION, day_in_words, due_lines
from knowledge.moments import Moment
from knowledge.record import Procedure
from knowledge.tongue import Language, speaking
from knowledge.understood import HERE
from knowledge.working_days import WorkCalendar, load_calendar
from tests.knowledge import tiny

MONDAY = date(2026, 11, 30)  # of a week without holidays
CALENDAR: WorkCalendar = load_calendar()


def moment(day: date = MONDAY, hour: int = 9, words: str = "sáng thứ Hai 30/11/2026") -> Moment:
    return Moment(datetime.combine(day, time(hour), tzinfo=HERE), words, said="sáng thứ 2", hour_said=False)


def record(*ways: dict[str, Any], **changes: Any) -> Procedure:
    """A record with these time limits, one way each."""
    channels = ("online", "direct", "postal")
    return tiny.procedure(
        tiny.STAY,
        ways=[
            {"channel": channel, "time_limits": [{"raw": "?", **limit}] if limit else []}
            for channel, limit in zip(channels, ways, strict=False)
        ],
        **changes,
    )


def told(found: Procedure, when: Moment | None = None) -> list[str]:
    return list(due_lines(found, found.ways, CALENDAR, when or moment()))


THREE = {"amount": 3, "unit": "working_day"}
FIVE = {"amount": 5, "unit": "working_day"}


def test_a_day_is_named_with_its_weekday() -> None:
    assert day_in_words(date(2026, 11, 25)) == "thứ Tư 25/11/2026"
    assert [day_in_words(date(2026, 11, day)).rpartition(" ")[0] for day in range(23, 30)] == [
        "thứ Hai",
        "thứ Ba",
        "thứ Tư",
        "thứ Năm",
        "thứ Sáu",
        "thứ Bảy",
        "Chủ nhật",
    ]


def test_ways_that_take_as_long_share_a_line() -> None:
    assert told(record(THREE, THREE)) == [
        "📅 Nếu nộp đủ giấy tờ sáng thứ Hai 30/11/2026 thì chậm nhất thứ Năm 3/12/2026 có kết quả "
        "(tính 3 ngày làm việc)."
    ]


def test_ways_that_differ_are_named() -> None:
    first, second = told(record(THREE, FIVE, THREE))
    assert first.startswith("📅 Trực tuyến, Bưu chính: Nếu nộp đủ giấy tờ")
    assert "thứ Năm 3/12/2026" in first
    assert second.startswith("📅 Nộp trực tiếp: Nếu")
    assert "thứ Hai 7/12/2026 có kết quả (tính 5 ngày làm việc; không tính 5/12 thứ Bảy, 6/12 Chủ nhật)." in second


def test_a_way_that_cannot_be_counted_is_not_meant() -> None:
    (line,) = told(record(THREE, {"amount": 5, "unit": "unknown"}))
    assert line.startswith("📅 Trực tuyến: Nếu")
    (without,) = told(record({}, THREE))
    assert without.startswith("📅 Nộp trực tiếp: Nếu")


@pytest.mark.parametrize(
    "limit",
    [
        {},
        {"amount": 3, "unit": "unknown"},
        {"unit": "day"},
        {"amount": 3, "unit": "day", "certainty": "doubtful"},
        {"amount": 3, "unit": "day", "when": "phải xác minh"},
    ],
)
def test_without_a_sure_limit_no_day_is_named(limit: dict[str, Any]) -> None:
    assert told(record(limit)) == []


def test_the_usual_limit_counts_not_that_of_a_special_case() -> None:
    found = record(THREE)
    special = found.ways[0].time_limits[0].model_copy(update={"amount": 9, "when": "phải xác minh"})
    way = found.ways[0].model_copy(update={"time_limits": (special, *found.ways[0].time_limits)})
    (line,) = due_lines(found, [way], CALENDAR, moment())
    assert "3/12/2026" in line


def test_the_limit_of_a_persons_own_case_counts() -> None:
    """With `only_if`, `when` names a case that is this person's."""
    question = {
        "id": "kho",
        "ask": "?",
        "why": "?",
        "options": [{"id": "co", "label": "C"}, {"id": "ko", "label": "K"}],
    }
    found = record({**FIVE, "when": "việc khó", "only_if": {"kho": ["co"]}}, questions=[question])
    assert "7/12/2026" in told(found)[0]


def test_at_once_with_the_word_that_late_ones_come_the_next_day() -> None:
    (line,) = told(record({"unit": "at_once", "when": f"nhận sau 15 giờ thì {LATE}"}))
    assert "thì chậm nhất thứ Hai 30/11/2026 có kết quả (tính theo ngày thường)." in line


def test_handed_in_after_hours_it_counts_from_the_next_day() -> None:
    (line,) = told(record(THREE), moment(hour=20, words="tối thứ Hai 30/11/2026"))
    assert "Nếu nộp đủ giấy tờ tối thứ Hai 30/11/2026 thì chậm nhất thứ Sáu 4/12/2026" in line
    assert "(nộp ngoài giờ nên tính là nhận thứ Ba 1/12/2026; tính 3 ngày làm việc)" in line


def test_a_holiday_is_not_counted_and_what_is_undecided_is_said() -> None:
    (line,) = told(record(THREE), moment(date(2026, 11, 23), words="sáng thứ Hai 23/11/2026"))
    assert "thì chậm nhất thứ Sáu 27/11/2026 có kết quả" in line
    assert "không tính 24/11 Ngày Văn hóa Việt Nam" in line
    assert line.endswith("chưa thấy văn bản chính thức.")


def test_calendar_days_are_not_told_as_working_days() -> None:
    (line,) = told(record({"amount": 3, "unit": "day"}))
    assert "thứ Năm 3/12/2026 có kết quả (tính theo ngày thường)." in line


def test_of_land_it_counts_from_when_taxes_are_paid() -> None:
    land = record(THREE, not_counted=[f"thời gian thực hiện {OBLIGATION}"])
    assert told(land)[0].startswith("📅 Nếu nộp thuế, phí xong sáng thứ Hai 30/11/2026 thì")


def test_it_is_told_in_english() -> None:
    with speaking(Language.ENGLISH):
        (line,) = told(record(FIVE))
    assert line == (
        "📅 If you hand in all papers on Monday 30/11/2026, the result is there by Monday 7/12/2026 at the latest "
        "(5 working days; not counting 5/12 Saturday, 6/12 Sunday)."
    )
