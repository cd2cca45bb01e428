"""Dossiers, notices, forms and personal data with the real assistant, in front of the sandbox's REST interface."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader
from sqlalchemy.engine import make_url

from actions.dossiers.dossier import Status
from actions.dossiers.sandbox.control_routes import Listed
from actions.dossiers.timeline import short_code
from actions.submissions.drafted import DOCX, PDF, PNG
from actions.submissions.form import EForm, load_forms
from tests.actions.dossiers.sandbox_server import Sandbox
from tests.actions.submissions import pdfs, pictures
from tests.actions.submissions.birth import ANSWERS, CODE, TYPED
from tests.conversations.dossier_house import (
    AGREE,
    FEE,
    FEE_TOLD,
    Talk,
    answer,
    answer_all,
    begin_birth,
    drafts,
    files_of,
    fill_in,
    made_up_name,
    names_of,
    notice_within,
    qr,
    read_qr,
    sandbox_at,
    sent,
    skip_documents,
    tables,
    tables_with,
    talking,
    told_with_a_reply,
)
from tests.house import Entry

# What stays after everything is erased, without a name: the trail, and the failures, so that erasing resets no limit.
EVIDENCE = {"consent", "dossier_audit", "dossier_tries"}

pytestmark = [pytest.mark.house, pytest.mark.xdist_group("house")]


@pytest.fixture(scope="module")
def talk_to(assistant: Entry) -> Iterator[Callable[[], Talk]]:
    with talking(assistant.url) as begin:
        yield begin


@pytest.fixture
def talk(talk_to: Callable[[], Talk]) -> Talk:
    return talk_to()


@pytest.fixture(scope="module")
def sandbox(assistant: Entry) -> Iterator[Sandbox]:
    with sandbox_at(assistant.sandbox) as control:
        yield control


@pytest.fixture
def dossier(sandbox: Sandbox) -> Listed:
    """A dossier that an office works on."""
    return sandbox.put_into(sandbox.begin().code, Status.IN_PROGRESS)


@pytest.fixture(scope="module")
def birth() -> EForm:
    return load_forms().get(CODE)


def opened(talk: Talk, dossier: Listed) -> None:
    """The shortest way to a dossier."""
    talk.say(f"tra cứu hồ sơ {dossier.code}")
    talk.tap(AGREE)
    talk.say(f"mã tra cứu {dossier.secret}")
    talk.reads(short_code(dossier.code), "Đang xử lý")


def without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


# Where is my dossier


@pytest.mark.parametrize(
    ("question", "form_of_code"),
    [
        ("hồ sơ của tôi tới đâu rồi", "{code}"),
        ("ho so cua toi toi dau roi", "h41 {day} {serial}"),
        ("hồ sơ tui tới mô rồi eng", "H41{day}{serial}"),
        ("hs của e đến đâu r ạ", "mã là h41 - {day} - {serial} nhé"),
        ("tra hồ sơ giúp tui, nộp răng mà lâu rứa", "000.00.00.h41_{day}_{serial}"),
    ],
)
def test_a_dossier_is_found_however_it_is_asked_for(
    talk: Talk, dossier: Listed, question: str, form_of_code: str
) -> None:
    _, day, serial = dossier.code.split("-")
    talk.say(question)
    talk.reads("mã tra cứu", AGREE)
    talk.tap(AGREE)
    talk.reads("mã hồ sơ")
    talk.say(form_of_code.format(code=dossier.code, day=day, serial=serial))
    talk.reads(short_code(dossier.code), "mã tra cứu")
    talk.reads_nothing_of("Đang xử lý", dossier.owner)
    talk.say(f"{str(dossier.phone)[-4:]} va {str(dossier.identity_number)[-4:]}")
    talk.reads("Dữ liệu thử nghiệm", short_code(dossier.code), "Đang xử lý", "Đang ở", "Tiếp theo", "Nguồn")
    talk.reads_nothing_of(dossier.owner, dossier.code, str(dossier.phone), str(dossier.identity_number))


def test_code_and_proof_may_come_in_one_message(talk: Talk, dossier: Listed) -> None:
    talk.say(f"hồ sơ {dossier.code} tới đâu rồi, mã tra cứu {dossier.secret}")
    talk.tap(AGREE)
    talk.reads(short_code(dossier.code), "Đang xử lý")


def test_code_and_proof_may_come_in_one_message_once_there_is_consent(
    talk: Talk, dossier: Listed, sandbox: Sandbox
) -> None:
    opened(talk, dossier)
    other = sandbox.put_into(sandbox.begin().code, Status.FINISHED)
    talk.say(f"tra hồ sơ {other.code} mã tra cứu {other.secret}")
    talk.reads(short_code(other.code), "Đã xử lý xong")


def test_a_bare_code_is_enough_to_begin(talk: Talk, dossier: Listed) -> None:
    _, day, serial = dossier.code.split("-")
    talk.say(f"h41 {day} {serial}")
    talk.tap(AGREE)
    talk.reads(short_code(dossier.code), "mã tra cứu")


def test_the_picture_shows_the_way_of_the_dossier(talk: Talk, dossier: Listed) -> None:
    opened(talk, dossier)
    fetched = talk.attached(PNG)
    picture = Image.open(io.BytesIO(fetched.content))
    picture.load()
    assert picture.format == "PNG"
    assert min(picture.size) >= 300
    assert len(picture.convert("RGB").getcolors(1 << 24) or ()) > 10
    assert talk.last
    alt = talk.last.attached[0].alt
    assert short_code(dossier.code) in alt
    assert dossier.owner not in alt


def test_a_picture_of_the_receipt_tells_the_code(talk: Talk, dossier: Listed) -> None:
    receipt = pictures.with_code(pictures.photo(pictures.sheet()), dossier.code)
    talk.give(pictures.jpeg(receipt), "giay-hen.jpg")
    talk.tap(AGREE)
    talk.reads(short_code(dossier.code), "mã tra cứu")
    talk.say(f"ma tra cuu {str(dossier.secret).lower()}")
    talk.reads("Đang xử lý")


def test_a_picture_in_the_middle_of_the_look_up_tells_the_code(talk: Talk, dossier: Listed) -> None:
    talk.say("hồ sơ của tôi")
    talk.tap(AGREE)
    talk.give(qr(dossier.code), "qr.png")
    talk.reads(short_code(dossier.code))
    talk.say(str(dossier.secret))
    talk.reads("Đang xử lý")


def test_a_question_in_between_is_answered_and_the_look_up_goes_on(talk: Talk, dossier: Listed) -> None:
    talk.say(f"tra hồ sơ {dossier.code}")
    talk.tap(AGREE)
    talk.say(FEE)
    talk.reads(FEE_TOLD, "mã tra cứu")
    assert talk.last
    assert talk.last.procedure == CODE
    talk.say(f"mã tra cứu là {dossier.secret}")
    talk.reads(short_code(dossier.code), "Đang xử lý")


def test_who_opened_it_once_need_not_prove_it_again(talk: Talk, dossier: Listed, sandbox: Sandbox) -> None:
    opened(talk, dossier)
    talk.say(FEE)
    sandbox.put_into(dossier.code, Status.FINISHED)
    talk.say("hồ sơ của tôi")
    talk.reads(short_code(dossier.code))
    talk.attached(PNG)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("ai đang giữ", "Đang ở:"),
        ("khi mô xong", "📅"),
        ("thiếu giấy chi", "không ghi hồ sơ này còn thiếu giấy tờ gì"),
        ("nộp tiền ở mô", "hệ thống"),
        ("giờ tui phải mần chi", "👉"),
    ],
)
def test_a_question_right_after_it_is_answered_from_it(talk: Talk, dossier: Listed, question: str, told: str) -> None:
    opened(talk, dossier)
    talk.say(question)
    talk.reads(f"Hồ sơ {short_code(dossier.code)}", told, "Nguồn")
    talk.reads_nothing_of("Chủ hồ sơ", "mã tra cứu")
    talk.tap("Xem cả hồ sơ")
    talk.reads("Đang xử lý")


def test_the_words_on_the_buttons_do_what_they_say(talk: Talk, dossier: Listed) -> None:
    """As they are typed on channels without buttons."""
    talk.say("hồ sơ của tôi")
    talk.say("Đồng ý")
    talk.say(dossier.code)
    talk.say(f"{str(dossier.secret)[:2]} {str(dossier.secret)[2:]}".lower())
    if "Đang xử lý" not in (talk.last.text if talk.last else ""):  # a secret that looks like words
        talk.say(f"mã tra cứu {dossier.secret}")
    talk.reads("Đang xử lý")
    talk.say("Báo tôi khi có thay đổi")
    talk.say("Đồng ý nhận tin")
    talk.reads("Đã bật")
    talk.say("Thôi báo")
    talk.reads("Đã tắt")
    talk.say("Xóa dữ liệu của tôi")
    talk.say("Giữ lại")
    talk.reads("giữ nguyên")
    talk.say("Xóa dữ liệu của tôi")
    talk.say("Xóa hết")
    assert talk.last
    assert talk.last.erased


def test_two_opened_dossiers_are_offered(talk: Talk, dossier: Listed, sandbox: Sandbox) -> None:
    opened(talk, dossier)
    other = sandbox.begin("land")
    talk.tap("Hồ sơ khác")
    talk.say(other.code)
    talk.say(str(other.secret))
    talk.reads(short_code(other.code))
    talk.say("hồ sơ của tôi tới đâu rồi")
    talk.reads("hồ sơ nào")
    talk.tap(short_code(dossier.code))
    talk.reads(short_code(dossier.code), "Đang xử lý")


def test_another_conversation_sees_nothing(talk_to: Callable[[], Talk], dossier: Listed) -> None:
    opened(talk_to(), dossier)
    other = talk_to()
    other.say("hồ sơ của tôi")
    other.reads_nothing_of(short_code(dossier.code), "Đang xử lý")
    other.tap(AGREE)
    other.say(dossier.code)
    other.reads_nothing_of("Đang xử lý", "Đang ở")
    other.reads("mã tra cứu")


def test_a_tap_of_another_conversations_button_opens_nothing(talk_to: Callable[[], Talk], sandbox: Sandbox) -> None:
    first, second = (sandbox.put_into(sandbox.begin().code, Status.IN_PROGRESS) for _ in range(2))
    owner, stranger = talk_to(), talk_to()
    opened(owner, first)
    owner.tap("Hồ sơ khác")
    owner.say(second.code)
    owner.say(str(second.secret))
    owner.say("hồ sơ của tôi")
    stranger.say(*owner.button(short_code(first.code)))
    stranger.reads_nothing_of("Đang xử lý", "Đang ở")


def test_wrong_proof_and_wrong_code_sound_alike_and_the_third_must_wait(
    talk_to: Callable[[], Talk], dossier: Listed
) -> None:
    unknown, known = talk_to(), talk_to()
    for talk, code in ((unknown, "000.00.00.H41-261102-9911"), (known, dossier.code)):
        talk.say(f"tra hồ sơ {code}")
        talk.tap(AGREE)
        talk.say("mã tra cứu AAAAA9")
    assert unknown.last
    assert known.last
    assert unknown.last.text == known.last.text
    known.reads("chưa khớp")
    for wrong in ("mã tra cứu BBBBB8", "mã tra cứu CCCCC7"):
        known.say(dossier.code)
        known.say(wrong)
        known.reads_nothing_of("Đang xử lý")
    known.reads("Lần thử tiếp theo: sau")
    known.say(f"tra hồ sơ {dossier.code}")
    known.say(f"mã tra cứu {dossier.secret}")
    known.reads("thử lại sau")
    known.reads_nothing_of("Đang xử lý")


def test_without_consent_nothing_is_looked_up(talk: Talk, dossier: Listed, assistant: Entry) -> None:
    talk.say(f"tra hồ sơ {dossier.code} mã tra cứu {dossier.secret}")
    talk.tap("Không đồng ý")
    talk.reads_nothing_of("Đang xử lý", "Đang ở")
    names = names_of(assistant, talk.sender(assistant))
    assert tables_with(kept_in(assistant), names) <= {"consent"}


# Told without asking


def test_who_follows_a_dossier_is_told_once_over_the_socket(talk: Talk, dossier: Listed, sandbox: Sandbox) -> None:
    followed(talk, dossier)
    assert notice_within(talk, 3) == []
    sandbox.put_into(dossier.code, Status.FINISHED)
    told = notice_within(talk)
    assert len(told) == 1, talk
    assert short_code(dossier.code) in told[0]
    assert dossier.owner not in told[0]
    assert notice_within(talk, 4) == []
    talk.say("cảm ơn")
    assert talk.conversation.notices() == []


def test_who_does_not_listen_is_told_with_the_next_reply_and_once(
    talk: Talk, dossier: Listed, sandbox: Sandbox
) -> None:
    followed(talk, dossier)
    sandbox.put_into(dossier.code, Status.SUPPLEMENT_ASKED)
    told = told_with_a_reply(talk)
    assert len(told) == 1, talk
    assert "bổ sung" in told[0]
    assert told_with_a_reply(talk, 3) == []
    assert notice_within(talk, 3) == []


@pytest.mark.parametrize("word", ["dừng", "dung", "thôi báo", "đừng nhắn nữa"])
def test_one_word_ends_it(talk: Talk, dossier: Listed, sandbox: Sandbox, word: str) -> None:
    followed(talk, dossier)
    talk.say(word)
    talk.reads("Đã tắt")
    sandbox.put_into(dossier.code, Status.FINISHED)
    assert notice_within(talk, 5) == []


def followed(talk: Talk, dossier: Listed) -> None:
    opened(talk, dossier)
    talk.tap("Báo tôi khi có thay đổi")
    talk.tap("Đồng ý nhận tin")
    talk.reads("Đã bật", "dừng")


# The form


@pytest.mark.parametrize(
    "said",
    [
        "nộp khai sinh cho con",  # as the assistant itself proposes to say it
        "nộp khai sinh online giúp tôi",
        "điền tờ khai khai sinh giúp em",
        "nop ho so khai sinh cho con online",
        "bắt đầu điền tờ khai đăng ký khai sinh",
    ],
)
def test_the_form_begins_however_it_is_asked_for(talk: Talk, birth: EForm, said: str) -> None:
    talk.say(said)
    talk.reads("Để điền tờ khai")
    talk.tap(AGREE)
    talk.reads(birth.question("commune").ask)


def test_the_form_of_what_was_spoken_of_begins_and_asks_nothing_twice(talk: Talk, birth: EForm) -> None:
    talk.say("làm khai sinh cho con mới sinh cần giấy tờ gì")
    talk.tap("Đã kết hôn")
    talk.say("nộp luôn giúp tôi")
    talk.tap(AGREE)
    for asked in TYPED:
        talk.reads(birth.question(asked).ask)
        answer(talk, asked)
        if asked == "mother_address":
            break
    talk.reads(birth.question("father_name").ask)  # that the parents are married says that there is a father


def test_the_birth_form_from_the_first_question_to_the_draft(
    talk: Talk, birth: EForm, assistant: Entry, sandbox: Sandbox
) -> None:
    said = {"applicant_name": made_up_name(), "child_name": "Lê Nguyễn Đức Ân"}
    answer_all(talk, birth, said, fee_before="mother_birth")
    paper = pdfs.scan(pictures.photo(pictures.sheet()))
    talk.give(paper, "giay-chung-sinh.pdf")
    talk.reads("Đã nhận Giấy chứng sinh")
    skip_documents(talk)
    talk.reads(said["applicant_name"], said["child_name"], "Giấy chứng sinh: 1 tệp")
    code = sent(talk)
    talk.reads("chưa phải là đã nộp", "Giấy tờ chứng minh nơi cư trú", "VNeID")
    kept = drafts(assistant.province, assistant.vault_key, said["applicant_name"])
    assert [one.draft.code for one in kept] == [code]
    assert kept[0].request.answers == {**ANSWERS, **said}
    assert [file.content for file in files_of(assistant.province, assistant.vault_key, code)] == [paper]
    assert sandbox.dossier(code).owner == said["applicant_name"]
    told_in_papers(talk, said, code)


def told_in_papers(talk: Talk, said: dict[str, str], code: str) -> None:
    """The filled-in form and the QR code of the page where the draft is finished."""
    pdf, docx = talk.attached(PDF), talk.attached(DOCX)
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.content)).pages)
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    assert said["applicant_name"] in text
    assert said["child_name"] in text
    assert pdf.name.endswith(".pdf")
    assert docx.content.startswith(b"PK")
    page = read_qr(talk.attached(PNG).content)
    assert page.endswith(code)
    talk.reads(page)


def test_a_second_tap_tells_the_same_draft(talk: Talk, birth: EForm, assistant: Entry) -> None:
    said = {"applicant_name": made_up_name()}
    fill_in(talk, birth, said)
    button = talk.button("Gửi")
    code = sent(talk)
    talk.say(*button)
    talk.reads(code)
    assert [one.draft.code for one in drafts(assistant.province, assistant.vault_key, said["applicant_name"])] == [code]


def test_a_draft_can_be_followed_and_seen_without_its_numbers(talk: Talk, birth: EForm, sandbox: Sandbox) -> None:
    fill_in(talk, birth, {"applicant_name": made_up_name()})
    code = sent(talk)
    talk.tap("Báo tôi khi hồ sơ có tin")
    talk.tap("Đồng ý nhận tin")
    talk.reads("Đã bật")
    sandbox.submit(code)
    sandbox.next(code)
    told = notice_within(talk)
    assert len(told) == 1, talk
    assert short_code(code) in told[0]


# Personal data


def test_what_is_erased_is_gone_from_everywhere(
    talk: Talk, birth: EForm, dossier: Listed, assistant: Entry, sandbox: Sandbox
) -> None:
    known_everywhere(talk, birth, dossier)
    names = names_of(assistant, talk.sender(assistant))
    kept = {"consent", "dossier_grant", "following", "submission", "file", "hand_over", "helpful"}
    assert tables_with(kept_in(assistant), names) >= kept
    talk.say("xem dữ liệu của tôi")
    talk.reads("1.001193", "đang điền", short_code(dossier.code))
    talk.say("xoá dữ liệu của tôi")
    talk.tap("Xóa hết")
    talk.reads("Đã xóa")
    assert tables_with(kept_in(assistant), names) <= EVIDENCE
    talk.say("xem dữ liệu của tôi")
    talk.reads_nothing_of("đang điền", short_code(dossier.code), "Tờ khai:", "0912")
    talk.say("làm tiếp tờ khai")
    talk.reads_nothing_of("(1/", "(2/")
    talk.say("hồ sơ của tôi")
    talk.reads_nothing_of(short_code(dossier.code))
    sandbox.put_into(dossier.code, Status.FINISHED)
    assert notice_within(talk, 4) == []


def known_everywhere(talk: Talk, birth: EForm, dossier: Listed) -> None:
    """A citizen of whom every room keeps something."""
    talk.say(FEE)
    talk.tap("👍")
    talk.say("gặp cán bộ")
    talk.say("0912345678")
    followed(talk, dossier)
    answer_all(talk, birth, {"applicant_name": made_up_name()})
    talk.give(pdfs.plain(), "giay-chung-sinh.pdf")


def test_who_thinks_better_of_it_keeps_everything(talk: Talk, birth: EForm) -> None:
    begin_birth(talk, birth)
    answer(talk, "commune")
    talk.say("xoá dữ liệu của tôi")
    talk.tap("Giữ lại")
    talk.reads(birth.question("applicant_name").ask)


def test_withdrawn_consent_ends_what_it_was_for(
    talk: Talk, birth: EForm, dossier: Listed, assistant: Entry, sandbox: Sandbox
) -> None:
    followed(talk, dossier)
    begin_birth(talk, birth)
    answer(talk, "commune")
    talk.say("rút lại đồng ý")
    talk.reads("Đã rút lại")
    names = names_of(assistant, talk.sender(assistant))
    assert not tables_with(kept_in(assistant), names) & {"following", "submission"}
    sandbox.put_into(dossier.code, Status.FINISHED)
    assert notice_within(talk, 4) == []
    talk.say(f"tra hồ sơ {dossier.code}")
    talk.reads("đồng ý không")


def test_nothing_personal_lies_open_in_the_files(talk: Talk, birth: EForm, dossier: Listed, assistant: Entry) -> None:
    said = {"applicant_name": made_up_name()}
    followed(talk, dossier)
    fill_in(talk, birth, said)
    sent(talk)
    private = [*said.values(), without_marks(said["applicant_name"]), TYPED["child_name"], ANSWERS["applicant_phone"]]
    private += [ANSWERS["applicant_identity_number"], dossier.code, dossier.owner]
    folder = kept_in(assistant).parent
    written = [path for path in folder.rglob("*") if path.is_file() and "sandbox" not in path.name]
    assert any(path.suffix == ".log" for path in written)
    found = {
        (path.name, word) for path in written for content in [path.read_bytes()] for word in private
        if word.encode() in content
    }  # fmt: skip
    assert found == set()
    # Four letters stand by chance in what is sealed, so they are looked for as a word of their own.
    secret = re.compile(rf"(?<![\w=-]){re.escape(str(dossier.secret))}(?![\w=-])")
    logged = [path.read_text(errors="replace") for path in written if path.suffix == ".log"]
    cells = [str(cell) for rows in tables(kept_in(assistant)).values() for row in rows for cell in row]
    assert not [words[:200] for words in logged + cells if secret.search(words)]


def kept_in(assistant: Entry) -> Path:
    return Path(str(make_url(assistant.database).database))
