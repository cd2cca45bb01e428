"""An immutable snapshot of the catalogue and its indexes, and the pointer to the one in use.

Folder of a snapshot: manifest.json, records.sqlite, speech.json, layout.json, vectors.npy, nearest.faiss, one folder
for each lexical index, scope.npy. All that is big is mapped into memory, so that processes share it. The manifest holds
the hash of every file, of the corpus and of the encoder; what does not fit is refused.
The pointer ("current", one line) is replaced in one step, so a reader sees the old snapshot or the new one.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.analyzers import ANALYZERS
from knowledge.catalogue import Catalogue, Elsewhere, Topic, with_records
from knowledge.corpus import Group, corpus
from knowledge.encoder import Encoder
from knowledge.english import English
from knowledge.errors import SnapshotCorrupted, SnapshotMismatch, SnapshotMissing
from knowledge.families import family_key
from knowledge.imports.merge import Merged
from knowledge.lexical import LexicalIndex, dump_json
from knowledge.nearest import build_nearest, load_nearest
from knowledge.normalise import Lexicon
from knowledge.passages import PassageKind
from knowledge.record import Level
from knowledge.scope import ScopeModel
from knowledge.search import LEXICAL, Layout, SearchIndex
from knowledge.shelf import Shelf, write_shelf

VERSION = 4  # of the format; raise it whenever old snapshots can no longer be read
MANIFEST = "manifest.json"
POINTER = "current"
RECORDS = "records.sqlite"
LENGTH_MATTERS = {"words": 0.35, "title": 0.5, "letters": 0.5, "body": 0.75, "accents": 0.35}  # b of BM25


@dataclass(frozen=True)
class Manifest:
    """What a snapshot was made from, and the hash of each of its files."""

    version: int
    id: str
    built_at: str
    corpus: str
    encoder: str
    encoder_fingerprint: str
    dimension: int
    procedures: int
    topics: int
    passages: int
    problems: list[str]
    files: dict[str, str]


@dataclass(frozen=True)
class Snapshot:
    """A loaded snapshot: everything that an answer needs."""

    manifest: Manifest
    catalogue: Catalogue
    index: SearchIndex
    scope: ScopeModel


def build_snapshot(
    catalogue: Catalogue,
    encoder: Encoder,
    lexicons: Sequence[Lexicon],
    folder: Path,
    *,
    merged: Iterable[Merged] | None = None,
    problems: Sequence[str] = (),
    progress: Callable[[str], None] = lambda step: None,
) -> Manifest:
    """Builds a snapshot in a folder below `folder` and returns its manifest; does not switch the pointer.

    merged: the records, where some were imported; else those of the catalogue. They are written first and then read
    back one at a time, so that memory does not grow with their number.
    """
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    work = folder / f".{name}"
    work.mkdir(parents=True)
    try:
        progress("records")
        write_shelf(work / RECORDS, merged or (Merged(record) for record in catalogue.procedures.values()))
        shelf = Shelf(work / RECORDS)
        whole = with_records(catalogue, shelf)
        progress("words")
        groups = corpus(whole)
        write_indexes(work, groups, encoder, lexicons, progress)
        dump_json(work / "speech.json", _speech_json(whole))
        hashes = {str(path.relative_to(work)): _hash(path) for path in sorted(work.rglob("*")) if path.is_file()}
        corpus_hash = hashlib.sha256(f"{shelf.digest()} {hashes['speech.json']}".encode()).hexdigest()
        manifest = Manifest(
            version=VERSION,
            id=f"{name}-{corpus_hash[:8]}",
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            corpus=corpus_hash,
            encoder=encoder.name,
            encoder_fingerprint=encoder.fingerprint,
            dimension=encoder.dimension,
            procedures=len(shelf),
            topics=len(whole.topics),
            passages=sum(len(group.passages) for group in groups),
            problems=list(problems),
            files=hashes,
        )
        dump_json(work / MANIFEST, asdict(manifest))
        work.rename(folder / manifest.id)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return manifest


def switch(folder: Path, name: str) -> None:
    """Points to the snapshot `name` from now on, in one step."""
    if not (folder / name / MANIFEST).is_file():
        raise SnapshotMissing(f"{folder / name}: there is no snapshot of that name.")
    pointer = folder / f".{POINTER}"
    pointer.write_text(f"{name}\n")
    pointer.replace(folder / POINTER)


def current_name(folder: Path) -> str:
    """The name of the snapshot in use."""
    try:
        return (folder / POINTER).read_text().strip()
    except FileNotFoundError:
        raise SnapshotMissing(f"{folder}: no snapshot was built yet.") from None


def current_records(folder: Path) -> Shelf:
    """The records of the snapshot in use, without its indexes."""
    return records_of(folder, current_name(folder))


def records_of(folder: Path, name: str) -> Shelf:
    """The records of a snapshot. Raises SnapshotMissing if there is none of that name."""
    if not (folder / name / RECORDS).is_file():
        raise SnapshotMissing(f"{folder / name}: there is no such snapshot or file.")
    return Shelf(folder / name / RECORDS)


def names(folder: Path) -> list[str]:
    """The snapshots that are there, oldest first."""
    return sorted(path.parent.name for path in folder.glob(f"[!.]*/{MANIFEST}"))


def drop_old(folder: Path, keep: int) -> None:
    """Deletes all but the newest `keep` snapshots, never the one in use."""
    in_use = current_name(folder)
    for name in names(folder)[:-keep]:
        if name != in_use:
            shutil.rmtree(folder / name)


def load_snapshot(folder: Path, name: str, encoder: Encoder, lexicons: Sequence[Lexicon]) -> Snapshot:
    """Loads and checks a snapshot.

    Raises SnapshotMissing, SnapshotCorrupted (a file is not what the manifest says) or SnapshotMismatch (another
    encoder, another version of the format).
    """
    place = folder / name
    manifest = read_manifest(place)
    if manifest.encoder_fingerprint != encoder.fingerprint:
        raise SnapshotMismatch(
            f"{place}: made with the encoder {manifest.encoder} ({manifest.encoder_fingerprint}), "
            f"but {encoder.name} ({encoder.fingerprint}) is set."
        )
    for file, expected in manifest.files.items():
        if not (place / file).is_file() or _hash(place / file) != expected:
            raise SnapshotCorrupted(f"{place / file}: missing, or not what {MANIFEST} says.")
    index = load_index(place, encoder, lexicons)
    speech = json.loads((place / "speech.json").read_text(encoding="utf-8"))
    return Snapshot(manifest, _catalogue(Shelf(place / RECORDS), speech), index, ScopeModel.load(place / "scope.npy"))


def load_index(place: Path, encoder: Encoder, lexicons: Sequence[Lexicon]) -> SearchIndex:
    """The indexes of a folder, mapped into memory."""
    return SearchIndex(
        _read_layout(place / "layout.json"),
        {part: LexicalIndex.load(place / part, ANALYZERS[part]) for part in LEXICAL},
        np.load(place / "vectors.npy", mmap_mode="r"),
        load_nearest(place / "nearest.faiss"),
        encoder,
        lexicons,
    )


def read_manifest(place: Path) -> Manifest:
    """The manifest of a snapshot's folder.

    Raises SnapshotMissing, SnapshotCorrupted (no manifest at all) or SnapshotMismatch (another version's).
    """
    try:
        content = dict(json.loads((place / MANIFEST).read_text(encoding="utf-8")))
        if content["version"] != VERSION:
            raise SnapshotMismatch(
                f"{place}: version {content['version']} of the format, this program reads {VERSION}."
            )
        return Manifest(**content)
    except FileNotFoundError:
        raise SnapshotMissing(f"{place}: there is no snapshot here.") from None
    except (ValueError, TypeError, KeyError) as error:
        raise SnapshotCorrupted(f"{place / MANIFEST}: {error}.") from error


def write_indexes(
    work: Path,
    groups: Sequence[Group],
    encoder: Encoder,
    lexicons: Sequence[Lexicon],
    progress: Callable[[str], None] = lambda step: None,
) -> None:
    """Writes all that a search needs into a folder: layout, lexical indexes, vectors, scope."""
    documents: dict[str, list[list[str]]] = {
        "words": [[passage.text for passage in group.passages] for group in groups],
        "title": [group.titles for group in groups],
        "letters": [group.titles for group in groups],
        "body": [[*(passage.text for passage in group.passages), *group.body] for group in groups],
        "accents": [[passage.text for passage in group.passages] for group in groups],
    }
    for part in LEXICAL:
        LexicalIndex.build(documents.pop(part), ANALYZERS[part], b=LENGTH_MATTERS[part]).save(work / part)
    progress("vectors")
    texts = [_read_out(passage.text, lexicons) for group in groups for passage in group.passages]
    vectors = encoder.passages(texts)
    np.save(work / "vectors.npy", vectors.astype(np.float16))
    build_nearest(vectors, work / "nearest.faiss")
    progress("scope")
    ScopeModel.train([passage for group in groups for passage in group.passages], lexicons).save(work / "scope.npy")
    dump_json(work / "layout.json", _layout_json(groups))


def _layout_json(groups: Sequence[Group]) -> dict[str, object]:
    return {
        "targets": [group.targets for group in groups],
        "levels": [group.levels for group in groups],
        "passages": [len(group.passages) for group in groups],
        "titles": [
            [row for row, passage in enumerate(group.passages) if passage.kind is PassageKind.TITLE] for group in groups
        ],
        "names": [_names(group) for group in groups],
        "priors": [_priors(group) for group in groups],
    }


def _names(group: Group) -> list[str]:
    """The titles of a group as they would stand in a question, folded; a word alone names nothing."""
    titles = (family_key(passage.text) for passage in group.passages if passage.kind is PassageKind.TITLE)
    return sorted({title for title in titles if " " in title})


def _priors(group: Group) -> list[float]:
    levels = {level for levels in group.levels for level in levels}
    return [float(group.spoken), float(Level.COMMUNE in levels), float(Level.PROVINCE in levels)]


def _read_layout(path: Path) -> Layout:
    content = json.loads(path.read_text(encoding="utf-8"))
    begins = np.concatenate([[0], np.cumsum(content["passages"])]).astype(np.int64)
    is_title = np.zeros(int(begins[-1]), dtype=np.bool_)
    for begin, rows in zip(begins.tolist(), content["titles"], strict=False):
        is_title[[begin + row for row in rows]] = True
    return Layout(
        content["targets"],
        content["levels"],
        begins,
        content["names"],
        is_title,
        np.array(content["priors"], dtype=np.float32),
    )


def _read_out(text: str, lexicons: Sequence[Lexicon]) -> str:
    for lexicon in lexicons:
        text = lexicon.read(text)
    return text


def _hash(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _speech_json(catalogue: Catalogue) -> dict[str, object]:
    return {
        "phrasings": {code: list(texts) for code, texts in catalogue.phrasings.items()},
        "known": catalogue.known,
        "topics": [topic.model_dump(mode="json") for topic in catalogue.topics.values()],
        "elsewhere": [other.model_dump(mode="json") for other in catalogue.elsewhere.values()],
        "outside": list(catalogue.outside),
        "english": [english.model_dump(mode="json") for english in catalogue.english.values()],
    }


def _catalogue(shelf: Shelf, speech: dict[str, Any]) -> Catalogue:
    topics = [Topic.model_validate(topic) for topic in speech["topics"]]
    elsewhere = [Elsewhere.model_validate(other) for other in speech["elsewhere"]]
    return Catalogue(
        shelf,
        {code: tuple(texts) for code, texts in speech["phrasings"].items()},
        dict(speech["known"]),
        {topic.id: topic for topic in topics},
        {other.id: other for other in elsewhere},
        tuple(str(text) for text in speech["outside"]),
        {row["code"]: English.model_validate(row) for row in speech["english"]},
    )
