"""The texts by which a target can be found."""

from __future__ import annotations

import pytest

from knowledge.catalogue import Catalogue
from knowledge.crawl import CrawlRecord
from knowledge.passages import OUTSIDE, PassageKind, TargetKind, catalogue_passages, crawl_passages, target_kind
from tests.knowledge import tiny


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("1.001193", TargetKind.PROCEDURE),
        ("topic:so-do", TargetKind.TOPIC),
        ("elsewhere:nha-thuoc", TargetKind.ELSEWHERE),
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


def test_a_name_that_is_short_already_stands_once(catalogue: Catalogue) -> None:
    own = [item.text for item in catalogue_passages(catalogue) if item.target == tiny.STAY]
    assert own.count("Đăng ký tạm trú") == 1


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


def test_the_passages_of_a_crawl() -> None:
    row = CrawlRecord("1.000001", "Tên dài " * 100, "Lĩnh vực", (), "", "", (), (), "")
    first, second = crawl_passages([row], {"1.000001": ("cách nói",), "1.000002": ("khác",)})
    assert (first.kind, len(first.text)) == (PassageKind.TITLE, 300)
    assert (second.kind, second.text) == (PassageKind.PHRASING, "cách nói")
