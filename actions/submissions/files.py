"""Keeps files sealed in the database: what citizens send, and what is made for them, for a few days."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from actions.database.work import Database
from actions.submissions.errors import FileRefused, NoSuchFile
from actions.submissions.file_settings import MEBIBYTE
from actions.submissions.file_tables import ID, FileKind, FileRow
from knowledge.working_days import VIETNAM
from storage.vault import Vault
from storage.work import rows_changed

MADE_KEPT = 30  # files made for one conversation, but for those of a submission; older ones are deleted
NAME_LENGTH = 120  # as many characters as knowledge/reply.py lets a name have
NAMES = {FileKind.ATTACHMENT: "Ảnh, tệp anh/chị đã gửi", FileKind.MADE: "Ảnh, giấy tờ trợ lý đã làm cho anh/chị"}
SUFFIXES = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "application/pdf": (".pdf",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
}


def _clock() -> datetime:
    return datetime.now(UTC)


class KeptFile(BaseModel):
    """A file without its content.

    size: bytes. document: which one of a checklist it is. problems: sentences for the citizen about the photo.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    name: str = Field(repr=False)
    media_type: str
    size: int
    pages: int
    kind: FileKind
    submission: str | None
    document: str
    problems: tuple[str, ...]
    kept: datetime
    expires: datetime


class StoredFile(KeptFile):
    """A file with its content."""

    content: bytes = Field(repr=False)


class Files:
    """The files of all conversations. Calls may come from any thread; all raise DatabaseUnavailable.

    keep_days: until a file is deleted, counted from when it came or from the last prolong() of its submission.
    largest: bytes of one file; together: bytes of the files that one conversation has sent.
    """

    name = "Tệp đã gửi và giấy tờ đã làm"

    def __init__(
        self,
        database: Database,
        vault: Vault,
        now: Callable[[], datetime] = _clock,
        keep_days: int = 7,
        *,
        largest: int = 10 * MEBIBYTE,
        together: int = 80 * MEBIBYTE,
    ) -> None:
        self._database = database
        self._vault = vault
        self._now = now
        self._keep = timedelta(days=keep_days)
        self._largest = largest
        self._together = together

    def keep(
        self,
        conversation: str,
        name: str,
        media_type: str,
        content: bytes,
        *,
        kind: FileKind | str = FileKind.ATTACHMENT,
        pages: int = 1,
        problems: Sequence[str] = (),
    ) -> str:
        """Keeps a file; its id, which nobody guesses.

        The same content again, while it belongs to no submission, has the same id. Raises FileRefused if it is too
        large, or what the conversation has sent is too much.
        """
        kind = FileKind(kind)
        if len(content) > self._largest:
            raise FileRefused(f"Tệp nặng quá {_megabytes(self._largest)}. Anh/chị chụp lại ảnh nhỏ hơn giúp.")
        whose, now = self._whose(conversation), self._now()
        row = FileRow(
            id=secrets.token_urlsafe(24),
            conversation=whose,
            kind=kind,
            fingerprint=self._vault.name("file", hashlib.sha256(content).hexdigest()),
            submission=None,
            document="",
            name=self._vault.seal(file_name(name, media_type)),
            media_type=media_type,
            size=len(content),
            pages=pages,
            problems=list(problems),
            kept=now,
            expires=now + self._keep,
            content=self._vault.seal_bytes(content),
        )

        def work(session: Session) -> str:
            same = session.scalar(_loose(row))
            if same is not None:
                same.name, same.kept, same.expires = row.name, row.kept, row.expires
                return same.id
            if kind is FileKind.ATTACHMENT:
                self._check_room(session, whose, row.size, now)
            session.merge(row)  # not add(): the work may be done a second time
            session.flush()
            if kind is FileKind.MADE:
                _drop_oldest(session, whose)
            return row.id

        return self._database.do(work)

    def fetch(self, number: str, conversation: str | None = None) -> StoredFile | None:
        """A file; None: there is none, it has come of age, or it is not this conversation's, if one is named."""
        whose, now = self._whose(conversation) if conversation is not None else None, self._now()

        def work(session: Session) -> tuple[FileRow, bytes] | None:
            row = session.get(FileRow, number) if len(number) == ID else None
            if row is None or row.expires <= now or whose not in (None, row.conversation):
                return None
            return row, row.content

        found = self._database.do(work)
        if found is None:
            return None
        row, content = found
        return StoredFile.model_validate({**self._fields(row), "content": self._vault.open_bytes(content)})

    def rename(self, number: str, name: str, *, conversation: str | None = None) -> None:
        """Gives a file another name. Raises NoSuchFile."""
        self._change(number, conversation, lambda row: {"name": self._vault.seal(file_name(name, row.media_type))})

    def attach(self, number: str, submission: str, document: str, *, conversation: str | None = None) -> None:
        """Makes a file a document of a submission. conversation: only if it is theirs. Raises NoSuchFile."""
        sealed = self._vault.seal(document) if document else ""
        self._change(number, conversation, lambda row: {"submission": submission, "document": sealed})

    def drop(self, number: str, *, conversation: str | None = None) -> bool:
        """Deletes one file; whether there was one."""
        where = [FileRow.id == number]
        if conversation is not None:
            where.append(FileRow.conversation == self._whose(conversation))
        return self._database.do(lambda session: rows_changed(session, delete(FileRow).where(*where))) > 0

    def of_submission(self, submission: str) -> tuple[KeptFile, ...]:
        """What belongs to a submission and has not come of age, the oldest first."""
        return self._listed(select(FileRow).where(FileRow.submission == submission))

    def of_conversation(self, conversation: str) -> tuple[KeptFile, ...]:
        """What a conversation has sent and been given, the oldest first."""
        return self._listed(select(FileRow).where(FileRow.conversation == self._whose(conversation)))

    def prolong(self, submission: str) -> int:
        """Keeps the files of a submission that somebody goes on with for the whole time again; how many they are."""
        now = self._now()
        change = update(FileRow).where(FileRow.submission == submission, FileRow.expires > now)
        return self._database.do(
            lambda session: rows_changed(session, change.values(expires=now + self._keep))  # counted from now
        )

    def held(self, conversation: str) -> list[str]:
        """What is kept of a conversation, in lines for the citizen."""
        files = self.of_conversation(conversation)
        lines = []
        for kind, title in NAMES.items():
            of_kind = [file for file in files if file.kind is kind]
            if of_kind:
                last = max(file.expires for file in of_kind).astimezone(VIETNAM)
                lines.append(f"{title}: {len(of_kind)} tệp, xóa muộn nhất ngày {last:%d/%m/%Y}.")
        return lines

    def erase(self, conversation: str) -> int:
        """Deletes all files of a conversation; how many there were."""
        whose = self._whose(conversation)
        return self._database.do(
            lambda session: rows_changed(session, delete(FileRow).where(FileRow.conversation == whose))
        )

    def erase_submission(self, submission: str) -> int:
        """Deletes the files of a submission; how many there were."""
        return self._database.do(
            lambda session: rows_changed(session, delete(FileRow).where(FileRow.submission == submission))
        )

    def forget(self, now: datetime) -> int:
        """Deletes what has come of age; how many there were."""
        return self._database.do(lambda session: rows_changed(session, delete(FileRow).where(FileRow.expires <= now)))

    def _whose(self, conversation: str) -> str:
        return self._vault.name("conversation", conversation)

    def _check_room(self, session: Session, whose: str, size: int, now: datetime) -> None:
        sent = select(func.coalesce(func.sum(FileRow.size), 0)).where(
            FileRow.conversation == whose, FileRow.kind == FileKind.ATTACHMENT, FileRow.expires > now
        )
        if (session.scalar(sent) or 0) + size > self._together:
            raise FileRefused(
                f"Tổng dung lượng tệp đã gửi vượt {_megabytes(self._together)} nên tôi chưa nhận thêm được. "
                "Anh/chị gửi bản nhẹ hơn, hoặc mang bản giấy khi nộp."
            )

    def _change(self, number: str, conversation: str | None, values: Callable[[FileRow], dict[str, str]]) -> None:
        whose, now = self._whose(conversation) if conversation is not None else None, self._now()

        def work(session: Session) -> None:
            row = session.get(FileRow, number)
            if row is None or row.expires <= now or whose not in (None, row.conversation):
                raise NoSuchFile("There is no such file, or it was deleted.")
            for field, value in values(row).items():
                setattr(row, field, value)

        self._database.do(work)

    def _listed(self, query: Select[FileRow]) -> tuple[KeptFile, ...]:
        now = self._now()
        ordered = query.where(FileRow.expires > now).order_by(FileRow.kept, FileRow.id)
        rows = self._database.do(lambda session: session.scalars(ordered).all())
        return tuple(KeptFile.model_validate(self._fields(row)) for row in rows)

    def _fields(self, row: FileRow) -> dict[str, object]:
        plain = ("id", "media_type", "size", "pages", "kind", "submission", "problems", "kept", "expires")
        opened = {
            "name": self._vault.open(row.name),
            "document": self._vault.open(row.document) if row.document else "",
        }
        return {**{field: getattr(row, field) for field in plain}, **opened}


