"""Text made comparable, whatever it is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.normalise import Lexicon, accented_tokens, fold, is_accented, place_tones, readings, tokens

VIETNAMESE = st.text(
    alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyAĂÂĐEÊIOÔƠUƯY \u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b"
)
ANY = st.text() | VIETNAMESE
DIALECT = Lexicon({"mô": "đâu", "ở mô": "ở chỗ nào", "mô rứa": "đâu vậy", "chi": "gì", "k": "không"}, {"o mo": "ở đâu"})
SHORT = Lexicon({"gks": "giấy khai sinh", "đk": "đăng ký"})


@given(ANY)
def test_fold_twice_is_fold(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(ANY)
def test_folded_text_has_no_marks(text: str) -> None:
    assert not any(unicodedata.combining(char) for char in unicodedata.normalize("NFD", fold(text)))
    assert "đ" not in fold(text)


@given(ANY)
def test_composed_or_not_folds_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Đăng ký  KẾT HÔN", "dang ky ket hon"), ("\tƯớc\n", "uoc"), ("ĐĐ", "dd"), ("", ""), ("Sổ đỏ 2025", "so do 2025")],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(ANY)
def test_tones_placed_twice_are_placed(text: str) -> None:
    assert place_tones(place_tones(text)) == place_tones(text)


@given(ANY)
def test_placing_tones_changes_no_letter(text: str) -> None:
    assert fold(place_tones(text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("thuỷ", "thủy"),
        ("hoà", "hòa"),
        ("khoẻ", "khỏe"),
        ("Uỷ ban", "Ủy ban"),
        ("HOÀ BÌNH", "HÒA BÌNH"),
        ("thuý", "thúy"),
        ("hoạ, toà", "họa, tòa"),
    ],
)
def test_both_places_of_a_tone_are_one_word(one: str, other: str) -> None:
    assert place_tones(one) == place_tones(other) == other


@pytest.mark.parametrize("word", ["quý", "quả", "Quỳ", "hoàn", "khuỷu", "thuế", "hoặc", "thuở", "huệ", "loại", "xoáy"])
def test_tones_that_stay(word: str) -> None:
    assert place_tones(word) == word


@pytest.mark.parametrize(
    ("text", "accented"), [("lam o dau", False), ("làm ở đâu", True), ("ĐI", True), ("A 1", False)]
)
def test_is_accented(text: str, accented: bool) -> None:
    assert is_accented(text) is accented


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Điiiii làm giấy, nhé!", ["di", "lam", "giay", "nhe"]),
        ("mã 1.001193", ["ma", "1", "001193"]),
        ("coool 1000", ["col", "1000"]),
        ("😀 …", []),
    ],
)
def test_tokens(text: str, found: list[str]) -> None:
    assert tokens(text) == found


@given(ANY)
def test_tokens_of_any_text_are_plain(text: str) -> None:
    assert all(token.isascii() and token.isalnum() and token == token.lower() for token in tokens(text))


def test_accented_tokens_keep_their_accents() -> None:
    assert accented_tokens("Hoà, ĐẤT!") == ["hòa", "đất"]


def test_the_longest_phrase_wins() -> None:
    assert DIALECT.read("nộp ở mô, mô?") == "nộp ở chỗ nào , đâu ?"
    assert DIALECT.read("đi mô rứa") == "đi đâu vậy"


def test_words_are_matched_as_written() -> None:
    """In a text with accents "mo" is no "mô", and a word without accents is matched all the same."""
    assert DIALECT.read("mở ở mo") == "mở ở mo"
    assert DIALECT.read("làm chi") == "làm gì"


def test_a_text_without_accents_has_its_own_words() -> None:
    assert DIALECT.read("nop o mo") == "nop ở đâu"
    assert DIALECT.read("lam mo chi k") == "lam mo chi k"


def test_without_such_a_list_plain_words_hold_everywhere() -> None:
    assert SHORT.read("lam gks") == "lam giấy khai sinh"
    assert SHORT.read("làm gks") == "làm giấy khai sinh"
    assert SHORT.read("GKS") == "giấy khai sinh"


def test_only_whole_words_are_read() -> None:
    assert SHORT.read("gksx xgks") == "gksx xgks"


@given(ANY)
def test_any_text_is_read(text: str) -> None:
    assert isinstance(DIALECT.read(text), str)
    assert fold(Lexicon({}).read(text)).replace(" ", "") == "".join(
        char for char in fold(place_tones(text)) if not char.isspace()
    )


@given(ANY)
def test_readings_keep_the_original_first(text: str) -> None:
    found = readings(text, [SHORT, DIALECT])
    assert found[0] == place_tones(text)
    assert len(found) <= 3


def test_readings_add_what_was_read() -> None:
    assert readings("đk gks ở mô", [SHORT, DIALECT]) == [
        "đk gks ở mô",
        "đăng ký giấy khai sinh ở mô",
        "đăng ký giấy khai sinh ở chỗ nào",
    ]


def test_readings_do_not_repeat() -> None:
    assert readings("làm giấy", [SHORT, DIALECT]) == ["làm giấy"]
