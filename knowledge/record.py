"""What is known of one administrative procedure: a frozen, typed record, each fact with its source.

The format is ours, so unknown keys are refused. Money is an integer number of đồng, dates are dates, codes are checked;
wherever something was parsed from a sentence, the sentence is kept in `raw`. An imported record may leave parts empty
and says in `doubts` what about it is not certain; a record written by hand (data/catalogue/*.yml) has every part.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

CODE_PATTERN = re.compile(r"^(\d\.\d{6})(?:\.000\.00\.00)?(?:\.H\d{2})?$", re.ASCII)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]\.[0-9]{6}$")]
Dong = Annotated[int, Field(ge=0, le=1_000_000_000)]


def national_code(text: str) -> str | None:
    """The national form of a procedure code ("1.001193.000.00.00.H41" -> "1.001193"), or None if it is none."""
    match = CODE_PATTERN.match(text.strip())
    return match.group(1) if match else None


class Level(StrEnum):
    """The level of government that settles the procedure. There are no districts since 1 July 2025."""

    COMMUNE = "commune"
    PROVINCE = "province"
    MINISTRY = "ministry"
    OTHER = "other"


class Channel(StrEnum):
    """A way of handing in."""

    ONLINE = "online"
    DIRECT = "direct"
    POSTAL = "postal"


class TimeUnit(StrEnum):
    """The unit of a time limit. UNKNOWN: the source gives a bare number."""

    WORKING_DAY = "working_day"
    DAY = "day"
    HOUR = "hour"
    MONTH = "month"
    YEAR = "year"
    AT_ONCE = "at_once"
    UNKNOWN = "unknown"


class Certainty(StrEnum):
    """How far a fact may be told. A doubtful one is told only as its raw sentence, with a warning."""

    SURE = "sure"
    DOUBTFUL = "doubtful"


class DoubtKind(StrEnum):
    """Why a fact of an imported record is not certain."""

    FREE_WITH_AMOUNT = "free_with_amount"
    FREE_BUT_CHARGED = "free_but_charged"
    THOUSANDS_LOST = "thousands_lost"
    FEE_UNREADABLE = "fee_unreadable"
    FEE_CURRENCY = "fee_currency"
    TIME_UNIT_MISSING = "time_unit_missing"
    TIME_UNREADABLE = "time_unreadable"
    COPIES_AMBIGUOUS = "copies_ambiguous"
    SENTENCE_BROKEN = "sentence_broken"
    STALE_DISTRICT = "stale_district"
    OTHER_PROVINCE = "other_province"
    FIELD_UNREADABLE = "field_unreadable"


class Model(BaseModel):
    """Base of the parts of a record: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    def __hash__(self) -> int:
        # A condition is a dictionary, which has no hash; what is left is enough.
        return hash(tuple(value for value in self.__dict__.values() if not isinstance(value, dict)))


Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
# Of each question named the answers under which something holds; all questions must be answered so. Empty: always.
Condition = dict[Name, Annotated[tuple[Name, ...], Field(min_length=1)]]
CHANNEL_QUESTION = "channel"  # how somebody hands in: every record has this question, its answers are the ways


class Option(Model):
    """One answer to a question.

    said: how people say it beside the label; all words of one entry stand in the message, next to each other.
    at_least, below: the span of a number (see Question.unit) that means this answer.
    tells: what a person with this answer must know; stands above the checklist. goes_to: the procedure that is the
    right one for such a person instead.
    """

    id: Name
    label: Text = Field(max_length=48)
    said: tuple[Text, ...] = ()
    at_least: Decimal | None = Field(default=None, ge=0)
    below: Decimal | None = Field(default=None, ge=0)
    tells: Text | None = None
    goes_to: Code | None = None


class Question(Model):
    """What must be known of a person because the answer differs by it. why: what "why do you ask?" is answered with.

    unit: set where people may answer with a number (an age in years, days since something); options then have spans.
    """

    id: Name
    ask: Text = Field(max_length=160)
    why: Text = Field(max_length=240)
    unit: TimeUnit | None = None
    only_if: Condition = Field(default_factory=dict)
    options: tuple[Option, ...] = Field(min_length=2, max_length=6)


