"""The day of return of a dossier: which day holds, how it was counted, and how late it is. Days are Vietnam's.

What the register says counts; our own count of the record's time limit is only put beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from actions.dossiers.dossier import Channel, Dossier, Obligation, Status, Supplement
from knowledge import record as records
from knowledge import words
from knowledge.dates import LATE
from knowledge.record import Certainty, Procedure, TimeLimit
from knowledge.working_days import VIETNAM, WEEKEND, Due, WorkCalendar

WAYS = {
    Channel.IN_PERSON: records.Channel.DIRECT,
    Channel.ONLINE: records.Channel.ONLINE,
    Channel.POST: records.Channel.POSTAL,
}
WITH_THE_OFFICES = (Status.RECEIVED, Status.IN_PROGRESS)
DONE = (Status.FINISHED, Status.RETURNED, Status.NOT_RECEIVED, Status.STOPPED)
OVER = (*DONE, Status.WITHDRAWAL_ASKED)  # nothing is awaited of the citizen any more
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Count:
    """Our own count. limit: of the record; due: what follows from it; begins: the moment from which it counts.

    from_payment: it counts from the payment of an obligation, not from the receipt.
    """

    limit: TimeLimit
    due: Due
    begins: datetime
    from_payment: bool


def day_of(moment: datetime) -> date:
    """The day in Vietnam."""
    return moment.astimezone(VIETNAM).date()


def awaited_papers(dossier: Dossier) -> Supplement | None:
    """The request for papers that the offices wait for; None where it has ended."""
    return None if dossier.status in OVER else dossier.open_supplement


def owed(dossier: Dossier) -> Obligation | None:
    """What the citizen was told to pay and has not paid; None where it has ended."""
    asked = [one for one in dossier.obligations if one.notified and not one.paid]
    if dossier.status is Status.PAYMENT_ASKED and not asked and dossier.open_obligation:
        asked = [dossier.open_obligation]
    return asked[-1] if asked and dossier.status not in OVER else None


def awaited_figure(dossier: Dossier) -> Obligation | None:
    """The obligation whose amount the tax office has not told yet; None where somebody is to pay or it has ended."""
    if owed(dossier) or dossier.status in OVER:
        return None
    return next((one for one in reversed(dossier.obligations) if one.sent and not one.notified and not one.paid), None)


def stands_still(dossier: Dossier) -> bool:
    """Whether papers, money or the tax office's figure are awaited, so that the day of return does not hold now."""
    waits = dossier.status in (Status.SUPPLEMENT_ASKED, Status.PAYMENT_ASKED)
    return waits or bool(awaited_papers(dossier) or owed(dossier) or awaited_figure(dossier))


def promised(dossier: Dossier) -> date | None:
    """The day of return that holds: the last of those on the receipt, after a supplement and in the apology.

    None: none is named, or it passed while papers or money were awaited and no new one is named.
    """
    days = [dossier.due, dossier.apology and dossier.apology.new_due]
    days += [asked.due_after for asked in dossier.supplements if asked.answered]
    day = max((day_of(moment) for moment in days if moment), default=None)
    came = [asked.answered for asked in dossier.supplements] + [one.paid for one in dossier.obligations]
    return None if day and any(moment and day <= day_of(moment) for moment in came) else day


def first_promised(dossier: Dossier) -> date | None:
    """The day of return that was named first."""
    days = [dossier.due, *(asked.due_before for asked in dossier.supplements)]
    return min((day_of(moment) for moment in days if moment), default=None)


def missed(dossier: Dossier, now: datetime) -> date | None:
    """The day of return that has passed without a result; None where none has.

    What an apology puts off is passed all the same. Nothing is missed while papers or money are awaited, nor where it
    is not known whether the offices still work on it.
    """
    if dossier.status not in WITH_THE_OFFICES or stands_still(dossier):
        return None
    day = promised(dossier.model_copy(update={"apology": None}))
    return day if day and day < day_of(now) else None


def days_late(dossier: Dossier, calendar: WorkCalendar, now: datetime) -> int:
    """Working days since the day of return that was missed; 0 if none was, or only days off have passed since."""
    day, late = missed(dossier, now), 0
    while day and day < day_of(now):
        day += ONE_DAY
        late += calendar.is_working(day)
    return late


def counts(dossier: Dossier, calendar: WorkCalendar, record: Procedure | None) -> tuple[Count, ...]:
    """What the record's limits for this way of handing in give, each once; empty where one of them is not sure.

    Counted from the receipt, or from the payment where there was something to pay. Nothing while it is not paid.
    """
    paid = [one.paid for one in dossier.obligations]
    begins = dossier.received or dossier.submitted
    if paid:
        begins = None if None in paid else max(moment for moment in paid if moment)
    limits = limits_for(dossier.channel, record)
    dues = [calendar.due(begins, limit) if begins else None for limit in limits]
    if begins is None or not all(dues):
        return ()
    return tuple(Count(limit, due, begins, bool(paid)) for limit, due in zip(limits, dues, strict=True) if due)


def skipped_words(due: Due) -> str:
    """The closed days on the way: "thứ Bảy, Chủ nhật và 24/11 Ngày Văn hóa Việt Nam"; empty if there were none."""
    weekend = list(dict.fromkeys(name for _, name in due.skipped if name in WEEKEND.values()))
    others = [f"{day.day}/{day.month} {name}" for day, name in due.skipped if name not in WEEKEND.values()]
    return " và ".join(filter(None, (", ".join(weekend), ", ".join(others))))


def limit_words(limit: TimeLimit) -> str:
    """A sure limit without what belongs to it: "3 ngày làm việc"."""
    return words.time_limit(limit.model_copy(update={"when": None}))


def limits_for(channel: Channel, record: Procedure | None) -> tuple[TimeLimit, ...]:
    """The record's limits of a way of handing in that may hold, each length once."""
    ways = [way for way in record.ways if way.channel is WAYS[channel]] if record else []
    usual = [
        limit for way in ways for limit in way.time_limits if not limit.when or limit.only_if or LATE in limit.when
    ]
    lengths: dict[tuple[Decimal | None, str, Certainty], TimeLimit] = {}
    for limit in usual:
        lengths.setdefault((limit.amount, limit.unit.value, limit.certainty), limit)
    return tuple(lengths.values())
