"""Several records of one procedure become one, and every part keeps its own source and doubts."""

from __future__ import annotations

import gzip
import itertools
import json
from datetime import date
from typing import Any

import pytest

from knowledge import compose
from knowledge.catalogue import read_record
from knowledge.check import check, sourced_facts
from knowledge.imports import crawl_dvcqg
from knowledge.imports.merge import FIELDS, ORDER, Merged, merge, merge_all
from knowledge.imports.store import Kept
from knowledge.record import Procedure
from knowledge.reply import Aspect
from knowledge.sections import view
from knowledge.settings import ROOT
from tests.knowledge.imports import rows

CODE = "9.700001"
CRAWL = rows.SHARED / "dvcqg-2026.jsonl.gz"
BIRTH = ROOT / "data" / "catalogue" / "1.001193.yml"
OURS = "H41"
FREE = {"name": "Phí", "amount": 0, "raw": "Miễn phí"}
WAYS = [{"channel": "direct", "fees": [{"name": "Phí", "amount": 9000, "raw": "9.000"}]}]


def source(name: str, as_of: str | None = "2026-06-15", **changes: Any) -> rows.Row:
    return {"name": name, "as_of": as_of, **changes}


def imported(name: str, /, **changes: Any) -> Procedure:
    return rows.imported(CODE, sources=[source(name)], **changes)


def all_of(*kept: Kept, written: Procedure | None = None, province: str = OURS) -> list[Merged]:
    by_code: dict[str, list[Kept]] = {}
    for item in kept:
        by_code.setdefault(item.record.code, []).append(item)
    return list(merge_all({written.code: written} if written else {}, by_code.items(), province))


def by_name(record: Procedure) -> dict[str, tuple[str, ...]]:
    """By the name of each source the parts that come from it."""
    return {item.name: item.fields for item in record.sources}


def test_a_record_alone_stays_as_it_is() -> None:
    record = imported("Cổng")
    assert merge([record]) == Merged(record)
    assert all_of(Kept(record, "portal")) == [Merged(record)]


def test_empty_parts_are_filled_from_the_next_and_name_their_source() -> None:
    better = imported("Bảng kê", agency="Ban Thuyền", steps=["Gấp thuyền."])
    other = imported("Cổng", agency="Sở Thuyền", ways=WAYS, result=["Biển số"], where=["Bến sông"])
    (found,) = all_of(Kept(other, "portal"), Kept(better, "spreadsheet"))
    assert (found.record.agency, found.record.steps) == ("Ban Thuyền", ("Gấp thuyền.",))
    assert (found.record.ways, found.record.result) == (other.ways, ("Biển số",))
    assert by_name(found.record) == {"Bảng kê": ("name", "agency", "steps"), "Cổng": ("where", "ways", "result")}


def test_a_part_is_taken_whole() -> None:
    time = {"amount": 3, "unit": "day", "raw": "3 ngày"}
    better = imported("Bảng kê", ways=WAYS)
    other = imported("Cổng", ways=[{"channel": "direct", "time_limits": [time], "fees": [FREE]}, {"channel": "online"}])
    (found,) = all_of(Kept(better, "spreadsheet"), Kept(other, "portal"))
    assert found.record.ways == better.ways
    assert found.record.sources == better.sources


@pytest.mark.parametrize(("better", "worse"), list(itertools.pairwise((*ORDER, "unheard of"))))
def test_the_order_of_the_formats(better: str, worse: str) -> None:
    kept = [Kept(imported("B", agency="B"), worse), Kept(imported("A", agency="A"), better)]
    for order in (kept, kept[::-1]):
        (found,) = all_of(*order)
        assert found.record.agency == "A"


def test_of_equals_the_newer_comes_first() -> None:
    days = (None, "2026-01-01", "2026-09-01", "2025-09-01")
    kept = [Kept(rows.imported(CODE, agency=f"Ban {day}", sources=[source("Cổng", day)]), "portal") for day in days]
    (found,) = all_of(*kept)
    assert found.record.agency == "Ban 2026-09-01"


