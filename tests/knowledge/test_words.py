"""Facts in plain words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import words
from knowledge.record import Channel, Document, Doubt, DoubtKind, Fee, Source, TimeLimit, TimeUnit
from knowledge.tongue import Language, speaking


@pytest.mark.parametrize(
    ("amount", "said"), [(0, "0 đồng"), (8000, "8.000 đồng"), (135000, "135.000 đồng"), (1_500_000, "1.500.000 đồng")]
)
def test_money(amount: int, said: str) -> None:
    assert words.money(amount) == said


@given(st.integers(0, 10**9))
def test_money_can_be_read_back(amount: int) -> None:
    assert int(words.money(amount).removesuffix(" đồng").replace(".", "")) == amount


@pytest.mark.parametrize(
    ("value", "said"), [("0.50", "0,5"), ("10", "10"), ("100.0", "100"), ("0", "0"), ("1.25", "1,25")]
)
def test_number(value: str, said: str) -> None:
    assert words.number(Decimal(value)) == said


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"amount": 0}, "Phí: miễn phí"),
        ({"amount": 8000}, "Phí: 8.000 đồng"),
        ({"amount": 8000, "per": "bản"}, "Phí: 8.000 đồng/bản"),
        ({"rate": "0.5", "per": "giá trị nhà"}, "Phí: 0,5 % giá trị nhà"),
        ({}, "Phí: nguồn không ghi số tiền, cần hỏi lại cơ quan tiếp nhận"),
        ({"amount": 8000, "when": "nộp muộn"}, "Phí: 8.000 đồng (nộp muộn)"),
        (
            {"amount": 8000, "reduced_for": ["hộ nghèo", "trẻ em"]},
            "Phí: 8.000 đồng. Giảm, miễn: hộ nghèo; trẻ em",
        ),
        (
            {"certainty": "doubtful", "raw": "135 VNĐ"},
            "Phí: nguồn ghi “135 VNĐ”, cần hỏi lại cơ quan tiếp nhận",
        ),
    ],
)
def test_fee(fields: dict[str, Any], said: str) -> None:
    assert words.fee(Fee.model_validate({"name": "Phí", "raw": "?", **fields})) == said


def test_a_doubtful_amount_is_not_told_as_one() -> None:
    said = words.fee(Fee.model_validate({"name": "Phí", "amount": 0, "certainty": "doubtful", "raw": "Không thu"}))
    assert "miễn phí" not in said
    assert "“Không thu”" in said


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"amount": 3, "unit": "working_day"}, "3 ngày làm việc"),
        ({"amount": "1.5", "unit": "hour"}, "1,5 giờ"),
        ({"amount": 2, "unit": "month", "when": "việc khó"}, "2 tháng (việc khó)"),
        ({"unit": "at_once"}, "giải quyết ngay"),
        ({"unit": "day"}, "nguồn không ghi thời hạn, cần hỏi lại cơ quan tiếp nhận"),
        (
            {"amount": 5, "unit": "unknown"},
            "nguồn ghi “5” mà không ghi đơn vị, cần hỏi lại cơ quan tiếp nhận",
        ),
        (
            {"amount": 5, "unit": "day", "certainty": "doubtful", "raw": "5 hoặc 8"},
            "nguồn ghi “5 hoặc 8”, cần hỏi lại cơ quan tiếp nhận",
        ),
    ],
)
def test_time_limit(fields: dict[str, Any], said: str) -> None:
    assert words.time_limit(TimeLimit.model_validate({"raw": "?", **fields})) == said


def test_every_unit_and_channel_has_its_words() -> None:
    assert set(words.UNITS) == set(TimeUnit) - {TimeUnit.AT_ONCE, TimeUnit.UNKNOWN}
    assert set(words.CHANNELS) == set(Channel)


@pytest.mark.parametrize(
    ("originals", "copies", "said"),
    [
        (1, None, "1 bản chính"),
        (None, 2, "2 bản sao"),
        (1, 2, "1 bản chính và 2 bản sao"),
        (0, 0, None),
        (None, None, None),
    ],
)
def test_copies(originals: int | None, copies: int | None, said: str | None) -> None:
    assert words.copies(Document(name="Tờ khai", originals=originals, copies=copies)) == said


def test_the_note_of_a_document() -> None:
    document = Document(name="Thẻ", to_show=True, needed_when="khi đi thay", held_by_database="dữ liệu dân cư")
    assert words.document_note(document) == (
        "chỉ xuất trình; khi đi thay; có thể không phải nộp nếu tra được ở dữ liệu dân cư"
    )
    assert words.document_note(Document(name="Thẻ")) is None


def test_sources() -> None:
    old = Source(name="Sổ", as_of=date(2025, 3, 9))
    new = Source(name="Cổng", decision="12/QĐ-THU", as_of=date(2026, 11, 1))
    assert words.sources([old, new]) == (
        "Nguồn: Sổ, dữ liệu tháng 3/2025; Quyết định 12/QĐ-THU, Cổng, dữ liệu tháng 11/2026."
    )


def test_a_source_without_a_day_says_so() -> None:
    undated = Source(name="Tệp của tỉnh", decision="7/QĐ-THU", as_of=None)
    assert words.sources([undated]) == "Nguồn: Quyết định 7/QĐ-THU, Tệp của tỉnh, không rõ ngày của dữ liệu."


def doubt(kind: DoubtKind, raw: str = "?", field: str = "steps") -> Doubt:
    return Doubt(kind=kind, field=field, raw=raw)


@pytest.mark.parametrize("kind", list(words.DOUBTS))
def test_a_doubt_is_told_with_the_advice_to_ask(kind: DoubtKind) -> None:
    (line,) = words.doubts([doubt(kind)])
    assert line == f"⚠ {words.DOUBTS[kind]}, cần hỏi lại cơ quan tiếp nhận."


def test_a_doubt_of_a_kind_is_told_once() -> None:
    stale = [doubt(DoubtKind.STALE_DISTRICT, raw, field) for raw, field in (("UBND huyện", "where"), ("quận", "steps"))]
    found = words.doubts([*stale, doubt(DoubtKind.SENTENCE_BROKEN), stale[0]])
    assert len(found) == 2
    assert "cấp huyện" in found[0]
    assert "thứ tự" in found[1]
    assert words.doubts([]) == []


def test_what_fees_and_time_limits_tell_themselves_is_not_told_twice() -> None:
    """Their doubts stand in the sentence of the fee or the limit, as the raw words of the source."""
    themselves = set(DoubtKind) - set(words.DOUBTS)
    assert {kind.value.partition("_")[0] for kind in themselves} == {"free", "thousands", "fee", "time"}
    assert words.doubts(map(doubt, themselves)) == []


# --- in English


def test_figures_are_written_as_english_speakers_do() -> None:
    with speaking(Language.ENGLISH):
        assert [words.money(amount) for amount in (0, 8000, 1_500_000)] == ["0 VND", "8,000 VND", "1,500,000 VND"]
        assert [words.number(Decimal(value)) for value in ("0.50", "10", "1.25")] == ["0.5", "10", "1.25"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"amount": 0}, "Fee: free"),
        ({"amount": 8000, "per": "copy", "when": "late"}, "Fee: 8,000 VND/copy (late)"),
        ({"rate": "0.5", "per": "of the value"}, "Fee: 0.5 % of the value"),
        ({}, "Fee: the source names no amount, please ask the receiving office"),
        ({"amount": 8000, "reduced_for": ["the poor"]}, "Fee: 8,000 VND. Less or nothing to pay: the poor"),
        (
            {"certainty": "doubtful", "raw": "135 VNĐ"},
            "Fee: the source says “135 VNĐ”, please ask the receiving office",
        ),
    ],
)
def test_a_fee_in_english(fields: dict[str, Any], said: str) -> None:
    with speaking(Language.ENGLISH):
        assert words.fee(Fee.model_validate({"name": "Fee", "raw": "?", **fields})) == said


def test_times_papers_and_sources_in_english() -> None:
    with speaking(Language.ENGLISH):
        assert words.time_limit(TimeLimit.model_validate({"amount": 3, "unit": "working_day", "raw": "?"})) == (
            "3 working day(s)"
        )
        assert words.time_limit(TimeLimit.model_validate({"unit": "at_once", "raw": "?"})) == "at once"
        assert words.copies(Document(name="Form", originals=1, copies=2)) == "1 original(s) and 2 copy(ies)"
        assert words.document_note(Document(name="Card", to_show=True)) == "only shown"
        assert [words.channel(channel) for channel in Channel] == ["Online", "In person", "By post"]
        source = Source(name="Cổng", decision="12/QĐ-THU", as_of=date(2026, 11, 1))
        assert words.sources([source]) == "Source: Decision 12/QĐ-THU, Cổng, data of 11/2026."
        (line,) = words.doubts([doubt(DoubtKind.STALE_DISTRICT)])
        assert (
            line == "⚠ The source still names district offices, abolished on 1/7/2025, please ask the receiving office."
        )
