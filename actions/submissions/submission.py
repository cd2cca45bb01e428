"""One submission: what is answered, what is asked next, which documents came. Pure: nothing here stores or sends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from actions.dossiers.dossier import Draft
from actions.submissions.form import EForm
from actions.submissions.tables import State


class Content(BaseModel):
    """What is sealed: everything personal of a submission.

    skipped: fields and documents that the citizen left out. at: the field that is asked now; None: go on with the first
    that is open. documents: names of the checklist, in order, with
    notes on when one is needed; files: ids of attachments by document. form: which
    version of data/forms the answers are for, as a digest. confirmed: the summary was approved. known: what was known
    at the beginning, by field; it fills in fields when they come to be asked for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    answers: dict[str, Any] = Field(default={}, repr=False)
    skipped: tuple[str, ...] = ()
    at: str | None = None
    documents: tuple[str, ...] = ()
    notes: dict[str, str] = Field(default={})
    files: dict[str, tuple[str, ...]] = Field(default={})
    commune: str | None = None
    draft: Draft | None = None
    known: dict[str, str] = Field(default={}, repr=False)


class Submission(BaseModel):
    """A submission with its content opened. message: the id of the last one that changed it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    procedure: str
    state: State
    content: Content
    message: str = ""
    made: datetime
    changed: datetime

    @property
    def open(self) -> bool:
        """Whether the citizen can still go on with it."""
        return self.state in (State.ASKING, State.LATER, State.SENDING)


def field_asked(form: EForm, content: Content) -> str | None:
    """The field that is asked for now; None: every field is answered or left out."""
    if content.at and content.at in form.fields and form.asked(content.at, content.answers):
        return content.at
    return next((name for name in asked_fields(form, content.answers) if not _settled(name, content)), None)


def asked_fields(form: EForm, answers: Mapping[str, Any]) -> list[str]:
    """The fields that are asked for, given the answers so far, in order."""
    return [name for name in form.fields if form.asked(name, answers)]


def document_asked(content: Content) -> str | None:
    """The document that is asked for now; None: all came or were left out."""
    done = set(content.files) | set(content.skipped)
    return next((name for name in content.documents if name not in done), None)


def answered(form: EForm, content: Content, field: str, value: Any) -> Content:
    """With an answer; answers that are no longer asked for are dropped."""
    answers = {**content.answers, field: value}
    kept = {name: answers[name] for name in form.fields if name in answers and form.asked(name, answers)}
    skipped = tuple(name for name in content.skipped if name != field)
    return content.model_copy(update={"answers": kept, "skipped": skipped, "at": None})


def filled_in(form: EForm, content: Content) -> Content:
    """With what is known for the fields that are asked for and open; what the schema refuses is not taken."""
    answers = dict(content.answers)
    for name in form.fields:
        known = content.known.get(name)
        open_now = name not in answers and name not in content.skipped and form.asked(name, answers)
        if known and open_now and name not in form.wrong({**answers, name: known}):
            answers[name] = known
    return content.model_copy(update={"answers": {name: answers[name] for name in form.fields if name in answers}})


def left_out(content: Content, name: str) -> Content:
    """Without a field or a document that need not be."""
    answers = {key: value for key, value in content.answers.items() if key != name}
    return content.model_copy(update={"answers": answers, "skipped": (*content.skipped, name), "at": None})


def gone_back(form: EForm, content: Content) -> Content:
    """At the field before the one that is asked now; at the first one it stays."""
    asked = asked_fields(form, content.answers)
    now = field_asked(form, content)
    if now is None and content.documents and any(name in content.skipped for name in content.documents):
        last = [name for name in content.documents if name in content.skipped][-1]
        return content.model_copy(update={"skipped": tuple(name for name in content.skipped if name != last)})
    place = asked.index(now) if now in asked else len(asked)
    return content.model_copy(update={"at": asked[max(0, place - 1)]})


def moved_to(content: Content, field: str) -> Content:
    """At a field that the citizen wants to change."""
    return content.model_copy(update={"at": field})


def progress(form: EForm, content: Content) -> tuple[int, int]:
    """How many of the questions that are asked are settled, and how many there are."""
    asked = asked_fields(form, content.answers)
    return sum(_settled(name, content) for name in asked), len(asked)


def _settled(name: str, content: Content) -> bool:
    return name in content.answers or name in content.skipped
