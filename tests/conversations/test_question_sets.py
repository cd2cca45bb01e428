"""The question sets that the project ships are sound, and a sample of them is answered well."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.client import connect
from bot.evaluate import hold, rows
from knowledge.catalogue import load_catalogue
from knowledge.normalise import fold
from knowledge.questions import Question, read_questions
from knowledge.reply import Outcome
from knowledge.settings import ROOT
from tests.conversations.known import Known

SETS = sorted((ROOT / "tests" / "questions").glob("*.jsonl"))
SHIPPED = [path for path in SETS if path.stem in ("dev-young", "dev-elders")]  # about the shipped records alone
SAMPLE = 60
RIGHT = 0.85  # of the sample; `python -m bot evaluate` runs whole sets, docs/evaluation.md says what they reach


def cases(path: Path) -> list[Question]:
    return read_questions(path)


def everything(sets: Sequence[Path] = SETS) -> list[Question]:
    return [question for path in sets for question in cases(path)]


def test_there_are_sets() -> None:
    assert len(SETS) >= 2
    assert len(everything(SHIPPED)) >= 400
    assert len(everything()) - len(everything(SHIPPED)) >= 1000


def test_ids_are_unique() -> None:
    counts = Counter(question.id for question in everything())
    assert [name for name, count in counts.items() if count > 1] == []


def test_no_case_stands_twice() -> None:
    counts = Counter(tuple(turn.strip().lower() for turn in question.turns) for question in everything())
    assert [turns for turns, count in counts.items() if count > 1] == []


def test_every_code_that_is_to_be_answered_is_held() -> None:
    held = load_catalogue(ROOT / "data").procedures
    unknown = {
        question.id: codes
        for question in everything(SHIPPED)
        if question.behaviour is Outcome.ANSWER
        if (codes := [code for code in question.codes if code not in held])
    }
    assert unknown == {}


def test_there_are_codes_where_something_is_told_or_offered() -> None:
    with_codes = (Outcome.ANSWER, Outcome.CLARIFY)
    assert [case.id for case in everything() if (case.behaviour in with_codes) is not bool(case.codes)] == []


def test_turns_say_something() -> None:
    assert [question.id for question in everything() if not all(fold(turn) for turn in question.turns)] == []


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_every_kind_of_case_is_in_it(path: Path) -> None:
    found = {question.behaviour for question in cases(path)}
    assert {Outcome.ANSWER, Outcome.CLARIFY, Outcome.NOT_IN_CATALOGUE, Outcome.OUT_OF_SCOPE} <= found
    assert any(len(question.turns) > 1 for question in cases(path))


@pytest.mark.house
@pytest.mark.xdist_group("house")
def test_a_sample_is_answered_well(assistant_url: str) -> None:
    sample = random.Random(20261123).sample(everything(SHIPPED), SAMPLE)
    with connect(assistant_url) as client:
        held = list(hold(client, sample))
    known = Known.load(ROOT / "data")
    answered = [item for item in held if item.reply.outcome is Outcome.ANSWER]
    codes = {item.question.id: {source.code for source in item.reply.sources} for item in answered}
    unsourced = {item.question.id: known.unsourced(item.reply, codes[item.question.id]) for item in answered}
    assert {name: figures for name, figures in unsourced.items() if figures} == {}
    wrong = [f"{item.question.id}: {item.verdict.why_wrong}" for item in held if not item.verdict.right]
    assert rows(held)[0].right.value >= RIGHT, "\n".join(wrong)
