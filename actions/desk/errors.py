"""Errors of the officers' desk. Each has a stable code and an HTTP status, and says what is wrong and what to do.

DeskError
├── DeskUnavailable    D101  503  the desk's database cannot be read or written
├── NoSuchHandOver     D201  404  there is no hand-over of this number
├── AlreadyTaken       D202  409  somebody else has taken the hand-over
├── AlreadyClosed      D203  409  the hand-over is done or was withdrawn
├── NoSuchReview       D204  404  there is no entry of this number in the review list
├── WrongToken         D301  401  the request does not carry the desk's token
├── RequestRefused     D302  400  the request to the desk's API is not of the documented form
├── PhrasingRefused    D401  409  a sentence cannot be added to the phrasings
├── CaseRefused        D402  409  a sentence cannot be added to a question set
├── SurveyUnusable     D501  500  data/survey.yml cannot be used
└── AnswerRefused      D502  400  an answer that the survey does not offer
"""

from __future__ import annotations


class DeskError(Exception):
    """Base of the desk's errors.

    code: stable, for logs and documentation. status: of an HTTP answer. remedy: one sentence that says what to do.
    None of it holds anything that a citizen wrote.
    """

    code = "D000"
    status = 500
    remedy = ""

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message)
        if remedy is not None:
            self.remedy = remedy

    def __str__(self) -> str:
        return f"[{self.code}] {self.message} {self.remedy}".rstrip()

    @property
    def message(self) -> str:
        """What is wrong, without code and remedy."""
        return super().__str__()

    def as_json(self) -> dict[str, dict[str, str]]:
        """What a client of the API gets."""
        return {"error": {"code": self.code, "message": f"{self.message} {self.remedy}".rstrip()}}


class DeskUnavailable(DeskError):
    """The desk's database cannot be read or written; questions are answered all the same."""

    code = "D101"
    status = 503
    remedy = "Check MOTCUA_DATABASE, the rights and the disk, then try again."


class NoSuchHandOver(DeskError):
    """There is no hand-over of this number."""

    code = "D201"
    status = 404
    remedy = "`python -m actions desk list --status all` shows those that are kept."


class AlreadyTaken(DeskError):
    """Somebody else has taken the hand-over."""

    code = "D202"
    status = 409
    remedy = "Ask who has it; `python -m actions desk show` names them."


class AlreadyClosed(DeskError):
    """The hand-over is done or was withdrawn by the citizen."""

    code = "D203"
    status = 409
    remedy = "Nothing more is to be done with it."


class NoSuchReview(DeskError):
    """There is no entry of this number in the review list."""

    code = "D204"
    status = 404
    remedy = "`python -m actions review list --status all` shows those that are kept."


class WrongToken(DeskError):
    """The request does not carry the desk's token."""

    code = "D301"
    status = 401
    remedy = "Send `Authorization: Bearer` with the value of MOTCUA_DESK_TOKEN."


class RequestRefused(DeskError):
    """The request to the desk's API is not of the documented form."""

    code = "D302"
    status = 400
    remedy = "See docs/desk.md."


class PhrasingRefused(DeskError):
    """A sentence cannot be added to the phrasings; the file stays as it is."""

    code = "D401"
    status = 409
    remedy = "Word it anew with --text, or drop the entry."


class CaseRefused(DeskError):
    """A sentence cannot be added to a question set; the file stays as it is."""

    code = "D402"
    status = 409
    remedy = "docs/evaluation.md describes the sets."


class SurveyUnusable(DeskError):
    """data/survey.yml cannot be used; the message names the field and the reason."""

    code = "D501"
    remedy = "Correct data/survey.yml."


class AnswerRefused(DeskError):
    """An answer that the survey does not offer."""

    code = "D502"
    status = 400
    remedy = "data/survey.yml lists the criteria and their values."
