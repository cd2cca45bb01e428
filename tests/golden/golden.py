"""Compares what a channel makes of a reply with what it made before, kept as JSON in tests/golden/<channel>/.

To write the files anew after a change that is wanted: MOTCUA_GOLDEN=write, then read the difference.
"""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path
from typing import Any

from pydantic import BaseModel

FOLDER = Path(__file__).parent
REWRITE = "MOTCUA_GOLDEN"
WRITES = os.environ.get(REWRITE) == "write"  # read now: while a test of the gateway runs, the environment is bare


def assert_golden(channel: str, name: str, made: BaseModel | Any) -> None:
    """Fails where `made` (a model, or what JSON can hold) differs from tests/golden/<channel>/<name>.json."""
    path = FOLDER / channel / f"{name}.json"
    value = made.model_dump(mode="json") if isinstance(made, BaseModel) else made
    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    assert unicodedata.is_normalized("NFC", text)
    if WRITES:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"no golden file {channel}/{name}.json: write it with {REWRITE}=write and read it"
    assert json.loads(text) == json.loads(path.read_text(encoding="utf-8")), f"{channel}/{name}.json differs"


def assert_no_strays(channel: str, names: set[str]) -> None:
    """Fails where a golden file is of no reply any more."""
    kept = {path.stem for path in (FOLDER / channel).glob("*.json")}
    assert kept == names, f"of no reply: {sorted(kept - names)}; without a file: {sorted(names - kept)}"
