"""Dossiers for trying things out: made-up people, real procedures of data/catalogue, every status.

All days hang on the moment they are made for, so that one is always late and one due tomorrow. What proves them is the
same in every installation; `python -m actions.dossiers list` shows it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import SecretStr

from actions.dossiers.dossier import (
    Apology,
    Channel,
    Dossier,
    FeeDue,
    Obligation,
    Proofs,
    Status,
    Step,
    Supplement,
)
from actions.dossiers.embedded import AGENCY
from knowledge.catalogue import read_record
from knowledge.working_days import VIETNAM, WorkCalendar, load_calendar

MINISTRY_CODE = "G09.20-20260609-0092637"
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is mistaken for another
SECRET_LENGTH = 6
CLOSING = time(17)
NAMES = (
    "Nguyễn Thị Hoa Mai",
    "Trần Văn Lúa",
    "Lê Thị Bưởi",
    "Phạm Đình Cau",
    "Hoàng Thị Sen Hồng",
    "Phan Văn Trúc",
    "Vũ Thị Cúc Vàng",
    "Võ Văn Bách Tùng",
    "Đặng Thị Lựu",
    "Bùi Văn Lạc",
    "Đỗ Thị Quế Chi",
    "Hồ Văn Mít",
    "Ngô Thị Sim",
    "Dương Văn Tre",
    "Lý Thị Chanh",
    "Đinh Văn Sồi",
    "Trịnh Thị Mơ",
    "Chu Văn Gạo",
    "Lô Thị Bông",
    "Lưu Văn Đước",
    "Đậu Thị Nghệ",
    "Tạ Văn Thông Xanh",
    "Đoàn Thị Vừng",
    "Phùng Văn Ngô",
    "Lữ Thị Gừng",
    "Trương Văn Khế",
    "Tăng Thị Ổi",
    "Cao Văn Dừa",
    "Thái Thị Mận",
    "Mai Văn Chuối",
)
CATALOGUE = Path(__file__).resolve().parents[2] / "data" / "catalogue"

TAKING, CHECKING, SIGNING, GIVING = "Tiếp nhận hồ sơ", "Thẩm định hồ sơ", "Trình lãnh đạo ký", "Trả kết quả"
SENT_TO_TAX = "Chuyển thông tin xác định nghĩa vụ tài chính"
TAX_OFFICE = "Thuế cơ sở"
LAND_OFFICE = "Chi nhánh Văn phòng đăng ký đất đai"
LAND_DUTY = "Thuế thu nhập cá nhân và lệ phí trước bạ nhà, đất"


class _Stop(NamedTuple):
    """Where the dossier came to: the step's name, the office, when, and the status from then on."""

    name: str
    office: str
    at: datetime
    status: Status


class _Days:
    """Working days around a moment."""

    def __init__(self, now: datetime, calendar: WorkCalendar) -> None:
        self.now = now
        self._today = now.astimezone(VIETNAM).date()
        self._calendar = calendar

    def back(self, count: int, hour: int = 9, minute: int = 0) -> datetime:
        """So many working days before today: always past."""
        return self.before(self._today, count, hour, minute)

    def ahead(self, count: int) -> datetime:
        """The closing hour, so many working days after today."""
        return self.after(self._today, count)

    def before(self, day: date, count: int, hour: int = 9, minute: int = 0) -> datetime:
        """So many working days before a day."""
        return datetime.combine(self._counted(day, count, -1), time(hour, minute), VIETNAM)

    def after(self, day: date, count: int) -> datetime:
        """The closing hour, so many working days after a day."""
        return datetime.combine(self._counted(day, count, 1), CLOSING, VIETNAM)

    def _counted(self, day: date, count: int, step: int) -> date:
        while count:
            day += timedelta(days=step)
            count -= self._calendar.is_working(day)
        return day


def example_dossiers(now: datetime) -> tuple[Dossier, ...]:
    """The examples as they stand at a moment (with a time zone), proofs filled. The same for the same moment."""
    days = _Days(now, _calendar())
    return tuple(_numbered(number, example(days), now) for number, example in enumerate(_EXAMPLES))


@lru_cache(maxsize=1)
def _calendar() -> WorkCalendar:
    return load_calendar()


@lru_cache
def _title(procedure: str) -> str:
    return read_record(CATALOGUE / f"{procedure}.yml").name


