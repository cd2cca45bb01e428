"""The base of the gateway's tables. A change of a table needs a new step in bot/delivery/migrations/versions."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from storage.columns import NAMES


class Base(DeclarativeBase):
    """Base of the tables."""

    metadata = MetaData(naming_convention=NAMES)
