"""What the gateway says itself is short, polite and written as it should be."""

from __future__ import annotations

import unicodedata

import pytest

from bot.delivery import said
from bot.delivery.reading import Linking, Wish, linking
from knowledge.reply import Outcome

TEXTS = {name: value for name, value in vars(said).items() if name.isupper() and isinstance(value, str)}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_texts_are_short_and_in_nfc(text: str) -> None:
    assert unicodedata.is_normalized("NFC", text)
    assert len(text) < 400
    assert text == text.strip()
    assert text[-1] in ".!"


def test_there_are_texts_to_look_at() -> None:
    assert len(TEXTS) > 8


def test_a_code_is_read_out_in_groups_and_understood_again() -> None:
    assert said.spaced("12345678") == "1234 5678"
    line = next(line for line in said.CODE.format(code=said.spaced("12345678")).splitlines() if line.startswith("liên"))
    assert linking(line) == Linking(Wish.JOIN, "12345678")


def test_what_is_told_to_be_typed_is_understood() -> None:
    for text in (said.JOINED, said.ANOTHER_JOINED):
        assert "“ngắt liên kết”" in text
    assert linking("ngắt liên kết") == Linking(Wish.PART)
    assert "“liên kết”" in said.WRONG_CODE


def test_a_few_words_and_trouble_are_replies() -> None:
    assert (said.small("Chào").text, said.small("Chào").outcome) == ("Chào", Outcome.SMALL_TALK)
    assert (said.trouble().text, said.trouble().outcome) == (said.AWAY, Outcome.TROUBLE)
    assert said.trouble("Dài quá.").text == "Dài quá."
