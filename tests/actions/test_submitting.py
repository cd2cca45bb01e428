"""Filling in an e-form: from the first question to the draft, with everything that people say in between."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import lru_cache

import pytest
import zxingcpp
from PIL import Image

from actions import assistant
from actions.dossiers.errors import DraftRefused, DraftsNotTaken, RegisterRefuses, RegisterStrange
from actions.submissions import asking
from actions.submissions.errors import FontMissing
from actions.submissions.form import load_forms
from actions.submissions.spoken import skips_for_sure
from actions.submissions.submission import Content, field_asked
from actions.submissions.tables import State
from actions.submitting import FORM
from knowledge.catalogue import read_record
from knowledge.reply import Outcome
from knowledge.settings import ROOT
from tests.actions.conftest import FakeLibrary, child, replace_in_modules
from tests.actions.eforms import ANSWERS, BIRTH, BOOK, CERTIFICATE, STAY, TYPED
from tests.actions.rooms import PERSONAL, Rooms
from tests.actions.submissions import birth
from tests.actions.submissions.pictures import jpeg, photo, sheet
from tests.actions.talking import Talk
from tests.knowledge import tiny

FIELDS = list(TYPED)
BLURRED = "Ảnh bị mờ."
MOST_WORK = 30  # pieces of work with the database in one turn


def good_photo() -> bytes:
    return jpeg(photo(sheet()))


def bad_photo() -> bytes:
    return jpeg(photo(sheet(), blur=12))


def upload(content: bytes) -> str:
    """The payload of a photo that was sent, as the gateway puts it."""
    return f"file:{assistant.attachments().take('a', 'anh.jpg', content).id}"


def sent(content: bytes = b"a picture", *problems: str, sender: str = "a") -> str:
    """The same without looking at the photo. problems: what was found wrong with it."""
    return f"file:{assistant.files().keep(sender, 'anh.jpg', 'image/jpeg', content, problems=problems)}"


async def at(talk: Talk, field: str) -> None:
    """Where everything before a field is answered; "": everything, documents are asked for."""
    before = FIELDS[: FIELDS.index(field)] if field else FIELDS
    content = Content(answers={name: ANSWERS[name] for name in before}, documents=(CERTIFICATE, BOOK))
    await go_on(talk, content)


async def at_summary(talk: Talk) -> None:
    """Where everything is answered, and no document was sent."""
    await go_on(talk, Content(answers=ANSWERS, documents=(CERTIFICATE, BOOK), skipped=(CERTIFICATE, BOOK)))
    assert "form:send" in talk.buttons


async def go_on(talk: Talk, content: Content) -> None:
    """As after an hour of silence."""
    assistant.consents().give(talk.sender, "submission")
    assistant.submissions().begin(talk.sender, BIRTH, content, "before")
    await talk.begin_session()
    await talk.say("xem lại")


async def begin(talk: Talk, code: str = BIRTH) -> None:
    """To the first question."""
    await talk.tap(f"start:{code}")
    await talk.tap("consent:submission=yes")


async def fill(talk: Talk, until: str = "") -> None:
    """From the first question on, until a field is asked; or all fields."""
    for field in FIELDS[: FIELDS.index(until) if until else None]:
        await talk.say(TYPED[field])


# --- consent comes first


async def test_nothing_personal_is_asked_or_stored_before_consent(talk: Talk, rooms: Rooms) -> None:
    said = await talk.tap(f"start:{BIRTH}")
    assert "Anh/chị đồng ý" in said
    assert "(1/" not in said
    assert talk.buttons == ["consent:submission=yes", "consent:submission=no"]
    assert assistant.submissions().all_of("a") == []
    assert not assistant.consents().given("a", "submission")


@pytest.mark.parametrize("no", ["không", "thôi", "ko đồng ý", None])
async def test_who_refuses_is_asked_nothing_and_nothing_is_stored(talk: Talk, rooms: Rooms, no: str | None) -> None:
    await talk.tap(f"start:{BIRTH}")
    said = await (talk.say(no, "deny") if no else talk.tap("consent:submission=no"))
    assert "tôi không hỏi thông tin cá nhân" in said
    assert talk.form is None
    assert assistant.submissions().all_of("a") == []
    assert [(one.purpose, one.said) for one in assistant.consents().history("a")] == [("submission", "no")]


@pytest.mark.parametrize("yes", ["đồng ý", "dạ vâng", "ok", "có", None])
async def test_who_agrees_gets_the_first_question(talk: Talk, rooms: Rooms, yes: str | None) -> None:
    await talk.tap(f"start:{BIRTH}")
    said = await (talk.say(yes, "affirm") if yes else talk.tap("consent:submission=yes"))
    assert said.startswith("👉 (1/9) Nộp ở xã, phường nào?")
    assert assistant.consents().given("a", "submission")
    assert rooms.submission().state is State.ASKING


async def test_the_question_for_consent_is_left_open_by_other_words(talk: Talk, rooms: Rooms) -> None:
    """Silence, and a question in between, are no consent; it is asked again."""
    await talk.tap(f"start:{BIRTH}")
    said = await talk.say("thế hết bao nhiêu tiền?", "ask_follow_up", aspects="fees")
    assert "action_answer" in talk.ran
    assert "Anh/chị đồng ý" in said
    assert assistant.submissions().all_of("a") == []
    assert "(1/9)" in await talk.say("ừ", "affirm")


async def test_consent_to_something_else_is_none_to_this(talk: Talk, rooms: Rooms) -> None:
    await talk.tap(f"start:{BIRTH}")
    await talk.tap("consent:status=yes")
    assert assistant.submissions().all_of("a") == []
    assert "consent:submission=yes" in talk.buttons


async def test_who_agreed_once_is_not_asked_again(talk: Talk, rooms: Rooms) -> None:
    await begin(talk)
    await talk.tap("form:cancel")
    assert "(1/9)" in await talk.tap(f"start:{BIRTH}")


# --- which procedure


async def test_what_the_message_names_is_begun(talk: Talk, library: FakeLibrary) -> None:
    library.named = STAY
    await talk.say("nộp tạm trú online", "start_submission")
    assert talk.slots["starting"] == STAY


async def test_what_is_under_discussion_is_begun(talk: Talk, rooms: Rooms) -> None:
    talk.slots["procedure"] = BIRTH
    await talk.say("nộp luôn đi", "start_submission")
    assert (talk.slots["starting"], talk.form) == (BIRTH, FORM)


async def test_without_a_procedure_it_is_asked_which(talk: Talk, rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "USUAL", (STAY, BIRTH))
    said = await talk.say("em muốn nộp hồ sơ", "start_submission")
    assert "cho việc gì" in said
    assert talk.buttons == [f"start:{STAY}", f"start:{BIRTH}"]
    assert talk.form is None


async def test_where_there_is_no_form_the_portal_is_told(talk: Talk, library: FakeLibrary) -> None:
    library.named = tiny.LICENCE
    said = await talk.say("nộp đổi bằng lái", "start_submission")
    assert "chưa có tờ khai điền sẵn" in said
    assert "https://dichvucong.gov.vn" in said
    assert (talk.form, talk.slots["procedure"]) == (None, tiny.LICENCE)


# --- from the first question to the draft


async def test_from_the_first_question_to_the_draft(talk: Talk, rooms: Rooms) -> None:
    await begin(talk)
    for place, field in enumerate(FIELDS):
        assert field_of(rooms) == field
        said = await talk.say(TYPED[field])
        assert rooms.submission().content.answers[field] == ANSWERS[field]
        if place + 1 < len(FIELDS):
            assert f"({place + 2}/" in said
    assert f"Giấy tờ 1/2: {CERTIFICATE}" in talk.text
    assert "Trẻ sinh tại cơ sở y tế" in talk.text
    assert talk.last.wants_file
    await talk.tap(upload(good_photo()))
    assert f"Đã nhận {CERTIFICATE} (anh.jpg)" in talk.text
    assert f"Giấy tờ 2/2: {BOOK}" in talk.text
    said = await talk.say("bỏ qua giấy này")
    assert "1. Xã, phường: Phường Thành Vinh" in said
    assert f"• {CERTIFICATE}: 1 tệp" in said
    assert f"• {BOOK}: chưa gửi" in said
    said = await talk.tap("form:send")
    (stored,) = rooms.drafts()
    assert f"Mã: {stored.draft.code}" in said
    assert "chưa phải là đã nộp" in said
    assert f"• {BOOK}" in said
    assert f"• {CERTIFICATE}" not in said
    assert "7.000" not in said
    assert stored.request.answers == ANSWERS
    assert [(file.document, file.name) for file in stored.files] == [(CERTIFICATE, "anh.jpg")]
    assert (talk.form, rooms.submission().state) == (None, State.DRAFTED)


async def test_the_shipped_birth_registration(
    talk: Talk, rooms: Rooms, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the real record and the real form, and with a question about the fee in between."""
    library.records[birth.CODE] = read_record(ROOT / "data" / "catalogue" / f"{birth.CODE}.yml")
    replace_in_modules(monkeypatch, "forms", lru_cache(load_forms))  # the fixture clears it
    await begin(talk, birth.CODE)
    for field, words in birth.TYPED.items():
        assert field_asked(birth.form(), rooms.submission().content) == field
        await talk.say("thế có mất phí không?", "ask_follow_up", aspects="fees")
        assert "action_answer" in talk.ran
        await talk.say(words)
        assert rooms.submission().content.answers[field] == birth.ANSWERS[field]
    for _ in rooms.submission().content.documents:
        await talk.say("bỏ qua")
    await talk.tap("form:send")
    (stored,) = rooms.drafts()
    assert stored.request.answers == birth.ANSWERS
    assert stored.draft.code in talk.text


