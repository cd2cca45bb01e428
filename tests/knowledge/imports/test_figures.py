"""Figures from the cells of a portal: read, or doubted, never guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import words
from knowledge.imports import figures
from knowledge.record import Certainty, DoubtKind, TimeUnit


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("8.000 đồng", 8000),
        ("8,000 VNĐ", 8000),
        ("8 000 đ", 8000),
        ("1000 vnd", 1000),
        ("25.000", 25_000),
        ("1,250,000 Việt Nam Đồng", 1_250_000),
        (" 600.000 ĐỒNG ", 600_000),
        ("1.000.000.000 đồng", 1_000_000_000),
    ],
)
def test_an_amount_is_read_in_every_spelling(cell: str, amount: int) -> None:
    found = figures.read_fee(cell)
    assert (found.fee.amount, found.fee.certainty, found.doubt) == (amount, Certainty.SURE, None)


@given(st.integers(1000, 10**9), st.sampled_from(".,"), st.sampled_from(["", " đồng", "đ", " VNĐ"]))
def test_what_was_written_with_separators_is_read_back(amount: int, separator: str, unit: str) -> None:
    assert figures.read_fee(f"{amount:,}".replace(",", separator) + unit).fee.amount == amount


@pytest.mark.parametrize("cell", ["Miễn phí", "MIỄN PHÍ.", "Không", "không có", "Không thu phí", "0", "0 đồng"])
def test_free_is_free(cell: str) -> None:
    found = figures.read_fee(cell)
    assert (found.fee.amount, found.doubt) == (0, None)
    assert words.fee(found.fee) == "Phí, lệ phí: miễn phí"


@pytest.mark.parametrize(
    ("cell", "doubt"),
    [
        ("135 VNĐ", DoubtKind.THOUSANDS_LOST),
        ("25 VNĐ", DoubtKind.THOUSANDS_LOST),
        ("999 đồng", DoubtKind.THOUSANDS_LOST),
        ("1", DoubtKind.THOUSANDS_LOST),
        ("10 USD", DoubtKind.FEE_CURRENCY),
        ("7 đô la Mỹ", DoubtKind.FEE_CURRENCY),
        ("20 euro", DoubtKind.FEE_CURRENCY),
        ("", DoubtKind.FEE_UNREADABLE),
        ("1100,000", DoubtKind.FEE_UNREADABLE),
        ("8.000,000 đồng", DoubtKind.FEE_UNREADABLE),
        ("80.00 đồng", DoubtKind.FEE_UNREADABLE),
        ("-8.000 đồng", DoubtKind.FEE_UNREADABLE),
        ("8.000 đồng/lần", DoubtKind.FEE_UNREADABLE),
        ("từ 8.000 đến 9.000 đồng", DoubtKind.FEE_UNREADABLE),
        ("theo biểu phí của tỉnh", DoubtKind.FEE_UNREADABLE),
        ("1.000.001.000 đồng", DoubtKind.FEE_UNREADABLE),
        pytest.param("9" * 5000, DoubtKind.FEE_UNREADABLE, id="a long number"),
    ],
)
def test_a_doubtful_fee_is_never_a_number(cell: str, doubt: DoubtKind) -> None:
    found = figures.read_fee(cell, "mỗi lần")
    assert found.doubt is doubt
    assert (found.fee.amount, found.fee.rate, found.fee.certainty) == (None, None, Certainty.DOUBTFUL)
    assert words.ASK_AGAIN in words.fee(found.fee)


def test_a_doubtful_fee_keeps_what_stood_there() -> None:
    assert figures.read_fee("135 VNĐ", "cấp thẻ: 135.000 đồng").fee.raw == "135 VNĐ (cấp thẻ: 135.000 đồng)"
    assert figures.read_fee("", "").fee.raw == "(trống)"
    assert len(figures.read_fee("x " * 1000).fee.raw) <= 400


@pytest.mark.parametrize(
    "note",
    [
        "mỗi loại 8.000.000/lần",
        "8000/lần",
        "5000đ",
        "30 đồng một trang",
        "50 nghìn đồng",
        "50 ngàn",
        "2 triệu một con",
        "10 USD",
        "bằng 50 % mức cũ",
        "theo quy định của tỉnh",
        "do Hội đồng nhân dân quyết định",
        "NQ của HĐND",
        "xem Thông tư về diều",
        "người chơi phải trả tiền dây",
    ],
)
def test_free_beside_a_note_that_names_money_is_doubtful(note: str) -> None:
    found = figures.read_fee("Miễn phí", note)
    assert found.doubt is DoubtKind.FREE_WITH_AMOUNT
    assert found.fee.amount is None
    assert note in found.fee.raw


@pytest.mark.parametrize(
    "note",
    ["Không có", "người trên 60 tuổi", "trẻ dưới 6 đến 8 tuổi", "đến hết năm 2026", "tới 31/12/2026", "không phải nộp"],
)
def test_free_beside_another_note_is_free_on_that_condition(note: str) -> None:
    found = figures.read_fee("Miễn phí", note)
    assert (found.fee.amount, found.fee.when, found.doubt) == (0, note, None)


@pytest.mark.parametrize(
    "elsewhere", ["Bước 2: nộp hồ sơ và lệ phí", "Mức phí thả diều như sau", "thu lệ phí tại quầy", "nộp 20.000 đồng"]
)
def test_free_while_the_steps_say_that_one_pays_is_doubtful(elsewhere: str) -> None:
    found = figures.read_fee("Miễn phí", elsewhere=elsewhere)
    assert (found.doubt, found.fee.amount) == (DoubtKind.FREE_BUT_CHARGED, None)
    assert figures.read_fee("8.000 đồng", elsewhere=elsewhere).fee.amount == 8000


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_any_cells_give_a_fee_that_can_be_told(raw: str, note: str, elsewhere: str) -> None:
    found = figures.read_fee(raw, note, elsewhere=elsewhere)
    sure = found.fee.certainty is Certainty.SURE
    assert sure is (found.doubt is None)
    assert sure is (found.fee.amount is not None)


def test_free_without_a_condition_is_not_believed_beside_an_amount() -> None:
    free, paid = figures.settle_fees([figures.read_fee("Miễn phí"), figures.read_fee("9.000 đồng")])
    assert (free.doubt, free.fee.amount) == (DoubtKind.FREE_WITH_AMOUNT, None)
    assert (paid.doubt, paid.fee.amount) == (None, 9000)


def test_free_is_not_believed_beside_a_doubtful_fee_either() -> None:
    free, lost = figures.settle_fees([figures.read_fee("Miễn phí"), figures.read_fee("90 VNĐ")])
    assert (free.doubt, lost.doubt) == (DoubtKind.FREE_WITH_AMOUNT, DoubtKind.THOUSANDS_LOST)


def test_free_for_some_beside_an_amount_for_others_stays() -> None:
    read = [figures.read_fee("Miễn phí", "trẻ em"), figures.read_fee("9.000 đồng")]
    assert figures.settle_fees(read) == read


def test_the_same_fee_stands_once() -> None:
    fee = figures.read_fee("Miễn phí")
    assert figures.settle_fees([fee, fee, fee]) == [fee]


@pytest.mark.parametrize(
    ("amount", "unit", "number", "known"),
    [
        ("3", "Ngày làm việc", "3", TimeUnit.WORKING_DAY),
        ("03", "WORKING_DAY", "3", TimeUnit.WORKING_DAY),
        ("20", "Ngày", "20", TimeUnit.DAY),
        ("0.5", "ngày", "0.5", TimeUnit.DAY),
        ("1,5", "Tháng", "1.5", TimeUnit.MONTH),
        ("8", "Giờ làm việc", "8", TimeUnit.HOUR),
        ("2", "Năm", "2", TimeUnit.YEAR),
        ("03 Ngày làm việc", None, "3", TimeUnit.WORKING_DAY),
        ("Không quá 10 (mười) ngày.", None, "10", TimeUnit.DAY),
        ("trong thời hạn 24 giờ", None, "24", TimeUnit.HOUR),
        ("05 ngày", "Ngày", "5", TimeUnit.DAY),
    ],
)
def test_a_time_limit_is_read(amount: str, unit: str | None, number: str, known: TimeUnit) -> None:
    found = figures.read_time(amount, unit, "từ khi đủ giấy")
    assert (found.limit.amount, found.limit.unit, found.doubt) == (Decimal(number), known, None)
    assert found.limit.when == "từ khi đủ giấy"


@pytest.mark.parametrize(("amount", "unit"), [("1", None), ("45", ""), ("3", "Tuần trăng"), ("7", "OTHER")])
def test_a_bare_number_is_a_doubt_with_its_words(amount: str, unit: str | None) -> None:
    found = figures.read_time(amount, unit, "tùy việc")
    assert (found.doubt, found.limit.certainty) == (DoubtKind.TIME_UNIT_MISSING, Certainty.DOUBTFUL)
    assert (found.limit.amount, found.limit.unit) == (Decimal(amount), TimeUnit.UNKNOWN)
    assert words.time_limit(found.limit).startswith(f"nguồn ghi “{found.limit.raw}”, {words.ASK_AGAIN}")
    assert "(tùy việc)" in found.limit.raw


@pytest.mark.parametrize(
    ("amount", "unit"),
    [
        ("1100,000", None),
        ("1100,000", "Ngày"),
        ("3-5 ngày", None),
        ("", "Ngày"),
        ("tùy trường hợp", None),
        ("0", None),
        ("-4", "Ngày"),
        ("400", "Ngày làm việc"),
        ("5 giờ", "Ngày"),
        pytest.param("0" * 100_000 + "x", "Ngày", id="a long number"),
    ],
)
def test_an_unreadable_time_has_no_number(amount: str, unit: str | None) -> None:
    found = figures.read_time(amount, unit)
    assert (found.doubt, found.limit.certainty) == (DoubtKind.TIME_UNREADABLE, Certainty.DOUBTFUL)
    assert (found.limit.amount, found.limit.unit) == (None, TimeUnit.UNKNOWN)


@pytest.mark.parametrize(("amount", "unit"), [("Giải quyết ngay", None), ("Ngay khi nhận giấy", None), ("0", "Ngày")])
def test_at_once(amount: str, unit: str | None) -> None:
    found = figures.read_time(amount, unit)
    assert (found.limit.unit, found.doubt) == (TimeUnit.AT_ONCE, None)
    assert words.time_limit(found.limit) == "giải quyết ngay"


@given(st.text(max_size=40), st.none() | st.sampled_from(["Ngày", "HOUR", "", "lúa"]) | st.text(max_size=9), st.text())
def test_any_cells_give_a_time_limit_and_a_sure_one_has_a_unit(amount: str, unit: str | None, note: str) -> None:
    found = figures.read_time(amount, unit, note)
    assert (found.limit.certainty is Certainty.SURE) is (found.doubt is None)
    assert (found.limit.unit is TimeUnit.UNKNOWN) is (found.doubt is not None)


@pytest.mark.parametrize(
    ("originals", "copies", "expected"),
    [(1, 0, (1, None)), (0, 2, (None, 2)), (None, None, (None, None)), (5, 5, (5, 5))],
)
def test_a_paper_and_its_copies(originals: int | None, copies: int | None, expected: tuple[int | None, ...]) -> None:
    document, doubt = figures.read_document("- Đơn xin;", originals, copies, form="M1")
    assert doubt is None
    assert document is not None
    assert (document.name, document.form, document.originals, document.copies) == ("Đơn xin", "M1", *expected)


@pytest.mark.parametrize(
    ("originals", "copies", "sure"), [(20251, 0, True), (0, 6, True), (-1, None, True), (1, 1, False)]
)
def test_a_doubtful_count_of_copies_is_not_told(originals: int, copies: int | None, sure: bool) -> None:
    document, doubt = figures.read_document("Đơn ngày 5/5/2025", originals, copies, sure=sure)
    assert document is not None
    assert words.copies(document) is None
    assert doubt is not None
    assert (doubt.kind, doubt.field) == (DoubtKind.COPIES_AMBIGUOUS, "cases")
    assert "Đơn ngày 5/5/2025" in doubt.raw


@pytest.mark.parametrize("name", ["", "  \n", " - •;"])
def test_a_paper_without_a_name_is_none(name: str) -> None:
    assert figures.read_document(name, 1, 1) == (None, None)


@pytest.mark.parametrize(
    ("cell", "counts"),
    [
        ("Bản chính: 1\nBản sao: 0", (1, 0)),
        ("bản gốc : 2, bản sao : 13", (2, 13)),
        ("Bản chính: 202512\nBản sao: 0", (None, None)),
        ("Bản chính: hai", (None, None)),
        ("", (None, None)),
    ],
)
def test_counts_in_words(cell: str, counts: tuple[int | None, int | None]) -> None:
    assert figures.read_counts(cell) == counts


@given(st.text(), st.integers(2, 50))
def test_a_shortened_text_is_short_and_says_that_it_was_cut(text: str, length: int) -> None:
    whole, cut = " ".join(text.split()), figures.shorten(text, length)
    assert len(cut) <= length
    assert cut == whole or cut.endswith("…")
