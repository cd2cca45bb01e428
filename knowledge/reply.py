"""What goes back to a citizen: words and, beside them, what a channel or a test needs to know about them.

What bot and actions share.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class Outcome(StrEnum):
    """Every way in which a message can end."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    NOT_IN_CATALOGUE = "not_in_catalogue"
    OUT_OF_SCOPE = "out_of_scope"
    SMALL_TALK = "small_talk"
    HAND_OFF = "hand_off"
    STATUS = "status"
    SUBMISSION = "submission"
    EMERGENCY = "emergency"
    TROUBLE = "trouble"


class Aspect(StrEnum):
    """What of a procedure somebody asks about."""

    DOCUMENTS = "documents"
    FEES = "fees"
    TIME_LIMIT = "time_limit"
    WHERE = "where"
    STEPS = "steps"
    CONDITIONS = "conditions"
    FORM = "form"
    LEGAL_BASIS = "legal_basis"
    RESULT = "result"
    ONLINE = "online"


PAYLOAD = (
    r"^(?:procedure:\d\.\d{6}|aspects:[a-z_]+(?:,[a-z_]+)*|case:[a-z0-9-]{1,40}"
    r"|answer:[a-z0-9-]{1,40}=(?:[a-z0-9-]{1,40}|\?)|place:\d{5}|feedback:[a-z_]{1,20}|survey:[a-z_]{1,40}=\d{1,2}"
    r"|option:\d{1,2}|field:[a-z][a-z0-9_]{1,39}|form:[a-z_]{1,20}|start:\d\.\d{6}|consent:[a-z_]{1,20}=(?:yes|no)"
    r"|dossier:[0-9a-f]{8,32}|follow:(?:yes|no)|file:[A-Za-z0-9_-]{16,64}"
    r"|intent:[a-z_]{1,40})$"
)


class Part(BaseModel):
    """Base of the parts of a reply."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Button(Part):
    """A quick reply. payload: what comes back when it is tapped, one of a few fixed forms."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    payload: Annotated[str, StringConstraints(pattern=PAYLOAD)]


class Citation(Part):
    """A source of the facts in a reply: which record, which of its fields, decision, day, page."""

    code: str
    field: str
    name: str
    decision: str | None = None
    as_of: date | None = None
    page: str | None = None


class ChecklistItem(Part):
    """A document to bring. note: when it is needed, or which database has it already."""

    name: str
    count: str | None = None
    note: str | None = None


class Checklist(Part):
    """The documents of one case, to be ticked off."""

    title: str
    items: tuple[ChecklistItem, ...]


class WayRow(Part):
    """One way of submission with its time limits and fees, as words."""

    channel: str
    time_limit: str
    fees: str


class Card(Part):
    """What a channel with room for it shows beside the text."""

    title: str
    code: str
    checked: bool
    checklist: Checklist | None = None
    ways: tuple[WayRow, ...] = ()
    page: str | None = None


class Attached(Part):
    """Something to look at or to take away. id: with which the gateway fetches it; alt: what a picture shows, in words.

    media_type: of its content, like image/png or application/pdf. size: bytes.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
    name: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    media_type: str
    size: int = Field(ge=0)
    alt: str = ""


class Reply(Part):
    """One reply. confidence: the measured chance that it is right, 0 to 1.

    attached: pictures and documents. wants_file: a photo or PDF would be a good answer; wants_contact: the person's own
    telephone number, vouched for by the channel; wants_location: where they are. erased: what the conversation had
    given was deleted, so nothing of it must stay on the way either.
    """

    text: str
    outcome: Outcome
    procedure: str | None = None
    aspects: tuple[Aspect, ...] = ()
    confidence: float = Field(default=1.0, ge=0, le=1)
    sources: tuple[Citation, ...] = ()
    buttons: tuple[Button, ...] = ()
    card: Card | None = None
    attached: tuple[Attached, ...] = ()
    wants_file: bool = False
    wants_contact: bool = False
    wants_location: bool = False
    erased: bool = False