async def test_the_filled_in_form_comes_with_the_draft(talk: Talk, rooms: Rooms) -> None:
    await at_summary(talk)
    await talk.tap("form:send")
    told = talk.replies[0]
    assert [one.media_type for one in told.attached] == [
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ]
    assert rooms.opened(told.attached[0]).content.startswith(b"%PDF")
    assert rooms.opened(told.attached[0]).size == told.attached[0].size
    assert "follow:yes" in [button.payload for button in told.buttons]


async def test_the_page_where_it_goes_on_comes_as_link_and_code(talk: Talk, rooms: Rooms) -> None:
    rooms.province.page = "https://dichvucong.example.vn/nhap/1"
    await at_summary(talk)
    said = await talk.tap("form:send")
    assert rooms.province.page in said
    picture = rooms.opened(talk.replies[0].attached[2])
    assert picture.media_type == "image/png"
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.content)))
    assert code.text == rooms.province.page


async def test_made_up_data_is_called_so(talk: Talk, rooms: Rooms) -> None:
    await at_summary(talk)
    assert "Dữ liệu thử nghiệm" in await talk.tap("form:send")


async def test_what_was_answered_is_sealed(talk: Talk, rooms: Rooms) -> None:
    await at_summary(talk)
    await talk.tap("form:send")
    stored = rooms.everything_stored()
    assert [words for words in PERSONAL if words in stored] == []
    assert "'a'" not in stored


async def test_nothing_that_was_answered_stays_in_the_conversation(talk: Talk, rooms: Rooms) -> None:
    """Slots are kept by Rasa; answers are not."""
    await at_summary(talk)
    kept = repr(talk.slots)
    assert [words for words in PERSONAL if words in kept] == []


