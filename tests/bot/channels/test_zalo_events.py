from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.channel import Incoming, Kind
from bot.channels.zalo_echoes import EchoKeys
from bot.channels.zalo_events import Events
from bot.channels.zalo_taps import Taps
from bot.errors import BadRequest, NotFromChannel
from knowledge.reply import Button

APP, SECRET = "4190000000000000001", "made-up-key"
PERSON, OA = "9007199254740993", "3570000000000000001"  # 2^53 + 1: as a float it is another number
AT = "1763900000123"
TAPS, KEYS = Taps("made-up"), EchoKeys("made-up")


def events(secret: str = SECRET) -> Events:
    return Events(APP, secret, TAPS, KEYS)


def event(name: str, **fields: Any) -> dict[str, Any]:
    return {
        "app_id": APP,
        "user_id_by_app": "1",
        "event_name": name,
        "sender": {"id": PERSON},
        "recipient": {"id": OA},
        "timestamp": AT,
    } | fields


def signed(body: bytes, at: str = AT, secret: str = SECRET) -> dict[str, str]:
    mac = hashlib.sha256(APP.encode() + body + at.encode() + secret.encode()).hexdigest()
    return {"x-zevent-signature": f"mac={mac}"}


def read(content: Any) -> list[Incoming]:
    body = json.dumps(content, ensure_ascii=False).encode()
    return list(events().read(signed(body), body))


def read_one(content: Any) -> Incoming:
    [found] = read(content)
    return found


def text(words: str, number: str = "1") -> dict[str, Any]:
    return event("user_send_text", message={"msg_id": number, "text": words})


def attached(kind: str, payload: dict[str, Any], words: str = "") -> dict[str, Any]:
    message = {"msg_id": "7", "text": words, "attachments": [{"type": kind, "payload": payload}]}
    return event(f"user_send_{kind}", message=message)


# ---- who calls


def test_the_unsigned_try_of_a_new_address_is_answered_and_holds_nothing() -> None:
    assert events().read({}, b"{}") == ()
    assert events().read({}, b" {\n} ") == ()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-zevent-signature": ""},
        {"x-zevent-signature": "mac="},
        {"x-zevent-signature": "mac=ê"},
        {"x-zevent-signature": f"mac={'0' * 64}"},
    ],
)
def test_what_is_not_signed_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(NotFromChannel):
        events().read(headers, json.dumps(text("xin chào")).encode())


def test_a_signature_of_another_secret_is_refused() -> None:
    body = json.dumps(text("xin chào")).encode()
    with pytest.raises(NotFromChannel):
        events().read(signed(body, secret="another"), body)


def test_a_changed_body_is_refused() -> None:
    body = json.dumps(text("xin chào")).encode()
    with pytest.raises(NotFromChannel):
        events().read(signed(body), body.replace(b"user_send_text", b"user_send_file"))


def test_without_a_secret_of_ours_nothing_is_believed() -> None:
    body = json.dumps(text("xin chào")).encode()
    with pytest.raises(NotFromChannel):
        events("").read(signed(body, secret=""), body)


def test_the_signature_covers_the_bytes_as_they_came() -> None:
    body = b'{ "event_name":"user_send_text",  "sender":{"id":"5"},"message":{"text":"\\u0111i","msg_id":"1"},'
    body += f'"timestamp":"{AT}"}}'.encode()
    [found] = events().read(signed(body), body)
    assert found.text == "đi"


def test_the_time_of_the_header_counts_as_well() -> None:
    body = json.dumps(text("xin chào")).encode()
    headers = signed(body, at="1763900000999")
    with pytest.raises(NotFromChannel):
        events().read(headers, body)
    [found] = events().read(headers | {"x-zevent-timestamp": "1763900000999"}, body)
    assert found.sent == datetime(2025, 11, 23, 12, 13, 20, 123000, tzinfo=UTC)


def test_an_old_call_is_taken_since_it_may_be_a_late_attempt() -> None:
    body = json.dumps(text("xin chào") | {"timestamp": "1600000000000"}).encode()
    assert len(events().read(signed(body, at="1600000000000"), body)) == 1


