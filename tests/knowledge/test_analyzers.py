"""How a text is cut for the indexes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from knowledge.analyzers import accented_words, letter_groups, words_and_pairs


def test_words_and_pairs() -> None:
    assert words_and_pairs("Khai sinh ở xã") == ["khai", "sinh", "o", "xa", "khai_sinh", "sinh_o", "o_xa"]
    assert words_and_pairs("!") == []


def test_letter_groups_reach_over_the_gaps() -> None:
    assert letter_groups("Ở xã") == [" o ", "o x", " xa", "xa ", " o x", "o xa", " xa "]
    assert letter_groups("?") == []


def test_a_typing_error_leaves_most_letter_groups() -> None:
    right, wrong = set(letter_groups("đăng ký tạm trú")), set(letter_groups("đăng ký tạmm trú"))
    assert len(right & wrong) > len(right) / 2


def test_accented_words() -> None:
    assert accented_words("Sổ ĐỎ, hoà") == ["sổ", "đỏ", "hòa"]


@given(st.text())
def test_any_text_is_cut(text: str) -> None:
    words = words_and_pairs(text)
    assert len([word for word in words if "_" in word]) == max(0, len([word for word in words if "_" not in word]) - 1)
    assert all(3 <= len(group) <= 4 for group in letter_groups(text))
