"""Tell me when it moves: with consent, for one's own dossiers only, ended by one word."""

from __future__ import annotations

from datetime import timedelta

import pytest

from actions import assistant
from actions.dossiers.dossier import Dossier, Status
from actions.submissions.submission import Content
from tests.actions.eforms import ANSWERS, BIRTH
from tests.actions.rooms import Rooms
from tests.actions.talking import Talk

MOST_WORK = 30  # pieces of work with the database in one turn


@pytest.fixture
def dossier(rooms: Rooms) -> Dossier:
    return rooms.example(status=Status.IN_PROGRESS)


async def open_it(talk: Talk, dossier: Dossier) -> None:
    """The dossier is shown to who has proved it theirs."""
    assert dossier.proofs.secret is not None
    assistant.consents().give(talk.sender, "status")
    said = await talk.say(f"{dossier.code} mã tra cứu {dossier.proofs.secret.get_secret_value()}", "ask_status")
    assert "Trạng thái" in said


async def hand_in(talk: Talk) -> str:
    """A draft is made; its code."""
    assistant.consents().give(talk.sender, "submission")
    assistant.consents().give(talk.sender, "remember")
    assistant.submissions().begin(talk.sender, BIRTH, Content(answers=ANSWERS), "before")
    await talk.begin_session()
    await talk.tap("form:send")
    draft = assistant.submissions().all_of(talk.sender)[0].content.draft
    assert draft is not None
    return draft.code


def followed(sender: str = "a") -> list[str]:
    return [one.code for one in assistant.following().of(sender)]


# --- consent


async def test_consent_comes_first(talk: Talk, dossier: Dossier) -> None:
    await open_it(talk, dossier)
    said = await talk.choose("Báo tôi khi có thay đổi")
    assert "Anh/chị đồng ý nhận tin" in said
    assert talk.buttons == ["consent:notices=yes", "consent:notices=no"]
    assert followed() == []


async def test_followed_after_a_tap(talk: Talk, dossier: Dossier) -> None:
    await open_it(talk, dossier)
    await talk.tap("follow:yes")
    said = await talk.tap("consent:notices=yes")
    assert "Đã bật" in said
    assert "“dừng”" in said
    assert followed() == [f"…{dossier.code[-4:]}"]
    assert assistant.consents().given("a", "notices")


async def test_followed_after_a_yes_in_words(talk: Talk, dossier: Dossier) -> None:
    await open_it(talk, dossier)
    await talk.say("có tin thì nhắn tui với", "follow_dossier")
    assert "Đã bật" in await talk.say("đồng ý", "affirm")
    assert followed() == [f"…{dossier.code[-4:]}"]


@pytest.mark.parametrize("no", ["thôi", None])
async def test_who_says_no_is_not_told_anything(talk: Talk, dossier: Dossier, no: str | None) -> None:
    await open_it(talk, dossier)
    await talk.tap("follow:yes")
    await (talk.say(no, "deny") if no else talk.tap("consent:notices=no"))
    assert "không làm" in talk.text
    assert followed() == []
    assert not assistant.consents().given("a", "notices")


async def test_who_agreed_once_is_not_asked_again(talk: Talk, dossier: Dossier) -> None:
    assistant.consents().give("a", "notices")
    await open_it(talk, dossier)
    assert "Đã bật" in await talk.tap("follow:yes")


# --- what is followed


async def test_the_same_twice_is_once(talk: Talk, dossier: Dossier) -> None:
    assistant.consents().give("a", "notices")
    await open_it(talk, dossier)
    await talk.tap("follow:yes")
    assert "theo dõi giúp anh/chị rồi" in await talk.tap("follow:yes")
    assert len(followed()) == 1


async def test_one_that_has_ended_has_nothing_more_to_tell(talk: Talk, rooms: Rooms) -> None:
    assistant.consents().give("a", "notices")
    await open_it(talk, rooms.example(status=Status.RETURNED))
    assert "đã kết thúc" in await talk.tap("follow:yes")
    assert followed() == []


async def test_the_one_shown_last_is_meant(talk: Talk, rooms: Rooms) -> None:
    assistant.consents().give("a", "notices")
    first, second = rooms.examples[:2]
    await open_it(talk, first)
    await open_it(talk, second)
    await talk.tap("follow:yes")
    assert followed() == [f"…{second.code[-4:]}"]


