"""The sandbox's own tables, beside those of the embedded register. They are not part of the migrations.

A sandbox's database may be thrown away at any time: where a version changes these tables, it is made anew.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Float, Integer, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.columns import HASH, WORD, Moment


class SandboxBase(DeclarativeBase):
    """Base of these tables."""


class ClockRow(SandboxBase):
    """The one row of the clock: at the moment `real` of our time it was `own` of the sandbox's time."""

    __tablename__ = "sandbox_clock"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    real: Mapped[datetime] = mapped_column(Moment)
    own: Mapped[datetime] = mapped_column(Moment)
    speed: Mapped[float] = mapped_column(Float)


class PlanRow(SandboxBase):
    """What happens next to a dossier. name: of the dossier, as in the register; sealed: its code.

    position: of the script's next beat; beyond the last one nothing more happens. due: in the sandbox's time; None: it
    waits for the applicant.
    """

    __tablename__ = "sandbox_plan"

    name: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    sealed: Mapped[str] = mapped_column(Text)
    script: Mapped[str] = mapped_column(String(WORD))
    position: Mapped[int] = mapped_column(Integer)
    due: Mapped[datetime | None] = mapped_column(Moment, index=True)
