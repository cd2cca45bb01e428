"""Several records of one procedure become one: field by field, the better source first.

The order: what a person wrote by hand, then this province's own variant, then the spreadsheet of an official, the
portal, the exchange format, the crawls; of equals the newer. Fields are taken whole (all ways of submission from one
source, never a fee from here and a time limit from there). Variants of other provinces stay variants.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from knowledge.imports.store import Kept
from knowledge.record import Doubt, Procedure, Source

ORDER = ("spreadsheet", "portal", "exchange", "dvcqg", "bqp", "danang")
FIELDS = (
    "agency",
    "where",
    "who",
    "cases",
    "ways",
    "not_counted",
    "steps",
    "conditions",
    "result",
    "legal_basis",
    "notes",
    "abolished",
)
_PART_OF = {"fees": "ways", "time_limits": "ways"}


@dataclass(frozen=True)
class Merged:
    """A procedure as it is told, and the variants of other provinces."""

    record: Procedure
    variants: tuple[Procedure, ...] = ()


def merge_all(
    written: Mapping[str, Procedure], imported: Iterable[tuple[str, list[Kept]]], province: str
) -> Iterator[Merged]:
    """Every procedure once. A code that only another province has is no procedure here and is left out."""
    ours: dict[str, list[Kept]] = {}
    for code, kept in imported:
        if code in written:
            ours[code] = kept
        elif ranked := _ranked(kept, province):
            yield merge(ranked, _variants(kept, province))
    for code, record in written.items():
        kept = ours.get(code, [])
        yield merge([record, *_ranked(kept, province)], _variants(kept, province))


def merge(ranked: list[Procedure], variants: tuple[Procedure, ...] = ()) -> Merged:
    """One record from several of the same code, the best first; each field from the first that has it."""
    base = ranked[0]
    taken: dict[str, Procedure] = {}
    for field in FIELDS:
        giver = next((record for record in ranked if getattr(record, field)), None)
        if giver is not None and giver is not base:
            taken[field] = giver
    if not taken:
        return Merged(base, variants)
    changes: dict[str, object] = {field: getattr(giver, field) for field, giver in taken.items()}
    changes["doubts"] = (*_doubts(base, taken), *_added_doubts(taken))
    changes["sources"] = (*_own_sources(base, taken), *_added_sources(taken))
    return Merged(base.model_copy(update=changes), variants)


def _ranked(kept: Iterable[Kept], province: str) -> list[Procedure]:
    """What counts here: this province's own variants and the national records, the best first."""
    ours = [item for item in kept if item.record.province in (None, province)]
    ours.sort(key=lambda item: _newness(item.record), reverse=True)
    ours.sort(key=lambda item: (item.record.province is None, _place(item.format)))
    return [item.record for item in ours]


def _variants(kept: Iterable[Kept], province: str) -> tuple[Procedure, ...]:
    return tuple(item.record for item in kept if item.record.province not in (None, province))


def _place(form: str) -> int:
    return ORDER.index(form) if form in ORDER else len(ORDER)


def _newness(record: Procedure) -> date:
    return max((source.as_of for source in record.sources if source.as_of), default=date.min)


def _doubts(base: Procedure, taken: Mapping[str, Procedure]) -> Iterator[Doubt]:
    return (doubt for doubt in base.doubts if _PART_OF.get(doubt.field, doubt.field) not in taken)


def _added_doubts(taken: Mapping[str, Procedure]) -> Iterator[Doubt]:
    for field, giver in taken.items():
        yield from (doubt for doubt in giver.doubts if _PART_OF.get(doubt.field, doubt.field) == field)


def _own_sources(base: Procedure, taken: Mapping[str, Procedure]) -> Iterator[Source]:
    """The base's sources, no longer for the fields that came from elsewhere."""
    own = tuple(field for field in FIELDS if field not in taken and getattr(base, field))
    for source in base.sources:
        yield source if source.fields else source.model_copy(update={"fields": ("name", *own)})


def _added_sources(taken: Mapping[str, Procedure]) -> Iterator[Source]:
    by_source: dict[Source, list[str]] = {}
    for field, giver in taken.items():
        for source in giver.sources:
            if not source.fields or field in source.fields:
                by_source.setdefault(source, []).append(field)
    for source, fields in by_source.items():
        yield source.model_copy(update={"fields": tuple(fields)})
