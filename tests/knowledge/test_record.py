"""Records: what a record may hold and what is refused."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from knowledge.record import CODE_PATTERN, Fee, Law, Procedure, TimeLimit, TimeUnit, national_code
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
    assert record.sources[0].as_of.isoformat() == "2026-06-01"


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
        ({"steps": []}, ("steps",), "at least 1 item"),
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
        tiny.procedure(**changes)
    first = caught.value.errors()[0]
    assert first["loc"] == place
    assert reason in first["msg"]


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


def test_a_record_survives_its_json() -> None:
    record = tiny.procedure()
    assert Procedure.model_validate_json(record.model_dump_json(exclude_defaults=True)) == record
