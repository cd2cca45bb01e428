"""Holds our own record against what the portal's crawl says: every fee, time limit and number of copies.

Each difference has a stable key, so that a reviewed list can say why it is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from rapidfuzz import fuzz, process

from knowledge.crawl import CrawlDocument, CrawlRecord, CrawlWay
from knowledge.normalise import fold
from knowledge.record import Channel, Document, Procedure, TimeUnit, Way

SAME_PAPER = 72  # rapidfuzz token_set_ratio of folded names, per cent; below it no row of the portal is this paper
NEARLY = 12  # papers whose names fit nearly as well as the best one count too: the portal splits and glues rows


@dataclass(frozen=True)
class Difference:
    """One fact on which record and portal do not agree. field: "fees/online", "time/direct", "copies/<name>"."""

    code: str
    field: str
    portal: str
    record: str

    @property
    def key(self) -> str:
        """Stable name of the difference."""
        return f"{self.code} {self.field}"


def differences(record: Procedure, portal: CrawlRecord) -> list[Difference]:
    """Everything in fees, time limits and copies on which the two do not agree."""
    found: list[Difference] = []
    for channel in Channel:
        rows = [way for way in portal.ways if way.channel is channel]
        ours = next((way for way in record.ways if way.channel is channel), None)
        if ours is None and not rows:
            continue
        if ours is None or not rows:
            found.append(
                Difference(record.code, f"way/{channel.value}", f"{len(rows)} rows", "there" if ours else "missing")
            )
            continue
        found += _fees(record.code, ours, rows, portal) + _times(record.code, ours, rows, portal)
    return found + _copies(record, portal)


def _fees(code: str, way: Way, rows: list[CrawlWay], portal: CrawlRecord) -> list[Difference]:
    fees = [fee for row in rows for fee in row.fees]
    said = {fee.amount for fee in fees}
    ours = {fee.amount for fee in way.fees}
    rates = any(fee.rate is not None for fee in way.fees)
    doubtful = any(fee.doubtful for fee in fees)
    extra = {amount for amount in ours - said if amount is None or not _money_in_text(amount, portal.text)}
    silent = not fees and ours == {None}
    same = fees and not doubtful and said <= ours and not extra
    if (silent or same) and not rates:
        return []
    portal_says = "; ".join(sorted({f"{fee.raw} ({fee.note[:80]})" for fee in fees})) or "nothing"
    return [Difference(code, f"fees/{way.channel.value}", portal_says, str(sorted(str(amount) for amount in ours)))]


def _times(code: str, way: Way, rows: list[CrawlWay], portal: CrawlRecord) -> list[Difference]:
    said = {(row.amount, row.unit) for row in rows if row.amount is not None}
    ours = {(limit.amount, limit.unit) for limit in way.time_limits}
    missing = {(amount, unit) for amount, unit in said if not _held(amount, unit, ours)}
    extra = {
        (amount, unit)
        for amount, unit in ours
        if amount is not None and not _said(amount, unit, said) and not _time_in_text(amount, portal.text)
    }
    if not missing and not extra:
        return []
    return [Difference(code, f"time/{way.channel.value}", _show(said), _show(ours))]


def _held(amount: Decimal, unit: TimeUnit, ours: set[tuple[Decimal | None, TimeUnit]]) -> bool:
    return any(amount == mine and unit in (own, TimeUnit.UNKNOWN) for mine, own in ours)


def _said(amount: Decimal, unit: TimeUnit, said: set[tuple[Decimal, TimeUnit]]) -> bool:
    return any(amount == theirs and their_unit in (unit, TimeUnit.UNKNOWN) for theirs, their_unit in said)


def _show(limits: Iterable[tuple[Decimal | None, TimeUnit]]) -> str:
    return "; ".join(sorted(f"{amount} {unit.value}" for amount, unit in limits))


def _time_in_text(amount: Decimal, text: str) -> bool:
    return bool(re.search(rf"(?<![\d.,])0?{amount}\s*(?:\([^)]*\)\s*)?(?:ngày|giờ|tháng|năm)", text, re.IGNORECASE))


def _money_in_text(amount: int, text: str) -> bool:
    if amount == 0:
        return "miễn" in text.lower()
    written = f"{amount:,}".replace(",", "[.,]?")
    return bool(re.search(rf"(?<![\d.,]){written}(?![.,]?\d)", text))


def _copies(record: Procedure, portal: CrawlRecord) -> list[Difference]:
    names = [fold(paper.name) for paper in portal.documents]
    found = []
    for case in record.cases:
        for paper in case.documents:
            matches = process.extract(
                fold(paper.name), names, scorer=fuzz.token_set_ratio, score_cutoff=SAME_PAPER, limit=None
            )
            if not matches:
                found.append(Difference(record.code, f"paper/{paper.name}", "no such paper", case.id))
                continue
            same = [portal.documents[index] for _, score, index in matches if score >= matches[0][1] - NEARLY]
            if not any(_same_copies(paper, theirs) for theirs in same):
                said = "; ".join(sorted({f"{theirs.originals} + {theirs.copies}" for theirs in same}))
                found.append(
                    Difference(
                        record.code,
                        f"copies/{paper.name}",
                        f"{said} ({same[0].name[:90]})",
                        f"{paper.originals} + {paper.copies}",
                    )
                )
    return found


def _same_copies(paper: Document, theirs: CrawlDocument) -> bool:
    return (paper.originals or 0, paper.copies or 0) == (theirs.originals or 0, theirs.copies or 0)
