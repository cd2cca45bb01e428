"""Telegram: citizens write to a bot, alone or in a group that speaks to it.

By the Bot API with python-telegram-bot. What stands about limits: text 4,096, what stands under a picture 1,024,
callback data 64 bytes, 30 messages a second, one a second to a chat, 20 a minute to a group (facts: core.telegram.org).
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from telegram import BotCommand, Message, Update
from telegram.constants import ChatAction, FileSizeLimit
from telegram.error import TelegramError

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
from bot.channels.telegram_client import Client, Refused, send_failed
from bot.channels.telegram_finding import Known, candidates, is_group, number_of, numbers_of, told_id
from bot.channels.telegram_receiving import (
    ALLOWED_UPDATES,
    CALLBACK,
    MESSAGE_ID,
    NAME,
    THREAD,
    Myself,
    incoming,
)
from bot.channels.telegram_rendering import AFTER, ALT, plain, rendering
from bot.channels.telegram_settings import TelegramSettings
from bot.commands import COMMANDS
from bot.errors import ActionsAway, AttachmentTooBig, BadRequest, NotFromChannel
from bot.inner import StoredFile
from knowledge.reply import Reply

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - its name
START_SECONDS = 3.0  # that starting waits for Telegram; then it goes on in the background
LONGEST_WAIT = 60.0  # seconds between two attempts to introduce ourselves
ACKNOWLEDGE_SECONDS = 3.0
SETTLE = 0.2  # seconds; several calls of the webhook may overtake each other
PROBE_PAUSE = 0.04  # seconds between two looks for a lost message
PROBE_PATIENCE = 5.0  # seconds that Telegram may ask us to wait while we look
MENDINGS = 3  # ways in which one message may be changed before it is refused for good
_DONE = ("not_modified", "not_found", "not_editable")
_NOT_THAT = ("not_found", "not_editable", "no_text", "no_caption")
_EDITS = ("editMessageReplyMarkup",)

log = structlog.get_logger(__name__)


class TelegramChannel:
    """The channel. fetch_file: gives the content of a file of ours by its id; may raise ActionsAway."""

    name = NAME
    rates = Rates(overall="30/second", chat="1/second", group="20/minute")

    def __init__(self, settings: TelegramSettings, fetch_file: Callable[[str], Awaitable[StoredFile | None]]) -> None:
        """Raises ValueError or OSError where there is no token."""
        token = settings.bot_token()
        self.settle = SETTLE if settings.mode == "webhook" else 0.0
        self._settings = settings
        self._secret = settings.secret().encode()
        self._fetch_file = fetch_file
        self._client = Client(token, settings.base_url, settings.timeout)
        self._bot = self._client.bot
        self._myself = Myself(int(token.partition(":")[0]))
        self._known = Known()
        self._moved: dict[str, str] = {}
        self._offset: int | None = None
        self._offset_before: int | None = None
        self._is_polling = False
        self._introducing: asyncio.Task[None] | None = None

    # ---- beginning and end

    async def start(self) -> None:
        """Learns our name, says how messages shall reach us and what commands there are; goes on while it fails."""
        self._introducing = asyncio.create_task(self._introduce())
        await asyncio.wait({self._introducing}, timeout=START_SECONDS)

    async def close(self) -> None:
        """Closes the connections."""
        if self._introducing:
            self._introducing.cancel()
            await asyncio.wait({self._introducing})
        await self._client.close()

    async def _introduce(self) -> None:
        wait = 1.0
        while True:
            try:
                await self._introduce_once()
            except TelegramError as error:
                failed = send_failed(error)
                log.warning("telegram_not_ready", trouble=failed.trouble.value, code=failed.code)
                await asyncio.sleep(min(failed.after or wait, LONGEST_WAIT))
                wait = min(2 * wait, LONGEST_WAIT)
            else:
                log.info("telegram_ready", mode=self._settings.mode)
                return

    async def _introduce_once(self) -> None:
        self._myself = Myself(self._myself.id, (await self._bot.get_me()).username)
        if self._settings.mode == "webhook":
            await self._bot.set_webhook(
                self._settings.webhook_url(),
                secret_token=self._secret.decode(),
                allowed_updates=ALLOWED_UPDATES,
                max_connections=self._settings.max_connections,
            )
        else:
            await self._begin_polling()
        await self._bot.set_my_commands([BotCommand(command.name, command.title) for command in COMMANDS])

    async def _begin_polling(self) -> None:
        """Telegram refuses to be asked while a webhook is set. What waits stays."""
        if not self._is_polling:
            await self._bot.delete_webhook(drop_pending_updates=False)
            self._is_polling = True

    # ---- what comes

    def receive(self, headers: Mapping[str, str], body: bytes) -> Sequence[Incoming]:
        """What stands in an update. Raises NotFromChannel without the secret, BadRequest for what is no update."""
        if not hmac.compare_digest(headers.get(SECRET_HEADER, "").encode(errors="replace"), self._secret):
            raise NotFromChannel()
        try:
            content = json.loads(body)
        except (ValueError, RecursionError):
            raise BadRequest() from None
        if not isinstance(content, dict) or not isinstance(content.get("update_id"), int):
            raise BadRequest()
        try:
            update = Update.de_json(content, self._bot)
        except Exception as error:  # whatever the library trips over: sent again it would be the same
            log.error("telegram_unreadable", error=type(error).__name__)
            return []
        return self._read([update])

    async def poll(self) -> Sequence[Incoming] | None:
        """The next updates; None where Telegram calls us. The call after this one says that they are stored.

        Where they could not be stored, give_again() must be called first, or they are lost.
        """
        if self._settings.mode == "webhook":
            return None
        try:
            await self._begin_polling()
            updates = await self._bot.get_updates(
                offset=self._offset, timeout=self._settings.poll_seconds, allowed_updates=ALLOWED_UPDATES
            )
        except TelegramError as error:
            self._is_polling = False  # perhaps somebody has set a webhook
            failed = send_failed(error)
            trouble = Trouble.BROKEN if failed.trouble is Trouble.BROKEN else Trouble.LATER
            raise SendFailed(trouble, failed.code, after=failed.after) from None
        self._offset_before = self._offset
        if updates:
            self._offset = updates[-1].update_id + 1
        return self._read(updates)

    def give_again(self) -> None:
        """What the last poll() gave was not stored: the next one gives it again."""
        self._offset = self._offset_before

    def _read(self, updates: Sequence[Update]) -> list[Incoming]:
        now = datetime.now(UTC)
        read = []
        for update in updates:
            try:
                one = incoming(update, self._myself, now)
            except Exception as error:  # one that nobody thought of must not stop those behind it
                log.error("telegram_unreadable", error=type(error).__name__)
                continue
            if one is not None:
                read.append(one)
                if MESSAGE_ID in one.details:
                    self._note(one.chat, number_of(one.details[MESSAGE_ID]))
        return read

    def _note(self, chat: str, number: int) -> None:
        if not is_group(chat):
            self._known.add(number)

    async def acknowledge(self, incoming: Incoming) -> None:
        """The tapped button stops turning, and "typing" shows for some seconds. Never raises."""
        if incoming.kind is not Kind.MESSAGE:
            return
        thread = incoming.details.get(THREAD)
        calls: list[Awaitable[Any]] = [
            self._bot.send_chat_action(
                self._moved.get(incoming.chat, incoming.chat),
                ChatAction.TYPING,
                message_thread_id=int(thread) if thread else None,
                read_timeout=ACKNOWLEDGE_SECONDS,
            )
        ]
        if callback := incoming.details.get(CALLBACK):
            calls.append(self._bot.answer_callback_query(callback, read_timeout=ACKNOWLEDGE_SECONDS))
        for result in await asyncio.gather(*calls, return_exceptions=True):
            if isinstance(result, TelegramError):
                log.info("telegram_not_acknowledged", code=send_failed(result).code)
            elif isinstance(result, BaseException):
                log.warning("telegram_not_acknowledged", error=type(result).__name__)

    async def fetch(self, file: OfferedFile, largest: int) -> bytes:
        """The content of a file that somebody sent. Raises AttachmentTooBig (Telegram gives 20 MB) or SendFailed."""
        most = min(largest, int(FileSizeLimit.FILESIZE_DOWNLOAD))
        if (file.size or 0) > most:
            raise AttachmentTooBig(most)
        try:
            found = await self._bot.get_file(file.reference)
        except TelegramError as error:
            if isinstance(error, Refused) and error.code == "too_big":
                raise AttachmentTooBig(most) from None
            raise _not_fetched(error) from None
        if (found.file_size or 0) > most:
            raise AttachmentTooBig(most)
        try:
            content = bytes(await found.download_as_bytearray())
        except TelegramError as error:
            gone = isinstance(error, Refused) and error.status == 404  # here it is the file that is not there
            raise (SendFailed(Trouble.NEVER, "no_file") if gone else _not_fetched(error)) from None
        if len(content) > most:
            raise AttachmentTooBig(most)
        return content

    # ---- what goes

    def render(self, reply: Reply, chat: Chat, to: Incoming | None = None) -> Rendering:
        """A reply as calls of the Bot API; old buttons go first if one of them was tapped."""
        return rendering(reply, chat, to, self._known.newest)

    async def send(self, chat: str, message: Rendered) -> Sent:
        """Makes one call. Raises SendFailed.

        What Telegram cannot show as it is goes in another form: HTML as plain words, a picture as a file.
        """
        call, body, file = await self._prepared(message)
        to = self._moved.get(chat, chat)
        for _ in range(MENDINGS):
            try:
                return self._told(to, await self._call(to, call, body, file))
            except Refused as refused:
                if call in _EDITS and refused.code in _DONE:
                    return Sent()
                if refused.moved_to is not None:
                    to = self._moved[chat] = str(refused.moved_to)
                elif mended := _mended(call, body, refused):
                    call, body = mended
                else:
                    raise send_failed(refused) from None
            except TelegramError as error:
                raise send_failed(error) from None
        raise SendFailed(Trouble.NEVER, "400")

    async def find_sent(self, chat: str, message: Rendered, hints: Sequence[str]) -> Sent | None:
        """Looks for a message by changing what may be it into what it is already: see telegram_finding.

        hints: must hold the numbers of all messages of ours in this chat since the one that it answers. Raises
        SendFailed(UNKNOWN) where it cannot be found out.
        """
        if message.call in _EDITS:
            return None  # to do it twice does no harm
        body = {name: value for name, value in message.body.items() if name not in (AFTER, ALT)}
        if body.get("reply_markup", {"inline_keyboard": []}).keys() != {"inline_keyboard"}:
            raise SendFailed(Trouble.UNKNOWN, "keyboard")  # such messages cannot be changed, so not be found
        to = self._moved.get(chat, chat)
        if is_group(to):
            found = candidates(message.body.get(AFTER), numbers_of(to, hints))
        else:
            found = candidates(message.body.get(AFTER), numbers_of(to, hints), self._known)
        for number in found.numbers:
            if await self._is_there(to, number, message.call, body):
                self._note(to, number)
                return Sent(id=told_id(to, number))
        if not found.complete:
            raise SendFailed(Trouble.UNKNOWN, "not_found")
        return None

    async def _prepared(self, message: Rendered) -> tuple[str, dict[str, Any], StoredFile | None]:
        """The call, its body, its file; the words in place of a file that is no more."""
        body = {name: value for name, value in message.body.items() if name not in (AFTER, ALT)}
        if message.file is None:
            return message.call, body, None
        try:
            file = await self._fetch_file(message.file)
        except ActionsAway as error:
            raise SendFailed(Trouble.LATER, error.code) from None
        if file is not None:
            return message.call, body, StoredFile(file.content, file.media_type, message.file_name or file.name)
        log.warning("telegram_file_gone")
        words = {name: value for name, value in body.items() if name not in ("caption", "parse_mode")}
        return "sendMessage", {**words, "text": message.body.get(ALT) or message.file_name}, None

    async def _call(self, chat: str, call: str, body: Mapping[str, Any], file: StoredFile | None) -> Message | bool:
        bot, rest = self._bot, dict(body)
        match call:
            case "sendMessage":
                return await bot.send_message(chat, rest.pop("text"), api_kwargs=rest)
            case "editMessageReplyMarkup":
                await bot.edit_message_reply_markup(chat, rest.pop("message_id"), api_kwargs=rest)
                return True
        assert file is not None
        if call == "sendPhoto":
            return await bot.send_photo(chat, file.content, filename=file.name, api_kwargs=rest)
        return await bot.send_document(chat, file.content, filename=file.name, api_kwargs=rest)

    def _told(self, chat: str, result: Message | bool) -> Sent:
        """The number that a message of ours got; none for what was only changed."""
        if not isinstance(result, Message):
            return Sent()
        self._note(chat, result.message_id)
        return Sent(id=told_id(chat, result.message_id))

    async def _is_there(self, chat: str, number: int, call: str, body: Mapping[str, Any]) -> bool:
        waited = 0.0
        while True:
            await asyncio.sleep(PROBE_PAUSE)
            try:
                await self._edit(chat, number, call, body)
            except Refused as refused:
                if refused.code == "not_modified":
                    return True
                if refused.code in _NOT_THAT:
                    return False
                if refused.code == "bad_html" and "parse_mode" in body:
                    body = _plainly(body)
                    continue
                waited += refused.after or PROBE_PATIENCE
                if refused.status != 429 or waited > PROBE_PATIENCE:
                    raise SendFailed(Trouble.UNKNOWN, str(refused), after=refused.after) from None
                await asyncio.sleep(refused.after or 0)
            except TelegramError as error:
                raise SendFailed(Trouble.UNKNOWN, send_failed(error).code) from None
            else:
                log.warning("telegram_looked_too_closely")  # it was ours, and says now what it should say
                return True

    async def _edit(self, chat: str, number: int, call: str, body: Mapping[str, Any]) -> None:
        names = ("parse_mode", "reply_markup", "link_preview_options")
        same = {name: body[name] for name in names if name in body}
        if call == "sendMessage":
            await self._bot.edit_message_text(body["text"], chat, number, api_kwargs=same)
        else:
            await self._bot.edit_message_caption(chat, number, caption=body.get("caption"), api_kwargs=same)


def _mended(call: str, body: Mapping[str, Any], refused: Refused) -> tuple[str, dict[str, Any]] | None:
    """A refused call in a form that may be taken; None: there is none."""
    if refused.code == "bad_html" and "parse_mode" in body:
        return call, _plainly(body)
    if refused.code == "bad_picture" and call == "sendPhoto":
        return "sendDocument", dict(body)
    return None


def _plainly(body: Mapping[str, Any]) -> dict[str, Any]:
    """The same without HTML."""
    bare = {name: plain(value) if name in ("text", "caption") else value for name, value in body.items()}
    bare.pop("parse_mode", None)
    return bare


def _not_fetched(error: TelegramError) -> SendFailed:
    failed = send_failed(error)
    trouble = Trouble.LATER if failed.trouble is Trouble.UNKNOWN else failed.trouble  # to read twice does no harm
    return SendFailed(trouble, failed.code, after=failed.after)
