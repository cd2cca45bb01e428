"""One message through the gateway: session, limits, order within a conversation, Rasa."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.limits import MessageLimits
from bot.messages import IncomingMessage, for_rasa
from bot.rasa import Rasa
from bot.sessions import Sessions
from bot.settings import BotSettings
from knowledge.reply import Reply


class Gateway:
    """What the HTTP and the WebSocket routes share."""

    def __init__(self, settings: BotSettings) -> None:
        self.settings = settings
        self.sessions = Sessions(settings.signing_secret(), settings.session_days)
        self.rasa = Rasa(settings.rasa_url, settings.rasa_timeout)
        self._limits = MessageLimits(settings.limit_session, settings.limit_address)
        self._turns: dict[str, tuple[asyncio.Lock, int]] = {}

    async def reply(self, message: IncomingMessage, conversation: str, address: str) -> Reply:
        """The reply to a checked message of a conversation; messages of one conversation wait for each other."""
        self._limits.count(conversation, address)
        async with self._turn(conversation):
            return await self.rasa.ask(conversation, for_rasa(message))

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
