"""Replies to pages, kept a while.

A message that comes again, over another line or to another gateway, is not put to the assistant a second time.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.delivery.chats import WEB, Chats
from bot.delivery.store import LEASE, Store
from bot.delivery.tables import ChatRow, IncomingRow, Progress
from bot.errors import AssistantAway
from knowledge.reply import Reply
from storage.errors import StorageError

LOOK_AGAIN = 0.2  # seconds
PATIENCE = 20.0  # seconds until somebody else must have answered

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Begun:
    """What was found: the conversation that it belongs to; a reply that is there; or that somebody else is at it."""

    conversation: str
    reply: Reply | None = None
    elsewhere: bool = False


class Pages:
    """The messages of pages, each with the page's own id. Raises DatabaseUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._chats = Chats(store)
        self._under_way: set[str] = set()  # a lease for each: one gateway may be asked the same twice too

    async def reply(self, conversation: str, id: str, ask: Callable[[str], Awaitable[Reply]]) -> Reply:
        """The reply to a message, which is put to the assistant with the conversation that the page was linked to.

        Raises what ask raises, or AssistantAway where somebody else who is at it does not come to an end.
        """
        lease = secrets.token_hex(16)
        name, event = self._chats.page_name(conversation), self._store.vault.name("event", WEB, conversation, id)
        begun = await self._store.run(self._begin, name, event, conversation, lease)
        deadline = time.monotonic() + PATIENCE
        while begun.elsewhere:
            if time.monotonic() > deadline:
                raise AssistantAway()
            await asyncio.sleep(LOOK_AGAIN)
            begun = await self._store.run(self._begin, name, event, conversation, lease)
        if begun.reply is not None:
            return begun.reply
        self._under_way.add(lease)
        try:
            reply = await ask(begun.conversation)
        except BaseException:
            await self._ended(event, lease, None, begun.conversation)
            raise
        await self._ended(event, lease, reply, begun.conversation)
        return reply

    @property
    def busy(self) -> bool:
        """Whether something is under way."""
        return bool(self._under_way)

    def renew(self) -> None:
        """Says that this process is alive and works on what it has begun."""
        mine = (IncomingRow.channel == WEB, IncomingRow.lease.in_(list(self._under_way)))
        until = self._store.now() + LEASE
        self._store.do(lambda session: session.execute(update(IncomingRow).where(*mine).values(leased_until=until)))

    async def _ended(self, event: str, lease: str, reply: Reply | None, conversation: str) -> None:
        """Keeps how it ended; where that fails, it ended so all the same, only not protected from a second try."""
        self._under_way.discard(lease)
        try:
            await self._store.run(self._end, event, lease, reply, conversation)
        except StorageError as error:
            log.error("reply_not_kept", error=type(error).__name__)

    def _begin(self, name: str, event: str, conversation: str, lease: str) -> Begun:
        now = self._store.now()

        def work(session: Session) -> Begun:
            joined = session.scalar(select(ChatRow.conversation).where(ChatRow.chat == name)) or conversation
            row = session.scalar(
                select(IncomingRow).where(IncomingRow.channel == WEB, IncomingRow.event == event).with_for_update()
            )
            if row is None:
                row = IncomingRow(channel=WEB, event=event, chat=name, sent=now, received=now, ready=now)
                row.tries, row.told, row.body, row.reply = 0, "", "", ""
                session.add(row)
            elif row.state is Progress.DONE and row.reply:
                return Begun(joined, Reply.model_validate_json(self._store.vault.open(row.reply)))
            elif row.state is Progress.WORKING and row.leased_until and row.leased_until > now:
                return Begun(joined, elsewhere=True)
            row.state, row.lease, row.leased_until, row.tries = Progress.WORKING, lease, now + LEASE, row.tries + 1
            return Begun(joined)

        return self._store.do(work)

    def _end(self, event: str, lease: str, reply: Reply | None, conversation: str) -> None:
        sealed = self._store.vault.seal(reply.model_dump_json()) if reply else ""
        state = Progress.DONE if reply else Progress.FAILED
        ended = {"state": state, "reply": sealed, "lease": None, "leased_until": None}
        which = (IncomingRow.channel == WEB, IncomingRow.event == event, IncomingRow.lease == lease)

        def work(session: Session) -> None:
            session.execute(update(IncomingRow).where(*which).values(ended))
            if reply and reply.erased:
                self._chats.erase(session, conversation, but=event)

        self._store.do(work)
