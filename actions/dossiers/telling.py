"""A dossier in words for the citizen: what it waits for, who has it, by when, and what they must do. Vietnamese only.

Nothing is told that neither the register nor the record nor facts with a source say. Names are masked, of the code
only the last digits are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum

from actions.dossiers import return_day
from actions.dossiers.about import Question, about_lines
from actions.dossiers.day_words import apology_lines, ended_lines, late_lines, return_lines
from actions.dossiers.dossier import Apology, Dossier, Status
from actions.dossiers.return_day import day_of
from actions.dossiers.state_words import next_lines, state_lines, status_line
from actions.dossiers.timeline import Timeline, short_code, timeline
from actions.dossiers.to_do import collect_lines, other_to_do, payment_lines, supplement_lines, to_do
from knowledge.dates import day_in_words
from knowledge.record import Procedure
from knowledge.working_days import VIETNAM, WorkCalendar

MADE_UP = "⚠ Dữ liệu thử nghiệm, không phải hồ sơ thật."
LONGEST_NAME = 120  # characters
REGISTERS = {
    "embedded": "sổ hồ sơ của hệ thống này",
    "rest": "hệ thống một cửa của tỉnh",
    "lgsp": "trục liên thông dữ liệu của tỉnh (LGSP)",
}


class NoticeKind(StrEnum):
    """What a notice is about. BACK: the province's system answers again; it is of no dossier."""

    ENDED = "ended"
    READY = "ready"
    SUPPLEMENT = "supplement"
    PAYMENT = "payment"
    PAY_BY = "pay_by"
    STATUS = "status"
    APOLOGY = "apology"
    LATE = "late"
    NEW_DATE = "new_date"
    DUE = "due"
    BACK = "back"


class Teller:
    """Tells dossiers of one register. records: the catalogue's record of a procedure, None where it has none."""

    def __init__(
        self,
        calendar: WorkCalendar,
        *,
        register: str,
        demonstration: bool,
        records: Callable[[str], Procedure | None] = lambda code: None,
    ) -> None:
        self._calendar = calendar
        self._register = "sổ hồ sơ thử nghiệm" if demonstration else REGISTERS.get(register, register)
        self._demonstration = demonstration
        self._records = records

    def tell(self, dossier: Dossier, at: datetime) -> str:
        """Everything of a dossier, at a moment. Only for who has proved it theirs."""
        record = self._record(dossier)
        parts = [
            *self._head(dossier, record),
            *state_lines(dossier),
            *self._days(dossier, record, at),
            *to_do(dossier, record, at),
            "",
            self._source(dossier),
        ]
        return "\n".join(parts)

    def notice(self, kind: str, dossier: Dossier | None, at: datetime) -> str:
        """What somebody who follows a dossier is told of one change. kind: a NoticeKind; dossier None: BACK only."""
        told = NoticeKind(kind)
        if dossier is None:
            if told is not NoticeKind.BACK:
                raise ValueError(f"{told}: a notice of a dossier needs it")
            return "Hệ thống hồ sơ của tỉnh đã trả lời lại. Anh/chị hỏi lại tình trạng hồ sơ được rồi ạ."
        head = [MADE_UP] if self._demonstration else []
        head.append(f"🔔 {_named(dossier, self._record(dossier))}")
        # What the notice is about may have changed meanwhile; then it tells how things stand.
        lines = self._notice_lines(told, dossier, at) or _moved(dossier)
        return "\n".join([*head, *lines, self._source(dossier)])

    def _notice_lines(self, kind: NoticeKind, dossier: Dossier, at: datetime) -> list[str]:
        """One change in a sentence or two, and what to do about it."""
        owed, apology, calendar = return_day.owed(dossier), dossier.apology, self._calendar
        late = late_lines(dossier, calendar, at)
        lines = {
            NoticeKind.READY: lambda: _ready(dossier),
            NoticeKind.SUPPLEMENT: lambda: _papers(dossier),
            NoticeKind.PAYMENT: lambda: payment_lines(owed, at) if owed else [],
            NoticeKind.PAY_BY: lambda: _pay_by(dossier, at),
            NoticeKind.APOLOGY: lambda: _sorry(dossier, apology, at) if apology else [],
            NoticeKind.ENDED: lambda: _ended(dossier, at),
            NoticeKind.LATE: lambda: [*late, *other_to_do(dossier, at)] if late else [],
            NoticeKind.NEW_DATE: lambda: _new_day(dossier),
            NoticeKind.DUE: lambda: _due(dossier, at),
        }
        return lines.get(kind, lambda: _moved(dossier))()

    def timeline(self, dossier: Dossier, at: datetime) -> Timeline:
        """The stations of a dossier, to be drawn (actions/dossiers/timeline_picture.py)."""
        title = _procedure_name(dossier.procedure_name, self._record(dossier))
        return timeline(dossier, self._calendar, at, title=title, note=MADE_UP if self._demonstration else "")

    def name_of(self, procedure: str | None, name: str) -> str:
        """A procedure as a clerk would say it. name: what the register calls it."""
        return _procedure_name(name, self._records(procedure) if procedure else None)

    def about(self, question: Question, dossier: Dossier, at: datetime) -> str:
        """The answer to one question about a dossier. Only for who has proved it theirs."""
        record = self._record(dossier)
        head = [MADE_UP] if self._demonstration else []
        lines = about_lines(question, dossier, record, at, days=self._days(dossier, record, at))
        return "\n".join([*head, _named(dossier, record), *lines, self._source(dossier)])

    def _record(self, dossier: Dossier) -> Procedure | None:
        return self._records(dossier.procedure) if dossier.procedure else None

    def _head(self, dossier: Dossier, record: Procedure | None) -> list[str]:
        lines = [MADE_UP] if self._demonstration else []
        lines.append(_named(dossier, record))
        if dossier.owner:
            lines.append(f"Chủ hồ sơ: {masked_name(dossier.owner)}")
        return lines

    def _source(self, dossier: Dossier) -> str:
        at = dossier.as_of.astimezone(VIETNAM)
        return f"Nguồn: {self._register}, lúc {at:%H:%M} {at:%d/%m/%Y}."

    def _days(self, dossier: Dossier, record: Procedure | None, at: datetime) -> list[str]:
        """The day of return and how it was counted."""
        if dossier.status in return_day.DONE:
            return ended_lines(dossier)
        if dossier.status is Status.WITHDRAWAL_ASKED or (dossier.status is Status.REGISTERED and dossier.due is None):
            return []
        counts = return_day.counts(dossier, self._calendar, record)
        lines = return_lines(dossier, counts, record)
        return [*lines, *late_lines(dossier, self._calendar, at)]


