"""What is counted after an import, over made-up records."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from weakref import WeakSet

import pytest

from knowledge.imports.formats import Unusable
from knowledge.imports.merge import Merged
from knowledge.imports.report import PARTS, REPLACED_LAWS, Matter, Quality, quality
from knowledge.record import DoubtKind, Procedure
from knowledge.settings import ROOT
from tests.knowledge import tiny

CRAWLS = ROOT.parent / "shared" / "catalogue"


def code(number: int) -> str:
    return f"1.{number:06}"


def bare(number: int, name: str, **changes: Any) -> Procedure:
    """An imported record in which only the name tells something."""
    row = {
        "code": code(number),
        "name": name,
        "short_name": "Ngắn",
        "field": "Hộ tịch",
        "levels": ["commune"],
        "sources": [tiny.SOURCE],
        "imported": True,
        "checked": False,
    }
    return Procedure.model_validate(row | changes)


def counted(*records: Procedure, phrasings: dict[str, list[str]] | None = None) -> Quality:
    return quality([Merged(record) for record in records], phrasings or {})


def doubt(kind: DoubtKind, raw: str = "?", field: str = "fees") -> dict[str, str]:
    return {"kind": kind.value, "field": field, "raw": raw}


def law(*numbers: str) -> list[dict[str, str]]:
    return [{"number": number, "name": "Luật"} for number in numbers]


def codes(matters: tuple[Matter, ...]) -> list[str]:
    return [matter.code for matter in matters]


def test_nothing_gives_a_report_of_nothing() -> None:
    found = quality([], {})
    assert (found.procedures, found.written, found.imported, found.variants, found.doubtful) == (0, 0, 0, 0, 0)
    assert {(item.count, item.share) for item in found.filled} == {(0, 0)}
    assert {(item.doubts, item.examples) for item in found.doubts} == {(0, ())}
    assert (found.families.count, found.unspoken.count, found.stale.citing, found.unusable_count) == (0, 0, 0, 0)


def test_who_wrote_the_records_and_how_many_variants_there_are() -> None:
    other = bare(1, "Một", province="H40")
    found = quality([Merged(bare(1, "Một"), (other, other)), Merged(bare(2, "Hai")), Merged(tiny.procedure())], {})
    assert (found.procedures, found.written, found.imported, found.variants) == (3, 1, 2, 2)


def test_each_part_is_counted_where_it_says_something() -> None:
    whole = tiny.procedure(tiny.BIRTH)
    found = counted(whole, bare(1, "Một", who=["Công dân"]), bare(2, "Hai", ways=[{"channel": "direct"}]))
    shares = {item.part: (item.count, round(item.share, 2)) for item in found.filled}
    assert tuple(shares) == PARTS
    assert {part for part, value in shares.items() if value == (1, 0.33)} == set(PARTS) - {"who", "ways"}
    assert shares["who"] == shares["ways"] == (2, 0.67)


@pytest.mark.parametrize("part", ["fees", "time_limits"])
def test_one_way_with_a_fee_or_a_time_limit_is_enough(part: str) -> None:
    limit = {"unit": "at_once", "raw": "ngay"} if part == "time_limits" else {"name": "Phí", "raw": "?"}
    record = bare(1, "Một", ways=[{"channel": "online"}, {"channel": "direct", part: [limit]}])
    filled = {item.part: item.count for item in counted(record).filled}
    assert {part: filled[part] for part in ("fees", "time_limits")} == {"fees": 0, "time_limits": 0} | {part: 1}


def test_doubts_are_counted_by_kind_with_the_procedures_that_have_them() -> None:
    lost, unit = DoubtKind.THOUSANDS_LOST, DoubtKind.TIME_UNIT_MISSING
    found = counted(
        bare(1, "Một", doubts=[*(doubt(unit, raw, "time_limits") for raw in "579"), doubt(lost, "135")]),
        bare(2, "Hai", doubts=[doubt(lost, "25")]),
        bare(3, "Ba"),
    )
    first, second, *rest = found.doubts
    assert found.doubtful == 2
    assert (first.kind, first.doubts, first.procedures) == ("thousands_lost", 2, 2)
    assert (second.kind, second.doubts, second.procedures) == ("time_unit_missing", 3, 1)
    assert [(item.code, item.name, item.field, item.raw) for item in second.examples] == [
        (code(1), "Một", "time_limits", "5")
    ]
    assert {item.kind for item in found.doubts} == {kind.value for kind in DoubtKind}
    assert {item.doubts for item in rest} == {0}


def test_a_kind_of_doubt_has_at_most_five_examples() -> None:
    (first, *_) = counted(*(bare(n, f"Việc {n}", doubts=[doubt(DoubtKind.FEE_UNREADABLE)]) for n in range(1, 9))).doubts
    assert first.procedures == 8
    assert [example.code for example in first.examples] == [code(n) for n in range(1, 6)]


def test_one_text_under_several_codes_is_found_and_grouped() -> None:
    steps = {"steps": ["Nộp.", "Nhận."]}
    found = counted(
        bare(3, "Hỗ trợ", **steps),
        bare(1, "Hỗ trợ", **steps),
        bare(2, "Hỗ trợ", steps=["Nộp."]),
        bare(4, "Trợ giúp", **steps),
    )
    assert [(item.name, item.codes) for item in found.duplicates] == [("Hỗ trợ", (code(1), code(3)))]


def test_one_matter_at_several_levels_is_a_family_and_the_nearest_level_comes_first() -> None:
    found = counted(
        bare(1, "Cấp thẻ căn cước (thực hiện tại cấp tỉnh)", levels=["province"]),
        bare(2, "Cấp thẻ căn cước (thực hiện tại cấp xã)", levels=["commune"]),
        bare(3, "Đăng ký kết hôn"),
    )
    assert (found.families.count, found.families.procedures) == (1, 2)
    assert [codes(family.members) for family in found.families.largest] == [[code(2), code(1)]]


def test_the_largest_families_stand_and_all_are_counted() -> None:
    names = [f"Việc {chr(97 + n)}" for n in range(22)]
    records = [bare(n, name) for n, name in enumerate([*names, *names, names[-1]])]
    found = counted(*records).families
    assert (found.count, found.procedures) == (22, 45)
    assert len(found.largest) == 20
    assert len(found.largest[0].members) == 3


def test_titles_that_are_nearly_the_same_are_paired_with_the_words_that_differ() -> None:
    found = counted(
        bare(2, "Cấp lại giấy phép sử dụng công cụ hỗ trợ"),
        bare(1, "Cấp giấy phép sử dụng công cụ hỗ trợ"),
        bare(3, "Đăng ký kết hôn"),
    )
    (pair,) = found.near_titles
    assert found.near_titles_count == 1
    assert (pair.one.code, pair.one_only, pair.other.code, pair.other_only) == (code(1), "", code(2), "lại")
    assert 93 <= pair.likeness < 100


def test_titles_with_their_words_in_another_order_are_the_same_but_for_that() -> None:
    (pair,) = counted(bare(1, "Mang vũ khí vào, ra"), bare(2, "Mang vũ khí ra, vào")).near_titles
    assert (pair.likeness, pair.one_only, pair.other_only) == (100, "", "")


def test_families_are_compared_once_whatever_their_levels() -> None:
    name = "{} giấy phép sử dụng công cụ hỗ trợ cho lực lượng bảo vệ (thực hiện tại cấp {})"
    found = counted(
        bare(1, name.format("Cấp", "tỉnh"), levels=["province"]),
        bare(2, name.format("Cấp", "xã")),
        bare(3, name.format("Cấp lại", "tỉnh"), levels=["province"]),
        bare(4, name.format("Cấp lại", "bộ"), levels=["ministry"]),
    )
    assert [(pair.one.code, pair.other.code) for pair in found.near_titles] == [(code(2), code(3))]


def test_a_hundred_near_titles_stand_and_all_are_counted() -> None:
    name = "Cấp giấy phép hoạt động cho cơ sở thuộc nhóm {}"
    found = counted(*(bare(n, name.format(chr(97 + n))) for n in range(16)))
    assert found.near_titles_count == 16 * 15 / 2
    assert len(found.near_titles) == 100


def test_procedures_that_name_a_district_are_stale() -> None:
    stale = [doubt(DoubtKind.STALE_DISTRICT, "UBND cấp huyện", "steps")]
    found = counted(
        bare(1, "Một", doubts=stale, levels=["province"]),
        bare(2, "Hai", doubts=[*stale, *stale]),
        bare(3, "Ba", doubts=[doubt(DoubtKind.FEE_UNREADABLE)]),
    ).stale
    assert (found.districts, codes(found.naming_districts)) == (2, [code(2), code(1)])


def test_procedures_that_cite_a_replaced_law_are_stale() -> None:
    land, housing = "45/2013/QH13", "65/2014/QH13"
    found = counted(
        bare(1, "Một", legal_basis=law(land), levels=["ministry"]),
        bare(2, "Hai", legal_basis=law("31/2024/QH15", housing, land, land)),
        bare(3, "Ba", legal_basis=law("31/2024/QH15")),
    ).stale
    assert [(item.number, item.name, item.replaced_by, item.procedures) for item in found.laws] == [
        (land, "Luật Đất đai", ("31/2024/QH15",), 2),
        (housing, "Luật Nhà ở", ("27/2023/QH15",), 1),
    ]
    assert found.citing == 2
    assert [(item.matter.code, item.laws) for item in found.cited_by] == [
        (code(2), (housing, land)),
        (code(1), (land,)),
    ]


def test_what_replaces_a_law_was_not_replaced_itself() -> None:
    assert {number for _, by in REPLACED_LAWS.values() for number in by} & set(REPLACED_LAWS) == set()


def test_every_law_that_replaces_another_is_cited_in_the_crawls() -> None:
    files = sorted(CRAWLS.glob("*.jsonl.gz"))
    if not files:
        pytest.skip("shared/catalogue is not here")
    cited: set[str] = set()
    for path in files:
        with gzip.open(path, "rt", encoding="utf-8") as text:
            cited.update(re.findall(r"\d\d+/20\d\d/QH1\d", text.read()))
    new = {number for _, by in REPLACED_LAWS.values() for number in by}
    # Cells run into each other ("năm 202446/2024/QH15").
    assert {number for number in new if not any(found.endswith(number) for found in cited)} == set()


def test_a_procedure_that_nobody_has_phrasings_for_is_unspoken() -> None:
    found = counted(
        bare(1, "Một", levels=["province"], field="An ninh"),
        bare(2, "Hai", field="Hộ tịch"),
        bare(3, "Ba", levels=["ministry", "commune"], field="Đất đai"),
        bare(4, "Bốn"),
        bare(5, "Năm"),
        phrasings={code(4): ["làm việc bốn"], code(5): []},
    ).unspoken
    assert (found.count, found.commune) == (4, 3)
    assert codes(found.first) == [code(2), code(5), code(3), code(1)]
    assert [(item.field, item.unspoken, item.procedures) for item in found.by_field] == [
        ("Hộ tịch", 2, 3),
        ("An ninh", 1, 1),
        ("Đất đai", 1, 1),
    ]


def test_phrasings_of_one_level_serve_the_whole_family() -> None:
    found = counted(
        bare(1, "Cấp thẻ căn cước (cấp tỉnh)", levels=["province"]),
        bare(2, "Cấp thẻ căn cước (cấp xã)"),
        phrasings={code(2): ["làm thẻ căn cước"]},
    )
    assert found.unspoken.count == 0


def test_two_hundred_unspoken_procedures_stand_and_all_are_counted() -> None:
    found = counted(*(bare(n, f"Việc số {n}") for n in range(210))).unspoken
    assert (found.count, len(found.first)) == (210, 200)


def test_phrasings_that_collide_stand_with_their_procedures() -> None:
    found = counted(
        bare(1, "Đăng ký khai sinh"),
        bare(2, "Đăng ký khai tử"),
        phrasings={code(1): ["định danh mức 1"], code(2): ["định danh mức 2"]},
    )
    (pair,) = found.collisions
    assert found.collisions_count == 1
    assert (pair.one.name, pair.one_only, pair.other.name, pair.other_only) == (
        "Đăng ký khai sinh",
        "1",
        "Đăng ký khai tử",
        "2",
    )


def test_phrasings_of_what_is_no_procedure_here_count_for_nothing() -> None:
    phrasings = {code(1): ["làm giấy"], code(9): ["làm giấy"]}
    found = counted(bare(1, "Một"), phrasings=phrasings)
    assert (found.collisions_count, found.unspoken.count) == (0, 0)


def test_two_hundred_collisions_stand_and_all_are_counted() -> None:
    records = [bare(n, f"Việc {chr(97 + n)}") for n in range(22)]
    found = counted(*records, phrasings={record.code: ["làm giấy"] for record in records})
    assert (found.collisions_count, len(found.collisions)) == (22 * 21 / 2, 200)


def test_rows_that_could_not_be_used_are_counted_and_the_first_fifty_stand() -> None:
    found = quality([], {}, [Unusable(f"line {n}", "no code") for n in range(60)])
    assert (found.unusable_count, len(found.unusable)) == (60, 50)
    assert (found.unusable[0].place, found.unusable[-1].place, found.unusable[0].reason) == (
        "line 0",
        "line 49",
        "no code",
    )


def test_a_row_with_half_a_character_can_be_written_down() -> None:
    (row,) = quality([], {}, [Unusable("line 1", "keys: \ud800, mã")]).unusable
    assert row.reason == "keys: ?, mã"


def everything() -> list[Procedure]:
    """Records with something to say in every part of the report."""
    stale = [doubt(DoubtKind.STALE_DISTRICT, "UBND huyện", "steps")]
    return [
        tiny.procedure(tiny.STAY),
        bare(1, "Cấp giấy phép sử dụng công cụ hỗ trợ", field="An ninh", doubts=stale),
        bare(2, "Cấp lại giấy phép sử dụng công cụ hỗ trợ", field="An ninh", legal_basis=law("45/2013/QH13")),
        bare(3, "Hỗ trợ sản xuất", legal_basis=law("67/2014/QH13"), levels=["province"]),
        bare(4, "Hỗ trợ sản xuất", legal_basis=law("65/2014/QH13")),
        bare(5, "Hỗ trợ sản xuất (cấp tỉnh)", levels=["province"]),
    ]


SPOKEN = {tiny.STAY: ["xin tiền sản xuất"], code(3): ["xin tiền sản xuất ạ"], code(4): ["xin tiền sản xuất ạ"]}


def test_the_report_is_json() -> None:
    found = asdict(counted(*everything(), phrasings=SPOKEN))
    again = json.loads(json.dumps(found, ensure_ascii=False, allow_nan=False))
    assert again["procedures"] == 6
    assert again["duplicates"][0]["codes"] == [code(3), code(4)]
    assert again["near_titles"][0]["other"] == {
        "code": code(2),
        "name": "Cấp lại giấy phép sử dụng công cụ hỗ trợ",
        "field": "An ninh",
        "levels": ["commune"],
    }
    assert json.loads(json.dumps(again)) == again


def test_the_order_of_the_records_changes_nothing() -> None:
    assert counted(*everything(), phrasings=SPOKEN) == counted(*reversed(everything()), phrasings=SPOKEN)


def test_no_record_is_kept() -> None:
    """When a record is asked for, the ones before the last are gone."""
    alive: WeakSet[Procedure] = WeakSet()
    most = 0

    def stream() -> Iterator[Merged]:
        nonlocal most
        for n in range(1, 30):
            record = tiny.procedure(code=code(n), name=f"Việc {n}", legal_basis=law("45/2013/QH13"))
            alive.add(record)
            most = max(most, len(alive))
            yield Merged(record, (record,))

    assert quality(stream(), {}).procedures == 29
    assert 1 <= most <= 2
