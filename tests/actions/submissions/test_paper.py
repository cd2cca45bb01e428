"""The paper holds the answers as people write them, dots where there is none, and claims nothing that is not sure."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.submissions.form import EForm
from actions.submissions.paper import NOT_THE_TEMPLATE, Paper, one_line, paper_of, readable
from tests.actions.submissions.birth import ANSWERS, places
from tests.actions.submissions.birth import form as birth_form

DOCUMENTS = ("Tờ khai đăng ký khai sinh", "Giấy chứng sinh", "Giấy tờ tùy thân")


def paper(form: EForm | None = None, **changed: object) -> Paper:
    answers = {name: value for name, value in {**ANSWERS, **changed}.items() if value is not None}
    return paper_of(form or birth_form(), answers, places(), documents=DOCUMENTS)


def lines(of: Paper) -> dict[str, str]:
    return {line.label: line.value for section in of.sections for line in section.lines}


def with_form(**changed: object) -> EForm:
    form = birth_form()
    described = form.file.form.model_copy(update=changed)
    return EForm(form.file.model_copy(update={"form": described}), form._shared)


def test_values_as_people_write_them() -> None:
    shown = lines(paper())
    assert shown["Xã, phường nhận hồ sơ"] == "Phường Thành Vinh, tỉnh Nghệ An"
    assert shown["Ngày, tháng, năm sinh của trẻ"] == "02/11/2026"
    assert shown["Giới tính của trẻ"] == "Nữ (gái)"
    assert shown["Năm sinh của mẹ"] == "1998"
    assert shown["Số bản sao đề nghị cấp"] == "2"


def test_every_answer_stands_on_it_in_the_order_of_the_form() -> None:
    form = birth_form()
    assert [line.label for section in paper().sections for line in section.lines] == [
        form.title(name) for name in form.fields
    ]
    assert all(lines(paper()).values())


def test_addressed_and_signed() -> None:
    made = paper()
    assert made.title == "Tờ khai đăng ký khai sinh"
    assert made.to == "Ủy ban nhân dân phường Thành Vinh"
    assert made.place_and_day == "Thành Vinh, ngày ..... tháng ..... năm 20...."
    assert (made.signer, made.name) == ("Người khai", "Trần Thị Mận")
    assert made.request.startswith("Tôi cam đoan")


@pytest.mark.parametrize(
    ("name", "signer"),
    [
        ("Đơn đề nghị hỗ trợ", "Người làm đơn"),
        ("Tờ khai đăng ký kết hôn", "Người khai"),
        ("Giấy đề nghị đăng ký hộ kinh doanh", "Người đề nghị"),
    ],
)
def test_who_signs_goes_by_the_form(name: str, signer: str) -> None:
    assert paper(with_form(name=name)).signer == signer


def test_a_form_without_a_request_has_the_usual_one() -> None:
    assert paper(with_form(request=None)).request == "Tôi cam đoan những nội dung khai trên đây là đúng sự thật."


def test_what_is_not_answered_is_left_for_the_hand() -> None:
    made = paper(child_home_place=None, commune=None, applicant_name=None)
    assert lines(made)["Quê quán của trẻ"] == ""
    assert lines(made)["Xã, phường nhận hồ sơ"] == ""
    assert made.to == "Ủy ban nhân dân ........"
    assert made.place_and_day.startswith("........,")
    assert made.name == ""


def test_zero_is_an_answer() -> None:
    assert lines(paper(copies=0))["Số bản sao đề nghị cấp"] == "0"


def test_what_is_not_asked_does_not_stand_there() -> None:
    without = {name: None for name in ANSWERS if name.startswith("father_")}
    made = paper(**{**without, "father_declared": "khong"})
    assert not [label for label in lines(made) if "người cha" in label and label != "Có khai về người cha"]


def test_the_form_itself_is_no_enclosure() -> None:
    assert paper().enclosed == ("Giấy chứng sinh", "Giấy tờ tùy thân")


def test_a_doubtful_form_never_says_that_it_is_the_template() -> None:
    made = paper(with_form(certainty="doubtful", source="Mẫu số 01 của Thông tư 99/2024"))
    assert made.footer[1] == NOT_THE_TEMPLATE
    assert not [text for text in (made.title, made.to, made.request, *made.footer) if "99/2024" in text]


def test_a_sure_form_names_its_template() -> None:
    made = paper(with_form(certainty="sure", source="Mẫu số 01 của Thông tư 99/2024"))
    assert made.footer[1] == "Theo mẫu: Mẫu số 01 của Thông tư 99/2024"


def test_every_paper_asks_to_be_read_before_it_is_signed() -> None:
    assert "kiểm tra trước khi ký" in paper().footer[0]


def test_the_words_of_a_paper_hold_nothing_personal() -> None:
    assert "Mận" not in repr(paper())
    assert "040198012345" not in repr(paper())


def test_one_line_of_letters_that_are_seen() -> None:
    assert one_line("  hai\n\tdòng  ") == "hai dòng"
    assert one_line("Nguye\u0302\u0303n") == "Nguyễn"
    assert one_line("a\u200bb\u202ec\ufe0f") == "abc"
    assert one_line("\ud800") == "□"


@given(st.text())
def test_any_text_becomes_one_line(text: str) -> None:
    made = one_line(text)
    assert unicodedata.is_normalized("NFC", made)
    assert "\n" not in made
    assert one_line(made) == made
    made.encode()


def test_letters_that_a_font_lacks_are_seen_to_be_missing() -> None:
    assert readable("Hà 😀 Nội", frozenset(map(ord, "Hà Nội"))) == "Hà □ Nội"


def test_several_sign_side_by_side_in_even_rows() -> None:
    four = ("Chủ hộ", "Chủ sở hữu chỗ ở", "Cha, mẹ hoặc người giám hộ", "Người kê khai")
    made = paper(with_form(signers=four))
    assert made.signers == four
    assert made.rows_of_signers == [four[:2], four[2:]]
    assert paper(with_form(signers=four[:3])).rows_of_signers == [four[:3]]


def test_one_who_signs_alone_is_who_hands_in() -> None:
    made = paper(with_form(signers=("Chủ hộ kinh doanh",)))
    assert (made.signer, made.signers, made.name) == ("Chủ hộ kinh doanh", (), "Trần Thị Mận")
    assert made.rows_of_signers == []
