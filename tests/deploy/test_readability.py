"""What citizens read: the rules find what they should and nothing else, in every place where texts stand."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from pydantic import ValidationError

from deploy.readability import faults, findings, load_rules, main, texts

RULES = load_rules()

GOOD = [
    "Anh/chị cần làm gì với giấy khai sinh ạ?",
    "Xin chào! Tôi là trợ lý tự động của một cửa Nghệ An, không phải cán bộ.",
    "Phí chứng thực bản sao là 2.000 đồng một trang. Tra tại https://dichvucong.gov.vn/tra-cuu-ho-so, cần CCCD.",
    "Chồng là công dân Lào, bạn đời ở Vinh; đã có thẻ căn cước công dân gắn chip.",
    "Theo Luật Căn cước số 26/2023/QH15 và Nghị định 118/2025/NĐ-CP, mẫu CT01.",
    "Cơ quan tra trên cơ sở dữ liệu; ông, bà đi khai thay được.",
    "Trường hợp của anh/chị thuộc loại nào dưới đây ạ?",
    "Chủ là cá nhân, tổ chức hay hộ kinh doanh ạ?",
]

BAD = [
    ("Anh/chị tiến hành nộp hồ sơ.", "tiến hành"),
    ("Cơ quan thực hiện việc cấp sổ.", "thực hiện việc"),
    ("Giấy này nhằm mục đích vay vốn.", "nhằm mục đích"),
    ("Trường hợp mất giấy chứng sinh thì viết giấy cam đoan.", "trường hợp mất giấy chứng sinh thì"),
    ("Nộp theo quy định của pháp luật hiện hành.", "theo quy định của pháp luật"),
    ("Quý công dân nộp ở xã.", "quý công dân"),
    ("Vui lòng liên hệ cơ quan có thẩm quyền.", "cơ quan có thẩm quyền"),
    ("Bạn cần giấy tờ gì?", "bạn"),
    ("Mày nộp ở đâu?", "mày"),
    ("Ông/bà cần làm gì ạ?", "ông/bà"),
    ("Xin chào!! Anh/chị cần gì?", "exclamation"),
    ("Thật vậy sao?! Anh/chị nộp ở xã.", "exclamation"),
    ("Xin chào! Cảm ơn anh/chị!", "exclamation"),
    ("Anh/chị PHẢI NỘP trước.", "PHẢI NỘP"),
    ("Anh/chị nộp NHANH lên.", "NHANH"),
    ("Nộp ở phường Thái Hoà.", "“Hoà.” -> “Hòa.”"),
    ("Hộ thuỷ sản", "thủy"),
    (unicodedata.normalize("NFD", "Nộp ở xã"), "NFC"),
]

OF_28 = " ".join(["chữ"] * 28)


@pytest.mark.parametrize("text", GOOD)
def test_a_good_text_has_no_fault(text: str) -> None:
    assert list(faults(text, RULES)) == []


@pytest.mark.parametrize(("text", "part"), BAD)
def test_a_bad_text_is_found_and_the_reason_names_what_is_bad(text: str, part: str) -> None:
    found = list(faults(text, RULES))
    if part == "NHANH":
        assert any("capital" in why and part in why for why in found)
    else:
        assert any(part in why for why in found), found


def test_a_sentence_may_be_as_long_as_the_rules_say_and_no_longer() -> None:
    assert list(faults(f"{OF_28}.", RULES)) == []
    assert list(faults(f"{OF_28} nữa.", RULES)) == ["a sentence of 29 words, at most 28: “chữ chữ chữ chữ chữ chữ …”"]


@pytest.mark.parametrize("end", [". ", "? ", "! ", "; ", ": ", ".” ", "\n"])
def test_each_sentence_is_counted_by_itself(end: str) -> None:
    assert list(faults(f"{OF_28}{end}{OF_28}", RULES)) == []


@pytest.mark.parametrize("middle", [", ", " - ", "2.000 "])
def test_what_ends_no_sentence_does_not_shorten_it(middle: str) -> None:
    assert len(list(faults(f"{OF_28}{middle}{OF_28}", RULES))) == 1


def test_officialese_is_found_in_capitals_too() -> None:
    assert list(faults("Tiến HÀNH nộp", RULES)) == ["“tiến hành” -> bỏ đi, hoặc “làm”"]


def write(root: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")


PLACES = {
    "domain.yml": (
        'responses:\n  utter_a:\n    - text: "chào"\n      buttons: [{title: nút, payload: /x}]\n'
        "    - custom: {kind: card}\n"
    ),
    "data/topics/a.yml": "name: Tên\nquestion: hỏi gì\nphrasings: [bạn ơi]\noptions: [{label: nhãn, code: '1'}]\n",
    "data/premises/a.yml": "id: a\nsaid: [[bạn]]\ncorrection: sửa lại\nsources: [{name: tiến hành}]\n",
    "data/journeys/a.yml": "name: việc\nsaid: [bạn]\nsteps: [{code: '1', do: làm, note: vì, only_when: khi nào}]\n",
    "data/catalogue/a.yml": (
        "name: tiến hành\nquestions:\n  - id: q\n    ask: hỏi\n    why: vì sao\n    options:\n"
        "      - {id: a, label: một, said: [bạn], tells: nói}\nsteps: [tiến hành]\n"
    ),
    "data/catalogue/b.yml": "name: không hỏi gì\n",
    "data/survey.yml": "note: tiến hành\ncriteria: [{id: a, question: câu hỏi, options: [{value: 1, label: kém}]}]\n",
}


def test_texts_are_taken_from_everywhere_and_only_those_that_citizens_read(tmp_path: Path) -> None:
    write(tmp_path, PLACES)
    assert list(texts(tmp_path)) == [
        ("domain.yml", "chào"),
        ("domain.yml", "nút"),
        ("data/topics/a.yml", "hỏi gì"),
        ("data/premises/a.yml", "sửa lại"),
        ("data/journeys/a.yml", "việc"),
        ("data/journeys/a.yml", "làm"),
        ("data/journeys/a.yml", "vì"),
        ("data/journeys/a.yml", "khi nào"),
        ("data/catalogue/a.yml", "hỏi"),
        ("data/catalogue/a.yml", "vì sao"),
        ("data/catalogue/a.yml", "một"),
        ("data/catalogue/a.yml", "nói"),
        ("data/survey.yml", "câu hỏi"),
        ("data/survey.yml", "kém"),
    ]
    assert findings(tmp_path, RULES) == []


def test_a_finding_names_its_file_and_is_told_once(tmp_path: Path) -> None:
    write(tmp_path, {"data/topics/a.yml": "question: Bạn hỏi gì\nmore: {question: Bạn hỏi gì}\n"})
    (only,) = findings(tmp_path, RULES)
    assert (only.file, only.text) == ("data/topics/a.yml", "Bạn hỏi gì")
    assert "bạn" in only.why


def test_a_folder_without_texts_has_no_findings(tmp_path: Path) -> None:
    assert findings(tmp_path, RULES) == []


def test_an_unknown_rule_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"plain.yml": "longest_sentence: 28\nsay_instead: {}\naddress: {}\nlongest: 3\n"})
    with pytest.raises(ValidationError):
        load_rules(tmp_path / "plain.yml")


def test_what_we_tell_citizens_is_readable(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0, capsys.readouterr().out
