"""Made-up dossiers, records and a teller for the tests of what citizens are told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from actions.dossiers.dossier import Channel, Dossier, Obligation, Status, Step, Supplement
from actions.dossiers.telling import Teller
from knowledge.record import Procedure
from knowledge.working_days import VIETNAM, WorkCalendar, load_calendar
from tests.knowledge import tiny

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday; the day after is a holiday
CALENDAR: WorkCalendar = load_calendar()
PROCEDURE = tiny.STAY


def at(day: int, month: int = 11, hour: int = 9) -> datetime:
    """A moment of 2026 in Vietnam."""
    return datetime(2026, month, day, hour, tzinfo=VIETNAM)


def dossier(status: Status | None = Status.IN_PROGRESS, **parts: Any) -> Dossier:
    """A dossier that was handed in on Monday the 16th; anything may be said otherwise."""
    given: dict[str, Any] = {
        "code": "000.00.00.H41-261116-0042",
        "procedure": PROCEDURE,
        "procedure_name": "Đăng ký tạm trú",
        "status": status,
        "status_name": status.vietnamese if status else "Chờ họp hội đồng",
        "channel": Channel.IN_PERSON,
        "owner": "Nguyễn Thị Thu Hoa",
        "submitted": at(16),
        "received": at(16),
        "office": "Công an phường Vinh Phú",
        "place": "Trung tâm Phục vụ hành chính công phường Vinh Phú",
        "steps": (Step(name="Thẩm định hồ sơ", office="Công an phường Vinh Phú", began=at(17)),),
        "as_of": NOW,
    }
    return Dossier(**{**given, **parts})


def limited(
    *limits: tuple[int | None, str], not_counted: tuple[str, ...] = (), certainty: str = "sure", **more: Any
) -> Procedure:
    """A record with these time limits for every way of handing in."""
    times = [
        {"amount": amount, "unit": unit, "certainty": certainty, "raw": f"{amount} {unit}", **more}
        for amount, unit in limits
    ]
    fees = [{"name": "Lệ phí", "amount": 0, "raw": "Miễn phí"}]
    ways = [{"channel": channel, "time_limits": times, "fees": fees} for channel in ("online", "direct", "postal")]
    return tiny.procedure(PROCEDURE, ways=ways, not_counted=list(not_counted))


def teller(record: Procedure | None = None, *, demonstration: bool = False, register: str = "rest") -> Teller:
    return Teller(CALENDAR, register=register, demonstration=demonstration, records=lambda code: record)


def supplement(**parts: Any) -> Supplement:
    given: dict[str, Any] = {"id": "1", "what": "Bản chụp mờ", "papers": ("Giấy tờ về chỗ ở",), "asked": at(19)}
    return Supplement(**{**given, **parts})


def obligation(**parts: Any) -> Obligation:
    return Obligation(**{"name": "Lệ phí trước bạ nhà, đất", "sent": at(17), **parts})
