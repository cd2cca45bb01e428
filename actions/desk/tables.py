"""The desk's tables. A change here needs a new step in actions/database/migrations/versions."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, Boolean, Date, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from actions.database.base import Base
from actions.desk.entries import Kind, Reason, ReviewStatus, Status, Why
from storage.columns import WORD, Moment, words

_OPEN = text("status IN ('waiting', 'taken')")


class HandOverRow(Base):
    """A conversation that an officer goes on with; at most one that is open of each conversation."""

    __tablename__ = "hand_over"
    __table_args__ = (
        Index("open_hand_over", "conversation", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        UniqueConstraint("number"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[str] = mapped_column(String(WORD))
    conversation: Mapped[str] = mapped_column(String(64))
    reason: Mapped[Reason] = mapped_column(words(Reason))
    kind: Mapped[Kind] = mapped_column(words(Kind))
    status: Mapped[Status] = mapped_column(words(Status), index=True)
    procedure: Mapped[str | None] = mapped_column(String(40))
    summary: Mapped[list[str]] = mapped_column(JSON)
    missing: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(Text)
    opened: Mapped[datetime] = mapped_column(Moment)
    taken: Mapped[datetime | None] = mapped_column(Moment)
    taken_by: Mapped[str] = mapped_column(Text)
    closed: Mapped[datetime | None] = mapped_column(Moment)
    note: Mapped[str] = mapped_column(Text)


class ReviewRow(Base):
    """A sentence to look at; one row however often it was written."""

    __tablename__ = "review"
    __table_args__ = (UniqueConstraint("fingerprint"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(40))
    procedure: Mapped[str | None] = mapped_column(String(40))
    why: Mapped[Why] = mapped_column(words(Why))
    comment: Mapped[str] = mapped_column(Text)
    seen: Mapped[int] = mapped_column(Integer)
    status: Mapped[ReviewStatus] = mapped_column(words(ReviewStatus))
    day: Mapped[date] = mapped_column(Date)


class HelpfulRow(Base):
    """Whether the answers about a procedure helped, once a conversation and day."""

    __tablename__ = "helpful"
    __table_args__ = (UniqueConstraint("conversation", "procedure", "day"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    conversation: Mapped[str | None] = mapped_column(String(64))
    procedure: Mapped[str] = mapped_column(String(40))
    helpful: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str] = mapped_column(String(40))
    day: Mapped[date] = mapped_column(Date)


class SurveyRow(Base):
    """One answer of the survey, once a dossier and criterion."""

    __tablename__ = "survey"
    __table_args__ = (UniqueConstraint("dossier", "criterion"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    dossier: Mapped[str | None] = mapped_column(String(64))
    criterion: Mapped[str] = mapped_column(String(40))
    value: Mapped[int] = mapped_column(Integer)
    comment: Mapped[str] = mapped_column(Text)
    day: Mapped[date] = mapped_column(Date)
