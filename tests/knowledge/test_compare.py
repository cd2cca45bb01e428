"""Our record held against the portal's row, both made up."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from knowledge.compare import Difference, differences
from knowledge.crawl import CrawlDocument, CrawlFee, CrawlRecord, CrawlWay
from knowledge.record import Channel, Procedure, TimeUnit
from tests.knowledge import tiny

DAYS = TimeUnit.WORKING_DAY


def online(*fees: CrawlFee, amount: str | None = "3", unit: TimeUnit = DAYS) -> CrawlWay:
    return CrawlWay(Channel.ONLINE, Decimal(amount) if amount else None, unit, fees)


PAID = CrawlFee(7000, "7,000 VNĐ", "")
PORTAL = CrawlRecord(
    code=tiny.STAY,
    name="Đăng ký tạm trú",
    field="Cư trú",
    levels=(),
    decision="",
    page="",
    ways=(online(PAID),),
    documents=(CrawlDocument("Tờ khai cư trú (mẫu)", 1, 0), CrawlDocument("Ảnh chân dung", 2, 0)),
    text="",
)


def ours(
    fees: list[dict[str, Any]] | None = None, times: list[dict[str, Any]] | None = None, **paper: Any
) -> Procedure:
    """Our record with one way, online."""
    row = tiny.record(tiny.STAY)
    row["ways"] = row["ways"][:1]
    if fees:
        row["ways"][0]["fees"] = [{"name": "Phí", "raw": "?", **fee} for fee in fees]
    if times:
        row["ways"][0]["time_limits"] = [{"raw": "?", **time} for time in times]
    row["cases"][0]["documents"][0] |= paper
    return Procedure.model_validate(row)


def fields(record: Procedure, portal: CrawlRecord) -> list[str]:
    return [found.field for found in differences(record, portal)]


def said(*ways: CrawlWay, text: str = "") -> CrawlRecord:
    return replace(PORTAL, ways=ways, text=text)


def test_what_agrees_has_no_differences() -> None:
    assert differences(ours(), PORTAL) == []


def test_a_difference_tells_both_sides() -> None:
    (found,) = differences(ours([{"amount": 9000}]), PORTAL)
    assert found == Difference(tiny.STAY, "fees/online", "7,000 VNĐ ()", "['9000']")
    assert found.key == f"{tiny.STAY} fees/online"


def test_a_way_that_only_one_has() -> None:
    direct = CrawlWay(Channel.DIRECT, Decimal(3), DAYS, (PAID,))
    assert fields(ours(), said(online(PAID), direct)) == ["way/direct"]
    assert fields(ours(), said(direct)) == ["way/online", "way/direct"]


@pytest.mark.parametrize(
    ("fees", "rows", "agrees"),
    [
        ([{"amount": 7000}], [PAID], True),
        ([{"amount": 7000}, {"amount": 9000}], [PAID], False),
        ([{"amount": 7000}], [PAID, CrawlFee(9000, "9,000 VNĐ", "")], False),
        ([{"amount": 7000}, {"amount": 9000}], [PAID, CrawlFee(9000, "9,000 VNĐ", "")], True),
        ([{"amount": 0}], [CrawlFee(0, "Miễn phí", "")], True),
        ([{"amount": 0}], [CrawlFee(0, "Miễn phí", "8.000 đồng khi nộp muộn")], False),
        ([{}], [CrawlFee(None, "135 VNĐ", "")], False),
        ([{"amount": 135000}], [CrawlFee(None, "135 VNĐ", "")], False),
        ([{}], [], True),
        ([{"amount": 7000}], [], False),
        ([{"rate": "0.5"}], [PAID], False),
        ([{"rate": "0.5"}], [], False),
        ([{"amount": 7000}, {}], [PAID], False),
    ],
)
def test_fees(fees: list[dict[str, Any]], rows: list[CrawlFee], agrees: bool) -> None:
    assert fields(ours(fees), said(online(*rows))) == ([] if agrees else ["fees/online"])


@pytest.mark.parametrize(
    ("text", "agrees"),
    [
        ("người già nộp 9.000 đồng", True),
        ("người già nộp 9,000 đồng", True),
        ("người già nộp 9000 đồng", True),
        ("người già nộp 29.000 đồng", False),
        ("người già nộp 129,000 đồng", False),
        ("người già nộp 9.000.000 đồng", False),
        ("người già nộp 90000 đồng", False),
    ],
)
def test_a_fee_may_stand_in_the_portals_text(text: str, agrees: bool) -> None:
    found = fields(ours([{"amount": 7000}, {"amount": 9000}]), said(online(PAID), text=text))
    assert found == ([] if agrees else ["fees/online"])


def test_free_for_some_must_stand_in_the_portals_text() -> None:
    record = ours([{"amount": 7000}, {"amount": 0, "when": "trẻ em"}])
    assert fields(record, said(online(PAID), text="nộp 7,000 VNĐ, 30 ngày")) == ["fees/online"]
    assert fields(record, said(online(PAID), text="Miễn cho trẻ em")) == []


@pytest.mark.parametrize(
    ("times", "amount", "unit", "agrees"),
    [
        ([{"amount": 3, "unit": "working_day"}], "3", DAYS, True),
        ([{"amount": 3, "unit": "working_day"}], "5", DAYS, False),
        ([{"amount": 3, "unit": "day"}], "3", DAYS, False),
        ([{"amount": 3, "unit": "working_day"}], "3", TimeUnit.UNKNOWN, True),
        ([{"amount": 3, "unit": "unknown"}], "3", TimeUnit.UNKNOWN, True),
        ([{"unit": "at_once"}], None, TimeUnit.UNKNOWN, True),
        ([{"unit": "at_once"}], "3", DAYS, False),
        ([{"amount": 3, "unit": "working_day"}], None, DAYS, False),
        ([{"amount": 3, "unit": "working_day"}, {"amount": 9, "unit": "day"}], "3", DAYS, False),
    ],
)
def test_times(times: list[dict[str, Any]], amount: str | None, unit: TimeUnit, agrees: bool) -> None:
    assert fields(ours(times=times), said(online(PAID, amount=amount, unit=unit))) == (
        [] if agrees else ["time/online"]
    )


@pytest.mark.parametrize(
    ("text", "agrees"),
    [("việc khó: 9 ngày", True), ("09 (chín) ngày", True), ("19 ngày", False), ("1.9 ngày", False), ("9 người", False)],
)
def test_a_time_may_stand_in_the_portals_text(text: str, agrees: bool) -> None:
    record = ours(times=[{"amount": 3, "unit": "working_day"}, {"amount": 9, "unit": "day"}])
    assert fields(record, said(online(PAID), text=text)) == ([] if agrees else ["time/online"])


@pytest.mark.parametrize(
    ("paper", "found"),
    [
        ({}, []),
        ({"originals": 2}, ["copies/Tờ khai cư trú"]),
        ({"copies": 1}, ["copies/Tờ khai cư trú"]),
        ({"originals": None}, ["copies/Tờ khai cư trú"]),
        ({"name": "to khai cu tru"}, []),
        ({"name": "Hợp đồng thuê"}, ["paper/Hợp đồng thuê"]),
    ],
)
def test_papers(paper: dict[str, Any], found: list[str]) -> None:
    assert fields(ours(**paper), PORTAL) == found


def test_a_paper_that_the_portal_splits_counts_once() -> None:
    rows = (CrawlDocument("Tờ khai cư trú", 0, 1), CrawlDocument("Tờ khai cư trú bản mới", 1, 0))
    assert fields(ours(), replace(PORTAL, documents=rows)) == []
