"""The exchange format of provincial systems."""

from __future__ import annotations

from typing import Any

import pytest

from knowledge.imports import exchange
from knowledge.record import Channel, DoubtKind, Level, Procedure
from tests.knowledge.imports import rows


def read(**changes: Any) -> Procedure:
    return exchange.read(rows.row("exchange", **changes), rows.DAY)


def way(**changes: Any) -> list[rows.Row]:
    return [{"KENH": "Trực tiếp", "THOIGIAN": [], "PHILEPHI": [], **changes}]


def with_fee(**fee: Any) -> Procedure:
    return read(CACHTHUCTHUCHIEN=way(PHILEPHI=[fee]))


def with_paper(**paper: Any) -> Procedure:
    return read(THANHPHANHOSO=[{"TRUONGHOP": "", "GIAYTO": [{"TENGIAYTO": "Phiếu đếm", **paper}]}])


def test_a_row_becomes_a_record_of_the_province_of_its_code() -> None:
    found = read()
    assert (found.code, found.province) == ("9.500001", "H41")
    assert found.levels == (Level.PROVINCE, Level.COMMUNE)
    assert (found.name, found.field, found.agency) == ("Cấp sổ theo dõi đom đóm", "Đom đóm", "Sở Ánh sáng")
    assert (found.who, found.result) == (("Người đếm đom đóm",), ("Sổ theo dõi",))
    assert found.conditions == ("Có đèn tắt được.",)
    assert found.steps == ("Sổ mới", "Đếm trong ba đêm.", "Nộp phiếu đếm.")
    assert [law.number for law in found.legal_basis] == ["5/2021/QH15"]
    assert (found.cases[0].name, found.cases[0].documents[0].form) == ("Sổ mới", "DD-02")
    assert (found.cases[0].documents[0].originals, found.cases[0].documents[0].copies) == (1, None)
    assert found.sources[0].as_of == rows.DAY
    assert rows.told(found)


def test_each_way_has_its_own_time_and_fee() -> None:
    direct, online = read().ways
    assert (direct.channel, rows.times(direct)) == (Channel.DIRECT, ["12 hour"])
    assert (direct.fees[0].amount, direct.fees[0].when) == (40_000, "mỗi sổ")
    assert (online.channel, online.time_limits[0].when) == (Channel.ONLINE, "khi trời tối")
    assert online.fees[0].amount is None
    assert rows.doubts(read()) == [(DoubtKind.FEE_CURRENCY, "fees")]


@pytest.mark.parametrize(
    ("cell", "levels"),
    [
        (0, (Level.MINISTRY,)),
        ("0", (Level.MINISTRY,)),
        (1, (Level.PROVINCE,)),
        ([1, "3"], (Level.PROVINCE, Level.COMMUNE)),
        ("1, 3", (Level.PROVINCE, Level.COMMUNE)),
        (None, (Level.OTHER,)),
        ("7", (Level.OTHER,)),
    ],
)
def test_levels(cell: object, levels: tuple[Level, ...]) -> None:
    found = read(CAPTHUCHIEN=cell)
    assert found.levels == levels
    assert DoubtKind.STALE_DISTRICT not in [kind for kind, _ in rows.doubts(found)]


@pytest.mark.parametrize("cell", [2, "2", "2,3", ["1", 2]])
def test_the_level_of_the_district_is_stale(cell: object) -> None:
    found = read(CAPTHUCHIEN=cell)
    assert (DoubtKind.STALE_DISTRICT, "agency") in rows.doubts(found)
    assert "⚠ Nguồn còn nêu cơ quan cấp huyện" in rows.told(found)


@pytest.mark.parametrize(
    ("named", "channel"),
    [(" 1 ", Channel.DIRECT), (2, Channel.ONLINE), ("3", Channel.POSTAL), ("Bưu chính", Channel.POSTAL)],
)
def test_a_way_is_named_by_number_or_word(named: object, channel: Channel) -> None:
    assert [item.channel for item in read(CACHTHUCTHUCHIEN=way(KENH=named)).ways] == [channel]
    assert read(CACHTHUCTHUCHIEN=way(KENH="9")).ways == ()


