"""The day of return of a dossier in words: which it is, how it was counted, what became of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from actions.dossiers import return_day
from actions.dossiers.dossier import Apology, Dossier, Status
from actions.dossiers.return_day import Count, day_of
from knowledge.dates import day_in_words
from knowledge.record import Procedure
from knowledge.working_days import WorkCalendar

APOLOGY_NAMES = "“Phiếu xin lỗi và hẹn lại ngày trả kết quả” hoặc “Văn bản xin lỗi và đề nghị gia hạn”"


def return_lines(dossier: Dossier, counts: Sequence[Count], record: Procedure | None) -> list[str]:
    """The day of return of a dossier that is under way, and how it was counted. counts: of the record's limits."""
    day = return_day.promised(dossier)
    if day is None:
        return _no_day_lines(dossier, counts)
    lines = [f"📅 Ngày hẹn trả: {day_in_words(day)}{_where_from(dossier, day)}."]
    first = return_day.first_promised(dossier)
    if first and first < day:
        lines.append(f"Ngày hẹn lúc đầu: {short_day(first)}.")
    if return_day.awaited_papers(dossier):
        return lines  # what becomes of the day is told with the request for papers
    if return_day.owed(dossier) or return_day.awaited_figure(dossier):
        return [*lines, "Đây là ngày ghi khi nhận hồ sơ. Thời hạn tính từ khi anh/chị nộp tiền xong."]
    lines += _counted_lines(dossier, day, counts)
    lines += [f"Không tính vào thời hạn: {sentence(text)}" for text in record.not_counted[:2]] if record else []
    return lines


def ended_lines(dossier: Dossier) -> list[str]:
    """When it was done, against the day that was promised, and when the result was handed over."""
    lines = []
    if dossier.finished and dossier.status in (Status.FINISHED, Status.RETURNED):
        early = _against_promise(dossier)
        lines.append(f"📅 Giải quyết xong: {on_day(dossier.finished)}{early}.")
    if dossier.status is Status.RETURNED and dossier.returned:
        lines.append(f"📅 Ngày trả kết quả: {on_day(dossier.returned)}.")
    return lines


def late_lines(dossier: Dossier, calendar: WorkCalendar, at: datetime) -> list[str]:
    """That it is late, by how many working days, with the letter of apology; nothing if it is not late."""
    missed, late = return_day.missed(dossier, at), return_day.days_late(dossier, calendar, at)
    lines = []
    if missed and late:
        lines.append(f"⏰ Hồ sơ đang trễ {late} ngày làm việc so với ngày hẹn {short_day(missed)}.")
    elif return_day.promised(dossier) == day_of(at) and dossier.status in return_day.WITH_THE_OFFICES:
        lines.append("Hôm nay là ngày hẹn, hệ thống chưa ghi có kết quả.")
    elif missed:
        lines.append(f"⏰ Ngày hẹn {short_day(missed)} đã qua mà chưa có kết quả; từ đó đến nay cơ quan nghỉ.")
    if dossier.apology and not return_day.stands_still(dossier):
        lines += apology_lines(dossier.apology, at)
    elif late:
        lines.append(f"Hệ thống chưa ghi giấy xin lỗi ({APOLOGY_NAMES}).")
    return lines


def apology_lines(apology: Apology, at: datetime) -> list[str]:
    """The letter of apology with its reason, and what became of the day it names."""
    reason = f" Lý do: {sentence(apology.reason)}" if apology.reason else ""
    lines = [f"Cơ quan đã có giấy xin lỗi {on_day(apology.at)}.{reason}", f"Tên giấy có thể là {APOLOGY_NAMES}."]
    if apology.new_due is None:
        lines.append("Giấy xin lỗi không ghi ngày hẹn mới.")
    elif day_of(apology.new_due) < day_of(at):
        lines.append(f"Ngày hẹn lại {short_day(day_of(apology.new_due))} cũng đã qua.")
    return lines


def _where_from(dossier: Dossier, day: date) -> str:
    if dossier.apology and dossier.apology.new_due and day_of(dossier.apology.new_due) == day:
        return " (hẹn lại trong giấy xin lỗi)"
    if any(asked.answered and asked.due_after and day_of(asked.due_after) == day for asked in dossier.supplements):
        return " (hẹn lại sau khi bổ sung giấy tờ)"
    return " (theo giấy tiếp nhận)"


