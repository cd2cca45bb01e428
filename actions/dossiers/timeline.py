"""The stations of a dossier as data: what is done, where it is now, what is to come. Nothing personal is in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from actions.dossiers import return_day
from actions.dossiers.day_words import short_day
from actions.dossiers.dossier import Dossier, Status
from actions.dossiers.return_day import day_of
from knowledge.working_days import VIETNAM, WorkCalendar

LAST_DIGITS = 4
HANDED_IN = "Nộp hồ sơ"
TAKEN = "Tiếp nhận"
TAX_FIGURE = "Cơ quan thuế tính tiền"
PAYMENT = "Nộp tiền"
WORK = "Giải quyết"
RETURN = "Trả kết quả"


class State(StrEnum):
    """DONE; NOW: with the offices; YOURS: waits for the citizen; AHEAD; ENDED: ended without a result."""

    DONE = "done"
    NOW = "now"
    YOURS = "yours"
    AHEAD = "ahead"
    ENDED = "ended"


SPOKEN = {
    State.DONE: "đã xong",
    State.NOW: "đang ở bước này",
    State.YOURS: "đang chờ anh/chị",
    State.AHEAD: "sắp tới",
    State.ENDED: "kết thúc",
}


@dataclass(frozen=True)
class Station:
    """One station. when: the day, in words; late: how late, in words, empty if it is not."""

    label: str
    state: State
    when: str = ""
    late: str = ""


@dataclass(frozen=True)
class Timeline:
    """All of them. title: of the procedure; code_end: "…0007"; as_of: when the register said so; note: above it."""

    title: str
    code_end: str
    as_of: datetime
    stations: tuple[Station, ...]
    note: str = ""

    @property
    def alt(self) -> str:
        """The same in words, for who does not see the picture."""
        told = [
            f"{station.label}: {', '.join(filter(None, (SPOKEN[station.state], station.when, station.late)))}"
            for station in self.stations
        ]
        return f"Các bước của hồ sơ {self.code_end}. {'; '.join(told)}."


def short_code(code: str) -> str:
    """The end of a dossier's code, by which its owner knows it and nobody finds it: "…0007"."""
    return f"…{code[-LAST_DIGITS:]}"


def timeline(dossier: Dossier, calendar: WorkCalendar, at: datetime, *, title: str, note: str = "") -> Timeline:
    """The stations of a dossier at a moment. title: of the procedure; note: a line above all."""
    stations = (*_until_taken(dossier), *_between(dossier), *_end(dossier, calendar, at))
    return Timeline(title, short_code(dossier.code), dossier.as_of.astimezone(VIETNAM), stations, note)


def _until_taken(dossier: Dossier) -> list[Station]:
    handed_in = dossier.submitted or dossier.received
    if dossier.status is Status.REGISTERED:
        if dossier.submitted is None:
            return [Station(HANDED_IN, State.YOURS, "chưa thấy ngày nộp"), Station(TAKEN, State.AHEAD)]
        return [Station(HANDED_IN, State.DONE, _on(handed_in)), Station(TAKEN, State.NOW, "đang kiểm tra giấy tờ")]
    first = Station(HANDED_IN, State.DONE, _on(handed_in))
    if dossier.status is Status.NOT_RECEIVED:
        return [first, Station("Không được tiếp nhận", State.ENDED, _on(dossier.finished))]
    return [first, Station(TAKEN, State.DONE, _on(dossier.received))]


def _between(dossier: Dossier) -> list[Station]:
    """Papers and money, as far as something was asked for."""
    if dossier.status in (Status.REGISTERED, Status.NOT_RECEIVED):
        return []
    stations = []
    if dossier.supplements or dossier.status is Status.SUPPLEMENT_ASKED:
        stations.append(_papers(dossier))
    if dossier.obligations or dossier.status is Status.PAYMENT_ASKED:
        stations += _money(dossier)
    return stations


def _papers(dossier: Dossier) -> Station:
    waits = return_day.awaited_papers(dossier)
    if waits or dossier.status is Status.SUPPLEMENT_ASKED:
        return Station("Bổ sung giấy tờ", State.YOURS, f"yêu cầu {_on(waits.asked)}" if waits else "")
    answered = [asked.answered for asked in dossier.supplements if asked.answered]
    return Station("Bổ sung giấy tờ", State.DONE, _on(max(answered, default=None)))


def _money(dossier: Dossier) -> list[Station]:
    figure, owes = return_day.awaited_figure(dossier), return_day.owed(dossier)
    notified = [one.notified for one in dossier.obligations if one.notified]
    paid = [one.paid for one in dossier.obligations if one.paid]
    if figure:
        since = f"từ {_on(figure.sent)}" if figure.sent else ""
        return [Station(TAX_FIGURE, State.NOW, since), Station(PAYMENT, State.AHEAD)]
    told = Station(TAX_FIGURE, State.DONE, _on(max(notified, default=None)))
    if owes or dossier.status is Status.PAYMENT_ASKED:
        until = f"chậm nhất {_on(owes.pay_by)}" if owes and owes.pay_by else ""
        return [told, Station(PAYMENT, State.YOURS, until)]
    return [told, Station(PAYMENT, State.DONE if paid else State.AHEAD, _on(max(paid, default=None)))]


def _end(dossier: Dossier, calendar: WorkCalendar, at: datetime) -> list[Station]:
    """The work on it and the return, or how it ended otherwise."""
    promised = return_day.promised(dossier)
    ahead = Station(RETURN, State.AHEAD, _due(dossier, promised), _late(dossier, calendar, at))
    if dossier.status in OTHERWISE:
        return list(OTHERWISE[dossier.status](dossier))
    if dossier.status is None:
        return [Station(f"“{dossier.status_name}”", State.NOW), ahead]
    with_the_offices = dossier.status in return_day.WITH_THE_OFFICES and not return_day.stands_still(dossier)
    work = Station(WORK, State.NOW, dossier.office) if with_the_offices else Station(WORK, State.AHEAD)
    return [work, ahead]


def _done(dossier: Dossier) -> Station:
    return Station(WORK, State.DONE, _on(dossier.finished))


OTHERWISE: dict[Status, Callable[[Dossier], tuple[Station, ...]]] = {
    Status.NOT_RECEIVED: lambda dossier: (),
    Status.STOPPED: lambda dossier: (Station("Dừng giải quyết", State.ENDED, _on(dossier.finished)),),
    Status.WITHDRAWAL_ASKED: lambda dossier: (Station("Xin rút hồ sơ", State.NOW, "cơ quan đang xem"),),
    Status.FINISHED: lambda dossier: (_done(dossier), Station(RETURN, State.YOURS, "mời anh/chị nhận kết quả")),
    Status.RETURNED: lambda dossier: (_done(dossier), Station(RETURN, State.DONE, _on(dossier.returned))),
}


def _due(dossier: Dossier, promised: date | None) -> str:
    if return_day.owed(dossier) or return_day.awaited_figure(dossier):
        return "tính từ khi nộp tiền xong"
    if promised is None:
        return ""
    return f"{'hẹn lại' if dossier.apology and dossier.apology.new_due else 'hẹn'} {short_day(promised)}"


def _late(dossier: Dossier, calendar: WorkCalendar, at: datetime) -> str:
    missed, late = return_day.missed(dossier, at), return_day.days_late(dossier, calendar, at)
    if missed is None:
        return ""
    return f"trễ {late} ngày làm việc" if late else f"đã qua ngày hẹn {short_day(missed)}"


def _on(moment: datetime | None) -> str:
    return short_day(day_of(moment)) if moment else ""
