"""Reading the crawl of the portal, with its dirty cells."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from knowledge.crawl import CrawlDocument, CrawlFee, CrawlRecord, CrawlWay, read_crawl
from knowledge.errors import CatalogueFormat
from knowledge.record import Channel, Level, TimeUnit


def way(**changes: Any) -> dict[str, Any]:
    row = {"hinh_thuc": "Trực tiếp", "thoi_gian": "3", "don_vi": "Ngày làm việc", "phi": []}
    return {**row, **changes}


def row(**changes: Any) -> dict[str, Any]:
    """A made-up row in the form of the crawl."""
    content = {
        "ma": "9.000001.000.00.00.H99",
        "ten": "Cấp giấy thử",
        "linh_vuc": "Thử nghiệm",
        "cap": ["Cấp xã", "Cấp mây"],
        "so_quyet_dinh": "1/QĐ-THU",
        "url": "https://example.org/1",
        "cach_thuc": [way()],
        "thanh_phan_ho_so": [
            {"truong_hop": "", "giay_to": [{"ten": "Đơn thử", "ban_chinh": 1, "ban_sao": None}]},
            {"truong_hop": "khác", "giay_to": [{"ten": "Ảnh thử", "ban_chinh": None, "ban_sao": 2}]},
        ],
    }
    return {**content, **changes}


def write(folder: Path, *rows: Any, name: str = "crawl.jsonl") -> Path:
    text = "\n".join(item if isinstance(item, str) else json.dumps(item, ensure_ascii=False) for item in rows)
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def fee(tmp_path: Path, said: str, note: str | None = None) -> CrawlFee:
    (record,) = read_crawl(write(tmp_path, row(cach_thuc=[way(phi=[{"muc": said, "ghi_chu": note}])])))
    return record.ways[0].fees[0]


@pytest.mark.parametrize("name", ["crawl.jsonl", "crawl.jsonl.gz"])
def test_a_record_is_read(tmp_path: Path, name: str) -> None:
    (record,) = read_crawl(write(tmp_path, row(), "", name=name))
    assert record == CrawlRecord(
        code="9.000001",
        name="Cấp giấy thử",
        field="Thử nghiệm",
        levels=(Level.COMMUNE,),
        decision="1/QĐ-THU",
        page="https://example.org/1",
        ways=(CrawlWay(Channel.DIRECT, Decimal(3), TimeUnit.WORKING_DAY, ()),),
        documents=(CrawlDocument("Đơn thử", 1, None), CrawlDocument("Ảnh thử", None, 2)),
        text=record.text,
    )
    assert json.loads(record.text)["ten"] == "Cấp giấy thử"


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        ("Ngày làm việc", TimeUnit.WORKING_DAY),
        ("Ngày", TimeUnit.DAY),
        ("Giờ", TimeUnit.HOUR),
        ("Tháng", TimeUnit.MONTH),
        (None, TimeUnit.UNKNOWN),
        ("Tuần trăng", TimeUnit.UNKNOWN),
    ],
)
def test_units(tmp_path: Path, said: str | None, unit: TimeUnit) -> None:
    (record,) = read_crawl(write(tmp_path, row(cach_thuc=[way(don_vi=said)])))
    assert record.ways[0].unit is unit


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("3", Decimal(3)),
        ("0.5", Decimal("0.5")),
        ("120,000", None),
        ("3 ngày", None),
        ("", None),
        (None, None),
        ("-1", None),
    ],
)
def test_a_cell_that_ran_into_the_next_is_no_time(tmp_path: Path, said: str | None, amount: Decimal | None) -> None:
    (record,) = read_crawl(write(tmp_path, row(cach_thuc=[way(thoi_gian=said)])))
    assert record.ways[0].amount == amount


def test_a_channel_may_have_several_rows_and_an_unknown_one_is_left_out(tmp_path: Path) -> None:
    ways = [way(), way(thoi_gian="5"), way(hinh_thuc="Trực tuyến"), way(hinh_thuc="Bồ câu")]
    (record,) = read_crawl(write(tmp_path, row(cach_thuc=ways)))
    assert [item.channel for item in record.ways] == [Channel.DIRECT, Channel.DIRECT, Channel.ONLINE]


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("Miễn phí", 0),
        ("8,000 VNĐ", 8000),
        ("1,250,000 Việt Nam Đồng", 1_250_000),
        ("1000 VNĐ", 1000),
        ("135 VNĐ", None),
        ("0 VNĐ", None),
        ("8,000", None),
        ("khoảng 8,000 VNĐ", None),
        ("", None),
    ],
)
def test_amounts(tmp_path: Path, said: str, amount: int | None) -> None:
    found = fee(tmp_path, said)
    assert (found.amount, found.raw, found.note) == (amount, said, "")
    assert found.doubtful is (amount is None)


@pytest.mark.parametrize(
    "note", ["thu 50.000 đồng mỗi lần", "5.000đ/trang", "20.000 VNĐ", "theo quy định", "do Hội đồng nhân dân định"]
)
def test_free_beside_a_note_that_names_money_is_doubtful(tmp_path: Path, note: str) -> None:
    assert fee(tmp_path, "Miễn phí", note).doubtful
    assert not fee(tmp_path, "8,000 VNĐ", note).doubtful


@pytest.mark.parametrize("note", ["", "không thu của ai", "trong 3 đêm"])
def test_free_beside_another_note_is_free(tmp_path: Path, note: str) -> None:
    assert not fee(tmp_path, "Miễn phí", note).doubtful


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("{", "JSONDecodeError"),
        ("[]", "TypeError"),
        ({"ma": "9.000001"}, "KeyError 'ten'"),
        (row(ma="giấy thử"), "'giấy thử' is no procedure code"),
        (row(ma=None), "AttributeError"),
        (row(cach_thuc=[way(phi=[{"muc": None, "ghi_chu": ""}])]), "TypeError"),
        (row(thanh_phan_ho_so=None), "TypeError"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, bad: Any, reason: str) -> None:
    path = write(tmp_path, row(), bad)
    records = read_crawl(path)
    assert next(records).code == "9.000001"
    with pytest.raises(CatalogueFormat) as caught:
        next(records)
    assert str(caught.value).startswith(f"[K402] {path}, line 2: ")
    assert reason in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    whole = gzip.compress(json.dumps(row()).encode() * 50)
    for name, content in (
        ("no.jsonl.gz", b"not gzip"),
        ("cut.jsonl.gz", whole[:-30]),
        ("hurt.jsonl.gz", whole[:20] + b"\xff" * 20 + whole[40:]),
        ("latin.jsonl", b"\xe9\xff"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(CatalogueFormat, match=rf"{name}: cannot be read"):
            list(read_crawl(tmp_path / name))
    with pytest.raises(CatalogueFormat, match="nothing"):
        list(read_crawl(tmp_path / "nothing.jsonl"))
