"""Which of the offered choices somebody means."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from actions.choosing import WHOLLY, by_words, chosen, number_in
from knowledge.reply import Button

TITLES = (
    "Cấp sổ lần đầu (đất chưa có sổ)",
    "Sang tên khi mua bán, tặng cho, thừa kế",
    "Đổi sổ cũ, sổ rách, hỏng sang sổ mới",
    "Làm lại sổ bị mất",
    "Tách thửa hoặc hợp thửa",
)
LAND = [Button(title=title, payload=f"procedure:1.{number:06d}") for number, title in enumerate(TITLES)]
PASSPORT = [
    Button(title="Làm hộ chiếu (lần đầu, hết hạn, làm lại)", payload="procedure:1.001456"),
    Button(title="Báo mất hộ chiếu", payload="procedure:1.010386"),
]


@pytest.mark.parametrize(("ordinal", "row"), [("1", 0), ("5", 4), ("last", 4)])
def test_by_number(ordinal: str, row: int) -> None:
    assert chosen(LAND, ordinal, "") is LAND[row]


@pytest.mark.parametrize("ordinal", ["0", "6", "99"])
def test_a_number_that_is_not_there_chooses_nothing(ordinal: str) -> None:
    assert chosen(LAND, ordinal, "tách thửa") is None


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("tách thửa", 4),
        ("tach thua", 4),
        ("lần đầu", 0),
        ("sang tên khi mua bán", 1),
        ("bị mất", 3),
        ("Làm lại sổ bị mất", 3),
        ("cái tách thửa ấy", 4),
    ],
)
def test_by_words_with_or_without_accents(text: str, row: int) -> None:
    assert by_words(LAND, text) is LAND[row]
    assert chosen(LAND, None, text) is LAND[row]


@pytest.mark.parametrize("text", ["", "  ", "đăng ký kết hôn", "sổ", "trời mưa"])
def test_words_of_none_or_of_several_choose_nothing(text: str) -> None:
    assert by_words(LAND, text) is None


def test_without_choices_nothing_is_chosen() -> None:
    assert chosen([], "1", "tách thửa") is None
    assert by_words([], "tách thửa") is None


def test_a_question_about_a_fee_is_no_choice_because_of_some_words() -> None:
    """ "mất bao nhiêu tiền" shares two syllables with "báo mất"."""
    assert by_words(PASSPORT, "mất bao nhiêu tiền", WHOLLY) is None
    assert by_words(PASSPORT, "báo mất", WHOLLY) is PASSPORT[1]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2", "2"),
        ("số 2", "2"),
        ("so 2", "2"),
        ("Số 12.", "12"),
        ("chọn số 3", "3"),
        ("cái 1", "1"),
        ("2 con tôi", None),
        ("2000", None),
        ("30 ngày", None),
        ("số hai", None),
        ("", None),
        ("²", None),
    ],
)
def test_number_in(text: str, number: str | None) -> None:
    assert number_in(text) == number


@given(st.sampled_from(LAND))
def test_a_whole_title_chooses_itself(choice: Button) -> None:
    assert by_words(LAND, choice.title) is choice
    assert by_words(LAND, choice.title, WHOLLY) is choice


@given(st.text(), st.none() | st.text(max_size=3))
@example("tách thửa", "²")  # a digit, but no number
def test_whatever_is_said_is_a_choice_or_none(text: str, ordinal: str | None) -> None:
    assert chosen(LAND, ordinal, text) in (None, *LAND)
