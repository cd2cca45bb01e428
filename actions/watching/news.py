"""What there is to tell: the difference between what somebody knows of a dossier and what is so now."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from actions.dossiers.dossier import Dossier, Status
from actions.dossiers.return_day import awaited_papers, day_of
from actions.dossiers.telling import NoticeKind
from actions.watching.due import appointment, due_soon, missed, pay_soon, to_pay
from knowledge.working_days import WorkCalendar


class Seen(BaseModel):
    """What somebody knows of a dossier who was told everything.

    supplement: id of the open request for papers. asked: what is to be paid, with its amount; paid: what was paid.
    day: of return. due, pay_by: the day of which there was a reminder. late: the day of return that passed in vain.
    """

    model_config = ConfigDict(frozen=True)

    status: int | None = None
    status_name: str = ""
    supplement: str | None = None
    asked: tuple[str, ...] = ()
    paid: tuple[str, ...] = ()
    apology: datetime | None = None
    day: date | None = None
    due: date | None = None
    pay_by: date | None = None
    late: date | None = None

    @classmethod
    def of(cls, dossier: Dossier, at: datetime, calendar: WorkCalendar) -> Seen:
        """All there is to know at a moment."""
        today = day_of(at)
        waits = awaited_papers(dossier)
        return cls(
            status=dossier.status,
            status_name="" if dossier.status else dossier.status_name,
            supplement=waits.id if waits else None,
            asked=tuple(f"{owed.name} {owed.amount}" for owed in to_pay(dossier)),
            paid=tuple(owed.name for owed in dossier.obligations if owed.paid),
            apology=dossier.apology.at if dossier.apology else None,
            day=appointment(dossier),
            due=due_soon(dossier, today, calendar),
            pay_by=pay_soon(dossier, today, calendar),
            late=missed(dossier, today, calendar),
        )

    def then(self, now: Seen) -> Seen:
        """What is known after being told of `now`: days of which there was a reminder stay known."""
        return now.model_copy(
            update={
                "due": now.due or self.due,
                "pay_by": now.pay_by or self.pay_by,
                "late": now.late or self.late,
            }
        )


def news(before: Seen, now: Seen) -> tuple[NoticeKind, ...]:
    """What to tell somebody who knows `before`, the most important first. What another kind says is left out."""
    moved = (now.status, now.status_name) != (before.status, before.status_name)
    ended = now.status is not None and Status(now.status).ended
    ready = now.status == Status.FINISHED
    papers = now.supplement not in (None, before.supplement)
    payment = bool(set(now.asked) - set(before.asked))
    told_otherwise = ended or ready or (papers and now.status == Status.SUPPLEMENT_ASKED)
    told_otherwise = told_otherwise or (payment and now.status == Status.PAYMENT_ASKED)
    just_paid = bool(set(now.paid) - set(before.paid))
    sorry = now.apology not in (None, before.apology)
    other_day = now.day is not None and before.day is not None and now.day != before.day
    found = {
        NoticeKind.ENDED: moved and ended,
        NoticeKind.READY: moved and ready,
        NoticeKind.SUPPLEMENT: papers,
        NoticeKind.PAYMENT: payment,
        NoticeKind.PAY_BY: now.pay_by not in (None, before.pay_by),
        NoticeKind.STATUS: (moved or just_paid) and not told_otherwise,
        NoticeKind.APOLOGY: sorry and not ended,
        NoticeKind.LATE: now.late not in (None, before.late) and not sorry,
        NoticeKind.NEW_DATE: other_day and not sorry,
        NoticeKind.DUE: now.due not in (None, before.due),
    }
    return tuple(kind for kind, is_so in found.items() if is_so)
