"""Nobody is woken: from when to when nothing is sent. Hours are those of Vietnam."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from actions.watching.settings import WatchSettings
from knowledge.working_days import VIETNAM


@dataclass(frozen=True)
class Quiet:
    """The quiet hours of every day. begins and ends the same: never quiet. The end is no longer quiet."""

    begins: time = time(21)
    ends: time = time(7)

    @classmethod
    def of(cls, settings: WatchSettings) -> Quiet:
        """As the settings say."""
        return cls(settings.quiet_from, settings.quiet_to)

    def at(self, moment: datetime) -> bool:
        """Whether nothing may be sent at this moment (with a time zone)."""
        hour = moment.astimezone(VIETNAM).time()
        if self.begins <= self.ends:
            return self.begins <= hour < self.ends
        return hour >= self.begins or hour < self.ends

    def earliest(self, moment: datetime) -> datetime:
        """This moment, or the end of the quiet hours in which it lies."""
        if not self.at(moment):
            return moment
        here = moment.astimezone(VIETNAM)
        end = datetime.combine(here.date(), self.ends, tzinfo=VIETNAM)
        return (end if end > here else end + timedelta(days=1)).astimezone(moment.tzinfo)


NIGHT = Quiet()
