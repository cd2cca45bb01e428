"""What a conversation knows of a message beside its text."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta

import pytest

from knowledge.tongue import Language
from knowledge.understood import HERE, Understood, now_here


def test_without_a_conversation_a_message_is_a_question_in_vietnamese() -> None:
    understood = Understood()
    assert (understood.intent, understood.intent_chance, understood.aspects) == ("ask_procedure", 1.0, ())
    assert understood.language is Language.VIETNAMESE
    assert (understood.procedure, understood.case, understood.commune) == (None, None, None)
    assert (understood.answers, understood.earlier) == ({}, ())


def test_the_time_is_that_of_nghe_an_when_the_message_came() -> None:
    before = datetime.now(UTC)
    at = Understood().at
    assert before <= at <= datetime.now(UTC)
    assert at.utcoffset() == timedelta(hours=7)
    assert now_here().tzinfo is HERE


def test_answers_of_one_person_are_not_those_of_the_next() -> None:
    assert Understood().answers is not Understood().answers


def test_it_is_not_changed_on_the_way() -> None:
    with pytest.raises(FrozenInstanceError):
        Understood().procedure = "1.001193"  # type: ignore[misc]
