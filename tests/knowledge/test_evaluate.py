"""Asking the index the questions of a set."""

from __future__ import annotations

from typing import Any

import pytest

from knowledge.decide import DEFAULT, Decision
from knowledge.evaluate import NAMED, RANKED, TWINS, ask, evaluate, expected, ranked
from knowledge.finder import Finder
from knowledge.passages import target_kind
from knowledge.questions import Question
from knowledge.reply import Outcome
from knowledge.search import FEATURES, Hit
from knowledge.snapshot import Snapshot
from tests.knowledge import tiny


def question(*turns: str, **fields: Any) -> Question:
    return Question(id="q", turns=turns, **fields)


def hit(target: str, score: float, *twins: str) -> Hit:
    return Hit(target, target_kind(target), score, (0.0,) * len(FEATURES), twins)


class Heard(Finder):
    """A finder that remembers what it was asked, and takes each text for what a test says."""

    asked: list[str]
    naming: dict[str, float]
    outcome: Outcome

    def __init__(self, naming: dict[str, float], outcome: Outcome = Outcome.ANSWER) -> None:
        self.__dict__.update(asked=[], naming=naming, outcome=outcome)

    def find(self, text: str) -> tuple[list[Hit], Decision]:
        self.asked.append(text)
        found = [hit(tiny.BIRTH, float(len(self.asked)))]
        return found, Decision(self.outcome, 1.0, tiny.BIRTH, naming=self.naming.get(text, 1.0))


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
    assert found[0].confidence == finder.find("làm giấy khai sinh")[1].confidence


def test_the_ranking_of_a_case_is_that_of_its_hits(finder: Finder) -> None:
    text = "đổi bằng lái"
    (found,) = evaluate(finder, [question(text, codes=(tiny.LICENCE,))])
    assert found.ranked == ranked(finder.find(text)[0])
    assert found.ranked[0][0] == tiny.LICENCE


def test_a_family_stands_together_in_the_ranking() -> None:
    """Its twins are offered with the answer, so they are found where it is found."""
    hits = [
        hit("topic:ho-khau", 9.0),
        hit("9.000001", 5.00004, "9.000011", "9.000012", "9.000013"),
        hit("elsewhere:9.000021", 4.0),
        hit("9.000002", 3.0),
        hit("outside", 2.0),
    ]
    assert TWINS == 2
    assert ranked(hits) == (("9.000001", 5.0), ("9.000011", 5.0), ("9.000012", 5.0), ("9.000002", 3.0))


def test_a_code_stands_once_in_the_ranking_and_only_so_many_do() -> None:
    assert ranked([hit("9.000001", 2.0, "9.000002"), hit("9.000002", 1.0)]) == (("9.000001", 2.0), ("9.000002", 2.0))
    many = [hit(f"9.{number:06}", -float(number), f"8.{number:06}") for number in range(100)]
    assert len(ranked(many)) == RANKED
    assert ranked([]) == ()


def test_a_twin_is_found_right_behind_the_one_that_is_answered(wider: Snapshot, finder: Finder) -> None:
    both = Finder(wider.index, wider.scope, finder.lexicons, DEFAULT)
    cases = [question("đổi thẻ đội viên dân phòng", codes=(code,)) for code in (tiny.CARD_COMMUNE, tiny.CARD_PROVINCE)]
    first, second = evaluate(both, cases)
    assert [code for code, _ in first.ranked[:2]] == [tiny.CARD_COMMUNE, tiny.CARD_PROVINCE]
    assert (first.hit(1), second.hit(1), second.hit(2)) == (True, False, True)


def test_a_last_turn_that_names_nothing_goes_on(finder: Finder) -> None:
    hits, decision = ask(finder, ["làm giấy khai sinh cho con", "hết bao nhiêu tiền"])
    assert (decision.outcome, decision.target) == (Outcome.ANSWER, tiny.BIRTH)
    targets = [hit.target for hit in hits]
    assert targets[0] == tiny.BIRTH
    assert len(set(targets)) == len(targets)


def test_a_last_turn_that_names_something_is_about_that(finder: Finder) -> None:
    _, decision = ask(finder, ["làm giấy khai sinh cho con", "đổi bằng lái xe máy"])
    assert decision.target == tiny.LICENCE


def test_a_last_turn_that_names_nothing_is_joined_with_the_one_before_it() -> None:
    heard = Heard({"bao lâu": NAMED})
    hits, _ = ask(heard, ["đổi bằng", "khai sinh", "bao lâu"])
    assert heard.asked == ["bao lâu", "khai sinh bao lâu"]
    assert hits[0].score == 2.0  # what was found for both together


@pytest.mark.parametrize(
    ("naming", "outcome", "joined"),
    [
        (NAMED + 0.01, Outcome.ANSWER, False),
        (NAMED, Outcome.ANSWER, True),
        (NAMED * 2 + 0.02, Outcome.NOT_IN_CATALOGUE, False),  # what was not found names something half as surely
        (NAMED * 2 - 0.02, Outcome.NOT_IN_CATALOGUE, True),
    ],
)
def test_a_turn_stands_alone_when_it_names_something(naming: float, outcome: Outcome, joined: bool) -> None:
    heard = Heard({"bao lâu": naming}, outcome)
    ask(heard, ["khai sinh", "bao lâu"])
    assert len(heard.asked) == 1 + joined


def test_an_only_turn_is_never_joined() -> None:
    heard = Heard({"bao lâu": 0.0})
    ask(heard, ["bao lâu"])
    assert heard.asked == ["bao lâu"]


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
