"""What follows from an event: procedures that exist, in an order that works, with figures of their records."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from knowledge.catalogue import Catalogue, load_catalogue
from knowledge.check import facts, sourced_facts
from knowledge.errors import DuplicateCode, RecordError
from knowledge.journeys import Journey, Step, load_journeys, problems
from knowledge.normalise import fold, is_accented, tokens
from knowledge.settings import ROOT

# What a person cannot do before something else is done: (first, then), wherever a journey has both.
ORDER = [
    ("1.000656", "1.003197"),
    ("1.000656", "2.000821"),
    ("1.000656", "1.001731"),
    ("1.000656", "2.001406"),
    ("2.001406", "1.013831"),
    ("2.001406", "1.013978"),
    ("2.001035", "1.013831"),
    ("2.001035", "1.013076"),
    ("1.012784", "1.013831"),
    ("1.007277", "1.013831"),
    ("1.013949", "1.013225"),
    ("1.013225", "1.013226"),
    ("1.013225", "1.013995"),
    ("1.004194", "1.002755"),
    ("1.002755", "1.010028"),
    ("1.001612", "2.000720"),
    ("1.011022", "1.001266"),
    ("1.001570", "1.001266"),
    ("1.000689", "1.001022"),
    ("1.001193", "1.004222"),
    ("1.001193", "2.001263"),
    ("2.001263", "1.004859"),
    ("1.004859", "1.012564"),
    ("1.012564", "1.014063"),
    ("1.001699", "1.001776"),
    ("1.011607", "1.001776"),
    ("1.014061", "3.000228"),
    ("1.014064", "3.000348"),
    ("2.000806", "2.000635"),
]
WANTED = {
    "moi-sinh-con",
    "sinh-con-chua-ket-hon",
    "nguoi-than-mat",
    "sap-ket-hon",
    "ket-hon-nguoi-nuoc-ngoai",
    "vo-chong-nuoc-ngoai-ve-o",
    "moi-mua-dat",
    "mua-dat-giay-tay",
    "thua-ke-dat",
    "xay-nha",
    "chuyen-nha",
    "thue-tro",
    "mo-quan",
    "dong-quan",
    "mo-cong-ty",
    "mat-vi",
    "mat-bang-lai",
    "mua-xe-cu",
    "nghi-viec",
    "tron-14-tuoi",
    "bi-khuyet-tat",
    "gia-dinh-kho-khan",
    "nhan-con-nuoi",
    "doi-ten",
    "di-nuoc-ngoai",
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(ROOT / "data")


@pytest.fixture(scope="module")
def journeys() -> tuple[Journey, ...]:
    return load_journeys(ROOT / "data" / "journeys")


def journey(*steps: Step) -> Journey:
    return Journey(id="mot-viec", name="Một việc", said=("có việc",), steps=steps)


def step(code: str = "1.000001", do: str = "Làm việc này", only_when: str | None = None) -> Step:
    return Step(code=code, do=do, only_when=only_when)


def test_the_events_of_ordinary_lives_are_there(journeys: tuple[Journey, ...]) -> None:
    assert {one.id for one in journeys} >= WANTED


def test_every_step_has_a_record(journeys: tuple[Journey, ...], catalogue: Catalogue) -> None:
    assert problems(journeys, catalogue.procedures) == []


def test_every_event_is_told_in_many_different_ways(journeys: tuple[Journey, ...]) -> None:
    for one in journeys:
        told = {" ".join(tokens(sentence)) for sentence in one.said}
        assert 12 <= len(told) <= 25, one.id
        assert len(told) == len(one.said), one.id
        assert sum(not is_accented(sentence) for sentence in one.said) >= 2, one.id


def test_no_sentence_belongs_to_two_events(journeys: tuple[Journey, ...]) -> None:
    told = Counter(" ".join(tokens(sentence)) for one in journeys for sentence in one.said)
    assert [sentence for sentence, times in told.items() if times > 1] == []


def test_an_event_is_told_without_asking_what_comes_first(journeys: tuple[Journey, ...]) -> None:
    asking = re.compile(r"\b(?:lam|man) (?:gi|chi) truoc\b|\btruoc tien\b|\bdau tien\b|\blam gi\b")
    assert [said for one in journeys for said in one.said if asking.search(fold(said))] == []


def test_what_must_come_first_comes_first(journeys: tuple[Journey, ...]) -> None:
    tested = set()
    for one in journeys:
        codes = [step.code for step in one.steps]
        for first, then in ORDER:
            if first in codes and then in codes:
                assert codes.index(first) < codes.index(then), one.id
                tested.add((first, then))
    assert tested == set(ORDER)


def test_every_figure_of_a_step_stands_in_the_record_of_its_procedure(
    journeys: tuple[Journey, ...], catalogue: Catalogue
) -> None:
    for one in journeys:
        for part in one.steps:
            told = " ".join(text for text in (part.do, part.note, part.only_when) if text)
            assert facts(told) <= sourced_facts(catalogue.procedures[part.code]), f"{one.id}, {part.code}"


def test_texts_are_nfc_and_name_no_district(journeys: tuple[Journey, ...]) -> None:
    for one in journeys:
        texts = [one.name, *one.said, *(text for part in one.steps for text in (part.do, part.note or ""))]
        assert all(unicodedata.is_normalized("NFC", text) for text in texts), one.id
        assert not any("huyện" in part.do or "huyện" in (part.note or "") for part in one.steps), one.id


def test_a_step_without_a_record_is_a_problem() -> None:
    one = journey(step("1.000001"), step("1.000002"))
    assert problems([one], {"1.000001"}) == ["mot-viec: no record of 1.000002."]
    assert problems([one], {"1.000001", "1.000002"}) == []


def test_a_step_told_twice_is_a_problem_unless_for_others() -> None:
    twice = journey(step(), step())
    for_others = journey(step(only_when="khi còn trẻ"), step(only_when="khi đã già"))
    assert problems([twice], {"1.000001"}) == ["mot-viec: 1.000001 stands twice."]
    assert problems([for_others], {"1.000001"}) == []


def test_what_to_do_is_short() -> None:
    assert step(do="a" * 110).do
    with pytest.raises(ValidationError):
        step(do="a" * 111)


def written(folder: Path, name: str, **more: object) -> None:
    steps = [{"code": "1.000001", "do": "Làm"}, {"code": "1.000002", "do": "Xong"}]
    content = {"id": "mot", "name": "Một", "said": ["có việc"], "steps": steps, **more}
    (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def test_journeys_come_in_the_order_of_their_files(tmp_path: Path) -> None:
    written(tmp_path, "b.yml", id="dau")
    written(tmp_path, "a.yml", id="sau")
    assert [one.id for one in load_journeys(tmp_path)] == ["sau", "dau"]


def test_an_unknown_key_is_refused_by_name(tmp_path: Path) -> None:
    written(tmp_path, "mot.yml", khac=1)
    with pytest.raises(RecordError, match=r"mot\.yml, khac"):
        load_journeys(tmp_path)


def test_a_file_that_is_no_yaml_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "hong.yml").write_text("id: [", encoding="utf-8")
    with pytest.raises(RecordError, match=r"hong\.yml"):
        load_journeys(tmp_path)


def test_two_files_with_one_id_are_refused(tmp_path: Path) -> None:
    written(tmp_path, "a.yml")
    written(tmp_path, "b.yml")
    with pytest.raises(DuplicateCode, match=r"b\.yml"):
        load_journeys(tmp_path)
