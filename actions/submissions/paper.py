"""The filled-in form as a paper, before it is set as PDF or DOCX: what stands on it, in order."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from actions.submissions.form import EForm, PaperForm
from actions.submissions.showing import shown
from actions.submissions.submission import asked_fields
from knowledge.places import Places

COUNTRY = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
PROVINCE = "tỉnh Nghệ An"
DOTS = "........"
REQUEST = "Tôi cam đoan những nội dung khai trên đây là đúng sự thật."
FOOTER = "Bản điền từ trợ lý thủ tục hành chính Nghệ An; anh/chị kiểm tra trước khi ký."
NOT_THE_TEMPLATE = (
    "Các mục theo hồ sơ thủ tục; nếu bộ phận một cửa yêu cầu mẫu in sẵn thì chép sang mẫu đó."  # where it is doubtful
)
SIGN_HERE = "(Ký, ghi rõ họ tên)"
SIGNERS = (("đơn", "Người làm đơn"), ("tờ khai", "Người khai"))  # by how the form's name begins
SIGNER = "Người đề nghị"
SIDE_BY_SIDE = 3  # places to sign in a row
MISSING_SIGN = "\N{WHITE SQUARE}"


@dataclass(frozen=True)
class Line:
    """An entry of the form. value: "" where nothing was answered, which is shown as dots to fill in by hand."""

    label: str
    value: str = field(repr=False)


@dataclass(frozen=True)
class PaperSection:
    """Entries that belong together."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Paper:
    """What stands on the paper, in order. All texts are NFC, each of one line.

    enclosed: names of the documents that go with it. place: where it is signed; the day is left to be written by hand.
    signer: in which role somebody signs; name: who. signers: the roles where several sign, instead of signer and name,
    which each writes by hand. made: when the file was made, for its properties.
    """

    title: str
    to: str
    sections: tuple[PaperSection, ...]
    request: str
    enclosed: tuple[str, ...]
    place: str
    signer: str
    name: str = field(repr=False)
    footer: tuple[str, ...]
    made: datetime | None = None
    signers: tuple[str, ...] = ()

    @property
    def rows_of_signers(self) -> list[tuple[str, ...]]:
        """Who signs side by side, in rows as even as can be."""
        count = -(-len(self.signers) // SIDE_BY_SIDE)
        size = -(-len(self.signers) // count) if count else 1
        return [self.signers[first : first + size] for first in range(0, len(self.signers), size)]

    @property
    def place_and_day(self) -> str:
        """The line above the signature."""
        return f"{self.place or DOTS}, ngày ..... tháng ..... năm 20...."


def paper_of(
    form: EForm,
    answers: Mapping[str, Any],
    places: Places,
    *,
    documents: Sequence[str] = (),
    made: datetime | None = None,
) -> Paper:
    """The form with its answers. documents: those of the checklist; the form itself is left out of them."""
    described = form.file.form
    asked = set(asked_fields(form, answers))
    commune = places.by_code.get(str(answers.get(form.file.commune)))
    sections = [
        PaperSection(
            section.title, tuple(_line(form, name, answers, places) for name in section.fields if name in asked)
        )
        for section in form.file.sections
    ]
    full_name = f"{commune.kind.lower()} {commune.bare_name}" if commune else DOTS
    return Paper(
        title=one_line(described.name),
        to=one_line(described.to.replace("{commune}", full_name)),
        sections=tuple(section for section in sections if section.lines),
        request=one_line(described.request or REQUEST),
        enclosed=tuple(one_line(name) for name in documents if not form.is_itself(name)),
        place=commune.bare_name if commune else "",
        signer=_signer(described),
        name=one_line(str(answers.get(form.file.applicant.name) or "")),
        footer=_footer(form),
        made=made,
        signers=tuple(one_line(role) for role in described.signers) if len(described.signers) > 1 else (),
    )


def one_line(text: str) -> str:
    """The text in NFC on one line, without signs that are not seen; what no computer can show is a square."""
    signs = (_seen(sign) for sign in unicodedata.normalize("NFC", text))
    return " ".join("".join(signs).split())


def readable(text: str, known: frozenset[int]) -> str:
    """The text with a square for each letter that a font does not know. known: code points."""
    return "".join(sign if ord(sign) in known else MISSING_SIGN for sign in text)


def _seen(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind == "Cf" or "\N{VARIATION SELECTOR-1}" <= sign <= "\N{VARIATION SELECTOR-16}":
        return ""
    if kind in ("Cs", "Co", "Cn"):
        return MISSING_SIGN
    return " " if kind == "Cc" else sign


def _line(form: EForm, name: str, answers: Mapping[str, Any], places: Places) -> Line:
    value = answers.get(name)
    if value is None or value == "":
        return Line(form.title(name), "")
    words = shown(form, name, value, places)
    if form.property(name).get("format") == "commune" and str(value) in places.by_code:
        words = f"{words}, {PROVINCE}"
    return Line(one_line(form.title(name)), one_line(words))


def _signer(described: PaperForm) -> str:
    if len(described.signers) == 1:
        return one_line(described.signers[0])
    return next((signer for begins, signer in SIGNERS if described.name.lower().startswith(begins)), SIGNER)


def _footer(form: EForm) -> tuple[str, ...]:
    """Says what the paper is; that it follows the official template only where that is sure."""
    described = form.file.form
    second = f"Theo mẫu: {described.source}" if described.certainty == "sure" else NOT_THE_TEMPLATE
    return FOOTER, one_line(second)