@pytest.mark.parametrize("body", [b"[]", b"no json", b'{"a":NaN}', b"[" * 100_000, b"\xff"])
def test_signed_nonsense_is_a_bad_request(body: bytes) -> None:
    with pytest.raises(BadRequest):
        events().read(signed(body) | {"x-zevent-timestamp": AT}, body)


def test_events_of_zns_are_not_ours() -> None:
    assert events().read({"x-zevent-server": "ZNS"}, b'{"event_name":"user_received_message"}') == ()


# ---- what it is


def test_a_text() -> None:
    found = read_one(text("làm khai sinh", "8007199254740995"))
    assert (found.text, found.chat, found.person, found.id) == ("làm khai sinh", PERSON, PERSON, "8007199254740995")
    assert found.kind is Kind.MESSAGE and found.payload is None and not found.group


def test_numbers_that_came_as_numbers_keep_all_their_digits() -> None:
    body = json.dumps(text("x")).replace(f'"{PERSON}"', PERSON).replace('"1"', "9007199254740995").encode()
    [found] = events().read(signed(body), body)
    assert (found.person, found.id) == (PERSON, "9007199254740995")


def test_the_same_message_again_has_the_same_id() -> None:
    assert read_one(text("a", "3")).id == read_one(text("a", "3")).id


def test_what_has_no_number_is_named_by_what_who_and_when() -> None:
    follower = {"follower": {"id": PERSON}, "sender": {}, "oa_id": OA}
    first, other = read_one(event("follow", **follower)), read_one(event("unfollow", **follower))
    assert first.id == f"follow:{PERSON}:{AT}"
    assert other.id != first.id


def test_following_and_leaving() -> None:
    follower = {"follower": {"id": PERSON}, "oa_id": OA}
    for name, kind in (("follow", Kind.JOINED), ("unfollow", Kind.LEFT)):
        content = event(name, **follower)
        del content["sender"], content["recipient"]
        found = read_one(content)
        assert (found.kind, found.person) == (kind, PERSON)


def test_a_picture_with_words() -> None:
    found = read_one(attached("image", {"url": "https://f1.zdn.vn/a.jpg", "thumbnail": "https://t"}, "giấy của tôi"))
    assert found.text == "giấy của tôi"
    assert [file.reference for file in found.files] == ["https://f1.zdn.vn/a.jpg"]


def test_a_file() -> None:
    payload = {"url": "https://f1.zdn.vn/b", "name": "tờ khai.pdf", "size": "1234", "type": "pdf", "checksum": "0"}
    [file] = read_one(attached("file", payload)).files
    assert (file.name, file.media_type, file.size) == ("tờ khai.pdf", "application/pdf", 1234)


@pytest.mark.parametrize("payload", [{}, {"url": []}, {"url": ""}])
def test_a_file_that_lies_nowhere_cannot_be_read(payload: dict[str, Any]) -> None:
    found = read_one(attached("file", payload))
    assert found.unreadable and found.files == ()


def test_a_place_is_told_in_strings() -> None:
    found = read_one(attached("location", {"coordinates": {"latitude": "18.6796", "longitude": "105.6813"}}, "Vinh"))
    assert found.location
    assert (found.location.lat, found.location.lon) == (18.6796, 105.6813)


@pytest.mark.parametrize("place", [{}, {"latitude": "95", "longitude": "105"}, {"latitude": "x", "longitude": "1"}])
def test_a_place_that_is_none_cannot_be_read(place: dict[str, str]) -> None:
    found = read_one(attached("location", {"coordinates": place}))
    assert found.unreadable and found.location is None


@pytest.mark.parametrize("kind", ["link", "audio", "video", "sticker", "gif", "business_card"])
def test_what_we_cannot_read(kind: str) -> None:
    assert read_one(attached(kind, {"url": "https://x"})).unreadable


