"""The texts by which a target of the search can be found.

A target is a procedure ("1.001193"), a topic that fits several ("topic:so-do"), a procedure that others handle
("elsewhere:...") or what lies outside the field ("outside").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from knowledge.catalogue import Catalogue
from knowledge.record import Procedure

OUTSIDE = "outside"
LONGEST_TITLE = 300  # characters; the rest of a longer title says nothing new


class TargetKind(StrEnum):
    """What kind of thing a search can hit."""

    PROCEDURE = "procedure"
    TOPIC = "topic"
    ELSEWHERE = "elsewhere"
    OUTSIDE = "outside"


class PassageKind(StrEnum):
    """Which part of a target a passage was taken from."""

    TITLE = "title"
    PHRASING = "phrasing"
    CASE = "case"
    DOCUMENT = "document"


@dataclass(frozen=True)
class Passage:
    """One short text and the target it leads to."""

    target: str
    kind: PassageKind
    text: str


def target_kind(target: str) -> TargetKind:
    """The kind of a target, from its name."""
    head, _, tail = target.partition(":")
    if tail:
        return TargetKind(head)
    return TargetKind.OUTSIDE if target == OUTSIDE else TargetKind.PROCEDURE


def catalogue_passages(catalogue: Catalogue) -> Iterator[Passage]:
    """All passages of the catalogue, target by target."""
    for record in catalogue.procedures.values():
        yield from _record_passages(record, catalogue.phrasings.get(record.code, ()))
        english = catalogue.english.get(record.code)
        if english:
            yield from (Passage(record.code, PassageKind.PHRASING, text) for text in (english.name, *english.phrasings))
    for topic in catalogue.topics.values():
        target = f"{TargetKind.TOPIC.value}:{topic.id}"
        yield Passage(target, PassageKind.TITLE, topic.name)
        yield from (Passage(target, PassageKind.PHRASING, text) for text in topic.phrasings)
    for other in catalogue.elsewhere.values():
        target = f"{TargetKind.ELSEWHERE.value}:{other.id}"
        yield Passage(target, PassageKind.TITLE, other.name)
        yield from (Passage(target, PassageKind.PHRASING, text) for text in other.phrasings)
    for code, phrasings in catalogue.phrasings.items():
        if code not in catalogue.procedures:
            yield from _unheld_passages(code, catalogue.known.get(code), phrasings)
    yield from (Passage(OUTSIDE, PassageKind.PHRASING, text) for text in catalogue.outside)


def _record_passages(record: Procedure, phrasings: Iterable[str]) -> Iterator[Passage]:
    yield Passage(record.code, PassageKind.TITLE, record.name[:LONGEST_TITLE])
    if record.short_name != record.name and not record.imported:
        yield Passage(record.code, PassageKind.TITLE, record.short_name)
    for text in phrasings:
        yield Passage(record.code, PassageKind.PHRASING, text)
    for question in record.questions:
        for option in question.options:
            target = option.goes_to or record.code
            yield Passage(target, PassageKind.CASE, f"{record.short_name}, {option.label}")
    # The cases of an imported record are headings of a page ("Giấy tờ phải nộp"), not situations.
    for case in record.cases[1:] if not record.imported else ():
        yield Passage(record.code, PassageKind.CASE, f"{record.short_name}, {case.name}")


def _unheld_passages(code: str, name: str | None, phrasings: Iterable[str]) -> Iterator[Passage]:
    """A procedure that people ask for and of which there is no record: known, and known not to be here."""
    target = f"{TargetKind.ELSEWHERE.value}:{code}"
    if name:
        yield Passage(target, PassageKind.TITLE, name[:LONGEST_TITLE])
    yield from (Passage(target, PassageKind.PHRASING, text) for text in phrasings)
