"""The table of the pause. A change here needs a new step in bot/delivery/migrations/versions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.delivery.base import Base
from storage.columns import Moment

REASON = 200  # characters
ONLY = 1  # the id of the only row


class PauseRow(Base):
    """The assistant is switched off while the one row of this table is there. reason: shown to citizens."""

    __tablename__ = "pause"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    since: Mapped[datetime] = mapped_column(Moment)
    reason: Mapped[str] = mapped_column(String(REASON))