def test_the_own_province_comes_before_a_better_format_and_others_stay_variants() -> None:
    own = imported("Nghệ An", province=OURS, agency="Sở ở đây")
    national = imported("Cổng", agency="Sở nào đó", steps=["Gấp."])
    foreign = imported("Đà Nẵng", province="H17", agency="Sở ở kia", result=["Biển số Đà Nẵng"])
    (found,) = all_of(Kept(national, "spreadsheet"), Kept(foreign, "spreadsheet"), Kept(own, "danang"))
    assert (found.record.agency, found.record.province) == ("Sở ở đây", OURS)
    assert found.record.steps == ("Gấp.",)
    assert found.record.result == (), "nothing comes from another province"
    assert found.variants == (foreign,)
    (there,) = all_of(Kept(national, "spreadsheet"), Kept(foreign, "spreadsheet"), province="H17")
    assert (there.record.agency, there.variants) == ("Sở ở kia", ())


def test_a_code_that_only_another_province_has_is_left_out() -> None:
    foreign = Kept(imported("Đà Nẵng", province="H17"), "danang")
    assert all_of(foreign) == []
    here = Kept(rows.imported("9.700002"), "portal")
    assert [found.record.code for found in all_of(foreign, here)] == ["9.700002"]


def test_doubts_follow_their_part() -> None:
    def doubt(kind: str, field: str) -> rows.Row:
        return {"kind": kind, "field": field, "raw": kind}

    better = imported(
        "Bảng kê",
        agency="UBND huyện",
        doubts=[doubt("stale_district", "agency"), doubt("time_unreadable", "time_limits")],
    )
    other = imported(
        "Cổng",
        ways=WAYS,
        agency="UBND quận",
        steps=["Gấp\nthuyền."],
        doubts=[
            doubt("thousands_lost", "fees"),
            doubt("stale_district", "agency"),
            doubt("sentence_broken", "steps"),
            doubt("copies_ambiguous", "cases"),
        ],
    )
    (found,) = all_of(Kept(better, "spreadsheet"), Kept(other, "portal"))
    assert [(item.kind.value, item.field) for item in found.record.doubts] == [
        ("stale_district", "agency"),
        ("thousands_lost", "fees"),
        ("sentence_broken", "steps"),
    ]


def test_only_the_sources_of_a_part_come_with_it() -> None:
    base = imported("Bảng kê", agency="Ban")
    other = rows.imported(
        CODE,
        steps=["Gấp."],
        result=["Biển"],
        sources=[source("Cho các bước", fields=["steps"]), source("Cho kết quả", fields=["result", "who"])],
    )
    assert by_name(merge([base, other]).record) == {
        "Bảng kê": ("name", "agency"),
        "Cho các bước": ("steps",),
        "Cho kết quả": ("result",),
    }


def test_that_a_procedure_was_abolished_is_taken_over() -> None:
    gone = imported("Bảng kê khác", abolished={"replaced_by": ["9.700002"]})
    (found,) = all_of(Kept(imported("Cổng", agency="Ban"), "portal"), Kept(gone, "dvcqg"))
    assert found.record.abolished == gone.abolished
    assert "⚠ Thủ tục này đã bãi bỏ, thay bằng thủ tục mã 9.700002" in rows.told(found.record)


def test_citations_name_the_right_source_for_each_part() -> None:
    better = imported("Bảng kê", where=["Bến sông"], steps=["Gấp."])
    other = imported("Cổng", ways=WAYS, result=["Biển số"])
    (found,) = all_of(Kept(better, "spreadsheet"), Kept(other, "portal"))
    aspects = [Aspect.WHERE, Aspect.STEPS, Aspect.FEES, Aspect.RESULT]
    reply = compose.answer(view(found.record), aspects)
    check(reply, sourced_facts(found.record))
    assert {(item.field, item.name) for item in reply.sources} == {
        ("where", "Bảng kê"),
        ("steps", "Bảng kê"),
        ("ways.fees", "Cổng"),
        ("result", "Cổng"),
    }


