"""Asks the action server for what is no turn of a conversation: notices, files to give, files that came.

Over HTTP on loopback, with a token that only this machine's user can read.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.errors import ActionsAway, AttachmentRefused
from bot.file_names import named_in
from bot.request_id import pass_on
from bot.settings import ROOT
from knowledge.reply import Reply

TOKEN_FILE = ROOT / "var" / "inner-token"
SECONDS = 5.0
FILE_SECONDS = 30.0
TAKING_SECONDS = 90.0  # looking at a long PDF, and a scanner for malware, take their time

log = structlog.get_logger(__name__)


class Notice(BaseModel):
    """Something to tell a conversation that did not ask. id: with which it is told once."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    conversation: str
    reply: Reply


class Taken(BaseModel):
    """A file that was taken. size: bytes. problems: sentences for the citizen. codes: of dossiers, read in pictures."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    name: str
    media_type: str
    size: int
    problems: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class StoredFile:
    """A file to give. media_type: as the action server says it, to be held against a list before it goes out."""

    content: bytes
    media_type: str
    name: str


class Inner:
    """A client of the inner routes. transport: another way than the network."""

    def __init__(self, url: str, token: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"authorization": f"Bearer {token}"},
            timeout=SECONDS,
            transport=transport,
            event_hooks={"request": [pass_on]},
        )

    async def notices(self, conversations: Sequence[str]) -> list[Notice]:
        """What waits for these conversations; one that cannot be read is left out. Raises ActionsAway."""
        answer = await self._ask("POST", "/inner/notices", json={"conversations": list(conversations)})
        return [notice for entry in _entries(_sound(answer)) if (notice := _notice(entry))]

    async def delivered(self, ids: Sequence[str]) -> None:
        """Says that notices were seen and need not be told again. Raises ActionsAway."""
        _sound(await self._ask("POST", "/inner/notices/delivered", json={"ids": list(ids)}))

    async def file(self, name: str) -> StoredFile | None:
        """The file of an id; None if there is none, or none any more. Raises ActionsAway."""
        answer = await self._ask("GET", f"/inner/files/{name}", timeout=FILE_SECONDS)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        headers = _sound(answer).headers
        named = named_in(headers.get("content-disposition", ""))
        return StoredFile(answer.content, headers.get("content-type", ""), named or name)

    async def attach(self, conversation: str, name: str, content: bytes) -> Taken:
        """Hands a citizen's file over. Raises AttachmentRefused with a sentence for the citizen, or ActionsAway."""
        answer = await self._ask(
            "PUT",
            "/inner/attachments",
            params={"conversation": conversation, "name": name},
            content=content,
            headers={"content-type": "application/octet-stream"},
            timeout=TAKING_SECONDS,
        )
        if answer.is_client_error and (message := _message(answer)):
            raise AttachmentRefused(message)
        try:
            return Taken.model_validate(_sound(answer).json())
        except ValueError as error:  # ValidationError is one
            log.error("actions_unreadable", error=type(error).__name__)
            raise ActionsAway() from None

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def _ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        try:
            return await self._client.request(method, path, **how)
        except httpx.HTTPError as error:
            log.warning("actions_away", error=type(error).__name__)
            raise ActionsAway() from None  # the error names the address, in which the file's name stands


def inner_token(given: str | None, path: Path = TOKEN_FILE) -> str:
    """The token of the inner routes: the one given, else the one in the file, which whoever comes first makes."""
    if given:
        return given
    if not path.is_file() or not path.read_text(encoding="ascii").strip():
        _make_token(path)
    return path.read_text(encoding="ascii").strip()


def _make_token(path: Path) -> None:
    """A file appears whole and readable by this user only; one that another process made meanwhile stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file() and not path.read_text(encoding="ascii").strip():
        path.unlink()
    handle, written = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    with contextlib.suppress(FileExistsError):
        os.link(written, path)
    Path(written).unlink()


def _sound(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        log.error("actions_refuse", status=answer.status_code)
        raise ActionsAway()
    return answer


def _message(answer: httpx.Response) -> str | None:
    """The sentence for the citizen in a refusal; None where the refusal is about ourselves, like a wrong token."""
    if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return None
    try:
        message = answer.json()["error"]["message"]
    except (ValueError, TypeError, KeyError):
        return None
    return message if isinstance(message, str) and message else None


def _entries(answer: httpx.Response) -> list[Any]:
    try:
        entries = answer.json()["notices"]
    except (ValueError, TypeError, KeyError):
        entries = None
    if not isinstance(entries, list):
        log.error("actions_unreadable", error="notices")
        raise ActionsAway()
    return entries


def _notice(entry: Any) -> Notice | None:
    try:
        return Notice.model_validate(entry)
    except ValidationError as error:
        log.error("notice_unreadable", fields=[".".join(map(str, one["loc"])) for one in error.errors()][:5])
        return None