def _no_day_lines(dossier: Dossier, counts: Sequence[Count]) -> list[str]:
    if return_day.owed(dossier) or return_day.awaited_figure(dossier):
        return ["📅 Chưa có ngày hẹn trả: thời hạn tính từ khi anh/chị nộp tiền xong."]
    if dossier.due and dossier.status is not None:
        return [
            f"📅 Ngày hẹn cũ {short_day(day_of(dossier.due))} đã qua khi chờ anh/chị; hệ thống chưa ghi ngày hẹn mới.",
            *_own_count(counts),
        ]
    return ["📅 Hệ thống không ghi ngày hẹn trả; ngày đúng là ngày trên giấy tiếp nhận.", *_own_count(counts)]


def _own_count(counts: Sequence[Count]) -> list[str]:
    if len(counts) != 1:
        return []
    day = day_in_words(counts[0].due.day)
    text = f"Theo thời hạn chung của thủ tục thì chậm nhất {day}: {_how(counts[0])}."
    return [" ".join([text, *counts[0].due.notes])]


def _counted_lines(dossier: Dossier, day: date, counts: Sequence[Count]) -> list[str]:
    """How the day was counted, as far as that is known; a count of ours that differs is told neutrally."""
    for count in counts:
        if count.due.day == day:
            return [f"Cách tính: {_how(count)}."]
    if any(asked.answered for asked in dossier.supplements) or dossier.apology:
        return []  # the day was set anew, so the time limit does not give it
    if len(counts) == 1:
        ours = day_in_words(counts[0].due.day)
        text = f"Theo thời hạn chung của thủ tục thì ra {ours}: {_how(counts[0])}."
        return [" ".join([text, *counts[0].due.notes, "Hai ngày khác nhau thì theo ngày trên giấy tiếp nhận."])]
    if counts:
        return ["Thủ tục này có nhiều mức thời hạn; hệ thống không ghi ngày hẹn tính theo mức nào."]
    paid = [one.paid for one in dossier.obligations if one.paid]
    if paid:
        return [f"Thời hạn tính từ khi nộp tiền xong ({short_day(day_of(max(paid)))})."]
    return ["Cách tính: tôi chưa có nguồn chắc chắn về thời hạn của thủ tục này."]


def _how(count: Count) -> str:
    """Like: 3 ngày làm việc từ khi nhận 16/11/2026, không tính ngày nhận; nghỉ thứ Bảy, Chủ nhật."""
    what, day = ("nộp tiền xong", "ngày nộp") if count.from_payment else ("nhận", "ngày nhận")
    parts = [f"{return_day.limit_words(count.limit)} từ khi {what} {short_day(day_of(count.begins))}"]
    if count.due.received.date() > day_of(count.begins):
        parts[0] += f", ngoài giờ nên tính là {short_day(count.due.received.date())}"
    if count.limit.amount:
        parts[0] += f", không tính {day}"
    if count.due.skipped:
        parts.append(f"nghỉ {return_day.skipped_words(count.due)}")
    return "; ".join(parts)


def _against_promise(dossier: Dossier) -> str:
    day = return_day.promised(dossier)
    if day is None or dossier.finished is None:
        return ""
    done = day_of(dossier.finished)
    if done > day:
        return f", trễ so với ngày hẹn {short_day(day)}"
    return f", trước ngày hẹn {short_day(day)}" if done < day else ", đúng ngày hẹn"


def on_day(moment: datetime | None) -> str:
    """A day in a sentence: "ngày 5/11/2026"."""
    return "ngày chưa rõ" if moment is None else f"ngày {short_day(day_of(moment))}"


def short_day(day: date) -> str:
    """A day as people write it: "5/11/2026"."""
    return f"{day.day}/{day.month}/{day.year}"


def sentence(text: str) -> str:
    """Words of an officer or a record as one line with an end."""
    line = re.sub(r"\s+", " ", text).strip()
    return line if line.endswith((".", "!", "?", "…")) else f"{line}."
