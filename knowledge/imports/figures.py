"""Fees, time limits and numbers of copies from the cells of a portal: a figure, or a doubt with what stood there.

The hazards were measured in crawls of the national portal: "Miễn phí" beside a note that names money, amounts that
lost their thousands ("135 VNĐ" for 135.000 đ), time limits without a unit, cells that ran into each other ("1100,000").
A doubtful figure is never a number in the record: the raw words are kept, and the citizen hears those.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from knowledge.normalise import fold
from knowledge.record import Certainty, Document, Doubt, DoubtKind, Fee, TimeLimit, TimeUnit

MOST_DONG = 1_000_000_000
LEAST_DONG = 1_000
LONGEST = {
    TimeUnit.HOUR: 1000,
    TimeUnit.WORKING_DAY: 365,
    TimeUnit.DAY: 730,
    TimeUnit.MONTH: 60,
    TimeUnit.YEAR: 20,
    TimeUnit.UNKNOWN: 365,
}
MOST_COPIES = 20
UNITS = {
    "ngay lam viec": TimeUnit.WORKING_DAY,
    "working_day": TimeUnit.WORKING_DAY,
    "ngay": TimeUnit.DAY,
    "day": TimeUnit.DAY,
    "gio": TimeUnit.HOUR,
    "gio lam viec": TimeUnit.HOUR,
    "hour": TimeUnit.HOUR,
    "thang": TimeUnit.MONTH,
    "month": TimeUnit.MONTH,
    "nam": TimeUnit.YEAR,
    "year": TimeUnit.YEAR,
}
FREE = {"mien phi", "khong", "khong co", "khong thu phi", "khong thu", "khong dong", "0", "0 dong", "o dong"}
_DONG = re.compile(r"^(\d{1,3}([.,\s])\d{3}(?:\2\d{3})*|\d+)\s*(?:việt nam đồng|vnđ|vnd|đồng|đ)?$", re.IGNORECASE)
_CURRENCY = re.compile(r"\b(?:usd|euro?|đô la)\b", re.IGNORECASE)
_MONEY_NAMED = re.compile(
    r"\d{1,3}(?:[.,]\d{3})+|(?<!\d)\d+\s*(?:đ\b|đồng|vnđ|vnd|usd|%|nghìn|ngàn|triệu|tỷ|tỉ\b)|(?<![\d/.-])(?<!năm )\d{4}"
    r"|quy định|hội đồng nhân dân|hđnd|thông tư|nghị quyết|biểu phí|(?<!không )phải (?:nộp|trả)",
    re.IGNORECASE,
)
_CHARGED = re.compile(
    r"nộp\s+(?:\w+\s+){0,3}(?:phí|lệ phí)|(?:mức|thu)\s+(?:phí|lệ phí)|\d{1,3}[.,]000\s*(?:đ\b|đồng)", re.IGNORECASE
)
_TIME = re.compile(
    r"^(?:không quá|tối đa|trong|trong thời hạn)?\s*0*(\d+(?:[.,]\d)?)\s*(?:\([^)]*\)\s*)?"
    r"(ngày làm việc|ngày|giờ làm việc|giờ|tháng|năm)?\b[\s.;]*$",
    re.IGNORECASE,
)
_AT_ONCE = re.compile(r"^\W*(?:giải quyết ngay|ngay khi|ngay sau khi)", re.IGNORECASE)
_COUNT = re.compile(r"(?:bản chính|bản gốc)\s*:\s*(\d+)[\s,;]*(?:bản sao)\s*:\s*(\d+)", re.IGNORECASE)
_RAW = 400


@dataclass(frozen=True)
class ReadFee:
    """A fee as far as it could be read, with the doubt about it."""

    fee: Fee
    doubt: DoubtKind | None = None


@dataclass(frozen=True)
class ReadTime:
    """A time limit as far as it could be read, with the doubt about it."""

    limit: TimeLimit
    doubt: DoubtKind | None = None


def shorten(text: str, length: int = _RAW) -> str:
    """The text with its white space single, cut at a word to at most `length` characters."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def read_fee(raw: str, note: str = "", *, name: str = "Phí, lệ phí", elsewhere: str = "") -> ReadFee:
    """A fee from its cell.

    raw: the amount as written; note: what stands beside it; elsewhere: the way's description and the steps, which may
    say that something is charged although the cell says "Miễn phí".
    """
    said = shorten(f"{raw} ({note})" if note.strip() else raw) or "(trống)"
    kind = _fee_doubt(raw, note, elsewhere)
    if kind:
        # Beside a note that names money, the word "free" is what is wrong: nobody is to hear it.
        raw = shorten(note) if kind is DoubtKind.FREE_WITH_AMOUNT else said
        return ReadFee(Fee(name=name, certainty=Certainty.DOUBTFUL, raw=raw), kind)
    amount = 0 if _is_free(raw) else _amount(raw)
    return ReadFee(Fee(name=name, amount=amount, when=shorten(note, 300) or None, raw=said))


