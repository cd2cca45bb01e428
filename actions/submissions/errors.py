"""Errors of the room for submissions. Each has a stable code and says what is wrong and what to do.

SubmissionError
├── FormUnusable      S101  a file of data/forms cannot be used
├── NoSuchForm        S102  there is no e-form for this procedure
├── NoSuchSubmission  S201  there is no submission of this id, or not of this person
├── AnswerRefused     S202  an answer that an officer would send back
├── NotReady          S203  a question that must be answered is not
├── FileRefused       S301  an attachment that cannot be taken
├── NoSuchFile        S302  there is no file of this id, or it was deleted
├── ScannerAway       S303  the malware scanner that is set does not answer
└── FontMissing       S401  the fonts of papers are not there, or lack Vietnamese letters
"""

from __future__ import annotations


class SubmissionError(Exception):
    """Base. code: stable, for logs and documentation. The text holds nothing personal."""

    code = "S000"

    def __str__(self) -> str:
        return f"[{self.code}] {super().__str__()}"

    @property
    def message(self) -> str:
        """What is wrong, without the code."""
        return super().__str__()


class FormUnusable(SubmissionError):
    """A file of data/forms cannot be used; the message names the file, the field and the reason."""

    code = "S101"


class NoSuchForm(SubmissionError):
    """There is no e-form for this procedure: the portal's page has one."""

    code = "S102"


class NoSuchSubmission(SubmissionError):
    """There is no submission of this id, or it is not this person's."""

    code = "S201"


class AnswerRefused(SubmissionError):
    """An answer that an officer would send back. The message is a sentence for the citizen that says what is wanted."""

    code = "S202"


class NotReady(SubmissionError):
    """A question that must be answered is not."""

    code = "S203"


class FileRefused(SubmissionError):
    """An attachment that cannot be taken. The message is a sentence for the citizen that says what to do."""

    code = "S301"


class NoSuchFile(SubmissionError):
    """There is no file of this id, or it was deleted."""

    code = "S302"


class ScannerAway(SubmissionError):
    """The malware scanner that MOTCUA_CLAMAV names does not answer: nothing is taken until it does."""

    code = "S303"


class FontMissing(SubmissionError):
    """MOTCUA_FONT_FOLDER has no family with regular, bold and italic that knows the Vietnamese letters."""

    code = "S401"
