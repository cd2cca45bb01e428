"""What the indexes are built from: groups of targets, each with its passages."""

from __future__ import annotations

import pytest

from knowledge.catalogue import Catalogue, with_records
from knowledge.corpus import BODY_LENGTH, BODY_PARTS, Group, corpus
from knowledge.passages import PassageKind, TargetKind, catalogue_passages
from knowledge.record import Level, Procedure
from tests.knowledge import tiny


@pytest.fixture(scope="module")
def wide(wider_catalogue: Catalogue) -> Catalogue:
    """The catalogue after an import."""
    return with_records(wider_catalogue, {item.record.code: item.record for item in tiny.merged()})


@pytest.fixture(scope="module")
def groups(wide: Catalogue) -> list[Group]:
    return corpus(wide)


def of(groups: list[Group], target: str) -> Group:
    (group,) = (group for group in groups if target in group.targets)
    return group


def only(*records: Procedure) -> list[Group]:
    return corpus(Catalogue({record.code: record for record in records}))


def test_every_target_stands_in_one_group(groups: list[Group], wide: Catalogue) -> None:
    targets = [target for group in groups for target in group.targets]
    assert sorted(targets) == sorted({item.target for item in catalogue_passages(wide)})
    assert all(len(group.targets) == len(group.levels) for group in groups)


def test_every_passage_stands_in_the_group_of_its_target(groups: list[Group], wide: Catalogue) -> None:
    assert all(passage.target in group.targets for group in groups for passage in group.passages)
    assert sum(len(group.passages) for group in groups) == len(list(catalogue_passages(wide)))
    assert min(len(group.passages) for group in groups) == 1


def test_a_family_is_one_group_with_the_nearest_level_first(groups: list[Group]) -> None:
    group = of(groups, tiny.CARD_PROVINCE)
    assert group.targets == [tiny.CARD_COMMUNE, tiny.CARD_PROVINCE]
    assert group.levels == [(Level.COMMUNE,), (Level.PROVINCE,)]
    assert [passage.text for passage in group.passages if passage.kind is PassageKind.TITLE] == [
        "Cấp đổi thẻ đội viên dân phòng (thực hiện tại cấp tỉnh)",
        "Cấp đổi thẻ đội viên dân phòng (thực hiện tại cấp xã)",
    ]
    assert group.titles == ["Cấp đổi thẻ đội viên dân phòng (thực hiện tại cấp xã) Việc khác"]
    assert sum(len(group.targets) > 1 for group in groups) == 1


def test_of_equals_what_was_written_by_hand_comes_first() -> None:
    twin = tiny.imported("9.000000", "Thủ tục đăng ký tạm trú (cấp xã)")
    (group,) = only(twin, tiny.procedure(tiny.STAY))
    assert group.targets == [tiny.STAY, "9.000000"]


def test_titles_without_a_word_of_their_own_are_no_family() -> None:
    assert len(only(tiny.imported("9.000031", "Cấp xã"), tiny.imported("9.000032", "Cấp tỉnh"))) == 2


@pytest.mark.parametrize(
    ("target", "kind", "title"),
    [
        (tiny.BIRTH, TargetKind.PROCEDURE, "Đăng ký khai sinh cho trẻ em Hộ tịch"),
        ("topic:ho-khau", TargetKind.TOPIC, "Sổ hộ khẩu, cư trú"),
        ("elsewhere:mo-nha-thuoc", TargetKind.ELSEWHERE, "Mở nhà thuốc"),
        (f"elsewhere:{tiny.UNHELD}", TargetKind.ELSEWHERE, "Cấp chứng chỉ hành nghề đo đạc bản đồ"),
    ],
)
def test_kind_and_title_of_a_group(groups: list[Group], target: str, kind: TargetKind, title: str) -> None:
    group = of(groups, target)
    assert (group.kind, group.titles) == (kind, [title])
    assert len(group.targets) == 1


def test_what_lies_outside_is_one_group_without_a_title(groups: list[Group]) -> None:
    group = of(groups, "outside")
    assert (group.kind, group.titles, group.levels, group.body) == (TargetKind.OUTSIDE, [], [()], [])
    assert len(group.passages) == len(tiny.OUTSIDE["sentences"])


def test_a_group_is_spoken_when_somebody_wrote_how_people_say_it(groups: list[Group]) -> None:
    assert of(groups, tiny.CARD_COMMUNE).spoken
    assert of(groups, tiny.CARD_PROVINCE).spoken
    assert not of(groups, tiny.BEES).spoken


def test_the_body_is_what_the_records_say(groups: list[Group]) -> None:
    assert of(groups, tiny.STAY).body == [
        "Thuê nhà",
        "Tờ khai cư trú",
        "Thông báo kết quả",
        "Người đến ở nơi khác từ 30 ngày.",
        "Nộp tờ khai.",
    ]


def test_a_long_record_has_a_short_body() -> None:
    long = tiny.procedure(
        steps=[f"Bước {number}" for number in range(9)],
        conditions=[f"Điều kiện {number}" for number in range(9)],
        result=["x" * 500],
    )
    (group,) = only(long)
    assert [text for text in group.body if text.startswith("Bước")] == [f"Bước {number}" for number in range(6)]
    assert [text for text in group.body if text.startswith("Điều")] == [f"Điều kiện {number}" for number in range(5)]
    assert "x" * BODY_LENGTH in group.body
    assert max(map(len, group.body)) == BODY_LENGTH
    papers = [{"name": f"Giấy {number}"} for number in range(100)]
    (group,) = only(tiny.procedure(cases=[{"id": "a", "name": "A", "documents": papers}]))
    assert len(group.body) == BODY_PARTS


def test_a_family_does_not_depend_on_the_order_of_its_records(wide: Catalogue, groups: list[Group]) -> None:
    backwards = dict(reversed(list(wide.procedures.items())))
    again = of(corpus(with_records(wide, backwards)), tiny.CARD_PROVINCE)
    first = of(groups, tiny.CARD_PROVINCE)
    assert (again.targets, again.levels, again.titles) == (first.targets, first.levels, first.titles)
