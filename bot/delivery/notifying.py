"""Brings notices of the actions to people at channels: into the outbox, and only then are they delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog
from sqlalchemy.orm import Session

from bot.channels.channel import Channel, Chat
from bot.delivery.chats import Chats, Known
from bot.delivery.outbox import Outbox
from bot.delivery.store import Store
from bot.delivery.traces import where
from bot.inner import Inner, Notice
from storage.errors import StorageError

AT_ONCE = 2000  # conversations of one question to the actions

log = structlog.get_logger(__name__)


class Notifying:
    """Looks which conversations at channels are to be told something."""

    def __init__(self, store: Store, channels: Mapping[str, Channel], inner: Inner) -> None:
        self._store = store
        self._channels = channels
        self._inner = inner
        self._chats, self._outbox = Chats(store), Outbox(store)
        self._cannot_be_shown: set[str] = set()

    async def round(self) -> int:
        """Puts what is to be told into the outbox; how many notices. Raises ActionsAway, DatabaseUnavailable."""
        conversations = await self._store.run(self._chats.reachable, list(self._channels))
        told = 0
        for row in range(0, len(conversations), AT_ONCE):
            notices = await self._inner.notices(conversations[row : row + AT_ONCE])
            if stored := await self._store.run(self._put, notices) if notices else []:
                await self._inner.delivered(stored)
                told += len(stored)
        return told

    def _put(self, notices: Sequence[Notice]) -> list[str]:
        """The ids of those that are in the outbox now."""
        stored = []
        for notice in notices:
            chats = self._chats.of_conversations([notice.conversation])
            can_be_told = [one for one in chats if not one.group and one.channel in self._channels]
            if can_be_told and self._is_stored(notice, can_be_told[0]):
                stored.append(notice.id)
        return stored

    def _is_stored(self, notice: Notice, to: Known) -> bool:
        """False: it cannot be shown, by a fault of ours. It stays where it is, and the others go on."""
        try:
            self._write(notice, to)
        except StorageError:
            raise
        except Exception as error:
            if notice.id not in self._cannot_be_shown:
                self._cannot_be_shown.add(notice.id)
                log.error("notice_not_shown", channel=to.channel, error=type(error).__name__, where=where(error))
            return False
        return True

    def _write(self, notice: Notice, to: Known) -> None:
        """To the chat that was used last; a second one of the same conversation would be told everything twice."""
        channel = self._channels[to.channel]
        shown = channel.render(notice.reply, Chat(chat=to.address, group=to.group, last=to.last))
        cause = self._store.vault.name("notice", notice.id)

        def work(session: Session) -> None:
            if self._outbox.put(session, cause, to, shown.messages, asked=False) and shown.menu:
                self._chats.show_menu(session, to.name, shown.menu)

        self._store.do(work)
