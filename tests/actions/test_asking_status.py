"""Where is my dossier: code and proof in whatever order they come, and every way in which that fails."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
import segno
from PIL import Image

from actions import assistant
from actions.asking_status import FORM
from actions.dossiers.access import Asker
from actions.dossiers.dossier import Dossier, Status
from actions.dossiers.errors import RegisterRefuses, RegisterStrange
from actions.submissions.submission import Content
from actions.submitting import FORM as SUBMISSION_FORM
from knowledge.reply import Outcome
from tests.actions.conftest import FakeLibrary
from tests.actions.eforms import BIRTH, STAY
from tests.actions.rooms import Rooms
from tests.actions.submissions.pictures import jpeg, photo, sheet, with_code
from tests.actions.talking import Talk

ASKER = Asker("a", "address-a")
MOST_WORK = 30  # pieces of work with the database in one turn
WRONG = "Mã hồ sơ hoặc thông tin xác nhận chưa khớp"


@pytest.fixture
def dossier(rooms: Rooms) -> Dossier:
    """One under way that is the citizen's, who has the receipt in their hand."""
    return rooms.example(status=Status.IN_PROGRESS)


def secret(dossier: Dossier) -> str:
    assert dossier.proofs.secret is not None
    return dossier.proofs.secret.get_secret_value()


def digits(dossier: Dossier) -> tuple[str, str]:
    """The last digits of the telephone and of the identity number."""
    phone, identity = dossier.proofs.phone, dossier.proofs.identity_number
    assert phone is not None
    assert identity is not None
    return phone.get_secret_value()[-4:], identity.get_secret_value()[-4:]


def end_of(dossier: Dossier) -> str:
    """How an answer names it."""
    return f"…{dossier.code[-4:]}"


async def agreed(talk: Talk) -> None:
    """Consent was given before."""
    assistant.consents().give(talk.sender, "status")


async def open_it(talk: Talk, dossier: Dossier) -> str:
    """The shortest way to a dossier."""
    await agreed(talk)
    return await talk.say(f"hồ sơ {dossier.code} mã tra cứu {secret(dossier)}", "ask_status")


# --- consent comes first