async def test_a_question_has_buttons_for_what_can_be_tapped(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "relation")
    assert talk.last.text.endswith("1. Cha\n2. Mẹ")
    assert talk.buttons == ["option:0", "option:1", "form:back", "form:explain", "form:later"]
    await talk.tap("option:0")
    assert rooms.submission().content.answers["relation"] == "cha"
    assert "Như trên: Khối 5, phường Thành Vinh, tỉnh Nghệ An" in [button.title for button in talk.last.buttons]
    await talk.tap("option:0")
    assert rooms.submission().content.answers["mother_address"] == ANSWERS["applicant_address"]
    await talk.say(TYPED["child_birth_date"])
    assert "form:skip" in talk.buttons
    await talk.tap("form:skip")
    await talk.tap("option:2")
    assert rooms.submission().content.answers["copies"] == 2


async def test_an_option_that_is_not_offered_changes_nothing(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "relation")
    before = rooms.submission().content
    await talk.tap("option:7")
    assert rooms.submission().content == before
    assert "là gì của cháu" in talk.text


@pytest.mark.parametrize("second", ["option:1", "2", "xã Tam Thái"])
async def test_of_several_communes_one_is_chosen(talk: Talk, rooms: Rooms, second: str) -> None:
    """There is a new Tam Hợp, and a former one."""
    await begin(talk)
    await talk.say("Tam Hợp")
    assert [button.title for button in talk.last.buttons[:2]] == ["Xã Tam Hợp", "Xã Tam Thái"]
    assert "commune" not in rooms.submission().content.answers
    await command(talk, second)
    assert rooms.submission().content.answers["commune"] == "16936"
    assert talk.slots["offered"] is None


# --- answers that an officer would send back


async def test_an_impossible_answer_is_refused_and_asked_again(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "applicant_identity_number")
    said = await talk.say("12345")
    assert "12 chữ số" in said
    assert "Số căn cước?" in said
    assert "applicant_identity_number" not in rooms.submission().content.answers


async def test_refused_twice_the_explanation_comes_unasked(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "applicant_phone")
    assert "10 số." not in await talk.say("091")
    assert "10 số." in await talk.say("091234")
    await talk.say(TYPED["applicant_phone"])
    assert talk.slots["refused"] is None
    assert "Xóm, xã, tỉnh." not in await talk.say("?!")


async def test_a_day_to_come_is_no_day_of_birth(talk: Talk, rooms: Rooms) -> None:
    """By the clock of the assistant."""
    await at(talk, "child_birth_date")
    assert "chưa tới" in await talk.say("24/11/2026")
    assert field_of(rooms) == "child_birth_date"
    rooms.clock.set_on(timedelta(days=1))
    await talk.say("24/11/2026")
    assert rooms.submission().content.answers["child_birth_date"] == "2026-11-24"


# --- commands


@pytest.mark.parametrize("back", ["form:back", "quay lại", "tro lai cau truoc"])
async def test_back(talk: Talk, rooms: Rooms, back: str) -> None:
    await at(talk, "applicant_identity_number")
    said = await command(talk, back)
    assert "Họ và tên?" in said
    assert "Đang ghi: Trần Thị Mận" in said
    await talk.say("Lê Thị Bưởi")
    assert rooms.submission().content.answers["applicant_name"] == "Lê Thị Bưởi"
    assert field_of(rooms) == "applicant_identity_number"


async def test_back_at_the_first_question_stays_there(talk: Talk, rooms: Rooms) -> None:
    await begin(talk)
    assert "(1/9)" in await talk.say("quay lại")


async def test_back_from_the_summary(talk: Talk, rooms: Rooms) -> None:
    await at_summary(talk)
    assert BOOK in await talk.say("quay lại")


@pytest.mark.parametrize("skip", ["form:skip", "bỏ qua", "ko co"])
async def test_what_need_not_be_is_skipped(talk: Talk, rooms: Rooms, skip: str) -> None:
    await at(talk, "note")
    assert "Cần mấy bản sao?" in await command(talk, skip)
    assert "note" not in rooms.submission().content.answers


async def test_what_must_be_is_not_skipped(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "applicant_phone")
    said = await talk.say("bỏ qua")
    assert "phải có nên không bỏ qua được" in said
    assert "Số điện thoại?" in said
    assert field_of(rooms) == "applicant_phone"


async def test_none_is_an_answer_where_a_number_is_asked(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "copies")
    await talk.say("không cần")
    assert rooms.submission().content.answers["copies"] == 0


@pytest.mark.parametrize("later", ["form:later", "để sau", "mai làm tiếp nhé"])
async def test_later_and_on_again(talk: Talk, rooms: Rooms, later: str) -> None:
    await at(talk, "applicant_phone")
    said = await command(talk, later)
    assert "làm tiếp" in said
    assert (talk.form, rooms.submission().state) == (None, State.LATER)
    assert talk.buttons == ["form:resume"]
    rooms.clock.set_on(timedelta(days=20))
    assert "Số điện thoại?" in await talk.tap("form:resume")
    assert rooms.submission().state is State.ASKING


async def test_on_again_by_words(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "applicant_phone")
    await talk.say("để sau")
    assert "Số điện thoại?" in await talk.say("mần tiếp tờ khai", "start_submission")


@pytest.mark.parametrize("cancel", ["form:cancel", "hủy tờ khai", "nỏ mần nữa"])
async def test_cancelled(talk: Talk, rooms: Rooms, cancel: str) -> None:
    await at(talk, "applicant_phone")
    assert "Đã hủy" in await command(talk, cancel)
    assert (talk.form, rooms.submission().state) == (None, State.CANCELLED)
    assert "(1/9)" in await talk.tap("form:resume"), "begun anew, from the first question"
    assert rooms.submission().content.answers == {}


async def test_the_photos_of_a_cancelled_form_are_deleted(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "")
    await talk.tap(sent())
    await talk.tap("form:cancel")
    assert assistant.files().of_conversation("a") == ()


@pytest.mark.parametrize("explain", ["form:explain", "là sao", "ghi răng rứa"])
async def test_explained(talk: Talk, rooms: Rooms, explain: str) -> None:
    await at(talk, "applicant_name")
    said = await command(talk, explain)
    assert "Đủ họ, tên. Ví dụ: Trần Thị Hoa." in said
    assert "Họ và tên?" in said


