"""What the form says: its questions with their buttons, the summary, and every sentence around them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from actions.submissions import asking
from actions.submissions.form import EForm, Forms, load_forms
from actions.submissions.submission import Content, Submission, asked_fields
from actions.submissions.tables import State
from knowledge.places import Places
from knowledge.reply import Attached, Outcome
from tests.actions import eforms
from tests.actions.conftest import FakeLibrary
from tests.actions.eforms import ANSWERS, BIRTH, BOOK, CERTIFICATE, STAY
from tests.actions.submissions import birth
from tests.knowledge import tiny

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SAMPLE = Attached(id="a" * 32, name="mau.png", media_type="image/png", size=1, alt="Ảnh mẫu")
WAYS = ["form:explain", "form:later"]


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Forms:
    return load_forms(eforms.write_forms(Path(tmp_path_factory.mktemp("eforms")) / "forms"))


@pytest.fixture(scope="module")
def form(forms: Forms) -> EForm:
    return forms.get(BIRTH)


@pytest.fixture(scope="module")
def places() -> Places:
    return birth.places()


def submission(state: State = State.ASKING, **content: Any) -> Submission:
    return Submission(id="1" * 32, procedure=BIRTH, state=state, content=Content(**content), made=AT, changed=AT)


def before(field: str) -> dict[str, Any]:
    """Everything that is asked before a field."""
    names = list(ANSWERS)
    return {name: ANSWERS[name] for name in names[: names.index(field)]}


def payloads(reply: Any) -> list[str]:
    return [button.payload for button in reply.buttons]


# --- a question


def test_the_first_question(form: EForm, places: Places) -> None:
    asked = asking.next_question(form, submission(), places, [])
    assert asked.text == "👉 (1/9) Nộp ở xã, phường nào?"
    assert payloads(asked) == WAYS, "there is no way back"
    assert (asked.outcome, asked.procedure) == (Outcome.SUBMISSION, BIRTH)


def test_a_question_with_an_example(form: EForm, places: Places) -> None:
    asked = asking.next_question(form, submission(answers=before("applicant_name")), places, [])
    assert asked.text == "👉 (2/9) Họ và tên?\nVí dụ: Trần Thị Hoa"
    assert payloads(asked) == ["form:back", *WAYS]


def test_a_question_with_choices(form: EForm, places: Places) -> None:
    asked = asking.next_question(form, submission(answers=before("relation")), places, [])
    assert asked.text.endswith("\n1. Cha\n2. Mẹ")
    assert [(button.title, button.payload) for button in asked.buttons[:2]] == [("Cha", "option:0"), ("Mẹ", "option:1")]


def test_a_question_with_suggestions(form: EForm, places: Places) -> None:
    asked = asking.next_question(form, submission(answers=before("copies")), places, [])
    assert [button.title for button in asked.buttons[:3]] == ["0", "1", "2"]
    offered = asking.options(form, "copies", Content(), places, [])
    assert [(choice.value, choice.typed) for choice in offered] == [("0", True), ("1", True), ("2", True)], "still read"


def test_what_was_answered_before_is_offered(form: EForm, places: Places) -> None:
    answers = {**before("relation"), "relation": "cha"}
    asked = asking.next_question(form, submission(answers=answers), places, [])
    assert asked.buttons[0].title == f"Như trên: {ANSWERS['applicant_address']}"
    assert (
        asking.options(form, "mother_address", Content(answers=answers), places, [])[0].value
        == ANSWERS["applicant_address"]
    )


def test_a_long_answer_fits_a_button(form: EForm, places: Places) -> None:
    answers = {**before("relation"), "applicant_address": "Xóm " + "rất dài " * 20, "relation": "cha"}
    asked = asking.next_question(form, submission(answers=answers), places, [])
    assert len(asked.buttons[0].title) <= 64
    assert (
        asking.options(form, "mother_address", Content(answers=answers), places, [])[0].value
        == answers["applicant_address"]
    )


def test_what_need_not_be_can_be_skipped(form: EForm, places: Places) -> None:
    assert "form:skip" in payloads(asking.next_question(form, submission(answers=before("note")), places, []))
    assert "form:skip" not in payloads(asking.next_question(form, submission(answers=before("copies")), places, []))


def test_what_is_there_already_is_shown(form: EForm, places: Places) -> None:
    asked = asking.next_question(form, submission(answers=ANSWERS, at="child_birth_date"), places, [])
    assert "Đang ghi: 02/11/2026" in asked.text
    assert (
        "Đang ghi: Phường Thành Vinh"
        in asking.field_question(form, "commune", Content(answers=ANSWERS), places, []).text
    )


def test_communes_of_which_one_is_meant(form: EForm, places: Places) -> None:
    asked = asking.next_question(form, submission(), places, ["17059", "16936"])
    assert [button.title for button in asked.buttons[:2]] == ["Xã Tam Hợp", "Xã Tam Thái"]
    assert [choice.value for choice in asking.options(form, "commune", Content(), places, ["17059", "16936"])] == [
        "17059",
        "16936",
    ]
    assert asking.options(form, "applicant_name", Content(), places, ["17059"]) == [], (
        "they are offered for a commune only"
    )


def test_every_question_of_the_birth_registration_can_be_asked(places: Places) -> None:
    """Buttons fit, and are in the same order when one of them is tapped."""
    form = birth.form()
    for field in asked_fields(form, birth.ANSWERS):
        content = Content(answers=birth.ANSWERS, at=field)
        asked = asking.field_question(form, field, content, places, [])
        shown = [button.title for button in asked.buttons if button.payload.startswith("option:")]
        chosen = asking.options(form, field, content, places, [])
        assert shown == [choice.title for choice in chosen]
        assert asked.text.startswith("👉 (")


# --- documents


def test_a_document_is_asked_for(form: EForm, places: Places) -> None:
    wanted = submission(answers=ANSWERS, documents=(CERTIFICATE, BOOK), notes={BOOK: "khi có"}, skipped=(CERTIFICATE,))
    asked = asking.next_question(form, wanted, places, [])
    assert asked.text.startswith(f"👉 Giấy tờ 2/2: {BOOK}.\nKhi có.\n")
    assert asked.wants_file
    assert payloads(asked) == ["form:skip", "form:back", *WAYS]


def test_a_bad_photo_is_told_with_a_good_one() -> None:
    told = asking.bad_photo(["Ảnh bị mờ.", "Ảnh tối."], SAMPLE)
    assert "Ảnh bị mờ. Ảnh tối." in told.text
    assert (told.attached, told.wants_file, payloads(told)) == ((SAMPLE,), True, ["form:keep"])


# --- the summary


def test_the_summary(form: EForm, places: Places) -> None:
    done = submission(answers=ANSWERS, documents=(CERTIFICATE, BOOK), files={CERTIFICATE: ("a", "b")}, skipped=(BOOK,))
    asked = asking.next_question(form, done, places, [])
    assert asked.text.startswith("Tờ khai khai sinh:")
    assert "2. Họ tên người yêu cầu: Trần Thị Mận" in asked.text
    assert f"• {CERTIFICATE}: 2 tệp" in asked.text
    assert f"• {BOOK}: chưa gửi" in asked.text
    assert payloads(asked) == ["form:send", "form:edit", "form:later"]
    assert "chưa có hồi âm" not in asked.text


def test_the_summary_counts_as_a_change_counts(form: EForm, places: Places) -> None:
    """“sửa 7” means what stands there as 7."""
    text = asking.confirmation(form, submission(answers=ANSWERS), places).text
    for number, field in enumerate(asked_fields(form, ANSWERS), 1):
        assert f"\n{number}. {form.title(field)}: " in text


def test_while_it_is_being_sent_only_sending_is_offered(form: EForm, places: Places) -> None:
    """Whatever else is open."""
    asked = asking.next_question(form, submission(State.SENDING, answers={}, documents=(BOOK,)), places, [])
    assert "Gửi lại không tạo hồ sơ thứ hai" in asked.text
    assert "form:send" in payloads(asked)
    assert not asked.wants_file


def test_what_is_there_so_far(form: EForm, places: Places) -> None:
    assert asking.so_far(form, Content(), places) == "Tờ khai chưa có mục nào."
    told = asking.so_far(form, Content(answers={"applicant_name": "Trần Thị Mận"}), places)
    assert "2. Họ tên người yêu cầu: Trần Thị Mận" in told
    assert "để trống" not in told


# --- sentences


def test_when_the_province_was_last_seen_is_told_by_our_hour() -> None:
    assert "09:00 23/11/2026" in asking.away(AT)
    assert "lần cuối" not in asking.away(None)
    assert "vẫn còn" in asking.away(None)


@pytest.mark.parametrize(
    ("outcome", "words", "buttons"),
    [
        ("later", "làm tiếp", ["form:resume"]),
        ("cancelled", "Đã hủy", []),
        ("refused", "không hỏi thông tin cá nhân", []),
        ("nothing", "Không có tờ khai", []),
        ("None", "Không có tờ khai", []),
    ],
)
def test_how_it_ended(outcome: str, words: str, buttons: list[str]) -> None:
    told = asking.ended(outcome)
    assert words in told.text
    assert payloads(told) == buttons


def test_a_refusal_and_what_is_missing_are_named(form: EForm) -> None:
    assert "vì sao." in asking.refused("vì sao.")
    assert "“Số bản sao”" in asking.still_open("Số bản sao")
    assert f"“{form.title('applicant_phone')}”" in asking.needed(form, "applicant_phone")
    assert asking.explained(form, "applicant_name") == "Đủ họ, tên. Ví dụ: Trần Thị Hoa."
    assert asking.explained(form, "applicant_phone") == "10 số."


@pytest.mark.parametrize("reply", [asking.not_kept(), asking.trouble(), asking.done_but_not_told()])
def test_trouble_is_called_trouble(reply: Any) -> None:
    assert reply.outcome is Outcome.TROUBLE
    assert "sau ít phút" in reply.text


def test_what_cannot_be_told_now_can_be_tapped_later() -> None:
    assert payloads(asking.done_but_not_told()) == ["form:send"]


# --- which procedure


def test_what_may_be_meant_is_offered_first(
    forms: Forms, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "USUAL", (BIRTH, tiny.LICENCE))
    catalogue = library.snapshot.catalogue
    assert payloads(asking.which_procedure(forms, catalogue)) == [f"start:{BIRTH}"], "only what has a form"
    assert payloads(asking.which_procedure(forms, catalogue, [STAY])) == [f"start:{STAY}", f"start:{BIRTH}"]


def test_where_there_is_no_form_the_portal_and_its_page_are_told(library: FakeLibrary) -> None:
    told = asking.no_form(library.records[STAY])
    assert "https://dichvucong.gov.vn" in told.text
    assert "https://example.org/thu-tuc" in told.text
    assert payloads(told) == ["aspects:documents"]
    assert "Trang của thủ tục" not in asking.no_form(library.records[tiny.LICENCE]).text


def test_the_documents_are_those_of_the_checklist_without_the_form(form: EForm, library: FakeLibrary) -> None:
    library.records[BIRTH] = eforms.birth_record()
    documents = asking.documents_of(library, form, None)
    assert list(documents) == [CERTIFICATE, BOOK]
    assert "trẻ sinh tại cơ sở y tế" in documents[CERTIFICATE].lower()


def test_the_fees_are_those_of_handing_in_online(library: FakeLibrary) -> None:
    assert "7.000" in asking.fees_of(library, STAY)
    assert "15.000" not in asking.fees_of(library, STAY)