async def test_nothing_is_looked_up_before_consent(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    said = await talk.say(f"hồ sơ {dossier.code} mã tra cứu {secret(dossier)}", "ask_status")
    assert "Anh/chị đồng ý" in said
    assert talk.buttons == ["consent:status=yes", "consent:status=no"]
    assert rooms.province.asked == []
    assert end_of(dossier) not in said


async def test_after_consent_what_was_said_before_is_looked_up_at_once(talk: Talk, dossier: Dossier) -> None:
    await talk.say(f"hồ sơ {dossier.code} mã tra cứu {secret(dossier)}", "ask_status")
    said = await talk.tap("consent:status=yes")
    assert end_of(dossier) in said
    assert talk.form is None


@pytest.mark.parametrize("yes", ["đồng ý", "vâng ạ", "ok"])
async def test_consent_in_words(talk: Talk, dossier: Dossier, yes: str) -> None:
    await talk.say(f"hồ sơ {dossier.code} mã tra cứu {secret(dossier)}", "ask_status")
    assert end_of(dossier) in await talk.say(yes, "affirm")


@pytest.mark.parametrize("no", ["không đồng ý", "ko", None])
async def test_who_refuses_is_told_where_else(talk: Talk, rooms: Rooms, dossier: Dossier, no: str | None) -> None:
    await talk.say(f"hồ sơ {dossier.code} mã tra cứu {secret(dossier)}", "ask_status")
    said = await (talk.say(no, "deny") if no else talk.tap("consent:status=no"))
    assert "tôi không tra" in said
    assert "dichvucong.gov.vn/tra-cuu-ho-so" in said
    assert rooms.province.asked == []
    assert (talk.form, talk.slots["looking"]) == (None, None)
    assert [(one.purpose, one.said) for one in assistant.consents().history("a")] == [("status", "no")]


async def test_a_code_instead_of_consent_is_no_consent(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    """It is kept until there is consent."""
    await talk.tap("intent:ask_status")
    assert "Anh/chị đồng ý" in await talk.say(dossier.code)
    assert rooms.province.asked == []
    await talk.tap("consent:status=yes")
    assert end_of(dossier) in await talk.say(secret(dossier))


@pytest.mark.parametrize("question", ["có mất tiền không", "có cần giấy tờ gì không?", "được không em"])
async def test_a_question_that_begins_like_a_yes_is_none(talk: Talk, rooms: Rooms, question: str) -> None:
    await talk.tap("intent:ask_status")
    await talk.say(question, "ask_follow_up")
    assert not assistant.consents().given("a", "status")


# --- code and proof


async def test_code_and_proof_in_one_message(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    said = await open_it(talk, dossier)
    assert end_of(dossier) in said
    assert "Trạng thái: Đang xử lý." in said
    assert (talk.form, talk.slots["looking"], talk.slots["looked"]) == (None, None, None)


async def test_code_then_secret(talk: Talk, dossier: Dossier) -> None:
    await agreed(talk)
    assert "mã hồ sơ in trên giấy tiếp nhận" in await talk.say("hồ sơ của tôi đến đâu rồi", "ask_status")
    assert talk.last.wants_file
    said = await talk.say(dossier.code.lower().replace("-", " "))
    assert "mã tra cứu" in said
    assert end_of(dossier) in said
    assert "Trạng thái" not in said
    assert "Trạng thái: Đang xử lý." in await talk.say(f"mã tra cứu của tui là {secret(dossier)} ạ")


async def test_digits_together_and_one_after_the_other(talk: Talk, dossier: Dossier) -> None:
    phone, identity = digits(dossier)
    await agreed(talk)
    await talk.say(dossier.code, "ask_status")
    assert "Còn một nửa nữa" in await talk.say(f"4 số cuối điện thoại {phone}")
    assert "Trạng thái" in await talk.say(f"căn cước {identity}")
    other = Talk("b")
    await agreed(other)
    await other.say(dossier.code, "ask_status")
    assert "Trạng thái" in await other.say(f"{phone} và {identity}")


async def test_proof_before_code(talk: Talk, dossier: Dossier) -> None:
    await agreed(talk)
    await talk.tap("intent:ask_status")
    assert "mã hồ sơ in trên giấy" in await talk.say(f"mã tra cứu {secret(dossier)}")
    assert "Trạng thái" in await talk.say(dossier.code)


async def test_no_name_can_be_read(talk: Talk, dossier: Dossier) -> None:
    said = await open_it(talk, dossier)
    assert dossier.owner not in said
    assert dossier.code not in said


async def test_code_and_proof_are_nowhere_in_plain(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    phone, _ = digits(dossier)
    await talk.say(f"hồ sơ {dossier.code}", "ask_status")
    await talk.say(f"4 số cuối điện thoại {phone}")
    kept = repr(talk.slots)
    assert dossier.code not in kept
    assert phone not in kept
    await talk.tap("consent:status=yes")
    await talk.say(f"mã tra cứu {secret(dossier)}")
    kept = repr(talk.slots) + rooms.everything_stored()
    assert dossier.code not in kept
    assert secret(dossier) not in kept


# --- a contact for which the channel vouches


def contact(dossier: Dossier) -> str:
    """The applicant's whole number, as channels tell it."""
    assert dossier.proofs.phone is not None
    return f"+84{dossier.proofs.phone.get_secret_value().removeprefix('0')}"


async def test_the_applicants_own_contact_is_a_proof(talk: Talk, dossier: Dossier) -> None:
    await agreed(talk)
    await talk.say(dossier.code, "ask_status")
    assert talk.last.wants_contact
    assert "Trạng thái" in await talk.share_contact(contact(dossier))
    assert talk.form is None


async def test_after_half_a_proof_a_contact_will_do(talk: Talk, dossier: Dossier) -> None:
    await agreed(talk)
    await talk.say(dossier.code, "ask_status")
    await talk.say(f"4 số cuối điện thoại {digits(dossier)[0]}")
    assert talk.last.wants_contact
    assert "Trạng thái" in await talk.share_contact(contact(dossier))


@pytest.mark.parametrize(
    "change", [lambda number: number[:-1] + str((int(number[-1]) + 1) % 10), lambda _: "+8562012345"]
)
async def test_the_whole_number_must_be_the_same(talk: Talk, dossier: Dossier, change: Callable[[str], str]) -> None:
    await agreed(talk)
    await talk.say(dossier.code, "ask_status")
    said = await talk.share_contact(change(contact(dossier)))
    assert WRONG in said
    assert "Trạng thái" not in said


async def test_a_number_that_is_typed_is_no_contact(talk: Talk, dossier: Dossier) -> None:
    await agreed(talk)
    await talk.say(dossier.code, "ask_status")
    said = await talk.say(contact(dossier), "give_phone")
    assert "Còn một nửa nữa" in said


async def test_a_contact_before_consent_is_kept_sealed_until_then(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    await talk.say(dossier.code, "ask_status")
    assert "Anh/chị đồng ý" in await talk.share_contact(contact(dossier))
    assert rooms.province.asked == []
    kept = repr(talk.slots) + rooms.everything_stored()
    assert contact(dossier).removeprefix("+84") not in kept
    assert "Trạng thái" in await talk.tap("consent:status=yes")
    assert contact(dossier).removeprefix("+84") not in repr(talk.slots) + rooms.everything_stored()


async def test_a_contact_before_the_code_waits_for_it(talk: Talk, dossier: Dossier) -> None:
    await agreed(talk)
    await talk.tap("intent:ask_status")
    assert "mã hồ sơ in trên giấy" in await talk.share_contact(contact(dossier))
    assert "Trạng thái" in await talk.say(dossier.code)


async def test_a_contact_that_nothing_asked_for_is_not_kept(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    before = rooms.everything_stored()
    assert await talk.share_contact(contact(dossier)) == "utter_give_contact"
    assert rooms.everything_stored() == before
    assert contact(dossier).removeprefix("+84") not in repr(talk.slots)


# --- what cannot be opened


async def wrong_answer(talk: Talk, message: str) -> str:
    await agreed(talk)
    await talk.say(message, "ask_status")
    return talk.replies[0].text


async def test_a_wrong_code_and_a_wrong_proof_are_told_the_same(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    """The same words, the same time."""
    begun = rooms.clock()
    proof = await wrong_answer(talk, f"hồ sơ {dossier.code} mã tra cứu QQQQ99")
    between = rooms.clock()
    code = await wrong_answer(Talk("b", "b"), f"hồ sơ 000.00.00.H41-261105-9999 mã tra cứu {secret(dossier)}")
    assert proof == code
    assert WRONG in proof
    assert between - begun == rooms.clock() - between


async def test_after_a_wrong_one_everything_is_asked_again(talk: Talk, dossier: Dossier) -> None:
    await agreed(talk)
    await talk.say(dossier.code, "ask_status")
    said = await talk.say("mã tra cứu QQQQ99")
    assert WRONG in said
    assert "mã hồ sơ in trên giấy" in said
    assert "intent:hand_off" in [button.payload for button in talk.replies[0].buttons]
    await talk.say(dossier.code)
    assert "Trạng thái" in await talk.say(secret(dossier))


async def test_who_tries_too_often_must_wait(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    await agreed(talk)
    await talk.tap("intent:ask_status")
    for number in range(3):
        await talk.say(f"{dossier.code} mã tra cứu QQQQ9{number}")
    assert "Lần thử tiếp theo: sau" in talk.text
    assert talk.form is None
    said = await talk.say(f"hồ sơ {dossier.code} mã tra cứu {secret(dossier)}", "ask_status")
    assert "tạm chưa kiểm tra tiếp" in said
    assert "Trạng thái" not in said
    rooms.clock.set_on(timedelta(hours=3))
    assert "Trạng thái" in await talk.say(f"hồ sơ {dossier.code} mã tra cứu {secret(dossier)}", "ask_status")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("hồ sơ 000.00.00.H35-240510-0001", "của tỉnh khác"),
        ("hồ sơ 000.00.00.H41-241340-0001", "Phần ngày trong mã không thể có"),
        ("hồ sơ H41-240510", "chưa đủ"),
    ],
)
async def test_what_is_wrong_with_a_code_is_told(talk: Talk, rooms: Rooms, typed: str, told: str) -> None:
    assert told in await talk.say(typed, "ask_status")
    await agreed(talk)
    await talk.tap("intent:ask_status")
    assert told in await talk.say(typed.removeprefix("hồ sơ "))
    assert rooms.province.asked == []


async def test_words_without_a_code_are_told_so(talk: Talk) -> None:
    await agreed(talk)
    await talk.tap("intent:ask_status")
    said = await talk.say("giấy của em")
    assert "chưa thấy mã hồ sơ" in said
    assert "mã hồ sơ in trên giấy" in said


@pytest.mark.parametrize("stop", ["thôi", "hủy", "để sau", "không cần nữa"])
async def test_who_gives_up_is_left_alone(talk: Talk, dossier: Dossier, stop: str) -> None:
    await agreed(talk)
    await talk.say(dossier.code, "ask_status")
    assert "thôi không tra nữa" in await talk.say(stop, "deny")
    assert (talk.form, talk.slots["looking"]) == (None, None)


@pytest.mark.parametrize(
    ("question", "intent", "ran"),
    [
        ("làm khai sinh cần giấy tờ gì?", "ask_procedure", "action_answer"),
        ("cho gặp cán bộ", "hand_off", "action_ask_hand_over_form_contact"),
        ("xem dữ liệu của tôi", "show_my_data", "action_show_my_data"),
    ],
)
async def test_a_question_in_between_is_answered(talk: Talk, question: str, intent: str, ran: str) -> None:
    await agreed(talk)
    await talk.tap("intent:ask_status")
    await talk.say(question, intent)
    assert ran in talk.ran


async def test_after_a_question_in_between_it_goes_on(talk: Talk, dossier: Dossier) -> None:
    await agreed(talk)
    await talk.say(dossier.code, "ask_status")
    said = await talk.say("làm khai sinh cần giấy tờ gì?", "ask_procedure", aspects="documents")
    assert said.endswith("4321 và 0789.")
    assert "Trạng thái" in await talk.say(secret(dossier))


# --- known dossiers


async def test_a_known_dossier_is_told_without_a_proof(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    await open_it(talk, dossier)
    rooms.clock.set_on(timedelta(days=2))
    rooms.move(dossier, Status.FINISHED)
    said = await talk.say("hồ sơ của tôi tới đâu rồi", "ask_status")
    assert end_of(dossier) in said
    assert "Trạng thái: Đã xử lý xong." in said


async def test_of_several_known_ones_one_is_chosen(talk: Talk, rooms: Rooms) -> None:
    first, second = rooms.examples[:2]
    await open_it(talk, first)
    await open_it(talk, second)
    said = await talk.say("hồ sơ của tôi", "ask_status")
    assert "hồ sơ nào" in said
    assert [button.title[:5] for button in talk.last.buttons] == [end_of(second), end_of(first), "Hồ sơ"]
    assert "Trạng thái" not in said
    assert end_of(first) in await talk.choose(end_of(first))


async def test_another_one_than_the_known(talk: Talk, dossier: Dossier) -> None:
    await open_it(talk, dossier)
    assert "mã hồ sơ in trên giấy" in await talk.choose("Hồ sơ khác")


async def test_a_button_of_somebody_else_opens_nothing(talk: Talk, dossier: Dossier) -> None:
    await open_it(talk, dossier)
    ref = talk.slots["dossier"]
    thief = Talk("b")
    await agreed(thief)
    said = await thief.tap(f"dossier:{ref}")
    assert end_of(dossier) not in said
    assert "mã hồ sơ in trên giấy" in said


async def test_after_a_month_the_proof_is_wanted_again(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    await open_it(talk, dossier)
    ref = talk.slots["dossier"]
    rooms.clock.set_on(timedelta(days=31))
    assert "mã hồ sơ in trên giấy" in await talk.tap(f"dossier:{ref}")
    assert talk.form == FORM
    assert "Trạng thái" in await talk.say(f"{dossier.code} mã tra cứu {secret(dossier)}")


async def test_a_dossier_that_the_province_has_lost(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    await open_it(talk, dossier)
    rooms.province.inner.remove(dossier.code)
    rooms.clock.set_on(timedelta(minutes=1))
    assert "không còn thấy hồ sơ này" in await talk.say("hồ sơ của tôi", "ask_status")


async def test_known_ones_are_offered_by_the_short_name_of_the_record(talk: Talk, rooms: Rooms) -> None:
    """No name is cut within a word; what the register calls it may be as long as it likes."""
    first, second = rooms.examples[:2]
    long = "Thủ tục đăng ký khai sinh cho trẻ em sinh ra tại nước ngoài và đã về cư trú tại Việt Nam"
    rooms.province.inner.put(first.model_copy(update={"procedure": BIRTH, "procedure_name": long}))
    rooms.province.inner.put(second.model_copy(update={"procedure": None, "procedure_name": long}))
    await open_it(talk, first)
    await open_it(talk, second)
    await talk.say("hồ sơ của tôi", "ask_status")
    titles = [button.title for button in talk.last.buttons]
    assert f"{end_of(first)} – Đăng ký khai sinh" in titles
    (cut,) = [title for title in titles if title.endswith("…")]
    assert cut.removeprefix(f"{end_of(second)} – ").removesuffix("…") + " " in long


# --- questions about the dossier that was told


ASKED = [
    ("nộp tiền ở mô", "ask_follow_up", "where"),
    ("khi mô xong", "ask_follow_up", "time_limit"),
    ("thiếu giấy chi", "ask_status", "documents"),
    ("ai đang giữ", "ask_status", ""),
    ("giờ tôi phải làm gì", "ask_journey", "steps"),
]


@pytest.mark.parametrize(("text", "intent", "aspects"), ASKED)
async def test_a_question_after_it_is_answered_from_it(
    talk: Talk, rooms: Rooms, library: FakeLibrary, dossier: Dossier, text: str, intent: str, aspects: str
) -> None:
    """Not from the procedure under discussion, and not by asking which dossier."""
    await open_it(talk, rooms.examples[0])
    await open_it(talk, dossier)
    said = await talk.say(text, intent, aspects=aspects)
    assert said.splitlines()[1].startswith(f"Hồ sơ {end_of(dossier)}")
    assert "Nguồn:" in said
    assert "Chủ hồ sơ" not in said
    assert library.searched == []
    assert talk.buttons == [f"dossier:{talk.slots['dossier']}"]
    assert "Trạng thái" in await talk.choose("Xem cả hồ sơ")


async def test_one_question_after_the_other(talk: Talk, dossier: Dossier) -> None:
    await open_it(talk, dossier)
    for text, intent, aspects in (*ASKED, ("cảm ơn", "thank", ""), *ASKED):
        said = await talk.say(text, intent, aspects=aspects)
        assert intent == "thank" or end_of(dossier) in said


async def test_once_something_else_was_told_questions_are_about_that(
    talk: Talk, library: FakeLibrary, dossier: Dossier
) -> None:
    await open_it(talk, dossier)
    library.reply = library.tell(STAY)
    await talk.say("đăng ký tạm trú cần giấy tờ gì", "ask_procedure", aspects="documents")
    assert end_of(dossier) not in await talk.say("khi mô xong", "ask_follow_up", aspects="time_limit")


async def test_a_question_that_names_a_procedure_is_about_that(
    talk: Talk, library: FakeLibrary, dossier: Dossier
) -> None:
    await open_it(talk, dossier)
    library.named = STAY
    assert end_of(dossier) not in await talk.say("khi mô xong", "ask_follow_up", aspects="time_limit")


async def test_before_a_dossier_was_told_there_is_none_to_ask_about(talk: Talk, library: FakeLibrary) -> None:
    await talk.say("khi mô xong", "ask_follow_up", aspects="time_limit")
    assert library.texts == ["khi mô xong"]


async def test_in_the_middle_of_a_form_a_question_about_it_is_answered_and_the_form_goes_on(
    filling: Talk, dossier: Dossier
) -> None:
    await open_it(filling, dossier)
    said = await filling.say("ai đang giữ hồ sơ vậy?", "ask_status")
    assert f"Hồ sơ {end_of(dossier)}" in said
    assert said.endswith("Nộp ở xã, phường nào?")


async def test_a_question_about_it_while_the_province_is_away(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    await open_it(talk, dossier)
    rooms.clock.set_on(timedelta(hours=1))
    rooms.away()
    assert "đang không trả lời" in await talk.say("khi mô xong", "ask_follow_up", aspects="time_limit")


async def test_a_question_about_it_when_the_proof_is_wanted_again(
    talk: Talk, rooms: Rooms, library: FakeLibrary, dossier: Dossier
) -> None:
    await open_it(talk, dossier)
    rooms.clock.set_on(timedelta(days=31))
    assert end_of(dossier) not in await talk.say("khi mô xong", "ask_follow_up", aspects="time_limit")


# --- the picture


async def test_a_picture_of_the_timeline_comes_with_it(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    await open_it(talk, dossier)
    (attached,) = talk.last.attached
    stored = rooms.opened(attached)
    assert (attached.media_type, attached.size) == ("image/png", len(stored.content))
    assert Image.open(io.BytesIO(stored.content)).width > 300
    assert end_of(dossier) in attached.alt or "Tiếp nhận" in attached.alt
    assert dossier.owner not in attached.alt
    assert assistant.files().fetch(attached.id, "b") is None


async def test_buttons_below_it(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    await open_it(talk, dossier)
    assert talk.buttons == ["follow:yes", "intent:other_dossier"]
    await open_it(talk, rooms.example(status=Status.RETURNED))
    assert talk.buttons == ["intent:take_survey", "intent:other_dossier"]


async def test_made_up_data_is_called_so(talk: Talk, dossier: Dossier) -> None:
    assert "Dữ liệu thử nghiệm" in await open_it(talk, dossier)


# --- a photo of the receipt


def receipt(text: str) -> bytes:
    return jpeg(photo(with_code(sheet(), text, modules=8, at=(900, 1500))))


def upload(content: bytes, sender: str = "a") -> str:
    return f"file:{assistant.attachments().take(sender, 'giay-hen.jpg', content).id}"


async def test_a_photo_of_the_receipt_gives_the_code(talk: Talk, dossier: Dossier) -> None:
    await agreed(talk)
    await talk.tap("intent:ask_status")
    said = await talk.tap(upload(receipt(f"https://dichvucong.example.vn/tra-cuu?ma={dossier.code}")))
    assert end_of(dossier) in said
    assert "mã tra cứu" in said
    assert "Trạng thái" in await talk.say(secret(dossier))


async def test_a_photo_before_consent_is_kept_until_then(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    await talk.tap("intent:ask_status")
    assert "Anh/chị đồng ý" in await talk.tap(upload(_qr(dossier.code)))
    assert rooms.province.asked == []
    assert end_of(dossier) in await talk.tap("consent:status=yes")


async def test_a_photo_without_a_code(talk: Talk) -> None:
    await agreed(talk)
    await talk.tap("intent:ask_status")
    said = await talk.tap(upload(jpeg(photo(sheet(900, 1200)))))
    assert "chưa đọc được mã trong ảnh" in said
    assert talk.replies[0].wants_file


async def test_a_photo_with_a_code_of_another_province(talk: Talk, rooms: Rooms) -> None:
    await agreed(talk)
    await talk.tap("intent:ask_status")
    assert "của tỉnh khác" in await talk.tap(upload(_qr("000.00.00.H35-261105-0007")))
    assert rooms.province.asked == []


async def test_nobody_reads_the_photo_of_another(talk: Talk, dossier: Dossier) -> None:
    await agreed(talk)
    await talk.tap("intent:ask_status")
    said = await talk.tap(upload(_qr(dossier.code), sender="b"))
    assert end_of(dossier) not in said


def _qr(text: str) -> bytes:
    """A code alone, large and clean."""
    drawn = io.BytesIO()
    segno.make(text, micro=False).save(drawn, kind="png", scale=12, border=6)
    return jpeg(Image.open(drawn).convert("RGB").resize((900, 900)))


# --- the province's system is away


async def test_away_is_told_with_when_it_was_last_seen(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    await agreed(talk)
    rooms.province.inner.all(1)
    rooms.clock.set_on(timedelta(minutes=30))
    rooms.away()
    said = await talk.say(f"hồ sơ {dossier.code} mã tra cứu {secret(dossier)}", "ask_status")
    assert "đang không trả lời" in said
    assert "Lần cuối hệ thống trả lời: 09:00" in said
    assert talk.last.outcome is Outcome.TROUBLE
    assert [button.title for button in talk.last.buttons] == ["Báo tôi khi tra được"]
    assert talk.form is None


async def test_told_when_it_is_back(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    await agreed(talk)
    rooms.away()
    await talk.say(dossier.code, "ask_status")
    await talk.say(secret(dossier))
    assert "Anh/chị đồng ý nhận tin" in await talk.choose("Báo tôi khi tra được")
    assert "Khi hệ thống của tỉnh trả lời lại" in await talk.tap("consent:notices=yes")
    assert assistant.following().held("a") == ["Chờ báo khi hệ thống của tỉnh hoạt động trở lại"]


async def test_away_costs_no_attempt(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    await agreed(talk)
    rooms.away()
    for _ in range(5):
        await talk.say(f"hồ sơ {dossier.code} mã tra cứu {secret(dossier)}", "ask_status")
    rooms.back()
    rooms.clock.set_on(timedelta(minutes=2))
    assert "Trạng thái" in await talk.say(f"hồ sơ {dossier.code} mã tra cứu {secret(dossier)}", "ask_status")


@pytest.mark.parametrize("error", [RegisterStrange("odd"), RegisterRefuses("token")])
async def test_any_trouble_of_the_register_is_a_sentence(
    talk: Talk, rooms: Rooms, dossier: Dossier, error: Exception
) -> None:
    await agreed(talk)
    rooms.province.trouble = error
    said = await talk.say(f"hồ sơ {dossier.code} mã tra cứu {secret(dossier)}", "ask_status")
    assert "đang không trả lời" in said
    assert talk.form is None


async def test_a_known_dossier_while_the_province_is_away(talk: Talk, rooms: Rooms, dossier: Dossier) -> None:
    await open_it(talk, dossier)
    rooms.clock.set_on(timedelta(hours=1))
    rooms.away()
    assert "Lần cuối hệ thống trả lời: 09:00" in await talk.say("hồ sơ của tôi", "ask_status")


# --- in the middle of an e-form


@pytest.fixture
async def filling(talk: Talk, rooms: Rooms) -> Talk:
    """Somebody who is asked the first question of an e-form."""
    assistant.consents().give("a", "submission")
    assistant.submissions().begin("a", BIRTH, Content(), "before")
    await talk.begin_session()
    return talk


async def test_the_interrupted_form_goes_on(filling: Talk, dossier: Dossier) -> None:
    said = await open_it(filling, dossier)
    assert "Trạng thái" in said
    assert said.endswith("Nộp ở xã, phường nào?")
    assert filling.form == SUBMISSION_FORM


@pytest.mark.parametrize("end", ["thôi", "consent:status=no"])
async def test_it_goes_on_after_giving_up_too(filling: Talk, end: str) -> None:
    await filling.tap("intent:ask_status")
    assert filling.form == FORM
    said = await (filling.tap(end) if ":" in end else filling.say(end, "deny"))
    assert said.endswith("Nộp ở xã, phường nào?")
    assert filling.form == SUBMISSION_FORM


async def test_a_button_that_needs_a_proof_again_asks_for_it(filling: Talk, rooms: Rooms, dossier: Dossier) -> None:
    await open_it(filling, dossier)
    ref = filling.slots["dossier"]
    rooms.clock.set_on(timedelta(days=31))
    assert "mã hồ sơ in trên giấy" in await filling.tap(f"dossier:{ref}")
    assert filling.form == FORM


# --- the database is away


SCRIPTS = {
    "first": ("intent:ask_status",),
    "first with a code": ("{code}",),
    "all at once": ("{all}",),
    "consent": ("{code}", "consent:status=yes"),
    "proof": ("{code}", "consent:status=yes", "{secret}"),
    "no": ("{code}", "consent:status=no"),
    "known": ("{all}", "consent:status=yes", "intent:ask_status"),
}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
async def test_whenever_the_database_goes_away_there_is_a_sentence(
    rooms: Rooms, dossier: Dossier, script: tuple[str, ...]
) -> None:
    words = {"code": dossier.code, "secret": secret(dossier), "all": f"{dossier.code} mã tra cứu {secret(dossier)}"}
    for after in range(MOST_WORK):
        talk = Talk(f"citizen {after}", f"address {after}")
        *before, last = [one.format(**words) for one in script]
        for one in before:
            await _send(talk, one)
        with rooms.outage(after) as outage:
            assert await _send(talk, last)
        asked, given = "Anh/chị đồng ý" in talk.text, assistant.consents().given(talk.sender, "status")
        await talk.say("ok", "affirm")
        assert talk.said
        assert assistant.consents().given(talk.sender, "status") is (asked or given)
        if not outage.happened:
            return
    pytest.fail("it never came through")


async def _send(talk: Talk, words: str) -> str:
    kind = words.partition(":")[0]
    return await (talk.tap(words) if kind in ("intent", "consent") else talk.say(words, "ask_status"))