async def test_a_document_is_explained(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "")
    said = await talk.say("là sao")
    assert asking.EXPLAINED_DOCUMENT in said
    assert talk.last.wants_file


async def test_what_is_answered_so_far(talk: Talk, rooms: Rooms) -> None:
    await begin(talk)
    assert "chưa có mục nào" in await talk.say("xem lại")
    await fill(talk, "applicant_identity_number")
    said = await talk.say("xem lại")
    assert "2. Họ tên người yêu cầu: Trần Thị Mận" in said
    assert "Số căn cước?" in said


@pytest.mark.parametrize("edit", ["sửa 4", "sửa số điện thoại", "field:applicant_phone"])
async def test_changed_at_once(talk: Talk, rooms: Rooms, edit: str) -> None:
    await at_summary(talk)
    said = await command(talk, edit)
    assert "Số điện thoại?" in said
    assert "Đang ghi: 0912345678" in said
    said = await talk.say("0987 654 321")
    assert "4. Số điện thoại: 0987654321" in said
    assert "form:send" in talk.buttons


@pytest.mark.parametrize("which", ["4", "mục 4", "số điện thoại", "so dien thoai"])
async def test_changed_after_a_button(talk: Talk, rooms: Rooms, which: str) -> None:
    await at_summary(talk)
    assert asking.WHICH_FIELD in await talk.choose("Sửa")
    assert "Số điện thoại?" in await talk.say(which, "give_phone")
    assert talk.slots["editing"] is None


async def test_what_cannot_be_told_is_asked_again(talk: Talk, rooms: Rooms) -> None:
    await at_summary(talk)
    await talk.choose("Sửa")
    assert asking.WHICH_FIELD in await talk.say("cái kia kìa")
    assert "(4/9)" in await talk.say("4") or "Số điện thoại?" in talk.text


async def test_an_answer_that_opens_a_question_and_one_that_closes_it(talk: Talk, rooms: Rooms) -> None:
    await at_summary(talk)
    await talk.say("sửa quan hệ")
    await talk.say("cha")
    assert "Mẹ cháu ở đâu?" in talk.text
    await talk.tap("option:0")
    assert "Nơi cư trú của mẹ" in talk.text or "Nơi ở của mẹ" in talk.text
    await talk.say("sửa quan hệ")
    await talk.say("mẹ")
    assert "Nơi ở của mẹ" not in talk.text
    assert "mother_address" not in rooms.submission().content.answers


async def test_sending_needs_every_answer(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "copies")
    said = await talk.tap("form:send")
    assert "Còn mục “Số bản sao”" in said
    assert rooms.drafts() == []
    assert rooms.submission().state is State.ASKING


async def test_ok_is_no_command_while_a_question_is_open(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "applicant_name")
    await talk.say("ok")
    assert rooms.drafts() == []
    assert "Họ và tên?" in talk.text


async def test_words_send_it_from_the_summary(talk: Talk, rooms: Rooms) -> None:
    await at_summary(talk)
    await talk.say("đúng rồi gửi đi", "affirm")
    assert len(rooms.drafts()) == 1


# --- the same message twice


STEPS: list[tuple[str, Callable[[Talk], Awaitable[object]], str]] = [
    ("an answer", lambda talk: at(talk, "applicant_name"), TYPED["applicant_name"]),
    ("a choice", lambda talk: at(talk, "relation"), "option:1"),
    ("back", lambda talk: at(talk, "applicant_phone"), "form:back"),
    ("skip", lambda talk: at(talk, "note"), "form:skip"),
    ("a field", lambda talk: at(talk, "applicant_phone"), "field:commune"),
    ("an edit", lambda talk: at(talk, "applicant_phone"), "sửa 1"),
]


@pytest.mark.parametrize(("before", "message"), [step[1:] for step in STEPS], ids=[step[0] for step in STEPS])
async def test_the_same_message_twice_counts_once(
    talk: Talk, rooms: Rooms, before: Callable[[Talk], Awaitable[object]], message: str
) -> None:
    await before(talk)
    untouched = rooms.submission()
    await command(talk, message, number="the-same")
    once = rooms.submission()
    assert once != untouched
    await command(talk, message, number="the-same")
    assert rooms.submission() == once


async def test_two_messages_with_the_same_words_count_twice(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "applicant_phone")
    await talk.tap("form:back")
    await talk.tap("form:back")
    assert field_of(rooms) == "applicant_name"


async def test_the_same_photo_twice_is_attached_once(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "")
    file = sent()
    await talk.tap(file, message="the-same")
    await talk.tap(file, message="the-same")
    assert {document: len(files) for document, files in rooms.submission().content.files.items()} == {CERTIFICATE: 1}
    assert len(assistant.files().of_submission(rooms.submission().id)) == 1


async def test_consent_twice_begins_one(talk: Talk, rooms: Rooms) -> None:
    await talk.tap(f"start:{BIRTH}")
    await talk.tap("consent:submission=yes", message="the-same")
    await talk.tap("consent:submission=yes", message="the-same")
    assert len(assistant.submissions().all_of("a")) == 1
    assert field_of(rooms) == "commune"
    assert "(1/9)" in talk.text


@pytest.mark.parametrize("number", ["the-same", "another"])
async def test_a_double_tap_of_send_makes_one_draft(talk: Talk, rooms: Rooms, number: str) -> None:
    """The second comes when the form has ended: the draft is told once more."""
    await at_summary(talk)
    await talk.tap("form:send", message="the-same")
    first = rooms.drafts()
    said = await talk.tap("form:send", message=number)
    assert rooms.drafts() == first
    assert len(first) == 1
    assert f"Mã: {first[0].draft.code}" in said
    assert len(assistant.submissions().all_of("a")) == 1
    assert [one.media_type for one in talk.replies[0].attached][:1] == ["application/pdf"]


