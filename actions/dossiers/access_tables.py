"""Tables of who opened which dossier, how often it failed, and the audit trail.

A change here needs a new step in actions/database/migrations/versions.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actions.database.base import Base
from storage.columns import HASH, Moment, words


class Subject(StrEnum):
    """Whose failures are counted. In this order their rows are locked, so that two attempts never wait in a circle."""

    EVERYONE = "everyone"
    ADDRESS = "address"
    CODE = "code"
    PERSON = "person"


class Outcome(StrEnum):
    """What the audit trail tells of an event.

    AGAIN: opened once more by who had proved it theirs. LOCKED: had to wait, nothing was looked up. AWAY: the register
    did not answer. UNREADABLE: what the register has of this dossier cannot be read; the asker was told as refused.
    """

    OPENED = "opened"
    AGAIN = "again"
    REFUSED = "refused"
    LOCKED = "locked"
    AWAY = "away"
    UNREADABLE = "unreadable"
    FOLLOWED = "followed"
    NOTICE = "notice"
    DRAFT = "draft"
    ERASED = "erased"


class GrantRow(Base):
    """A dossier that somebody proved theirs. ref: what a button carries; sealed: its code and procedure."""

    __tablename__ = "dossier_grant"
    __table_args__ = (UniqueConstraint("conversation", "dossier"),)

    ref: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    conversation: Mapped[str] = mapped_column(String(HASH))
    dossier: Mapped[str] = mapped_column(String(HASH))
    sealed: Mapped[str] = mapped_column(Text)
    opened: Mapped[datetime] = mapped_column(Moment, index=True)


class TriesRow(Base):
    """Failures of one person, at one code, from one address, or of all together. name: a keyed hash.

    since: when this count began. locked: until when nothing is looked up; None: not at all.
    """

    __tablename__ = "dossier_tries"

    kind: Mapped[Subject] = mapped_column(words(Subject), primary_key=True)
    name: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    since: Mapped[datetime] = mapped_column(Moment)
    last: Mapped[datetime] = mapped_column(Moment, index=True)
    locked: Mapped[datetime | None] = mapped_column(Moment)


class AuditRow(Base):
    """One line of the audit trail. conversation, address, dossier: keyed hashes, empty where there is none."""

    __tablename__ = "dossier_audit"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    outcome: Mapped[Outcome] = mapped_column(words(Outcome))
    conversation: Mapped[str] = mapped_column(String(HASH))
    address: Mapped[str] = mapped_column(String(HASH))
    dossier: Mapped[str] = mapped_column(String(HASH), index=True)
