"""Columns that the tables of all rooms share."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import DateTime, Dialect, Enum
from sqlalchemy.types import TypeDecorator

WORD = 20  # characters of a column that holds one of a few words
HASH = 32  # characters of a keyed hash, as storage/vault.py makes it
NAMES = {  # of constraints, so that migrations can name them
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """A moment, kept in UTC; given and taken with its time zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As it is kept."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As it is taken."""
        return None if value is None else value.replace(tzinfo=UTC)


def words(of: type[StrEnum]) -> Enum:
    """A column that holds one of the words of an enum, as text."""
    return Enum(
        of,
        native_enum=False,
        create_constraint=False,
        length=WORD,
        values_callable=lambda members: [member.value for member in members],
    )
