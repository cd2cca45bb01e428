"""Tables of the Zalo Official Account. A change here needs a new step in bot/delivery/migrations/versions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.delivery.base import Base
from storage.columns import HASH, WORD, Moment

APP = 40  # characters of an application's number, and of a message's
MESSAGE = 100


class ZaloTokenRow(Base):
    """The pair of tokens of an application.

    access, refresh: sealed. generation: how many pairs there were; a pair is stored only in place of the one before it.
    expires: of the access token. lease: who spends the refresh token now, the name of a file in the folder of answers,
    made at `leased`. not_before: no attempt earlier. tries: attempts that failed in a row. refused: the service's code.
    """

    __tablename__ = "zalo_token"

    app: Mapped[str] = mapped_column(String(APP), primary_key=True)
    access: Mapped[str] = mapped_column(Text)
    refresh: Mapped[str] = mapped_column(Text)
    generation: Mapped[int] = mapped_column(Integer)
    issued: Mapped[datetime] = mapped_column(Moment)
    expires: Mapped[datetime] = mapped_column(Moment)
    lease: Mapped[str | None] = mapped_column(String(HASH))
    leased: Mapped[datetime | None] = mapped_column(Moment)
    not_before: Mapped[datetime | None] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(Integer)
    refused: Mapped[str | None] = mapped_column(String(WORD))


class ZaloSentRow(Base):
    """A message of ours that the service has. message: its id there. key: a keyed hash of person and text.

    ours: the call that it came from, as rendering named it; None: the service told of it, but no call of ours did yet.
    """

    __tablename__ = "zalo_sent"

    message: Mapped[str] = mapped_column(String(MESSAGE), primary_key=True)
    key: Mapped[str] = mapped_column(String(HASH), index=True)
    ours: Mapped[str | None] = mapped_column(String(HASH), index=True)
    noted: Mapped[datetime] = mapped_column(Moment, index=True)
