"""Takes over the procedures of the national portal: lists them, fetches each one, imports all of them or none.

A run has a folder of its own below the working folder, named after when it began: state.json (what is listed) and
raw/<id>.json.gz (every answer as it came). A run that was cut off goes on where it stopped. Records reach the import
store only when everything is there; then the run is marked as complete and the earlier ones are deleted.
"""

from __future__ import annotations

import fcntl
import gzip
import re
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, StringConstraints, ValidationError

from knowledge.errors import CatalogueFormat, SyncFailed
from knowledge.imports import portal_detail
from knowledge.imports.formats import Read, Unusable, read_file
from knowledge.imports.portal_client import ID, LEVELS, Page, PortalClient, PortalSettings, Refused
from knowledge.imports.store import ImportStore, Kept

STATE = "state.json"
LOCK = ".lock"
MOST_PROCEDURES = 200_000  # of one level; a list that goes on beyond that has no end
_RUN = re.compile(r"\d{8}T\d{12}", re.ASCII)

Id = Annotated[str, StringConstraints(pattern=rf"^{ID.pattern}$")]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class SyncSettings:
    """portal: where it is and how it is asked. folder: the working folder, of this sync alone.

    tolerance: the share of the procedures that may be unusable, or missing from a list that promises more, before it
    is taken for a change of the portal's format. resume_within: how old a run may be and still go on; its first
    answers are as old.
    """

    portal: PortalSettings
    folder: Path
    tolerance: float = 0.1
    resume_within: timedelta = timedelta(days=7)


@dataclass(frozen=True)
class Synced:
    """What a sync did. records: procedures now in the store. requests: made by this call, repeated ones included."""

    records: int
    unusable: tuple[Unusable, ...]
    requests: int