async def test_an_old_send_button_without_any_draft(talk: Talk, rooms: Rooms) -> None:
    assert "chưa có tờ khai nào" in await talk.tap("form:send")


async def test_an_old_button_belongs_to_the_form_that_is_open(talk: Talk, rooms: Rooms) -> None:
    """What was asked about in between does not begin another form."""
    await begin(talk)
    talk.slots["procedure"] = STAY
    await talk.tap("option:9")
    assert "(1/9)" in talk.text
    assert [one.procedure for one in assistant.submissions().all_of("a")] == [BIRTH]


# --- digressions


DIGRESSIONS = [
    ("khai sinh hết bao nhiêu tiền?", "ask_follow_up", "fees", "action_answer"),
    ("mất mấy ngày rứa", "ask_follow_up", "time_limit", "action_answer"),
    ("làm hộ chiếu cần giấy tờ gì", "ask_procedure", "documents", "action_answer"),
    ("hồ sơ của em đến đâu rồi", "ask_status", "", "action_ask_status"),
    ("tra giúp em cái hồ sơ nớ với", "ask_status", "", "action_ask_status"),
    ("cho em gặp cán bộ", "hand_off", "", "action_ask_hand_over_form_contact"),
    ("xem dữ liệu của tôi", "show_my_data", "", "action_show_my_data"),
    ("cấp cứu", "emergency", "", ""),
]


@pytest.mark.parametrize(("text", "intent", "aspects", "ran"), DIGRESSIONS, ids=[text[:20] for text, *_ in DIGRESSIONS])
@pytest.mark.parametrize("field", ["applicant_name", "applicant_phone", "applicant_address", "note"])
async def test_other_rules_answer_what_is_no_answer(
    talk: Talk, rooms: Rooms, field: str, text: str, intent: str, aspects: str, ran: str
) -> None:
    await at(talk, field)
    before = rooms.submission()
    await talk.say(text, intent, aspects=aspects)
    assert rooms.submission() == before
    assert not ran or ran in talk.ran


async def test_after_a_digression_the_question_comes_again(talk: Talk, rooms: Rooms, library: FakeLibrary) -> None:
    await at(talk, "applicant_phone")
    said = await talk.say("hết bao nhiêu tiền?", "ask_follow_up", aspects="fees")
    assert library.texts[-1] == "hết bao nhiêu tiền?"
    assert said.endswith("Số điện thoại?")
    await talk.say(TYPED["applicant_phone"])
    assert rooms.submission().content.answers["applicant_phone"] == ANSWERS["applicant_phone"]


async def test_a_status_question_in_the_middle(talk: Talk, rooms: Rooms) -> None:
    """The other form takes over, and then this one goes on by itself."""
    dossier = rooms.examples[0]
    await at(talk, "applicant_phone")
    await talk.say(f"hồ sơ {dossier.code} đến đâu rồi", "ask_status")
    assert talk.form == "status_form"
    await talk.tap("consent:status=yes")
    secret = dossier.proofs.secret
    assert secret is not None
    said = await talk.say(secret.get_secret_value())
    assert f"…{dossier.code[-4:]}" in said
    assert said.endswith("Số điện thoại?")
    assert talk.form == FORM


async def test_a_question_at_the_documents_and_at_the_summary(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "")
    for _ in range(2):
        await talk.say("hết bao nhiêu tiền?", "ask_follow_up", aspects="fees")
        assert "action_answer" in talk.ran
        assert CERTIFICATE in talk.text
    await talk.say("bỏ qua")
    await talk.say("bỏ qua")
    await talk.say("hết bao nhiêu tiền?", "ask_follow_up", aspects="fees")
    assert "action_answer" in talk.ran
    assert "form:send" in talk.buttons


@pytest.mark.parametrize("name", ["Trần Thị Hồ Sơ", "Nguyễn Văn Sao", "Lê Thị Bao"])
async def test_an_answer_is_one_whatever_rasa_takes_it_for(talk: Talk, rooms: Rooms, name: str) -> None:
    await at(talk, "applicant_name")
    await talk.say(name, "ask_procedure")
    assert rooms.submission().content.answers["applicant_name"] == name


# --- documents


async def test_a_bad_photo_is_told_at_once_with_a_sample(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "")
    await talk.tap(upload(bad_photo()))
    told = talk.replies[0]
    assert "mờ" in told.text.lower() or "nhòe" in told.text.lower()
    assert [button.payload for button in told.buttons] == ["form:keep"]
    assert told.wants_file
    assert rooms.opened(told.attached[0]).media_type == "image/png"
    assert told.attached[0].alt
    assert rooms.submission().content.files == {}


async def test_a_bad_photo_is_used_all_the_same(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "")
    file = sent(b"a bad one", BLURRED)
    await talk.tap(file)
    said = await talk.choose("Vẫn dùng ảnh này")
    assert f"Đã nhận {CERTIFICATE}" in said
    assert rooms.submission().content.files == {CERTIFICATE: (file.removeprefix("file:"),)}
    assert talk.slots["photo"] is None


async def test_a_better_photo_instead(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "")
    await talk.tap(sent(b"a bad one", BLURRED))
    good = sent()
    await talk.tap(good)
    assert rooms.submission().content.files == {CERTIFICATE: (good.removeprefix("file:"),)}
    assert "không còn" in await talk.tap("form:keep")


async def test_nobody_attaches_the_file_of_another(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "")
    said = await talk.tap(sent(sender="somebody else"))
    assert asking.FILE_GONE in said
    assert rooms.submission().content.files == {}


async def test_a_file_that_is_gone(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "")
    file = sent()
    rooms.clock.set_on(timedelta(days=8))
    assert asking.FILE_GONE in await talk.tap(file)


async def test_a_file_that_nobody_asked_for(talk: Talk, rooms: Rooms) -> None:
    await at_summary(talk)
    assert asking.NO_DOCUMENT_ASKED in await talk.tap(sent())
    assert rooms.submission().content.files == {}


