"""The table of submissions. A change here needs a new step in actions/database/migrations/versions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from actions.database.base import Base
from storage.columns import HASH, Moment, words

_OPEN = text("state IN ('asking', 'later', 'sending')")


class State(StrEnum):
    """How far a submission is."""

    ASKING = "asking"  # questions, documents and the summary
    LATER = "later"  # put aside by the citizen
    SENDING = "sending"  # the province's system is being asked for a draft
    DRAFTED = "drafted"  # there is a draft in the province's system
    PRINTED = "printed"  # no interface takes drafts: the filled-in form was handed out
    CANCELLED = "cancelled"


class SubmissionRow(Base):
    """A submission that somebody began; at most one that is open of each person and procedure.

    content: sealed JSON of everything personal. message: the last message that changed it, so that the same message
    never counts twice. version: goes up with each change.
    """

    __tablename__ = "submission"
    __table_args__ = (
        Index("ix_submission_conversation_state", "conversation", "state"),
        Index("open_submission", "conversation", "procedure", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    conversation: Mapped[str] = mapped_column(String(HASH))
    procedure: Mapped[str] = mapped_column(String(12))
    state: Mapped[State] = mapped_column(words(State))
    content: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(Integer)
    made: Mapped[datetime] = mapped_column(Moment)
    changed: Mapped[datetime] = mapped_column(Moment, index=True)


class RememberedRow(Base):
    """What a person lets us use in their next form (consent `remember`). content: sealed JSON."""

    __tablename__ = "remembered"

    conversation: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    content: Mapped[str] = mapped_column(Text)
    changed: Mapped[datetime] = mapped_column(Moment)