def _is_free(raw: str) -> bool:
    return fold(raw).strip(" .:") in FREE


def _amount(raw: str) -> int | None:
    """The đồng of a cell that holds nothing but an amount."""
    match = _DONG.match(raw.strip())
    digits = re.sub(r"[.,\s]", "", match.group(1)) if match else ""
    return int(digits) if digits and len(digits) < 16 else None


def _fee_doubt(raw: str, note: str, elsewhere: str) -> DoubtKind | None:
    if _is_free(raw):
        if _MONEY_NAMED.search(note):
            return DoubtKind.FREE_WITH_AMOUNT
        return DoubtKind.FREE_BUT_CHARGED if _CHARGED.search(elsewhere) else None
    if _CURRENCY.search(raw):
        return DoubtKind.FEE_CURRENCY
    amount = _amount(raw)
    if amount is None or amount > MOST_DONG:
        return DoubtKind.FEE_UNREADABLE
    return DoubtKind.THOUSANDS_LOST if amount < LEAST_DONG else None


def settle_fees(read: list[ReadFee]) -> list[ReadFee]:
    """The fees of one way, once each. "Miễn phí" without a word why, beside an amount, is a contradiction."""
    charged = any(item.fee.amount or item.doubt for item in read)
    return list(dict.fromkeys(_contradicted(item) if charged else item for item in read))


def _contradicted(item: ReadFee) -> ReadFee:
    """A fee beside others: free without a condition is not believed."""
    if item.doubt or item.fee.amount != 0 or item.fee.when:
        return item
    fee = item.fee.model_copy(update={"amount": None, "certainty": Certainty.DOUBTFUL})
    return ReadFee(fee, DoubtKind.FREE_WITH_AMOUNT)


def read_time(amount: str, unit: str | None, note: str = "") -> ReadTime:
    """A time limit from its cells: a bare number and its unit, or a phrase ("03 Ngày làm việc") without one."""
    said = shorten(" ".join(part for part in (amount, unit or "", f"({note})" if note.strip() else "") if part.strip()))
    said = said or "(trống)"
    when = shorten(note, 300) or None
    if _AT_ONCE.match(amount):
        return ReadTime(TimeLimit(unit=TimeUnit.AT_ONCE, when=when, raw=said))
    match = _TIME.match(" ".join(amount.split())) if len(amount) < _RAW else None
    number = Decimal(match.group(1).replace(",", ".")) if match and len(match.group(1)) < 8 else None
    written = match.group(2) if match else None
    known = UNITS.get(fold(unit or written or ""), TimeUnit.UNKNOWN)
    torn = bool(unit and written) and UNITS.get(fold(written or "")) is not known
    if number is None or torn or number > LONGEST[known] or (number == 0 and known is TimeUnit.UNKNOWN):
        return ReadTime(
            TimeLimit(unit=TimeUnit.UNKNOWN, certainty=Certainty.DOUBTFUL, raw=said), DoubtKind.TIME_UNREADABLE
        )
    if known is TimeUnit.UNKNOWN:
        return ReadTime(
            TimeLimit(amount=number, unit=known, certainty=Certainty.DOUBTFUL, raw=said), DoubtKind.TIME_UNIT_MISSING
        )
    if number == 0:
        return ReadTime(TimeLimit(unit=TimeUnit.AT_ONCE, when=when, raw=said))
    return ReadTime(TimeLimit(amount=number, unit=known, when=when, raw=said))


def read_document(
    name: str, originals: int | None, copies: int | None, *, form: str | None = None, sure: bool = True
) -> tuple[Document | None, Doubt | None]:
    """A paper and the doubt about its count.

    sure: False where the source itself marks the count as unclear (a name that ends in a number ran into it).
    """
    text = shorten(name.strip(" \t\n-–•+*;."), 700)
    if not text:
        return None, None
    counts = [originals, copies]
    said = f"{shorten(name[-120:])} | {originals} bản chính, {copies} bản sao"
    readable = all(count is None or 0 <= count <= MOST_COPIES for count in counts)
    if sure and readable and not any(count and count > 5 for count in counts):
        return Document(name=text, form=form, originals=originals or None, copies=copies or None), None
    doubt = Doubt(kind=DoubtKind.COPIES_AMBIGUOUS, field="cases", raw=shorten(said))
    return Document(name=text, form=form, raw=shorten(said)), doubt


def read_counts(text: str) -> tuple[int | None, int | None]:
    """Originals and copies from "Bản chính: 1 Bản sao: 0"; None where that is not said."""
    match = _COUNT.search(text)
    if not match or max(len(match.group(1)), len(match.group(2))) > 4:
        return None, None
    return int(match.group(1)), int(match.group(2))
