"""One message or file through the gateway: limits, once only, order within a conversation, Rasa or the actions."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

import structlog

from bot.addresses import hashed
from bot.channels.channel import Channel, Incoming
from bot.channels.made import made
from bot.delivery.chats import WEB
from bot.delivery.database import GatewayDatabase
from bot.delivery.delivery import Delivery
from bot.delivery.reading import Linking, linking
from bot.delivery.store import Store
from bot.errors import TooManyFiles
from bot.files import Upload
from bot.inner import Inner, Taken, inner_token
from bot.limits import Counter, MessageLimits
from bot.messages import IncomingMessage, beside_text, for_rasa
from bot.metrics import Metrics
from bot.notices import NoticeBoard
from bot.once import Once
from bot.pause import Pause
from bot.rasa import Rasa
from bot.readiness import Others, Readiness, always, in_thread
from bot.request_id import FIELD, current
from bot.sessions import Sessions
from bot.settings import BotSettings
from knowledge.reply import Reply
from storage.errors import StorageError
from storage.settings import VaultSettings
from storage.writable import check_writable

Channels = Callable[[BotSettings, GatewayDatabase, Inner], Mapping[str, Channel]]

log = structlog.get_logger(__name__)


class Gateway:
    """What the HTTP and the WebSocket routes and the channels share. channels: makes those that the settings name."""

    def __init__(
        self,
        settings: BotSettings,
        *,
        rasa: Rasa | None = None,
        inner: Inner | None = None,
        channels: Channels = made,
    ) -> None:
        self.settings = settings
        self._secret = settings.signing_secret()
        self.sessions = Sessions(self._secret, settings.session_days)
        self.rasa = rasa or Rasa(settings.rasa_url, settings.rasa_timeout)
        self.inner = inner or Inner(settings.actions_url, inner_token(settings.inner_token))
        self.board = NoticeBoard(self.inner, settings.notice_seconds)
        database = GatewayDatabase(settings.gateway_database.get_secret_value())
        self.store = Store(database, VaultSettings().vault())
        self.pause = Pause(database)
        self.metrics = Metrics(self._queues)
        self._counter = Counter(
            settings.limits_url.get_secret_value(), secret=self._secret,
            shared=lambda is_there: self.metrics.limits_shared(shared=is_there),
        )  # fmt: skip
        self._limits = MessageLimits(settings.limit_session, settings.limit_address, counter=self._counter)
        self._file_limits = MessageLimits(
            settings.limit_attachments, settings.limit_attachments_address, TooManyFiles, self._counter
        )
        self.delivery = Delivery(
            self.store,
            settings,
            channels(settings, database, self.inner),
            self,
            self.inner,
            counter=self._counter,
            counted=self.metrics.sent,
        )
        self._others = Others(settings.rasa_url, settings.actions_url)
        self.readiness = Readiness(
            {**self._others.checks(), "database": in_thread(lambda: check_writable(database))},
            {name: always(partial(self.metrics.is_sound, name)) for name in self.delivery.channels},
        )
        self._replies: Once[Reply] = Once()
        self._files: Once[Taken] = Once()
        self._turns: dict[str, tuple[asyncio.Lock, int]] = {}

    async def reply(self, message: IncomingMessage, page: str, address: str) -> Reply:
        """The reply to a checked message of a page; messages of one conversation wait for each other.

        A message that comes again under the same id is not put again: it gets the reply of the first.
        """
        await self._limits.count(page, address)
        if closed := await self.closed():
            return closed
        if wish := linking(message.text) if not message.payload else None:
            return await self._link(wish, page)
        if message.id is None:
            return await self._counted(message, await self.conversation_of(page), address)
        id = message.id
        return await self._replies.do((page, id), lambda: self._kept(message, id, page, address))

    async def talk(self, message: IncomingMessage, conversation: str, origin: str) -> Reply:
        """The reply to a message of a channel. Raises GatewayError."""
        await self._limits.count(conversation, origin)
        return await self._counted(message, conversation, origin, origin.partition(":")[0])

    async def attach(self, upload: Upload, page: str, address: str) -> Taken:
        """Hands a page's file over, once for each of its ids. Raises AttachmentRefused, TooManyFiles or ActionsAway."""
        conversation, key = await self.conversation_of(page), upload.id or secrets.token_hex(16)
        return await self.hand_over(conversation, address, upload.name, key, upload.content)

    async def hand_over(self, conversation: str, origin: str, name: str, key: str, content: bytes) -> Taken:
        """Hands a file over, once for each key. Raises AttachmentRefused, TooManyFiles or ActionsAway."""
        await self._file_limits.count(conversation, origin)
        return await self._files.do((conversation, key), lambda: self.inner.attach(conversation, name, content))

    async def closed(self) -> Reply | None:
        """What everybody is told while the assistant is switched off; None: it is on."""
        paused = await self.store.run(self.pause.now)
        return paused.reply() if paused else None

    async def conversation_of(self, page: str) -> str:
        """The conversation of a page: its own, or the one that it was linked to."""
        try:
            return await self.store.run(self.delivery.chats.of_page, page)
        except StorageError:  # a page without its link is better than none
            return page

    async def close(self) -> None:
        """Closes the connections."""
        await self.rasa.close()
        await self.inner.close()
        await self._counter.close()
        await self._others.close()
        self.store.close()

    async def _kept(self, message: IncomingMessage, id: str, page: str, address: str) -> Reply:
        try:
            return await self.delivery.pages.reply(
                page, id, lambda conversation: self._counted(message, conversation, address)
            )
        except StorageError as error:  # who asks is answered all the same, only not protected from a second try
            log.error("reply_not_kept", error=type(error).__name__)
            return await self._counted(message, page, address)

    async def _link(self, wish: Linking, page: str) -> Reply:
        now = datetime.now(UTC)
        who = Incoming(channel=WEB, id=secrets.token_hex(8), chat=page, person=page, sent=now)
        name = self.delivery.chats.page_name(page)
        return await self.delivery.links.serve(wish, name, await self.conversation_of(page), who)

    async def _counted(self, message: IncomingMessage, conversation: str, origin: str, channel: str = WEB) -> Reply:
        with self.metrics.stage("whole", channel):
            reply = await self._ask(message, conversation, origin)
        self.metrics.message(reply.outcome.value, channel)
        log.info("message_answered", channel=channel, outcome=reply.outcome.value)
        return reply

    async def _ask(self, message: IncomingMessage, conversation: str, origin: str) -> Reply:
        metadata = {
            "message_id": message.id or secrets.token_hex(16),
            FIELD: current(),
            "address": hashed(origin, self._secret),
            **beside_text(message),
        }
        async with self._turn(conversation):
            with self.metrics.stage("rasa"):
                return await self.rasa.ask(conversation, for_rasa(message), metadata)

    def _queues(self) -> Mapping[tuple[str, str], int]:
        return self.delivery.outbox.depths()

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
