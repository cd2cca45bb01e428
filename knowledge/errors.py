"""Errors of the library. Each has a stable code and says what is wrong and what to do.

KnowledgeError
├── RecordError        K101  a record, phrasing or topic file cannot be used
├── DuplicateCode      K102  two files give the same procedure
├── SnapshotMissing    K201  no snapshot was built yet
├── SnapshotCorrupted  K202  a file of the snapshot is not what its manifest says
├── SnapshotMismatch   K203  a snapshot made with another encoder or another version
├── SnapshotStoreFailed K204  the shared place of snapshots cannot be read or written
├── EncoderMissing     K301  the encoder's files cannot be loaded
├── QuestionSetError   K401  a question set has a line that cannot be used
├── CatalogueFormat    K402  a catalogue file in a format that is not known
├── ImportStoreBroken  K403  the file of imported records cannot be read or written
├── SyncFailed         K404  the portal could not be read to the end
└── UnsourcedFact      K501  a reply states a number or decree that no source holds
"""

from __future__ import annotations


class KnowledgeError(Exception):
    """Base of the library's errors.

    code: stable, for logs and documentation. remedy: one sentence that says what to do.
    """

    code = "K000"
    remedy = ""

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message)
        if remedy is not None:
            self.remedy = remedy

    def __str__(self) -> str:
        text = f"[{self.code}] {super().__str__()}"
        return f"{text} {self.remedy}".rstrip()


class RecordError(KnowledgeError):
    """A record, phrasing or topic file cannot be used; the message names file, field and reason."""

    code = "K101"
    remedy = "Correct the file and build again; the snapshot in use stays as it is."


class DuplicateCode(KnowledgeError):
    """Two files give the same procedure."""

    code = "K102"
    remedy = "Keep one of the two files."


class SnapshotMissing(KnowledgeError):
    """No snapshot was built yet."""

    code = "K201"
    remedy = "Run `python -m knowledge build`."


class SnapshotCorrupted(KnowledgeError):
    """A file of the snapshot is not what its manifest says."""

    code = "K202"
    remedy = "Run `python -m knowledge build` to make a new one."


class SnapshotMismatch(KnowledgeError):
    """The snapshot was made with another encoder or by another version of the program."""

    code = "K203"
    remedy = "Run `python -m knowledge build`, or set MOTCUA_ENCODER to the encoder it names."


class SnapshotStoreFailed(KnowledgeError):
    """The shared place of snapshots cannot be read or written; the snapshot in use stays."""

    code = "K204"
    remedy = "Check MOTCUA_SNAPSHOT_STORE and the rights to it (s3:// needs the package s3fs)."


class EncoderMissing(KnowledgeError):
    """The encoder's files cannot be loaded."""

    code = "K301"
    remedy = (
        "Run `python -m knowledge train-encoder`, or set MOTCUA_ENCODER to a model that sentence-transformers loads."
    )


class QuestionSetError(KnowledgeError):
    """A question set has a line that cannot be used."""

    code = "K401"
    remedy = "See docs/evaluation.md for the format."


class CatalogueFormat(KnowledgeError):
    """A catalogue file in a format that is not known."""

    code = "K402"
    remedy = "docs/imports.md describes the formats; name one with --format if it was not recognised."


class ImportStoreBroken(KnowledgeError):
    """The file of imported records cannot be read or written."""

    code = "K403"
    remedy = "Move it away and import again; the snapshot in use stays as it is."


class SyncFailed(KnowledgeError):
    """The portal could not be read to the end; nothing was changed, what came is kept for the next try."""

    code = "K404"
    remedy = "Run the same command again later; it goes on where it stopped."


class UnsourcedFact(KnowledgeError):
    """A reply states a number or decree that no source holds; it must not be sent."""

    code = "K501"
    remedy = "This is a bug in how replies are composed; please report it with the procedure's code."
