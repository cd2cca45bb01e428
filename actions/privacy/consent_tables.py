"""The table of consents. A change here needs a new step in actions/database/migrations/versions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from actions.database.base import Base
from storage.columns import HASH, WORD, Moment, words

FINGERPRINT = 64  # characters of a SHA-256


class Said(StrEnum):
    """What somebody said to a purpose."""

    YES = "yes"
    NO = "no"
    WITHDRAWN = "withdrawn"


class ConsentRow(Base):
    """What was said, never changed afterwards: evidence. text: SHA-256 of the words that were shown."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    conversation: Mapped[str] = mapped_column(String(HASH), index=True)
    purpose: Mapped[str] = mapped_column(String(WORD))
    version: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(String(FINGERPRINT))
    said: Mapped[Said] = mapped_column(words(Said))
    channel: Mapped[str] = mapped_column(String(WORD))
    at: Mapped[datetime] = mapped_column(Moment, index=True)
