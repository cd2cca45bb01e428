"""Dates as people write them in a form: 2/11/2026, 02-11-26, ngày 2 tháng 11 năm 2026, hôm qua, năm 1998."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from actions.submissions.errors import AnswerRefused
from knowledge.moments import moment_in
from knowledge.normalise import fold

_FIGURES = re.compile(r"(?<!\d)(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{4}|\d{2})(?!\d)")
_TOGETHER = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{4})(?!\d)")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_WORDS = re.compile(r"(?:ngay |mung |mong )?(\d{1,2})(?: thang |/| t)(\d{1,2})(?:,? nam |/)(\d{4}|\d{2})(?!\d)")
_NO_YEAR = re.compile(r"(?<![\d/])(\d{1,2})(?:\s*/\s*| thang )(\d{1,2})(?!\s*[/\d]|,? nam)")
_YEAR = re.compile(r"(?:(?:sinh|sn)? ?(?:vao )?(?:nam )?)?((?:19|20)\d{2})")
_SHORT_YEAR = re.compile(r"(?:sinh (?:nam )?|sn |nam )?(\d{2})")
LUNAR = re.compile(r"\b(?:am lich|lich am|ta)\b")
UNREAD = "Tôi chưa đọc được ngày này. Anh/chị ghi ngày/tháng/năm giúp, ví dụ: 2/11/2026."


def read_date(text: str, today: date) -> date:
    """The day that is meant. Raises AnswerRefused for a lunar, an impossible or an incomplete one."""
    said = fold(text)
    if LUNAR.search(said):
        raise AnswerRefused("Trên giấy tờ ghi ngày dương lịch. Anh/chị ghi ngày dương lịch giúp.")
    iso = _ISO.search(said)
    if iso:
        return _day(iso.group(3), iso.group(2), iso.group(1), today)
    for pattern in (_WORDS, _FIGURES, _TOGETHER):
        found = pattern.search(said)
        if found:
            day, month, year = found.groups()
            return _day(day, month, year, today)
    if _NO_YEAR.search(said):
        raise AnswerRefused("Anh/chị ghi thêm cả năm giúp, ví dụ: 2/11/2026.")
    moment = moment_in(text, datetime.combine(today, time(12)))
    if moment is None:
        raise AnswerRefused(UNREAD)
    return moment.at.date()


def read_year(text: str, today: date) -> int | None:
    """The year, if the answer names nothing but a year."""
    said = fold(text).strip(" .,")
    whole = _YEAR.fullmatch(said)
    if whole:
        return int(whole.group(1))
    short = _SHORT_YEAR.fullmatch(said)
    return _full_year(short.group(1), today) if short else None


def _day(day: str, month: str, year: str, today: date) -> date:
    try:
        return date(_full_year(year, today), int(month), int(day))
    except ValueError:
        raise AnswerRefused(f"Không có ngày {day}/{month}/{year}. Anh/chị xem lại giúp.") from None


def _full_year(year: str, today: date) -> int:
    """Two digits mean the last hundred years."""
    if len(year) == 4:
        return int(year)
    century = today.year // 100 * 100
    return century + int(year) if int(year) <= today.year % 100 else century - 100 + int(year)
