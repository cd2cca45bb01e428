"""What people type into a form, and what an officer would send back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.submissions.errors import AnswerRefused
from actions.submissions.reading import READERS, SeveralPlaces, read_answer
from tests.actions.submissions.birth import around, form


def read(field: str, text: str, answers: dict[str, Any] | None = None) -> Any:
    return read_answer(form(), field, text, answers or {}, around())


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("applicant_name", "tên tôi là Trần Thị Mận ạ", "Trần Thị Mận"),
        ("applicant_name", "trần thị mận", "Trần Thị Mận"),
        ("applicant_name", "LÊ VĂN SIM", "Lê Văn Sim"),
        ("applicant_name", "Phan Thanh Tam", "Phan Thanh Tam"),
        ("applicant_name", "em tên Vi Thị Xuyến", "Vi Thị Xuyến"),
        ("applicant_name", "Và Bá Dềnh", "Và Bá Dềnh"),
        ("applicant_name", "K’ Brêu", "K’ Brêu"),
        ("applicant_identity_number", "số 040.198.012345 ạ", "040198012345"),
        ("applicant_phone", "sdt e la 0912-345-678", "0912345678"),
        ("applicant_phone", "+84 912 345 678", "0912345678"),
        ("applicant_phone", "84912345678", "0912345678"),
        ("child_sex", "con trai", "nam"),
        ("child_sex", "nữ", "nu"),
        ("child_sex", "2", "nu"),
        ("relation", "tui là mệ hấn", "me"),
        ("relation", "bà ngoại", "ong-ba"),
        ("father_declared", "dạ có ạ", "co"),
        ("father_declared", "không khai", "khong"),
        ("father_declared", "ko", "khong"),
        ("copies", "2 bản", 2),
        ("copies", "không cần", 0),
        ("copies", "hai bản", 2),
        ("mother_birth", "98", "1998"),
        ("mother_birth", "sinh năm 98", "1998"),
        ("mother_birth", "12/3/98", "1998-03-12"),
        ("commune", "Diễn Hoa", "17464"),
    ],
)
def test_is_read(field: str, typed: str, value: Any) -> None:
    assert read(field, typed) == value


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("applicant_name", "tran thi man", "có dấu"),
        ("applicant_name", "Mận", "đủ họ"),
        ("applicant_name", "Mận 98", "chữ số"),
        ("applicant_name", "làm hết bao nhiêu tiền?", "chưa đọc ra"),
        ("child_name", "Lê Sữa-Bột", "chữ cái"),
        ("applicant_identity_number", "187654321", "12 số"),
        ("applicant_identity_number", "04019801234", "11 chữ số"),
        ("applicant_identity_number", "003198012345", "cấu tạo"),
        ("applicant_identity_number", "040998012345", "cấu tạo"),
        ("applicant_phone", "12345", "10 chữ số"),
        ("applicant_phone", "0112345678", "10 chữ số"),
        ("child_birth_date", "31/2/2026", "Không có ngày 31/2/2026"),
        ("child_birth_date", "24/11/2026", "chưa tới"),
        ("child_birth_date", "mồng 2 tháng 11", "cả năm"),
        ("child_birth_date", "mồng 2 tháng 11 âm lịch", "dương lịch"),
        ("child_birth_date", "hôm nớ", "ngày/tháng/năm"),
        ("mother_birth", "1850", "xa quá|ngày/tháng/năm"),
        ("child_sex", "chưa biết", "chọn một"),
        ("copies", "nhiều", "con số"),
        ("copies", "200", "từ 0 đến 20"),
        ("applicant_address", "nhà", "xóm"),
        ("commune", "Hà Nội phố", "chưa tìm ra"),
        ("child_ethnicity", "x" * 60, "40 ký tự"),
        ("child_ethnicity", "x" * 600, "dài quá"),
        ("child_ethnicity", "  ", "chưa ghi"),
    ],
)
def test_is_refused_with_what_to_do(field: str, typed: str, told: str) -> None:
    with pytest.raises(AnswerRefused, match=told):
        read(field, typed)


def test_several_communes_are_offered() -> None:
    with pytest.raises(SeveralPlaces) as caught:
        read("commune", "xã Tân Sơn")
    assert len(caught.value.codes) > 1
    assert all(read("commune", code) == code for code in caught.value.codes)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1.200.000 đồng", 1_200_000),
        ("1tr2", 1_200_000),
        ("1 triệu 250", 1_250_000),
        ("1,5 triệu", 1_500_000),
        ("2 tỷ rưỡi", 2_500_000_000),
        ("500k", 500_000),
        ("50 nghìn", 50_000),
        ("750000", 750_000),
    ],
)
def test_money(typed: str, value: int) -> None:
    assert READERS["money"](typed, around()) == value


@pytest.mark.parametrize(
    ("typed", "value"), [("120m2", 120.0), ("120,5 m²", 120.5), ("1.250", 1250.0), ("1.250,5", 1250.5), ("96.4", 96.4)]
)
def test_area(typed: str, value: float) -> None:
    assert READERS["area"](typed, around()) == value


def test_an_address_for_letters() -> None:
    assert READERS["email"]("mail em là Man.98@vidu.vn ạ", around()) == "man.98@vidu.vn"
    with pytest.raises(AnswerRefused, match=r"ten@vidu\.vn"):
        READERS["email"]("em không có", around())


@given(st.sampled_from(sorted(READERS)), st.text(max_size=300))
def test_junk_is_read_or_refused(kind: str, text: str) -> None:
    try:
        READERS[kind](text, around())
    except AnswerRefused as refused:
        assert refused.message


@given(st.text(max_size=700))
def test_whatever_is_typed_the_answer_fits_the_schema_or_is_refused(text: str) -> None:
    for field in form().fields:
        try:
            value = read(field, text)
        except AnswerRefused:
            continue
        assert field not in form().wrong({field: value, "father_declared": "co"} | {field: value})


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("applicant_name", "xa Quynh Luu"),
        ("applicant_name", "chua biet nua"),
        ("applicant_name", "để mình hỏi chồng"),
        ("child_name", "con minh dan toc kinh"),
        ("child_name", "chưa nghĩ ra tên"),
        ("applicant_address", "khong biet"),
        ("applicant_address", "a nham sdt la 0987654321 moi dung"),
    ],
)
def test_sentences_are_no_names_and_no_addresses(field: str, typed: str) -> None:
    with pytest.raises(AnswerRefused):
        read(field, typed)


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("child_ethnicity", "dan toc Kinh", "Kinh"),
        ("child_ethnicity", "kinh ạ", "Kinh"),
        ("child_ethnicity", "Ơ-đu", "Ơ-đu"),
        ("child_nationality", "viet nam", "Việt Nam"),
        ("child_nationality", "vn", "Việt Nam"),
    ],
)
def test_a_suggestion_typed_in_ones_own_way(field: str, typed: str, value: str) -> None:
    assert read(field, typed) == value
