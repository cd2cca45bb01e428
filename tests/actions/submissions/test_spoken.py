"""What is said in the middle of a form: commands, changes, questions; and what is an answer all the same."""

from __future__ import annotations

import pytest

from actions.submissions.spoken import Command, asks_something, command_in, field_named, field_to_edit
from tests.actions.submissions.birth import ANSWERS, TYPED, form


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("quay lại", Command.BACK),
        ("quay lai cau truoc", Command.BACK),
        ("câu trước", Command.BACK),
        ("cho em quay lại với", Command.BACK),
        ("bỏ qua", Command.SKIP),
        ("bo qua di", Command.SKIP),
        ("để sau", Command.LATER),
        ("thôi để mai làm tiếp", Command.LATER),
        ("de bua sau", Command.LATER),
        ("mai em làm tiếp", None),
        ("mai làm tiếp nhé", Command.LATER),
        ("bận rồi", Command.LATER),
        ("hủy", Command.CANCEL),
        ("không làm nữa", Command.CANCEL),
        ("nỏ mần nữa", Command.CANCEL),
        ("là sao", Command.EXPLAIN),
        ("ghi răng", Command.EXPLAIN),
        ("là chi rứa", Command.EXPLAIN),
        ("không hiểu", Command.EXPLAIN),
        ("giải thích giúp em", Command.EXPLAIN),
        ("xem lại", Command.REVIEW),
        ("đúng rồi gửi đi", Command.SEND),
        ("ok", Command.SEND),
        ("nộp đi", Command.SEND),
        ("làm tiếp", Command.RESUME),
        ("mần tiếp tờ khai", Command.RESUME),
        ("tiếp tục khai sinh", Command.RESUME),
    ],
)
def test_commands(said: str, command: Command | None) -> None:
    assert command_in(said) is command


@pytest.mark.parametrize("answer", [*TYPED.values(), "Nguyễn Văn Sau", "Trần Thị Ba", "xóm Lại, xã Sao Vàng", "Kinh"])
def test_answers_are_no_commands(answer: str) -> None:
    assert command_in(answer) is None
    assert field_to_edit(form(), dict(ANSWERS), answer) == (False, None)
    assert not asks_something(answer, "ask_procedure", (), questions=("ask_procedure",))


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ("sửa 7", "child_name"),
        ("sửa mục 8", "child_birth_date"),
        ("sửa tên của trẻ", "child_name"),
        ("đổi số điện thoại", "applicant_phone"),
        ("em ghi sai ngày sinh của trẻ", "child_birth_date"),
        ("sua gioi tinh", "child_sex"),
        ("sửa", None),
        ("sửa 99", None),
        ("sửa họ tên", None),
    ],
)
def test_what_is_to_be_changed(said: str, field: str | None) -> None:
    assert field_to_edit(form(), dict(ANSWERS), said) == (True, field)


def test_a_field_by_its_number_or_name() -> None:
    assert field_named(form(), dict(ANSWERS), "25") == "copies"
    assert field_named(form(), dict(ANSWERS), "bản sao") == "copies"
    assert field_named(form(), dict(ANSWERS), "") is None


@pytest.mark.parametrize(
    "said",
    [
        "làm khai sinh hết bao nhiêu tiền",
        "mất mấy ngày rứa",
        "cần giấy tờ gì",
        "hồ sơ này nộp ở mô rứa eng?",
        "het may tien rua",
        "có mất phí không?",
    ],
)
def test_questions_of_their_own(said: str) -> None:
    assert asks_something(said, "ask_follow_up", (), questions=("ask_follow_up",))


def test_a_question_needs_the_words_and_the_sense_of_one() -> None:
    assert not asks_something("xóm Răng, xã Quỳnh Lưu", "give_place", (), questions=("ask_follow_up",))


@pytest.mark.parametrize(
    "answer",
    ["Đội 5, xã Quỳnh Lưu", "Nhâm Thị Hoa", "đúng", "thầy", "thay đổi chỗ ở", "Chỉnh Thị An", "doi 5 xa quynh luu"],
)
def test_with_its_accents_a_word_is_what_it_says(answer: str) -> None:
    assert field_to_edit(form(), dict(ANSWERS), answer)[0] is False
    assert command_in(answer) not in (Command.LATER, Command.EDIT)


@pytest.mark.parametrize("said", ["dừng", "dừng lại", "thôi dừng", "dung lai da", "dừng ở đây"])
def test_stopping_is_putting_aside(said: str) -> None:
    assert command_in(said) is Command.LATER
