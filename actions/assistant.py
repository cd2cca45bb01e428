"""The library, the desk and the survey of this process, each loaded once."""

from __future__ import annotations

from functools import lru_cache

from actions.desk.desk import Desk
from actions.desk.settings import desk_settings
from actions.desk.survey import Survey, read_survey
from knowledge.library import Library
from knowledge.settings import settings
from knowledge.understood import HERE


@lru_cache
def library() -> Library:
    """The library of this process."""
    return Library(settings())


@lru_cache
def desk() -> Desk:
    """The officers' desk; an officer is there in the working hours of the calendar."""
    calendar = library().surroundings.calendar
    return Desk(
        desk_settings(),
        open_at=lambda at: calendar.open_at(at.astimezone(HERE)),
        survey=settings().data / "survey.yml",
    )


def survey() -> Survey:
    """The satisfaction survey."""
    return read_survey(settings().data / "survey.yml")
