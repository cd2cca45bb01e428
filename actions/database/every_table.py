"""All tables there are: who makes or compares a database imports this."""

from __future__ import annotations

import actions.desk.tables  # noqa: F401 - importing it makes its tables known
from actions.database.base import Base

METADATA = Base.metadata
