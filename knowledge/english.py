"""Records in English: what people wrote for the procedures that foreigners ask for, laid over the Vietnamese record.

Only words are translated; every figure comes from the record itself, and a text without a translation stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from knowledge.record import Code, Procedure, Text

TRANSLATED = (
    *("name", "short_name", "agency", "where", "who", "cases", "ways", "not_counted", "questions", "steps"),
    *("conditions", "result", "legal_basis", "notes"),
)
AS_WRITTEN = ("id", "raw", "number", "unit", "channel", "certainty", "said", "only_if", "free_if", "goes_to")


class English(BaseModel):
    """English of one procedure (data/english/CODE.yml). texts: of each Vietnamese text of the record the English."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    name: Text = Field(max_length=60)
    phrasings: tuple[Text, ...] = Field(min_length=1)
    texts: dict[str, Text]


def in_english(record: Procedure, english: English) -> Procedure:
    """The record with its texts in English."""
    row = record.model_dump(mode="python")
    for part in TRANSLATED:
        row[part] = _translated(row[part], english.texts)
    row["short_name"] = english.name
    return Procedure.model_validate(row)


def texts_to_translate(record: Procedure) -> set[str]:
    """Every text of the record that an answer may tell."""
    found: set[str] = set()
    for part, value in record.model_dump(mode="python").items():
        if part in TRANSLATED and part != "short_name":
            _collect(value, found)
    return found


def _translated(value: Any, texts: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return texts.get(value, value)
    if isinstance(value, dict):
        return {key: part if key in AS_WRITTEN else _translated(part, texts) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_translated(part, texts) for part in value)
    return value


def _collect(value: Any, found: set[str]) -> None:
    if isinstance(value, str):
        found.add(value)
    elif isinstance(value, dict):
        for key, part in value.items():
            if key not in (*AS_WRITTEN, "form"):  # a form is named as it is, unless somebody wrote it otherwise
                _collect(part, found)
    elif isinstance(value, list | tuple):
        for part in value:
            _collect(part, found)
