"""Yes and no: to what was asked with the last reply, and to nothing else."""

from __future__ import annotations

import pytest

from actions import assistant
from actions.submissions.submission import Content
from tests.actions.eforms import ANSWERS, BIRTH
from tests.actions.rooms import Rooms
from tests.actions.talking import Talk


async def hand_in(talk: Talk) -> None:
    """A draft was made, and whether to remember is asked."""
    assistant.consents().give("a", "submission")
    assistant.submissions().begin("a", BIRTH, Content(answers=ANSWERS), "before")
    await talk.begin_session()
    await talk.tap("form:send")
    assert "consent:remember=yes" in talk.buttons


@pytest.mark.parametrize("yes", ["có", None])
async def test_who_agrees_is_remembered(talk: Talk, rooms: Rooms, yes: str | None) -> None:
    await hand_in(talk)
    said = await (talk.say(yes, "affirm") if yes else talk.tap("consent:remember=yes"))
    assert "rút lại đồng ý" in said
    assert assistant.consents().given("a", "remember")
    person, commune = assistant.submissions().remembered("a")
    assert (person["name"], commune) == (ANSWERS["applicant_name"], ANSWERS["commune"])
    assert talk.slots["consenting"] is None


@pytest.mark.parametrize("no", ["không cần", None])
async def test_who_does_not_is_not(talk: Talk, rooms: Rooms, no: str | None) -> None:
    await hand_in(talk)
    await (talk.say(no, "deny") if no else talk.tap("consent:remember=no"))
    assert assistant.submissions().remembered("a") == ({}, None)
    assert ("remember", "no") in [(one.purpose, one.said) for one in assistant.consents().history("a")]
    assert talk.slots["consenting"] is None


async def test_consent_in_words_that_rasa_knows_as_such(talk: Talk, rooms: Rooms) -> None:
    await hand_in(talk)
    await talk.say("tôi đồng ý cho nhớ", "consent")
    assert assistant.consents().given("a", "remember")


@pytest.mark.parametrize(("intent", "said"), [("affirm", "utter_affirm"), ("deny", "utter_deny")])
async def test_to_nothing_in_particular(talk: Talk, rooms: Rooms, intent: str, said: str) -> None:
    assert await talk.say("ừ", intent) == said
    assert assistant.consents().history("a") == []


async def test_consent_in_words_to_nothing_in_particular(talk: Talk, rooms: Rooms) -> None:
    assert await talk.say("tôi đồng ý", "consent") == "utter_affirm"
    assert assistant.consents().history("a") == []


async def test_a_consent_that_there_is_not(talk: Talk, rooms: Rooms) -> None:
    assert await talk.tap("consent:everything=yes") == "utter_affirm"
    assert await talk.tap("consent:everything=no") == "utter_deny"
    assert assistant.consents().history("a") == []


@pytest.mark.parametrize(
    ("between", "intent"),
    [("chào em", "greet"), ("xem dữ liệu của tôi", "show_my_data"), ("làm khai sinh hết bao nhiêu", "ask_procedure")],
)
async def test_a_later_yes_means_something_else(talk: Talk, rooms: Rooms, between: str, intent: str) -> None:
    """Only the last thing asked is answered by a word."""
    await hand_in(talk)
    await talk.say(between, intent)
    assert await talk.say("ừ", "affirm") == "utter_affirm"
    assert not assistant.consents().given("a", "remember")


async def test_a_later_tap_means_what_stands_on_it(talk: Talk, rooms: Rooms) -> None:
    await hand_in(talk)
    await talk.say("chào em", "greet")
    await talk.tap("consent:remember=yes")
    assert assistant.consents().given("a", "remember")


async def test_the_text_that_was_agreed_to_is_on_record(talk: Talk, rooms: Rooms) -> None:
    await hand_in(talk)
    await talk.tap("consent:remember=yes")
    entry = assistant.consents().history("a")[-1]
    wanted = assistant.consents().wanted("remember")
    assert (entry.purpose, entry.version, entry.said, entry.at) == ("remember", wanted.version, "yes", rooms.clock())


@pytest.mark.parametrize("message", ["consent:remember=yes", "consent:remember=no", "yes", "no"])
async def test_whenever_the_database_goes_away_there_is_a_sentence(talk: Talk, rooms: Rooms, message: str) -> None:
    for after in range(10):
        await hand_in(talk)
        with rooms.outage(after) as outage:
            said = await (
                talk.tap(message) if ":" in message else talk.say(message, "affirm" if message == "yes" else "deny")
            )
        assert said
        if not outage.happened:
            return
        assert "chưa ghi được" in said
        assistant.consents().withdraw("a", "remember")
    pytest.fail("it never came through")
