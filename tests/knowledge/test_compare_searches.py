"""What each part of the search is worth, and other ways to search."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.compare_searches import MEANING, NAMED, PRIORS, compare_searches
from knowledge.decide import DEFAULT
from knowledge.finder import Finder
from knowledge.measure import Proportion
from knowledge.questions import Question
from knowledge.reply import Outcome
from knowledge.search import FEATURES, LEXICAL
from knowledge.snapshot import Snapshot
from tests.knowledge import tiny

ASKED = [Question(id=code, turns=(texts[0],), codes=(code,)) for code, texts in tiny.PHRASINGS.items()]
LEFT_OUT = [
    Question(id="two", turns=("a", "b"), codes=(tiny.BIRTH,)),
    Question(id="out", turns=("trời mưa",), behaviour=Outcome.OUT_OF_SCOPE),
]
NAMES = [
    "all parts",
    "without meaning",
    "without words",
    "without what is prior",
    "words alone",
    "meaning alone",
    "BM25 of a library, titles",
    "BM25 of a library, titles and phrasings",
]
Rows = dict[str, tuple[Proportion, Proportion]]


@pytest.fixture
def wide(finder: Finder, wider: Snapshot) -> Finder:
    """Finds in the catalogue after an import."""
    return Finder(wider.index, wider.scope, finder.lexicons, DEFAULT)


def rows(finder: Finder, snapshot: Snapshot, questions: list[Question], *others: str) -> Rows:
    found = compare_searches(finder, snapshot.catalogue, questions, others)
    return {name: (first, five) for name, first, five in found}


def test_each_part_and_other_ways_are_measured(finder: Finder, snapshot: Snapshot) -> None:
    found = rows(finder, snapshot, [*ASKED, *LEFT_OUT])
    assert list(found) == NAMES
    assert all(first.whole == five.whole == len(ASKED) for first, five in found.values())
    assert all(first.part <= five.part for first, five in found.values())
    assert found["all parts"] == (Proportion(4, 4), Proportion(4, 4))
    assert found["BM25 of a library, titles and phrasings"][0] == Proportion(4, 4)


def test_a_way_without_a_part_has_no_use_for_it(
    finder: Finder, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which weights each of the first six ways ranks by."""
    asked: list[list[str]] = []
    right = type(finder.index).search

    def search(index: object, text: str, weights: list[float], limit: int) -> object:
        asked.append([name for name, weight in zip(FEATURES, weights, strict=True) if weight])
        return right(finder.index, text, weights, limit)

    tuning = DEFAULT.model_copy(update={"ranking": dict.fromkeys(FEATURES, 1.0)})
    monkeypatch.setattr(type(finder.index), "search", search)
    rows(Finder(finder.index, finder.scope, finder.lexicons, tuning), snapshot, ASKED[:1])
    assert asked == [
        list(FEATURES),
        [name for name in FEATURES if name not in MEANING],
        [name for name in FEATURES if name not in (*LEXICAL, *NAMED)],
        [name for name in FEATURES if name not in PRIORS],
        ["words"],
        list(MEANING),
    ]
    assert sorted((*LEXICAL, *MEANING, *PRIORS, *NAMED)) == sorted(FEATURES)


def test_a_wrong_code_is_no_hit(finder: Finder, snapshot: Snapshot) -> None:
    wrong = [question.model_copy(update={"codes": ("9.999999",)}) for question in ASKED]
    found = rows(finder, snapshot, wrong)
    assert set(found.values()) == {(Proportion(0, 4), Proportion(0, 4))}


def test_either_of_a_family_is_right(wide: Finder, wider: Snapshot) -> None:
    for code in (tiny.CARD_COMMUNE, tiny.CARD_PROVINCE):
        question = Question(id="q", turns=("đổi thẻ đội viên dân phòng",), codes=(code,))
        assert {first for first, _ in rows(wide, wider, [question]).values()} == {Proportion(1, 1)}


def test_only_procedures_are_ranked(wide: Finder, wider: Snapshot) -> None:
    """A topic that lies before them all takes no place away."""
    question = Question(id="q", turns=("hộ khẩu",), codes=tuple(wider.index.targets))
    found = rows(wide, wider, [question])
    assert wide.index.search(question.turns[0], DEFAULT.weights)[0].target == "topic:ho-khau"
    assert found["all parts"][0] == Proportion(1, 1)


def test_a_question_without_a_known_word_does_no_harm(finder: Finder, snapshot: Snapshot) -> None:
    found = rows(finder, snapshot, [Question(id="q", turns=("zzzz ?",), codes=("9.999999",))])
    assert list(found) == NAMES


def test_other_encoders_are_measured_beside_it(finder: Finder, snapshot: Snapshot, encoder_folder: Path) -> None:
    name = str(encoder_folder)
    found = rows(finder, snapshot, ASKED, name, name)
    assert list(found) == [*NAMES, f"{name}, nearest passage"]  # twice the same is the same
    by_nearest = DEFAULT.model_copy(update={"ranking": {**dict.fromkeys(FEATURES, 0.0), "meaning": 1.0}})
    same = rows(Finder(finder.index, finder.scope, finder.lexicons, by_nearest), snapshot, ASKED)
    assert found[f"{name}, nearest passage"] == same["meaning alone"]
