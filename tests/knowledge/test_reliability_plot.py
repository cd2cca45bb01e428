"""The reliability plot: an SVG with a point for each bin that holds answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.measure import Outcomes
from knowledge.questions import Question
from knowledge.reliability_plot import plot_reliability
from knowledge.reply import Outcome


def answered(confidence: float, code: str) -> Outcomes:
    question = Question(id=f"{confidence}{code}", turns=("hỏi",), codes=("9.000001",))
    return Outcomes(question, Outcome.ANSWER, ((code, 1.0),), Outcome.ANSWER, 1.0, confidence)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_each_bin_with_answers_is_a_point(tmp_path: Path, count: int) -> None:
    outcomes = [answered(0.05 + 0.3 * place, "9.000001") for place in range(count)]
    plot_reliability(outcomes, tmp_path / "plot.svg")
    text = (tmp_path / "plot.svg").read_text(encoding="utf-8")
    assert text.count("<!-- 1 -->") >= count
    assert "expected calibration error" in text


def test_the_same_answers_give_the_same_file(tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        plot_reliability([answered(0.9, "9.000001"), answered(0.95, "9.000002")], tmp_path / name)
    first, second = ((tmp_path / name).read_text(encoding="utf-8").count("path") for name in ("one.svg", "two.svg"))
    assert first == second
