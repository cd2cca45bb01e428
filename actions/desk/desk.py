"""The desk: takes what a conversation hands over, and gives it to officers and reviewers."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from actions.database.work import Database
from actions.desk.entries import (
    Counts,
    Forgotten,
    HandOver,
    Kind,
    Reason,
    Review,
    ReviewStatus,
    Status,
    Why,
)
from actions.desk.errors import AlreadyClosed, AlreadyTaken, DeskUnavailable, NoSuchHandOver, NoSuchReview
from actions.desk.notices import Notices
from actions.desk.settings import ROOT, DeskSettings
from actions.desk.survey import read_survey
from actions.desk.tables import HandOverRow, HelpfulRow, ReviewRow, SurveyRow
from knowledge.masking import mask
from knowledge.normalise import fold
from storage.errors import DatabaseUnavailable
from storage.work import rows_changed

HERE = timezone(timedelta(hours=7))  # Vietnam's time, for days
TURNS = 20  # of a conversation at most are kept with a hand-over, the last ones
TURN_LENGTH = 500  # characters of each
TEXT_LENGTH = 1000  # characters of a sentence to review, a comment or a note
CONTACT_LENGTH = 200
NAME_LENGTH = 100
LETTERS = "23456789BCDFGHJKMNPQRSTVWXZ"  # none that is mistaken for another, no vowel: no words
NUMBER_LENGTH = 6
OPEN = (Status.WAITING, Status.TAKEN)

log = structlog.get_logger(__name__)
T = TypeVar("T")


def never(at: datetime) -> bool:
    """Opening hours of a desk where nobody ever is: an officer calls back."""
    return False


def _clock() -> datetime:
    return datetime.now(UTC)


class Desk:
    """Keeps hand-overs, feedback, sentences to review and answers of the survey in one database.

    Calls are short and may come from any thread; the database is opened, and brought up to date, by the first one.
    All raise DeskUnavailable if it cannot be used. Conversations and dossiers are kept as keyed hashes, texts masked.

    open_at: whether an officer is there at a moment. notify: is given each new hand-over and must not wait; without
    it, whom the settings name is told. now: the clock, with a time zone.
    """

    def __init__(
        self,
        settings: DeskSettings,
        *,
        open_at: Callable[[datetime], bool] = never,
        notify: Callable[[HandOver], None] | None = None,
        now: Callable[[], datetime] = _clock,
        survey: Path = ROOT / "data" / "survey.yml",
    ) -> None:
        self._settings = settings
        self._open_at = open_at
        self._notify = notify or Notices(settings).send
        self._now = now
        self._survey = survey
        self._database = Database(settings.database)

    def hand_over(
        self,
        conversation: str,
        reason: Reason,
        *,
        procedure: str | None = None,
        turns: Sequence[str] = (),
        missing: str = "",
        contact: str = "",
    ) -> HandOver:
        """Hands a conversation over, oldest of its turns first.

        One that already waits or is taken stays the same, but for a contact or turns that are new. contact: as the
        citizen gave it, the only text that is not masked.
        """
        summary = [_masked(turn, TURN_LENGTH) for turn in turns[-TURNS:]]
        contact = contact.strip()[:CONTACT_LENGTH]
        hashed, now = self._hash(conversation), self._now()
        kind = Kind.NOW if self._open_at(now) else Kind.CALL_BACK

        def work(session: Session) -> tuple[HandOver, bool]:
            row = session.scalar(_open_of(hashed))
            is_new = row is None
            if row is None:
                row = HandOverRow(
                    number=_new_number(),
                    conversation=hashed,
                    reason=reason,
                    kind=kind,
                    status=Status.WAITING,
                    procedure=procedure,
                    summary=summary,
                    missing=_masked(missing, TEXT_LENGTH),
                    contact=contact,
                    opened=now,
                    taken_by="",
                    note="",
                )
                session.add(row)
                session.flush()
            else:
                row.contact = contact or row.contact
                row.summary = summary or row.summary
            return HandOver.model_validate(row), is_new

        handed, is_new = self._do(work)
        if is_new:
            self._tell(handed)
        return handed

    def of_conversation(self, conversation: str) -> HandOver | None:
        """What of a conversation waits or is taken, if anything."""
        hashed = self._hash(conversation)

        def work(session: Session) -> HandOver | None:
            row = session.scalar(_open_of(hashed))
            return HandOver.model_validate(row) if row else None

        return self._do(work)

    def withdraw(self, conversation: str) -> HandOver | None:
        """Takes back what a conversation handed over, and deletes its contact and turns. None: nothing was open."""
        hashed, now = self._hash(conversation), self._now()

        def work(session: Session) -> HandOver | None:
            row = session.scalar(_open_of(hashed))
            if row is None:
                return None
            row.status, row.closed = Status.WITHDRAWN, now
            row.contact, row.summary, row.missing = "", [], ""
            return HandOver.model_validate(row)

        return self._do(work)

    def waiting(self) -> list[HandOver]:
        """What nobody has taken yet, the oldest first."""
        return self.hand_overs(Status.WAITING)

    def hand_overs(self, *states: Status) -> list[HandOver]:
        """The hand-overs in some states (without one: in any), the oldest first."""
        wanted = select(HandOverRow).where(HandOverRow.status.in_(states or tuple(Status))).order_by(HandOverRow.id)
        return self._do(lambda session: [HandOver.model_validate(row) for row in session.scalars(wanted)])

    def find(self, number: str) -> HandOver:
        """One hand-over; "hg-7k3m9p" and "7K3M9P" are the same number. Raises NoSuchHandOver."""
        return self._do(lambda session: HandOver.model_validate(_row(session, number)))

    def take(self, number: str, who: str) -> HandOver:
        """Notes that an officer deals with it. Raises AlreadyTaken if another does, AlreadyClosed, NoSuchHandOver."""
        now, name = self._now(), who.strip()[:NAME_LENGTH]

        def work(session: Session) -> HandOver:
            row = _row(session, number)
            _check_open(row)
            if row.status is Status.TAKEN and row.taken_by != name:
                raise AlreadyTaken(f"{row.number} was taken by {row.taken_by}.")
            if row.status is Status.WAITING:
                row.status, row.taken, row.taken_by = Status.TAKEN, now, name
            return HandOver.model_validate(row)

        return self._do(work)

    def close(self, number: str, note: str = "") -> HandOver:
        """Notes that it is done, and deletes the contact. Raises AlreadyClosed, NoSuchHandOver."""
        now = self._now()

        def work(session: Session) -> HandOver:
            row = _row(session, number)
            _check_open(row)
            row.status, row.closed, row.contact, row.note = Status.DONE, now, "", _masked(note, TEXT_LENGTH)
            return HandOver.model_validate(row)

        return self._do(work)

    def note_helpful(self, conversation: str, procedure: str | None, helpful: bool, reason: str = "") -> None:
        """Keeps whether the answers about a procedure helped; the last word of a conversation and day counts.

        reason: one of a few words of the program's own, not the citizen's.
        """
        hashed, today, about = self._hash(conversation), self._today(), procedure or ""

        def work(session: Session) -> None:
            row = session.scalar(
                select(HelpfulRow).where(
                    HelpfulRow.conversation == hashed, HelpfulRow.procedure == about, HelpfulRow.day == today
                )
            )
            if row is None:
                row = HelpfulRow(conversation=hashed, procedure=about, day=today)
                session.add(row)
            row.helpful, row.reason = helpful, reason[:40]

        self._do(work)

    def note_review(
        self, text: str, outcome: str, why: Why, *, procedure: str | None = None, comment: str = ""
    ) -> Review | None:
        """Puts a sentence on the review list; one that stands there, in whatever state, counts up. None: no words."""
        masked, comment, today = _masked(text, TEXT_LENGTH), _masked(comment, TEXT_LENGTH), self._today()
        folded = fold(masked)
        if not any(letter.isalnum() for letter in folded):
            return None
        fingerprint = hashlib.sha256(folded.encode()).hexdigest()

        def work(session: Session) -> Review:
            row = session.scalar(select(ReviewRow).where(ReviewRow.fingerprint == fingerprint).with_for_update())
            if row is None:
                row = ReviewRow(fingerprint=fingerprint, text=masked, status=ReviewStatus.NEW, seen=0, comment="")
                session.add(row)
            row.outcome, row.procedure, row.why, row.day = outcome, procedure, why, today
            row.comment = comment or row.comment
            row.seen += 1
            session.flush()
            return Review.model_validate(row)

        return self._do(work)

    def review_list(self, *states: ReviewStatus) -> list[Review]:
        """What is to be reviewed (or stands in the given states), the most often seen first."""
        wanted = (
            select(ReviewRow)
            .where(ReviewRow.status.in_(states or (ReviewStatus.NEW,)))
            .order_by(ReviewRow.seen.desc(), ReviewRow.id)
        )
        return self._do(lambda session: [Review.model_validate(row) for row in session.scalars(wanted)])

    def find_review(self, number: int) -> Review:
        """One entry of the review list. Raises NoSuchReview."""
        return self._do(lambda session: Review.model_validate(_review_row(session, number)))

    def settle_review(self, number: int, status: ReviewStatus) -> Review:
        """Notes what became of an entry. Raises NoSuchReview."""

        def work(session: Session) -> Review:
            row = _review_row(session, number)
            row.status = status
            return Review.model_validate(row)

        return self._do(work)

    def note_survey(self, criterion: str, value: int, *, dossier: str | None = None, comment: str = "") -> None:
        """Keeps one answer; for the same dossier and criterion the last one counts.

        Raises AnswerRefused for an answer that the survey does not offer, SurveyUnusable.
        """
        read_survey(self._survey).check(criterion, value)
        hashed = self._hash(dossier) if dossier else None
        comment, today = _masked(comment, TEXT_LENGTH), self._today()

        def work(session: Session) -> None:
            before = select(SurveyRow).where(SurveyRow.dossier == hashed, SurveyRow.criterion == criterion)
            row = session.scalar(before) if hashed else None
            if row is None:
                row = SurveyRow(dossier=hashed, criterion=criterion)
                session.add(row)
            row.value, row.comment, row.day = value, comment, today

        self._do(work)

    def counts(self) -> Counts:
        """How many of what there are."""
        return self._do(_counts)

    def forget(self, days: int | None = None) -> Forgotten:
        """Deletes hand-overs opened and sentences last written more than `days` ago (without: as the settings say).

        Feedback and the survey's values stay as figures, parted from conversation, dossier and comment.
        """
        age = timedelta(days=self._settings.keep_days if days is None else days)
        moment, day = self._now() - age, self._today() - age

        def work(session: Session) -> Forgotten:
            answers = update(HelpfulRow).where(HelpfulRow.day < day, HelpfulRow.conversation.is_not(None))
            told = update(SurveyRow).where(
                SurveyRow.day < day, SurveyRow.dossier.is_not(None) | (SurveyRow.comment != "")
            )
            return Forgotten(
                hand_overs=rows_changed(session, delete(HandOverRow).where(HandOverRow.opened < moment)),
                reviews=rows_changed(session, delete(ReviewRow).where(ReviewRow.day < day)),
                parted=rows_changed(session, answers.values(conversation=None))
                + rows_changed(session, told.values(dossier=None, comment="")),
            )

        return self._do(work)

    def forget_conversation(self, conversation: str) -> Forgotten:
        """Deletes what a conversation handed over, and parts its feedback from it."""
        hashed = self._hash(conversation)

        def work(session: Session) -> Forgotten:
            answers = update(HelpfulRow).where(HelpfulRow.conversation == hashed).values(conversation=None)
            gone = rows_changed(session, delete(HandOverRow).where(HandOverRow.conversation == hashed))
            return Forgotten(hand_overs=gone, reviews=0, parted=rows_changed(session, answers))

        return self._do(work)

    def _do(self, work: Callable[[Session], T]) -> T:
        """Runs work in one transaction; once more if another process has just written the same row."""
        try:
            return self._database.do(work)
        except DatabaseUnavailable as error:
            raise DeskUnavailable(f"The desk's database cannot be used ({error}).") from error

    def _tell(self, handed: HandOver) -> None:
        try:
            self._notify(handed)
        except Exception as error:  # the row is stored, and the citizen is not concerned
            log.error("notice_not_begun", number=handed.number, error=type(error).__name__)

    def _hash(self, name: str) -> str:
        """What a conversation or dossier is kept as: without the key nobody finds out which it is."""
        return hmac.new(self._settings.hash_key(), name.encode(), hashlib.sha256).hexdigest()[:32]

    def _today(self) -> date:
        return self._now().astimezone(HERE).date()


def _new_number() -> str:
    return "HG-" + "".join(secrets.choice(LETTERS) for _ in range(NUMBER_LENGTH))


def _masked(text: str, length: int) -> str:
    """Masked before it is cut, so that no half of a number is left."""
    return mask(" ".join(text.split()))[:length]


def _open_of(hashed: str) -> Select[HandOverRow]:
    return select(HandOverRow).where(HandOverRow.conversation == hashed, HandOverRow.status.in_(OPEN))


def _row(session: Session, number: str) -> HandOverRow:
    wanted = "HG-" + number.strip().upper().removeprefix("HG").lstrip("-– ")
    row = session.scalar(select(HandOverRow).where(HandOverRow.number == wanted).with_for_update())
    if row is None:
        raise NoSuchHandOver("There is no hand-over of this number.")
    return row


def _check_open(row: HandOverRow) -> None:
    if row.status not in OPEN:
        raise AlreadyClosed(f"{row.number} is {row.status}.")


def _review_row(session: Session, number: int) -> ReviewRow:
    row = session.get(ReviewRow, number)
    if row is None:
        raise NoSuchReview(f"There is no entry {number} in the review list.")
    return row


def _counts(session: Session) -> Counts:
    def of(column: Any) -> dict[Any, int]:
        return dict(tuple(row) for row in session.execute(select(column, func.count()).group_by(column)))

    survey: dict[str, dict[int, int]] = {}
    by_answer = select(SurveyRow.criterion, SurveyRow.value, func.count()).group_by(
        SurveyRow.criterion, SurveyRow.value
    )
    for criterion, value, count in session.execute(by_answer):
        survey.setdefault(criterion, {})[value] = count
    helpful, reasons = of(HelpfulRow.helpful), of(HelpfulRow.reason)
    return Counts(
        hand_overs=of(HandOverRow.status),
        reviews=of(ReviewRow.status),
        helpful=helpful.get(True, 0),
        unhelpful=helpful.get(False, 0),
        reasons={reason: count for reason, count in reasons.items() if reason},
        survey=survey,
    )
