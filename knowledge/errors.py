"""Errors of the library. Each has a stable code and says what is wrong and what to do.

KnowledgeError
├── RecordError        K101  a record, phrasing or topic file cannot be used
├── DuplicateCode      K102  two files give the same procedure
├── SnapshotMissing    K201  no snapshot was built yet
├── SnapshotCorrupted  K202  a file of the snapshot is not what its manifest says
├── SnapshotMismatch   K203  a snapshot made with another encoder or another version
├── EncoderMissing     K301  the encoder's files cannot be loaded
├── QuestionSetError   K401  a question set has a line that cannot be used
├── CatalogueFormat    K402  a catalogue file in a format that is not known
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
    remedy = "Known is the crawl dvcqg (JSONL, also gzipped)."


class UnsourcedFact(KnowledgeError):
    """A reply states a number or decree that no source holds; it must not be sent."""

    code = "K501"
    remedy = "This is a bug in how replies are composed; please report it with the procedure's code."