# --- the province's system


async def test_away_at_send_and_then_again(talk: Talk, rooms: Rooms) -> None:
    await at_summary(talk)
    rooms.province.inner.all(1)
    rooms.away()
    said = await talk.tap("form:send")
    assert "đang không trả lời (lần cuối kết nối được: 09:00 23/11/2026)" in said
    assert "vẫn còn" in said
    assert (talk.form, rooms.submission().state) == (FORM, State.SENDING)
    assert "Gửi lại không tạo hồ sơ thứ hai" in said
    rooms.back()
    assert f"Mã: {'000.00.00.H41'}" in await talk.tap("form:send")
    assert len(rooms.drafts()) == 1


async def test_a_draft_whose_answer_was_lost_is_not_made_twice(talk: Talk, rooms: Rooms) -> None:
    await at_summary(talk)
    rooms.away()
    rooms.province.lost = True
    await talk.tap("form:send", message="one")
    assert len(rooms.drafts()) == 1
    rooms.back()
    said = await talk.tap("form:send", message="two")
    (only,) = rooms.drafts()
    assert only.draft.code in said
    assert {request.key for request in rooms.province.requests} == {only.request.key}


@pytest.mark.parametrize("words", ["sửa 4", "field:applicant_phone", "0987654321", "cái ni nữa"])
async def test_nothing_changes_while_it_is_being_sent(talk: Talk, rooms: Rooms, words: str) -> None:
    """What the province may have already must not differ from what is kept here."""
    await at_summary(talk)
    rooms.away()
    await talk.tap("form:send")
    before = rooms.submission().content
    await command(talk, words)
    assert rooms.submission().content == before
    assert rooms.submission().state is State.SENDING
    if not words.startswith("field"):
        assert asking.NOT_WHILE_SENDING in talk.text


@pytest.mark.parametrize("words", ["form:back", "form:skip", "quay lại"])
async def test_no_command_changes_it_while_it_is_being_sent(talk: Talk, rooms: Rooms, words: str) -> None:
    await at_summary(talk)
    rooms.away()
    await talk.tap("form:send")
    before = rooms.submission().content
    await command(talk, words)
    assert rooms.submission().content == before
    rooms.back()
    await talk.tap("form:send")
    assert len(rooms.drafts()) == 1


async def test_a_photo_while_it_is_being_sent_is_not_added(talk: Talk, rooms: Rooms) -> None:
    await at_summary(talk)
    rooms.away()
    await talk.tap("form:send")
    await talk.tap(sent())
    assert rooms.submission().content.files == {}


async def test_a_question_while_it_is_being_sent_is_answered(talk: Talk, rooms: Rooms) -> None:
    await at_summary(talk)
    rooms.away()
    await talk.tap("form:send")
    await talk.say("hết bao nhiêu tiền?", "ask_follow_up", aspects="fees")
    assert "action_answer" in talk.ran
    assert "form:send" in talk.buttons


async def test_put_aside_while_it_is_being_sent_it_can_be_sent_later(talk: Talk, rooms: Rooms) -> None:
    await at_summary(talk)
    rooms.away()
    rooms.province.lost = True
    await talk.tap("form:send")
    await talk.say("để sau")
    assert talk.form is None
    rooms.back()
    await talk.tap("form:resume")
    await talk.tap("form:send")
    assert len(rooms.drafts()) == 1
    assert rooms.submission().state is State.DRAFTED


async def test_refused_with_the_reason(talk: Talk, rooms: Rooms) -> None:
    await at_summary(talk)
    rooms.province.trouble = DraftRefused("Số định danh không có trong cơ sở dữ liệu.")
    said = await talk.tap("form:send")
    assert "chưa nhận bản nháp: Số định danh không có trong cơ sở dữ liệu." in said
    assert "R302" not in said
    rooms.back()
    await talk.say("sửa 4")
    await talk.say("0987 654 321")
    await talk.tap("form:send")
    (stored,) = rooms.drafts()
    assert stored.request.phone == "0987654321"


@pytest.mark.parametrize("error", [RegisterStrange("odd"), RegisterRefuses("token")])
async def test_any_trouble_of_the_register_is_a_sentence(talk: Talk, rooms: Rooms, error: Exception) -> None:
    await at_summary(talk)
    rooms.province.trouble = error
    said = await talk.tap("form:send")
    assert "đang không trả lời." in said
    assert "form:send" in talk.buttons


async def test_where_no_drafts_are_taken_the_paper_form_is_handed_out(talk: Talk, rooms: Rooms) -> None:
    rooms.province.trouble = DraftsNotTaken("none")
    await at_summary(talk)
    said = await talk.tap("form:send")
    assert "chưa nhận bản nháp qua trợ lý" in said
    assert "https://example.org/thu-tuc" in said
    assert f"Giấy tờ còn thiếu:\n• {CERTIFICATE}\n• {BOOK}" in said
    told = talk.replies[0]
    assert [one.name for one in told.attached] == [f"to-khai-{BIRTH}.pdf", f"to-khai-{BIRTH}.docx"]
    assert "follow:yes" not in [button.payload for button in told.buttons]
    assert rooms.submission().state is State.PRINTED
    assert "chưa nhận bản nháp" in await talk.tap("form:send"), "an old tap tells it once more"


