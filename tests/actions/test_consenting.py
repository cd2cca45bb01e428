"""Consent in words and by a tap: what is a yes, what a no, and what is neither."""

from __future__ import annotations

import pytest

from actions import assistant
from actions.consenting import consent_asked, consent_said, remember_last
from actions.submissions.submission import Content
from tests.actions.eforms import ANSWERS, BIRTH
from tests.actions.rooms import Rooms
from tests.actions.trackers import tapped, tracker

PURPOSES = ("status", "notices", "submission", "remember")


@pytest.mark.parametrize(
    "said",
    [
        "đồng ý", "dong y", "Đồng ý!", "có", "co", "ok", "oke luôn", "dạ vâng", "vâng ạ", "ừ", "uh", "được",
        "dạ được ạ", "dạ đồng ý ạ", "có, nhớ giúp tôi", "Có, nhớ giúp tôi.", "Đồng ý nhận tin", "yes",
        "ừ tra đi em", "ok em", "dạ", "nhất trí",
    ],
)  # fmt: skip
def test_a_yes(rooms: Rooms, said: str) -> None:
    assert consent_said(tracker(said, intent="affirm"), "status") is True


@pytest.mark.parametrize(
    "said",
    [
        "không", "khong", "ko", "k", "nỏ", "thôi", "chưa", "không đồng ý", "Không đồng ý.", "thôi không cần đâu",
        "dạ không ạ", "dạ thôi ạ", "không nhận", "Không cần", "nỏ đồng ý mô", "không muốn",
    ],
)  # fmt: skip
def test_a_no(rooms: Rooms, said: str) -> None:
    assert consent_said(tracker(said, intent="deny"), "status") is False


@pytest.mark.parametrize(
    "said",
    [
        "", "?", "có mất tiền không", "có mất tiền không?", "có cần giấy tờ gì không", "được không em",
        "đồng ý là sao", "ok là gì", "có ai xem được không", "không hiểu", "chưa rõ lắm", "không đồng ý thì sao?",
        "dạ cho hỏi lệ phí", "thế lưu bao lâu", "H41-240510-0001", "Trần Thị Mận", "co khai sinh khong",
    ],
)  # fmt: skip
def test_neither(rooms: Rooms, said: str) -> None:
    """What is not clearly a yes is none."""
    assert consent_said(tracker(said), "status") is None


@pytest.mark.parametrize(("answer", "given"), [("yes", True), ("no", False)])
def test_a_tap_counts_for_its_own_purpose_only(rooms: Rooms, answer: str, given: bool) -> None:
    before = tapped(f"consent:status={answer}", intent="consent")
    assert consent_said(before, "status") is given
    assert consent_said(before, "submission") is None


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_question_says_what_why_and_how_long(rooms: Rooms, purpose: str) -> None:
    """Nothing is chosen beforehand: two buttons, and the text of the version that is recorded."""
    asked = consent_asked(purpose, about="Khai sinh")
    wanted = assistant.consents().wanted(purpose)
    assert asked.text == f"Khai sinh\n\n{wanted.text}\n\n👉 {wanted.question}"
    assert consent_asked(purpose).text.startswith(wanted.text)
    assert [button.payload for button in asked.buttons] == [f"consent:{purpose}=yes", f"consent:{purpose}=no"]
    assert "{" not in asked.text


def test_what_is_remembered_is_who_handed_in(rooms: Rooms) -> None:
    assistant.submissions().begin("a", BIRTH, Content(answers=ANSWERS), "m")
    remember_last("a")
    person, commune = assistant.submissions().remembered("a")
    assert person == {
        "name": ANSWERS["applicant_name"],
        "phone": ANSWERS["applicant_phone"],
        "identity_number": ANSWERS["applicant_identity_number"],
        "address": ANSWERS["applicant_address"],
    }
    assert commune == ANSWERS["commune"]


def test_only_what_was_answered_is_remembered(rooms: Rooms) -> None:
    answers = {name: ANSWERS[name] for name in ("applicant_name", "child_birth_date")}
    assistant.submissions().begin("a", BIRTH, Content(answers=answers), "m")
    remember_last("a")
    assert assistant.submissions().remembered("a") == ({"name": ANSWERS["applicant_name"]}, None)


def test_without_a_submission_nothing_is_remembered(rooms: Rooms) -> None:
    remember_last("a")
    assert assistant.submissions().remembered("a") == ({}, None)


def test_a_form_that_is_no_more_is_passed_over(rooms: Rooms) -> None:
    assistant.submissions().begin("a", "9.999999", Content(answers=ANSWERS), "m")
    remember_last("a")
    assert assistant.submissions().remembered("a") == ({}, None)
