"""The survey as it is shipped, and what a wrong file leads to."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from actions.desk.errors import SurveyUnusable
from actions.desk.survey import read_survey
from knowledge.settings import ROOT

SHIPPED = ROOT / "data" / "survey.yml"


def test_the_shipped_survey() -> None:
    survey = read_survey(SHIPPED)
    assert not survey.official
    assert "not found" in survey.note
    assert {one.id for one in survey.criteria} == {"waiting", "attitude", "guidance", "trips", "on_time", "overall"}
    for one in survey.criteria:
        values = [option.value for option in one.options]
        assert values == sorted(values, reverse=True)
        assert one.question.endswith("?")


def test_the_shipped_survey_is_in_composed_letters() -> None:
    assert unicodedata.is_normalized("NFC", SHIPPED.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("official: false\nnote: a\ncriteria: []\n", "criteria"),
        ("official: false\nnote: a\n", "criteria"),
        ("criteria: [", "survey.yml"),
        (
            "official: false\nnote: a\ncriteria:\n- id: waiting\n  question: Sao?\n  options:\n"
            "  - {value: 1, label: a}\n  - {value: 1, label: b}\n  - {value: 2, label: c}\n",
            "same value",
        ),
    ],
)
def test_a_wrong_file_is_named_with_its_field(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "survey.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SurveyUnusable, match=named):
        read_survey(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SurveyUnusable, match="nothing"):
        read_survey(tmp_path / "nothing.yml")
