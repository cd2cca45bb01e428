"""The desk's tables. A change here needs a new step in actions/desk/migrations/versions."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    DateTime,
    Dialect,
    Enum,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from actions.desk.entries import Kind, Reason, ReviewStatus, Status, Why

WORD = 20  # characters of a column that holds one of a few words
_OPEN = text("status IN ('waiting', 'taken')")


class Moment(TypeDecorator[datetime]):
    """A moment, kept in UTC; given and taken with its time zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As it is kept."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As it is taken."""
        return None if value is None else value.replace(tzinfo=UTC)


def _words(of: type[Reason] | type[Kind] | type[Status] | type[Why] | type[ReviewStatus]) -> Enum:
    return Enum(
        of,
        native_enum=False,
        create_constraint=False,
        length=WORD,
        values_callable=lambda words: [word.value for word in words],
    )


class Base(DeclarativeBase):
    """Base of the tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


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
    reason: Mapped[Reason] = mapped_column(_words(Reason))
    kind: Mapped[Kind] = mapped_column(_words(Kind))
    status: Mapped[Status] = mapped_column(_words(Status), index=True)
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
    why: Mapped[Why] = mapped_column(_words(Why))
    comment: Mapped[str] = mapped_column(Text)
    seen: Mapped[int] = mapped_column(Integer)
    status: Mapped[ReviewStatus] = mapped_column(_words(ReviewStatus))
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
