"""The e-form of a procedure: what is asked, in which words, and which answers an officer would take (data/forms).

Each file holds a JSON Schema (draft 2020-12) of the answers and, beside it, the questions in Vietnamese. Formats of our
own are listed in FORMATS; definitions that many forms share stand in data/forms/shared.yml. docs/forms.md describes the
files for those who write them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import jsonschema
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from actions.submissions.errors import FormUnusable, NoSuchForm
from knowledge.errors import RecordError
from knowledge.normalise import fold
from knowledge.settings import ROOT
from knowledge.yaml_file import read_yaml

SHARED = "shared.yml"
FORMATS = (
    "person-name",  # a full name, at least two words, in letters
    "identity-number",  # 12 digits of the identity number; its structure is checked
    "identity-number-or-old",  # the same, or 9 digits of the old identity card
    "phone",  # ten digits of a Vietnamese mobile telephone, or a landline's
    "email",
    "date",  # kept as yyyy-mm-dd; x-when: past, future or any
    "date-or-year",  # yyyy-mm-dd or yyyy
    "commune",  # kept as the five digits of one of the 130 of Nghệ An
    "address",  # where somebody lives, in words: village, commune, province
    "money",  # dong, a whole number
    "area",  # square metres
    "plain",  # any line of text
)
# How a form is called in a checklist, and how another person's is; folded.
KINDS_OF_FORM = ("to khai ", "phieu khai ", "noi dung khai ", "don de nghi ", "don dang ky ", "don yeu cau ",
                 "giay de nghi ", "de nghi ")  # fmt: skip
ANOTHERS_FORM = ("to khai cua ", "phieu khai cua ")
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]  # as long as a button


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Question(_Part):
    """How a field is asked for.

    help: told to those who ask what is meant. suggest: answers that are often given, shown as buttons. same_as: earlier
    fields whose answers are offered as buttons too. choices: the words for each value of the schema's enum; said: more
    words for some of them. only_if: answers to earlier questions, all of which must fit, each by one of the values
    listed. known: what already tells it, so that it is not asked again: `person.name`, `person.birth_date`,
    `person.identity_number`, `person.phone`, `person.address`, `commune`, or `case.<id of a question of the record>`
    with `known_as` from its options to values.
    """

    ask: Line
    help: Line
    example: Line | None = None
    choices: dict[str, Label] = Field(default={})
    said: dict[str, tuple[Label, ...]] = Field(default={})
    suggest: tuple[Label, ...] = ()
    same_as: tuple[Id, ...] = ()
    only_if: dict[Id, tuple[str, ...]] = Field(default={})
    known: Annotated[str, StringConstraints(pattern=r"^(person\.[a-z_]+|commune|case\.[a-z0-9-]+)$")] | None = None
    known_as: dict[str, str] = Field(default={})


class Section(_Part):
    """Fields that belong together, as the paper form has them."""

    title: Line
    fields: tuple[Id, ...] = Field(min_length=1)


class PaperForm(_Part):
    """The official form: its name, and where the fields were taken from.

    source: decree or circular with the form's number, or the record; certainty: whether the fields were compared with
    the official form (sure) or follow the record and practice (doubtful). to: whom the form is addressed to;
    {commune} stands for the commune's full name. request: the words above the citizen's signature. signers: who signs
    the paper, one place each; one alone is whoever hands in; none: whoever hands in, called by the kind of paper.
    """

    name: Line
    source: Line
    certainty: Annotated[str, StringConstraints(pattern=r"^(sure|doubtful)$")]
    to: Line
    request: Line | None = None
    signers: tuple[Label, ...] = Field(default=(), max_length=6)


class Applicant(_Part):
    """Which fields tell who hands in."""

    name: Id
    phone: Id
    identity_number: Id
    birth_date: Id | None = None
    address: Id | None = None


class FormFile(_Part):
    """A file of data/forms. commune: the field that says which commune the dossier is for."""

    code: Annotated[str, StringConstraints(pattern=r"^\d\.\d{6}$")]
    title: Line
    form: PaperForm
    applicant: Applicant
    commune: Id
    # "schema" would hide a method of the base class
    answers: dict[str, Any] = Field(alias="schema")
    sections: tuple[Section, ...] = Field(min_length=1)
    questions: dict[Id, Question]

    @model_validator(mode="after")
    def _hangs_together(self) -> FormFile:
        properties = set(self.answers.get("properties") or {})
        listed = [name for section in self.sections for name in section.fields]
        _same("sections", listed, properties)
        _same("questions", list(self.questions), properties)
        strange = set(self.answers.get("required") or ()) - properties
        who = {value for value in self.applicant.model_dump().values() if value} | {self.commune}
        strange |= who - properties
        if strange:
            raise ValueError(f"{min(strange)} is no field of the schema")
        before: set[str] = set()
        for name in listed:
            later = {*self.questions[name].only_if, *self.questions[name].same_as} - before
            if later:
                raise ValueError(f"{name}: {min(later)} in only_if or same_as is not asked before it")
            before.add(name)
        return self


def _same(what: str, named: Sequence[str], properties: set[str]) -> None:
    twice = {name for name in named if named.count(name) > 1}
    odd = twice | (set(named) ^ properties)
    if odd:
        raise ValueError(f"{what}: {min(odd)} stands twice, or not in both the schema and here")


class EForm:
    """An e-form ready for use: the file, with what the shared definitions add."""

    def __init__(self, file: FormFile, shared: Mapping[str, Any]) -> None:
        self.file = file
        self._shared = shared

    @property
    def code(self) -> str:
        """The procedure's code."""
        return self.file.code

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """All fields in the order in which they are asked for."""
        return tuple(name for section in self.file.sections for name in section.fields)

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the answers, complete in itself: the shared definitions it needs are in `$defs`."""
        schema = _with_local_references(self.file.answers)
        return {**schema, "additionalProperties": False, "$defs": dict(self._shared)}

    @cached_property
    def _properties(self) -> dict[str, dict[str, Any]]:
        properties = {}
        for name, given in self.schema["properties"].items():
            reference = given.get("$ref", "")
            base = self._shared.get(reference.rpartition("/")[2], {}) if reference else {}
            properties[name] = {**base, **{key: value for key, value in given.items() if key != "$ref"}}
        return properties

    def property(self, field: str) -> dict[str, Any]:
        """What the schema says of a field: type, format, enum, title and the like."""
        return self._properties[field]

    def title(self, field: str) -> str:
        """The field's name on the form."""
        return str(self.property(field).get("title") or field)

    def question(self, field: str) -> Question:
        """How a field is asked for."""
        return self.file.questions[field]

    def required(self, field: str) -> bool:
        """Whether it must be answered where it is asked for."""
        return field in self.file.answers.get("required", ())

    def is_itself(self, document: str) -> bool:
        """Whether a document of a checklist is this form: it has its name, or it is called by a kind of form.

        An application to somebody else ("Đơn ly hôn") or another person's form ("Tờ khai của ...") is none.
        """
        said, name = fold(document), fold(self.file.form.name)
        same = said.startswith(name) or name.startswith(said)
        return same or (said.startswith(KINDS_OF_FORM) and not said.startswith(ANOTHERS_FORM))

    def asked(self, field: str, answers: Mapping[str, Any]) -> bool:
        """Whether a field is asked for, given the answers before it."""
        conditions = self.question(field).only_if.items()
        return all(self.asked(other, answers) and str(answers.get(other)) in values for other, values in conditions)

    def wrong(self, answers: Mapping[str, Any]) -> list[str]:
        """Fields whose answer is not of the schema, or that must be answered and are not, in order."""
        asked = {name: answers[name] for name in self.fields if name in answers and self.asked(name, answers)}
        wrong = {str(error.path[0]) for error in self._validator.iter_errors(asked) if error.path}
        missing = {name for name in self.fields if self.asked(name, answers) and self.required(name)} - set(asked)
        return [name for name in self.fields if name in wrong | missing]

    @cached_property
    def _validator(self) -> jsonschema.Draft202012Validator:
        schema = {key: value for key, value in self.schema.items() if key != "required"}  # only_if decides; see wrong
        return jsonschema.Draft202012Validator(schema)


