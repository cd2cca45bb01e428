# ruff: noqa: F401 - importing a module makes its tables known
"""All tables there are: who makes or compares a database imports this."""

from __future__ import annotations

import actions.desk.tables
import actions.dossiers.access_tables
import actions.dossiers.tables
import actions.privacy.consent_tables
import actions.submissions.file_tables
import actions.submissions.tables
import actions.watching.tables
from actions.database.base import Base

METADATA = Base.metadata
