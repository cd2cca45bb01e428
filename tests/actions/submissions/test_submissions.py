"""Submissions are kept: sealed, once for each message, for one person only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, text

from actions.database.work import Database
from actions.submissions.errors import NoSuchSubmission
from actions.submissions.submission import Content, Submission, answered
from actions.submissions.submissions import Submissions, known_answers
from actions.submissions.tables import State
from storage.vault import Vault
from tests.actions.submissions.birth import CODE, form

KEY = Fernet.generate_key().decode()
ME, OTHER = "a citizen", "another"
Start = datetime(2026, 11, 23, 3, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = Start

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(database_url: str, clock: Clock) -> Submissions:
    return Submissions(Database(database_url), Vault([KEY]), keep_days=30, now=clock)


def answer(field: str, value: object) -> Callable[[Submission], Submission]:
    return lambda one: one.model_copy(update={"content": answered(form(), one.content, field, value)})


def to(state: State) -> Callable[[Submission], Submission]:
    return lambda one: one.model_copy(update={"state": state})


def test_a_submission_is_found_again_by_its_person_only(kept: Submissions) -> None:
    made = kept.begin(ME, CODE, Content(), "m1")
    assert kept.current(ME) == made
    assert kept.find(ME, made.id) == made
    assert kept.current(OTHER) is None
    with pytest.raises(NoSuchSubmission, match="S201"):
        kept.find(OTHER, made.id)


def test_the_same_message_counts_once(kept: Submissions) -> None:
    made = kept.begin(ME, CODE, Content(), "m1")
    kept.change(ME, made.id, "m2", answer("child_name", "Lê Minh Khuê"))
    again = kept.change(ME, made.id, "m2", answer("child_birth_date", "2026-11-02"))
    assert again.content.answers == {"child_name": "Lê Minh Khuê"}


def test_beginning_twice_is_one_submission(kept: Submissions) -> None:
    first = kept.begin(ME, CODE, Content(), "m1")
    kept.change(ME, first.id, "m2", answer("child_name", "Lê Minh Khuê"))
    second = kept.begin(ME, CODE, Content(), "m3")
    assert second.id == first.id
    assert second.content.answers == {"child_name": "Lê Minh Khuê"}


def test_another_procedure_puts_the_first_aside(kept: Submissions) -> None:
    first = kept.begin(ME, CODE, Content(), "m1")
    second = kept.begin(ME, "1.004194", Content(), "m2")
    assert kept.current(ME) == second
    assert {one.id: one.state for one in kept.open_of(ME)} == {first.id: State.LATER, second.id: State.ASKING}
    kept.begin(ME, CODE, Content(), "m3")
    assert kept.find(ME, first.id).state is State.ASKING


def test_what_is_put_aside_or_ended_is_not_current(kept: Submissions) -> None:
    made = kept.begin(ME, CODE, Content(), "m1")
    kept.change(ME, made.id, "m2", to(State.LATER))
    assert kept.current(ME) is None
    assert [one.id for one in kept.open_of(ME)] == [made.id]
    kept.change(ME, made.id, "m3", to(State.DRAFTED))
    assert kept.open_of(ME) == []
    assert [one.id for one in kept.all_of(ME)] == [made.id]


def test_nothing_personal_stands_in_the_database(kept: Submissions, database_url: str) -> None:
    made = kept.begin(ME, CODE, Content(), "m1")
    kept.change(ME, made.id, "m2", answer("child_name", "Lê Minh Khuê"))
    kept.remember(ME, {"name": "Trần Thị Mận", "phone": "0912345678"}, "16681")
    with create_engine(database_url).connect() as connection:
        rows = [
            str(row)
            for name in ("submission", "remembered")
            for row in connection.execute(text(f"SELECT * FROM {name}"))
        ]
    assert len(rows) == 2
    assert not any(word in row for row in rows for word in ("Khuê", "Khu\\u00ea", "Mận", "0912345678", "16681", ME))


def test_with_another_key_it_stays_closed(kept: Submissions, database_url: str) -> None:
    kept.begin(ME, CODE, Content(), "m1")
    stranger = Submissions(Database(database_url), Vault([Fernet.generate_key().decode()]), keep_days=30)
    assert stranger.current(ME) is None


def test_a_new_key_in_front_opens_the_old_and_finds_the_person(kept: Submissions, database_url: str) -> None:
    made = kept.begin(ME, CODE, Content(), "m1")
    newer = Submissions(Database(database_url), Vault([Fernet.generate_key().decode(), KEY]), keep_days=30)
    assert newer.find(ME, made.id).id == made.id


def test_it_is_there_twenty_days_later_and_forgotten_after_thirty(kept: Submissions, clock: Clock) -> None:
    made = kept.begin(ME, CODE, Content(), "m1")
    kept.remember(ME, {"name": "Trần Thị Mận"}, None)
    clock.now += timedelta(days=20)
    assert kept.forget(clock.now) == 0
    assert kept.current(ME) == made
    clock.now += timedelta(days=11)
    assert kept.forget(clock.now) == 2
    assert kept.current(ME) is None
    assert kept.remembered(ME) == ({}, None)


def test_erasing_leaves_the_others(kept: Submissions) -> None:
    kept.begin(ME, CODE, Content(), "m1")
    kept.remember(ME, {"name": "Trần Thị Mận"}, None)
    others = kept.begin(OTHER, CODE, Content(), "m1")
    assert kept.erase(ME) == 2
    assert kept.all_of(ME) == []
    assert kept.current(OTHER) == others


def test_many_messages_at_once_lose_nothing(kept: Submissions) -> None:
    made = kept.begin(ME, CODE, Content(), "m")
    fields = form().fields[:8]
    gate = threading.Barrier(len(fields))

    def write(field: str) -> None:
        gate.wait()
        kept.change(ME, made.id, f"m-{field}", answer(field, "16681"))

    threads = [threading.Thread(target=write, args=(field,)) for field in fields]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(kept.find(ME, made.id).content.answers) == set(fields)


def test_beginning_at_once_is_one_submission(kept: Submissions) -> None:
    kept.all_of(ME)
    gate = threading.Barrier(4)
    made: list[str] = []

    def begin(number: int) -> None:
        gate.wait()
        made.append(kept.begin(ME, CODE, Content(), f"m{number}").id)

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 1


def test_what_is_known_is_not_asked_again() -> None:
    questions = form().file.questions
    known = known_answers(questions, {"name": "Trần Thị Mận"}, "16681", {"cha-me": "chi-ghi-me"})
    assert known == {"applicant_name": "Trần Thị Mận", "commune": "16681", "father_declared": "khong"}
    assert known_answers(questions, {}, None, {"cha-me": "nuoc-ngoai"}) == {}


def test_what_waits_to_be_filled_in_is_deleted_and_answers_stay(kept: Submissions, clock: Clock) -> None:
    known = {"applicant_name": "Trần Thị Mận", "copies": "2"}
    made = kept.begin(ME, CODE, Content(known=known, answers={"applicant_name": "Trần Thị Mận"}), "m1")
    others = kept.begin(OTHER, CODE, Content(known=known), "m1")
    clock.now += timedelta(days=1)
    kept.forget_known(ME, lambda procedure: {"applicant_name"} if procedure == CODE else set())
    after = kept.find(ME, made.id)
    assert after.content == made.content.model_copy(update={"known": {"copies": "2"}})
    assert after.changed == made.changed
    assert kept.find(OTHER, others.id) == others
