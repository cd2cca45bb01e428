"""What is told when a submission is done."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from cryptography.fernet import Fernet
from docx import Document
from PIL import Image
from pypdf import PdfReader

from actions.database.work import Database
from actions.dossiers.dossier import Draft, FeeDue
from actions.submissions.drafted import DEMONSTRATION, RECEIPT_COUNTS, Facts, Papers, papers, told
from actions.submissions.files import Files
from actions.submissions.submission import Content, Submission
from actions.submissions.tables import State
from knowledge.record import Procedure
from knowledge.reply import Attached, Outcome
from knowledge.working_days import load_calendar
from storage.vault import Vault
from tests.actions.dossiers.told import limited
from tests.actions.submissions.birth import ANSWERS, CODE, form, places
from tests.knowledge import tiny

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CERTIFICATE, BOOK = "Giấy chứng sinh", "Sổ khám thai"
DRAFT = Draft(code="000.00.00.H41-261123-0001", page="", made=AT)
PAGE = "https://dichvucong.example.vn/nhap/1"
MADE = Papers((Attached(id="a" * 32, name="to-khai.pdf", media_type="application/pdf", size=1),))
RECORD: Procedure = tiny.procedure(tiny.STAY)
CALENDAR = load_calendar()
SAYS_NO_TO_PASSWORDS = "không bao giờ hỏi mật khẩu hay mã OTP"


@pytest.fixture
def files(tmp_path: Path) -> Files:
    vault = Vault([Fernet.generate_key().decode()])
    return Files(Database(f"sqlite:///{tmp_path / 'files.sqlite'}"), vault, lambda: AT)


def submission(draft: Draft | None = DRAFT, **content: Any) -> Submission:
    kept = Content(answers=ANSWERS, documents=(CERTIFICATE, BOOK), draft=draft, **content)
    state = State.DRAFTED if draft else State.PRINTED
    return Submission(id="1" * 32, procedure=CODE, state=state, content=kept, made=AT, changed=AT)


def say(draft: Draft | None = DRAFT, made: Papers = MADE, fees: str = "", **content: Any) -> str:
    return told(submission(draft, **content), form(), made, facts(fees=fees)).text


def facts(record: Procedure | None = RECORD, *, fees: str = "", demonstration: bool = False) -> Facts:
    return Facts(record, fees, CALENDAR, demonstration)


# --- papers


def test_the_form_is_handed_out_in_two_formats(files: Files) -> None:
    made = papers("a", submission(), form(), places(), files)
    assert [one.name for one in made.attached] == [f"to-khai-{CODE}.pdf", f"to-khai-{CODE}.docx"]
    pdf, docx = (files.fetch(one.id, "a") for one in made.attached)
    assert pdf is not None
    assert docx is not None
    assert [pdf.size, docx.size] == [one.size for one in made.attached]
    printed = PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
    written = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(docx.content)).paragraphs)
    assert "Trần Thị Mận" in printed
    assert "Trần Thị Mận" in written


def test_told_twice_the_papers_are_the_same_files(files: Files) -> None:
    first = papers("a", submission(), form(), places(), files)
    again = papers("a", submission(), form(), places(), files)
    assert [one.media_type for one in again.attached] == [one.media_type for one in first.attached]
    assert len(files.of_conversation("a")) <= 4


def test_a_page_to_go_on_at_comes_as_a_code(files: Files) -> None:
    made = papers("a", submission(DRAFT.model_copy(update={"page": PAGE})), form(), places(), files)
    code = made.attached[2]
    assert code.alt
    stored = files.fetch(code.id, "a")
    assert stored is not None
    assert zxingcpp.read_barcodes(Image.open(io.BytesIO(stored.content)))[0].text == PAGE


def test_without_a_page_there_is_no_code(files: Files) -> None:
    assert len(papers("a", submission(), form(), places(), files).attached) == 2
    assert len(papers("a", submission(None), form(), places(), files).attached) == 2


# --- a draft


def test_a_draft_is_told_with_its_code_and_that_it_is_none_yet() -> None:
    text = say()
    assert DRAFT.code in text
    assert "chưa phải là đã nộp" in text
    assert SAYS_NO_TO_PASSWORDS in text
    assert "https://dichvucong.gov.vn" in text


def test_a_draft_goes_on_at_its_page() -> None:
    text = say(DRAFT.model_copy(update={"page": PAGE}))
    assert PAGE in text
    assert "VNeID" in text
    assert "https://dichvucong.gov.vn" not in text


def test_what_is_missing_is_named_once() -> None:
    draft = DRAFT.model_copy(update={"missing": (BOOK, "Giấy ủy quyền")})
    text = say(draft, files={CERTIFICATE: ("x",)})
    assert text.count(f"• {BOOK}") == 1
    assert "• Giấy ủy quyền" in text
    assert f"• {CERTIFICATE}" not in text


def test_what_only_some_people_need_stands_apart_with_when() -> None:
    text = say(notes={BOOK: "sinh tại nhà"})
    assert f"Giấy tờ còn thiếu:\n• {CERTIFICATE}\n" in text
    assert f"Chỉ cần nếu đúng trường hợp:\n• {BOOK}: sinh tại nhà" in text


def test_the_form_itself_is_not_missing() -> None:
    draft = DRAFT.model_copy(update={"missing": (form().file.form.name,)})
    assert form().file.form.name not in say(draft, files={CERTIFICATE: ("x",), BOOK: ("y",)})


def test_with_everything_there_nothing_is_missing() -> None:
    assert "còn thiếu" not in say(files={CERTIFICATE: ("x",), BOOK: ("y",)})


def test_fees_that_the_system_names() -> None:
    text = say(DRAFT.model_copy(update={"fees": (FeeDue(name="Lệ phí", amount=1_250_000),)}), fees="8.000 đồng")
    assert "• Lệ phí: 1.250.000 đồng" in text
    assert "8.000" not in text


def test_a_system_that_asks_for_no_fee_says_so() -> None:
    assert "• Không có khoản nào." in say(DRAFT.model_copy(update={"fees": ()}), fees="8.000 đồng")


def test_without_the_system_s_word_the_record_s_fee_is_told_as_such() -> None:
    assert "theo thủ tục, hệ thống của tỉnh chưa ghi): 8.000 đồng" in say(fees="8.000 đồng")
    assert "lệ phí" not in say().lower()


def test_the_expected_day_by_our_calendar() -> None:
    due = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)  # already the next day in Vietnam
    assert "dự kiến trả ngày 1/12/2026" in say(DRAFT.model_copy(update={"due": due}))
    assert "dự kiến" not in say()


@pytest.mark.parametrize(
    ("record", "due", "told_as"),
    [
        (
            limited((2, "working_day")),
            26,
            "Nếu nộp ngày 23/11/2026 thì hệ thống dự kiến trả ngày 26/11/2026, đúng thời hạn 2 ngày làm việc của "
            "thủ tục.",
        ),
        (
            limited((5, "working_day")),
            26,
            "Nếu nộp ngày 23/11/2026 thì hệ thống dự kiến trả ngày 26/11/2026; thời hạn chung của thủ tục "
            f"(5 ngày làm việc) thì ra ngày 1/12/2026. {RECEIPT_COUNTS}",
        ),
        (
            limited((2, "working_day"), (5, "working_day")),
            26,
            f"Nếu nộp ngày 23/11/2026 thì hệ thống dự kiến trả ngày 26/11/2026. {RECEIPT_COUNTS}",
        ),
        (None, 26, f"Nếu nộp ngày 23/11/2026 thì hệ thống dự kiến trả ngày 26/11/2026. {RECEIPT_COUNTS}"),
    ],
    ids=["the same", "another day", "several limits", "no record"],
)
def test_the_expected_day_and_our_own_count_do_not_contradict_each_other(
    record: Procedure | None, due: int, told_as: str
) -> None:
    """Where they differ, it is said which of them counts."""
    draft = DRAFT.model_copy(update={"due": datetime(2026, 11, due, 10, 0, tzinfo=UTC)})
    assert told_as in told(submission(draft), form(), MADE, facts(record)).text


# --- paper only


def test_where_no_drafts_are_taken() -> None:
    text = say(None)
    assert "chưa nhận bản nháp" in text
    assert "https://example.org/thu-tuc" in text
    assert "ký rồi nộp" in text
    assert f"Giấy tờ còn thiếu:\n• {CERTIFICATE}\n• {BOOK}" in text
    assert SAYS_NO_TO_PASSWORDS in text


def test_without_a_record_the_portal_is_told() -> None:
    text = told(submission(None), form(), MADE, facts(None)).text
    assert "https://dichvucong.gov.vn" in text


# --- all of it


def test_the_whole_reply() -> None:
    reply = told(submission(), form(), MADE, facts(demonstration=True))
    assert reply.text.startswith(DEMONSTRATION)
    assert (reply.outcome, reply.procedure, reply.attached) == (Outcome.SUBMISSION, CODE, MADE.attached)
    assert [button.payload for button in reply.buttons] == ["follow:yes", "intent:take_survey"]
    paper = told(submission(None), form(), MADE, facts())
    assert DEMONSTRATION not in paper.text
    assert [button.payload for button in paper.buttons] == ["intent:take_survey"]


def test_papers_that_could_not_be_made_can_be_tapped_later() -> None:
    reply = told(submission(), form(), Papers(()), facts())
    assert DRAFT.code in reply.text
    assert "ở dưới" not in reply.text
    assert "form:send" in [button.payload for button in reply.buttons]
