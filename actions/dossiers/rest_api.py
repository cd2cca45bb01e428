"""What goes over the wire of our own REST interface: what a province's system answers, and what it is sent.

The sandbox serves it, RestRegister asks it, docs/dossier-api.md explains it to a vendor. Both sides ignore fields that
they do not know, so that either may grow. Times are RFC 3339 with their offset; money is in dong.
"""

from __future__ import annotations

import base64
import binascii
import json
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    SecretStr,
    WithJsonSchema,
)

from actions.dossiers.dossier import (
    Channel,
    Dossier,
    Draft,
    DraftRequest,
    Proofs,
    Status,
)

BASE64 = r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
DONG = 10**15  # more than anybody owes
SHORT, LONG = 500, 5000  # characters
LARGEST_FILE = 20 * 2**20  # bytes of one attachment
MOST_FILES = 50
CODE_PATTERN = r"^[0-9A-Z][0-9A-Z.-]{4,59}$"
KEY_PATTERN = r"^[0-9A-Za-z][0-9A-Za-z._-]{7,99}$"

DossierCode = Annotated[
    str,
    Field(
        pattern=CODE_PATTERN,
        description="The dossier's code as on the receipt, upper case, with ASCII hyphens",
        examples=["000.00.00.H41-261105-0007"],
    ),
]
DraftKey = Annotated[
    str,
    Field(
        pattern=KEY_PATTERN,
        description="The same for every attempt at the same submission: one key, one draft",
        examples=["20261123-5f0c1e6d9a7b4c3e"],
    ),
]
Text = Annotated[str, Field(max_length=SHORT)]
LongText = Annotated[str, Field(max_length=LONG)]
Amount = Annotated[int, Field(ge=0, le=DONG)]


def _decoded(content: object) -> object:
    """Bytes of their base64, which is taken strictly: with its padding and nothing else in it."""
    if not isinstance(content, str):
        return content
    try:
        decoded = binascii.a2b_base64(content, strict_mode=True)
    except ValueError:
        raise ValueError("is not base64 with padding") from None
    padding = len(content) - len(content.rstrip("="))
    if 4 * len(decoded) != 3 * len(content) - 4 * padding:  # Python bears too much padding
        raise ValueError("is not base64 with its padding")
    return decoded


