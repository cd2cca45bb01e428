"""When Zalo lets an account write by itself: not at night, and not long after the person last did something."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
NIGHT_BEGINS = time(22)
NIGHT_ENDS = time(6)
WINDOW = timedelta(days=7)
FREE = timedelta(hours=48)


def is_night(moment: datetime) -> bool:
    """Whether nobody may be written to without having asked, 22:00 to 06:00 in Vietnam."""
    here = moment.astimezone(VIETNAM).time()
    return here >= NIGHT_BEGINS or here < NIGHT_ENDS


def until_morning(moment: datetime) -> float:
    """Seconds until the next 06:00 in Vietnam."""
    here = moment.astimezone(VIETNAM)
    morning = datetime.combine(here.date(), NIGHT_ENDS, tzinfo=VIETNAM)
    return ((morning if morning > here else morning + timedelta(days=1)) - here).total_seconds()
