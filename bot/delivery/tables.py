"""The tables of the gateway. A change here needs a new step in bot/delivery/migrations/versions.

What citizens wrote and are told is sealed, and blanked as soon as it is done; whose it is stands there as a keyed hash.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.delivery.base import Base
from storage.columns import HASH, WORD, Moment, words


class Progress(StrEnum):
    """How far something that came is."""

    WAITING = "waiting"
    WORKING = "working"  # somebody has it; if their lease ran out, nobody
    DONE = "done"
    FAILED = "failed"  # of a page, which sends it again by itself


class State(StrEnum):
    """How far something that goes out is."""

    WAITING = "waiting"
    SENDING = "sending"  # if the lease ran out, nobody knows whether it arrived
    SENT = "sent"
    DEAD = "dead"  # given up; an operator can see it and put it back
    EXPIRED = "expired"  # came too late to be of use


class IncomingRow(Base):
    """Something that came. Of one chat, one is worked on at a time, the earliest first.

    event: keyed hash of the channel's own id. chat: keyed hash. sent: by the channel's clock. ready: not before.
    body: bot.channels.channel.Incoming, sealed; a page's is not kept. reply: for a page that asks again, sealed. told:
    the channel's number of the message, if it has one, sealed: in groups it names the group.
    """

    __tablename__ = "incoming"
    __table_args__ = (
        UniqueConstraint("channel", "event", name="uq_incoming_channel_event"),
        Index("ix_incoming_state_ready", "state", "ready"),
        Index("ix_incoming_chat_state", "chat", "state"),
        Index("ix_incoming_received", "received"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    channel: Mapped[str] = mapped_column(String(WORD))
    event: Mapped[str] = mapped_column(String(HASH))
    chat: Mapped[str] = mapped_column(String(HASH))
    sent: Mapped[datetime] = mapped_column(Moment)
    received: Mapped[datetime] = mapped_column(Moment)
    ready: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[Progress] = mapped_column(words(Progress))
    tries: Mapped[int] = mapped_column(Integer, default=0)
    lease: Mapped[str | None] = mapped_column(String(HASH))
    leased_until: Mapped[datetime | None] = mapped_column(Moment)
    told: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text)
    reply: Mapped[str] = mapped_column(Text, default="")


class OutgoingRow(Base):
    """One call to a channel. Of one chat, one is made at a time, the earliest first.

    cause and part: of which message or notice it is the how-manieth call; written once. address: the chat in the
    channel's words, sealed. body: bot.channels.channel.Rendered, sealed. trouble: why it was not sent, the last time.
    told: the channel's number of the message, sealed.
    """

    __tablename__ = "outgoing"
    __table_args__ = (
        UniqueConstraint("cause", "part", name="uq_outgoing_cause_part"),
        Index("ix_outgoing_state_ready", "state", "ready"),
        Index("ix_outgoing_chat_state", "chat", "state"),
        Index("ix_outgoing_finished", "finished"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    channel: Mapped[str] = mapped_column(String(WORD))
    chat: Mapped[str] = mapped_column(String(HASH))
    address: Mapped[str] = mapped_column(Text)
    group: Mapped[bool] = mapped_column("in_group", Boolean, default=False)
    cause: Mapped[str] = mapped_column(String(HASH))
    part: Mapped[int] = mapped_column(Integer)
    asked: Mapped[bool] = mapped_column(Boolean)  # an answer to somebody, not a notice
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[State] = mapped_column(words(State))
    tries: Mapped[int] = mapped_column(Integer, default=0)
    made: Mapped[datetime] = mapped_column(Moment)
    ready: Mapped[datetime] = mapped_column(Moment)
    expires: Mapped[datetime] = mapped_column(Moment)
    started: Mapped[datetime | None] = mapped_column(Moment)
    finished: Mapped[datetime | None] = mapped_column(Moment)
    lease: Mapped[str | None] = mapped_column(String(HASH))
    leased_until: Mapped[datetime | None] = mapped_column(Moment)
    trouble: Mapped[str] = mapped_column(String(80), default="")
    told: Mapped[str] = mapped_column(Text, default="")


class ChatRow(Base):
    """A person at a channel, and which conversation of the assistant that is; two linked channels have the same.

    chat: keyed hash of channel and chat (in a group: and person). address: sealed. last: when they last wrote, by the
    channel's clock. gone: blocked us. menu: the last numbered one, sealed. joined: it came to the conversation
    with a code; whose it is was there before. A page is here once it has had to do with codes.
    """

    __tablename__ = "chat"
    __table_args__ = (Index("ix_chat_conversation", "conversation"),)

    chat: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    channel: Mapped[str] = mapped_column(String(WORD))
    address: Mapped[str] = mapped_column(Text)
    group: Mapped[bool] = mapped_column("in_group", Boolean, default=False)
    conversation: Mapped[str] = mapped_column(String(64))
    last: Mapped[datetime] = mapped_column(Moment)
    gone: Mapped[bool] = mapped_column(Boolean, default=False)
    menu: Mapped[str] = mapped_column(Text, default="")
    joined: Mapped[bool] = mapped_column(Boolean, default=False)


class LinkRow(Base):
    """A code with which another channel joins a conversation, once. code: keyed hash of it. used_by: a chat's."""

    __tablename__ = "link"

    code: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    conversation: Mapped[str] = mapped_column(String(64), index=True)
    expires: Mapped[datetime] = mapped_column(Moment)
    used_by: Mapped[str | None] = mapped_column(String(HASH))