def _sendable(answers: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Python's own reader takes NaN and halves of characters, which no other system can read."""
    try:
        json.dumps(answers, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise ValueError("holds a number or a character that JSON does not know") from None
    return answers


Content = Annotated[
    bytes,
    BeforeValidator(_decoded),
    Field(max_length=LARGEST_FILE),
    PlainSerializer(lambda content: base64.b64encode(content).decode("ascii"), return_type=str),
    WithJsonSchema({"type": "string", "format": "byte", "contentEncoding": "base64", "pattern": BASE64}),
]
Answers = Annotated[dict[str, JsonValue], AfterValidator(_sendable)]


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class StepOut(_Wire):
    """A step of the way through the offices, done or under way."""

    name: Text = Field(description="What is done, in words for the citizen")
    office: Text = Field(default="", description="The office that does it")
    officer: Text = Field(default="", description="Who does it: a post, or a name that may be told to the applicant")
    began: AwareDatetime | None = None
    ended: AwareDatetime | None = Field(default=None, description="null while it is under way")
    due: AwareDatetime | None = Field(default=None, description="When the step should end")
    status: Status | None = None


class SupplementOut(_Wire):
    """A request for more papers."""

    id: Annotated[str, Field(min_length=1, max_length=100)]
    what: LongText = Field(description="What has to be added or put right, in the officer's words")
    papers: Annotated[tuple[Text, ...], Field(max_length=100)] = Field(default=(), description="Each paper by its name")
    asked: AwareDatetime
    asked_by: Text = ""
    answered: AwareDatetime | None = Field(default=None, description="null while it waits for the citizen")
    due_before: AwareDatetime | None = Field(default=None, description="The day of return before the request")
    due_after: AwareDatetime | None = Field(default=None, description="The day of return after it was answered")


class ObligationOut(_Wire):
    """A financial obligation, mostly of land."""

    name: Text
    sent: AwareDatetime | None = Field(default=None, description="When the tax office was asked for the amount")
    notified: AwareDatetime | None = Field(default=None, description="When the tax office told the amount")
    amount: Amount | None = Field(default=None, description="In dong; null until it is known")
    pay_by: AwareDatetime | None = None
    paid: AwareDatetime | None = None


class ApologyOut(_Wire):
    """The letter that says sorry for being late."""

    at: AwareDatetime
    reason: LongText = ""
    new_due: AwareDatetime | None = Field(default=None, description="The new day of return, if it names one")


class FeeOut(_Wire):
    """A fee or charge of the dossier."""

    name: Text
    amount: Amount = Field(description="In dong")
    paid: bool | None = Field(default=None, description="null where it is not known")


class ProofsOut(_Wire):
    """By what the applicant is known. They are compared here and never shown to anybody."""

    secret: Annotated[str, Field(max_length=64)] | None = Field(
        default=None, repr=False, description="The lookup secret printed on the receipt"
    )
    phone: Annotated[str, Field(max_length=32)] | None = Field(
        default=None, repr=False, description="The applicant's telephone number"
    )
    identity_number: Annotated[str, Field(max_length=32)] | None = Field(
        default=None, repr=False, description="The applicant's personal identity number"
    )


class DossierOut(_Wire):
    """A dossier as the province's system knows it now."""

    code: DossierCode
    procedure: Annotated[str, Field(max_length=40)] | None = Field(
        default=None, description="The procedure's national code", examples=["1.001193"]
    )
    procedure_name: Annotated[str, Field(min_length=1, max_length=SHORT)]
    status: Status | None = Field(
        description="One of the ten statuses of the national exchange (1 Mới đăng ký … 10 Đã trả kết quả); null where "
        "the system has a status of its own, which status_name then says"
    )
    status_name: Annotated[str, Field(min_length=1, max_length=SHORT)]
    channel: Channel = Channel.IN_PERSON
    owner: Text = Field(default="", repr=False, description="The applicant's full name")
    proofs: ProofsOut = Field(description="Without any of them nobody can be shown this dossier")
    submitted: AwareDatetime | None = None
    received: AwareDatetime | None = None
    due: AwareDatetime | None = Field(default=None, description="The day of return on the receipt")
    finished: AwareDatetime | None = None
    returned: AwareDatetime | None = None
    office: Text = Field(default="", description="The office that has it now")
    place: Text = Field(default="", description="Where it was handed in")
    steps: Annotated[tuple[StepOut, ...], Field(max_length=500)] = Field(default=(), description="In order of time")
    supplements: Annotated[tuple[SupplementOut, ...], Field(max_length=100)] = ()
    obligations: Annotated[tuple[ObligationOut, ...], Field(max_length=100)] = ()
    fees: Annotated[tuple[FeeOut, ...], Field(max_length=100)] = ()
    apology: ApologyOut | None = None
    reason: LongText = Field(default="", description="Why it was refused, stopped or withdrawn")
    results: Annotated[tuple[Text, ...], Field(max_length=100)] = Field(default=(), description="Papers of the result")
    as_of: AwareDatetime = Field(description="When the system told this")

    @classmethod
    def of(cls, dossier: Dossier) -> DossierOut:
        """As it is sent. Raises pydantic.ValidationError where a time has no zone or a text is too long."""
        return cls.model_validate({**_parts(dossier), "proofs": _told(dossier.proofs)})

    def dossier(self) -> Dossier:
        """As the rest of the assistant knows it."""
        parts = _parts(self)
        told = parts.pop("proofs")
        return Dossier(**parts, proofs=_kept(told))


class FileIn(_Wire):
    """An attachment of a draft."""

    document: Text = Field(description="The name of the document of the procedure's checklist that it is")
    name: Annotated[str, Field(min_length=1, max_length=255)] = Field(description="The file's name")
    media_type: Annotated[str, Field(pattern=r"^[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,100}$")] = Field(
        description="What it is, found by its content", examples=["application/pdf"]
    )
    content: Content = Field(
        repr=False, description=f"Base64 with padding; at most {LARGEST_FILE // 2**20} MB unpacked"
    )


class DraftIn(_Wire):
    """A submission that the applicant finishes in the province's system."""

    procedure: Annotated[str, Field(min_length=1, max_length=40)] = Field(
        description="The procedure's national code", examples=["1.001193"]
    )
    procedure_name: Annotated[str, Field(min_length=1, max_length=SHORT)]
    commune: Text | None = Field(default=None, description="The commune or ward that receives it, by name")
    applicant: Annotated[str, Field(min_length=1, max_length=SHORT)] = Field(
        repr=False, description="The applicant's full name"
    )
    phone: Annotated[str, Field(max_length=32)] = Field(default="", repr=False)
    identity_number: Annotated[str, Field(max_length=32)] = Field(default="", repr=False)
    answers: Answers = Field(
        repr=False, description="The e-form's answers by field, as the procedure's JSON Schema in data/forms says"
    )
    files: Annotated[tuple[FileIn, ...], Field(max_length=MOST_FILES)] = ()

    @classmethod
    def of(cls, request: DraftRequest) -> DraftIn:
        """As it is sent. Raises pydantic.ValidationError."""
        return cls.model_validate({name: part for name, part in _parts(request).items() if name != "key"})

    def request(self, key: str) -> DraftRequest:
        """As a register takes it."""
        return DraftRequest(**_parts(self), key=key)


class DraftOut(_Wire):
    """A draft that was made, now or by an attempt before."""

    code: DossierCode
    page: Annotated[str, Field(max_length=2000, pattern=r"^(https?://[!-~]+)?$")] = Field(
        default="", description="Where the applicant finishes it, logged in with VNeID"
    )
    missing: Annotated[tuple[Text, ...], Field(max_length=100)] = Field(
        default=(), description="Documents still to be added, by name"
    )
    fees: Annotated[tuple[FeeOut, ...], Field(max_length=100)] | None = Field(
        default=None, description="null where the system names none"
    )
    due: AwareDatetime | None = Field(default=None, description="Expected day of return if it is sent today")
    made: AwareDatetime

    @classmethod
    def of(cls, draft: Draft) -> DraftOut:
        """As it is sent. Raises pydantic.ValidationError."""
        return cls.model_validate(_parts(draft))

    def draft(self) -> Draft:
        """As the rest of the assistant knows it."""
        return Draft(**_parts(self))


class ProblemCode(StrEnum):
    """What went wrong, for programs."""

    UNAUTHORISED = "unauthorised"
    NO_SUCH_DOSSIER = "no_such_dossier"
    INVALID = "invalid"
    DRAFT_REFUSED = "draft_refused"
    DRAFTS_NOT_TAKEN = "drafts_not_taken"
    TOO_MANY = "too_many"
    AWAY = "away"


class Problem(_Wire):
    """Why there is no answer. message: for people; with draft_refused in Vietnamese, for the citizen."""

    code: ProblemCode
    message: Annotated[str, Field(max_length=LONG)] = ""


class Health(_Wire):
    """The system is there."""

    status: Annotated[str, Field(examples=["ok"])] = "ok"


STATUS_OF_PROBLEM = {
    ProblemCode.UNAUTHORISED: 401,
    ProblemCode.NO_SUCH_DOSSIER: 404,
    ProblemCode.INVALID: 422,
    ProblemCode.DRAFT_REFUSED: 409,
    ProblemCode.DRAFTS_NOT_TAKEN: 501,
    ProblemCode.TOO_MANY: 429,
    ProblemCode.AWAY: 503,
}


def _parts(model: BaseModel) -> dict[str, Any]:
    """A model's fields, hidden ones too, as plain values down to what the other model is made of."""
    return {name: _plain(getattr(model, name)) for name in type(model).model_fields}


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return _parts(value)
    return tuple(_plain(one) for one in value) if isinstance(value, tuple) else value


def _told(proofs: Proofs) -> dict[str, str | None]:
    hidden = {name: getattr(proofs, name) for name in Proofs.model_fields}
    return {name: secret.get_secret_value() if secret else None for name, secret in hidden.items()}


def _kept(told: dict[str, str | None]) -> Proofs:
    return Proofs(**{name: SecretStr(value) if value else None for name, value in told.items()})