def _numbered(number: int, parts: dict[str, Any], now: datetime) -> Dossier:
    """A whole dossier: with code, owner and proofs, which hang on its number only."""
    submitted: datetime = parts["submitted"]
    serial = 37 * number + 7  # not one after the other, as in real life
    code = f"{AGENCY}-{submitted.astimezone(VIETNAM):%y%m%d}-{serial:04}"
    owner = NAMES[number]
    status_name = parts["status"].vietnamese if parts["status"] else ""
    whole = {"code": code, "owner": owner, "status_name": status_name, "as_of": now, **parts}
    return Dossier(**whole, proofs=_proofs(number, owner))


def _proofs(number: int, owner: str) -> Proofs:
    """Numbers that nobody has: a prefix without subscribers, a year of birth that is to come."""
    drawn = hashlib.sha256(f"motcua example {number}".encode()).digest()
    secret = "".join(LETTERS[byte % len(LETTERS)] for byte in drawn[:SECRET_LENGTH])
    tails = [int.from_bytes(drawn[start : start + 2], "big") % 10_000 for start in (8, 10)]
    woman = " Thị " in owner
    return Proofs(
        secret=SecretStr(secret),
        phone=SecretStr(f"090000{tails[0]:04}"),
        identity_number=SecretStr(f"040{3 if woman else 2}{75 + number % 20}00{tails[1]:04}"),
    )


def _steps(*stops: _Stop, ended: bool = False, due: datetime | None = None) -> tuple[Step, ...]:
    """Each step ends when the next one begins; the last one is under way, or ended as it began."""
    ends = [*(stop.at for stop in stops[1:]), stops[-1].at if ended else None]
    last = len(stops) - 1
    return tuple(
        Step(
            name=stop.name,
            office=stop.office,
            began=stop.at,
            ended=end,
            due=due if number == last and end is None else None,
            status=stop.status,
        )
        for number, (stop, end) in enumerate(zip(stops, ends, strict=True))
    )


def _centre(place: str) -> str:
    return f"Trung tâm Phục vụ hành chính công {place}"


def _committee(place: str) -> str:
    return f"Ủy ban nhân dân {place}"


def _about(procedure: str, place: str, office: str = "", channel: Channel = Channel.IN_PERSON) -> dict[str, Any]:
    return {
        "procedure": procedure,
        "procedure_name": _title(procedure),
        "channel": channel,
        "place": _centre(place),
        "office": office or _committee(place),
    }


def _just_sent(days: _Days, procedure: str, place: str, channel: Channel) -> dict[str, Any]:
    at = days.back(1, 15, 20)
    registered = _Stop("Đăng ký hồ sơ", _centre(place), at, Status.REGISTERED)
    about = _about(procedure, place, _centre(place), channel)
    return {**about, "status": Status.REGISTERED, "submitted": at, "steps": _steps(registered)}


def _received(days: _Days, procedure: str, place: str, limit: int, channel: Channel) -> dict[str, Any]:
    submitted, received = days.back(1, 8, 10), days.back(1, 9, 30)
    due = days.after(received.date(), limit)
    steps = _steps(_Stop(TAKING, _centre(place), received, Status.RECEIVED), due=due)
    return {
        **_about(procedure, place, _centre(place), channel),
        "status": Status.RECEIVED,
        "submitted": submitted,
        "received": received,
        "due": due,
        "steps": steps,
    }


def _refused(days: _Days, procedure: str, place: str, channel: Channel, reason: str) -> dict[str, Any]:
    submitted, at = days.back(4, 20, 5), days.back(3, 10, 15)
    sent = _Stop("Đăng ký hồ sơ", _centre(place), submitted, Status.REGISTERED)
    steps = _steps(sent, _Stop("Từ chối tiếp nhận", _centre(place), at, Status.NOT_RECEIVED), ended=True)
    return {
        **_about(procedure, place, _centre(place), channel),
        "status": Status.NOT_RECEIVED,
        "submitted": submitted,
        "finished": at,
        "reason": reason,
        "steps": steps,
    }


def _under_way(
    days: _Days, due: datetime, limit: int, about: dict[str, Any], *, signing: bool = False, **more: Any
) -> dict[str, Any]:
    """In progress; the result was to be there so many working days after receipt."""
    received = days.before(due.date(), limit, 8, 45)
    offices = about["place"], about["office"]
    stops = [_Stop(TAKING, offices[0], received, Status.RECEIVED)]
    stops.append(_Stop(CHECKING, offices[1], received + timedelta(hours=1), Status.IN_PROGRESS))
    if signing:
        stops.append(_Stop(SIGNING, offices[1], received + timedelta(hours=6), Status.IN_PROGRESS))
    parts = {
        **about,
        "status": Status.IN_PROGRESS,
        "submitted": received - timedelta(minutes=20),
        "received": received,
        "due": due,
        "steps": _steps(*stops, due=due),
    }
    return {**parts, **more}


