"""Question sets (JSONL): one case a line, as docs/evaluation.md describes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from knowledge.errors import QuestionSetError
from knowledge.record import national_code
from knowledge.reply import Aspect, Outcome

OLDER_NAMES = {"oos": Outcome.OUT_OF_SCOPE.value, "oos_for_commune": Outcome.NOT_IN_CATALOGUE.value}


class Question(BaseModel):
    """What one citizen writes, in order, and what the reply to the last turn must be. Others write sets too."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    turns: tuple[str, ...] = Field(min_length=1)
    codes: tuple[str, ...] = ()
    behaviour: Outcome = Outcome.ANSWER
    for_commune: bool = False
    aspects: tuple[Aspect, ...] = ()
    must_contain: tuple[str, ...] = ()
    must_not_contain: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @field_validator("codes")
    @classmethod
    def _national(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(national_code(code) or code for code in codes)


def read_questions(path: Path) -> list[Question]:
    """The cases of a set, in order. Raises QuestionSetError naming file, line and field."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # splitlines() would also cut inside of a sentence
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionSetError(f"{path}: {error}.") from error
    cases = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            cases.append(_question(line, f"{path}, line {number}", number))
    return cases


def _question(line: str, place: str, number: int) -> Question:
    try:
        row = _known_form(json.loads(line), number)
        return Question.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise QuestionSetError(f"{place}, {field}: {first['msg']}.") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise QuestionSetError(f"{place}: {error}.") from error


def _known_form(row: dict[str, Any], number: int) -> dict[str, Any]:
    """A case in our form; older sets have "question" and "code", and other names for two behaviours."""
    row = dict(row)
    if "question" in row and "turns" not in row:
        row["turns"] = [row.pop("question")]
    if "code" in row and "codes" not in row:
        code = row.pop("code")
        row["codes"] = [code] if code else []
    row.setdefault("id", f"line-{number}")
    row["for_commune"] = row.get("behaviour") == "oos_for_commune"
    row["behaviour"] = OLDER_NAMES.get(row.get("behaviour", "answer"), row.get("behaviour", "answer"))
    return row
