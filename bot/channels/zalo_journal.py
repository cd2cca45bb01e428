"""Keeps what the token service answered, before anything else is done with it.

A refresh token works once: from the moment the service has answered until the new pair stands in the database, this
answer is the only copy. So a file is made, and its room on the disk taken, before the token is spent; the answer is
written into it as it came, sealed; and it goes only when the database has the pair. The file is locked by the process
that spends the token: who can lock it knows that this process is dead (the system frees its locks).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.channels.zalo_errors import ZaloJournalUnwritable
from storage.errors import VaultLocked
from storage.vault import Vault

ROOM = 16 * 1024  # bytes taken beforehand; an answer has about two thousand
SUFFIX = ".answer"
UNNAMED = ".new"
ABANDONED = 3600.0  # seconds

log = structlog.get_logger(__name__)


class Answer(BaseModel):
    """What the service answered. generation: of the pair whose refresh token was spent for it."""

    model_config = ConfigDict(frozen=True)

    generation: int
    status: int
    body: str = Field(repr=False)


class Slot:
    """A place for one answer, locked by us. name: stands in the database while its token is being spent."""

    def __init__(self, path: Path, handle: int, vault: Vault) -> None:
        self.name = path.stem
        self._path, self._handle, self._vault = path, handle, vault

    def keep(self, answer: Answer) -> None:
        """Writes the answer; when this returns it survives a crash of the machine. Raises OSError."""
        sealed = self._vault.seal(answer.model_dump_json()).encode("ascii")
        os.pwrite(self._handle, sealed, 0)
        os.ftruncate(self._handle, len(sealed))
        os.fsync(self._handle)

    def kept(self) -> Answer | None:
        """The answer; None if there is none."""
        content = os.pread(self._handle, os.fstat(self._handle).st_size, 0).rstrip(b"\0")
        if not content:
            return None
        try:
            return Answer.model_validate_json(self._vault.open_bytes(content))
        except (VaultLocked, ValidationError) as error:
            log.error("zalo_answer_unreadable", error=type(error).__name__)
            return None

    def drop(self) -> None:
        """Deletes the file."""
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Unlocks the file."""
        os.close(self._handle)


class Journal:
    """The folder of answers, shared by the processes of one machine. Everything in it is sealed."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder, self._vault = folder, vault

    @contextlib.contextmanager
    def place(self) -> Iterator[Slot]:
        """A locked place with room for an answer; not deleted by itself. Raises ZaloJournalUnwritable."""
        path = self._folder / f"{secrets.token_hex(16)}{SUFFIX}"
        try:
            handle = self._made(path)
        except OSError as error:
            log.error("zalo_journal_unwritable", code=ZaloJournalUnwritable.code, error=type(error).__name__)
            raise ZaloJournalUnwritable("No room is kept for the new tokens, so none were asked for.") from error
        slot = Slot(path, handle, self._vault)
        try:
            yield slot
        finally:
            slot.close()

    def left(self) -> Iterator[Slot]:
        """The places whose processes have died, each locked by us while it is looked at."""
        self._sweep()
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            try:
                handle = os.open(path, os.O_RDWR)
            except OSError:  # dropped meanwhile
                continue
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield Slot(path, handle, self._vault)
            except BlockingIOError:  # its process lives
                continue
            finally:
                os.close(handle)

    def _sweep(self) -> None:
        """Places whose processes died while they made them."""
        for path in self._folder.glob(f"*{UNNAMED}"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > ABANDONED:
                    path.unlink()

    def has(self, name: str) -> bool:
        """Whether this place is in this folder, not on another machine."""
        return (self._folder / f"{name}{SUFFIX}").exists()

    def _made(self, path: Path) -> int:
        """Under another name until it is locked, so that nobody takes it for one whose process has died."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        unnamed = path.with_suffix(UNNAMED)
        handle = os.open(unnamed, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            os.pwrite(handle, bytes(ROOM), 0)
            os.fsync(handle)
            unnamed.rename(path)
            self._keep_name()
        except BaseException:
            os.close(handle)
            unnamed.unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            raise
        return handle

    def _keep_name(self) -> None:
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
