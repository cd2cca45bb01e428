"""The catalogue as files: what is read, and that a bad file is refused with the file, the field and the reason."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest

from knowledge.catalogue import Catalogue, Elsewhere, load_catalogue, read_catalogue, read_record, with_records
from knowledge.english import English
from knowledge.errors import DuplicateCode, KnowledgeError, RecordError
from tests.knowledge import tiny

OTHER: tiny.Row = {"id": "nuoi-ong", "name": "Nuôi ong", "phrasings": ["nuôi ong lấy mật", "đàn ong"]}


def test_everything_is_read(own_data: Path) -> None:
    catalogue, problems = read_catalogue(own_data)
    assert problems == []
    assert list(catalogue.procedures) == [tiny.BIRTH, tiny.STAY, tiny.LICENCE, tiny.HOME]
    assert catalogue.phrasings[tiny.STAY] == tuple(tiny.PHRASINGS[tiny.STAY])
    assert [option.code for option in catalogue.topics["ho-khau"].options] == [tiny.STAY, tiny.HOME]
    assert catalogue.elsewhere["mo-nha-thuoc"].handled_by == "Sở Y tế"
    assert catalogue.outside == tuple(tiny.OUTSIDE["sentences"])
    assert catalogue.known == {}
    assert catalogue.english == {tiny.STAY: English.model_validate(tiny.ENGLISH)}


def test_the_sentences_of_replies_are_no_record_in_english(own_data: Path) -> None:
    tiny.write(own_data / "english" / "sentences.yml", {"Lệ phí": "Fees"})
    catalogue, problems = read_catalogue(own_data)
    assert (list(catalogue.english), problems) == ([tiny.STAY], [])


def test_broken_english_is_named(own_data: Path) -> None:
    path = tiny.write(own_data / "english" / f"{tiny.HOME}.yml", {**tiny.ENGLISH, "code": tiny.HOME, "name": "x" * 61})
    with pytest.raises(RecordError) as caught:
        load_catalogue(own_data)
    assert str(caught.value).startswith(f"[K101] {path}, name: ")


def test_phrasings_of_a_code_without_a_record_are_kept_with_its_title(wider_catalogue: Catalogue) -> None:
    row = tiny.WIDER_PHRASINGS[tiny.UNHELD]
    assert tiny.UNHELD not in wider_catalogue.procedures
    assert wider_catalogue.phrasings[tiny.UNHELD] == tuple(row["phrasings"])
    assert wider_catalogue.phrasings[tiny.CARD_COMMUNE][0] == "thẻ dân phòng cũ nát muốn đổi"
    assert wider_catalogue.known == {tiny.UNHELD: row["name"]}  # the other file does not say its title


def test_one_record_is_read(own_data: Path) -> None:
    assert read_record(own_data / "catalogue" / f"{tiny.STAY}.yml") == tiny.hand_written(tiny.STAY)


def test_text_is_read_as_nfc(own_data: Path) -> None:
    path = own_data / "catalogue" / f"{tiny.STAY}.yml"
    path.write_text(unicodedata.normalize("NFD", path.read_text(encoding="utf-8")), encoding="utf-8")
    assert read_record(path).name == unicodedata.normalize("NFC", "Đăng ký tạm trú")


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"colour": "blue"}, "colour", "Extra inputs are not permitted"),
        ({"agency": None}, "agency", "Input should be a valid string"),
        ({"code": "1.12"}, "code", "String should match pattern"),
        ({"sources": [{**tiny.SOURCE, "as_of": "yesterday"}]}, "sources.0.as_of", "valid date"),
        ({"related": ["9.999999"]}, "related", "no record of 9.999999"),
    ],
)
def test_a_bad_field_is_named(own_data: Path, changes: dict[str, Any], field: str, reason: str) -> None:
    path = tiny.write(own_data / "catalogue" / f"{tiny.BIRTH}.yml", tiny.record(**changes))
    with pytest.raises(RecordError) as caught:
        load_catalogue(own_data)
    assert str(caught.value).startswith(f"[K101] {path}, {field}: ")
    assert reason in str(caught.value)


def test_a_missing_field_is_named(own_data: Path) -> None:
    row = tiny.record()
    del row["agency"]
    path = tiny.write(own_data / "catalogue" / f"{tiny.BIRTH}.yml", row)
    with pytest.raises(RecordError) as caught:
        load_catalogue(own_data)
    assert f"{path}, agency: Field required." in str(caught.value)


def test_a_day_that_does_not_exist_is_named(own_data: Path) -> None:
    path = own_data / "catalogue" / f"{tiny.BIRTH}.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("'2026-06-01'", "2026-02-30"), encoding="utf-8")
    with pytest.raises(RecordError) as caught:
        read_record(path)
    assert f"{path}, sources.0.as_of: " in str(caught.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"code: [", "line 2"),
        (b"code: 'a\nname: b", "line"),
        (b"\xff\xfe\x00", "can't decode"),
        (b"", "the whole file"),
        (b"- a\n- b\n", "the whole file"),
        (b"code: !!python/object:os.system a", "could not determine a constructor"),
    ],
)
def test_a_broken_file_is_named(own_data: Path, content: bytes, reason: str) -> None:
    path = own_data / "catalogue" / f"{tiny.BIRTH}.yml"
    path.write_bytes(content)
    with pytest.raises(RecordError) as caught:
        read_record(path)
    assert str(path) in str(caught.value)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"nothing\.yml: .*No such file"):
        read_record(tmp_path / "nothing.yml")


def test_a_code_that_stands_twice_is_refused(own_data: Path) -> None:
    path = tiny.write(own_data / "catalogue" / "again.yml", tiny.record(name="Khai sinh lần nữa"))
    with pytest.raises(DuplicateCode) as caught:
        load_catalogue(own_data)
    assert f"{path}, code: {tiny.BIRTH} stands in {tiny.BIRTH}.yml already" in str(caught.value)
    assert read_catalogue(own_data)[0].procedures[tiny.BIRTH] == tiny.hand_written()


def test_a_procedure_elsewhere_that_stands_twice_is_refused(own_data: Path) -> None:
    path = tiny.write(own_data / "elsewhere" / "later.yml", {**tiny.ELSEWHERE, "field": "Việc khác"})
    catalogue, problems = read_catalogue(own_data)
    assert [type(problem) for problem in problems] == [DuplicateCode, DuplicateCode]
    assert f"{path}, procedures: mo-nha-thuoc stands twice" in str(problems[0])
    assert set(catalogue.elsewhere) == {"mo-nha-thuoc", "lai-tau"}


def test_a_topic_with_an_unknown_code_is_refused(own_data: Path) -> None:
    options = [{"label": "Một", "code": tiny.STAY}, {"label": "Hai", "code": "9.999999"}]
    path = tiny.write(own_data / "topics" / "ho-khau.yml", {**tiny.TOPIC, "options": options})
    catalogue, problems = read_catalogue(own_data)
    assert [str(problem) for problem in problems] == [
        f"[K101] {path}, options: no record of 9.999999. {RecordError.remedy}"
    ]
    assert catalogue.topics == {}


@pytest.mark.parametrize(
    ("folder", "content", "field"),
    [
        ("topics", {**tiny.TOPIC, "options": tiny.TOPIC["options"][:1]}, "options"),
        ("topics", {**tiny.TOPIC, "id": "Hộ khẩu"}, "id"),
        ("phrasings", {"code": tiny.STAY, "phrasings": []}, "phrasings"),
        ("phrasings", {"code": "9.00002", "phrasings": ["a"]}, "code"),
        ("phrasings", {"code": tiny.UNHELD, "name": " ", "phrasings": ["a"]}, "name"),
        ("elsewhere", {"field": "a", "procedures": [{**OTHER, "codes": ["1.00"]}]}, "procedures.0.codes.0"),
        ("elsewhere", {"field": "Việc khác"}, "procedures"),
        ("outside", {"subject": "Khác", "sentences": [""]}, "sentences.0"),
    ],
)
def test_the_other_files_are_checked_too(own_data: Path, folder: str, content: tiny.Row, field: str) -> None:
    path = tiny.write(own_data / folder / "z.yml", content)
    _, problems = read_catalogue(own_data)
    assert len(problems) == 1
    assert str(problems[0]).startswith(f"[K101] {path}, {field}: ")


def test_reading_goes_on_after_a_problem(own_data: Path) -> None:
    """Everything that is wrong is told, and what could be read is there."""
    (own_data / "catalogue" / f"{tiny.LICENCE}.yml").write_text("code: [", encoding="utf-8")
    tiny.write(own_data / "catalogue" / f"{tiny.HOME}.yml", tiny.record(tiny.HOME, colour="blue"))
    catalogue, problems = read_catalogue(own_data)
    assert set(catalogue.procedures) == {tiny.BIRTH, tiny.STAY}
    assert set(catalogue.phrasings) == set(tiny.RECORDS)  # people ask for a procedure, whether it can be read or not
    assert catalogue.outside
    said = [str(problem) for problem in problems]
    assert len(said) == 4  # the two files, the topic and the record that lead to one of them
    for problem, name in zip(
        said, (f"{tiny.LICENCE}.yml", f"{tiny.HOME}.yml, colour", "topics", "related"), strict=True
    ):
        assert name in problem


def test_what_is_elsewhere_becomes_a_procedure_once_its_record_is_here(wider_catalogue: Catalogue) -> None:
    others = {
        name: Elsewhere.model_validate({**OTHER, "id": name, "phrasings": [name], "codes": codes})
        for name, codes in (
            ("ong", [tiny.UNHELD, tiny.BEES]),  # the second of its codes is here
            ("the-doi-vien", [tiny.CARD_COMMUNE]),
            ("khac", [tiny.UNHELD]),
            ("la", []),
        )
    }
    records = {item.record.code: item.record for item in tiny.merged()}
    before = Catalogue(wider_catalogue.procedures, dict(wider_catalogue.phrasings), {"a": "b"}, elsewhere=others)
    after = with_records(before, records)
    assert after.procedures is records
    assert list(after.elsewhere) == ["khac", "la"]
    assert after.phrasings[tiny.BEES] == ("ong",)
    own = tuple(tiny.WIDER_PHRASINGS[tiny.CARD_COMMUNE]["phrasings"])
    assert after.phrasings[tiny.CARD_COMMUNE] == (*own, "the-doi-vien")
    assert after.phrasings[tiny.UNHELD] == before.phrasings[tiny.UNHELD]
    assert after.known == {"a": "b"}
    assert before.phrasings == wider_catalogue.phrasings  # the one before is as it was
    assert list(before.elsewhere) == list(others)


def test_with_the_same_records_everything_stays(catalogue: Catalogue) -> None:
    assert with_records(catalogue, catalogue.procedures) == catalogue


def test_an_empty_folder_is_a_problem(tmp_path: Path) -> None:
    catalogue, problems = read_catalogue(tmp_path)
    assert catalogue.procedures == {}
    assert [str(tmp_path / "catalogue") in str(problem) for problem in problems] == [True]


def test_every_problem_is_an_error_of_the_library(own_data: Path) -> None:
    (own_data / "topics" / "ho-khau.yml").write_text("{", encoding="utf-8")
    with pytest.raises(KnowledgeError):
        load_catalogue(own_data)