def _late(days: _Days, by: int, limit: int, about: dict[str, Any], apology: Apology | None = None) -> dict[str, Any]:
    return _under_way(days, days.before(days.back(by).date(), 0, 17), limit, about, signing=True, apology=apology)


def _sorry(days: _Days, reason: str, new_due: datetime | None) -> Apology:
    return Apology(at=days.back(1, 16), reason=reason, new_due=new_due)


def _asked_for_more(days: _Days, about: dict[str, Any], limit: int, what: str, *papers: str) -> dict[str, Any]:
    received, asked = days.back(4, 8, 30), days.back(2, 14)
    due = days.after(received.date(), limit)
    stops = (
        _Stop(TAKING, about["place"], received, Status.RECEIVED),
        _Stop(CHECKING, about["office"], received + timedelta(hours=2), Status.IN_PROGRESS),
        _Stop("Yêu cầu bổ sung", about["office"], asked, Status.SUPPLEMENT_ASKED),
    )
    supplement = Supplement(
        id="1", what=what, papers=papers, asked=asked, asked_by=about["office"], due_before=due, due_after=None
    )
    return {
        **about,
        "status": Status.SUPPLEMENT_ASKED,
        "submitted": received - timedelta(minutes=30),
        "received": received,
        "due": due,
        "steps": _steps(*stops),
        "supplements": (supplement,),
    }


def _supplemented(days: _Days) -> dict[str, Any]:
    """Papers were asked for and brought: the day of return was moved by the time between."""
    about = _about("1.004859", "xã Nam Đàn")
    received, asked, answered = days.back(6, 9), days.back(5, 10), days.back(2, 8, 20)
    before, due = days.after(received.date(), 5), days.after(answered.date(), 4)
    stops = (
        _Stop(TAKING, about["place"], received, Status.RECEIVED),
        _Stop("Yêu cầu bổ sung", about["office"], asked, Status.SUPPLEMENT_ASKED),
        _Stop(CHECKING, about["office"], answered, Status.IN_PROGRESS),
    )
    supplement = Supplement(
        id="1",
        what="Nộp thêm giấy tờ chứng minh ngày sinh đúng.",
        papers=("Bản sao giấy tờ chứng minh ngày, tháng, năm sinh",),
        asked=asked,
        asked_by=about["office"],
        answered=answered,
        due_before=before,
        due_after=due,
    )
    return {
        **about,
        "status": Status.IN_PROGRESS,
        "submitted": received,
        "received": received,
        "due": due,
        "steps": _steps(*stops, due=due),
        "supplements": (supplement,),
    }


def _land(
    days: _Days,
    about: dict[str, Any],
    *,
    notified: int | None = None,
    paid: int | None = None,
    pay_by: datetime | None = None,
    amount: int = 0,
) -> dict[str, Any]:
    """On the way to the tax office and back. notified, paid: so many working days ago; None: not yet."""
    received, sent = days.back(12, 8, 15), days.back(9, 15)
    stops = [
        _Stop(TAKING, about["place"], received, Status.RECEIVED),
        _Stop(CHECKING, about["office"], received + timedelta(hours=3), Status.IN_PROGRESS),
        _Stop(SENT_TO_TAX, TAX_OFFICE, sent, Status.IN_PROGRESS),
    ]
    status = Status.IN_PROGRESS
    due = None
    if notified is not None:
        status = Status.PAYMENT_ASKED
        stops.append(_Stop("Thông báo nộp tiền", TAX_OFFICE, days.back(notified, 10), status))
    if paid is not None:
        status = Status.IN_PROGRESS
        due = days.after(days.back(paid).date(), 8)
        stops.append(_Stop("Cập nhật, in Giấy chứng nhận", about["office"], days.back(paid, 14), status))
    told = notified is not None
    obligation = Obligation(
        name=LAND_DUTY,
        sent=sent,
        notified=days.back(notified, 10) if notified is not None else None,
        amount=amount if told else None,
        pay_by=pay_by,
        paid=days.back(paid, 13, 30) if paid is not None else None,
    )
    return {
        **about,
        "status": status,
        "submitted": received,
        "received": received,
        "due": due,
        "steps": _steps(*stops, due=due),
        "obligations": (obligation,),
    }


