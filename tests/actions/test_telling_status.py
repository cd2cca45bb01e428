"""The dossier that was told last, and the questions about it; whole conversations are in test_asking_status.py."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions import assistant
from actions.dossiers.access import Asker
from actions.dossiers.dossier import Dossier, Status
from actions.dossiers.errors import NotOpened
from actions.telling_status import RETURN, asker_of, tell, tell_about
from knowledge.reply import Reply
from tests.actions.rooms import Rooms
from tests.actions.trackers import changed, tracker


@pytest.fixture
def dossier(rooms: Rooms) -> Dossier:
    return rooms.example(status=Status.IN_PROGRESS)


async def ref_of(dossier: Dossier) -> str:
    """It is theirs, as the maker of a draft's."""
    await assistant.doorkeeper().own(dossier.code, Asker("a"))
    (known,) = await assistant.doorkeeper().opened_before(Asker("a"))
    return known.ref


def test_who_asks_is_the_conversation_and_its_address() -> None:
    asked = tracker("hồ sơ")
    asked.latest_message["metadata"] = {"address": "hashed"}
    assert asker_of(asked) == Asker("a", "hashed")
    assert asker_of(tracker("hồ sơ")) == Asker("a")


async def test_what_was_told_is_remembered_by_its_reference(dossier: Dossier) -> None:
    ref, dispatcher = await ref_of(dossier), CollectingDispatcher()
    events = await tell(dispatcher, tracker("hồ sơ của tôi", intent="ask_status"), ref)
    assert changed(events) == {"dossier": ref, "told": ref}
    assert len(dispatcher.messages) == 1


async def test_nobody_is_told_what_is_not_theirs(dossier: Dossier) -> None:
    with pytest.raises(NotOpened):
        await tell(CollectingDispatcher(), tracker("hồ sơ"), "0" * 32)
    asked = tracker("khi mô xong", intent="ask_follow_up", told="0" * 32)
    assert await tell_about(CollectingDispatcher(), asked) is None


@pytest.mark.parametrize("text", ["cảm ơn", "", "làm khai sinh khi nào xong"])
async def test_what_is_no_question_about_it_is_left_to_others(dossier: Dossier, text: str) -> None:
    asked = tracker(text, told=await ref_of(dossier))
    dispatcher = CollectingDispatcher()
    assert await tell_about(dispatcher, asked) is None
    assert dispatcher.messages == []


async def test_an_answer_is_short_and_the_whole_one_tap_away(dossier: Dossier) -> None:
    ref, dispatcher = await ref_of(dossier), CollectingDispatcher()
    events = await tell_about(dispatcher, tracker("ai đang giữ", intent="ask_status", told=ref))
    assert events is not None
    assert changed(events) == {"dossier": ref}
    reply = Reply.model_validate(dispatcher.messages[0]["custom"])
    assert [button.payload for button in reply.buttons] == [f"dossier:{ref}"]
    assert not reply.attached


async def test_while_the_province_is_away_one_can_wait_for_it(rooms: Rooms, dossier: Dossier) -> None:
    ref = await ref_of(dossier)
    rooms.clock.set_on(timedelta(hours=1))
    rooms.away()
    events = await tell_about(CollectingDispatcher(), tracker("khi mô xong", told=ref))
    assert events is not None
    assert changed(events) == {"dossier": RETURN}


async def test_our_own_trouble_is_a_sentence(rooms: Rooms, dossier: Dossier) -> None:
    ref, dispatcher = await ref_of(dossier), CollectingDispatcher()
    with rooms.outage():
        assert await tell_about(dispatcher, tracker("khi mô xong", told=ref)) == []
    assert "trục trặc" in Reply.model_validate(dispatcher.messages[0]["custom"]).text