def sync(
    settings: SyncSettings,
    store: ImportStore,
    levels: Sequence[str],
    *,
    progress: Progress = lambda done, whole: None,
    pause: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Synced:
    """Imports every procedure that the portal lists for `levels` (of LEVELS).

    progress: called with how many answers are kept (0 while it lists) and how many procedures are listed so far.
    pause, clock: in seconds. Raises SyncFailed if the portal cannot be read to the end or has changed,
    ImportStoreBroken if the store cannot be written; the store is then as it was, what came is kept for the next call.
    """
    wanted = _known(levels)
    try:
        with _alone(settings.folder), PortalClient(settings.portal, pause=pause, clock=clock) as portal:
            run = Run.resumed(settings, wanted) or Run.begun(settings, wanted)
            for level in wanted:
                _list(portal, run, level, settings.tolerance, progress)
            gone = _fetch(portal, run, settings.tolerance, progress)
            return _import(run, store, settings, gone, portal.requests)
    except OSError as error:
        raise SyncFailed(
            f"{settings.folder}: {error}.", remedy="See to the folder and run the same command again; it goes on."
        ) from error


class Listing(BaseModel):
    """What is known of one level's list. total: the most that the portal said it holds. cursor: of the next page."""

    ids: list[Id] = []
    rejected: list[str] = []
    cursor: str | int | None = None
    total: int = 0
    complete: bool = False

    @property
    def seen(self) -> int:
        """How many entries it has so far."""
        return len(self.ids) + len(self.rejected)


class State(BaseModel):
    """What is known of a run. base, levels: what it asks for. since: when it began."""

    version: Literal[1] = 1
    base: str
    levels: tuple[str, ...]
    since: AwareDatetime
    listings: dict[str, Listing] = {}
    complete: bool = False


@dataclass
class Run:
    """A run in its folder. Whatever is written there appears whole or not at all."""

    folder: Path
    state: State

    @classmethod
    def begun(cls, settings: SyncSettings, levels: tuple[str, ...]) -> Self:
        """A new run."""
        now = datetime.now(UTC)
        run = cls(
            settings.folder / f"{now:%Y%m%dT%H%M%S%f}", State(base=settings.portal.base, levels=levels, since=now)
        )
        (run.folder / "raw").mkdir(parents=True)
        run.save()
        return run

    @classmethod
    def resumed(cls, settings: SyncSettings, levels: tuple[str, ...]) -> Self | None:
        """The last run that asked the same, if it was cut off and is not too old."""
        for folder in reversed(_runs(settings.folder)):
            try:
                state = State.model_validate_json((folder / STATE).read_bytes())
            except (FileNotFoundError, ValidationError):
                continue  # cut off before it knew anything, or damaged: of no use
            if (state.base, set(state.levels)) == (settings.portal.base, set(levels)):
                fresh = datetime.now(UTC) - state.since < settings.resume_within
                if state.complete or not fresh:
                    return None
                (folder / "raw").mkdir(exist_ok=True)
                return cls(folder, state)
        return None

    @property
    def ids(self) -> tuple[str, ...]:
        """Everything that is listed, once, in the order of the lists."""
        return tuple(dict.fromkeys(name for listing in self.state.listings.values() for name in listing.ids))

    @property
    def rejected(self) -> list[Unusable]:
        """The entries of the lists that have no id."""
        return [
            Unusable(f"list {level}", f"{entry}: no id that can be used.")
            for level, listing in self.state.listings.items()
            for entry in listing.rejected
        ]

    def raw(self, procedure: str) -> Path:
        """The file of an answer. Raises SyncFailed for an id that may be no file name."""
        if not ID.fullmatch(procedure):
            raise SyncFailed(f"{procedure!r} is no id.")
        return self.folder / "raw" / f"{procedure}.json.gz"

    def keep(self, procedure: str, answer: bytes) -> None:
        """Keeps an answer."""
        _write(self.raw(procedure), gzip.compress(answer, mtime=0))

    def save(self) -> None:
        """Keeps the state."""
        _write(self.folder / STATE, self.state.model_dump_json().encode())

    def set_aside(self, unusable: Sequence[Unusable]) -> Path:
        """Has the next try ask anew for what was of no use; the answers stay to be looked at in the folder returned."""
        aside = self.folder / "unusable"
        aside.mkdir(exist_ok=True)
        for item in unusable:
            if ID.fullmatch(item.place) and self.raw(item.place).is_file():
                self.raw(item.place).replace(aside / self.raw(item.place).name)
        self.state.listings = {level: item for level, item in self.state.listings.items() if not item.rejected}
        self.save()
        return aside

    def finish(self) -> None:
        """Marks the run as complete and deletes all others."""
        self.state.complete = True
        self.save()
        for folder in _runs(self.folder.parent):
            if folder != self.folder:
                shutil.rmtree(folder, ignore_errors=True)


class _ListBroken(SyncFailed):
    """A list that cannot be right."""

    remedy = "Run the same command again later; if it stays so, the portal's interface has changed."


def _known(levels: Sequence[str]) -> tuple[str, ...]:
    if not levels or set(levels) - set(LEVELS):
        raise SyncFailed(f"{', '.join(levels) or 'nothing'}: no levels.", remedy=f"Levels are {', '.join(LEVELS)}.")
    return tuple(dict.fromkeys(levels))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Holds the working folder; two at a time would ask the portal twice as often as it bears."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SyncFailed(f"{folder}: another sync is at work here.", remedy="Wait until it has ended.") from None
        yield


def _list(portal: PortalClient, run: Run, level: str, tolerance: float, progress: Progress) -> None:
    """Lists a level to its end, keeping each page."""
    listing = run.state.listings.setdefault(level, Listing())
    while not listing.complete:
        try:
            _add(portal.page(level, listing.cursor), listing)
            _check_list(listing, level, tolerance)
        except (Refused, _ListBroken):
            del run.state.listings[level]  # what is kept of it leads nowhere: list it anew the next time
            run.save()
            raise
        run.save()
        progress(0, len(run.ids))


def _add(page: Page, listing: Listing) -> None:
    """Adds a page. The list ends with one that brings nothing new, with no way on, or when all are seen.

    A full page is never the last one by its total alone, for that may be wrong.
    """
    known = {*listing.ids, *listing.rejected}
    new = [name for name in dict.fromkeys(page.ids) if name not in known]
    new_bad = [entry for entry in dict.fromkeys(page.rejected) if entry not in known]
    listing.ids += new
    listing.rejected += new_bad
    listing.total = max(listing.total, page.total)
    all_seen = listing.seen >= page.total and not page.full
    listing.complete = page.cursor is None or all_seen or not (new or new_bad)
    listing.cursor = page.cursor


def _check_list(listing: Listing, level: str, tolerance: float) -> None:
    if listing.seen > MOST_PROCEDURES:
        raise _ListBroken(f"{level}: the list has no end (more than {MOST_PROCEDURES} procedures).")
    if listing.complete and not listing.seen:
        raise _ListBroken(f"{level}: the portal lists no procedure.")
    if listing.complete and listing.total - listing.seen > tolerance * listing.total:
        raise _ListBroken(f"{level}: the list ends after {listing.seen} of {listing.total} procedures.")


def _fetch(portal: PortalClient, run: Run, tolerance: float, progress: Progress) -> list[Unusable]:
    """Fetches what is not kept yet; returns what the portal lists but no longer has."""
    ids = run.ids
    missing = [name for name in ids if not run.raw(name).is_file()]
    done = len(ids) - len(missing)
    gone: list[Unusable] = []
    progress(done, len(ids))
    for name in missing:
        answer = portal.detail(name)
        if answer is None:
            gone.append(Unusable(name, "the portal lists it but does not have it."))
            _check_usable(run, [*run.rejected, *gone], tolerance)
        else:
            run.keep(name, answer)
            done += 1
            progress(done, len(ids))
    return gone


def _import(run: Run, store: ImportStore, settings: SyncSettings, gone: list[Unusable], requests: int) -> Synced:
    """Puts all records into the store at once. Read twice, so that memory does not grow with their number."""
    day = run.state.since.date()
    without = {item.place for item in gone}
    files, unreadable = _usable(run, [name for name in run.ids if name not in without], day)
    unusable = [*run.rejected, *gone, *unreadable]
    _check_usable(run, unusable, settings.tolerance)
    items = (_read(path, day) for path in files)
    records = store.add(
        (Kept(item.record, item.format) for item in items if isinstance(item, Read)),
        [f"{run.state.base} {level}" for level in run.state.levels],
        unusable,
    )
    run.finish()
    return Synced(records, tuple(unusable), requests)


def _usable(run: Run, ids: Sequence[str], day: date) -> tuple[list[Path], list[Unusable]]:
    """The answers that give a record, and those that give none. Of two with the same code the newer counts."""
    best: dict[tuple[str, str | None], tuple[date, Path]] = {}
    unusable = []
    for name in ids:
        item = _read(run.raw(name), day)
        if isinstance(item, Unusable):
            unusable.append(Unusable(name, item.reason))
            continue
        key, as_of = (item.record.code, item.record.province), item.record.sources[0].as_of or day
        if key not in best or as_of >= best[key][0]:
            best[key] = (as_of, run.raw(name))
    return [path for _, path in best.values()], unusable


def _read(path: Path, day: date) -> Read | Unusable:
    """The record of a kept answer. A file that was damaged on the disk is deleted and raises SyncFailed."""
    try:
        return next(read_file(path, form=portal_detail.NAME, as_of=day))
    except CatalogueFormat as error:
        path.unlink(missing_ok=True)
        raise SyncFailed(f"A kept answer was damaged and is deleted: {error}") from error


def _check_usable(run: Run, unusable: Sequence[Unusable], tolerance: float) -> None:
    """Raises SyncFailed if too much is of no use."""
    whole = len(run.ids) + len(run.rejected)
    if len(unusable) > tolerance * whole:
        first = unusable[0]
        aside = run.set_aside(unusable)
        raise SyncFailed(
            f"{len(unusable)} of {whole} procedures cannot be used; the first: {first.place}: {first.reason}",
            remedy=f"The portal's format may have changed; the answers are in {aside}. Nothing was imported.",
        )


def _runs(folder: Path) -> list[Path]:
    """The folders of runs, oldest first."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and _RUN.fullmatch(path.name))


def _write(path: Path, content: bytes) -> None:
    new = path.with_name(f".{path.name}")
    new.write_bytes(content)
    new.replace(path)
