"""What offices and applicants do to a dossier: each act makes of a dossier the one that it is afterwards.

All of it is made up: offices without a place, officers by their post, amounts by chance.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from actions.dossiers.dossier import Apology, Dossier, Obligation, Status, Step, Supplement
from knowledge.record import TimeLimit, TimeUnit
from knowledge.working_days import VIETNAM, WorkCalendar, load_calendar

Act = Callable[[Dossier, datetime], Dossier]

CENTRE = ("Trung tâm Phục vụ hành chính công (thử nghiệm)", "Công chức tiếp nhận")
OFFICE = ("Phòng chuyên môn (thử nghiệm)", "Chuyên viên thụ lý")
HEAD = ("Phòng chuyên môn (thử nghiệm)", "Lãnh đạo ký duyệt")
LAND = ("Văn phòng đăng ký đất đai (thử nghiệm)", "Chuyên viên thẩm định")
TAX = ("Cơ quan thuế (thử nghiệm)", "Công chức thuế")
APPLICANT = ("", "Người nộp hồ sơ")
CLOSING = time(17)
PAY_WITHIN = timedelta(days=30)
DAYS = 5  # working days of a dossier of which nobody said how long it takes
LAND_OBLIGATION = "Nghĩa vụ tài chính về đất đai"


def receive(days: int = DAYS) -> Act:
    """It is received, and gets a day of return so many working days later."""

    def act(dossier: Dossier, at: datetime) -> Dossier:
        handed_in = {"submitted": dossier.submitted or at, "received": at, "due": due_in(days, at)}
        after = dossier.model_copy(update=handed_in | {"place": dossier.place or CENTRE[0]})
        return _moved(after, at, Status.RECEIVED, "Tiếp nhận hồ sơ", CENTRE)

    return act


def examine(dossier: Dossier, at: datetime) -> Dossier:
    """Somebody deals with it."""
    return _moved(dossier, at, Status.IN_PROGRESS, "Thẩm định hồ sơ", OFFICE)


def sign(dossier: Dossier, at: datetime) -> Dossier:
    """It waits for a signature."""
    return _moved(dossier, at, Status.IN_PROGRESS, "Trình ký kết quả", HEAD)


def finish(dossier: Dossier, at: datetime) -> Dossier:
    """The result is there."""
    done = dossier.model_copy(update={"finished": at, "results": dossier.results or ("Kết quả (thử nghiệm)",)})
    return _moved(done, at, Status.FINISHED, "Có kết quả, chờ trả", CENTRE)


def give(dossier: Dossier, at: datetime) -> Dossier:
    """The applicant has the result."""
    known = {"finished": dossier.finished or at, "results": dossier.results or ("Kết quả (thử nghiệm)",)}
    return _moved(dossier.model_copy(update=known | {"returned": at}), at, Status.RETURNED, "Trả kết quả", CENTRE)


def register(dossier: Dossier, at: datetime) -> Dossier:
    """It is back with the applicant, not handed in."""
    blank = {"submitted": None, "received": None, "due": None, "finished": None, "returned": None, "apology": None}
    return _moved(dossier.model_copy(update=blank), at, Status.REGISTERED, "Đăng ký hồ sơ", APPLICANT)


def refuse(dossier: Dossier, at: datetime) -> Dossier:
    """It is not received."""
    why = "Hồ sơ không thuộc thẩm quyền giải quyết của nơi nhận (thử nghiệm)."
    after = dossier.model_copy(update={"reason": why, "submitted": dossier.submitted or at})
    return _moved(after, at, Status.NOT_RECEIVED, "Từ chối tiếp nhận", CENTRE)


def ask_supplement(dossier: Dossier, at: datetime) -> Dossier:
    """The officer asks for a paper."""
    asked = Supplement(
        id=f"{dossier.code}/{len(dossier.supplements) + 1}",
        what="Bản chụp giấy tờ tùy thân bị mờ, chưa đọc được. Đề nghị nộp lại bản rõ hơn.",
        papers=("Bản chụp rõ nét giấy tờ tùy thân",),
        asked=at,
        asked_by=OFFICE[1],
        due_before=dossier.due,
    )
    after = dossier.model_copy(update={"supplements": (*dossier.supplements, asked)})
    return _moved(after, at, Status.SUPPLEMENT_ASKED, "Yêu cầu bổ sung giấy tờ", OFFICE)


def answer_supplement(dossier: Dossier, at: datetime) -> Dossier:
    """The applicant sends the paper; the day of return moves by as long as that took."""
    asked = dossier.open_supplement
    if asked is None:
        return examine(dossier, at)
    due = _later(dossier.due, at - asked.asked) if dossier.due else None
    answered = asked.model_copy(update={"answered": at, "due_after": due})
    papers = tuple(answered if one.id == asked.id else one for one in dossier.supplements)
    after = dossier.model_copy(update={"supplements": papers, "due": due})
    return _moved(after, at, Status.IN_PROGRESS, "Đã nhận giấy tờ bổ sung, tiếp tục thẩm định", OFFICE)


def ask_tax_office(dossier: Dossier, at: datetime) -> Dossier:
    """The land office asks the tax office for the figure."""
    sent = Obligation(name=LAND_OBLIGATION, sent=at)
    after = dossier.model_copy(update={"obligations": (*dossier.obligations, sent)})
    return _moved(after, at, Status.IN_PROGRESS, "Chờ cơ quan thuế xác định số tiền phải nộp", TAX)


def notify_payment(dossier: Dossier, at: datetime) -> Dossier:
    """The tax office tells the figure."""
    known = dossier.open_obligation or Obligation(name=LAND_OBLIGATION, sent=at)
    amount = known.amount or _made_up_amount(dossier.code)
    told = known.model_copy(update={"notified": at, "amount": amount, "pay_by": _closing((at + PAY_WITHIN).date())})
    after = dossier.model_copy(update={"obligations": _with(dossier, told)})
    return _moved(after, at, Status.PAYMENT_ASKED, "Chờ người dân nộp tiền", APPLICANT)


def pay(days: int = DAYS) -> Act:
    """The applicant pays; the day of return counts from now."""

    def act(dossier: Dossier, at: datetime) -> Dossier:
        owed = dossier.open_obligation
        if owed is None:
            return examine(dossier, at)
        paid = owed.model_copy(update={"paid": at, "notified": owed.notified or at})
        after = dossier.model_copy(update={"obligations": _with(dossier, paid), "due": due_in(days, at)})
        return _moved(after, at, Status.IN_PROGRESS, "Đã nộp tiền, tiếp tục xử lý", LAND)

    return act


def ask_back(dossier: Dossier, at: datetime) -> Dossier:
    """The applicant wants it back."""
    return _moved(dossier, at, Status.WITHDRAWAL_ASKED, "Công dân yêu cầu rút hồ sơ", CENTRE)


def stop(reason: str) -> Act:
    """The offices end it without a result."""

    def act(dossier: Dossier, at: datetime) -> Dossier:
        after = dossier.model_copy(update={"reason": reason})
        return _moved(after, at, Status.STOPPED, "Dừng xử lý hồ sơ", OFFICE)

    return act


def apologise(dossier: Dossier, at: datetime) -> Dossier:
    """It is late, and the office says so, with a new day."""
    reason = "Cần thêm thời gian xác minh (thử nghiệm)."
    sorry = Apology(at=at, reason=reason, new_due=due_in(DAYS, at))
    after = dossier.model_copy(update={"apology": sorry})
    return _moved(after, at, Status.IN_PROGRESS, "Tiếp tục xác minh (đã hẹn lại ngày trả)", OFFICE)


def due_in(days: int, at: datetime) -> datetime:
    """The end of the working day, so many working days after."""
    limit = TimeLimit(amount=Decimal(days), unit=TimeUnit.WORKING_DAY, raw=f"{days} ngày làm việc")
    due = _calendar().due(at, limit)
    return _closing(due.day if due else at.date())


def _later(due: datetime, by: timedelta) -> datetime:
    return _closing(_calendar().next_working((due + by).astimezone(VIETNAM).date()))


def _closing(day: date) -> datetime:
    return datetime.combine(day, CLOSING, tzinfo=VIETNAM)


@lru_cache
def _calendar() -> WorkCalendar:
    return load_calendar()


def _made_up_amount(code: str) -> int:
    """In dong; the same for the same dossier."""
    return random.Random(code).randrange(1_000, 40_000) * 1_000  # noqa: S311 - no secret


def _with(dossier: Dossier, obligation: Obligation) -> tuple[Obligation, ...]:
    """The obligations, this one in the place of the open one."""
    return (*(one for one in dossier.obligations if one is not dossier.open_obligation), obligation)


def _moved(dossier: Dossier, at: datetime, status: Status, step: str, who: tuple[str, str]) -> Dossier:
    """The steps under way end, a new one begins; the last one of all ends at once."""
    office, officer = who
    before = tuple(one if one.ended else one.model_copy(update={"ended": at}) for one in dossier.steps)
    now = Step(
        name=step,
        office=office,
        officer=officer,
        began=at,
        ended=at if status.ended else None,
        due=None if status.ended else dossier.due,
        status=status,
    )
    changes = {"status": status, "status_name": status.vietnamese, "office": office or dossier.office}
    return dossier.model_copy(update=changes | {"steps": (*before, now), "as_of": at})
