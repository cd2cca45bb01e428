"""A dossier as every register gives it, whatever system it lives in.

Statuses: the ten of the national exchange (NN in TrangThaiHoSo). Times have a time zone. What proves that a dossier is
somebody's (secret, telephone, identity number) never leaves actions/dossiers: it is hidden in repr and in JSON.
"""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class Status(IntEnum):
    """The ten statuses of the national exchange."""

    REGISTERED = 1
    RECEIVED = 2
    NOT_RECEIVED = 3
    IN_PROGRESS = 4
    SUPPLEMENT_ASKED = 5
    PAYMENT_ASKED = 6
    WITHDRAWAL_ASKED = 7
    STOPPED = 8
    FINISHED = 9
    RETURNED = 10

    @property
    def vietnamese(self) -> str:
        """As the exchange names it."""
        return STATUS_NAMES[self]

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self in (Status.NOT_RECEIVED, Status.STOPPED, Status.RETURNED)


STATUS_NAMES = {
    Status.REGISTERED: "Mới đăng ký",
    Status.RECEIVED: "Được tiếp nhận",
    Status.NOT_RECEIVED: "Không được tiếp nhận",
    Status.IN_PROGRESS: "Đang xử lý",
    Status.SUPPLEMENT_ASKED: "Yêu cầu bổ sung giấy tờ",
    Status.PAYMENT_ASKED: "Yêu cầu thực hiện nghĩa vụ tài chính",
    Status.WITHDRAWAL_ASKED: "Công dân yêu cầu rút hồ sơ",
    Status.STOPPED: "Dừng xử lý",
    Status.FINISHED: "Đã xử lý xong",
    Status.RETURNED: "Đã trả kết quả",
}


class Channel(StrEnum):
    """How it was handed in (KenhThucHien 1, 2, 3)."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    POST = "post"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(_Part):
    """One step of the way through the offices. ended: None while it is under way. due: when the step should end."""

    name: str
    office: str = ""
    officer: str = ""
    began: datetime | None = None
    ended: datetime | None = None
    due: datetime | None = None
    status: Status | None = None


class Supplement(_Part):
    """A request for more papers. what: in the officer's words; papers: each by name. answered: None while it waits."""

    id: str
    what: str
    papers: tuple[str, ...] = ()
    asked: datetime
    asked_by: str = ""
    answered: datetime | None = None
    due_before: datetime | None = None
    due_after: datetime | None = None


class Obligation(_Part):
    """A financial obligation, mostly of land. notified: when the tax office told the amount; paid: when it was paid.

    sent: when the offices asked the tax office. amount: in dong, None until it is known. pay_by: the last day.
    """

    name: str
    sent: datetime | None = None
    notified: datetime | None = None
    amount: int | None = Field(default=None, ge=0)
    pay_by: datetime | None = None
    paid: datetime | None = None


class Apology(_Part):
    """The letter that says sorry for being late. new_due: the new day of return, if it names one."""

    at: datetime
    reason: str = ""
    new_due: datetime | None = None


class FeeDue(_Part):
    """A fee of the dossier, in dong. when: at receipt, supplement or return, in the register's own words."""

    name: str
    amount: int = Field(ge=0)
    paid: bool | None = None


class Proofs(_Part):
    """What the applicant knows and others do not; any of it may be missing."""

    secret: SecretStr | None = None
    phone: SecretStr | None = None
    identity_number: SecretStr | None = None


class Dossier(_Part):
    """A dossier. status None: the register used a word that is not of the ten; status_name then shows it as it is.

    procedure: the national code (1.001193) where known. owner: the applicant's full name, never shown unmasked.
    due: the day of return on the receipt. as_of: when the register told this.
    """

    code: str
    procedure: str | None = None
    procedure_name: str
    status: Status | None
    status_name: str
    channel: Channel = Channel.IN_PERSON
    owner: str = ""
    proofs: Proofs = Field(default=Proofs(), exclude=True, repr=False)
    submitted: datetime | None = None
    received: datetime | None = None
    due: datetime | None = None
    finished: datetime | None = None
    returned: datetime | None = None
    office: str = ""
    place: str = ""
    steps: tuple[Step, ...] = ()
    supplements: tuple[Supplement, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    fees: tuple[FeeDue, ...] = ()
    apology: Apology | None = None
    reason: str = ""
    results: tuple[str, ...] = ()
    as_of: datetime

    @property
    def open_supplement(self) -> Supplement | None:
        """The request for papers that waits for the citizen."""
        return next((one for one in reversed(self.supplements) if one.answered is None), None)

    @property
    def open_obligation(self) -> Obligation | None:
        """The obligation that is not paid yet."""
        return next((one for one in reversed(self.obligations) if one.paid is None), None)


class DraftFile(_Part):
    """An attachment of a draft. document: the name of the document of the checklist that it is."""

    document: str
    name: str
    media_type: str
    content: bytes = Field(repr=False)


class DraftRequest(_Part):
    """A draft to be made in the province's system. key: the same for every attempt at the same submission.

    answers: of the e-form, as its JSON Schema in data/forms says, by field.
    """

    key: str
    procedure: str
    procedure_name: str
    commune: str | None = None
    applicant: str
    phone: str = ""
    identity_number: str = ""
    answers: dict[str, object] = Field(repr=False)
    files: tuple[DraftFile, ...] = ()


class Draft(_Part):
    """A draft that the province's system took. missing: documents still to be added. fees None: the system names none.

    page: where the applicant finishes it, logged in with VNeID. due: expected day of return if it is sent today.
    """

    code: str
    page: str
    missing: tuple[str, ...] = ()
    fees: tuple[FeeDue, ...] | None = None
    due: datetime | None = None
    made: datetime
