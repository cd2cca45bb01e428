"""The day on which a result is due, in words that show how it was counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from knowledge import words
from knowledge.moments import Moment
from knowledge.record import Procedure, Way
from knowledge.tongue import Language, say, spoken
from knowledge.working_days import Due, WorkCalendar

WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
LATE = "ngày làm việc tiếp theo"
OBLIGATION = "nghĩa vụ tài chính"  # land: the result waits until taxes and fees are paid


def due_lines(record: Procedure, ways: Sequence[Way], calendar: WorkCalendar, moment: Moment) -> tuple[str, ...]:
    """When somebody who hands in at a moment has the result, for each way; nothing where that cannot be counted."""
    told: dict[str, list[str]] = {}
    for way in ways:
        line = _way_line(record, way, calendar, moment)
        if line:
            told.setdefault(line, []).append(words.channel(way.channel))
    if [len(channels) for channels in told.values()] == [len(ways)]:
        return tuple(f"📅 {line}" for line in told)
    return tuple(f"📅 {', '.join(channels)}: {line}" for line, channels in told.items())


def day_in_words(day: date) -> str:
    """A day with its weekday: "thứ Tư 25/11/2026"."""
    return f"{say(WEEKDAYS[day.weekday()])} {day.day}/{day.month}/{day.year}"


def _way_line(record: Procedure, way: Way, calendar: WorkCalendar, moment: Moment) -> str | None:
    # "After 15:00 the next working day" is told with the limit; the day named here is the latest in either case.
    usual = [limit for limit in way.time_limits if not limit.when or limit.only_if or LATE in limit.when]
    counted = [calendar.due(moment.at, limit) for limit in usual]
    dues = [due for due in counted if due is not None]
    if not dues or len(dues) < len(counted):
        return None  # one of the limits that may hold cannot be counted, so no day is certain to be the latest
    due = max(dues, key=lambda found: found.day)
    waits = any(OBLIGATION in text for text in record.not_counted)
    begin = say("nộp thuế, phí xong") if waits else say("nộp đủ giấy tờ")
    text = say(
        "Nếu {begin} {when} thì chậm nhất {due} có kết quả",
        begin=begin,
        when=day_in_words(moment.at.date()) if spoken() is Language.ENGLISH else moment.words,
        due=day_in_words(due.day),
    )
    return " ".join([f"{text} ({_counted(due)}).", *(say(note) for note in due.notes)])


def _counted(due: Due) -> str:
    parts = []
    if due.late:
        day = day_in_words(due.received.date())
        parts.append(say("nộp ngoài giờ nên tính là nhận {day}", day=day))
    if due.counted:
        parts.append(say("tính {count} ngày làm việc", count=len(due.counted)))
    if due.skipped:
        skipped = ", ".join(f"{day.day}/{day.month} {say(why)}" for day, why in due.skipped)
        parts.append(say("không tính {skipped}", skipped=skipped))
    return "; ".join(parts) or say("tính theo ngày thường")
