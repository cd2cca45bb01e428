"""The table of files. A change here needs a new step in actions/database/migrations/versions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from actions.database.base import Base
from storage.columns import HASH, Moment, words

ID = 32  # characters of secrets.token_urlsafe(24)


class FileKind(StrEnum):
    """Whose file it is."""

    ATTACHMENT = "attachment"  # sent by a citizen
    MADE = "made"  # made by us: a filled-in form, a picture


class FileRow(Base):
    """A file. name, document, content: sealed.

    fingerprint: a keyed hash of the content; what a conversation sends twice is kept once, unless the first already
    belongs to a submission. problems: sentences for the citizen about the photo.
    """

    __tablename__ = "file"
    __table_args__ = (
        Index(
            "loose_file",
            "conversation",
            "fingerprint",
            "kind",
            unique=True,
            sqlite_where=text("submission IS NULL"),
            postgresql_where=text("submission IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(ID), primary_key=True)
    conversation: Mapped[str] = mapped_column(String(HASH), index=True)
    kind: Mapped[FileKind] = mapped_column(words(FileKind))
    fingerprint: Mapped[str] = mapped_column(String(HASH))
    submission: Mapped[str | None] = mapped_column(String(64), index=True)
    document: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(Integer)
    pages: Mapped[int] = mapped_column(Integer)
    problems: Mapped[list[str]] = mapped_column(JSON)
    kept: Mapped[datetime] = mapped_column(Moment)
    expires: Mapped[datetime] = mapped_column(Moment, index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