def _withdrawn(days: _Days) -> dict[str, Any]:
    about = _about("1.001612", "phường Quỳnh Mai", channel=Channel.ONLINE)
    due = days.ahead(1)
    asked = _Stop("Yêu cầu rút hồ sơ", about["place"], days.back(1, 15), Status.WITHDRAWAL_ASKED)
    taken = _Stop(TAKING, about["place"], days.before(due.date(), 3, 8, 45), Status.RECEIVED)
    return _under_way(
        days,
        due,
        3,
        about,
        status=Status.WITHDRAWAL_ASKED,
        reason="Người nộp đề nghị rút hồ sơ để thay đổi ngành nghề kinh doanh.",
        steps=_steps(taken, asked),
    )


def _stopped(days: _Days) -> dict[str, Any]:
    about = _about("1.012786", "xã Yên Thành", LAND_OFFICE)
    received, at = days.back(15, 8), days.back(3, 16)
    stops = (
        _Stop(TAKING, about["place"], received, Status.RECEIVED),
        _Stop(CHECKING, about["office"], received + timedelta(hours=4), Status.IN_PROGRESS),
        _Stop("Thông báo dừng giải quyết", about["office"], at, Status.STOPPED),
    )
    return {
        **about,
        "status": Status.STOPPED,
        "submitted": received,
        "received": received,
        "due": days.after(received.date(), 10),
        "finished": at,
        "reason": "Thửa đất đang có tranh chấp, Tòa án đã thụ lý.",
        "steps": _steps(*stops, ended=True),
    }


def _finished(
    days: _Days, about: dict[str, Any], result: str, *, late: int = 0, returned: bool = False, **more: Any
) -> dict[str, Any]:
    """Done two working days ago, late by so many; perhaps given back since."""
    finished = days.back(2, 15, 40)
    due = days.before(finished.date(), late, 17)
    received = days.before(due.date(), 3, 8, 20)
    stops = [
        _Stop(TAKING, about["place"], received, Status.RECEIVED),
        _Stop(CHECKING, about["office"], received + timedelta(hours=2), Status.IN_PROGRESS),
        _Stop(GIVING, about["place"], finished, Status.FINISHED),
    ]
    back = days.back(1, 9, 10)
    if returned:
        stops.append(_Stop("Đã trả kết quả", about["place"], back, Status.RETURNED))
    parts = {
        **about,
        "status": Status.RETURNED if returned else Status.FINISHED,
        "submitted": received - timedelta(minutes=15),
        "received": received,
        "due": due,
        "finished": finished,
        "returned": back if returned else None,
        "results": (result,),
        "steps": _steps(*stops, ended=returned),
    }
    return {**parts, **more}


def _strange_word(days: _Days) -> dict[str, Any]:
    """A system behind the register uses a word of its own."""
    due = days.ahead(6)
    about = _about("1.001699", "xã Con Cuông")
    return _under_way(days, due, 8, about, status=None, status_name="Chờ hội đồng họp phiên kế tiếp")


def _of_a_ministry(days: _Days) -> dict[str, Any]:
    """Its days are in its code."""
    at = datetime(2026, 6, 9, 8, 30, tzinfo=VIETNAM)
    stops = (
        _Stop(TAKING, "", at, Status.RECEIVED),
        _Stop(CHECKING, "", at + timedelta(hours=1), Status.IN_PROGRESS),
        _Stop("Đã trả kết quả", "", at + timedelta(days=6), Status.RETURNED),
    )
    return {
        "code": MINISTRY_CODE,
        "procedure": "3.000347",
        "procedure_name": _title("3.000347"),
        "channel": Channel.ONLINE,
        "status": Status.RETURNED,
        "submitted": at,
        "received": at,
        "due": at.replace(day=16, hour=17, minute=0),
        "finished": at + timedelta(days=5),
        "returned": at + timedelta(days=6),
        "fees": (FeeDue(name="Lệ phí cấp giấy phép lái xe", amount=135_000, paid=True),),
        "results": ("Giấy phép lái xe",),
        "steps": _steps(*stops, ended=True),
    }


_SALE = partial(_about, "1.013831", office=LAND_OFFICE)

