"""What a reviewer approved is written into the files that people keep, and nothing else in them changes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from actions.desk.errors import CaseRefused, PhrasingRefused
from actions.desk.reviewed import _with_item, add_case, add_phrasing
from knowledge.questions import read_questions
from knowledge.reply import Outcome
from knowledge.settings import ROOT

BIRTH = "1.001193"
SHIPPED = ROOT / "data" / "phrasings"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(SHIPPED / f"{BIRTH}.yml", tmp_path)
    return tmp_path


def test_a_sentence_comes_last_and_the_rest_stays(folder: Path) -> None:
    before = (folder / f"{BIRTH}.yml").read_text(encoding="utf-8")
    path = add_phrasing(folder, BIRTH, "  cháu mới   đẻ, mần giấy chi hè ")
    assert path.read_text(encoding="utf-8") == before + "  - cháu mới đẻ, mần giấy chi hè\n"
    assert list(folder.iterdir()) == [path]


@pytest.mark.parametrize(
    "text", ['hỏi: "khai sinh" được không', "- khai sinh", "3", "đúng", "yes", "# khai sinh", "a: b"]
)
def test_what_yaml_would_misread_is_quoted(folder: Path, text: str) -> None:
    path = add_phrasing(folder, BIRTH, text)
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["phrasings"][-1] == text


def test_the_long_form_of_a_code_is_known(folder: Path) -> None:
    assert add_phrasing(folder, f"{BIRTH}.000.00.00.H41", "câu mới").name == f"{BIRTH}.yml"


def test_a_sentence_stands_there_once(folder: Path) -> None:
    add_phrasing(folder, BIRTH, "Làm giấy cho cháu gái mới đẻ")
    before = (folder / f"{BIRTH}.yml").read_text(encoding="utf-8")
    with pytest.raises(PhrasingRefused, match="already"):
        add_phrasing(folder, BIRTH, "làm giấy cho  cháu gái mới đẻ")
    assert (folder / f"{BIRTH}.yml").read_text(encoding="utf-8") == before
    add_phrasing(folder, BIRTH, "lam giay cho chau gai moi de")


@pytest.mark.parametrize("text", ["gọi tôi [số điện thoại] nhé", "tôi tên là [Tên]", "ở [địa chỉ]"])
def test_what_holds_a_mark_is_refused(folder: Path, tmp_path: Path, text: str) -> None:
    with pytest.raises(PhrasingRefused, match="mark"):
        add_phrasing(folder, BIRTH, text)
    with pytest.raises(CaseRefused, match="mark"):
        add_case(tmp_path / "set.jsonl", "a", text, [BIRTH], Outcome.ANSWER)


@pytest.mark.parametrize("code", ["9.999999", "../secret", "khai sinh", ""])
def test_a_code_without_a_file_is_refused(folder: Path, code: str) -> None:
    with pytest.raises(PhrasingRefused, match="no file"):
        add_phrasing(folder, code, "câu mới")


def test_nothing_is_added_to_nothing(folder: Path) -> None:
    with pytest.raises(PhrasingRefused):
        add_phrasing(folder, BIRTH, "  ")


@pytest.mark.parametrize(
    "source",
    [
        "code: '1.001193'\nphrasings:\n- một\n- hai\nname: Tên\n",
        "code: '1.001193'\nphrasings:\n    - một\n    # một lời\n    - hai\n\nname: Tên\n",
        "code: '1.001193'\nphrasings:\n  - một\n  - >-\n    hai\n    ba",
    ],
)
def test_other_ways_of_writing_the_file(tmp_path: Path, source: str) -> None:
    path = tmp_path / f"{BIRTH}.yml"
    path.write_text(source, encoding="utf-8")
    before = yaml.safe_load(source)
    after = yaml.safe_load(add_phrasing(tmp_path, BIRTH, "câu mới").read_text(encoding="utf-8"))
    assert after == before | {"phrasings": [*before["phrasings"], "câu mới"]}


def test_a_way_that_is_not_known_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / f"{BIRTH}.yml"
    path.write_text("{code: '1.001193', phrasings: [một]}\n", encoding="utf-8")
    with pytest.raises(PhrasingRefused, match="by hand"):
        add_phrasing(tmp_path, BIRTH, "câu mới")
    path.write_text("code: [", encoding="utf-8")
    with pytest.raises(PhrasingRefused, match="cannot be read"):
        add_phrasing(tmp_path, BIRTH, "câu mới")


@given(
    st.text(min_size=1, max_size=80).map(lambda text: " ".join(text.split())).filter(lambda text: text.isprintable())
)
def test_any_sentence_comes_back_as_it_was(text: str) -> None:
    source = "code: '1.001193'\nphrasings:\n  - một\n"
    if text:
        assert yaml.safe_load(_with_item(source, text))["phrasings"] == ["một", text]


def test_every_shipped_file_can_be_added_to() -> None:
    files = sorted(SHIPPED.glob("*.yml"))
    assert len(files) > 100
    for path in files[:: len(files) // 60]:
        source = path.read_text(encoding="utf-8")
        indent = source.splitlines()[-1].partition("-")[0]
        assert _with_item(source, "câu mới") == f"{source}{indent}- câu mới\n", path.name


def test_a_case_is_added_in_the_form_of_the_sets(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text('{"id": "a", "turns": ["một"], "codes": ["1.001193"], "behaviour": "answer"}', encoding="utf-8")
    add_case(path, "review-1", "mần  giấy khai sinh", [f"{BIRTH}.000.00.00.H41"], Outcome.ANSWER)
    add_case(path, "review-2", "mua vé số ở mô", [], Outcome.OUT_OF_SCOPE)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[1]) == {
        "id": "review-1",
        "turns": ["mần giấy khai sinh"],
        "codes": [BIRTH],
        "behaviour": "answer",
        "tags": ["review"],
    }
    assert "mần" in lines[1]
    assert [case.id for case in read_questions(path)] == ["a", "review-1", "review-2"]
    assert read_questions(path)[2].behaviour is Outcome.OUT_OF_SCOPE


@pytest.mark.parametrize(
    ("name", "text", "codes", "behaviour"),
    [
        ("review-1", "câu khác", [BIRTH], Outcome.ANSWER),
        ("review-2", "CÂU đầu", [BIRTH], Outcome.ANSWER),
        ("review-2", "câu khác", [], Outcome.ANSWER),
        ("review-2", "câu khác", [], Outcome.CLARIFY),
        ("review-2", "câu khác", [BIRTH], Outcome.OUT_OF_SCOPE),
        ("review-2", "câu khác", ["khai sinh"], Outcome.ANSWER),
    ],
)
def test_a_case_that_does_not_fit_is_refused(
    tmp_path: Path, name: str, text: str, codes: list[str], behaviour: Outcome
) -> None:
    path = tmp_path / "set.jsonl"
    add_case(path, "review-1", "câu đầu", [BIRTH], Outcome.ANSWER)
    before = path.read_bytes()
    with pytest.raises(CaseRefused):
        add_case(path, name, text, codes, behaviour)
    assert path.read_bytes() == before


def test_a_set_that_cannot_be_used_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text("{\n", encoding="utf-8")
    with pytest.raises(CaseRefused, match="line 1"):
        add_case(path, "review-1", "câu đầu", [BIRTH], Outcome.ANSWER)
    for wrong in (tmp_path / "set.yml", tmp_path / "nowhere" / "set.jsonl"):
        with pytest.raises(CaseRefused, match="no place"):
            add_case(wrong, "review-1", "câu đầu", [BIRTH], Outcome.ANSWER)
