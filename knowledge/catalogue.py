"""The catalogue as people write it: a folder of records, beside it phrasings and topics. Reads and checks all of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from knowledge.english import English
from knowledge.errors import DuplicateCode, KnowledgeError, RecordError
from knowledge.record import Code, HandWritten, Procedure, Text
from knowledge.yaml_file import read_yaml

M = TypeVar("M", bound=BaseModel)


class Phrasings(BaseModel):
    """How citizens say that they want one procedure. name: its official title, for where there is no record of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    name: Text | None = Field(default=None, max_length=1500)
    phrasings: tuple[Text, ...] = Field(min_length=1)


class TopicOption(BaseModel):
    """One of the procedures that a topic may mean; label: what stands on the button."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    code: Code


class Topic(BaseModel):
    """Something people say that fits several procedures, with the question that a good clerk asks back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{2,40}$")]
    name: Text
    question: Text
    phrasings: tuple[Text, ...] = Field(min_length=1)
    options: tuple[TopicOption, ...] = Field(min_length=2, max_length=6)


class Elsewhere(BaseModel):
    """A real procedure of which we hold no record, and who handles it if that is known.

    codes: the national codes of it, where there are any; once a catalogue with one of them is imported, the phrasings
    lead to that procedure instead.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{2,60}$")]
    name: Text
    handled_by: Text | None = None
    codes: tuple[Code, ...] = ()
    phrasings: tuple[Text, ...] = Field(min_length=1)


class ElsewhereFile(BaseModel):
    """A file of such procedures, one field of life each."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: Text
    procedures: tuple[Elsewhere, ...] = Field(min_length=1)


class OutsideFile(BaseModel):
    """Sentences that are no matter of administration at all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: Text
    sentences: tuple[Text, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Catalogue:
    """Everything that is known, by code: records, phrasings; by id: topics and what is handled elsewhere.

    phrasings: of every code that somebody wrote some for, whether there is a record of it or not.
    known: the official titles of codes of which there may be no record.
    english: what there is in English, by code.
    """

    procedures: Mapping[str, Procedure]
    phrasings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    elsewhere: dict[str, Elsewhere] = field(default_factory=dict)
    outside: tuple[str, ...] = ()
    english: dict[str, English] = field(default_factory=dict)


def load_catalogue(folder: Path) -> Catalogue:
    """Reads the folders catalogue, phrasings, topics, elsewhere, outside and english below the given one.

    Raises RecordError or DuplicateCode for the first thing that is wrong, naming file, field and reason.
    """
    catalogue, problems = read_catalogue(folder)
    if problems:
        raise problems[0]
    return catalogue


def read_catalogue(folder: Path) -> tuple[Catalogue, list[KnowledgeError]]:
    """As load_catalogue, but goes on after a problem: what could be read, and all that is wrong."""
    problems: list[KnowledgeError] = []
    procedures, records = _read_folder(folder / "catalogue", HandWritten, "code", problems)
    if not procedures and not problems:
        problems.append(RecordError(f"{folder / 'catalogue'}: no record (*.yml) in this folder."))
    phrasings, _ = _read_folder(folder / "phrasings", Phrasings, "code", problems)
    topics, topic_files = _read_folder(folder / "topics", Topic, "id", problems)
    elsewhere, elsewhere_files = _read_folder(folder / "elsewhere", ElsewhereFile, "field", problems)
    outside, _ = _read_folder(folder / "outside", OutsideFile, "subject", problems)
    english, _ = _read_folder(folder / "english", English, "code", problems)
    others: dict[str, Elsewhere] = {}
    for name, entry in elsewhere.items():
        for other in entry.procedures:
            if other.id in others:
                problems.append(DuplicateCode(f"{elsewhere_files[name]}, procedures: {other.id} stands twice."))
            others.setdefault(other.id, other)
    usable = {}
    for topic in topics.values():
        unknown = [option.code for option in topic.options if option.code not in procedures]
        if unknown:
            problems.append(RecordError(f"{topic_files[topic.id]}, options: no record of {', '.join(unknown)}."))
        else:
            usable[topic.id] = topic
    for record in procedures.values():
        unknown = [code for code in record.related if code not in procedures]
        if unknown:
            problems.append(RecordError(f"{records[record.code]}, related: no record of {', '.join(unknown)}."))
    return (
        Catalogue(
            procedures,
            {code: entry.phrasings for code, entry in phrasings.items()},
            {code: entry.name for code, entry in phrasings.items() if entry.name},
            usable,
            others,
            tuple(text for entry in outside.values() for text in entry.sentences),
            english,
        ),
        problems,
    )


def with_records(catalogue: Catalogue, procedures: Mapping[str, Procedure]) -> Catalogue:
    """The same with other records: what was written by hand and what was imported, merged.

    What others handle is no longer elsewhere once its procedure is here: its phrasings become the procedure's.
    """
    phrasings, elsewhere = dict(catalogue.phrasings), {}
    for other in catalogue.elsewhere.values():
        here = next((code for code in other.codes if code in procedures), None)
        if here is None:
            elsewhere[other.id] = other
        else:
            phrasings[here] = (*phrasings.get(here, ()), *other.phrasings)
    return replace(catalogue, procedures=procedures, phrasings=phrasings, elsewhere=elsewhere)


def read_record(path: Path) -> Procedure:
    """One record from its file; RecordError names file, field and reason."""
    return read_yaml(path, HandWritten)


def _read_folder(
    folder: Path, model: type[M], key: str, problems: list[KnowledgeError]
) -> tuple[dict[str, M], dict[str, Path]]:
    """By the field `key` the entries of all files, and the file of each."""
    entries: dict[str, M] = {}
    origin: dict[str, Path] = {}
    for path in sorted(folder.glob("*.yml")):
        if path.name == "sentences.yml":
            continue  # of replies, not of a record
        try:
            entry = read_yaml(path, model)
        except RecordError as error:
            problems.append(error)
            continue
        name = str(getattr(entry, key))
        if name in entries:
            problems.append(DuplicateCode(f"{path}, {key}: {name} stands in {origin[name].name} already."))
            continue
        entries[name], origin[name] = entry, path
    return entries, origin
