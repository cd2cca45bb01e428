"""What the indexes are built from: the passages sorted by group, and what each group has to say as a whole.

A group is what a search ranks: the procedures of one family, or a single topic, handler or the outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from knowledge.catalogue import Catalogue
from knowledge.families import family_key, nearness
from knowledge.passages import Passage, PassageKind, TargetKind, catalogue_passages, target_kind
from knowledge.record import Level, Procedure

BODY_PARTS = 60  # texts of a record's body that are indexed
BODY_LENGTH = 300  # characters of each


@dataclass
class Group:
    """Targets that are ranked as one, with the levels of each, their passages and the words of their records."""

    targets: list[str] = field(default_factory=list)
    levels: list[tuple[Level, ...]] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)

    @property
    def kind(self) -> TargetKind:
        """The kind of its targets."""
        return target_kind(self.targets[0])

    @property
    def spoken(self) -> bool:
        """Whether anybody wrote down how people say it; the others are found by their title only."""
        return any(passage.kind is PassageKind.PHRASING for passage in self.passages)


def corpus(catalogue: Catalogue) -> list[Group]:
    """All groups, in the order of their first target."""
    groups: dict[str, Group] = {}
    by_target: dict[str, Group] = {}
    for record in sorted(catalogue.procedures.values(), key=nearness):
        group = groups.setdefault(family_key(record.name) or record.code, Group())
        group.targets.append(record.code)
        group.levels.append(record.levels)
        group.titles = group.titles or [f"{record.name} {record.field}"]
        group.body += list(_body(record))[:BODY_PARTS]
        by_target[record.code] = group
    for passage in catalogue_passages(catalogue):
        known = by_target.get(passage.target)
        if known is None:
            name = catalogue.known.get(passage.target.partition(":")[2])
            key = f"elsewhere {family_key(name)}" if name else passage.target
            known = by_target[passage.target] = groups.setdefault(key, Group())
            known.targets.append(passage.target)
            known.levels.append(())
        known.passages.append(passage)
        if passage.kind is PassageKind.TITLE and not known.titles:
            known.titles = [passage.text]
    return list(groups.values())


def _body(record: Procedure) -> Iterator[str]:
    parts = [
        *(case.name for case in record.cases),
        *(document.name for case in record.cases for document in case.documents),
        *record.result,
        *record.who,
        *record.conditions[:5],
        *record.steps[:6],
    ]
    return (part[:BODY_LENGTH] for part in parts)
