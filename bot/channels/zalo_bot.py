"""The Zalo bot (Zalo Bot Platform): text and pictures, no buttons.

What is known of the service stands in docs/zalo-bot.md, with what is not confirmed.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import structlog

from bot.channels.channel import Chat, Incoming, OfferedFile, Rates, Rendered, Rendering, SendFailed, Sent, Trouble
from bot.channels.downloads import download
from bot.channels.zalo_bot_rendering import in_words, rendered
from bot.channels.zalo_bot_service import NO_UPDATE, ZaloBotService
from bot.channels.zalo_bot_settings import WEBHOOK_PATH, ZaloBotSettings
from bot.commands import COMMANDS
from bot.errors import BadRequest, NotFromChannel
from bot.messages import clean
from knowledge.normalise import fold
from knowledge.reply import Reply

SECRET_HEADER = "x-bot-api-secret-token"  # noqa: S105
FIRST_WAIT = 1.0  # seconds before the second attempt to register the webhook; each further wait is twice as long
LONGEST_WAIT = 300.0  # seconds
MILLISECONDS = 100_000_000_000  # a date above it is in milliseconds: in seconds it would be the year 5138
LONGEST_NAME = 12  # words of the bot's name
SHORT_ACTION = 5.0  # seconds to show that we type

_COMMAND = re.compile(r"/([a-z]{1,32})(?:\s+(.*))?", re.DOTALL)
_KNOWN = {command.name for command in COMMANDS}

log = structlog.get_logger(__name__)


class ZaloBotChannel:
    """One bot of the Zalo Bot Platform. Raises ValueError without a token, OSError where its file is unreadable."""

    name = "zalo-bot"
    settle = 0.5
    number_menus = True

    def __init__(self, settings: ZaloBotSettings) -> None:
        self.rates = Rates(overall=settings.rate, chat=settings.rate_chat)
        self._settings = settings
        self._secret = settings.secret().encode()
        self._service = ZaloBotService(settings.base_url, settings.bot_token(), settings.timeout)
        self._files = httpx.AsyncClient(timeout=settings.timeout)
        self._names = {fold(settings.name)} - {""}
        self._asked_before = False
        self._beginning: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Registers the webhook and learns the bot's name, in the background until it worked."""
        self._beginning = asyncio.create_task(self._begin())

    async def close(self) -> None:
        """Disconnects."""
        if self._beginning:
            self._beginning.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._beginning
        await self._service.close()
        await self._files.aclose()

    async def _begin(self) -> None:
        wait = FIRST_WAIT
        while True:
            try:
                await self._learn_name()
                if self._settings.mode == "polling" or await self._register():
                    return
            except SendFailed as failed:
                log.warning("zalo_bot_not_started", trouble=failed.trouble.value, code=failed.code)
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    async def _learn_name(self) -> None:
        """How the bot may be mentioned. Raises SendFailed."""
        me = await self._service.call("getMe", {})
        told = [me.get(field) for field in ("account_name", "display_name", "name")] if isinstance(me, dict) else []
        self._names |= {fold(name) for name in told if isinstance(name, str) and fold(name)}

    async def _register(self) -> bool:
        """Whether the service calls us from now on; it tries so at once. Raises SendFailed."""
        body = {"url": f"{self._settings.public_url}{WEBHOOK_PATH}", "secret_token": self._secret.decode()}
        result = await self._service.call("setWebhook", body)
        tried = result.get("verification") if isinstance(result, dict) else None
        if not isinstance(tried, dict) or tried.get("ok") is not False:
            return True
        log.warning("zalo_bot_webhook_not_reached", code=str(tried.get("outcome"))[:40])
        return False

    def receive(self, headers: Mapping[str, str], body: bytes) -> Sequence[Incoming]:
        """What stands in a call of the webhook. Raises NotFromChannel or BadRequest."""
        if not hmac.compare_digest(headers.get(SECRET_HEADER, "").encode(), self._secret):
            raise NotFromChannel()
        try:
            update = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise BadRequest() from error
        return self._read(update)

    async def poll(self) -> Sequence[Incoming] | None:
        """The next message, waited for. Raises SendFailed.

        The service hands each out once and keeps none: what is lost between it and our database is lost. So this is
        for trying things; the webhook is for citizens.
        """
        if self._settings.mode == "webhook":
            return None
        if not self._asked_before:
            await self._service.call("deleteWebhook", {})
            self._asked_before = True
        seconds = self._settings.poll_seconds
        try:
            return self._read(await self._service.call("getUpdates", {"timeout": seconds}, patience=seconds))
        except SendFailed as failed:
            if failed.code == NO_UPDATE:
                return ()
            self._asked_before = False  # perhaps somebody set a webhook meanwhile
            raise

    async def acknowledge(self, incoming: Incoming) -> None:
        """Shows that we type."""
        with contextlib.suppress(SendFailed, TimeoutError):
            async with asyncio.timeout(SHORT_ACTION):
                await self._service.call("sendChatAction", {"chat_id": incoming.chat, "action": "typing"})

    def render(self, reply: Reply, chat: Chat, to: Incoming | None = None) -> Rendering:
        """A reply as texts and pictures, its buttons as a numbered menu."""
        return rendered(reply, self._settings.public_url)

    async def send(self, chat: str, message: Rendered) -> Sent:
        """Makes one call; a picture that is refused goes as words with its address. Raises SendFailed."""
        try:
            result = await self._service.call(message.call, {"chat_id": chat, **message.body})
        except SendFailed as failed:
            if message.call != "sendPhoto" or failed.trouble is not Trouble.NEVER:
                raise
            log.warning("zalo_bot_picture_refused", code=failed.code)
            return await self.send(chat, in_words(message))
        return Sent(id=_text(result, "message_id")[:200] if isinstance(result, dict) else "")

    async def find_sent(self, chat: str, message: Rendered, hints: Sequence[str]) -> Sent | None:
        """The service does not tell what it sent, so it cannot be found out: raises SendFailed(UNKNOWN)."""
        raise SendFailed(Trouble.UNKNOWN, "not told")

    async def fetch(self, file: OfferedFile, largest: int) -> bytes:
        """A picture that somebody sent. Raises AttachmentTooBig or SendFailed."""
        return await download(self._files, file.reference, largest, self._settings.file_hosts)

    def _read(self, update: Any) -> Sequence[Incoming]:
        """What an update tells, with or without its envelope; none if it is none, or not for us."""
        if isinstance(update, list):  # told to be one; some clients expect several
            return [incoming for one in update for incoming in self._read(one)]
        inner = update.get("result") if isinstance(update, dict) else None
        update = inner if isinstance(inner, dict) else update
        message = update.get("message") if isinstance(update, dict) else None
        if not isinstance(message, dict):
            return ()
        incoming = _incoming(self.name, _text(update, "event_name"), message)
        if incoming and incoming.group:
            incoming = self._if_mentioned(incoming, message)
        return (_with_command(incoming),) if incoming else ()

    def _if_mentioned(self, incoming: Incoming, message: Mapping[str, Any]) -> Incoming | None:
        """A message of a group without the bot's name before it, or None if it does not speak to us."""
        words = incoming.text.split()
        for start, word in enumerate(words):
            if not word.startswith("@"):
                continue
            for end in range(min(len(words), start + LONGEST_NAME), start, -1):
                if fold(" ".join(words[start:end]))[1:].rstrip(" ,.:;!?") in self._names:
                    return incoming.model_copy(update={"text": " ".join([*words[:start], *words[end:]])})
        return None


