"""Yes and no: to what was asked with the last reply, and to nothing else."""

from __future__ import annotations

import pytest

from actions import assistant
from actions.dossiers.dossier import Status
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


async def test_who_no_longer_wants_to_be_remembered_is_forgotten_at_once(talk: Talk, rooms: Rooms) -> None:
    """In a form that was begun meanwhile too: only what was answered there stays."""
    await hand_in(talk)
    await talk.tap("consent:remember=yes")
    await talk.tap(f"start:{BIRTH}")
    begun = assistant.submissions().all_of("a")[0]
    assert begun.content.known["applicant_name"] == ANSWERS["applicant_name"]
    await talk.tap("consent:remember=no")
    assert assistant.submissions().remembered("a") == ({}, None)
    left = assistant.submissions().find("a", begun.id)
    assert left.content.known == {}
    assert left.content.answers == begun.content.answers
    assert left.changed == begun.changed


async def test_what_is_remembered_fills_in_nothing_without_consent(talk: Talk, rooms: Rooms) -> None:
    assistant.submissions().remember("a", {"name": ANSWERS["applicant_name"]}, ANSWERS["commune"])
    assistant.consents().give("a", "submission")
    await talk.tap(f"start:{BIRTH}")
    assert assistant.submissions().all_of("a")[0].content.known == {}


# --- a consent that is asked above the question of a running form


async def ask_in_form(talk: Talk, rooms: Rooms) -> None:
    """A dossier was told, a form is being filled in, and whether to send notices is asked."""
    dossier = rooms.example(status=Status.IN_PROGRESS)
    assert dossier.proofs.secret is not None
    assistant.consents().give("a", "status")
    assistant.consents().give("a", "submission")
    await talk.say(f"{dossier.code} mã tra cứu {dossier.proofs.secret.get_secret_value()}", "ask_status")
    assistant.submissions().begin("a", BIRTH, Content(answers=ANSWERS), "before")
    talk.form, talk.slots["requested_slot"] = "submission_form", "submission"
    await talk.tap("follow:yes")
    assert "consent:notices=yes" in [button.payload for reply in talk.replies for button in reply.buttons]
    assert "form:send" in talk.buttons


@pytest.mark.parametrize(("yes", "intent"), [("Đồng ý nhận tin", "consent"), ("đồng ý", "affirm")])
async def test_a_yes_in_words_is_to_the_consent_and_sends_no_form(
    talk: Talk, rooms: Rooms, yes: str, intent: str
) -> None:
    await ask_in_form(talk, rooms)
    await talk.say(yes, intent)
    assert assistant.consents().given("a", "notices")
    assert rooms.drafts() == []
    assert talk.form == "submission_form"
    await talk.say("gửi")
    assert len(rooms.drafts()) == 1


async def test_a_no_in_words_is_to_the_consent(talk: Talk, rooms: Rooms) -> None:
    await ask_in_form(talk, rooms)
    await talk.say("Không nhận", "deny")
    assert not assistant.consents().given("a", "notices")
    assert ("notices", "no") in [(one.purpose, one.said) for one in assistant.consents().history("a")]
    assert rooms.drafts() == []


async def test_to_send_the_form_is_no_consent(talk: Talk, rooms: Rooms) -> None:
    await ask_in_form(talk, rooms)
    await talk.say("gửi", "give_file")
    assert len(rooms.drafts()) == 1
    assert not assistant.consents().given("a", "notices")


async def test_while_a_form_asks_for_consent_itself_only_the_words_of_the_button_are_to_the_other(
    talk: Talk, rooms: Rooms
) -> None:
    dossier = rooms.example(status=Status.IN_PROGRESS)
    assert dossier.proofs.secret is not None
    assistant.consents().give("a", "status")
    await talk.say(f"{dossier.code} mã tra cứu {dossier.proofs.secret.get_secret_value()}", "ask_status")
    await talk.tap(f"start:{BIRTH}")
    await talk.tap("follow:yes")
    await talk.say("Đồng ý nhận tin", "consent")
    assert assistant.consents().given("a", "notices")
    assert not assistant.consents().given("a", "submission")
    await talk.say("đồng ý", "affirm")
    assert assistant.consents().given("a", "submission")
