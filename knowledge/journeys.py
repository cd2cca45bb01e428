"""Events of a life and the procedures they call for, in the order in which a person does them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from knowledge.errors import DuplicateCode
from knowledge.record import Code, Text
from knowledge.yaml_file import read_yaml


class Step(BaseModel):
    """One procedure of a journey.

    do: what to do, in a few words; note: why now or how soon, with no fact that does not stand in the procedure's
    record; only_when: whom it concerns, in plain words, empty: everybody.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    do: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=110)]
    note: Text | None = Field(default=None, max_length=200)
    only_when: Text | None = Field(default=None, max_length=110)


class Journey(BaseModel):
    """What follows from one event. said: how people tell the event; which journey is meant is found by meaning."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{2,40}$")]
    name: Text = Field(max_length=60)
    said: tuple[Text, ...] = Field(min_length=1)
    steps: tuple[Step, ...] = Field(min_length=2, max_length=8)


def load_journeys(folder: Path) -> tuple[Journey, ...]:
    """The journeys of a folder (*.yml, one each). Raises RecordError or DuplicateCode naming the file."""
    found: dict[str, Journey] = {}
    for path in sorted(folder.glob("*.yml")):
        journey = read_yaml(path, Journey)
        if journey.id in found:
            raise DuplicateCode(f"{path}, id: {journey.id} stands in another file already.")
        found[journey.id] = journey
    return tuple(found.values())


def problems(journeys: Iterable[Journey], codes: Collection[str]) -> list[str]:
    """What is wrong with journeys beside a catalogue with these codes: steps without a record, or told twice."""
    wrong = []
    for journey in journeys:
        seen = set()
        for step in journey.steps:
            if step.code not in codes:
                wrong.append(f"{journey.id}: no record of {step.code}.")
            if (step.code, step.only_when) in seen:
                wrong.append(f"{journey.id}: {step.code} stands twice.")
            seen.add((step.code, step.only_when))
    return wrong