def _incoming(channel: str, event: str, message: Mapping[str, Any]) -> Incoming | None:
    """A message as the core wants it; None if a bot wrote it, or nobody can be answered."""
    sender, chat = _part(message, "from"), _part(message, "chat")
    person = _text(sender, "id")
    place = _text(chat, "id") or person
    if not person or not place or max(len(person), len(place)) > 100 or sender.get("is_bot") is True:
        return None
    text = clean(_text(message, "text") or _text(message, "caption"))
    picture = _picture(message)
    kind = _text(chat, "chat_type").upper()
    return Incoming(
        channel=channel,
        id=_text(message, "message_id")[:200] or _name(event, person, message),
        chat=place,
        person=person,
        group=kind != "PRIVATE" and not (kind == "" and place == person),
        sent=_moment(message.get("date")),
        text=text,
        files=(OfferedFile(reference=picture, name="anh.jpg", media_type="image/jpeg"),) if picture else (),
        unreadable=not text and not picture,
    )


def _with_command(incoming: Incoming) -> Incoming:
    """A message that begins with one of our commands, taken apart."""
    found = _COMMAND.fullmatch(incoming.text)
    if not found or found[1] not in _KNOWN:
        return incoming
    return incoming.model_copy(update={"command": found[1], "text": (found[2] or "").strip()})


def _picture(message: Mapping[str, Any]) -> str:
    """The address of a picture that was sent; sources name the field differently, and some have a list."""
    for field in ("photo", "photo_url"):
        value = message.get(field)
        if isinstance(value, list) and value:
            value = value[-1]
        if isinstance(value, dict):
            value = value.get("url")
        if isinstance(value, str) and value:
            return value
    return ""


def _name(event: str, person: str, message: Mapping[str, Any]) -> str:
    """A name for a message that carries none: the same when it comes again."""
    content = json.dumps([event, person, message], sort_keys=True, default=str)
    return f"unnamed-{hashlib.sha256(content.encode()).hexdigest()[:40]}"


def _moment(date: Any) -> datetime:
    """A date in milliseconds (or seconds) since 1970, as number or text; now if it is none."""
    try:
        stamp = int(date)
        return datetime.fromtimestamp(stamp / 1000 if stamp > MILLISECONDS else stamp, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return datetime.now(UTC)


def _part(message: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    value = message.get(field)
    return value if isinstance(value, dict) else {}


def _text(part: Mapping[str, Any], field: str) -> str:
    """A field's text; ids are told to be texts, but a number is taken too."""
    value = part.get(field)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