class Forms:
    """All e-forms, by procedure."""

    def __init__(self, forms: Mapping[str, EForm]) -> None:
        self._forms = dict(forms)

    def __len__(self) -> int:
        return len(self._forms)

    @property
    def codes(self) -> tuple[str, ...]:
        """The procedures that have one."""
        return tuple(sorted(self._forms))

    def get(self, code: str) -> EForm:
        """The e-form of a procedure. Raises NoSuchForm."""
        try:
            return self._forms[code]
        except KeyError:
            raise NoSuchForm(f"There is no e-form for {code}.") from None


def load_forms(folder: Path = ROOT / "data" / "forms") -> Forms:
    """Reads all files and checks them. Raises FormUnusable with file, field and reason."""
    try:
        shared = read_yaml(folder / SHARED, _SharedFile).defs if (folder / SHARED).is_file() else {}
        forms = {}
        for path in sorted(folder.glob("[0-9]*.yml")):
            form = EForm(read_yaml(path, FormFile), shared)
            _check(path, form)
            forms[form.code] = form
    except RecordError as error:
        raise FormUnusable(str(error)) from error
    return Forms(forms)


class _SharedFile(_Part):
    defs: dict[str, dict[str, Any]] = Field(alias="$defs")


def _check(path: Path, form: EForm) -> None:
    """What the model of a file alone cannot see."""

    def refuse(field: str, reason: str) -> None:
        raise FormUnusable(f"{path}, {field}: {reason}.")

    if path.stem != form.code:
        refuse("code", f"the file is named after another procedure than {form.code}")
    try:
        jsonschema.Draft202012Validator.check_schema(form.schema)
        resolver = Registry().with_resource("", Resource.from_contents(form.schema, DRAFT202012)).resolver()
        for given in form.schema["properties"].values():
            if "$ref" in given:
                resolver.lookup(given["$ref"])
    except Exception as error:
        raise FormUnusable(f"{path}, schema: {str(error).splitlines()[0]}.") from error
    for name in form.fields:
        described, question = form.property(name), form.question(name)
        if not described.get("title"):
            refuse(name, "has no title")
        if described.get("type") not in ("string", "integer", "number"):
            refuse(name, "its type must be string, integer or number")
        values = {str(value) for value in described.get("enum", ())}
        if values != set(question.choices) or set(question.said) - values:
            refuse(name, "its choices must be the values of its enum")
        if not values and described.get("format") not in FORMATS:
            refuse(name, f"its format must be one of {', '.join(FORMATS)}")
        if not all(_alike(described, form.property(other)) for other in question.same_as):
            refuse(name, "same_as names a field of another kind")
        for other, allowed in question.only_if.items():
            if set(allowed) - {str(value) for value in form.property(other).get("enum", ())}:
                refuse(name, f"only_if names a value that {other} cannot have")


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether an answer to one field can be one to the other."""
    return all(one.get(key) == other.get(key) for key in ("type", "format", "enum"))


def _with_local_references(schema: Mapping[str, Any]) -> dict[str, Any]:
    """References to shared.yml as references within the schema."""

    def changed(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {
                key: item.replace(f"{SHARED}#/$defs/", "#/$defs/") if key == "$ref" else changed(item)
                for key, item in value.items()
            }
        return [changed(item) for item in value] if isinstance(value, list) else value

    result: dict[str, Any] = changed(schema)
    return result
