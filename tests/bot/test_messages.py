"""What a client sends: cleaned, checked, and put to Rasa so that only our buttons speak its language."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.errors import BadRequest, EmptyMessage, MessageTooLong
from bot.messages import IncomingMessage, beside_text, clean, for_rasa, read_message
from knowledge.reply import PAYLOAD

LONGEST = 2000


def read(**content: Any) -> IncomingMessage:
    return read_message(content, LONGEST)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("  khai sinh \n", "khai sinh"),
        ("khai\nsinh\tcho con", "khai\nsinh\tcho con"),
        ("khai\x00 sinh\x1b[31m\x7f", "khai sinh[31m"),
        ("một\ud800 nửa", "một nửa"),
        ("riêng\ue000 tư\uffff", "riêng tư"),
        ("😀 👨\u200d👩\u200d👧", "😀 👨\u200d👩\u200d👧"),
        (unicodedata.normalize("NFD", "đăng ký thường trú"), "đăng ký thường trú"),
    ],
)
def test_clean(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@given(st.text(st.characters()))
def test_cleaned_text_is_nfc_without_control_characters_and_stays_so(text: str) -> None:
    cleaned = clean(text)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not [char for char in cleaned if char not in "\n\t" and unicodedata.category(char) in ("Cc", "Cs")]
    assert clean(cleaned) == cleaned
    cleaned.encode()


def test_two_thousand_characters_are_the_end() -> None:
    assert len(read(text="ệ" * LONGEST).text) == LONGEST
    with pytest.raises(MessageTooLong):
        read(text="ệ" * (LONGEST + 1))


def test_the_length_is_counted_after_cleaning() -> None:
    letters_apart = unicodedata.normalize("NFD", "ệ" * LONGEST)
    assert len(letters_apart) == 3 * LONGEST
    assert read(text=f"  {letters_apart}\x00 ").text == "ệ" * LONGEST


@pytest.mark.parametrize("text", ["", "   ", "\n\t\n", "\x00\x07", "\u2028"])
def test_nothing_in_it(text: str) -> None:
    with pytest.raises(EmptyMessage):
        read(text=text)


def test_a_tapped_button_needs_no_text() -> None:
    assert read(payload="aspects:fees").text == ""


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"text": 5}, "text"),
        ({"text": None}, "text"),
        ({"text": ["a"]}, "text"),
        ({"text": b"a"}, "text"),
        ({"text": "a", "payload": 5}, "payload"),
        ({"text": "a", "session": {"a": 1}}, "session"),
        ([], "nội dung"),
        ("a", "nội dung"),
        (None, "nội dung"),
        (5, "nội dung"),
    ],
)
def test_wrong_types(content: object, field: str) -> None:
    with pytest.raises(BadRequest, match=rf"{field}\.$"):
        read_message(content, LONGEST)


def test_what_is_not_known_is_left_out() -> None:
    assert read(text="a", admin=True) == IncomingMessage(text="a")


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ("procedure:1.001193", '/choose{"procedure": "1.001193"}'),
        ("case:bo-roi", '/choose{"case": "bo-roi"}'),
        ("aspects:fees,time_limit", '/ask_follow_up{"aspect": "fees,time_limit"}'),
        ("intent:hand_off", "/hand_off"),
        ("answer:ket-hon=co", '/choose{"answer": "ket-hon=co"}'),
        ("answer:ket-hon=?", '/choose{"answer": "ket-hon=?"}'),
        ("place:16681", '/give_place{"place": "16681"}'),
        ("survey:on_time=3", '/choose{"survey": "on_time=3"}'),
        ("option:3", '/fill_in{"option": "3"}'),
        ("field:ho_ten", '/fill_in{"field": "ho_ten"}'),
        ("form:back", '/fill_in{"form": "back"}'),
        ("start:1.001193", '/start_submission{"start": "1.001193"}'),
        ("consent:status=yes", '/consent{"consent": "status=yes"}'),
        ("dossier:0123abcd", '/ask_status{"dossier": "0123abcd"}'),
        ("follow:no", '/follow_dossier{"follow": "no"}'),
        ("file:abcdefghijklmnop", '/give_file{"file": "abcdefghijklmnop"}'),
        ("feedback:helpful", '/helpful{"feedback": "helpful"}'),
        ("feedback:unhelpful", '/unhelpful{"feedback": "unhelpful"}'),
        ("feedback:not_true", '/unhelpful{"feedback": "not_true"}'),
    ],
)
def test_a_button_speaks_rasas_language(payload: str, text: str) -> None:
    assert for_rasa(read(text="Tiêu đề", payload=payload)) == text


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "/restart",
        "procedure:1",
        'procedure:1.001193"}',
        "aspects:",
        "case:" + "a" * 41,
        'case:a"}',
        "intent:hand_off{}",
        "intent:hand_off\n",
        "other:thing",
        "intent:restart",
        "intent:back",
        "intent:session_start",
        "answer:ket-hon",
        "answer:ket-hon=có",
        'answer:a=b"}',
        "place:1668",
        "place:166811",
        "survey:on_time",
        "survey:on_time=100",
        "feedback:",
        "feedback:a-b",
    ],
)
def test_no_other_payload_passes(payload: str) -> None:
    with pytest.raises(BadRequest, match="payload"):
        read(text="a", payload=payload)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("/restart", "restart"),
        ("//restart", "restart"),
        ("/ /restart", "restart"),
        ("/\n/restart", "restart"),
        ("/\u00a0/\u3000/restart", "restart"),
        ("///", "?"),
        ("24/7", "24/7"),
        ("UBND xã/phường", "UBND xã/phường"),
    ],
)
def test_a_leading_slash_is_taken_away(text: str, sent: str) -> None:
    assert for_rasa(read(text=text)) == sent


SLASHES_AND_SPACES = st.text(st.sampled_from('/ \t\n\u00a0\u2003\u3000\u200b\u2044{"a'), min_size=1, max_size=30)


@given(st.one_of(st.text(st.characters(), min_size=1), SLASHES_AND_SPACES))
def test_nobody_speaks_to_rasa_by_typing(text: str) -> None:
    """Rasa strips a message before it looks for a slash."""
    try:
        message = read(text=text)
    except EmptyMessage:
        return
    assert not for_rasa(message).strip().startswith("/")
    assert for_rasa(message).strip()


INTENTS = (
    *("/choose", "/ask_follow_up", "/give_place", "/helpful", "/unhelpful"),
    *("/fill_in", "/start_submission", "/consent", "/ask_status", "/follow_dossier", "/give_file"),
)


@given(st.from_regex(PAYLOAD).filter(lambda payload: not payload.startswith("intent:") and payload[-1] != "\n"))
def test_what_a_button_says_is_one_intent_with_one_entity(payload: str) -> None:
    text = for_rasa(read(payload=payload))
    intent, brace, rest = text.partition("{")
    assert intent in INTENTS
    (value,) = json.loads(brace + rest).values()
    assert payload.endswith(f":{value}")


# --- a shared position


def test_a_position_needs_no_text() -> None:
    message = read(location={"lat": 18.67, "lon": 105.69, "accuracy": 20})
    assert message.text == ""
    assert for_rasa(message) == '/give_place{"lat": "18.67", "lon": "105.69"}'


def test_a_position_goes_before_what_else_is_sent() -> None:
    message = read(text="/restart", payload="aspects:fees", location={"lat": 18, "lon": 105})
    assert for_rasa(message).startswith("/give_place{")


@pytest.mark.parametrize(
    ("location", "field"),
    [
        ({"lat": 90.1, "lon": 105}, "location.lat"),
        ({"lat": 18, "lon": -180.5}, "location.lon"),
        ({"lat": float("nan"), "lon": 105}, "location.lat"),
        ({"lat": 18, "lon": float("inf")}, "location.lon"),
        ({"lat": 18}, "location.lon"),
        ({"lat": '18"}', "lon": 105}, "location.lat"),
        ({"lat": None, "lon": 105}, "location.lat"),
        ({"lat": 18, "lon": True}, "location.lon"),
        ({"lat": "18.67", "lon": 105}, "location.lat"),
        ([18, 105], "location"),
        ("18,105", "location"),
    ],
)
def test_what_is_no_position_on_earth_is_refused(location: object, field: str) -> None:
    with pytest.raises(BadRequest, match=rf"{field}\.$"):
        read(text="a", location=location)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_position_is_one_intent_with_two_entities(lat: float, lon: float) -> None:
    intent, brace, rest = for_rasa(read(location={"lat": lat, "lon": lon})).partition("{")
    assert intent == "/give_place"
    assert {name: float(value) for name, value in json.loads(brace + rest).items()} == {"lat": lat, "lon": lon}


# --- a contact for which the channel vouches


CONTACT = "+84912345678"


def test_a_contact_goes_beside_the_text() -> None:
    message = IncomingMessage(text="/restart", contact=CONTACT)
    assert for_rasa(message) == "/give_contact"
    assert beside_text(message) == {"contact": CONTACT}
    assert beside_text(IncomingMessage(text="a")) == {}


@pytest.mark.parametrize("contact", [CONTACT, "0912345678", 5, {"a": 1}, None])
def test_no_client_can_say_that_a_number_is_theirs(contact: object) -> None:
    message = read(text="a", contact=contact)
    assert message.contact is None
    assert for_rasa(message) == "a"


def test_a_contact_alone_is_no_message_of_a_client() -> None:
    with pytest.raises(EmptyMessage):
        read(contact=CONTACT)


@pytest.mark.parametrize("contact", ["", "0912345678", "84912345678", "+84 912 345 678", "+84912345678\n", "+0", "a"])
def test_a_channel_gives_the_whole_number(contact: str) -> None:
    with pytest.raises(ValidationError):
        IncomingMessage(contact=contact)


def test_a_contact_does_not_show_itself() -> None:
    assert CONTACT not in repr(IncomingMessage(contact=CONTACT))
