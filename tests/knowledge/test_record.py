"""Records: what a record may hold and what is refused."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from knowledge.record import (
    CODE_PATTERN,
    Abolished,
    Doubt,
    DoubtKind,
    Fee,
    HandWritten,
    Law,
    Procedure,
    TimeLimit,
    TimeUnit,
    national_code,
)
from tests.knowledge import tiny


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.001193", "1.001193"),
        (" 1.001193\n", "1.001193"),
        ("1.001193.000.00.00", "1.001193"),
        ("1.001193.000.00.00.H41", "1.001193"),
        ("1.013978.H41", "1.013978"),
        ("1.00119", None),
        ("1.0011934", None),
        ("11.001193", None),
        ("1,001193", None),
        ("1.001193.H4", None),
        ("1.001193.000.00.01", None),
        ("1.00119３", None),
        ("mã 1.001193", None),
        ("", None),
    ],
)
def test_national_code(text: str, code: str | None) -> None:
    assert national_code(text) == code


@given(st.text() | st.from_regex(CODE_PATTERN) | st.from_regex(r"\d\.\d{6}.*"))
def test_national_code_of_any_text_is_a_code_or_none(text: str) -> None:
    code = national_code(text)
    assert code is None or (re.fullmatch(r"[0-9]\.[0-9]{6}", code) and text.strip().startswith(code))


def test_a_record_is_read() -> None:
    record = tiny.procedure()
    assert record.code == tiny.BIRTH
    assert record.ways[1].fees[0].amount == 8000
    assert record.sources[0].as_of == date(2026, 6, 1)


def test_a_record_does_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        tiny.procedure().code = "9.000009"


@pytest.mark.parametrize(
    ("changes", "place", "reason"),
    [
        ({"code": "1.00119"}, ("code",), "pattern"),
        ({"code": 1.001193}, ("code",), "valid string"),
        ({"name": "  "}, ("name",), "at least 1 character"),
        ({"short_name": "x" * 61}, ("short_name",), "at most 60"),
        ({"levels": ["district"]}, ("levels", 0), "commune"),
        ({"name": "x" * 401}, ("name",), "at most 400"),
        ({"agency": None}, ("agency",), "valid string"),
        *(
            ({part: []}, (part,), "at least 1 item")
            for part in ("levels", "where", "who", "cases", "ways", "steps", "result", "sources")
        ),
        ({"ways": [{"channel": "online", "fees": [{"name": "Phí", "raw": "?"}]}]}, ("ways",), "online: time_limits"),
        ({"ways": [{"channel": "postal", "time_limits": [{"unit": "at_once", "raw": "?"}]}]}, ("ways",), "postal: "),
        ({"province": "Nghệ An"}, ("province",), "pattern"),
        ({"fee": 1}, ("fee",), "not permitted"),
        ({"related": ["x"]}, ("related", 0), "pattern"),
        ({"related": [tiny.BIRTH]}, (), "not related to itself"),
        ({"legal_basis": [{"number": "sixty", "name": "Luật"}]}, ("legal_basis", 0, "number"), "pattern"),
        ({"sources": [{**tiny.SOURCE, "as_of": "2026-02-30"}]}, ("sources", 0, "as_of"), "date"),
        ({"sources": [{**tiny.SOURCE, "page": "http://example.org"}]}, ("sources", 0, "page"), "pattern"),
        ({"sources": [{"name": "Sổ", "as_of": "2026-06-01"}]}, (), "no source has a date on which it was checked"),
    ],
)
def test_a_bad_record_is_refused(changes: dict[str, Any], place: tuple[object, ...], reason: str) -> None:
    with pytest.raises(ValidationError) as caught:
        tiny.hand_written(**changes)
    first = caught.value.errors()[0]
    assert first["loc"] == place
    assert reason in first["msg"]


@pytest.mark.parametrize("part", ["agency", "where", "who", "cases", "ways", "steps", "result"])
def test_a_part_that_nobody_wrote_is_refused(part: str) -> None:
    row = tiny.record()
    del row[part]
    with pytest.raises(ValidationError, match=rf"{part}\n.*Field required"):
        HandWritten.model_validate(row)


def test_an_imported_record_may_leave_parts_empty() -> None:
    record = tiny.imported("1.001193", "x" * 1500, ways=[{"channel": "online"}])
    assert (record.agency, record.where, record.who, record.cases, record.steps) == (None, (), (), (), ())
    assert (record.ways[0].time_limits, record.ways[0].fees) == ((), ())
    assert (record.result, record.doubts, record.abolished) == ((), (), None)
    assert tiny.imported("1.001193", "Tên", sources=[{"name": "Tệp", "as_of": None}]).sources[0].as_of is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sources": []}, "at least 1 item"),
        ({"levels": []}, "at least 1 item"),
        ({"name": "x" * 1501}, "at most 1500"),
        ({"short_name": "x" * 61}, "at most 60"),
        ({"colour": "blue"}, "not permitted"),
        ({"sources": [{"name": "Tệp"}]}, "Field required"),  # no day must be said, not forgotten
        ({"doubts": [{"kind": "strange", "field": "steps", "raw": "?"}]}, "Input should be 'free_with_amount'"),
        ({"doubts": [{"kind": "sentence_broken", "field": "", "raw": "?"}]}, "at least 1 character"),
        ({"doubts": [{"kind": "sentence_broken", "field": "steps", "raw": "x" * 401}]}, "at most 400"),
        ({"abolished": {"replaced_by": ["x"]}}, "pattern"),
        ({"province": "H4"}, "pattern"),
    ],
)
def test_a_bad_imported_record_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        tiny.imported("1.001193", "Tên", **{"short_name": "Tên", **changes})


def test_the_heading_is_the_short_name_or_the_whole_where_that_was_cut() -> None:
    assert tiny.procedure().heading == "Đăng ký khai sinh"
    assert tiny.imported("1.001193", "Cấp phép", short_name="Phép").heading == "Phép"
    name = "Cấp phép nuôi ong lấy mật " * 4
    cut = tiny.imported("1.001193", name)
    assert cut.short_name.endswith("…")
    assert cut.heading == name.strip()


def test_doubts_are_found_by_the_part_that_they_concern() -> None:
    steps = Doubt(kind=DoubtKind.SENTENCE_BROKEN, field="steps", raw="nộp tại Trung")
    where = Doubt(kind=DoubtKind.STALE_DISTRICT, field="where", raw="UBND huyện")
    fees = Doubt(kind=DoubtKind.THOUSANDS_LOST, field="fees", raw="135 VNĐ")
    record = tiny.imported("1.001193", "Tên", doubts=[item.model_dump() for item in (steps, where, fees)])
    assert record.doubts_about("steps") == (steps,)
    assert record.doubts_about("agency", "where", "fees") == (where, fees)
    assert record.doubts_about("cases") == record.doubts_about() == ()


def test_an_abolished_procedure_says_what_takes_its_place() -> None:
    gone = {"decision": "7/QĐ-THU", "since": "2026-03-01", "replaced_by": ["1.000001", "1.000002"]}
    record = tiny.imported("1.001193", "Tên", abolished=gone)
    assert record.abolished == Abolished(
        decision="7/QĐ-THU", since=date(2026, 3, 1), replaced_by=("1.000001", "1.000002")
    )
    assert tiny.imported("1.001193", "Tên", abolished={}).abolished == Abolished()


def test_a_channel_that_stands_twice_is_refused() -> None:
    ways = tiny.record()["ways"]
    with pytest.raises(ValidationError, match="a channel stands twice"):
        tiny.procedure(ways=[ways[0], ways[0]])


def test_cases_with_the_same_id_are_refused() -> None:
    cases = tiny.record()["cases"]
    with pytest.raises(ValidationError, match="two cases have the same id"):
        tiny.procedure(cases=[cases[0], cases[0]])


@pytest.mark.parametrize("case_id", ["Thường", "a b", "", "x" * 41])
def test_the_id_of_a_case_fits_a_button(case_id: str) -> None:
    case = {**tiny.record()["cases"][0], "id": case_id}
    with pytest.raises(ValidationError, match="pattern"):
        tiny.procedure(cases=[case])


@given(st.integers(min_value=1, max_value=999))
def test_money_under_a_thousand_has_lost_its_thousands(amount: int) -> None:
    with pytest.raises(ValidationError, match=r"under 1\.000 đ has lost its thousands"):
        Fee(name="Phí", amount=amount, raw="?")


@pytest.mark.parametrize("amount", [None, 0, 1000, 1_000_000_000])
def test_money_that_may_stand(amount: int | None) -> None:
    assert Fee(name="Phí", amount=amount, raw="?").amount == amount


@pytest.mark.parametrize("amount", [-1000, 1_000_000_001, 1000.5])
def test_money_that_may_not_stand(amount: float) -> None:
    with pytest.raises(ValidationError):
        Fee.model_validate({"name": "Phí", "amount": amount, "raw": "?"})


def test_a_fee_has_an_amount_or_a_rate() -> None:
    assert Fee(name="Phí", rate=Decimal("0.5"), raw="?").rate == Decimal("0.5")
    with pytest.raises(ValidationError, match="an amount or a rate, not both"):
        Fee(name="Phí", amount=5000, rate=Decimal("0.5"), raw="?")


def test_at_once_takes_no_amount() -> None:
    assert TimeLimit(unit=TimeUnit.AT_ONCE, raw="ngay").amount is None
    with pytest.raises(ValidationError, match="at_once takes no amount"):
        TimeLimit(amount=Decimal(1), unit=TimeUnit.AT_ONCE, raw="ngay")


@pytest.mark.parametrize("number", ["60/2014/QH13", "123/2015/NĐ-CP", "05/2015/TTLT-BTP-BCA-BYT"])
def test_a_number_of_a_law(number: str) -> None:
    assert Law(number=number, name="Luật").number == number


@pytest.mark.parametrize("number", ["QH13", "60", "/2014/QH13", "60/2014/QH13 và sửa đổi"])
def test_no_number_of_a_law(number: str) -> None:
    with pytest.raises(ValidationError, match="pattern"):
        Law(number=number, name="Luật")


@pytest.mark.parametrize(
    "record",
    [
        tiny.procedure(),
        tiny.imported(
            "1.001193",
            "Tên",
            province="H17",
            abolished={"since": "2026-03-01"},
            doubts=[{"kind": "time_unreadable", "field": "time_limits", "raw": ""}],
            sources=[{"name": "Tệp", "as_of": None, "fields": ["name", "steps"]}],
        ),
    ],
)
def test_a_record_survives_its_json(record: Procedure) -> None:
    assert Procedure.model_validate_json(record.model_dump_json(exclude_defaults=True)) == record


def test_what_was_written_by_hand_survives_as_a_record() -> None:
    """A snapshot keeps both kinds alike."""
    written = tiny.hand_written()
    assert Procedure.model_validate_json(written.model_dump_json(exclude_defaults=True)) == tiny.procedure()
