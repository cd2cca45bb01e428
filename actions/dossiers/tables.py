"""Tables of the embedded register. A change here needs a new step in actions/database/migrations/versions.

Whatever tells of a person is sealed (storage/vault.py); codes and keys are kept as keyed hashes.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actions.database.base import Base
from storage.columns import HASH, Moment


class DossierRow(Base):
    """A dossier. status: its number, None where it is none of the ten. sealed: the dossier with its proofs, as JSON."""

    __tablename__ = "register_dossier"

    name: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    status: Mapped[int | None] = mapped_column(Integer, index=True)
    updated: Mapped[datetime] = mapped_column(Moment, index=True)
    sealed: Mapped[str] = mapped_column(Text)


class DraftRow(Base):
    """A draft; one of each key. dossier: the name of the dossier it became. sealed: request and draft, as JSON."""

    __tablename__ = "register_draft"
    __table_args__ = (UniqueConstraint("key"), UniqueConstraint("dossier"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    key: Mapped[str] = mapped_column(String(HASH))
    dossier: Mapped[str] = mapped_column(String(HASH))
    made: Mapped[datetime] = mapped_column(Moment, index=True)
    sealed: Mapped[str] = mapped_column(Text)


class DraftFileRow(Base):
    """What was attached to a draft. sealed: which document it is, name and type, as JSON; content is sealed too."""

    __tablename__ = "register_draft_file"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    draft: Mapped[int] = mapped_column(ForeignKey("register_draft.id", ondelete="CASCADE"), index=True)
    sealed: Mapped[str] = mapped_column(Text)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class NumberRow(Base):
    """The last serial number that was given to a draft on a day, Vietnam's time."""

    __tablename__ = "register_number"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    last: Mapped[int] = mapped_column(Integer)
