"""Where something went wrong, for the log: without what the error says, which may be what a citizen wrote."""

from __future__ import annotations

import traceback
from pathlib import Path

MOST = 6  # the innermost lines of code


def where(error: BaseException) -> list[str]:
    """The lines of code that an error came through, the innermost last."""
    return [f"{Path(line.filename).name}:{line.lineno}" for line in traceback.extract_tb(error.__traceback__)[-MOST:]]
