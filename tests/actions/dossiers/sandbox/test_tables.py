"""The sandbox's tables hold no code of a dossier in plain text."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from actions.database.every_table import METADATA
from actions.dossiers.sandbox.province import Province
from actions.dossiers.sandbox.tables import SandboxBase


def test_a_plan_names_its_dossier_to_nobody_without_the_key(province: Province, database_file: Path) -> None:
    code = province.begin("ordinary").code
    with sqlite3.connect(database_file) as connection:
        rows = connection.execute("SELECT * FROM sandbox_plan").fetchall()
    assert len(rows) == len(province.all())
    assert code not in repr(rows)


def test_they_are_no_tables_of_the_assistant() -> None:
    assert not set(SandboxBase.metadata.tables) & set(METADATA.tables)