async def test_without_fonts_the_draft_is_told_all_the_same(
    talk: Talk, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> None:
        raise FontMissing("no fonts")

    await at_summary(talk)
    monkeypatch.setattr("actions.submissions.drafted.as_pdf", missing)
    said = await talk.tap("form:send")
    (stored,) = rooms.drafts()
    assert stored.draft.code in said
    assert "ở dưới" not in said
    assert talk.form is None


# --- several, and what is remembered


async def test_another_procedure_puts_the_first_aside(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "applicant_phone")
    assert "(1/7)" in await talk.tap(f"start:{STAY}")
    assert {one.procedure: one.state for one in assistant.submissions().all_of("a")} == {
        BIRTH: State.LATER,
        STAY: State.ASKING,
    }
    said = await talk.tap(f"start:{BIRTH}")
    assert "Số điện thoại?" in said
    assert {one.procedure: one.state for one in assistant.submissions().all_of("a")} == {
        BIRTH: State.ASKING,
        STAY: State.LATER,
    }


async def test_the_same_procedure_again_goes_on(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "applicant_phone")
    assert "Số điện thoại?" in await talk.tap(f"start:{BIRTH}")
    assert len(assistant.submissions().all_of("a")) == 1


async def test_what_is_remembered_is_not_asked_in_the_next_form(talk: Talk, rooms: Rooms) -> None:
    await at_summary(talk)
    await talk.tap("form:send")
    assert "consent:remember=yes" in talk.buttons
    await talk.tap("consent:remember=yes")
    said = await talk.tap(f"start:{STAY}")
    assert "kết hôn chưa" in said
    assert rooms.submission().content.answers == {
        name: value for name, value in ANSWERS.items() if name.startswith("applicant") or name == "commune"
    }


async def test_without_that_consent_everything_is_asked_again(talk: Talk, rooms: Rooms) -> None:
    await at_summary(talk)
    await talk.tap("form:send")
    await talk.tap("consent:remember=no")
    assert "(1/7)" in await talk.tap(f"start:{STAY}")
    assert rooms.submission().content.answers == {}


async def test_who_let_us_remember_is_not_asked_for_it_again(talk: Talk, rooms: Rooms) -> None:
    assistant.consents().give("a", "remember")
    await at_summary(talk)
    await talk.tap("form:send")
    assert len(talk.replies) == 1


async def test_what_was_said_of_the_case_is_not_asked_again(talk: Talk, rooms: Rooms, library: FakeLibrary) -> None:
    library.records[STAY] = child()
    talk.slots |= {"procedure": STAY, "answers": {"ket-hon": "khong"}, "commune": "16681"}
    await begin(talk, STAY)
    assert rooms.submission().content.answers == {"commune": "16681", "married": "khong"}
    assert rooms.submission().content.documents == (), "papers for married people are not asked for"


async def test_the_case_of_another_procedure_says_nothing(talk: Talk, rooms: Rooms, library: FakeLibrary) -> None:
    library.records[STAY] = child()
    talk.slots |= {"procedure": BIRTH, "answers": {"ket-hon": "khong"}}
    await talk.tap(f"start:{STAY}")
    talk.slots["procedure"] = BIRTH
    await talk.tap("consent:submission=yes")
    assert rooms.submission().content.answers == {}


async def test_two_people_do_not_see_each_other(talk: Talk, rooms: Rooms) -> None:
    other = Talk("b")
    await begin(talk)
    await begin(other)
    await fill(talk, "applicant_phone")
    assert rooms.submission("b").content.answers == {}
    assert "chưa có mục nào" in await other.say("xem lại")


# --- the database is away


async def test_an_answer_that_was_not_kept_is_said_to_be_lost(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "applicant_name")
    with rooms.outage():
        said = await talk.say(TYPED["applicant_name"])
    assert "chưa lưu được câu trả lời" in said
    assert talk.replies[0].outcome is Outcome.TROUBLE
    assert talk.form == FORM
    await talk.say(TYPED["applicant_name"])
    assert rooms.submission().content.answers["applicant_name"] == ANSWERS["applicant_name"]


@pytest.mark.parametrize("payload", [f"start:{BIRTH}", "form:resume", "form:send", "intent:start_submission"])
async def test_whenever_the_database_goes_away_no_consent_is_taken_for_given(rooms: Rooms, payload: str) -> None:
    """A sentence comes; and what is said next is no consent to what was not asked."""
    for after in range(MOST_WORK):
        talk = Talk(f"citizen {after}")
        with rooms.outage(after) as outage:
            assert await talk.tap(payload)
        asked = "Anh/chị đồng ý" in talk.text
        await talk.say("ok", "affirm")
        assert talk.said
        assert assistant.consents().given(talk.sender, "submission") is asked
        if not outage.happened:
            return
    pytest.fail("it never came through")


@pytest.mark.parametrize(
    "message", ["form:later", "form:cancel", "form:back", "sửa 1", "xem lại", "field:commune", "là sao", "hello"]
)
async def test_whenever_the_database_goes_away_there_is_a_sentence(rooms: Rooms, message: str) -> None:
    for after in range(MOST_WORK):
        talk = Talk(f"citizen {after}")
        await at_summary(talk)
        with rooms.outage(after) as outage:
            assert await command(talk, message)
        await talk.tap("form:send")
        assert talk.said
        if not outage.happened:
            return
    pytest.fail("it never came through")


async def test_whenever_the_database_goes_away_one_draft_comes_of_it(rooms: Rooms) -> None:
    """The draft is told in the end, and whoever taps until it is makes no second one."""
    for after in range(MOST_WORK):
        talk = Talk(f"citizen {after}")
        await at_summary(talk)
        with rooms.outage(after) as outage:
            assert await talk.tap("form:send")
        await talk.tap("form:send")
        assert len(rooms.drafts()) == after + 1
        assert rooms.drafts()[0].draft.code in talk.text
        if not outage.happened:
            return
    pytest.fail("it never came through")


@pytest.mark.parametrize("problems", [(), (BLURRED,)], ids=["good", "bad"])
async def test_whenever_the_database_goes_away_a_photo_is_not_lost_in_silence(
    rooms: Rooms, problems: tuple[str, ...]
) -> None:
    for after in range(MOST_WORK):
        talk = Talk(f"citizen {after}")
        await at(talk, "")
        file = sent(b"a picture", *problems, sender=talk.sender)
        with rooms.outage(after) as outage:
            assert await talk.tap(file)
        attached = CERTIFICATE in rooms.submission(talk.sender).content.files
        assert ("✅" in talk.text) is attached
        await talk.tap(file)
        await talk.tap("form:keep")
        assert CERTIFICATE in rooms.submission(talk.sender).content.files
        if not outage.happened:
            return
    pytest.fail("it never came through")


# --- helpers


async def command(talk: Talk, words: str, number: str | None = None) -> str:
    """Taps a payload, or types words."""
    kind = words.partition(":")[0]
    if kind in ("form", "field", "option"):
        return await talk.tap(words, message=number)
    return await talk.say(words, message=number)


def field_of(rooms: Rooms) -> str | None:
    """The field that is asked now."""
    one = rooms.submission()
    return field_asked(assistant.forms().get(one.procedure), one.content)


# --- what is shared instead of typed


async def test_a_contact_answers_the_question_for_a_telephone_number(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "applicant_phone")
    assert talk.last.wants_contact
    await talk.share_contact("+84987654321")
    assert rooms.submission().content.answers["applicant_phone"] == "0987654321"
    assert not talk.last.wants_contact
    assert "987654321" not in repr(talk.slots) + rooms.everything_stored()


async def test_a_contact_from_abroad_is_refused_like_a_typed_one(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "applicant_phone")
    assert "Số điện thoại chưa đúng" in await talk.share_contact("+8562012345678")
    assert "applicant_phone" not in rooms.submission().content.answers


@pytest.mark.parametrize("field", ["applicant_name", "note", ""])
async def test_a_contact_that_is_not_asked_for_is_not_kept(talk: Talk, rooms: Rooms, field: str) -> None:
    await at(talk, field)
    before = rooms.submission().content
    assert "utter_give_contact" in await talk.share_contact("+84987654321")
    assert rooms.submission().content == before
    assert talk.form == FORM


async def test_a_contact_is_no_consent_and_not_kept_before_it(talk: Talk, rooms: Rooms) -> None:
    await talk.tap(f"start:{BIRTH}")
    said = await talk.share_contact("+84987654321")
    assert "utter_give_contact" in said
    assert "Anh/chị đồng ý" in said
    assert assistant.submissions().all_of("a") == []


async def test_a_position_offers_the_nearest_communes(talk: Talk, rooms: Rooms) -> None:
    await begin(talk)
    assert talk.last.wants_location
    said = await talk.share_position(18.673, 105.681)
    assert "Gần anh/chị nhất: " in said
    titles = [button.title for button in talk.last.buttons[:3]]
    assert all(title in said for title in titles)
    assert "commune" not in rooms.submission().content.answers
    await talk.tap("option:0")
    code = rooms.submission().content.answers["commune"]
    assert assistant.library().surroundings.places.by_code[code].name == titles[0]
    assert not talk.last.wants_location


async def test_a_position_elsewhere_in_the_form_tells_where_the_centre_is(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "applicant_name")
    await talk.share_position(18.673, 105.681)
    assert "action_take_place" in talk.ran
    assert field_of(rooms) == "applicant_name"


# --- the words on buttons, typed where there are none


async def test_the_whole_title_of_an_answer_given_before(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "relation")
    await talk.say("Cha")
    (title,) = [button.title for button in talk.last.buttons if button.title.startswith("Như trên")]
    await talk.say(title)
    assert rooms.submission().content.answers["mother_address"] == ANSWERS["applicant_address"]


async def test_each_way_by_its_title(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "note")
    for title in ("Là sao?", "Quay lại"):
        assert title in [button.title for button in talk.last.buttons]
    assert "Không có thì bỏ qua." in await talk.say("Là sao?")
    await talk.say("Quay lại")
    assert "Cháu sinh ngày nào?" in talk.text
    await talk.say(TYPED["child_birth_date"])
    await talk.say("Bỏ qua")
    assert "note" in rooms.submission().content.skipped
    assert "Đã lưu tờ khai" in await talk.say("Để sau", "deny")
    assert (talk.form, rooms.submission().state) == (None, State.LATER)
    assert "Cần mấy bản sao?" in await talk.say("Làm tiếp", "fill_in")


async def test_documents_and_the_end_by_their_titles(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "")
    await talk.say("Bỏ qua giấy này", "dont_know")
    await talk.say("Bỏ qua", "dont_know")
    assert "form:send" in talk.buttons
    assert "muốn sửa mục nào" in await talk.say("Sửa", "out_of_scope")
    await talk.say("ghi chú")
    await talk.say("đã xem")
    assert "form:send" in talk.buttons
    await talk.say("Gửi", "give_file")
    assert len(rooms.drafts()) == 1


async def test_a_doubtful_photo_is_kept_by_words(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "")
    await talk.tap(sent(b"dark", BLURRED))
    assert "Vẫn dùng ảnh này" in [button.title for reply in talk.replies for button in reply.buttons]
    assert f"Đã nhận {CERTIFICATE}" in await talk.say("Vẫn dùng ảnh này")


async def test_those_words_are_an_answer_where_no_photo_is_doubtful(talk: Talk, rooms: Rooms) -> None:
    await at(talk, "note")
    await talk.say("Vẫn dùng ảnh này")
    assert rooms.submission().content.answers["note"] == "Vẫn dùng ảnh này"


async def test_what_came_of_it_is_told_again_by_words(talk: Talk, rooms: Rooms) -> None:
    await at_summary(talk)
    await talk.tap("form:send")
    (stored,) = rooms.drafts()
    assert stored.draft.code in await talk.say("Xem lại tờ khai", "fill_in")


async def test_a_choice_that_need_not_be_made_is_left_out_by_words(talk: Talk, rooms: Rooms) -> None:
    """ "Không có" may be an answer to it; "bỏ qua" is none."""
    assert skips_for_sure("Bỏ qua")
    assert skips_for_sure("dạ bỏ qua câu này ạ")
    assert not skips_for_sure("không có")
    assert not skips_for_sure("bỏ qua không có cũng được không em ơi anh chị")