def masked_name(name: str) -> str:
    """A name of which only the last word can be read: "Nguyễn Thị Hoa" -> "N*** T*** Hoa"; of one word the letter."""
    pieces = name.split()
    if len(pieces) < 2:
        return "".join(f"{piece[0]}***" for piece in pieces)
    return " ".join([*(f"{piece[0]}***" for piece in pieces[:-1]), pieces[-1]])


def refused(wait_seconds: int | None, *, looked: bool = True) -> str:
    """What is told when a dossier is not opened; the same whatever did not fit. looked: whether it was tried at all."""
    if not looked and wait_seconds:
        return f"Đã thử sai nhiều lần nên tôi tạm chưa kiểm tra tiếp. Anh/chị thử lại sau {wait_words(wait_seconds)} ạ."
    text = "Mã hồ sơ hoặc thông tin xác nhận chưa khớp. Anh/chị xem lại trên giấy tiếp nhận hồ sơ ạ."
    return f"{text} Lần thử tiếp theo: sau {wait_words(wait_seconds)}." if wait_seconds else text


def wait_words(seconds: int) -> str:
    """A wait, rounded up: "45 giây", "5 phút", "2 giờ"."""
    if seconds < 60:
        return f"{seconds} giây"
    minutes = -(-seconds // 60)
    return f"{minutes} phút" if minutes < 90 else f"{-(-minutes // 60)} giờ"


def away(last_seen: datetime | None, at: datetime) -> str:
    """What is told when the province's system does not answer. last_seen: when it last did, None: not known."""
    text = "Hệ thống hồ sơ của tỉnh đang không trả lời nên tôi chưa xem được hồ sơ."
    if last_seen is None:
        return f"{text} Anh/chị thử lại sau ít phút ạ."
    seen = last_seen.astimezone(VIETNAM)
    day = "" if seen.date() == day_of(at) else f" ngày {seen:%d/%m/%Y}"
    return f"{text} Lần cuối hệ thống trả lời: {seen:%H:%M}{day}. Anh/chị thử lại sau ít phút ạ."


def _named(dossier: Dossier, record: Procedure | None) -> str:
    return f"Hồ sơ {short_code(dossier.code)}: {_procedure_name(dossier.procedure_name, record)}"


def _procedure_name(name: str, record: Procedure | None) -> str:
    """The procedure as a clerk would say it, or what the register calls it, not too long."""
    if record and not record.short_name.endswith("…"):
        return record.short_name
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME].rpartition(' ')[0]}…"


def _moved(dossier: Dossier) -> list[str]:
    return [status_line(dossier), *next_lines(dossier)]


def _ended(dossier: Dossier, at: datetime) -> list[str]:
    return _moved(dossier) if dossier.status is Status.RETURNED else [*_moved(dossier), *other_to_do(dossier, at)]


def _sorry(dossier: Dossier, apology: Apology, at: datetime) -> list[str]:
    return [*apology_lines(apology, at), *(_new_day(dossier) if apology.new_due else [])]


def _ready(dossier: Dossier) -> list[str]:
    return [status_line(dossier), *collect_lines(dossier)]


def _papers(dossier: Dossier) -> list[str]:
    papers = return_day.awaited_papers(dossier)
    return supplement_lines(papers, dossier) if papers else []


def _pay_by(dossier: Dossier, at: datetime) -> list[str]:
    owed = return_day.owed(dossier)
    if owed is None or owed.pay_by is None:
        return []
    return [f"⏰ Nhắc anh/chị: {_distance(day_of(owed.pay_by), at)} là hạn nộp tiền.", *payment_lines(owed, at)]


def _new_day(dossier: Dossier) -> list[str]:
    day = return_day.promised(dossier)
    return [f"📅 Ngày hẹn trả nay là {day_in_words(day)}."] if day else []


def _due(dossier: Dossier, at: datetime) -> list[str]:
    day = return_day.promised(dossier)
    if day is None:
        return []
    return [
        f"📅 Nhắc anh/chị: {_distance(day, at)} là ngày hẹn trả kết quả.",
        "Anh/chị hỏi lại ở đây trước khi đi, xem kết quả đã có chưa.",
    ]


def _distance(day: date, at: datetime) -> str:
    """A day as seen from now: "ngày mai, thứ Tư 25/11/2026"."""
    near = {0: "hôm nay, ", 1: "ngày mai, "}.get((day - day_of(at)).days, "")
    return f"{near}{day_in_words(day)}"
