"""Hand-overs, feedback, sentences to review and the survey, from the first word until they are forgotten."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from actions.desk.desk import LETTERS, TURNS, Desk
from actions.desk.entries import HandOver, Kind, Reason, ReviewStatus, Status, Why
from actions.desk.errors import AlreadyClosed, AlreadyTaken, AnswerRefused, NoSuchHandOver, NoSuchReview
from actions.desk.settings import DeskSettings
from tests.actions.desk.conftest import MONDAY, Clock


def everything(tmp_path: Path) -> str:
    """All that stands in the tables."""
    with create_engine(f"sqlite:///{tmp_path / 'desk.sqlite'}").connect() as connection:
        tables = ("hand_over", "review", "helpful", "survey")
        return str([connection.execute(text(f"SELECT * FROM {table}")).all() for table in tables])


def test_what_is_handed_over_waits_and_officers_are_told(desk: Desk, told: list[HandOver]) -> None:
    handed = desk.hand_over("a", Reason.FAILED_TWICE, procedure="1.001193", turns=["con tôi"], missing="quốc tịch")
    assert handed.number.startswith("HG-")
    assert set(handed.number[3:]) <= set(LETTERS)
    assert (handed.status, handed.kind, handed.opened) == (Status.WAITING, Kind.NOW, MONDAY)
    assert (handed.summary, handed.missing) == (("con tôi",), "quốc tịch")
    assert desk.waiting() == [handed] == told


def test_numbers_do_not_follow_each_other(desk: Desk) -> None:
    numbers = {desk.hand_over(f"c{count}", Reason.ASKED).number for count in range(20)}
    assert len({number[:5] for number in numbers}) > 10


def test_after_hours_somebody_calls_back(desk: Desk, clock: Clock) -> None:
    clock.set_on(0.5)
    assert desk.hand_over("a", Reason.ASKED).kind is Kind.CALL_BACK


def test_a_desk_that_knows_no_hours_promises_nobody() -> None:
    assert Desk(DeskSettings()).hand_over("a", Reason.ASKED).kind is Kind.CALL_BACK


def test_turns_are_kept_masked_and_the_last_ones_only(desk: Desk, tmp_path: Path) -> None:
    turns = [f"câu {count}" for count in range(TURNS)] + ["tôi tên là Nguyễn Văn An, số 0912345678"]
    handed = desk.hand_over("phiên-bí-mật", Reason.ASKED, turns=turns, missing="sđt 0987654321")
    assert len(handed.summary) == TURNS
    assert handed.summary[-1] == "tôi tên là [tên], số [số điện thoại]"
    kept = everything(tmp_path)
    assert not any(secret in kept for secret in ("0912345678", "0987654321", "Văn An", "phiên-bí-mật"))


def test_a_conversation_has_one_open_hand_over(desk: Desk, told: list[HandOver]) -> None:
    first = desk.hand_over("a", Reason.ASKED, turns=["một"])
    second = desk.hand_over("a", Reason.TOPIC, contact=" 0912345678 ")
    assert (second.number, second.reason, second.contact) == (first.number, Reason.ASKED, "0912345678")
    assert second.summary == ("một",)
    assert len(told) == 1
    assert desk.hand_over("b", Reason.ASKED).number != first.number


def test_at_once_from_many_threads_it_is_still_one(desk: Desk) -> None:
    with ThreadPoolExecutor(8) as threads:
        handed = list(threads.map(lambda _: desk.hand_over("a", Reason.ASKED), range(16)))
    assert len({one.number for one in handed}) == 1
    assert len(desk.waiting()) == 1


def test_withdrawing_deletes_what_was_said(desk: Desk) -> None:
    handed = desk.hand_over("a", Reason.ASKED, turns=["chuyện riêng"], missing="gì đó", contact="0912345678")
    assert desk.of_conversation("a") == handed
    gone = desk.withdraw("a")
    assert gone is not None
    assert (gone.status, gone.contact, gone.summary, gone.missing) == (Status.WITHDRAWN, "", (), "")
    assert desk.find(handed.number) == gone
    assert desk.of_conversation("a") is None
    assert desk.withdraw("a") is None
    assert desk.hand_over("a", Reason.ASKED).number != handed.number


def test_an_officer_takes_and_closes(desk: Desk, clock: Clock) -> None:
    number = desk.hand_over("a", Reason.ASKED, contact="0912345678").number
    taken = desk.take(number, " Chị Lan ")
    assert (taken.status, taken.taken_by, taken.taken, taken.contact) == (Status.TAKEN, "Chị Lan", MONDAY, "0912345678")
    assert desk.waiting() == []
    assert desk.take(number, "Chị Lan") == taken
    with pytest.raises(AlreadyTaken, match="Chị Lan"):
        desk.take(number, "Anh Tú")
    clock.set_on(0.1)
    done = desk.close(number, "đã gọi 0912345678")
    assert (done.status, done.contact, done.note, done.closed) == (Status.DONE, "", "đã gọi [số điện thoại]", clock.now)
    for again in (lambda: desk.close(number), lambda: desk.take(number, "Chị Lan")):
        with pytest.raises(AlreadyClosed):
            again()


def test_only_one_of_two_officers_gets_it(desk: Desk) -> None:
    number = desk.hand_over("a", Reason.ASKED).number

    def take(name: str) -> bool:
        try:
            return bool(desk.take(number, name))
        except AlreadyTaken:
            return False

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(take, "abcdefgh")) == 1


def test_a_number_is_found_however_it_is_typed(desk: Desk) -> None:
    handed = desk.hand_over("a", Reason.ASKED)
    bare = handed.number.removeprefix("HG-")
    for typed in (handed.number, handed.number.lower(), bare, f" hg {bare} ", f"HG{bare}"):
        assert desk.find(typed) == handed
    with pytest.raises(NoSuchHandOver):
        desk.find("HG-000000")


def test_officers_are_not_told_and_the_citizen_is_not_concerned(clock: Clock) -> None:
    def broken(handed: HandOver) -> None:
        raise OSError("no network")

    desk = Desk(DeskSettings(), notify=broken, now=clock)
    assert desk.hand_over("a", Reason.ASKED) in desk.waiting()


def test_the_last_word_on_an_answer_counts(desk: Desk) -> None:
    desk.note_helpful("a", "1.001193", False, "too_long")
    desk.note_helpful("a", "1.001193", True)
    desk.note_helpful("b", "1.001193", False, "wrong_procedure")
    desk.note_helpful("b", None, False, "wrong_procedure")
    counts = desk.counts()
    assert (counts.helpful, counts.unhelpful, counts.reasons) == (1, 2, {"wrong_procedure": 2})


def test_the_same_sentence_counts_up(desk: Desk) -> None:
    first = desk.note_review("Mần giấy  KHAI SINH ở mô, gọi 0912345678", "out_of_scope", Why.UNANSWERED, comment="sai")
    again = desk.note_review("man giay khai sinh o mo, goi 0912345679", "answer", Why.CORRECTED, procedure="1.001193")
    assert first is not None
    assert again is not None
    assert first.text == again.text == "Mần giấy KHAI SINH ở mô, gọi [số điện thoại]"
    assert (again.id, again.seen, again.why, again.comment, again.procedure) == (
        first.id,
        2,
        Why.CORRECTED,
        "sai",
        "1.001193",
    )


def test_the_most_often_seen_comes_first_and_settled_ones_stay_away(desk: Desk) -> None:
    for sentence in ("một", "hai", "hai", "ba"):
        desk.note_review(sentence, "out_of_scope", Why.UNANSWERED)
    assert [one.text for one in desk.review_list()] == ["hai", "một", "ba"]
    second = desk.review_list()[0].id
    desk.settle_review(second, ReviewStatus.DROPPED)
    desk.note_review("hai", "out_of_scope", Why.UNANSWERED)
    assert [one.text for one in desk.review_list()] == ["một", "ba"]
    assert [(one.id, one.seen) for one in desk.review_list(ReviewStatus.DROPPED)] == [(second, 3)]
    with pytest.raises(NoSuchReview):
        desk.settle_review(99, ReviewStatus.DONE)


def test_at_once_from_many_threads_every_sentence_counts(desk: Desk) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: desk.note_review("một câu", "clarify", Why.UNHELPFUL), range(24)))
    assert [one.seen for one in desk.review_list()] == [24]


@pytest.mark.parametrize("text", ["", "  ", "?!", "…"])
def test_without_words_there_is_nothing_to_review(desk: Desk, text: str) -> None:
    assert desk.note_review(text, "out_of_scope", Why.UNANSWERED) is None
    assert desk.review_list() == []


def test_the_survey_counts_once_a_dossier(desk: Desk, tmp_path: Path) -> None:
    desk.note_survey("overall", 2, dossier="H41-251123-0001")
    desk.note_survey("overall", 5, dossier="H41-251123-0001", comment="cảm ơn chị Lan")
    desk.note_survey("overall", 5)
    desk.note_survey("trips", 4)
    assert desk.counts().survey == {"overall": {5: 2}, "trips": {4: 1}}
    assert "H41-251123-0001" not in everything(tmp_path)
    assert "Lan" not in everything(tmp_path)
    for criterion, value in (("overall", 9), ("weather", 1)):
        with pytest.raises(AnswerRefused):
            desk.note_survey(criterion, value)


def test_after_its_days_everything_personal_is_gone(desk: Desk, clock: Clock, tmp_path: Path) -> None:
    desk.hand_over("a", Reason.ASKED, turns=["chuyện cũ"], contact="0912345678")
    desk.note_review("câu cũ", "out_of_scope", Why.UNANSWERED)
    desk.note_helpful("a", "1.001193", True)
    desk.note_survey("overall", 5, dossier="H41-251123-0001", comment="lời cũ")
    clock.set_on(90)
    assert desk.forget().model_dump() == {"hand_overs": 0, "reviews": 0, "parted": 0}
    kept = desk.hand_over("b", Reason.ASKED)
    clock.set_on(1)
    assert desk.forget().model_dump() == {"hand_overs": 1, "reviews": 1, "parted": 2}
    assert desk.hand_overs() == [kept]
    assert not any(old in everything(tmp_path) for old in ("chuyện cũ", "câu cũ", "lời cũ", "0912345678"))
    counts = desk.counts()
    assert (counts.helpful, counts.survey) == (1, {"overall": {5: 1}})
    assert desk.forget(0).model_dump() == {"hand_overs": 1, "reviews": 0, "parted": 0}


def test_a_citizen_may_be_forgotten_at_once(desk: Desk) -> None:
    desk.hand_over("a", Reason.ASKED)
    desk.withdraw("a")
    desk.hand_over("a", Reason.ASKED)
    desk.note_helpful("a", None, False)
    other = desk.hand_over("b", Reason.ASKED)
    assert desk.forget_conversation("a").model_dump() == {"hand_overs": 2, "reviews": 0, "parted": 1}
    assert desk.hand_overs() == [other]


def test_without_the_key_nobody_finds_a_conversation(desk: Desk, tmp_path: Path) -> None:
    desk.hand_over("a", Reason.ASKED)
    assert Desk(DeskSettings(desk_key="another key")).of_conversation("a") is None
