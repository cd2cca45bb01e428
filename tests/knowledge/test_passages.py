"""The texts by which a target can be found."""

from __future__ import annotations

import pytest

from knowledge.catalogue import Catalogue, with_records
from knowledge.passages import LONGEST_TITLE, OUTSIDE, Passage, PassageKind, TargetKind, catalogue_passages, target_kind
from tests.knowledge import tiny


@pytest.fixture(scope="module")
def wider_passages(wider_catalogue: Catalogue) -> list[Passage]:
    """Those of the catalogue after an import."""
    records = {item.record.code: item.record for item in tiny.merged()}
    return list(catalogue_passages(with_records(wider_catalogue, records)))


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("1.001193", TargetKind.PROCEDURE),
        ("topic:so-do", TargetKind.TOPIC),
        ("elsewhere:nha-thuoc", TargetKind.ELSEWHERE),
        ("elsewhere:1.001193", TargetKind.ELSEWHERE),
        ("outside", TargetKind.OUTSIDE),
    ],
)
def test_the_kind_of_a_target(target: str, kind: TargetKind) -> None:
    assert target_kind(target) is kind


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="somewhere"):
        target_kind("somewhere:else")


def test_the_passages_of_a_record(catalogue: Catalogue) -> None:
    own = [item for item in catalogue_passages(catalogue) if item.target == tiny.BIRTH]
    assert [item.text for item in own if item.kind is PassageKind.TITLE] == [
        "Đăng ký khai sinh cho trẻ em",
        "Đăng ký khai sinh",
    ]
    assert [item.text for item in own if item.kind is PassageKind.PHRASING] == tiny.PHRASINGS[tiny.BIRTH]
    assert [item.text for item in own if item.kind is PassageKind.CASE] == ["Đăng ký khai sinh, Trẻ bị bỏ rơi"]


def test_what_people_say_in_english_leads_to_the_record(catalogue: Catalogue) -> None:
    own = [item.text for item in catalogue_passages(catalogue) if item.target == tiny.STAY]
    english = tiny.ENGLISH
    assert [text for text in own if text.isascii()] == [english["name"], *english["phrasings"]]
    assert not [item for item in catalogue_passages(catalogue) if item.text.isascii() and item.target != tiny.STAY]


def test_an_answer_to_a_question_leads_to_the_procedure_that_is_right_then() -> None:
    options = [{"id": "a", "label": "Ở với cha mẹ"}, {"id": "b", "label": "Ở trọ", "goes_to": tiny.STAY}]
    question = {"id": "o-dau", "ask": "Ở đâu ạ?", "why": "Mỗi nơi một khác.", "options": options}
    found = catalogue_passages(Catalogue({tiny.BIRTH: tiny.procedure(questions=[question])}))
    assert [(item.target, item.text) for item in found if item.kind is PassageKind.CASE] == [
        (tiny.BIRTH, "Đăng ký khai sinh, Ở với cha mẹ"),
        (tiny.STAY, "Đăng ký khai sinh, Ở trọ"),
        (tiny.BIRTH, "Đăng ký khai sinh, Trẻ bị bỏ rơi"),
    ]


def test_a_name_that_is_short_already_stands_once(catalogue: Catalogue) -> None:
    own = [item.text for item in catalogue_passages(catalogue) if item.target == tiny.STAY]
    assert own.count("Đăng ký tạm trú") == 1


def test_an_imported_record_gives_its_title_only() -> None:
    """Its cases are headings of a page, its short name was made by cutting the title."""
    cases = [{"id": name, "name": name, "documents": [{"name": "Đơn"}]} for name in ("mot", "hai")]
    record = tiny.imported(tiny.BEES, "Cấp phép nuôi ong", short_name="Nuôi ong", cases=cases)
    own = list(catalogue_passages(Catalogue({tiny.BEES: record})))
    assert own == [Passage(tiny.BEES, PassageKind.TITLE, "Cấp phép nuôi ong")]


def test_a_long_title_is_cut() -> None:
    record = tiny.imported(tiny.BEES, "ong " * 200)
    unheld = Catalogue({tiny.BEES: record}, {tiny.UNHELD: ("nuôi ong",)}, {tiny.UNHELD: "mật " * 200})
    titles = [item.text for item in catalogue_passages(unheld) if item.kind is PassageKind.TITLE]
    assert [len(text) for text in titles] == [LONGEST_TITLE, LONGEST_TITLE]


def test_phrasings_of_a_code_without_a_record_lead_elsewhere(wider_passages: list[Passage]) -> None:
    row = tiny.WIDER_PHRASINGS[tiny.UNHELD]
    target = f"elsewhere:{tiny.UNHELD}"
    assert [item for item in wider_passages if tiny.UNHELD in item.target] == [
        Passage(target, PassageKind.TITLE, row["name"]),
        *(Passage(target, PassageKind.PHRASING, text) for text in row["phrasings"]),
    ]


def test_without_a_known_title_there_are_the_phrasings_only() -> None:
    unheld = Catalogue({}, {tiny.UNHELD: ("thi chứng chỉ đo đạc",)})
    assert list(catalogue_passages(unheld)) == [
        Passage(f"elsewhere:{tiny.UNHELD}", PassageKind.PHRASING, "thi chứng chỉ đo đạc")
    ]


def test_with_its_record_here_a_code_is_a_procedure(wider_passages: list[Passage]) -> None:
    own = [item for item in wider_passages if tiny.CARD_COMMUNE in item.target]
    assert {item.target for item in own} == {tiny.CARD_COMMUNE}
    assert len(own) == 1 + len(tiny.WIDER_PHRASINGS[tiny.CARD_COMMUNE]["phrasings"])


def test_topics_and_others_have_passages(catalogue: Catalogue) -> None:
    found = list(catalogue_passages(catalogue))
    for target, title, count in (
        ("topic:ho-khau", "Sổ hộ khẩu, cư trú", 5),
        ("elsewhere:mo-nha-thuoc", "Mở nhà thuốc", 4),
    ):
        own = [item for item in found if item.target == target]
        assert (own[0].text, own[0].kind, len(own)) == (title, PassageKind.TITLE, count)


def test_outside_sentences_share_a_target(catalogue: Catalogue) -> None:
    own = [item.text for item in catalogue_passages(catalogue) if item.target == OUTSIDE]
    assert own == tiny.OUTSIDE["sentences"]
