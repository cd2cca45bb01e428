"""Reads the lists of abbreviations and dialect words (data/language/*.yml)."""

from __future__ import annotations

from pathlib import Path

import yaml

from knowledge.errors import RecordError
from knowledge.normalise import Lexicon

NAMES = ("abbreviations", "dialect")  # in this order: an abbreviation may stand in a dialect phrase


def load_lexicons(data: Path) -> list[Lexicon]:
    """The lexicons below a data folder; a missing list is an empty one."""
    result = []
    for name in NAMES:
        path = data / "language" / f"{name}.yml"
        if path.is_file():
            try:
                content = yaml.safe_load(path.read_text(encoding="utf-8"))
                result.append(Lexicon(content["words"], content.get("without_accents")))
            except (yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError) as error:
                raise RecordError(f"{path}: no list of words ({type(error).__name__} {error}).") from error
    return result