def file_name(given: str, media_type: str) -> str:
    """A name that shows what the file is, and that every system takes: one line, no folders, the ending of its type."""
    name = unicodedata.normalize("NFC", given.replace("\\", "/").rpartition("/")[2])
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C")
    name = re.sub(r'[<>:"|?*]', "-", " ".join(name.split())).strip(". ")
    endings = SUFFIXES.get(media_type, ())
    path = PurePosixPath(name or "tep")
    if not endings or path.suffix.lower() in endings:
        stem, ending = (path.stem, path.suffix.lower()) if path.suffix else (path.name, "")
    else:
        stem = path.stem if _an_ending(path.suffix) else path.name
        ending = endings[0]
    return f"{(stem.strip() or 'tep')[: NAME_LENGTH - len(ending)].rstrip()}{ending}"


def _an_ending(suffix: str) -> bool:
    """Whether it names a kind of file, rather than being a part of the name ("số 1.2")."""
    return bool(re.fullmatch(r"\.[A-Za-z][A-Za-z0-9]{1,4}", suffix))


def _loose(row: FileRow) -> Select[FileRow]:
    """The same content of the same conversation that belongs to no submission."""
    return select(FileRow).where(
        FileRow.conversation == row.conversation,
        FileRow.fingerprint == row.fingerprint,
        FileRow.kind == row.kind,
        FileRow.submission.is_(None),
    )


def _drop_oldest(session: Session, whose: str) -> None:
    """Deletes what was made for a conversation long ago."""
    loose = [FileRow.conversation == whose, FileRow.kind == FileKind.MADE, FileRow.submission.is_(None)]
    newest = select(FileRow.id).where(*loose).order_by(FileRow.kept.desc(), FileRow.id).limit(MADE_KEPT)
    stay = list(session.scalars(newest))
    session.execute(delete(FileRow).where(*loose, FileRow.id.not_in(stay)))


def _megabytes(count: int) -> str:
    return f"{max(1, round(count / MEBIBYTE))} MB"