class Document(Model):
    """A paper of the dossier. originals and copies: how many of each (None: the source does not say)."""

    name: Text
    form: Text | None = None
    originals: int | None = Field(default=None, ge=0, le=20)
    copies: int | None = Field(default=None, ge=0, le=20)
    to_show: bool = Field(default=False, description="shown to the clerk and taken home, not handed in")
    needed_when: Text | None = Field(default=None, description="empty: always needed")
    held_by_database: Text | None = Field(
        default=None, description="the database that already has it, so that it need not be handed in when found there"
    )
    only_if: Condition = Field(default_factory=dict)
    raw: Text | None = None


class Case(Model):
    """A situation in which the documents differ. The common case comes first in the record.

    A person's case is the first whose only_if holds; if none does, the first without one.
    """

    id: Name
    name: Text = Field(max_length=90)
    only_if: Condition = Field(default_factory=dict)
    when: Text | None = Field(default=None, description="who is in this case, in one plain sentence")
    documents: tuple[Document, ...] = Field(min_length=1)


class Doubt(Model):
    """Something about a record that is not certain. field: the part it concerns; raw: what the source says."""

    kind: DoubtKind
    field: Text
    raw: str = Field(max_length=400)


class Abolished(Model):
    """That a procedure was abolished: by which decision, from when, and what takes its place."""

    decision: Text | None = None
    since: date | None = None
    replaced_by: tuple[Code, ...] = ()


class TimeLimit(Model):
    """How long the authority may take. amount None: the source names no number (then raw says what it says)."""

    amount: Decimal | None = Field(default=None, ge=0, le=1000)
    unit: TimeUnit
    when: Text | None = Field(default=None, description="empty: the usual case")
    only_if: Condition = Field(default_factory=dict)
    certainty: Certainty = Certainty.SURE
    raw: Text

    @model_validator(mode="after")
    def _amount_fits_unit(self) -> TimeLimit:
        if self.unit is TimeUnit.AT_ONCE and self.amount not in (None, 0):
            raise ValueError("unit at_once takes no amount")
        return self


class Fee(Model):
    """What is to be paid. amount: đồng (0: free; None: no figure in the source, raw says what it says)."""

    name: Text
    amount: Dong | None = None
    rate: Decimal | None = Field(default=None, ge=0, le=100, description="per cent of a value, instead of an amount")
    per: Text | None = Field(default=None, description="the unit that is charged: lần, bản, trang, hộ chiếu ...")
    when: Text | None = Field(default=None, description="empty: the usual case")
    only_if: Condition = Field(default_factory=dict)
    reduced_for: tuple[Text, ...] = Field(default=(), description="who pays less or nothing, and how much")
    free_if: Condition = Field(default_factory=dict, description="who of reduced_for pays nothing")
    certainty: Certainty = Certainty.SURE
    raw: Text

    @model_validator(mode="after")
    def _one_figure(self) -> Fee:
        if self.amount is not None and self.rate is not None:
            raise ValueError("a fee has an amount or a rate, not both")
        return self

    @field_validator("amount")
    @classmethod
    def _thousands_not_lost(cls, amount: int | None) -> int | None:
        if amount is not None and 0 < amount < 1000:
            raise ValueError("an amount under 1.000 đ has lost its thousands")
        return amount


class Way(Model):
    """One way of handing in, with its own time limits and fees."""

    channel: Channel
    time_limits: tuple[TimeLimit, ...] = ()
    fees: tuple[Fee, ...] = ()
    note: Text | None = None


class Law(Model):
    """A legal document: its number ("60/2014/QH13") and its name in short."""

    number: Annotated[
        str,
        StringConstraints(pattern=r"^[0-9]{1,4}(?:\.[0-9])?[a-z]?/[0-9A-ZĐƯa-zđ/&.-]{2,40}$", strip_whitespace=True),
    ]
    name: Text


class Source(Model):
    """Where facts come from.

    as_of: the day on which the page said so, None if the file does not tell; checked: the day on which a person
    compared; fields: the parts of the record that come from here, empty for all of them.
    """

    name: Text
    page: Annotated[str, StringConstraints(pattern=r"^https://[^\s]+$")] | None = None
    decision: Text | None = None
    as_of: date | None
    checked: date | None = None
    fields: tuple[Text, ...] = ()