async def test_one_s_own_draft(talk: Talk, rooms: Rooms) -> None:
    """That this conversation has made it is the proof."""
    assistant.consents().give("a", "notices")
    code = await hand_in(talk)
    assert "Đã bật" in await talk.choose("Báo tôi khi hồ sơ có tin")
    assert followed() == [f"…{code[-4:]}"]


async def test_the_draft_made_last_is_meant_rather_than_the_dossier_before_it(
    talk: Talk, rooms: Rooms, dossier: Dossier
) -> None:
    assistant.consents().give("a", "notices")
    await open_it(talk, dossier)
    code = await hand_in(talk)
    await talk.tap("follow:yes")
    assert followed() == [f"…{code[-4:]}"]


async def test_without_a_dossier_it_is_asked_which(talk: Talk, rooms: Rooms) -> None:
    said = await talk.say("hồ sơ có tin thì báo em", "follow_dossier")
    assert "hồ sơ nào" in said
    assert talk.buttons == ["intent:ask_status"]
    assert assistant.following().held("a") == []


async def test_a_dossier_that_must_be_proved_again_is_not_followed(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    assistant.consents().give("a", "notices")
    await open_it(talk, dossier)
    rooms.clock.set_on(timedelta(days=31))
    assert "hồ sơ nào" in await talk.tap("follow:yes")
    assert assistant.following().held("a") == []
    assert talk.slots["dossier"] is None


async def test_nobody_follows_what_another_has_opened(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    await open_it(talk, dossier)
    thief = Talk("b")
    thief.slots["dossier"] = talk.slots["dossier"]
    assistant.consents().give("b", "notices")
    await thief.tap("follow:yes")
    assert assistant.following().held("b") == []


# --- the province's system is away


async def test_away_it_waits_for_the_return(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    assistant.consents().give("a", "notices")
    await open_it(talk, dossier)
    rooms.clock.set_on(timedelta(minutes=5))
    rooms.away()
    assert "Khi nào trả lời lại" in await talk.tap("follow:yes")
    assert assistant.following().held("a") == ["Chờ báo khi hệ thống của tỉnh hoạt động trở lại"]


# --- no more


@pytest.mark.parametrize(("words", "intent"), [("dừng", "stop"), ("thôi đừng nhắn nữa", "unfollow_dossier")])
async def test_one_word_ends_all(talk: Talk, rooms: Rooms, words: str, intent: str) -> None:
    assistant.consents().give("a", "notices")
    for dossier in rooms.examples[:2]:
        await open_it(talk, dossier)
        await talk.tap("follow:yes")
    assistant.following().wait_for_return("a")
    said = await talk.say(words, intent)
    assert "Đã tắt" in said
    assert assistant.following().held("a") == []


async def test_a_tap_of_no_ends_all(talk: Talk, dossier: Dossier) -> None:
    assistant.consents().give("a", "notices")
    await open_it(talk, dossier)
    await talk.tap("follow:yes")
    assert "Đã tắt" in await talk.tap("follow:no")
    assert followed() == []


async def test_where_nothing_is_followed_it_is_said(talk: Talk, rooms: Rooms) -> None:
    assert "không theo dõi hồ sơ nào" in await talk.say("đừng nhắn nữa", "unfollow_dossier")
    assert await talk.say("dừng", "stop") == "utter_deny"


async def test_the_word_ends_only_one_s_own(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    for person in (talk, Talk("b", "b")):
        assistant.consents().give(person.sender, "notices")
        await open_it(person, dossier)
        await person.tap("follow:yes")
    await talk.say("dừng", "stop")
    assert (followed("a"), len(followed("b"))) == ([], 1)


# --- the database is away


@pytest.mark.parametrize("last", ["follow:yes", "consent:notices=yes", "follow:no", "words", "stop"])
async def test_whenever_the_database_goes_away_there_is_a_sentence(rooms: Rooms, dossier: Dossier, last: str) -> None:
    for after in range(MOST_WORK):
        talk = Talk(f"citizen {after}", f"address {after}")
        await open_it(talk, dossier)
        if last.startswith("consent"):
            await talk.tap("follow:yes")
        elif last != "words":
            assistant.consents().give(talk.sender, "notices")
        with rooms.outage(after) as outage:
            said = await (talk.tap(last) if ":" in last else talk.say("nhắn tui", _INTENTS[last]))
        assert said
        assert ("Đã bật" in said) is bool(followed(talk.sender))
        if not outage.happened:
            return
    pytest.fail("it never came through")


_INTENTS = {"words": "follow_dossier", "stop": "stop"}
