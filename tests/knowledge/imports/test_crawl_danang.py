"""The crawl of Đà Nẵng: a variant of another province, of a time with districts; and the whole real file."""

from __future__ import annotations

from typing import Any

import pytest

from knowledge.imports import crawl_danang
from knowledge.imports.formats import Read, read_file
from knowledge.record import Channel, DoubtKind, Level, Procedure
from tests.knowledge.imports import rows

CRAWL = rows.SHARED / "danang-2025-premerger.jsonl.gz"
needs_crawl = pytest.mark.skipif(not CRAWL.is_file(), reason=f"the crawl of Đà Nẵng is not here: {CRAWL}")


def read(**changes: Any) -> Procedure:
    changes = {key.replace("_", " "): value for key, value in changes.items()}
    return crawl_danang.read(rows.row("danang", **changes), rows.DAY)


def test_a_row_becomes_a_record_of_that_province() -> None:
    found = read()
    assert (found.code, found.province, found.levels) == ("9.300001", "H17", (Level.PROVINCE,))
    assert (found.name, found.field, found.agency) == ("Cấp phép đua thuyền thúng", "Thuyền thúng", "Sở Thuyền thúng")
    assert found.where == ("Nhà văn hóa thôn", "Nộp tại quầy hoặc qua bưu điện", "Nộp trực tuyến trên cổng")
    assert (found.who, found.conditions, found.result) == (("Người đua thuyền",), ("Biết bơi.",), ("Giấy phép đua",))
    assert [(paper.originals, paper.copies) for paper in found.cases[0].documents] == [(2, 1), (None, None)]
    assert [law.number for law in found.legal_basis] == ["31/2023/NĐ-CP"]
    assert found.sources[0].decision == "15/QĐ-THU"
    assert [way.channel for way in found.ways] == [Channel.DIRECT, Channel.ONLINE, Channel.POSTAL]
    for way in found.ways:
        assert rows.times(way) == ["6 working_day"]
        assert [(fee.name, fee.amount) for fee in way.fees] == [("Lệ phí", 45_000)]
    assert found.doubts == ()


@pytest.mark.parametrize(
    ("agency", "level"),
    [
        ("UBND phường", Level.COMMUNE),
        ("Ủy ban nhân dân xã", Level.COMMUNE),
        ("Sở Gió", Level.PROVINCE),
        ("UBND quận Biển", Level.OTHER),
        ("", Level.OTHER),
    ],
)
def test_the_level_is_that_of_the_authority(agency: str, level: Level) -> None:
    assert read(Cơ_quan_thực_hiện=agency).levels == (level,)


@pytest.mark.parametrize("part", ["Cơ quan thực hiện", "Trình tự thực hiện", "Địa chỉ tiếp nhận hồ sơ"])
def test_an_office_of_a_district_is_never_told_without_a_warning(part: str) -> None:
    found = read(**{part: "UBND quận Biển"})
    assert DoubtKind.STALE_DISTRICT in [kind for kind, _ in rows.doubts(found)]
    assert "⚠ Nguồn còn nêu cơ quan cấp huyện" in rows.told(found)


def test_an_address_in_a_district_is_no_office() -> None:
    assert read(Địa_chỉ_tiếp_nhận_hồ_sơ="Số 9 đường Sóng, phường Bờ, quận Biển").doubts == ()


@pytest.mark.parametrize(
    ("phi", "le_phi", "amounts", "kinds"),
    [
        ("Không có thông tin", "Không có thông tin.", [], []),
        ("Không có.", "Không", [0, 0], []),
        ("Không có", "20.000 đồng", [None, 20_000], [DoubtKind.FREE_WITH_AMOUNT]),
        ("", "theo văn bản", [None], [DoubtKind.FEE_UNREADABLE]),
    ],
)
def test_both_cells_of_money(phi: str, le_phi: str, amounts: list[int | None], kinds: list[DoubtKind]) -> None:
    found = read(Phí=phi, Lệ_phí=le_phi)
    assert [fee.amount for fee in found.ways[0].fees] == amounts
    assert rows.doubts(found) == [(kind, "fees") for kind in kinds]


def test_a_term_in_words_is_told_only_as_they_stand() -> None:
    found = read(Thời_hạn_giải_quyết="Cấp mới: 5 ngày; cấp lại: 3 ngày")
    assert rows.doubts(found) == [(DoubtKind.TIME_UNREADABLE, "time_limits")]
    assert "nguồn ghi “Cấp mới: 5 ngày; cấp lại: 3 ngày”, cần hỏi lại" in rows.told(found)


def test_no_way_but_the_counter_when_the_page_names_no_other() -> None:
    found = read(Cách_thức_thực_hiện="Tại quầy", Cách_thức_nộp_trực_tuyến="Thủ tục này không nộp trực tuyến")
    assert [way.channel for way in found.ways] == [Channel.DIRECT]


def test_online_and_the_name_may_stand_under_other_headings() -> None:
    assert Channel.ONLINE in [way.channel for way in read(Cách_thức_thực_hiện="Tại quầy").ways]
    content = {**rows.without(rows.row("danang"), "ten"), "Tên thủ tục": "Đua thúng"}
    assert crawl_danang.read(content, None).name == "Đua thúng"


def test_originals_without_a_word_on_copies() -> None:
    (case,) = read(Thành_phần_hồ_sơ="• Đơn (03 bản chính)").cases
    assert (case.documents[0].originals, case.documents[0].copies) == (3, None)


def test_the_code_is_taken_from_where_it_is_one() -> None:
    assert read(ma_goc="9.300001.H17").code == "9.300001"
    content = rows.row("danang", **{"Mã thủ tục": "9.300001\nTên thủ tục: Đua thúng"})
    assert crawl_danang.read(rows.without(content, "ma_goc"), None).code == "9.300001"
    with pytest.raises(ValueError, match="no procedure code"):
        crawl_danang.read(rows.row("danang", ma_goc="THUNG-1", ma="THUNG-1"), None)


def test_a_row_without_papers_is_a_record_without_cases() -> None:
    content = rows.without(rows.row("danang"), "Thành phần hồ sơ")
    assert crawl_danang.recognises(content)
    assert crawl_danang.read(content, None).cases == ()


@needs_crawl
def test_every_real_record_is_of_the_province_and_can_be_told() -> None:
    found = [item.record for item in read_file(CRAWL, as_of=rows.DAY) if isinstance(item, Read)]
    assert len(found) >= 165
    assert {record.province for record in found} == {"H17"}
    assert all(f"(mã {record.code})" in rows.told(record) for record in found)


@needs_crawl
def test_every_real_record_that_names_a_district_office_carries_a_doubt() -> None:
    found = [item.record for item in read_file(CRAWL) if isinstance(item, Read)]
    stale = [record for record in found if DoubtKind.STALE_DISTRICT in [kind for kind, _ in rows.doubts(record)]]
    assert len(stale) >= 52
    named = ("ubnd quận", "ubnd huyện", "cấp huyện", "công an quận")
    for record in found:
        text = "\n".join((record.name, record.agency or "", *record.where, *record.steps, *record.result)).lower()
        assert record in stale or not any(office in text for office in named), record.code
