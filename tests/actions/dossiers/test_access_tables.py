"""The tables of access hold names only, and are locked in one order."""

from __future__ import annotations

from actions.database.every_table import METADATA
from actions.dossiers.access_tables import AuditRow, GrantRow, Subject, TriesRow
from storage.columns import HASH


def test_the_tables_are_known_to_the_database() -> None:
    assert {"dossier_grant", "dossier_tries", "dossier_audit"} <= set(METADATA.tables)


def test_who_and_which_are_kept_as_hashes_only() -> None:
    """A column that could hold more than a keyed hash would be seen here; what must be opened again is sealed."""
    free = [
        f"{row.__tablename__}.{column.name}"
        for row in (GrantRow, TriesRow, AuditRow)
        for column in row.__table__.columns
        if column.type.python_type is str and (getattr(column.type, "length", None) or 10**6) > HASH
    ]
    assert free == ["dossier_grant.sealed"]


def test_everyone_is_locked_first() -> None:
    assert next(iter(Subject)) is Subject.EVERYONE
