"""The crawl "bqp": fees and counts out of sentences; and the whole real file."""

from __future__ import annotations

from typing import Any

import pytest

from knowledge.imports import crawl_bqp
from knowledge.imports.formats import Read, read_file
from knowledge.record import Channel, DoubtKind, Level, Procedure, TimeUnit
from knowledge.reply import Aspect
from tests.knowledge.imports import rows

CRAWL = rows.SHARED / "bqp-2025.jsonl.gz"
needs_crawl = pytest.mark.skipif(not CRAWL.is_file(), reason=f"the portal's crawl is not here: {CRAWL}")


def read(**changes: Any) -> Procedure:
    return crawl_bqp.read(rows.row("bqp", **changes), rows.DAY)


def with_fee(cell: str, **changes: Any) -> Procedure:
    way = {"hinh_thuc": "Trực tiếp", "thoi_han_giai_quyet": "02 Ngày", "phi_le_phi": cell}
    return read(hinh_thuc_nop=[way], **changes)


def test_a_row_becomes_a_record() -> None:
    found = read()
    assert (found.code, found.levels) == ("9.200001", (Level.PROVINCE, Level.COMMUNE))
    assert (found.name, found.field) == ("Đăng ký trại huấn luyện bồ câu", "Bồ câu")
    assert (found.agency, found.where) == ("Ban Bồ câu", ("Nhà bưu tá",))
    assert found.who == ("Chủ trại", "Tổ chức")
    assert (found.conditions, found.result) == (("Chuồng cao ráo.",), ("Sổ đăng ký trại",))
    assert len(found.steps) == 3
    assert [law.number for law in found.legal_basis] == ["8/2025/TT-BQP"]
    assert [(paper.name, paper.form, paper.originals, paper.copies) for paper in found.cases[0].documents] == [
        ("Tờ khai trại", "Mẫu BC-1", 1, None),
        ("Sơ đồ chuồng", None, None, 3),
    ]
    assert (found.sources[0].decision, found.sources[0].page) == ("21/QĐ-BCAU", "https://example.org/bo-cau")
    assert found.doubts == ()


def test_each_way_has_its_own_time_and_fee() -> None:
    direct, online = read().ways
    assert (direct.channel, rows.times(direct)) == (Channel.DIRECT, ["7 day"])
    assert (direct.fees[0].name, direct.fees[0].amount, direct.fees[0].when) == ("Phí", 30_000, "mỗi chuồng")
    assert (online.channel, online.time_limits[0].unit) == (Channel.ONLINE, TimeUnit.WORKING_DAY)
    assert (online.fees[0].name, online.fees[0].amount) == ("Lệ phí", 0)


@pytest.mark.parametrize("cell", ["Phí : 0 Đồng", "Lệ phí : Không Đồng", "Phí: không Đồng", "Phí : o Đồng"])
def test_free_in_the_words_of_the_page(cell: str) -> None:
    assert [fee.amount for fee in with_fee(cell).ways[0].fees] == [0]


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("Phí : 0 Đồng (20.000 đồng một con)", DoubtKind.FREE_WITH_AMOUNT),
        ("Phí : 300 Đồng", DoubtKind.THOUSANDS_LOST),
        ("Lệ phí : 03 USD (mỗi trại)", DoubtKind.FEE_CURRENCY),
        ("Phí :  Đồng", DoubtKind.FEE_UNREADABLE),
        ("Phí : 1. Bằng nửa mức cũ", DoubtKind.FEE_UNREADABLE),
        ("Theo biểu giá bồ câu", DoubtKind.FEE_UNREADABLE),
        pytest.param(f"Phí :{' ' * 5000}x (", DoubtKind.FEE_UNREADABLE, id="a wide gap"),
    ],
)
def test_a_doubtful_fee_is_never_a_number(cell: str, kind: DoubtKind) -> None:
    found = with_fee(cell)
    assert rows.doubts(found) == [(kind, "fees")]
    assert [fee.amount for fee in found.ways[0].fees] == [None]


def test_several_fees_of_a_cell_and_the_names_of_files() -> None:
    cell = "Phí : 2.000.000 Đồng\n(thẩm định\nchuồng)\nFile đính kèm: bieu-1.pdf\nLệ phí : 50.000 Đồng"
    first, second = with_fee(cell).ways[0].fees
    assert (first.name, first.amount, first.when) == ("Phí", 2_000_000, "thẩm định chuồng")
    assert (second.name, second.amount) == ("Lệ phí", 50_000)


def test_free_is_doubtful_when_the_steps_take_money() -> None:
    found = with_fee("Phí : 0 Đồng", trình_tự_thực_hiện="Nộp lệ phí tại quầy.")
    assert rows.doubts(found) == [(DoubtKind.FREE_BUT_CHARGED, "fees")]


def test_several_forms_of_one_paper() -> None:
    paper = {"ten_giay_to": "Đơn", "so_luong": " BC-1.docx \nBC-2.PDF\n", "ghi_chu": ""}
    assert read(thanh_phan_ho_so=[paper]).cases[0].documents[0].form == "BC-1, BC-2"


def test_an_empty_cell_is_no_word_on_the_fee() -> None:
    found = with_fee("")
    assert (found.ways[0].fees, found.doubts) == ((), ())
    assert "nguồn không ghi phí, lệ phí, cần hỏi lại" in rows.told(found, [Aspect.FEES])


def test_the_authority_stands_in_for_a_missing_agency_and_an_unknown_way_is_left_out() -> None:
    way = {"hinh_thuc": "Bồ câu", "thoi_han_giai_quyet": "1 Ngày", "phi_le_phi": ""}
    found = read(cơ_quan_thực_hiện="Không có thông tin", hinh_thuc_nop=[way])
    assert (found.agency, found.ways) == ("Trưởng ban Bồ câu", ())


@needs_crawl
def test_every_row_of_the_real_crawl_is_a_record_and_can_be_told() -> None:
    items = list(read_file(CRAWL, as_of=rows.DAY))
    found = [item.record for item in items if isinstance(item, Read)]
    assert len(items) == len(found) == 207
    assert all(f"(mã {record.code})" in rows.told(record) for record in found)
    assert any(fee.amount == 0 for record in found for way in record.ways for fee in way.fees)
