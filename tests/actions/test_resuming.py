"""The beginning of a session: a form that waits for its answer goes on, whoever was restarted meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from actions import assistant
from actions.resuming import StartSession
from actions.submissions.submission import Content
from actions.submissions.tables import State
from actions.submitting import FORM
from tests.actions.eforms import ANSWERS, BIRTH, STAY
from tests.actions.rooms import Rooms
from tests.actions.running import run
from tests.actions.talking import Talk
from tests.actions.trackers import tracker

HALF = {name: ANSWERS[name] for name in ("commune", "applicant_name")}


@pytest.fixture
def begun(rooms: Rooms) -> None:
    """Two questions are answered."""
    assistant.consents().give("a", "submission")
    assistant.submissions().begin("a", BIRTH, Content(answers=HALF), "before")


async def test_a_session_begins_as_rasa_wants_it(rooms: Rooms) -> None:
    messages, events = await run(StartSession(), tracker())
    assert messages == []
    assert [(event["event"], event.get("name")) for event in events] == [
        ("session_started", None),
        ("action", "action_listen"),
    ]


@pytest.mark.parametrize("later", [timedelta(minutes=20), timedelta(days=20)])
async def test_the_next_message_answers_the_question_asked_before(
    talk: Talk, rooms: Rooms, begun: None, later: timedelta
) -> None:
    rooms.clock.set_on(later)
    await talk.begin_session()
    assert (talk.form, talk.slots["requested_slot"], talk.slots["procedure"]) == (FORM, "submission", BIRTH)
    assert "Số điện thoại?" in await talk.say("040 198 012345")
    assert rooms.submission().content.answers == {**HALF, "applicant_identity_number": "040198012345"}


async def test_a_question_is_answered_first(talk: Talk, begun: None) -> None:
    await talk.begin_session()
    said = await talk.say("làm khai sinh hết bao nhiêu tiền?", "ask_procedure", aspects="fees")
    assert "action_answer" in talk.ran
    assert said.endswith("Số căn cước?")


async def test_one_that_is_being_sent_goes_on_too(talk: Talk, rooms: Rooms) -> None:
    """The process was killed between asking the province and writing down its answer."""
    assistant.submissions().begin("a", BIRTH, Content(answers=ANSWERS), "before")
    rooms.away()
    rooms.province.lost = True
    await talk.begin_session()
    await talk.tap("form:send")
    assert rooms.submission().state is State.SENDING
    rooms.back()
    await talk.begin_session()
    await talk.tap("form:send")
    assert len(rooms.drafts()) == 1
    assert rooms.submission().state is State.DRAFTED


@pytest.mark.parametrize("state", [State.LATER, State.CANCELLED, State.DRAFTED, State.PRINTED])
async def test_one_that_is_put_aside_or_done_does_not(talk: Talk, rooms: Rooms, begun: None, state: State) -> None:
    number = rooms.submission().id
    assistant.submissions().change("a", number, "m", lambda one: one.model_copy(update={"state": state}))
    await talk.begin_session()
    assert talk.form is None


async def test_nobody_goes_on_with_the_form_of_another(rooms: Rooms, begun: None) -> None:
    other = Talk("b")
    await other.begin_session()
    assert other.form is None


async def test_the_one_changed_last_goes_on(talk: Talk, rooms: Rooms, begun: None) -> None:
    rooms.clock.set_on(timedelta(minutes=1))
    assistant.submissions().begin("a", STAY, Content(), "later")
    await talk.begin_session()
    assert talk.slots["procedure"] == STAY


async def test_a_form_that_is_no_more_does_not(talk: Talk, rooms: Rooms) -> None:
    assistant.submissions().begin("a", "9.999999", Content(), "before")
    await talk.begin_session()
    assert talk.form is None


async def test_without_a_database_a_session_begins_all_the_same(talk: Talk, rooms: Rooms, begun: None) -> None:
    with rooms.outage():
        await talk.begin_session()
    assert talk.form is None
    assert await talk.say("chào em", "greet") == "utter_greet"
