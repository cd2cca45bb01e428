"""Reads the crawl "dvcqg" of the national portal (JSONL, also gzipped): Vietnamese keys, dirty cells.

Used to search a big catalogue and to hold our own records against the portal. A doubtful figure stays doubtful:
an amount under 1.000 đ has lost its thousands, "Miễn phí" beside a note that names money is not free.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from knowledge.errors import CatalogueFormat
from knowledge.record import Channel, Level, TimeUnit, national_code

CHANNELS = {"Trực tuyến": Channel.ONLINE, "Trực tiếp": Channel.DIRECT, "Dịch vụ bưu chính": Channel.POSTAL}
UNITS = {
    "Ngày làm việc": TimeUnit.WORKING_DAY,
    "Ngày": TimeUnit.DAY,
    "Giờ": TimeUnit.HOUR,
    "Tháng": TimeUnit.MONTH,
    None: TimeUnit.UNKNOWN,
}
LEVELS = {"Cấp xã": Level.COMMUNE, "Cấp tỉnh": Level.PROVINCE, "Cấp bộ": Level.MINISTRY, "Cơ quan khác": Level.OTHER}
_MONEY_IN_NOTE = re.compile(r"\d[\d.,]*\s*(?:đ\b|đồng|vnđ|vnd)|quy định|hội đồng nhân dân", re.IGNORECASE)


@dataclass(frozen=True)
class CrawlFee:
    """One line of the fee column. amount: đồng, None if unreadable or doubtful."""

    amount: int | None
    raw: str
    note: str

    @property
    def doubtful(self) -> bool:
        """Whether the amount may not be told as it stands."""
        return self.amount is None or (self.amount == 0 and bool(_MONEY_IN_NOTE.search(self.note)))


@dataclass(frozen=True)
class CrawlWay:
    """One row of the table of ways; a channel may have several rows."""

    channel: Channel
    amount: Decimal | None
    unit: TimeUnit
    fees: tuple[CrawlFee, ...]


@dataclass(frozen=True)
class CrawlDocument:
    """One row of the table of documents; None where the cell was unreadable."""

    name: str
    originals: int | None
    copies: int | None


@dataclass(frozen=True)
class CrawlRecord:
    """What the crawl says of one procedure. text: everything that it says, for looking up a number."""

    code: str
    name: str
    field: str
    levels: tuple[Level, ...]
    decision: str
    page: str
    ways: tuple[CrawlWay, ...]
    documents: tuple[CrawlDocument, ...]
    text: str


def read_crawl(path: Path) -> Iterator[CrawlRecord]:
    """The records of a crawl file, in its order.

    Raises CatalogueFormat, naming file and line, for a line that is no record of this format.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _record(line, f"{path}, line {number}")
    except (OSError, UnicodeDecodeError, EOFError, zlib.error) as error:
        raise CatalogueFormat(f"{path}: cannot be read ({error}).") from error


def _record(line: str, place: str) -> CrawlRecord:
    try:
        row = json.loads(line)
        code = national_code(row["ma"])
        if code is None:
            raise ValueError(f"ma: {row['ma']!r} is no procedure code")
        return CrawlRecord(
            code=code,
            name=row["ten"],
            field=row["linh_vuc"],
            levels=tuple(LEVELS[level] for level in row["cap"] if level in LEVELS),
            decision=row["so_quyet_dinh"],
            page=row["url"],
            ways=tuple(_way(way) for way in row["cach_thuc"] if way["hinh_thuc"] in CHANNELS),
            documents=tuple(
                CrawlDocument(paper["ten"], paper["ban_chinh"], paper["ban_sao"])
                for case in row["thanh_phan_ho_so"]
                for paper in case["giay_to"]
            ),
            text=line,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CatalogueFormat(f"{place}: {type(error).__name__} {error}.") from error


def _way(way: dict[str, Any]) -> CrawlWay:
    return CrawlWay(
        channel=CHANNELS[way["hinh_thuc"]],
        amount=_number(way["thoi_gian"]),
        unit=UNITS.get(way["don_vi"], TimeUnit.UNKNOWN),
        fees=tuple(_fee(fee) for fee in way["phi"]),
    )


def _number(text: str | None) -> Decimal | None:
    """A bare number; one with a comma ("120,000") is a cell that ran into the next, so it is none."""
    return Decimal(text) if text and re.fullmatch(r"\d+(?:\.\d+)?", text) else None


def _fee(fee: dict[str, str]) -> CrawlFee:
    raw, note = fee["muc"], fee["ghi_chu"] or ""
    if raw == "Miễn phí":
        return CrawlFee(0, raw, note)
    match = re.fullmatch(r"([\d,]+) (?:Việt Nam Đồng|VNĐ)", raw)
    amount = int(match.group(1).replace(",", "")) if match else None
    return CrawlFee(amount if amount is not None and amount >= 1000 else None, raw, note)
