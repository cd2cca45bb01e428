"""What do you know of me, forget me, I no longer agree."""

from __future__ import annotations

from datetime import timedelta

import pytest

from actions import assistant
from actions.desk.desk import Desk
from actions.desk.entries import Reason
from actions.dossiers.dossier import Status
from actions.submissions.submission import Content
from actions.submitting import FORM
from tests.actions.eforms import ANSWERS, BIRTH
from tests.actions.rooms import PERSONAL, Rooms
from tests.actions.talking import Talk

MOST_WORK = 40  # pieces of work with the database in one turn
NOTHING = "Tôi không lưu gì của anh/chị"


async def leave_traces(talk: Talk, rooms: Rooms, desk: Desk) -> None:
    """Something in every room: a form, a file, an opened and followed dossier, a notice, a hand-over, consents."""
    sender = talk.sender
    for purpose in assistant.consents().purposes:
        assistant.consents().give(sender, purpose)
    assistant.submissions().begin(sender, BIRTH, Content(answers={"applicant_name": PERSONAL[0]}), "before")
    assistant.submissions().remember(sender, {"name": PERSONAL[0], "phone": PERSONAL[2]}, "16681")
    assistant.files().keep(sender, "can-cuoc.jpg", "image/jpeg", b"a picture")
    dossier = rooms.example(status=Status.IN_PROGRESS)
    assert dossier.proofs.secret is not None
    await talk.say(f"{dossier.code} mã tra cứu {dossier.proofs.secret.get_secret_value()}", "ask_status")
    await talk.tap("follow:yes")
    assert "Đã bật" in talk.text
    rooms.clock.set_on(timedelta(hours=1))
    rooms.move(dossier, Status.FINISHED)
    await assistant.watcher().look()
    desk.hand_over(sender, Reason.ASKED, contact="0912345678")


HELD = ("Tờ khai", "Tệp đã gửi", "Hồ sơ đã mở", "Hồ sơ đang theo dõi", "Tin báo", "Yêu cầu gặp cán bộ", "Sự đồng ý")


async def test_nothing_is_known_of_a_stranger(talk: Talk, rooms: Rooms) -> None:
    assert NOTHING in await talk.say("em biết gì về tôi", "show_my_data")


async def test_everything_that_is_kept_is_shown(talk: Talk, rooms: Rooms, desk: Desk) -> None:
    await leave_traces(talk, rooms, desk)
    said = await talk.say("xem dữ liệu của tôi", "show_my_data")
    assert [name for name in HELD if name.lower() not in said.lower()] == []
    assert talk.replies[0].buttons[0].payload == "intent:erase_my_data"


async def test_what_is_shown_is_masked(talk: Talk, rooms: Rooms, desk: Desk) -> None:
    await leave_traces(talk, rooms, desk)
    said = await talk.say("xem dữ liệu của tôi", "show_my_data")
    code = rooms.example(status=Status.IN_PROGRESS).code
    assert [words for words in (*PERSONAL, code) if words in said] == []


async def test_erasing_needs_a_yes(talk: Talk, rooms: Rooms, desk: Desk) -> None:
    await leave_traces(talk, rooms, desk)
    said = await talk.say("xóa dữ liệu của tôi", "erase_my_data")
    assert "Xóa hết dữ liệu" in said
    assert NOTHING not in await talk.say("xem dữ liệu của tôi", "show_my_data")


@pytest.mark.parametrize("no", ["thôi", None])
async def test_after_a_no_everything_stays(talk: Talk, rooms: Rooms, desk: Desk, no: str | None) -> None:
    await leave_traces(talk, rooms, desk)
    before = assistant.personal_data().show("a")
    await talk.say("xóa dữ liệu của tôi", "erase_my_data")
    assert "giữ nguyên" in await (talk.say(no, "deny") if no else talk.tap("consent:erase=no"))
    assert assistant.personal_data().show("a") == before
    assert not talk.restarted


