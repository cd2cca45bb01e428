"""The Zalo Official Account: a citizen follows the account of the province and writes to it."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import structlog
from cachetools import TTLCache

from bot.channels.channel import (
    Chat,
    Incoming,
    Kind,
    OfferedFile,
    Rates,
    Rendered,
    Rendering,
    SendFailed,
    Sent,
    Trouble,
)
from bot.channels.downloads import download
from bot.channels.zalo_answers import UPLOAD_EXPIRED, TokenRefused, failure, read_answer, unanswered
from bot.channels.zalo_echoes import Echoes, EchoKeys
from bot.channels.zalo_errors import ZaloAuthAway, ZaloError, ZaloJournalUnwritable
from bot.channels.zalo_events import BEGINNING, NAME, Events
from bot.channels.zalo_hours import FREE, WINDOW, is_night, until_morning
from bot.channels.zalo_oa_rendering import CONTACT, FILE, LARGEST_FILE, PICTURE, TEXT, Renderer
from bot.channels.zalo_oa_settings import ZaloOaSettings
from bot.channels.zalo_pictures import fitting
from bot.channels.zalo_taps import Taps
from bot.channels.zalo_tokens import ZaloTokens
from bot.errors import ActionsAway
from bot.inner import StoredFile
from knowledge.reply import Reply
from storage.errors import DatabaseUnavailable, StorageError

SEND = "/v3.0/oa/message/cs"
QUOTA = "/v3.0/oa/quota/message"
UPLOAD = "/v2.0/oa/upload/"
UPLOADED_SECONDS = timedelta(days=6).total_seconds()  # the service keeps it for seven days
UPLOADS = 10_000
QUOTA_SECONDS = 60.0
POLL_SECONDS = 0.25  # between two looks for word of a message
KEEP_FRESH_SECONDS = 600.0

FetchFile = Callable[[str], Awaitable[StoredFile | None]]

log = structlog.get_logger(__name__)


class ZaloOaChannel:
    """The channel. fetch_file: gives a file of ours by its id, raises ActionsAway. now: the clock, with a time zone."""

    name = NAME
    rates = Rates(overall="4000/minute", chat="2/second")
    settle = 0.5

    def __init__(
        self,
        settings: ZaloOaSettings,
        tokens: ZaloTokens,
        fetch_file: FetchFile,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        secret = settings.secret_of_app()
        taps, keys = Taps(secret), EchoKeys(secret)
        self._settings, self._tokens, self._fetch_file, self._now = settings, tokens, fetch_file, now
        self._events = Events(settings.app_id, settings.secret_of_webhook(), taps, keys)
        self._renderer = Renderer(taps, settings.public_url, settings.contact_picture)
        self._keys = keys
        self._echoes = Echoes(tokens.database, now)
        self._client = httpx.AsyncClient(base_url=settings.base_url, timeout=settings.timeout)
        self._files = httpx.AsyncClient()  # never with our token
        self._uploads: TTLCache[str, str] = TTLCache(UPLOADS, UPLOADED_SECONDS)
        self._quotas: TTLCache[str, Mapping[str, Any]] = TTLCache(UPLOADS, QUOTA_SECONDS)
        self._started = time.monotonic()
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to keep the token fresh, also while nobody writes: a refresh token lives for three months."""
        self._started = time.monotonic()
        self._keeping = asyncio.create_task(self._keep_fresh())

    async def close(self) -> None:
        """Disconnects."""
        if self._keeping:
            self._keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeping
        await self._client.aclose()
        await self._files.aclose()

    def receive(self, headers: Mapping[str, str], body: bytes) -> Sequence[Incoming]:
        """What stands in a call of the webhook. Raises NotFromChannel or BadRequest."""
        return self._events.read(headers, body)

    async def poll(self) -> Sequence[Incoming] | None:
        """There is nothing to ask for: the service calls the webhook."""
        return None

    async def acknowledge(self, incoming: Incoming) -> None:
        """Nothing: an account cannot show that it is typing."""

    async def note_sent(self, incoming: Incoming) -> None:
        """Keeps what the service told of a message of ours (Kind.SENT), for find_sent. Raises DatabaseUnavailable."""
        if incoming.kind is Kind.SENT and "key" in incoming.details:
            await asyncio.to_thread(self._echoes.note, incoming.details["id"], incoming.details["key"])

    def render(self, reply: Reply, chat: Chat, to: Incoming | None = None) -> Rendering:
        """A reply as messages of the account."""
        return self._renderer.render(reply, chat, to)

    async def send(self, chat: str, message: Rendered) -> Sent:
        """Sends one message; a file goes up first. Raises SendFailed."""
        if notice := message.body.get("notice"):
            await self._check_hours(chat, notice)
        content = await self._content(message)
        try:
            data = await self._call(SEND, json={"recipient": {"user_id": chat}, "message": content})
        except SendFailed as error:
            if error.code == UPLOAD_EXPIRED and message.file:
                self._uploads.pop(message.file, None)
            raise
        number = str(data.get("message_id", ""))
        await self._note_answer(chat, message, number)
        return Sent(id=number)

    async def find_sent(self, chat: str, message: Rendered, hints: Sequence[str]) -> Sent | None:
        """Looks for word of the message from the service (oa_send_*), waiting for it a little.

        hints are not needed: what belongs to another call is known here.
        """
        key, ours = self._key(chat, message), message.body["ours"]
        end = max(
            time.monotonic() + self._settings.echo_seconds, self._started + self._settings.echo_after_start
        )  # what was told while we were away is told again half a minute later
        while True:
            try:
                found = await asyncio.to_thread(self._echoes.find, key, ours, hints)
            except DatabaseUnavailable:
                raise SendFailed(Trouble.UNKNOWN, "database") from None
            if found:
                return Sent(id=found)
            if message.call == CONTACT:  # of forms there is no word
                raise SendFailed(Trouble.UNKNOWN, "no echo")
            if time.monotonic() >= end:
                return None
            await asyncio.sleep(POLL_SECONDS)

    async def fetch(self, file: OfferedFile, largest: int) -> bytes:
        """The content of a picture or file that somebody sent. Raises AttachmentTooBig or SendFailed."""
        return await download(self._files, file.reference, largest, self._settings.file_hosts)

    async def quota(self, person: str) -> Mapping[str, Any]:
        """What may be sent to a person, in the service's own words: last_interaction, cs_reply. Raises SendFailed."""
        return await self._call(QUOTA, json={"user_id": person})

    def _key(self, chat: str, message: Rendered) -> str:
        if message.call == TEXT:
            return self._keys.text(chat, message.body["message"]["text"])
        return self._keys.media(chat, message.call)

    async def _note_answer(self, chat: str, message: Rendered, number: str) -> None:
        """Before the core knows it: if we die in between, find_sent() knows."""
        if not number:
            return
        try:
            await asyncio.to_thread(self._echoes.answered, number, self._key(chat, message), message.body["ours"])
        except DatabaseUnavailable as error:  # it was sent all the same
            log.error("zalo_sent_not_noted", code=error.code)

    async def _keep_fresh(self) -> None:
        while True:
            try:
                await self._tokens.access()
            except (ZaloError, StorageError) as error:
                log.error("zalo_no_token", code=error.code)
            await asyncio.sleep(KEEP_FRESH_SECONDS)

    async def _check_hours(self, chat: str, notice: Mapping[str, Any]) -> None:
        """What nobody asked for is not sent at night, nor to who did nothing for seven days. Logs what costs."""
        now = self._now()
        if is_night(now):
            raise SendFailed(Trouble.CLOSED, "night", after=until_morning(now))
        quota = await self._known_quota(chat)
        told = [datetime.fromisoformat(notice["last"])] if notice.get("last") else []
        told += [moment] if (moment := _moment(quota.get("last_interaction"))) else []
        since = now - max(told) if told else None
        if since is not None and since > WINDOW:
            raise SendFailed(Trouble.CLOSED, "window")
        free = quota.get("cs_reply")
        used_up = isinstance(free, Mapping) and str(free.get("remain", "")) == "0"
        if used_up or (since is not None and since > FREE):
            if not self._settings.pay:
                raise SendFailed(Trouble.CLOSED, "costs")
            log.info("zalo_message_costs", used_up=used_up)

    async def _known_quota(self, chat: str) -> Mapping[str, Any]:
        """The quota of a minute ago at most; nothing where it cannot be read: sending will tell."""
        if chat not in self._quotas:
            try:
                self._quotas[chat] = await self.quota(chat)
            except SendFailed as error:
                log.info("zalo_no_quota", error=error.code)
                return {}
        return self._quotas.get(chat, {})

    async def _content(self, message: Rendered) -> Mapping[str, Any]:
        if message.file is None:
            content: Mapping[str, Any] = message.body["message"]
            return content
        reference = self._uploads.get(message.file) or await self._upload(message, message.file)
        if message.call == FILE:
            return {"attachment": {"type": "file", "payload": {"token": reference}}}
        element = {"media_type": "image", "attachment_id": reference}
        return {"attachment": {"type": "template", "payload": {"template_type": "media", "elements": [element]}}}

    async def _upload(self, message: Rendered, file: str) -> str:
        """Brings a file to the service; gives its name there. Nobody sees it yet, so it may be done twice."""
        content, media_type = await self._file(message.call, file)
        kind, field = ("image", "attachment_id") if message.call == PICTURE else ("file", "token")
        name = message.file_name if message.call == FILE else f"anh.{media_type.rpartition('/')[2]}"
        try:
            data = await self._call(
                f"{UPLOAD}{kind}",
                files={"file": (name, content, media_type)},
                timeout=self._settings.upload_timeout,
            )
        except SendFailed as error:
            if error.trouble is Trouble.UNKNOWN:
                raise SendFailed(Trouble.LATER, error.code) from None
            raise
        reference = data.get(field)
        if not isinstance(reference, str) or not reference:
            raise SendFailed(Trouble.NEVER, "upload unreadable")
        self._uploads[file] = reference
        return reference

    async def _file(self, call: str, file: str) -> tuple[bytes, str]:
        try:
            stored = await self._fetch_file(file)
        except ActionsAway:
            raise SendFailed(Trouble.LATER, ActionsAway.code) from None
        if stored is None:
            raise SendFailed(Trouble.NEVER, "file gone")
        media_type = stored.media_type.partition(";")[0].strip().lower()
        if call == PICTURE:
            made = await asyncio.to_thread(fitting, stored.content, media_type)
            if made is None:
                raise SendFailed(Trouble.NEVER, "picture unreadable")
            return made
        if len(stored.content) > LARGEST_FILE:
            raise SendFailed(Trouble.NEVER, "file too big")
        return stored.content, media_type

    async def _call(self, path: str, **how: Any) -> Mapping[str, Any]:
        """One call with a token that is renewed once if it is refused. Raises SendFailed."""
        with _as_trouble():
            token = await self._tokens.access()
            try:
                return await self._ask(path, token, how)
            except TokenRefused:
                token = await self._tokens.renewed(token)
            try:
                return await self._ask(path, token, how)
            except TokenRefused as refused:
                raise failure(str(refused), self._now()) from None

    async def _ask(self, path: str, token: str, how: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            answer = await self._client.post(path, headers={"access_token": token}, **how)
        except httpx.HTTPError as error:
            raise unanswered(error) from None
        return read_answer(answer, self._now())


@contextlib.contextmanager
def _as_trouble() -> Iterator[None]:
    """What is wrong with our token, as far as it decides what to do next."""
    try:
        yield
    except (ZaloAuthAway, ZaloJournalUnwritable, DatabaseUnavailable) as error:
        raise SendFailed(Trouble.LATER, error.code) from None
    except (ZaloError, StorageError) as error:
        raise SendFailed(Trouble.BROKEN, error.code) from None


def _moment(said: object) -> datetime | None:
    """A moment as the service tells it: milliseconds as a string. In which form is not confirmed: else None."""
    if not isinstance(said, str) or not re.fullmatch(r"\d{12,14}", said):
        return None
    return BEGINNING + timedelta(milliseconds=int(said))
