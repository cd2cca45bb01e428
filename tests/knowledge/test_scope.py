"""Is it a matter of administration at all?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from knowledge import scope as module
from knowledge.normalise import Lexicon
from knowledge.passages import OUTSIDE, Passage
from knowledge.scope import ScopeModel
from knowledge.snapshot import Snapshot


def test_inside_and_outside_are_told_apart(passages: list[Passage], lexicons: list[Lexicon]) -> None:
    scope = ScopeModel.train(passages, lexicons)
    assert scope.logit("xin giấy khai sinh cho con") > 0
    assert scope.logit("trời ngày mai có mưa không") < 0


def test_its_own_examples_fall_on_their_side(snapshot: Snapshot, passages: list[Passage]) -> None:
    wrong = [item.text for item in passages if (snapshot.scope.logit(item.text) > 0) is not (item.target != OUTSIDE)]
    assert wrong == []


def test_without_outside_examples_everything_is_inside(passages: list[Passage]) -> None:
    scope = ScopeModel.train([item for item in passages if item.target != OUTSIDE], [])
    assert scope.logit("trời mưa") == scope.logit("") > 0


def test_the_model_survives_its_file(tmp_path: Path, passages: list[Passage]) -> None:
    scope = ScopeModel.train(passages, [])
    scope.save(tmp_path / "scope.npy")
    loaded = ScopeModel.load(tmp_path / "scope.npy")
    for text in ("khai sinh", "trời mưa", ""):
        assert loaded.logit(text) == scope.logit(text)


def test_a_large_catalogue_is_learnt_from_a_part_of_it(
    passages: list[Passage], lexicons: list[Lexicon], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Training does not grow with the catalogue; what lies outside is all looked at."""
    seen: list[tuple[int, int]] = []
    right = LogisticRegression.fit

    def fit(self: object, rows: object, inside: Any) -> object:
        seen.append((int(inside.sum()), int((~inside).sum())))
        return right(self, rows, inside)

    monkeypatch.setattr(LogisticRegression, "fit", fit)
    monkeypatch.setattr(module, "MOST_INSIDE", 20)
    first, second = (ScopeModel.train([*passages, *passages], lexicons) for _ in range(2))
    outside = 2 * sum(item.target == OUTSIDE for item in passages)
    assert seen == [(20, outside)] * 2
    assert first.logit("xin giấy khai sinh cho con") == second.logit("xin giấy khai sinh cho con") > 0


@given(st.text())
def test_any_text_has_its_odds(snapshot: Snapshot, text: str) -> None:
    assert -50 < snapshot.scope.logit(text) < 50