@pytest.mark.parametrize(
    ("yes", "intent"), [("Xóa hết", "erase_my_data"), ("xóa đi", "erase_my_data"), ("đồng ý", "affirm")]
)
async def test_erased_by_the_words_on_the_button(talk: Talk, rooms: Rooms, desk: Desk, yes: str, intent: str) -> None:
    await leave_traces(talk, rooms, desk)
    await talk.say("xóa dữ liệu của tôi", "erase_my_data")
    await talk.say(yes, intent)
    assert talk.last.erased
    assert talk.restarted
    assert assistant.submissions().all_of("a") == []
    assert assistant.following().of("a") == []


async def test_to_ask_for_it_twice_is_no_yes(talk: Talk, rooms: Rooms, desk: Desk) -> None:
    await leave_traces(talk, rooms, desk)
    await talk.say("xóa dữ liệu của tôi", "erase_my_data")
    await talk.say("xóa dữ liệu của tôi", "erase_my_data")
    assert not talk.last.erased
    assert not talk.restarted


async def test_only_the_reply_that_erased_says_so(talk: Talk, rooms: Rooms, desk: Desk) -> None:
    """The gateway then deletes what it holds itself."""
    await leave_traces(talk, rooms, desk)
    await talk.say("xóa dữ liệu của tôi", "erase_my_data")
    assert not talk.last.erased
    with rooms.outage():
        await talk.tap("consent:erase=yes")
    assert not talk.last.erased
    await talk.tap("consent:erase=yes")
    assert talk.last.erased


async def test_a_later_yes_erases_nothing(talk: Talk, rooms: Rooms, desk: Desk) -> None:
    await leave_traces(talk, rooms, desk)
    before = assistant.personal_data().show("a")
    await talk.say("xóa dữ liệu của tôi", "erase_my_data")
    await talk.say("cảm ơn em", "thank")
    await talk.say("ok", "affirm")
    assert assistant.personal_data().show("a") == before


@pytest.mark.parametrize("yes", ["đồng ý xóa", None])
async def test_after_a_yes_every_room_is_empty(talk: Talk, rooms: Rooms, desk: Desk, yes: str | None) -> None:
    await leave_traces(talk, rooms, desk)
    await talk.say("xóa dữ liệu của tôi", "erase_my_data")
    said = await (talk.say(yes, "affirm") if yes else talk.tap("consent:erase=yes"))
    assert "Đã xóa hết" in said
    assert "bằng chứng về sự đồng ý (730 ngày)" in said
    assert "nhật ký bảo mật (365 ngày)" in said
    assert assistant.submissions().all_of("a") == []
    assert assistant.submissions().remembered("a") == ({}, None)
    assert assistant.files().of_conversation("a") == ()
    assert assistant.following().held("a") == []
    assert assistant.outbox().pending(["a"]) == []
    assert assistant.doorkeeper().grants.all_of("a") == []
    assert desk.of_conversation("a") is None
    assert not any(assistant.consents().given("a", purpose) for purpose in assistant.consents().purposes)


async def test_the_evidence_of_consent_stays(talk: Talk, rooms: Rooms, desk: Desk) -> None:
    await leave_traces(talk, rooms, desk)
    await talk.tap("intent:erase_my_data")
    await talk.tap("consent:erase=yes")
    said = [entry.said for entry in assistant.consents().history("a")]
    assert said.count("yes") == said.count("withdrawn") == 4


async def test_the_conversation_itself_is_forgotten(talk: Talk, rooms: Rooms, desk: Desk) -> None:
    """Rasa drops everything before a restart (understanding/memory.py)."""
    await leave_traces(talk, rooms, desk)
    await talk.tap("intent:erase_my_data")
    await talk.tap("consent:erase=yes")
    assert talk.restarted
    assert {value for value in talk.slots.values() if value} == set()


async def test_others_keep_theirs(talk: Talk, rooms: Rooms, desk: Desk) -> None:
    other = Talk("b", "b")
    await leave_traces(talk, rooms, desk)
    assistant.consents().give("b", "submission")
    assistant.submissions().begin("b", BIRTH, Content(answers=ANSWERS), "before")
    await talk.tap("intent:erase_my_data")
    await talk.tap("consent:erase=yes")
    assert "Tờ khai" in await other.say("xem dữ liệu của tôi", "show_my_data")