_EXAMPLES: tuple[Callable[[_Days], dict[str, Any]], ...] = (
    lambda days: _just_sent(days, "1.001193", "phường Thành Vinh", Channel.ONLINE),
    lambda days: _just_sent(days, "2.000635", "xã Quỳ Hợp", Channel.POST),
    lambda days: _received(days, "1.004873", "phường Vinh Phú", 3, Channel.IN_PERSON),
    lambda days: _received(days, "1.004884", "xã Diễn Châu", 5, Channel.ONLINE),
    lambda days: _refused(
        days, "1.000894", "xã Đô Lương", Channel.ONLINE, "Ảnh chụp giấy tờ quá mờ, không đọc được số định danh."
    ),
    lambda days: _refused(
        days, "1.000656", "xã Tân Kỳ", Channel.POST, "Nơi cư trú cuối cùng của người mất không thuộc tỉnh Nghệ An."
    ),
    lambda days: _under_way(days, days.ahead(5), 7, _about("1.004222", "phường Cửa Lò", "Công an phường Cửa Lò")),
    lambda days: _under_way(
        days,
        days.ahead(1),
        3,
        _about("1.004194", "phường Trường Vinh", "Công an phường Trường Vinh", Channel.ONLINE),
        fees=(FeeDue(name="Lệ phí đăng ký tạm trú", amount=7_000, paid=True),),
    ),
    lambda days: _under_way(
        days, days.after(days.back(1).date(), 1), 10, _about("1.011607", "xã Mường Típ"), signing=True
    ),
    lambda days: _late(days, 3, 5, _about("1.012783", "phường Vinh Lộc", LAND_OFFICE)),
    lambda days: _late(
        days,
        4,
        18,
        _SALE("phường Hoàng Mai"),
        _sorry(days, "Phải kiểm tra lại ranh giới thửa đất ngoài thực địa.", days.ahead(4)),
    ),
    lambda days: _late(
        days, 2, 5, _about("1.012790", "xã Anh Sơn", LAND_OFFICE), _sorry(days, "Chờ trích lục hồ sơ gốc.", None)
    ),
    lambda days: _asked_for_more(
        days,
        _about("1.001612", "phường Thái Hòa", channel=Channel.ONLINE),
        8,
        "Địa chỉ đặt cửa hàng trong đơn chưa ghi số nhà; chưa có giấy tờ về nơi kinh doanh.",
        "Giấy đề nghị đăng ký hộ kinh doanh (ghi lại địa chỉ)",
        "Giấy tờ về quyền sử dụng địa điểm kinh doanh",
    ),
    lambda days: _asked_for_more(
        days,
        _about("1.013978", "xã Nghĩa Đàn"),
        17,
        "Nộp thêm giấy tờ về nguồn gốc đất.",
        "Giấy tờ về quyền sử dụng đất đang có (nếu có)",
        "Chứng từ đã nộp thuế sử dụng đất",
        "Giấy chia đất của gia đình",
    ),
    _supplemented,
    lambda days: _land(days, _SALE("xã Nghi Lộc")),
    lambda days: _land(days, _SALE("phường Vinh Hưng"), notified=2, pay_by=days.ahead(20), amount=12_450_000),
    lambda days: _land(days, _about("1.013978", "xã Quỳnh Lưu"), notified=6, pay_by=days.ahead(1), amount=38_200_000),
    lambda days: _land(days, _SALE("xã Hưng Nguyên"), notified=6, paid=3, pay_by=days.ahead(15), amount=7_900_000),
    _withdrawn,
    _stopped,
    lambda days: _finished(days, _about("1.000894", "xã Kim Bảng"), "Giấy chứng nhận kết hôn"),
    lambda days: _finished(
        days, _about("3.000333", "phường Thành Vinh", "Công an tỉnh Nghệ An", Channel.POST), "Phiếu lý lịch tư pháp"
    ),
    lambda days: _finished(days, _about("1.001193", "xã Tương Dương"), "Giấy khai sinh", returned=True),
    lambda days: _finished(
        days,
        _about("2.000635", "phường Tây Hiếu", channel=Channel.ONLINE),
        "Bản sao Giấy khai sinh",
        returned=True,
        fees=(FeeDue(name="Lệ phí cấp bản sao", amount=8_000, paid=True),),
    ),
    lambda days: _finished(
        days,
        _about("1.012784", "xã Quế Phong", LAND_OFFICE),
        "Giấy chứng nhận quyền sử dụng đất",
        late=3,
        returned=True,
    ),
    _strange_word,
    lambda days: _under_way(days, days.ahead(4), 9, _about("1.014027", "xã Mường Xén")),
    _of_a_ministry,
)
