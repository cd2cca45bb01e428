"""Asking the index the questions of a set."""

from __future__ import annotations

from typing import Any

import pytest

from knowledge.evaluate import ask, evaluate, expected
from knowledge.finder import Finder
from knowledge.questions import Question
from knowledge.reply import Outcome
from tests.knowledge import tiny


def question(*turns: str, **fields: Any) -> Question:
    return Question(id="q", turns=turns, **fields)


def test_every_case_has_its_outcome(finder: Finder) -> None:
    asked: list[None] = []
    questions = [
        question("làm giấy khai sinh", codes=(tiny.BIRTH,)),
        question("ho khau", behaviour=Outcome.CLARIFY),
        question("mở nhà thuốc", behaviour=Outcome.NOT_IN_CATALOGUE),
        question("hôm nay trời có mưa không", behaviour=Outcome.OUT_OF_SCOPE),
    ]
    found = evaluate(finder, questions, lambda: asked.append(None))
    assert [item.question for item in found] == questions
    assert [item.decision for item in found] == [item.expected for item in found]
    assert [item.expected for item in found] == [item.behaviour for item in questions]
    assert len(asked) == 4
    assert found[0].hit(1)
    assert sorted(code for code, _ in found[0].ranked) == sorted(tiny.RECORDS)
    assert all(item.ms > 0 for item in found)


def test_a_last_turn_that_names_nothing_goes_on(finder: Finder) -> None:
    hits, decision = ask(finder, ["làm giấy khai sinh cho con", "hết bao nhiêu tiền"])
    assert (decision.outcome, decision.target) == (Outcome.ANSWER, tiny.BIRTH)
    targets = [hit.target for hit in hits]
    assert targets[0] == tiny.BIRTH
    assert len(set(targets)) == len(targets)


def test_a_last_turn_that_names_something_is_about_that(finder: Finder) -> None:
    _, decision = ask(finder, ["làm giấy khai sinh cho con", "đổi bằng lái xe máy"])
    assert decision.target == tiny.LICENCE


def test_it_goes_on_with_the_nearest_turn_that_found_something(finder: Finder) -> None:
    turns = ["đổi bằng lái xe máy", "làm giấy khai sinh cho con", "hôm nay trời có mưa không", "bao lâu thì xong"]
    assert ask(finder, turns)[1].target == tiny.BIRTH


def test_without_anything_before_it_stands_alone(finder: Finder) -> None:
    assert ask(finder, ["hôm nay trời có mưa không"]) == finder.find("hôm nay trời có mưa không")


@pytest.mark.parametrize(
    ("for_commune", "codes", "behaviour", "right"),
    [
        (True, ("a", "x"), Outcome.NOT_IN_CATALOGUE, Outcome.ANSWER),
        (True, ("x",), Outcome.NOT_IN_CATALOGUE, Outcome.NOT_IN_CATALOGUE),
        (False, ("x",), Outcome.ANSWER, Outcome.ANSWER),
        (False, (), Outcome.OUT_OF_SCOPE, Outcome.OUT_OF_SCOPE),
    ],
)
def test_what_is_right_depends_on_the_catalogue(
    for_commune: bool, codes: tuple[str, ...], behaviour: Outcome, right: Outcome
) -> None:
    assert expected(question("?", codes=codes, behaviour=behaviour, for_commune=for_commune), {"a", "b"}) is right
