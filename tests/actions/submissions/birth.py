"""The birth registration's e-form with answers of a made-up person, for the tests of this room."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from actions.submissions.form import EForm, load_forms
from actions.submissions.reading import Around
from knowledge.places import Places, load_places

CODE = "1.001193"
TODAY = date(2026, 11, 23)
# As somebody types them, in the order in which they are asked for.
TYPED: dict[str, str] = {
    "commune": "phường Thành Vinh",
    "applicant_name": "Trần Thị Mận",
    "applicant_identity_number": "040 198 012345",
    "applicant_phone": "0912 345 678",
    "applicant_address": "khối 5, phường Thành Vinh, tỉnh Nghệ An",
    "relation": "mẹ",
    "child_name": "Lê Minh Khuê",
    "child_birth_date": "2/11/2026",
    "child_sex": "gái",
    "child_ethnicity": "Kinh",
    "child_nationality": "Việt Nam",
    "child_birth_place": "Bệnh viện Sản Nhi Nghệ An",
    "child_home_place": "xã Quỳnh Lưu, tỉnh Nghệ An",
    "mother_name": "Trần Thị Mận",
    "mother_birth": "1998",
    "mother_ethnicity": "Kinh",
    "mother_nationality": "Việt Nam",
    "mother_address": "khối 5, phường Thành Vinh, tỉnh Nghệ An",
    "father_declared": "có",
    "father_name": "Lê Văn Sim",
    "father_birth": "12/3/1995",
    "father_ethnicity": "Kinh",
    "father_nationality": "Việt Nam",
    "father_address": "khối 5, phường Thành Vinh, tỉnh Nghệ An",
    "copies": "2",
}
ANSWERS: dict[str, Any] = {
    **TYPED,
    "commune": "16681",
    "applicant_identity_number": "040198012345",
    "applicant_phone": "0912345678",
    "applicant_address": "Khối 5, phường Thành Vinh, tỉnh Nghệ An",
    "relation": "me",
    "child_birth_date": "2026-11-02",
    "child_sex": "nu",
    "child_home_place": "Xã Quỳnh Lưu, tỉnh Nghệ An",
    "mother_address": "Khối 5, phường Thành Vinh, tỉnh Nghệ An",
    "father_declared": "co",
    "father_birth": "1995-03-12",
    "father_address": "Khối 5, phường Thành Vinh, tỉnh Nghệ An",
    "copies": 2,
}


@lru_cache
def form() -> EForm:
    return load_forms().get(CODE)


@lru_cache
def places() -> Places:
    return load_places()


def around() -> Around:
    return Around(TODAY, places())
