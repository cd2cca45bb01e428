"""Handing over to an officer: the number to call back, what the desk gets, what the citizen is told."""

from __future__ import annotations

from typing import Any

import pytest

from actions.conversation import FOR_PEOPLE
from actions.desk.desk import Desk
from actions.desk.entries import Kind, Reason
from actions.desk.errors import DeskUnavailable
from actions.handing_over import NO_CONTACT, AskContact, HandToOfficer, ReadContact, number_in
from knowledge.reply import Outcome
from tests.actions.conftest import CHILD, MARRIED, FakeLibrary, Office, child
from tests.actions.running import replied, responses, run
from tests.actions.trackers import changed, tracker
from tests.knowledge import tiny

FORM: dict[str, Any] = {"form": "hand_over_form"}
PHONE = "0912 345 678"


@pytest.fixture(autouse=True)
def records(library: FakeLibrary) -> None:
    library.records[CHILD] = child()


# --- the number


async def test_it_is_said_what_the_number_is_for() -> None:
    reply, events = await replied(AskContact(), tracker("gặp cán bộ", intent="hand_off"))
    assert "90 ngày" in reply.text
    assert [button.payload for button in reply.buttons] == ["intent:deny"]
    assert (reply.outcome, events) == (Outcome.HAND_OFF, [])
    assert reply.wants_contact


async def test_a_contact_for_which_the_channel_vouches_is_the_number() -> None:
    shared = tracker("/give_contact", intent="give_contact", **FORM)
    shared.latest_message["metadata"] = {"contact": "+84912345678"}
    messages, events = await run(ReadContact(), shared)
    assert (messages, changed(events)) == ([], {"contact": PHONE})


async def test_what_anything_else_says_of_a_contact_counts_for_nothing() -> None:
    typed = tracker("lệ phí bao nhiêu", intent="ask_follow_up", **FORM)
    typed.latest_message["metadata"] = {"contact": "+84912345678"}
    assert await run(ReadContact(), typed) == ([], [])


@pytest.mark.parametrize("text", ["0912345678", "số tui 0912 345 678 nha", "+84 912345678", "0912.345.678"])
async def test_a_number_is_read(text: str) -> None:
    messages, events = await run(ReadContact(), tracker(text, intent="nlu_fallback", **FORM))
    assert (messages, changed(events)) == ([], {"contact": PHONE})


@pytest.mark.parametrize("intent", ["deny", "dont_know"])
async def test_nobody_has_to_leave_one(intent: str) -> None:
    _, events = await run(ReadContact(), tracker("/deny", intent=intent, **FORM))
    assert changed(events) == {"contact": NO_CONTACT}


async def test_a_number_that_is_none_is_asked_for_again() -> None:
    messages, events = await run(ReadContact(), tracker("091234", intent="give_phone", **FORM))
    assert "10 chữ số" in messages[0]["text"]
    assert changed(events) == {"contact": None}
    assert events, "without an event the form would step back"


async def test_another_question_is_left_to_the_rules() -> None:
    assert await run(ReadContact(), tracker("lệ phí bao nhiêu", intent="ask_follow_up", **FORM)) == ([], [])


async def test_as_the_form_begins_nothing_is_read() -> None:
    assert await run(ReadContact(), tracker("gặp cán bộ", intent="deny")) == ([], [])


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("038 1234567 nhé", "0381 234 567"),
        ("12345", None),
        ("", None),
        ("CCCD 040090012345", None),
        ("3.000.000", None),
        ("+84912345678", "0912 345 678"),
        ("+856 20 55 555 555", "+856 20 55 555 555"),
    ],
)
def test_number_in(text: str, number: str | None) -> None:
    assert number_in(text) == number


# --- handing over


async def hand_over(**slots: Any) -> str:
    """What the citizen is told; what is changed is the same each time."""
    reply, events = await replied(HandToOfficer(), tracker("không", intent="deny", **slots))
    assert reply.outcome is Outcome.HAND_OFF
    assert changed(events) == {"contact": None, "failures": 0}
    return reply.text


async def test_the_desk_gets_what_was_said_and_the_citizen_its_number(desk: Desk) -> None:
    text = await hand_over(contact=PHONE, procedure=tiny.BIRTH, story=["một", "hai"])
    (handed,) = desk.waiting()
    assert handed.number in text
    assert f"Số để gọi lại: {PHONE}." in text
    assert (handed.contact, handed.procedure, handed.summary) == (PHONE, tiny.BIRTH, ("một", "hai"))
    assert (handed.reason, handed.missing) == (Reason.ASKED, "")


@pytest.mark.parametrize("contact", [NO_CONTACT, None])
async def test_without_a_number_nobody_is_told_to_wait_for_a_call(desk: Desk, contact: str | None) -> None:
    text = await hand_over(contact=contact)
    assert "không gọi lại được" in text
    assert [handed.contact for handed in desk.waiting()] == [""]


@pytest.mark.parametrize(("open_now", "kind"), [(True, Kind.NOW), (False, Kind.CALL_BACK)])
async def test_only_in_office_hours_somebody_is_there(desk: Desk, office: Office, open_now: bool, kind: Kind) -> None:
    office.open = open_now
    text = await hand_over(contact=PHONE)
    assert ("Đang trong giờ làm việc" in text) is open_now
    assert ("ngoài giờ làm việc" in text) is not open_now
    assert desk.waiting()[0].kind is kind
    assert "không hẹn thay giờ gọi lại" in text


@pytest.mark.parametrize(
    ("slots", "reason"),
    [
        ({}, Reason.ASKED),
        ({"last_outcome": "answer"}, Reason.ASKED),
        ({"failures": 1, "last_outcome": "out_of_scope"}, Reason.ASKED),
        ({"failures": 2, "last_outcome": "not_in_catalogue"}, Reason.FAILED_TWICE),
        ({"procedure": FOR_PEOPLE[0], "last_outcome": "answer"}, Reason.TOPIC),
    ],
)
async def test_the_reason(desk: Desk, slots: dict[str, Any], reason: Reason) -> None:
    await hand_over(**slots)
    assert desk.waiting()[0].reason is reason


@pytest.mark.parametrize(
    ("slots", "missing"),
    [
        ({}, "Chưa rõ thủ tục."),
        ({"procedure": CHILD}, ""),
        ({"procedure": CHILD, "asking": "ket-hon"}, MARRIED["ask"]),
        ({"procedure": CHILD, "asking": "never-heard-of"}, ""),
    ],
)
async def test_what_the_officer_has_to_ask_first(desk: Desk, slots: dict[str, Any], missing: str) -> None:
    await hand_over(**slots)
    assert desk.waiting()[0].missing == missing


async def test_twice_is_one_hand_over(desk: Desk) -> None:
    first, second = await hand_over(), await hand_over(contact=PHONE)
    (handed,) = desk.waiting()
    assert handed.number in first
    assert handed.number in second
    assert handed.contact == PHONE


async def test_if_the_desk_is_away_nothing_is_promised(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise DeskUnavailable("It is away.")

    monkeypatch.setattr(desk, "hand_over", away)
    names, events = await responses(HandToOfficer(), tracker("không", contact=PHONE))
    assert (names, changed(events)) == (["utter_hand_off"], {"contact": None})


async def test_in_english() -> None:
    asked, _ = await replied(AskContact(), tracker("officer please", language="en"))
    assert "Tôi" not in asked.text
    assert "Đã ghi" not in await hand_over(language="en", contact=PHONE)
