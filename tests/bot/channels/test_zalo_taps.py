from __future__ import annotations

import pytest

from bot.channels.zalo_taps import Taps
from bot.messages import RASAS_OWN
from knowledge.reply import Button

TAPS = Taps("made-up")
BUTTON = Button(title="Có, tôi đồng ý", payload="consent:answers=yes")


def test_what_is_wrapped_comes_back_whole() -> None:
    assert TAPS.unwrapped(TAPS.wrapped(BUTTON, "5"), "5") == (BUTTON.payload, BUTTON.title)


def test_the_longest_button_fits_the_service() -> None:
    longest = Button(title="ầ" * 64, payload=f"answer:{'a' * 40}={'b' * 40}")
    assert len(TAPS.wrapped(longest, "9" * 100)) <= 1000


def test_it_is_for_one_person_and_of_one_secret() -> None:
    assert TAPS.unwrapped(TAPS.wrapped(BUTTON, "5"), "6") == (None, BUTTON.title)
    assert Taps("another").unwrapped(TAPS.wrapped(BUTTON, "5"), "5") == (None, BUTTON.title)


def test_a_changed_payload_is_only_words() -> None:
    changed = TAPS.wrapped(BUTTON, "5").replace("=yes", "=no")
    assert TAPS.unwrapped(changed, "5") == (None, BUTTON.title)


@pytest.mark.parametrize("payload", RASAS_OWN)
def test_what_rasa_obeys_in_silence_is_never_tapped(payload: str) -> None:
    wrapped = TAPS.wrapped(Button(title="x", payload=payload), "5")
    assert TAPS.unwrapped(wrapped, "5") == (None, "x")


@pytest.mark.parametrize("text", ["", "#", "làm khai sinh", "# 1.001193", "#0123456789abcdef nothing x"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert TAPS.unwrapped(text, "5") == (None, text)
