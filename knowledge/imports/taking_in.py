"""An import from beginning to end: read every file, keep what is usable, all or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

from knowledge.imports.formats import Read, Unusable, catalogue_files, read_file
from knowledge.imports.store import ImportStore, Kept
from knowledge.record import DoubtKind


@dataclass
class Taken:
    """What an import brought: records by format, how many have each kind of doubt (with the first one), unusable rows.

    Doubts are counted of every record read, the variants of other provinces included.
    """

    formats: dict[str, int] = field(default_factory=dict)
    doubtful: Counter[DoubtKind] = field(default_factory=Counter)
    examples: dict[DoubtKind, str] = field(default_factory=dict)
    unusable: list[Unusable] = field(default_factory=list)

    def count(self, item: Read) -> None:
        """Counts one record."""
        self.formats[item.format] = self.formats.get(item.format, 0) + 1
        for kind, doubt in {doubt.kind: doubt for doubt in reversed(item.record.doubts)}.items():
            self.doubtful[kind] += 1
            self.examples.setdefault(kind, f"{item.record.code} ({doubt.field}): {doubt.raw}")

    @property
    def records(self) -> int:
        """How many rows became records."""
        return sum(self.formats.values())


def take_in(
    paths: Sequence[Path],
    store: ImportStore,
    *,
    form: str | None = None,
    as_of: date | None = None,
    progress: Callable[[int, int], None] = lambda done, whole: None,
) -> Taken:
    """Reads the files and folders and keeps their records in one transaction.

    progress: called with the bytes read and the bytes of all files (packed, as they lie on disk).
    Raises CatalogueFormat if one of the files cannot be read; nothing is kept then.
    """
    files = [file for path in paths for file in (catalogue_files(path) if str(path) != "-" else [path])]
    whole = sum(file.stat().st_size for file in files if file.is_file())
    taken = Taken()

    def kept() -> Iterator[Kept]:
        done = 0
        for file in files:
            for item in read_file(file, form=form, as_of=as_of, at=partial(_report, progress, done, whole)):
                if isinstance(item, Unusable):
                    taken.unusable.append(item)
                    continue
                taken.count(item)
                yield Kept(item.record, item.format)
            done += file.stat().st_size if file.is_file() else 0
        progress(whole, whole)

    store.add(kept(), [str(file) for file in files], taken.unusable)
    return taken


def _report(progress: Callable[[int, int], None], before: int, whole: int, place: int) -> None:
    progress(before + place, whole)
