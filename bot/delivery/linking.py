"""Joins two channels to one conversation with a code, and parts them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from limits import parse
from sqlalchemy.orm import Session

from bot.channels.channel import Channel, Chat, Incoming
from bot.delivery import said
from bot.delivery.chats import Chats, Join, Known, Part
from bot.delivery.outbox import Outbox
from bot.delivery.reading import Linking, Wish
from bot.delivery.store import Store
from bot.limits import Counter
from knowledge.reply import Reply

TRIES = parse("6/hour")  # of one chat; eight digits that live for ten minutes are not found with so few
ALL_TRIES = parse("600/hour")  # of everybody: anybody may open as many pages as they like
JOINED = {Join.DONE: said.JOINED, Join.OWN: said.OWN_CODE, Join.WRONG: said.WRONG_CODE}
PARTED = {Part.LEFT: said.PARTED, Part.ALONE: said.OTHERS_PARTED, Part.NOTHING: said.NOT_LINKED}


class Links:
    """Serves wishes about linking. counter: of tries. Raises DatabaseUnavailable."""

    def __init__(self, store: Store, counter: Counter, channels: Mapping[str, Channel]) -> None:
        self._store = store
        self._chats, self._outbox = Chats(store), Outbox(store)
        self._tries = counter
        self._channels = channels

    async def serve(self, wish: Linking, name: str, conversation: str, incoming: Incoming) -> Reply:
        """The answer. name: keyed hash of the chat or page that is in a conversation."""
        await self._store.run(self._chats.met, name, incoming)
        if wish.wish is Wish.PART:
            return said.small(PARTED[await self._store.run(self._chats.part, name)])
        if wish.wish is Wish.CODE:
            code = said.spaced(await self._store.run(self._chats.code_for, conversation))
            return said.small(said.CODE.format(code=code))
        if await self._too_often(name):
            return said.trouble(said.TOO_OFTEN)
        join, joined = await self._store.run(self._chats.join, wish.code, name)
        if join is Join.DONE:
            await self._store.run(self._tell_others, name, joined, incoming)
        return said.small(JOINED[join])

    async def _too_often(self, name: str) -> bool:
        for limit, who in ((TRIES, name), (ALL_TRIES, "everybody")):
            if await self._tries.hit(limit, "link", who) is not None:
                return True
        return False

    def _tell_others(self, name: str, conversation: str, incoming: Incoming) -> None:
        """Who was there first hears that somebody joined: it may be somebody else who got hold of the code."""
        others = [one for one in self._chats.of_conversations([conversation]) if one.name != name]
        self._store.do(lambda session: self._put(session, others, incoming))

    def _put(self, session: Session, others: Sequence[Known], incoming: Incoming) -> None:
        notice = said.small(said.ANOTHER_JOINED)
        for other in others:
            if channel := self._channels.get(other.channel):
                shown = channel.render(notice, Chat(chat=other.address, group=other.group, last=other.last))
                cause = self._store.vault.name("joined", incoming.channel, incoming.id, other.name)
                self._outbox.put(session, cause, other, shown.messages, asked=False)
