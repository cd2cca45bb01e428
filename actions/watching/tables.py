"""Tables of the notices. A change here needs a new step in actions/database/migrations/versions.

Conversations and dossiers stand here as keyed hashes; what must be known again is sealed (storage/vault.py).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from actions.database.base import Base
from storage.columns import HASH, Moment


class FollowingRow(Base):
    """A dossier that a conversation follows.

    ref: what a button carries. sealed: conversation, code and name of the procedure. seen: what was told of it, sealed.
    turn: how many notices were made. lease: who looks at it now, until leased_until. tries: failed looks in a row.
    ends: when it is forgotten.
    """

    __tablename__ = "following"
    __table_args__ = (UniqueConstraint("conversation", "dossier"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    conversation: Mapped[str] = mapped_column(String(HASH))
    dossier: Mapped[str] = mapped_column(String(HASH))
    ref: Mapped[str] = mapped_column(String(HASH))
    sealed: Mapped[str] = mapped_column(Text)
    seen: Mapped[str] = mapped_column(Text)
    turn: Mapped[int] = mapped_column(Integer)
    since: Mapped[datetime] = mapped_column(Moment)
    next_look: Mapped[datetime] = mapped_column(Moment, index=True)
    lease: Mapped[str | None] = mapped_column(String(HASH))
    leased_until: Mapped[datetime | None] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(Integer)
    ends: Mapped[datetime] = mapped_column(Moment, index=True)


class ReturnRow(Base):
    """A conversation that is told once when the province's system answers again."""

    __tablename__ = "awaited_return"

    conversation: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    sealed: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(Moment)


class NoticeRow(Base):
    """A message that waits to be sent, or was sent.

    number: by which the channel knows it. key: of what it tells; the same is never told twice. dossier: empty where it
    is about none. reply: sealed, empty once it was delivered. before: what was known before it, sealed. offered: when a
    channel last fetched it.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("key"),
        Index("ix_notice_conversation_dossier", "conversation", "dossier"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[str] = mapped_column(String(HASH))
    key: Mapped[str] = mapped_column(String(HASH))
    conversation: Mapped[str] = mapped_column(String(HASH))
    sealed: Mapped[str] = mapped_column(Text)
    dossier: Mapped[str] = mapped_column(String(HASH))
    reply: Mapped[str] = mapped_column(Text)
    before: Mapped[str] = mapped_column(Text)
    made: Mapped[datetime] = mapped_column(Moment)
    not_before: Mapped[datetime] = mapped_column(Moment)
    offered: Mapped[datetime | None] = mapped_column(Moment)
    delivered: Mapped[datetime | None] = mapped_column(Moment)
    expires: Mapped[datetime] = mapped_column(Moment, index=True)
