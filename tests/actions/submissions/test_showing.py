"""Answers as people read them."""

from __future__ import annotations

from typing import Any

import pytest

from actions.submissions.showing import NOT_ANSWERED, shown, summary
from tests.actions.submissions.birth import ANSWERS, form, places


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("child_birth_date", "2026-11-02", "02/11/2026"),
        ("mother_birth", "1998", "1998"),
        ("father_birth", "1995-03-12", "12/03/1995"),
        ("child_sex", "nu", "Nữ (gái)"),
        ("commune", "16681", "Phường Thành Vinh"),
        ("copies", 2, "2"),
    ],
)
def test_values(field: str, value: Any, words: str) -> None:
    assert shown(form(), field, value, places()) == words


def test_the_summary_is_numbered_as_the_changes_count() -> None:
    lines = summary(form(), ANSWERS, places())
    assert lines[0] == "Nơi nhận hồ sơ và người yêu cầu:"
    assert "7. Họ, chữ đệm, tên của trẻ: Lê Minh Khuê" in lines
    assert lines[-1].startswith("25. ")


def test_what_is_left_out_is_seen() -> None:
    answers = {name: value for name, value in ANSWERS.items() if name != "copies"}
    assert summary(form(), answers, places())[-1] == f"25. Số bản sao đề nghị cấp: {NOT_ANSWERED}"


def test_without_a_father_his_section_is_not_there() -> None:
    lines = summary(form(), {**ANSWERS, "father_declared": "khong"}, places())
    assert not any("người cha" in line and line.startswith("2") for line in lines)