@pytest.mark.parametrize(
    "info",
    [
        {"name": "Thử", "phone": "84912345678", "full_address": {"user_city": "Nghệ An"}, "gender": "1"},
        {"name": "Thử", "phone": "84912345678", "address": "1", "city": "Vinh", "district": "", "ward": ""},
        {"name": "Thử", "phone": "0912345678"},
        {"name": "Thử", "phone": "+84 912 345 678"},
    ],
)
def test_a_submitted_telephone_number_and_nothing_else_of_the_person(info: dict[str, Any]) -> None:
    found = read_one(event("user_submit_info", info=info))
    assert found.contact == "+84912345678"
    assert "Thử" not in found.model_dump_json()


@pytest.mark.parametrize("phone", ["", "84", "849123456789", "123", None])
def test_a_number_that_is_none_is_no_contact(phone: str | None) -> None:
    found = read_one(event("user_submit_info", info={"phone": phone}))
    assert found.contact is None and found.unreadable


@pytest.mark.parametrize(
    "content",
    [
        event("user_seen_message", message={"msg_ids": ["1", "2"]}),
        event("user_received_message", message={"msg_id": "1"}),
        event("user_reacted_message", message={"msg_id": "1"}),
        {"event_name": "user_click_chatnow", "user_id": PERSON, "oa_id": OA, "timestamp": AT},
        event("anonymous_send_text", message={"msg_id": "1", "text": "x"}),
        event("user_send_group_text", message={"msg_id": "1", "text": "x"}),
        event("add_user_to_tag"),
        {"timestamp": AT},
    ],
    ids=lambda content: content.get("event_name", "nothing"),
)
def test_what_needs_no_answer_is_nothing(content: dict[str, Any]) -> None:
    assert read(content) == []


# ---- buttons


def test_a_tapped_button_is_its_payload_and_its_title() -> None:
    button = Button(title="Đăng ký khai sinh", payload="procedure:1.001193")
    found = read_one(text(TAPS.wrapped(button, PERSON)))
    assert (found.payload, found.text) == ("procedure:1.001193", "Đăng ký khai sinh")


@pytest.mark.parametrize("typed", ["procedure:1.001193", "#procedure:1.001193", "#1 procedure:1.001193 x", "#"])
def test_nobody_taps_by_typing(typed: str) -> None:
    found = read_one(text(typed))
    assert (found.payload, found.text) == (None, typed)


def test_a_button_of_somebody_else_is_only_its_words() -> None:
    button = Button(title="Đồng ý", payload="consent:answers=yes")
    found = read_one(text(TAPS.wrapped(button, "another")))
    assert (found.payload, found.text) == (None, "Đồng ý")


# ---- our own messages


def test_our_own_message_is_told_as_sent_and_without_its_text() -> None:
    echo = event("oa_send_text", sender={"id": OA}, recipient={"id": PERSON}, message={"msg_id": "5", "text": "Dạ"})
    found = read_one(echo)
    assert (found.kind, found.chat, found.text) == (Kind.SENT, PERSON, "")
    assert found.details == {"id": "5", "key": KEYS.text(PERSON, "Dạ")}
    assert found.id != read_one(text("Dạ", "5")).id


@pytest.mark.parametrize("kind", ["image", "file"])
def test_our_own_pictures_and_files(kind: str) -> None:
    echo = event(f"oa_send_{kind}", sender={"id": OA}, recipient={"id": PERSON}, message={"msg_id": "6"})
    assert read_one(echo).details["key"] == KEYS.media(PERSON, kind)


# ---- anything

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["user_send_text", "user_send_image", "user_send_file", "user_send_location", "user_submit_info", "follow",
     "oa_send_text", "unfollow", "user_send_link"]
)  # fmt: skip
PARTS = st.fixed_dictionaries(
    {"event_name": NAMES},
    optional={"sender": JSON, "recipient": JSON, "follower": JSON, "message": JSON, "info": JSON, "timestamp": JSON}
    | {"message": st.fixed_dictionaries({}, optional={"msg_id": JSON, "text": JSON, "attachments": JSON})},
)


@given(content=PARTS)
def test_whatever_is_signed_is_read_or_left(content: dict[str, Any]) -> None:
    body = json.dumps(content).encode()
    headers = signed(body) | {"x-zevent-timestamp": AT}
    for found in events().read(headers, body):
        assert found.person and found.id
