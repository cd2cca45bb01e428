"""One question about a dossier that was told: where to pay, when it is done, what is missing, who has it.

What the register does not tell is said to be not known; nothing is taken from the procedure in general.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from actions.dossiers import return_day
from actions.dossiers.day_words import on_day, sentence
from actions.dossiers.dossier import Dossier, Status
from actions.dossiers.state_words import holder_lines, next_lines, status_line
from actions.dossiers.to_do import (
    NO_OBLIGATION,
    NO_PAPERS,
    NOT_TO_PAY_YET,
    collect_lines,
    payment_lines,
    supplement_lines,
    to_do,
)
from knowledge import words
from knowledge.normalise import fold
from knowledge.record import Procedure

STILL = {False: "Còn phải nộp", None: "Hệ thống ghi khoản"}  # None: the register does not say whether it was paid
LONGEST = 14  # words; who writes more tells something of their own


class Question(StrEnum):
    """What somebody may ask about their dossier."""

    PAPERS = "papers"
    PAY = "pay"
    REASON = "reason"
    COLLECT = "collect"
    WHO = "who"
    WHEN = "when"
    NEXT = "next"


_WHERE = r"(?:o dau|o mo|cho nao|cho mo|noi nao|dau|mo)"
_WHAT = r"(?:gi|chi|nao|nhung gi|nhung chi)"
_DAY = r"(?:khi|luc|hom|bua|ngay|chung|buoi) (?:nao|mo|may)|bao gio|bao lau|may (?:ngay|hom|bua)"
_ASKED: tuple[tuple[Question, str], ...] = (
    (Question.PAPERS, r"\b(?:thieu|bo sung|nop them|dua them|can them)\b"),
    (Question.PAY, r"\bhan nop\b"),
    (Question.COLLECT, rf"\b(?:lay|nhan|tra)\b.*\bket qua\b.*\b(?:{_WHERE}|mang {_WHAT}|can {_WHAT})\b"),
    (Question.COLLECT, rf"\b(?:lay|nhan) (?:ket qua )?{_WHERE}\b"),
    (Question.PAY, r"\b(?:nop|dong|tra|chuyen|chuyen khoan)\b.*\b(?:tien|thue|phi)\b"),
    (Question.PAY, r"\b(?:tien|thue|phi)\b.*\b(?:bao nhieu|may|nop|dong|no|con|het)\b"),
    (Question.PAY, r"\b(?:bao nhieu|het may|mat may|may) (?:tien|dong)\b|\b(?:no|con) (?:tien|thue|phi)\b"),
    (Question.REASON, r"\b(?:vi sao|tai sao|sao|rang|ly do)\b.*\b(?:tu choi|khong nhan|dung|tra lai|tra ve|bi)\b"),
    (Question.REASON, r"\b(?:tu choi|khong nhan|dung|tra lai|tra ve|bi)\b.*\b(?:vi sao|tai sao|sao|rang|ly do)\b"),
    (Question.REASON, r"\bly do\b"),
    (Question.WHO, r"\bai\b.*\b(?:giu|cam|lam|xu ly|giai quyet|phu trach|ky|thu ly)\b"),
    (
        Question.WHO,
        r"\b(?:phong|bo phan|co quan|can bo|noi|cho|don vi) (?:nao|mo|gi)\b.*\b(?:giu|lam|xu ly|giai quyet)\b",
    ),
    (Question.WHO, rf"\b(?:dang|nam|giu)\b.*\b(?:phong nao|phong mo|bo phan nao|co quan nao|{_WHERE}|tay ai)\b"),
    (Question.WHO, r"\b(?:o phong nao|o phong mo|tay ai)\b"),
    (Question.WHEN, rf"\b(?:{_DAY}|con lau|lau (?:the|rua|vay|khong|qua)|tre|cham|qua han|qua hen|ngay hen|hen tra)\b"),
    (Question.WHEN, r"\b(?:xong|co ket qua|duoc) chua\b"),
    (Question.NEXT, rf"\b(?:tiep theo|buoc tiep|buoc sau|roi sao|sau do|lam tiep)\b|\b(?:lam|man) {_WHAT}\b"),
)
_PATTERNS = tuple((question, re.compile(pattern)) for question, pattern in _ASKED)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A word that is none of these names something else than the dossier: another procedure, a person, a matter.
_KNOWN = _words(
    """thieu bo sung nop gui them dua can lay nhan tra ket qua kq o dau mo cho nao noi mang gi chi nhung dong chuyen
    khoan tien thue phi le bao nhieu may con no het vi sao tai rang ly do tu choi khong ko k dung lai ve bi ai giu
    cam lam xu giai quyet phu trach ky thu phong phan co quan bo don dang nam tay khi luc hom bua ngay chung buoi
    gio lau the rua vay tre cham han hen xong chua duoc tiep theo buoc sau roi man ho so hs giay to nay nua thi la
    cua toi tui em minh anh chi a ah ak da vang u oi ad voi nhe nha nghe hay he ha cai cay phai muon biet hoi xem
    giup dum gium moi hien den ra di luon cu ma ne vua truoc va"""
)
_COSTS = re.compile(r"\bmat (?=bao nhieu|may)")  # but "mất giấy tờ" is something else


def question_in(text: str) -> Question | None:
    """What of a dossier a message asks about; None: nothing, or of something that it names itself."""
    said = re.findall(r"[a-z0-9]+", _COSTS.sub("het ", fold(text)))
    if not said or len(said) > LONGEST or not _KNOWN.issuperset(said):
        return None
    line = " ".join(said)
    return next((question for question, pattern in _PATTERNS if pattern.search(line)), None)


def about_lines(
    question: Question, dossier: Dossier, record: Procedure | None, at: datetime, *, days: Sequence[str]
) -> list[str]:
    """The answer. days: what is told of the day of return."""
    answers = {
        Question.PAPERS: lambda: _papers(dossier),
        Question.PAY: lambda: _payment(dossier, at),
        Question.REASON: lambda: _reason(dossier),
        Question.COLLECT: lambda: _collecting(dossier, days),
        Question.WHO: lambda: holder_lines(dossier) or ["Hệ thống không ghi hồ sơ đang ở ai.", status_line(dossier)],
        Question.WHEN: lambda: _days(dossier, days),
        Question.NEXT: lambda: [*next_lines(dossier), *to_do(dossier, record, at)],
    }
    return answers[question]()


def _papers(dossier: Dossier) -> list[str]:
    wanted = return_day.awaited_papers(dossier)
    if wanted:
        return supplement_lines(wanted, dossier)
    if dossier.status is Status.SUPPLEMENT_ASKED:
        return [NO_PAPERS]
    came = [asked.answered for asked in dossier.supplements if asked.answered]
    lines = [f"Giấy tờ bổ sung cơ quan đã nhận {on_day(max(came))}."] if came else []
    return [*lines, "Hệ thống không ghi hồ sơ này còn thiếu giấy tờ gì."]


def _payment(dossier: Dossier, at: datetime) -> list[str]:
    owed = return_day.owed(dossier)
    if owed:
        return payment_lines(owed, at)
    if return_day.awaited_figure(dossier):
        return [NOT_TO_PAY_YET]
    if dossier.status is Status.PAYMENT_ASKED:
        return [NO_OBLIGATION]
    lines = [f"Đã nộp {one.name} {on_day(one.paid)}." for one in dossier.obligations if one.paid]
    lines += [f"Đã nộp {fee.name}: {words.money(fee.amount)}." for fee in dossier.fees if fee.paid]
    unpaid = [fee for fee in dossier.fees if not fee.paid]
    lines += [f"{STILL[fee.paid]} {fee.name}: {words.money(fee.amount)}." for fee in unpaid]
    if unpaid:
        return [*lines, f"Nộp ở đâu thì hệ thống không ghi; anh/chị hỏi {dossier.place or 'nơi đã nộp hồ sơ'}."]
    return [*lines, "Hệ thống không ghi khoản nào còn phải nộp."]


def _reason(dossier: Dossier) -> list[str]:
    if dossier.reason:
        return [f"Lý do cơ quan ghi: {sentence(dossier.reason)}"]
    if dossier.apology and dossier.apology.reason:
        return [f"Lý do ghi trong giấy xin lỗi: {sentence(dossier.apology.reason)}"]
    return [status_line(dossier), "Hệ thống không ghi lý do; anh/chị hỏi nơi đã nộp hồ sơ."]


def _collecting(dossier: Dossier, days: Sequence[str]) -> list[str]:
    if dossier.status is Status.FINISHED:
        return collect_lines(dossier)
    if dossier.status is Status.RETURNED:
        return [status_line(dossier), *days]
    return ["Hồ sơ chưa có kết quả để nhận.", *_days(dossier, days)]


def _days(dossier: Dossier, days: Sequence[str]) -> list[str]:
    return list(days) or [status_line(dossier), "Hệ thống chưa ghi ngày hẹn trả."]
