"""Question sets: ours and the older form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from knowledge.errors import QuestionSetError
from knowledge.questions import Question, read_questions
from knowledge.reply import Aspect, Outcome
from knowledge.settings import ROOT


def read(folder: Path, *rows: Any) -> list[Question]:
    path = folder / "set.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return read_questions(path)


def test_our_form(tmp_path: Path) -> None:
    (question,) = read(
        tmp_path,
        {
            "id": "a-1",
            "turns": ["làm khai sinh", "hết bao nhiêu"],
            "codes": ["1.001193.000.00.00.H41", "2.000635"],
            "behaviour": "answer",
            "aspects": ["fees"],
            "must_contain": ["miễn"],
            "tags": ["dialect"],
            "somebody's own": 1,
        },
    )
    assert question.codes == ("1.001193", "2.000635")
    assert question.turns == ("làm khai sinh", "hết bao nhiêu")
    assert question.aspects == (Aspect.FEES,)
    assert not question.for_commune


def test_what_may_be_left_out(tmp_path: Path) -> None:
    (question,) = read(tmp_path, {"turns": ["a"]})
    assert question == Question(id="line-1", turns=("a",))
    assert question.behaviour is Outcome.ANSWER


@pytest.mark.parametrize(
    ("row", "codes", "behaviour", "for_commune"),
    [
        ({"code": "1.001193", "in_catalogue": True}, ("1.001193",), Outcome.ANSWER, False),
        ({"code": None, "behaviour": "oos"}, (), Outcome.OUT_OF_SCOPE, False),
        ({"code": "1.004222", "behaviour": "oos_for_commune"}, ("1.004222",), Outcome.NOT_IN_CATALOGUE, True),
    ],
)
def test_the_older_form(
    tmp_path: Path, row: dict[str, Any], codes: tuple[str, ...], behaviour: Outcome, for_commune: bool
) -> None:
    (question,) = read(tmp_path, {"question": "Tôi hỏi", **row})
    assert question.turns == ("Tôi hỏi",)
    assert (question.codes, question.behaviour, question.for_commune) == (codes, behaviour, for_commune)


def test_a_code_that_is_no_national_one_is_kept(tmp_path: Path) -> None:
    assert read(tmp_path, {"turns": ["a"], "codes": ["local-7"]})[0].codes == ("local-7",)


def test_empty_lines_count_but_are_no_cases(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(b'\r\n{"turns": ["a"]}\r\n\r\n{"turns": ["b"]}')
    assert [question.id for question in read_questions(path)] == ["line-2", "line-4"]


def test_a_line_separator_in_a_sentence_ends_no_line(tmp_path: Path) -> None:
    assert read(tmp_path, {"turns": ["a\u2028b\x85c"]})[0].turns == ("a\u2028b\x85c",)


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("{", "line 2: "),
        ("[1]", "line 2: "),
        ("7", "line 2: "),
        ("{}", "line 2, turns: "),
        ('{"turns": []}', "line 2, turns: "),
        ('{"turns": ["a"], "behaviour": "dance"}', "line 2, behaviour: "),
        ('{"turns": ["a"], "behaviour": null}', "line 2, behaviour: "),
        ('{"turns": ["a"], "behaviour": ["answer"]}', "line 2: "),
        ('{"turns": ["a"], "aspects": ["colour"]}', "line 2, aspects.0: "),
        ('{"turns": ["a"], "codes": "1.001193"}', "line 2, codes: "),
        ('{"turns": ["a"], "codes": [7]}', "line 2, codes.0: "),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, place: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text('{"turns": ["a"]}\n' + line + "\n")
    with pytest.raises(QuestionSetError) as caught:
        read_questions(path)
    assert str(caught.value).startswith(f"[K401] {path}, {place}")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match=r"nothing\.jsonl"):
        read_questions(tmp_path / "nothing.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b'{"turns": ["\xe9"]}')
    with pytest.raises(QuestionSetError, match=r"latin\.jsonl"):
        read_questions(tmp_path / "latin.jsonl")


@pytest.mark.parametrize("name", ["dev-elders", "dev-young"])
def test_the_development_sets_are_read(name: str) -> None:
    questions = read_questions(ROOT / "tests" / "questions" / f"{name}.jsonl")
    assert len({question.id for question in questions}) == len(questions) > 100
    assert {question.behaviour for question in questions} >= {Outcome.ANSWER, Outcome.CLARIFY, Outcome.OUT_OF_SCOPE}
