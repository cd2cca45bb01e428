"""The portal's own record: every key of its shape, unknown ones passed over, missing ones named."""

from __future__ import annotations

import re
from typing import Any

import pytest

from knowledge.imports import portal_detail
from knowledge.record import Certainty, Channel, DoubtKind, Level, Procedure, TimeUnit
from knowledge.reply import Aspect
from tests.knowledge.imports import rows

SHAPE = rows.SHARED / "official-detail-shape.md"


def read(**changes: Any) -> Procedure:
    return portal_detail.read(rows.row("portal", **changes), None)


def method(**changes: Any) -> rows.Row:
    return {"submissionMethod": "DIRECT", "processingTime": 2, "processingTimeUnit": "DAY", "fees": [], **changes}


def with_fee(fee: rows.Row, **changes: Any) -> Procedure:
    return read(executionMethods=[method(fees=[fee])], **changes)


@pytest.mark.skipif(not SHAPE.is_file(), reason=f"the description of the shape is not here: {SHAPE}")
def test_the_row_of_these_tests_has_every_key_of_the_shape() -> None:
    named = [line.split("|")[1] for line in SHAPE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    keys = {key for cell in named for key in re.findall(r"\b[a-z][A-Za-z]+", cell)} - {"key"}
    assert len(keys) >= 40
    assert keys - set(rows.row("portal")) == set()


def test_a_detail_becomes_a_record() -> None:
    found = read()
    assert (found.code, found.province) == ("9.400001", None)
    assert (found.name, found.field) == ("Đăng ký nuôi dế thi hát", "Côn trùng")
    assert found.levels == (Level.COMMUNE, Level.PROVINCE)
    assert (found.agency, found.where) == ("Ban Dế", ("Chòi canh dế",))
    assert (found.who, found.result) == (("Người nuôi dế",), ("Thẻ dế",))
    assert found.conditions == ("Dế biết hát.",)
    assert found.steps == (
        "Bước 1: Mang dế đến.",
        "Điền tờ khai.",
        "Thời gian dế ngủ không tính vào thời gian giải quyết.",
    )
    assert found.not_counted == (found.steps[2],)
    assert [law.number for law in found.legal_basis] == ["44/2022/NĐ-CP"]
    (source,) = found.sources
    assert source.page == "https://dichvucong.gov.vn/thu-tuc-hanh-chinh/0199aaaa-0000-7000-8000-000000000001"
    assert (source.decision, source.as_of) == ("01/QĐ-BDE", rows.DAY)
    assert (found.imported, found.checked) == (True, False)
    assert rows.told(found)


def test_cases_and_sub_cases_have_their_papers() -> None:
    home, field = read().cases
    assert (home.name, home.documents[0].name, home.documents[0].form) == ("Dế nhà", "Tờ khai nuôi dế", "DE-01.docx")
    assert (home.documents[0].originals, home.documents[0].copies) == (1, None)
    assert (field.name, field.documents[0].copies) == ("Dế đồng", 2)


def test_papers_outside_of_cases_are_taken_when_there_is_no_case() -> None:
    (case,) = read(executionCases=[], cases=None).cases
    assert [paper.name for paper in case.documents] == ["Tờ khai nuôi dế"]


def test_each_way_has_its_own_time_and_fee_and_an_unknown_way_is_left_out() -> None:
    online, direct = read().ways
    assert (online.channel, direct.channel) == (Channel.ONLINE, Channel.DIRECT)
    assert rows.times(online) == ["3 working_day"]
    assert (online.fees[0].name, online.fees[0].amount, online.fees[0].when) == ("Phí nghe thử", 15_000, "mỗi con")
    assert (direct.fees[0].name, direct.fees[0].amount) == ("Lệ phí", 0)


def test_a_unit_that_is_none_is_a_doubt() -> None:
    direct = read().ways[1]
    assert (direct.time_limits[0].unit, direct.time_limits[0].certainty) == (TimeUnit.UNKNOWN, Certainty.DOUBTFUL)
    assert rows.doubts(read()) == [(DoubtKind.TIME_UNIT_MISSING, "time_limits")]
    assert "cần hỏi lại" in rows.told(read(), [Aspect.TIME_LIMIT])


@pytest.mark.parametrize(
    ("unit", "known"),
    [("WORKING_DAY", TimeUnit.WORKING_DAY), ("DAY", TimeUnit.DAY), ("HOUR", TimeUnit.HOUR), ("MONTH", TimeUnit.MONTH)],
)
def test_units(unit: str, known: TimeUnit) -> None:
    found = read(executionMethods=[method(processingTimeUnit=unit)])
    assert (found.ways[0].time_limits[0].unit, found.doubts) == (known, ())


@pytest.mark.parametrize("time", [None, {}])
def test_no_time_is_no_doubt_but_what_is_no_number_is_one(time: object) -> None:
    found = read(executionMethods=[method(processingTime=time)])
    kinds = [] if time is None else [(DoubtKind.TIME_UNREADABLE, "time_limits")]
    assert rows.doubts(found) == kinds


@pytest.mark.parametrize(
    ("fee", "amount"),
    [
        ({"value": 8000}, 8000),
        ({"value": 8000.0}, 8000),
        ({"amount": "8000"}, 8000),
        ({"value": None, "amount": 9000}, 9000),
        ({"value": 0}, 0),
    ],
)
def test_a_fee_is_read_from_either_key(fee: rows.Row, amount: int) -> None:
    found = with_fee({"type": "FEE", **fee})
    assert [(item.name, item.amount) for item in found.ways[0].fees] == [("Phí", amount)]
    assert found.doubts == ()


@pytest.mark.parametrize(
    ("fee", "kind"),
    [
        ({"value": 0, "note": "mỗi con dế 8.000 đồng"}, DoubtKind.FREE_WITH_AMOUNT),
        ({"value": 0, "description": "theo quy định của làng"}, DoubtKind.FREE_WITH_AMOUNT),
        ({"value": 135}, DoubtKind.THOUSANDS_LOST),
        ({"value": 8000.5}, DoubtKind.FEE_UNREADABLE),
        ({"value": None}, DoubtKind.FEE_UNREADABLE),
        ({"value": "10 USD"}, DoubtKind.FEE_CURRENCY),
        ({"value": 1e300}, DoubtKind.FEE_UNREADABLE),
    ],
)
def test_a_doubtful_fee_is_never_a_number(fee: rows.Row, kind: DoubtKind) -> None:
    found = with_fee(fee)
    assert rows.doubts(found) == [(kind, "fees")]
    assert found.ways[0].fees[0].amount is None


def test_free_is_doubtful_when_the_description_or_the_steps_take_money() -> None:
    free = {"value": 0}
    assert rows.doubts(read(executionMethods=[method(fees=[free], description="Nộp lệ phí khi nhận dế.")])) == [
        (DoubtKind.FREE_BUT_CHARGED, "fees")
    ]
    steps = [{"name": "Bước 1", "description": "Nộp phí nghe dế."}]
    assert rows.doubts(with_fee(free, executionSteps=steps)) == [(DoubtKind.FREE_BUT_CHARGED, "fees")]


def test_what_does_not_count_may_stand_beside_the_time() -> None:
    found = read(executionSteps=[], executionMethods=[method(description="Không tính thời gian dế lột xác.")])
    assert found.not_counted == ("Không tính thời gian dế lột xác.",)


@pytest.mark.parametrize(
    ("quantities", "counts"),
    [((1, 2), (1, 2)), ((True, None), (None, None)), (("1", 1.0), (None, None))],
)
def test_only_whole_numbers_are_counts(quantities: tuple[Any, Any], counts: tuple[int | None, int | None]) -> None:
    paper = {"name": "Tờ khai", "originalQty": quantities[0], "copyQty": quantities[1]}
    found = read(executionCases=[{"name": "", "profileComponents": [paper]}], cases=[])
    assert (found.cases[0].documents[0].originals, found.cases[0].documents[0].copies) == counts


def test_a_paper_without_a_name_is_left_out() -> None:
    nameless = [{"name": "", "profileComponents": [{"name": None}, {"name": "Tờ khai"}]}]
    assert [paper.name for paper in read(executionCases=nameless, cases=[]).cases[0].documents] == ["Tờ khai"]


def test_unknown_keys_do_not_matter_and_optional_ones_may_be_missing() -> None:
    assert read(newKey={"deep": [1]}) == read()
    needed = {key: value for key, value in rows.row("portal").items() if key in portal_detail.REQUIRED}
    found = portal_detail.read(needed, rows.DAY)
    assert (found.code, found.sources[0].as_of, found.sources[0].page) == ("9.400001", rows.DAY, None)


@pytest.mark.parametrize("key", portal_detail.REQUIRED)
def test_a_missing_key_is_named(key: str) -> None:
    with pytest.raises(KeyError, match=key):
        portal_detail.read(rows.without(rows.row("portal"), key), None)


def test_the_code_may_stand_under_its_notation() -> None:
    assert read(code=None).code == "9.400001"
    with pytest.raises(ValueError, match="no procedure code"):
        read(code="", codeNotation=None)


@pytest.mark.parametrize("updated", [None, 0, -5, "gestern", 9e15])
def test_a_day_that_is_none_gives_way_to_the_day_of_the_file(updated: object) -> None:
    assert portal_detail.read(rows.row("portal", updatedAt=updated), rows.DAY).sources[0].as_of == rows.DAY