async def test_in_the_middle_of_a_form_it_ends(talk: Talk, rooms: Rooms, desk: Desk) -> None:
    assistant.consents().give("a", "submission")
    assistant.submissions().begin("a", BIRTH, Content(), "before")
    await talk.begin_session()
    await talk.say("xóa hết dữ liệu của tôi", "erase_my_data")
    assert talk.form is None, "the next words answer this, not the form"
    await talk.tap("consent:erase=yes")
    assert (talk.form, assistant.submissions().all_of("a")) == (None, [])
    assert "Anh/chị đồng ý" in await talk.tap(f"start:{BIRTH}")


async def test_after_a_no_the_form_goes_on(talk: Talk, rooms: Rooms) -> None:
    assistant.consents().give("a", "submission")
    assistant.submissions().begin("a", BIRTH, Content(), "before")
    await talk.begin_session()
    await talk.say("xóa hết dữ liệu của tôi", "erase_my_data")
    said = await talk.say("thôi", "deny")
    assert said.endswith("Nộp ở xã, phường nào?")
    assert talk.form == FORM


# --- withdrawing


async def test_withdrawn_consent_ends_what_it_allowed(talk: Talk, rooms: Rooms, desk: Desk) -> None:
    await leave_traces(talk, rooms, desk)
    said = await talk.say("rút lại đồng ý", "withdraw_consent")
    assert "Đã rút lại đồng ý" in said
    assert not any(assistant.consents().given("a", purpose) for purpose in assistant.consents().purposes)
    assert assistant.following().held("a") == []
    assert assistant.submissions().all_of("a") == []
    assert assistant.submissions().remembered("a") == ({}, None)
    assert assistant.files().of_conversation("a") == ()


async def test_after_withdrawing_consent_is_asked_again(talk: Talk, rooms: Rooms) -> None:
    assistant.consents().give("a", "submission")
    assistant.consents().give("a", "status")
    await talk.say("tôi không đồng ý nữa", "withdraw_consent")
    assert "consent:submission=yes" in (await talk.tap(f"start:{BIRTH}") and talk.buttons)


async def test_without_a_consent_there_is_nothing_to_withdraw(talk: Talk, rooms: Rooms) -> None:
    assert "chưa đồng ý điều gì" in await talk.say("rút lại đồng ý", "withdraw_consent")


async def test_withdrawing_in_the_middle_of_a_form_ends_it(talk: Talk, rooms: Rooms) -> None:
    assistant.consents().give("a", "submission")
    assistant.submissions().begin("a", BIRTH, Content(), "before")
    await talk.begin_session()
    said = await talk.say("tôi rút lại đồng ý", "withdraw_consent")
    assert "Đã rút lại" in said
    assert talk.form is None
    assert "Nộp ở xã" not in said


# --- old data


async def test_what_is_too_old_is_forgotten_of_everybody(talk: Talk, rooms: Rooms, desk: Desk) -> None:
    await leave_traces(talk, rooms, desk)
    rooms.clock.set_on(timedelta(days=40))
    assert assistant.personal_data().forget() > 0
    assert assistant.submissions().all_of("a") == []
    assert assistant.files().of_conversation("a") == ()
    assert assistant.doorkeeper().grants.all_of("a") == []
    stored = rooms.everything_stored()
    assert "a picture" not in stored
    rooms.clock.set_on(timedelta(days=730))
    assistant.personal_data().forget()
    assert assistant.consents().history("a") == []


# --- the database is away


@pytest.mark.parametrize("message", ["intent:show_my_data", "intent:withdraw_consent", "consent:erase=yes"])
async def test_whenever_the_database_goes_away_there_is_a_sentence(rooms: Rooms, desk: Desk, message: str) -> None:
    """Nothing is said to be done that is not."""
    for after in range(MOST_WORK):
        talk = Talk(f"citizen {after}", f"address {after}")
        assistant.consents().give(talk.sender, "submission")
        assistant.submissions().begin(talk.sender, BIRTH, Content(answers=ANSWERS), "before")
        if message.startswith("consent"):
            await talk.tap("intent:erase_my_data")
        with rooms.outage(after) as outage:
            said = await talk.tap(message)
        assert ("chưa làm được" in said) is outage.happened
        assert not (outage.happened and talk.restarted)
        if not outage.happened:
            return
    pytest.fail("it never came through")
