"""What the desk keeps, as others see it: hand-overs, sentences to review, counts."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Reason(StrEnum):
    """Why a conversation goes to an officer."""

    ASKED = "asked"
    FAILED_TWICE = "failed_twice"
    TOPIC = "topic"


class Kind(StrEnum):
    """Whether somebody is there now, or will call back."""

    NOW = "now"
    CALL_BACK = "call_back"


class Status(StrEnum):
    """How far a hand-over is."""

    WAITING = "waiting"
    TAKEN = "taken"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class Why(StrEnum):
    """Why a sentence should be looked at."""

    UNANSWERED = "unanswered"
    UNHELPFUL = "unhelpful"
    CORRECTED = "corrected"


class ReviewStatus(StrEnum):
    """What became of a sentence in the review list."""

    NEW = "new"
    DONE = "done"
    DROPPED = "dropped"


class Entry(BaseModel):
    """Base of what is read from the database."""

    model_config = ConfigDict(frozen=True, from_attributes=True, extra="forbid")


class HandOver(Entry):
    """A conversation that an officer goes on with.

    number: what the citizen was told, unguessable. summary: the last turns, masked. missing: what is still unknown.
    contact: as the citizen gave it, empty once it is over; show it only to who asks for it. Moments are in UTC.
    """

    number: str
    reason: Reason
    kind: Kind
    status: Status
    procedure: str | None
    summary: tuple[str, ...]
    missing: str
    contact: str
    opened: datetime
    taken: datetime | None
    taken_by: str
    closed: datetime | None
    note: str


class Review(Entry):
    """A sentence that was not answered well. text, comment: masked. seen: how often it was written. day: the last."""

    id: int
    text: str
    outcome: str
    procedure: str | None
    why: Why
    comment: str
    seen: int
    status: ReviewStatus
    day: date


class Counts(Entry):
    """How many of what there are. reasons: of unhelpful answers. survey: criterion -> value -> answers."""

    hand_overs: dict[Status, int]
    reviews: dict[ReviewStatus, int]
    helpful: int
    unhelpful: int
    reasons: dict[str, int]
    survey: dict[str, dict[int, int]]


class Forgotten(Entry):
    """What was deleted, and how many answers were parted from the conversation or dossier they belong to."""

    hand_overs: int
    reviews: int
    parted: int
