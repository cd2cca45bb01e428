"""One message or file through the gateway: limits, once only, order within a conversation, Rasa or the actions."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.addresses import hashed
from bot.errors import TooManyFiles
from bot.files import Upload
from bot.inner import Inner, Taken, inner_token
from bot.limits import MessageLimits
from bot.messages import IncomingMessage, for_rasa
from bot.notices import NoticeBoard
from bot.once import Once
from bot.rasa import Rasa
from bot.sessions import Sessions
from bot.settings import BotSettings
from knowledge.reply import Reply


class Gateway:
    """What the HTTP and the WebSocket routes share."""

    def __init__(self, settings: BotSettings, *, rasa: Rasa | None = None, inner: Inner | None = None) -> None:
        self.settings = settings
        self._secret = settings.signing_secret()
        self.sessions = Sessions(self._secret, settings.session_days)
        self.rasa = rasa or Rasa(settings.rasa_url, settings.rasa_timeout)
        self.inner = inner or Inner(settings.actions_url, inner_token(settings.inner_token))
        self.board = NoticeBoard(self.inner, settings.notice_seconds)
        self._limits = MessageLimits(settings.limit_session, settings.limit_address)
        self._file_limits = MessageLimits(
            settings.limit_attachments, settings.limit_attachments_address, refusal=TooManyFiles
        )
        self._replies: Once[Reply] = Once()
        self._files: Once[Taken] = Once()
        self._turns: dict[str, tuple[asyncio.Lock, int]] = {}

    async def reply(self, message: IncomingMessage, conversation: str, address: str) -> Reply:
        """The reply to a checked message of a conversation; messages of one conversation wait for each other.

        A message that comes again under the same id is not put again: it gets the reply of the first.
        """
        self._limits.count(conversation, address)
        if message.id is None:
            return await self._ask(message, conversation, address)
        return await self._replies.do((conversation, message.id), lambda: self._ask(message, conversation, address))

    async def attach(self, upload: Upload, conversation: str, address: str) -> Taken:
        """Hands a file over, once for each of its ids. Raises AttachmentRefused, TooManyFiles or ActionsAway."""
        self._file_limits.count(conversation, address)
        name = upload.id or secrets.token_hex(16)
        return await self._files.do(
            (conversation, name), lambda: self.inner.attach(conversation, upload.name, upload.content)
        )

    async def close(self) -> None:
        """Closes the connections."""
        await self.rasa.close()
        await self.inner.close()

    async def _ask(self, message: IncomingMessage, conversation: str, address: str) -> Reply:
        metadata = {
            "message_id": message.id or secrets.token_hex(16),
            "address": hashed(address, self._secret),
        }
        async with self._turn(conversation):
            return await self.rasa.ask(conversation, for_rasa(message), metadata)

    @asynccontextmanager
    async def _turn(self, conversation: str) -> AsyncIterator[None]:
        lock, waiting = self._turns.get(conversation, (asyncio.Lock(), 0))
        self._turns[conversation] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._turns[conversation]
            if waiting == 1:
                del self._turns[conversation]
            else:
                self._turns[conversation] = (lock, waiting - 1)