class Procedure(Model):
    """One administrative procedure. Empty parts: the source does not say."""

    code: Code
    province: str | None = Field(
        default=None,
        pattern=r"^H[0-9]{2}$",
        description="whose variant this is (H41: Nghệ An); empty: the national one",
    )
    name: Text = Field(max_length=1500)
    short_name: Text = Field(max_length=60, description="as a clerk would say it; stands on buttons and headings")
    field: Text
    levels: tuple[Level, ...] = Field(min_length=1)
    agency: Text | None = Field(default=None, description="the authority that settles it")
    where: tuple[Text, ...] = Field(default=(), description="where to hand in")
    who: tuple[Text, ...] = Field(default=(), description="who may ask")
    cases: tuple[Case, ...] = ()
    ways: tuple[Way, ...] = ()
    not_counted: tuple[Text, ...] = Field(default=(), description="what does not count towards the time limit")
    questions: tuple[Question, ...] = Field(default=(), description="what the answer differs by, weightiest first")
    steps: tuple[Text, ...] = ()
    conditions: tuple[Text, ...] = ()
    result: tuple[Text, ...] = ()
    legal_basis: tuple[Law, ...] = ()
    related: tuple[Code, ...] = ()
    notes: tuple[Text, ...] = Field(default=(), description="what a good clerk adds")
    doubts: tuple[Doubt, ...] = Field(default=(), description="what is not certain, and why")
    abolished: Abolished | None = None
    sources: tuple[Source, ...] = Field(min_length=1)
    imported: bool = Field(default=False, description="whether a program read it from a file, not a person")
    checked: bool = Field(description="whether the facts were compared with a source; if not, the citizen is told")

    @property
    def heading(self) -> str:
        """What stands above an answer: the short name, or the whole name where the short one was cut off."""
        return self.name if self.short_name.endswith("…") else self.short_name

    def doubts_about(self, *fields: str) -> tuple[Doubt, ...]:
        """The doubts that concern one of these parts."""
        return tuple(doubt for doubt in self.doubts if doubt.field in fields)

    @model_validator(mode="after")
    def _consistent(self) -> Procedure:
        ids = [case.id for case in self.cases]
        if len(set(ids)) != len(ids):
            raise ValueError("cases: two cases have the same id")
        channels = [way.channel for way in self.ways]
        if len(set(channels)) != len(channels):
            raise ValueError(
                "ways: a channel stands twice; put its time limits and fees into one way, told apart by `when`"
            )
        if self.code in self.related:
            raise ValueError("related: a procedure is not related to itself")
        self._conditions_are_known()
        if self.checked and not any(source.checked for source in self.sources):
            raise ValueError("checked: no source has a date on which it was checked")
        return self

    def conditions_used(self) -> list[Condition]:
        """Every condition in the record that is not empty."""
        documents = [document for case in self.cases for document in case.documents]
        fees = [fee for way in self.ways for fee in way.fees]
        limits = [limit for way in self.ways for limit in way.time_limits]
        parts: tuple[Question | Case | Document | Fee | TimeLimit, ...]
        parts = (*self.questions, *self.cases, *documents, *fees, *limits)
        return [found for found in (*(part.only_if for part in parts), *(fee.free_if for fee in fees)) if found]

    def _conditions_are_known(self) -> None:
        answers = {question.id: {option.id for option in question.options} for question in self.questions}
        if len(answers) != len(self.questions) or CHANNEL_QUESTION in answers:
            raise ValueError(f"questions: an id stands twice, or is {CHANNEL_QUESTION}, which every record has")
        answers[CHANNEL_QUESTION] = {channel.value for channel in Channel}
        for condition in self.conditions_used():
            for question, wanted in condition.items():
                unknown = set(wanted) - answers.get(question, set())
                if unknown:
                    raise ValueError(f"only_if, free_if: no question {question} with {', '.join(sorted(unknown))}")


class HandWritten(Procedure):
    """A record as people write it (data/catalogue/*.yml): every part is there."""

    agency: Text
    where: tuple[Text, ...] = Field(min_length=1)
    who: tuple[Text, ...] = Field(min_length=1)
    cases: tuple[Case, ...] = Field(min_length=1)
    steps: tuple[Text, ...] = Field(min_length=1)
    result: tuple[Text, ...] = Field(min_length=1)
    ways: tuple[Way, ...] = Field(min_length=1)
    name: Text = Field(max_length=400)

    @field_validator("ways")
    @classmethod
    def _ways_complete(cls, ways: tuple[Way, ...]) -> tuple[Way, ...]:
        for way in ways:
            if not way.time_limits or not way.fees:
                raise ValueError(f"{way.channel.value}: time_limits and fees each need an entry")
        return ways
