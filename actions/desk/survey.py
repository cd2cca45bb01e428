"""The survey that is asked when a dossier has come to its end (data/survey.yml)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from actions.desk.errors import AnswerRefused, SurveyUnusable

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]  # as long as a button


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Option(_Part):
    """One answer that can be chosen. value: the higher, the better."""

    value: int = Field(ge=1, le=5)
    label: Label


class Criterion(_Part):
    """One question of the survey."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z_]{2,40}$")]
    question: Line
    options: tuple[Option, ...] = Field(min_length=3, max_length=5)

    @model_validator(mode="after")
    def _each_value_once(self) -> Criterion:
        if len({option.value for option in self.options}) < len(self.options):
            raise ValueError("two options have the same value")
        return self


class Survey(_Part):
    """The criteria in the order in which they are asked. official: whether the wording is an authority's own."""

    official: bool
    note: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    criteria: tuple[Criterion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_id_once(self) -> Survey:
        if len({criterion.id for criterion in self.criteria}) < len(self.criteria):
            raise ValueError("two criteria have the same id")
        return self

    def check(self, criterion: str, value: int) -> None:
        """Raises AnswerRefused for an answer that is not offered."""
        offered = {one.id: {option.value for option in one.options} for one in self.criteria}
        if value not in offered.get(criterion, set()):
            raise AnswerRefused(f"The survey offers no {value} for {criterion!r}.")


@lru_cache
def read_survey(path: Path) -> Survey:
    """The survey in a file, read once. Raises SurveyUnusable."""
    try:
        return Survey.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise SurveyUnusable(f"{path}, {field}: {first['msg']}.") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SurveyUnusable(f"{path}: {error}.") from error
