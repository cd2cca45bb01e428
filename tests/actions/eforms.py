"""Two small e-forms for the tiny records, with every kind of question, and what somebody made up answers to them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from knowledge.record import Procedure
from knowledge.settings import ROOT
from tests.knowledge import tiny

BIRTH, STAY = tiny.BIRTH, tiny.STAY
CERTIFICATE, BOOK = "Giấy chứng sinh", "Sổ khám thai"  # the documents of the birth that are no form

_WHO: dict[str, Any] = {
    "commune": {"$ref": "shared.yml#/$defs/commune"},
    "applicant_name": {"$ref": "shared.yml#/$defs/name", "title": "Họ tên người yêu cầu"},
    "applicant_identity_number": {"$ref": "shared.yml#/$defs/identity_number"},
    "applicant_phone": {"$ref": "shared.yml#/$defs/phone"},
    "applicant_address": {"$ref": "shared.yml#/$defs/address"},
}
_ASK_WHO: dict[str, Any] = {
    "commune": {"ask": "Nộp ở xã, phường nào?", "help": "Tên cũ cũng được.", "known": "commune"},
    "applicant_name": {"ask": "Họ và tên?", "help": "Đủ họ, tên.", "example": "Trần Thị Hoa", "known": "person.name"},
    "applicant_identity_number": {"ask": "Số căn cước?", "help": "12 số.", "known": "person.identity_number"},
    "applicant_phone": {"ask": "Số điện thoại?", "help": "10 số.", "known": "person.phone"},
    "applicant_address": {"ask": "Anh/chị ở đâu?", "help": "Xóm, xã, tỉnh.", "known": "person.address"},
}  # fmt: skip
_APPLICANT = {
    "name": "applicant_name",
    "phone": "applicant_phone",
    "identity_number": "applicant_identity_number",
    "address": "applicant_address",
}


def _form(code: str, title: str, more: dict[str, Any], asked: dict[str, Any], *optional: str) -> dict[str, Any]:
    properties = {**_WHO, **more}
    return {
        "code": code,
        "title": title,
        "form": {"name": f"Tờ khai {title}", "source": "bịa để thử", "certainty": "doubtful", "to": "Ủy ban {commune}"},
        "applicant": _APPLICANT,
        "commune": "commune",
        "schema": {
            "type": "object",
            "required": [name for name in properties if name not in optional],
            "properties": properties,
        },
        "sections": [
            {"title": "Người yêu cầu", "fields": list(_WHO)},
            {"title": "Nội dung", "fields": list(more)},
        ],
        "questions": {**_ASK_WHO, **asked},
    }


_BIRTH = _form(
    BIRTH,
    "khai sinh",
    {
        "relation": {"type": "string", "enum": ["cha", "me"], "title": "Quan hệ"},
        "mother_address": {"$ref": "shared.yml#/$defs/address", "title": "Nơi ở của mẹ"},
        "child_birth_date": {"$ref": "shared.yml#/$defs/birth_date", "title": "Ngày sinh của trẻ"},
        "note": {"$ref": "shared.yml#/$defs/line", "title": "Ghi chú"},
        "copies": {"type": "integer", "format": "plain", "minimum": 0, "maximum": 20, "title": "Số bản sao"},
    },
    {
        "relation": {"ask": "Anh/chị là gì của cháu?", "help": "Cha hoặc mẹ.", "choices": {"cha": "Cha", "me": "Mẹ"}},
        "mother_address": {
            "ask": "Mẹ cháu ở đâu?",
            "help": "Xóm, xã, tỉnh.",
            "same_as": ["applicant_address"],
            "only_if": {"relation": ["cha"]},
        },
        "child_birth_date": {"ask": "Cháu sinh ngày nào?", "help": "Theo giấy chứng sinh.", "example": "2/11/2026"},
        "note": {"ask": "Có ghi chú gì không?", "help": "Không có thì bỏ qua."},
        "copies": {"ask": "Cần mấy bản sao?", "help": "Ghi một con số.", "suggest": ["0", "1", "2"]},
    },
    "note",
)
_STAY = _form(
    STAY,
    "tạm trú",
    {
        "married": {"type": "string", "enum": ["co", "khong"], "title": "Đã kết hôn"},
        "reason": {"$ref": "shared.yml#/$defs/line", "title": "Lý do"},
    },
    {
        "married": {
            "ask": "Anh/chị kết hôn chưa?",
            "help": "Có giấy kết hôn là rồi.",
            "choices": {"co": "Rồi", "khong": "Chưa"},
            "known": "case.ket-hon",
            "known_as": {"co": "co", "khong": "khong"},
        },
        "reason": {"ask": "Lý do tạm trú?", "help": "Ví dụ: đi làm."},
    },
)

# What somebody types who fills in the birth, in the order in which they are asked, and what is kept of it.
TYPED: dict[str, str] = {
    "commune": "phường Thành Vinh",
    "applicant_name": "Trần Thị Mận",
    "applicant_identity_number": "040 198 012345",
    "applicant_phone": "0912 345 678",
    "applicant_address": "khối 5, phường Thành Vinh, tỉnh Nghệ An",
    "relation": "mẹ",
    "child_birth_date": "2/11/2026",
    "note": "cháu sinh sớm",
    "copies": "2",
}
ANSWERS: dict[str, Any] = {
    "commune": "16681",
    "applicant_name": "Trần Thị Mận",
    "applicant_identity_number": "040198012345",
    "applicant_phone": "0912345678",
    "applicant_address": "Khối 5, phường Thành Vinh, tỉnh Nghệ An",
    "relation": "me",
    "child_birth_date": "2026-11-02",
    "note": "cháu sinh sớm",
    "copies": 2,
}


def write_forms(folder: Path) -> Path:
    """A folder as data/forms is one."""
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "data" / "forms" / "shared.yml", folder)
    for form in (_BIRTH, _STAY):
        tiny.write(folder / f"{form['code']}.yml", form)
    return folder


def birth_record() -> Procedure:
    """The tiny record with one more document."""
    documents = [
        {"name": "Tờ khai đăng ký khai sinh", "form": "TK-01", "originals": 1},
        {"name": CERTIFICATE, "originals": 1, "needed_when": "trẻ sinh tại cơ sở y tế"},
        {"name": BOOK, "copies": 1},
    ]
    return tiny.procedure(BIRTH, cases=[{"id": "thuong", "name": "Sinh ở viện", "documents": documents}])
