"""An immutable snapshot of the catalogue and its indexes, and the pointer to the one in use.

Folder of a snapshot: manifest.json, catalogue.json, passages.json, vectors.faiss, words/, letters/, accents/,
scope.npy. The manifest holds the hash of every file, of the corpus and of the encoder; what does not fit is refused.
The pointer ("current", one line) is replaced in one step, so a reader sees the old snapshot or the new one.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from knowledge.analyzers import accented_words, letter_groups, words_and_pairs
from knowledge.catalogue import Catalogue, Elsewhere, Topic
from knowledge.encoder import Encoder
from knowledge.errors import SnapshotCorrupted, SnapshotMismatch, SnapshotMissing
from knowledge.lexical import LexicalIndex, dump_json
from knowledge.normalise import Lexicon
from knowledge.passages import Passage, PassageKind, catalogue_passages
from knowledge.record import Procedure
from knowledge.scope import ScopeModel
from knowledge.search import SearchIndex

VERSION = 1  # of the format; raise it whenever old snapshots can no longer be read
MANIFEST = "manifest.json"
POINTER = "current"


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
    problems: Sequence[str] = (),
    progress: Callable[[str], None] = lambda step: None,
) -> Manifest:
    """Builds a snapshot in a folder below `folder` and returns its manifest; does not switch the pointer."""
    passages = list(catalogue_passages(catalogue))
    corpus = corpus_hash(catalogue)
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{corpus[:8]}"
    work = folder / f".{name}"
    work.mkdir(parents=True)
    try:
        progress("words")
        _write_indexes(work, passages, encoder, lexicons, progress)
        dump_json(work / "catalogue.json", _catalogue_json(catalogue))
        dump_json(work / "passages.json", [[item.target, item.kind.value, item.text] for item in passages])
        manifest = Manifest(
            version=VERSION,
            id=name,
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            corpus=corpus,
            encoder=encoder.name,
            encoder_fingerprint=encoder.fingerprint,
            dimension=encoder.dimension,
            procedures=len(catalogue.procedures),
            topics=len(catalogue.topics),
            passages=len(passages),
            problems=list(problems),
            files={str(path.relative_to(work)): _hash(path) for path in sorted(work.rglob("*")) if path.is_file()},
        )
        dump_json(work / MANIFEST, asdict(manifest))
        work.rename(folder / name)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return manifest


def make_search_index(passages: Sequence[Passage], encoder: Encoder, lexicons: Sequence[Lexicon]) -> SearchIndex:
    """An index in memory, not written anywhere: for measuring."""
    texts = [item.text for item in passages]
    return SearchIndex(
        passages,
        LexicalIndex.build(_documents(passages), words_and_pairs, b=0.35),
        LexicalIndex.build([[text] for text in texts], letter_groups, b=0.6),
        LexicalIndex.build(_documents(passages), accented_words, b=0.35),
        _vectors(texts, encoder, lexicons),
        encoder,
        lexicons,
    )


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
    passages = [
        Passage(target, PassageKind(kind), text)
        for target, kind, text in json.loads((place / "passages.json").read_text(encoding="utf-8"))
    ]
    index = SearchIndex(
        passages,
        LexicalIndex.load(place / "words", words_and_pairs),
        LexicalIndex.load(place / "letters", letter_groups),
        LexicalIndex.load(place / "accents", accented_words),
        faiss.read_index(str(place / "vectors.faiss")),
        encoder,
        lexicons,
    )
    catalogue = _catalogue_from_json(json.loads((place / "catalogue.json").read_text(encoding="utf-8")))
    return Snapshot(manifest, catalogue, index, ScopeModel.load(place / "scope.npy"))


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


def corpus_hash(catalogue: Catalogue) -> str:
    """Changes whenever anything in the catalogue changes."""
    content = json.dumps(_catalogue_json(catalogue), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _write_indexes(
    work: Path,
    passages: Sequence[Passage],
    encoder: Encoder,
    lexicons: Sequence[Lexicon],
    progress: Callable[[str], None],
) -> None:
    texts = [item.text for item in passages]
    LexicalIndex.build(_documents(passages), words_and_pairs, b=0.35).save(work / "words")
    LexicalIndex.build([[text] for text in texts], letter_groups, b=0.6).save(work / "letters")
    LexicalIndex.build(_documents(passages), accented_words, b=0.35).save(work / "accents")
    progress("vectors")
    faiss.write_index(_vectors(texts, encoder, lexicons), str(work / "vectors.faiss"))
    progress("scope")
    ScopeModel.train(passages, lexicons).save(work / "scope.npy")


def _vectors(texts: Sequence[str], encoder: Encoder, lexicons: Sequence[Lexicon]) -> faiss.Index:
    vectors = encoder.passages([_read_out(text, lexicons) for text in texts])
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors))
    return index


def _read_out(text: str, lexicons: Sequence[Lexicon]) -> str:
    for lexicon in lexicons:
        text = lexicon.read(text)
    return text


def _documents(passages: Sequence[Passage]) -> list[list[str]]:
    """One document for each target, in the order of first appearance: all its passages."""
    documents: dict[str, list[str]] = {}
    for item in passages:
        documents.setdefault(item.target, []).append(item.text)
    return list(documents.values())


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _catalogue_json(catalogue: Catalogue) -> dict[str, object]:
    return {
        "procedures": [
            record.model_dump(mode="json", exclude_defaults=True) for record in catalogue.procedures.values()
        ],
        "phrasings": {code: list(texts) for code, texts in catalogue.phrasings.items()},
        "topics": [topic.model_dump(mode="json") for topic in catalogue.topics.values()],
        "elsewhere": [other.model_dump(mode="json") for other in catalogue.elsewhere.values()],
        "outside": list(catalogue.outside),
    }


def _catalogue_from_json(content: dict[str, Any]) -> Catalogue:
    procedures = [Procedure.model_validate(record) for record in content["procedures"]]
    topics = [Topic.model_validate(topic) for topic in content["topics"]]
    elsewhere = [Elsewhere.model_validate(other) for other in content["elsewhere"]]
    phrasings = {code: tuple(texts) for code, texts in content["phrasings"].items()}
    return Catalogue(
        {record.code: record for record in procedures},
        phrasings,
        {topic.id: topic for topic in topics},
        {other.id: other for other in elsewhere},
        tuple(str(text) for text in content["outside"]),
    )
