"""The crawl "dvcqg": a row becomes a record, every hazard of it a doubt; and the whole real file."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from knowledge.imports import crawl_dvcqg
from knowledge.imports.formats import Read, Unusable, read_file
from knowledge.record import Certainty, Channel, DoubtKind, Level, Procedure
from knowledge.reply import Aspect
from tests.knowledge.imports import rows

CRAWL = rows.SHARED / "dvcqg-2026.jsonl.gz"
needs_crawl = pytest.mark.skipif(not CRAWL.is_file(), reason=f"the portal's crawl is not here: {CRAWL}")


def read(**changes: Any) -> Procedure:
    return crawl_dvcqg.read(rows.row("dvcqg", **changes), rows.DAY)


def papers(**paper: Any) -> list[dict[str, Any]]:
    return [{"truong_hop": "", "giay_to": [{"ten": "Đơn", "ban_chinh": 1, "ban_sao": 0, **paper}]}]


def test_a_row_becomes_a_record() -> None:
    found = read()
    assert (found.code, found.province, found.levels) == ("9.100001", None, (Level.COMMUNE,))
    assert (found.name, found.short_name) == ("Thủ tục cấp thẻ thả diều", "Cấp thẻ thả diều")
    assert (found.field, found.agency) == ("Diều sáo", "Ủy ban nhân dân xã")
    assert found.where == ("Trung tâm Phục vụ hành chính công xã",)
    assert found.who == ("Người chơi diều", "Câu lạc bộ diều")
    assert found.steps[1] == "Bước 2: Nộp hồ sơ tại quầy số 5."
    assert (found.conditions, found.result) == ((), ("Thẻ thả diều",))
    assert [law.number for law in found.legal_basis] == ["12/2024/NĐ-CP", "3/2025/TT-BTC"]
    assert [case.name for case in found.cases] == ["Cấp lần đầu", "Cấp lại"]
    assert [(paper.name, paper.originals, paper.copies) for paper in found.cases[1].documents] == [
        ("Đơn xin cấp lại thẻ", 1, 2),
        ("Ảnh con diều", None, None),
    ]
    assert (found.sources[0].decision, found.sources[0].as_of) == ("77/QĐ-BGIO", rows.DAY)
    assert found.sources[0].page == "https://example.org/thu-tuc/9.100001"
    assert (found.doubts, found.imported, found.checked) == ((), True, False)


def test_each_way_has_its_own_time_and_fee() -> None:
    online, direct = read().ways
    assert (online.channel, direct.channel) == (Channel.ONLINE, Channel.DIRECT)
    assert (rows.times(online), rows.times(direct)) == (["2 working_day"], ["4 day"])
    assert (online.fees[0].amount, direct.fees[0].amount) == (5000, 12_000)
    text = rows.told(read(), [Aspect.FEES, Aspect.TIME_LIMIT])
    assert "• Trực tuyến: Phí, lệ phí: 5.000 đồng (/thẻ)." in text
    assert "• Nộp trực tiếp: 4 ngày (kể từ khi nhận đủ giấy)." in text


def test_rows_of_one_channel_are_one_way_and_an_unknown_channel_is_left_out() -> None:
    ways = [rows.way("9,000 VNĐ", "lần đầu"), rows.way("7,000 VNĐ", "lần sau"), rows.way(hinh_thuc="Bồ câu")]
    (direct,) = read(cach_thuc=ways).ways
    assert [fee.amount for fee in direct.fees] == [9000, 7000]
    assert len(direct.time_limits) == 1


@pytest.mark.parametrize(
    ("fees", "kinds"),
    [
        ([("Miễn phí", "mỗi con 30.000 đồng")], [DoubtKind.FREE_WITH_AMOUNT]),
        ([("Miễn phí", ""), ("4,000 VNĐ", "")], [DoubtKind.FREE_WITH_AMOUNT]),
        ([("135 VNĐ", "")], [DoubtKind.THOUSANDS_LOST]),
        ([("10 USD", "/lần")], [DoubtKind.FEE_CURRENCY]),
        ([("1100,000 VNĐ", "")], [DoubtKind.FEE_UNREADABLE]),
        ([("Miễn phí", "trẻ em"), ("4,000 VNĐ", "người lớn")], []),
    ],
)
def test_a_doubtful_fee_is_heard_as_such(fees: list[tuple[str, str]], kinds: list[DoubtKind]) -> None:
    way = rows.way(phi=[{"muc": said, "ghi_chu": note} for said, note in fees])
    found = read(cach_thuc=[way])
    assert rows.doubts(found) == [(kind, "fees") for kind in kinds]
    text = rows.told(found, [Aspect.FEES])
    assert ("cần hỏi lại" in text.split("⚠")[0]) is bool(kinds)


def test_free_while_the_steps_take_money_is_doubtful() -> None:
    found = read(cach_thuc=[rows.way("Miễn phí")], trinh_tu="Nộp hồ sơ và nộp lệ phí theo biên lai.")
    assert rows.doubts(found) == [(DoubtKind.FREE_BUT_CHARGED, "fees")]
    found = read(cach_thuc=[rows.way("Miễn phí", mo_ta="Mức phí in trên vé.")])
    assert rows.doubts(found) == [(DoubtKind.FREE_BUT_CHARGED, "fees")]


def test_a_time_without_a_unit_is_doubtful_and_one_that_ran_into_a_fee_is_none() -> None:
    found = read(cach_thuc=[rows.way(thoi_gian="1", don_vi=None), rows.way(thoi_gian="1100,000", don_vi=None)])
    assert [(time.amount, time.certainty) for time in found.ways[0].time_limits] == [
        (Decimal(1), Certainty.DOUBTFUL),
        (None, Certainty.DOUBTFUL),
    ]
    assert rows.doubts(found) == [
        (DoubtKind.TIME_UNIT_MISSING, "time_limits"),
        (DoubtKind.TIME_UNREADABLE, "time_limits"),
    ]


def test_no_time_is_no_doubt() -> None:
    found = read(cach_thuc=[rows.way(thoi_gian=None, don_vi=None)])
    assert (found.ways[0].time_limits, found.doubts) == ((), ())
    assert "nguồn không ghi thời hạn, cần hỏi lại" in rows.told(found, [Aspect.TIME_LIMIT])


@pytest.mark.parametrize("paper", [{"ban_chinh": 20251}, {"ban_sao": 9}, {"so_luong_khong_chac": True}])
def test_a_count_that_a_date_ran_into_is_not_told(paper: dict[str, Any]) -> None:
    found = read(thanh_phan_ho_so=papers(**paper))
    assert rows.doubts(found) == [(DoubtKind.COPIES_AMBIGUOUS, "cases")]
    text = rows.told(found, [Aspect.DOCUMENTS])
    assert "bản chính" not in text
    assert "⚠ Nguồn ghi số bản của một số giấy tờ không rõ" in text


def test_broken_steps_a_stale_office_and_what_does_not_count() -> None:
    steps = "Đến UBND quận.\nNgười chơi đứng ở Nhà\nnộp đơn.\nThời gian chờ gió không tính vào thời gian trên."
    found = read(trinh_tu=steps)
    assert rows.doubts(found) == [(DoubtKind.SENTENCE_BROKEN, "steps"), (DoubtKind.STALE_DISTRICT, "steps")]
    assert found.not_counted == ("Thời gian chờ gió không tính vào thời gian trên.",)


def test_what_does_not_count_is_not_cut_away_with_a_long_remark() -> None:
    remark = f"{'Diều phải nằm yên trên bàn. ' * 20}Không tính thời gian vá diều rách."
    found = read(cach_thuc=[rows.way(mo_ta=remark)])
    assert found.not_counted == ("Không tính thời gian vá diều rách.",)


def test_the_authority_stands_in_for_a_missing_agency_and_conditions_are_read() -> None:
    found = read(co_quan_thuc_hien="", co_quan_co_tham_quyen="Ban Diều", yeu_cau="Diều không đuôi.")
    assert (found.agency, found.conditions) == ("Ban Diều", ("Diều không đuôi.",))


@pytest.mark.parametrize("key", ["ma", "ten"])
def test_a_missing_key_is_named(key: str) -> None:
    with pytest.raises(KeyError, match=key):
        crawl_dvcqg.read(rows.without(rows.row("dvcqg"), key), None)


@pytest.fixture(scope="module")
def items() -> list[Read | Unusable]:
    """Every row of the real crawl."""
    return list(read_file(CRAWL, as_of=rows.DAY))


@pytest.fixture(scope="module")
def portal(items: list[Read | Unusable]) -> dict[str, Procedure]:
    """By its code every record of the real crawl."""
    return {item.record.code: item.record for item in items if isinstance(item, Read)}


def fees(record: Procedure) -> list[tuple[Channel, int | None, Certainty]]:
    return [(way.channel, fee.amount, fee.certainty) for way in record.ways for fee in way.fees]


@needs_crawl
def test_every_row_of_the_real_crawl_is_a_record(items: list[Read | Unusable]) -> None:
    assert [item for item in items if not isinstance(item, Read)] == []
    assert len(items) == 2642


@needs_crawl
def test_every_answer_from_the_real_crawl_can_be_sent(portal: dict[str, Procedure]) -> None:
    assert len(portal) > 2600
    assert all(f"(mã {code})" in rows.told(record) for code, record in portal.items())


@needs_crawl
def test_no_figure_of_the_real_crawl_is_both_doubtful_and_told(portal: dict[str, Procedure]) -> None:
    every = [fee for record in portal.values() for fee in fees(record)]
    assert all(amount is None or amount == 0 or amount >= 1000 for _, amount, _ in every)
    assert all(amount is None for _, amount, certainty in every if certainty is Certainty.DOUBTFUL)


@needs_crawl
def test_the_procedure_that_is_called_free_and_costs_millions_is_never_free(portal: dict[str, Procedure]) -> None:
    record = portal["3.000340"]
    assert fees(record)
    assert {(amount, certainty) for _, amount, certainty in fees(record)} == {(None, Certainty.DOUBTFUL)}
    text = rows.told(record, [Aspect.FEES])
    assert "cần hỏi lại" in text
    assert ": miễn phí" not in text


@needs_crawl
def test_time_and_fee_differ_by_way_in_the_real_crawl(portal: dict[str, Procedure]) -> None:
    times = {way.channel: rows.times(way) for way in portal["1.012781"].ways}
    assert times[Channel.ONLINE] == ["10 working_day"]
    assert times[Channel.DIRECT] == ["20 working_day"]
    assert {channel: amount for channel, amount, _ in fees(portal["1.004222"])} == {
        Channel.ONLINE: 10_000,
        Channel.DIRECT: 20_000,
    }


@needs_crawl
def test_lost_thousands_in_the_real_crawl_are_doubtful(portal: dict[str, Procedure]) -> None:
    record = portal["3.000351"]
    assert (DoubtKind.THOUSANDS_LOST, "fees") in rows.doubts(record)
    assert [fee.raw for way in record.ways for fee in way.fees if fee.raw.startswith("135 VNĐ")]
    assert all(certainty is Certainty.DOUBTFUL for _, _, certainty in fees(record))


@needs_crawl
def test_the_hazards_of_the_real_crawl_are_met_in_their_numbers(portal: dict[str, Procedure]) -> None:
    kinds = Counter(kind for record in portal.values() for kind in {doubt.kind for doubt in record.doubts})
    assert kinds[DoubtKind.FREE_WITH_AMOUNT] >= 50
    assert kinds[DoubtKind.COPIES_AMBIGUOUS] >= 100
    assert kinds[DoubtKind.TIME_UNIT_MISSING] + kinds[DoubtKind.TIME_UNREADABLE] >= 300
    assert kinds[DoubtKind.THOUSANDS_LOST] >= 3
    assert kinds[DoubtKind.FEE_CURRENCY] >= 10
    assert sum(bool(record.not_counted) for record in portal.values()) >= 64


@needs_crawl
def test_the_decrees_of_the_real_crawl_end_where_their_numbers_end(portal: dict[str, Procedure]) -> None:
    endings = Counter(law.number.rsplit("/", 1)[1] for record in portal.values() for law in record.legal_basis)
    whole = re.compile(r"QH\d{1,2}|(?:NĐ|NQ)-CP|QĐ-TTg|(?:TT|QĐ|NQ|TTLT)(?:-[A-ZĐƯ0-9]{3,8})+")
    assert endings["NĐ-CP"] > 1000
    assert [ending for ending in endings if not whole.fullmatch(ending)] == []
