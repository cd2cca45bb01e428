from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels.zalo_echoes import Echoes, EchoKeys
from tests.bot.channels.zalo_world import Clock, fresh_database

KEYS = EchoKeys("made-up")
KEY = KEYS.text("5", "Dạ chào anh/chị!")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def echoes(tmp_path: Path, clock: Clock) -> Iterator[Echoes]:
    database = fresh_database(tmp_path)
    yield Echoes(database, clock)
    database.close()


def test_white_space_and_the_form_of_accents_do_not_count() -> None:
    assert KEYS.text("5", "Dạ  chào\nanh/chị!\n") == KEY
    assert KEYS.text("5", "Da\u0323 chào anh/chi\u0323!") == KEY


def test_person_text_and_kind_count() -> None:
    keys = {KEY, KEYS.text("6", "Dạ chào anh/chị!"), KEYS.text("5", "Dạ"), KEYS.media("5", "image"),
            KEYS.media("5", "file"), KEYS.text("5", "image")}  # fmt: skip
    assert len(keys) == 6


def test_what_nobody_told_of_did_not_arrive(echoes: Echoes) -> None:
    assert echoes.find(KEY, "call") is None


def test_what_was_told_of_is_found_by_one_call_only_and_again_by_it(echoes: Echoes) -> None:
    echoes.note("m1", KEY)
    assert echoes.find(KEY, "call") == "m1"
    assert echoes.find(KEY, "another") is None
    assert echoes.find(KEY, "call") == "m1"


def test_an_equal_text_that_was_answered_before_is_not_taken_for_it(echoes: Echoes) -> None:
    echoes.answered("m1", KEY, "first")
    echoes.note("m1", KEY)
    assert echoes.find(KEY, "second") is None
    echoes.note("m2", KEY)
    assert echoes.find(KEY, "second") == "m2"


def test_it_does_not_matter_whether_the_answer_or_the_word_of_it_comes_first(echoes: Echoes) -> None:
    echoes.note("m1", KEY)
    echoes.answered("m1", KEY, "first")
    assert echoes.find(KEY, "second") is None


def test_an_answer_is_known_without_any_word(echoes: Echoes) -> None:
    echoes.answered("m1", KEY, "call")
    assert echoes.find(KEY, "call") == "m1"


def test_of_two_the_older_and_none_that_is_known_as_another(echoes: Echoes, clock: Clock) -> None:
    echoes.note("m2", KEY)
    clock.set_on(seconds=1)
    echoes.note("m1", KEY)
    assert echoes.find(KEY, "call", {"m2"}) == "m1"
    assert echoes.find(KEY, "other") == "m2"


def test_after_an_hour_it_is_forgotten(echoes: Echoes, clock: Clock) -> None:
    echoes.note("m1", KEY)
    clock.set_on(minutes=61)
    assert echoes.find(KEY, "call") is None
    echoes.note("m2", KEY)
    clock.set_on(minutes=-30)
    assert echoes.find(KEY, "call") == "m2"
    assert echoes.find(KEY, "other") is None


def test_told_twice_is_told_once(echoes: Echoes) -> None:
    echoes.note("m1", KEY)
    echoes.note("m1", KEY)
    assert [echoes.find(KEY, "one"), echoes.find(KEY, "two")] == ["m1", None]
