"""Keeps submissions: each change is one transaction, counted once however often its message comes."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from actions.database.work import Database
from actions.submissions.errors import NoSuchSubmission
from actions.submissions.submission import Content, Submission
from actions.submissions.tables import RememberedRow, State, SubmissionRow
from knowledge.working_days import VIETNAM
from storage.vault import Vault
from storage.work import rows_changed

OPEN = (State.ASKING, State.LATER, State.SENDING)
STATES = {
    State.ASKING: "đang điền",
    State.LATER: "để sau",
    State.SENDING: "đang gửi",
    State.DRAFTED: "đã tạo bản nháp",
    State.PRINTED: "đã điền xong",
    State.CANCELLED: "đã hủy",
}
DETAILS = {
    "name": "họ tên",
    "phone": "số điện thoại",
    "identity_number": "số định danh",
    "birth_date": "ngày sinh",
    "address": "nơi cư trú",
}
Change = Callable[[Submission], Submission]


def _clock() -> datetime:
    return datetime.now(UTC)


class Submissions:
    """Submissions by conversation. All calls are short and may come from any thread; DatabaseUnavailable may be raised.

    now: the clock, with a time zone. keep_days: days after the last change until a submission is deleted.
    """

    name = "Tờ khai"

    def __init__(
        self, database: Database, vault: Vault, *, keep_days: int, now: Callable[[], datetime] = _clock
    ) -> None:
        self._database = database
        self._vault = vault
        self._keep = timedelta(days=keep_days)
        self._now = now

    def begin(self, conversation: str, procedure: str, content: Content, message: str) -> Submission:
        """A new submission, or the one of this procedure that is still open; others of the person are put aside."""
        name = self._name(conversation)

        def work(session: Session) -> Submission:
            rows = session.scalars(_open_of(name).with_for_update()).all()
            for row in rows:
                if row.procedure != procedure and row.state is State.ASKING:
                    row.state = State.LATER
            same = next((row for row in rows if row.procedure == procedure), None)
            if same is not None:
                if same.state is State.LATER:
                    same.state = State.ASKING
                return self._opened(same)
            row = SubmissionRow(
                id=secrets.token_hex(16),
                conversation=name,
                procedure=procedure,
                state=State.ASKING,
                content=self._sealed(content),
                message=message,
                version=1,
                made=self._now(),
                changed=self._now(),
            )
            session.add(row)
            session.flush()
            return self._opened(row)

        return self._database.do(work)

    def current(self, conversation: str) -> Submission | None:
        """The submission that is being filled in or sent, if there is one."""
        return next((one for one in self.open_of(conversation) if one.state is not State.LATER), None)

    def open_of(self, conversation: str) -> list[Submission]:
        """All that can still be gone on with, the one changed last first."""
        name = self._name(conversation)

        def work(session: Session) -> list[Submission]:
            return [self._opened(row) for row in session.scalars(_open_of(name))]

        return self._database.do(work)

    def find(self, conversation: str, number: str) -> Submission:
        """One submission of a person. Raises NoSuchSubmission."""
        name = self._name(conversation)
        return self._database.do(lambda session: self._opened(_row(session, name, number)))

    def change(self, conversation: str, number: str, message: str, change: Change) -> Submission:
        """Changes a submission; the same message a second time changes nothing. Raises NoSuchSubmission.

        message: its id; empty for a change that no message caused, which then must do no harm when done twice.
        """
        name = self._name(conversation)

        def work(session: Session) -> Submission:
            row = _row(session, name, number, for_change=True)
            before = self._opened(row)
            if message and row.message == message:
                return before
            after = change(before)
            row.state, row.content = after.state, self._sealed(after.content)
            row.message = message or row.message
            row.version += 1
            row.changed = self._now()
            return self._opened(row)

        return self._database.do(work)

    def remember(self, conversation: str, person: Mapping[str, str], commune: str | None) -> None:
        """What the person lets us use in their next form; replaces what was remembered before."""
        name, content = (
            self._name(conversation),
            self._vault.seal(json.dumps({"person": dict(person), "commune": commune})),
        )

        def work(session: Session) -> None:
            row = session.get(RememberedRow, name)
            if row is None:
                session.add(RememberedRow(conversation=name, content=content, changed=self._now()))
            else:
                row.content, row.changed = content, self._now()

        self._database.do(work)

    def remembered(self, conversation: str) -> tuple[dict[str, str], str | None]:
        """What is remembered of a person ("name", "phone", ...), and their commune."""
        name = self._name(conversation)
        row = self._database.do(lambda session: session.get(RememberedRow, name))
        if row is None:
            return {}, None
        content: dict[str, Any] = json.loads(self._vault.open(row.content))
        return content["person"], content["commune"]

    def forget_remembered(self, conversation: str) -> int:
        """Deletes what was remembered; how many rows that was."""
        gone = delete(RememberedRow).where(RememberedRow.conversation == self._name(conversation))
        return self._database.do(lambda session: rows_changed(session, gone))

    def forget_known(self, conversation: str, fields: Callable[[str], Collection[str]]) -> None:
        """Deletes what waits to be filled in, of the fields that are named for a procedure; what was answered stays."""
        name = self._name(conversation)

        def work(session: Session) -> None:
            wanted = select(SubmissionRow).where(SubmissionRow.conversation == name).with_for_update()
            for row in session.scalars(wanted):
                content = self._opened(row).content
                gone = fields(row.procedure)
                left = {field: known for field, known in content.known.items() if field not in gone}
                if left != content.known:
                    row.content = self._sealed(content.model_copy(update={"known": left}))

        self._database.do(work)

    def all_of(self, conversation: str) -> list[Submission]:
        """Every submission of a person, ended ones too, the newest first."""
        name = self._name(conversation)
        wanted = select(SubmissionRow).where(SubmissionRow.conversation == name).order_by(SubmissionRow.made.desc())
        return self._database.do(lambda session: [self._opened(row) for row in session.scalars(wanted)])

    def held(self, conversation: str) -> list[str]:
        """What is kept of a person, in words."""
        lines = [
            f"{one.procedure}: {STATES[one.state]}, {len(one.content.answers)} mục đã điền, "
            f"từ {one.made.astimezone(VIETNAM):%d/%m/%Y}"
            for one in self.all_of(conversation)
        ]
        person, _ = self.remembered(conversation)
        return [
            *lines,
            *(["Thông tin đã nhớ cho tờ khai sau: " + ", ".join(sorted(map(_named, person)))] if person else []),
        ]

    def erase(self, conversation: str) -> int:
        """Deletes all submissions of a person and what is remembered of them; how many rows that was."""
        gone = delete(SubmissionRow).where(SubmissionRow.conversation == self._name(conversation))
        return self._database.do(lambda session: rows_changed(session, gone)) + self.forget_remembered(conversation)

    def forget(self, now: datetime) -> int:
        """Deletes what nobody has touched for as long as it may be kept; how many rows that was."""
        old = now - self._keep

        def work(session: Session) -> int:
            gone = rows_changed(session, delete(SubmissionRow).where(SubmissionRow.changed < old))
            return gone + rows_changed(session, delete(RememberedRow).where(RememberedRow.changed < old))

        return self._database.do(work)

    def _name(self, conversation: str) -> str:
        return self._vault.name("conversation", conversation)

    def _sealed(self, content: Content) -> str:
        return self._vault.seal(content.model_dump_json())

    def _opened(self, row: SubmissionRow) -> Submission:
        return Submission(
            id=row.id,
            procedure=row.procedure,
            state=row.state,
            content=Content.model_validate_json(self._vault.open(row.content)),
            message=row.message,
            made=row.made,
            changed=row.changed,
        )


def _named(detail: str) -> str:
    return DETAILS.get(detail, detail)


def _open_of(name: str) -> Any:
    rows = select(SubmissionRow).where(SubmissionRow.conversation == name, SubmissionRow.state.in_(OPEN))
    return rows.order_by(SubmissionRow.changed.desc())


def _row(session: Session, name: str, number: str, *, for_change: bool = False) -> SubmissionRow:
    wanted = select(SubmissionRow).where(SubmissionRow.id == number, SubmissionRow.conversation == name)
    row: SubmissionRow | None = session.scalar(wanted.with_for_update() if for_change else wanted)
    if row is None:
        raise NoSuchSubmission("There is no such submission of this person.")
    return row


def known_answers(
    questions: Mapping[str, Any], person: Mapping[str, str], commune: str | None, case: Mapping[str, str]
) -> dict[str, str]:
    """What already tells an answer, by field: details of the person, their commune, what they said of their case."""
    found: dict[str, str] = {}
    for field, question in questions.items():
        kind, _, key = (question.known or "").partition(".")
        told = {"person": person.get(key), "commune": commune, "case": case.get(key)}.get(kind)
        value = question.known_as.get(told, "") if told and question.known_as else told
        if value:
            found[field] = value
    return found