@pytest.fixture(scope="module")
def written() -> Procedure:
    """The shipped record of birth registration."""
    return read_record(BIRTH)


@pytest.fixture
def portal(written: Procedure) -> Procedure:
    """What a crawl could say of the same procedure."""
    return rows.imported(
        written.code,
        name="Thủ tục đăng ký khai sinh",
        agency="UBND huyện",
        steps=["Bước cuối đứng trước.", "Bước đầu đứng sau."],
        ways=[{"channel": "direct", "fees": [FREE]}],
        not_counted=["Thời gian xác minh ở nơi khác không tính vào thời hạn."],
        doubts=[
            {"kind": "sentence_broken", "field": "steps", "raw": "..."},
            {"kind": "stale_district", "field": "agency", "raw": "UBND huyện"},
        ],
        sources=[source("Cổng thuyền giấy", decision="5/QĐ-THUYEN")],
    )


def test_what_was_written_by_hand_keeps_every_part_that_it_has(written: Procedure, portal: Procedure) -> None:
    (found,) = all_of(Kept(portal, "portal"), written=written)
    filled = {field for field in FIELDS if getattr(found.record, field) != getattr(written, field)}
    assert filled == {"not_counted"}
    assert found.record.steps == written.steps
    assert (found.record.name, found.record.checked, found.record.imported) == (written.name, True, False)
    assert found.record.doubts == ()


def test_what_fills_a_hand_written_record_names_just_that_part(written: Procedure, portal: Procedure) -> None:
    (found,) = all_of(Kept(portal, "portal"), written=written)
    own, added = found.record.sources
    assert (added.name, added.fields, added.as_of) == ("Cổng thuyền giấy", ("not_counted",), date(2026, 6, 15))
    assert own.name == written.sources[0].name
    assert "steps" in own.fields
    assert "not_counted" not in own.fields
    reply = compose.answer(view(found.record), list(Aspect))
    check(reply, sourced_facts(found.record))
    assert {item.name for item in reply.sources if item.field == "steps"} == {own.name}
    assert "Cổng thuyền giấy" in reply.text, "the line below the answer names both"


@pytest.mark.skipif(not CRAWL.is_file(), reason=f"the portal's crawl is not here: {CRAWL}")
def test_the_real_crawl_does_not_touch_the_steps_that_it_has_out_of_order(written: Procedure) -> None:
    with gzip.open(CRAWL, "rt", encoding="utf-8") as lines:
        row = next(json.loads(line) for line in lines if f'"ma": "{written.code}"' in line[:200])
    real = crawl_dvcqg.read(row, rows.DAY)
    assert real.steps
    (found,) = all_of(Kept(real, "dvcqg"), written=written)
    assert (found.record.steps, found.record.ways) == (written.steps, written.ways)
    own = {field for field in FIELDS if getattr(written, field)}
    filled = {field for item in found.record.sources if item.as_of == rows.DAY for field in item.fields}
    assert filled == {field for field in FIELDS if getattr(real, field)} - own
    assert rows.told(found.record)


def test_a_hand_written_record_without_an_import_stays_as_it_is(written: Procedure) -> None:
    assert all_of(written=written) == [Merged(written)]
    foreign = rows.imported(written.code, province="H17", not_counted=["Chỉ ở Đà Nẵng thôi."])
    assert all_of(Kept(foreign, "danang"), written=written) == [Merged(written, (foreign,))]


def test_every_code_comes_once(written: Procedure, portal: Procedure) -> None:
    other = rows.imported("9.700009")
    found = all_of(Kept(portal, "portal"), Kept(portal, "dvcqg"), Kept(other, "portal"), written=written)
    assert sorted(item.record.code for item in found) == ["1.001193", "9.700009"]
