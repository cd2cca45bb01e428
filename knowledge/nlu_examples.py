"""Reads the example sentences of an intent from Rasa's training data, without their annotations."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

_ANNOTATION = re.compile(r"\[([^\]]+)\](?:\{[^}]*\}|\([^)]*\))")


def read_examples(folder: Path, intent: str) -> list[str]:
    """The examples of an intent in all files of a folder, in order."""
    examples = []
    for path in sorted(folder.glob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", []):
            if entry.get("intent") == intent:
                lines = (line.strip() for line in entry["examples"].splitlines())
                examples += [_ANNOTATION.sub(r"\1", line[2:]) for line in lines if line.startswith("- ")]
    return examples
