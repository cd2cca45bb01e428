"""What each part of the search is worth."""

from __future__ import annotations

from pathlib import Path

from knowledge.compare_searches import compare_searches
from knowledge.finder import Finder
from knowledge.measure import Proportion
from knowledge.questions import Question
from knowledge.reply import Outcome
from tests.knowledge import tiny

ASKED = [Question(id=code, turns=(texts[0],), codes=(code,)) for code, texts in tiny.PHRASINGS.items()]
LEFT_OUT = [
    Question(id="two", turns=("a", "b"), codes=(tiny.BIRTH,)),
    Question(id="out", turns=("trời mưa",), behaviour=Outcome.OUT_OF_SCOPE),
]


def test_each_part_and_both_fusions_are_measured(finder: Finder) -> None:
    rows = list(compare_searches(finder, [*ASKED, *LEFT_OUT]))
    assert [name for name, _, _ in rows] == [
        "words alone",
        "letters alone",
        "meaning alone",
        "accents alone",
        "weighted, without meaning",
        "weighted, all parts",
        "reciprocal rank fusion, all parts",
    ]
    assert all(first.whole == five.whole == len(ASKED) for _, first, five in rows)
    assert all(first.part <= five.part for _, first, five in rows)
    assert {name: first for name, first, _ in rows}["weighted, all parts"] == Proportion(4, 4)


def test_a_wrong_code_is_no_hit(finder: Finder) -> None:
    wrong = [question.model_copy(update={"codes": ("9.999999",)}) for question in ASKED]
    assert {five for _, _, five in compare_searches(finder, wrong)} == {Proportion(0, 4)}


def test_another_encoder_is_measured_beside_it(finder: Finder, encoder_folder: Path) -> None:
    rows = {name: (first, five) for name, first, five in compare_searches(finder, ASKED, str(encoder_folder))}
    assert list(rows)[-2:] == [
        f"meaning alone: {encoder_folder}",
        f"all parts, meaning by {encoder_folder}",
    ]
    assert rows[f"meaning alone: {encoder_folder}"] == rows["meaning alone"]