@pytest.mark.parametrize(
    ("fee", "amount"),
    [
        ({"SOTIEN": "8.000", "DONVI": " Đồng "}, 8000),
        ({"SOTIEN": 8000.0, "DONVI": ""}, 8000),
        ({"SOTIEN": 0, "DONVI": "VND"}, 0),
        ({"SOTIEN": "Miễn phí"}, 0),
    ],
)
def test_a_fee_is_read(fee: rows.Row, amount: int) -> None:
    found = with_fee(**fee)
    assert ([item.amount for item in found.ways[0].fees], found.doubts) == ([amount], ())


@pytest.mark.parametrize(
    ("fee", "kind"),
    [
        ({"SOTIEN": 0, "MOTA": "mỗi con 2.000 đồng"}, DoubtKind.FREE_WITH_AMOUNT),
        ({"SOTIEN": 50, "DONVI": "đ"}, DoubtKind.THOUSANDS_LOST),
        ({"SOTIEN": 5, "DONVI": "USD"}, DoubtKind.FEE_CURRENCY),
        ({"SOTIEN": 8000, "DONVI": "đồng/lần"}, DoubtKind.FEE_UNREADABLE),
        ({"SOTIEN": None}, DoubtKind.FEE_UNREADABLE),
        ({}, DoubtKind.FEE_UNREADABLE),
    ],
)
def test_a_doubtful_fee_is_never_a_number(fee: rows.Row, kind: DoubtKind) -> None:
    found = with_fee(**fee)
    assert rows.doubts(found) == [(kind, "fees")]
    assert found.ways[0].fees[0].amount is None


def test_free_beside_an_amount_is_doubtful() -> None:
    found = read(CACHTHUCTHUCHIEN=way(PHILEPHI=[{"SOTIEN": 0}, {"SOTIEN": 6000}]))
    assert [fee.amount for fee in found.ways[0].fees] == [None, 6000]


def test_a_time_without_a_unit_is_doubtful_and_what_does_not_count_is_kept() -> None:
    time = {"THOIGIANGIAIQUYET": 4, "DONVITINH": None, "MOTA": "Không kể thời gian trăng sáng."}
    found = read(CACHTHUCTHUCHIEN=way(THOIGIAN=[time]))
    assert rows.doubts(found) == [(DoubtKind.TIME_UNIT_MISSING, "time_limits")]
    assert found.not_counted == ("Không kể thời gian trăng sáng.",)


@pytest.mark.parametrize("paper", [{"SOBANCHINH": "1 bộ"}, {"SOBANSAO": "20251"}, {"SOBANSAO": 7}, {"SOBANCHINH": -1}])
def test_a_count_that_is_none_is_doubtful(paper: rows.Row) -> None:
    found = with_paper(**paper)
    assert rows.doubts(found)[0] == (DoubtKind.COPIES_AMBIGUOUS, "cases")
    assert found.cases[0].documents[0].originals is None
    assert found.cases[0].documents[0].copies is None


def test_an_empty_count_is_no_doubt() -> None:
    found = with_paper(SOBANCHINH=" ", SOBANSAO=None)
    assert (DoubtKind.COPIES_AMBIGUOUS, "cases") not in rows.doubts(found)


def test_where_to_hand_in_is_told_where_the_system_says_it() -> None:
    assert read(DIACHITIEPNHAN="Gốc đa").where == ("Gốc đa",)
    assert read().where == ()


def test_texts_may_stand_for_lists() -> None:
    found = read(TRINHTUTHUCHIEN="Đếm rồi nộp.", CANCUPHAPLY="1/2020/TT-BTC", DOITUONGTHUCHIEN=["Trẻ em", None])
    assert (found.steps, found.who) == (("Đếm rồi nộp.",), ("Trẻ em",))
    assert [law.number for law in found.legal_basis] == ["1/2020/TT-BTC"]


def test_unknown_keys_do_not_matter_and_optional_ones_may_be_missing() -> None:
    assert read(KHOAMOI=1) == read()
    found = exchange.read({"MATTHC": "9.500002", "TENTTHC": "Đếm sao"}, None)
    assert (found.code, found.province, found.ways, found.cases) == ("9.500002", None, (), ())
    assert rows.told(found)


@pytest.mark.parametrize("key", exchange.REQUIRED)
def test_a_missing_key_is_named(key: str) -> None:
    with pytest.raises(KeyError, match=key):
        exchange.read(rows.without(rows.row("exchange"), key), None)
