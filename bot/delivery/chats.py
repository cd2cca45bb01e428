"""Who is where: a person at a channel, the conversation of the assistant that this is, and codes that join two."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from bot.channels.channel import Incoming
from bot.delivery.store import Store
from bot.delivery.tables import ChatRow, IncomingRow, LinkRow, OutgoingRow, State
from knowledge.reply import Button

CODE_DIGITS = 8
CODE_VALID = timedelta(minutes=10)
WEB = "web"


class Join(StrEnum):
    """What came of a code."""

    DONE = "done"
    OWN = "own"  # the code is of this very conversation, and stays good
    WRONG = "wrong"  # no such code, used by somebody else, or too old


class Part(StrEnum):
    """What came of parting."""

    LEFT = "left"  # this chat has a conversation of its own again; what was told stays with the others
    ALONE = "alone"  # the others have; what was told stays here, where it began
    NOTHING = "nothing"  # there were no others


@dataclass(frozen=True)
class Known:
    """A person at a channel. name: keyed hash. address: the chat for the channel. menu: the last with numbers."""

    name: str
    channel: str
    address: str = field(repr=False)
    group: bool
    conversation: str
    last: datetime
    gone: bool
    menu: tuple[Button, ...] = ()


class Chats:
    """Calls may come from any thread; all raise DatabaseUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def met(self, name: str, incoming: Incoming, *, gone: bool = False) -> Known:
        """Somebody wrote, or left; who they are. Whom nobody has met gets a new conversation."""
        address = self._store.vault.seal(incoming.chat)

        def work(session: Session) -> ChatRow:
            row = session.get(ChatRow, name)
            if row is None:
                row = ChatRow(chat=name, channel=incoming.channel, address=address, group=incoming.group, menu="")
                row.conversation, row.last = _fresh(incoming.channel, incoming.chat), incoming.sent
                session.add(row)
            row.last, row.gone = max(row.last, incoming.sent), gone
            return row

        return self._known(self._store.do(work))

    def of(self, name: str) -> Known | None:
        """Who that is; None: nobody has met them."""
        row = self._store.do(lambda session: session.get(ChatRow, name))
        return None if row is None else self._known(row)

    def of_page(self, conversation: str) -> str:
        """The conversation of a page: its own, or the one that it was linked to."""
        name = self.page_name(conversation)
        joined = self._store.look(lambda session: session.scalar(_conversation_of(name)))
        return joined or conversation

    def page_name(self, conversation: str) -> str:
        """The keyed hash of a page, as of a chat."""
        return self._store.vault.name("chat", WEB, conversation)

    def of_conversations(self, conversations: Sequence[str]) -> list[Known]:
        """The chats of channels, not the pages, that conversations are held in, the last used first."""
        wanted = (
            select(ChatRow)
            .where(ChatRow.conversation.in_(conversations), ChatRow.channel != WEB, ChatRow.gone.is_(False))
            .order_by(ChatRow.last.desc())
        )
        return [self._known(row) for row in self._store.do(lambda session: session.scalars(wanted).all())]

    def reachable(self, channels: Sequence[str]) -> list[str]:
        """The conversations that are held in chats of these channels which can be written to, but for groups."""
        wanted = (
            select(ChatRow.conversation)
            .where(ChatRow.channel.in_(channels), ChatRow.gone.is_(False), ChatRow.group.is_(False))
            .distinct()
        )
        return list(self._store.do(lambda session: session.scalars(wanted).all()))

    def show_menu(self, session: Session, name: str, menu: Sequence[Button]) -> None:
        """Notes within a transaction what a number means from now on."""
        shown = json.dumps([button.model_dump() for button in menu], ensure_ascii=False)
        sealed = self._store.vault.seal(shown) if menu else ""
        session.execute(update(ChatRow).where(ChatRow.chat == name).values(menu=sealed))

    def leave(self, session: Session, name: str) -> None:
        """Notes within a transaction that nothing can be sent there any more."""
        session.execute(update(ChatRow).where(ChatRow.chat == name).values(gone=True))

    def code_for(self, conversation: str) -> str:
        """A code with which another channel joins this conversation, once and soon. A former one is void."""
        expires = self._store.now() + CODE_VALID

        def work(session: Session) -> str:
            session.execute(delete(LinkRow).where(LinkRow.conversation == conversation))
            while session.get(LinkRow, self._code(code := _digits())):  # somebody else's
                pass
            session.add(LinkRow(code=self._code(code), conversation=conversation, expires=expires))
            return code

        return self._store.do(work)

    def join(self, code: str, name: str) -> tuple[Join, str]:
        """Uses a code for a chat or a page that was met; with the conversation that it is in then.

        Who used it gets the same again: after a crash it is not known whether they heard of it.
        """
        now = self._store.now()

        def work(session: Session) -> tuple[Join, str]:
            link = session.get(LinkRow, self._code(code), with_for_update=True)
            row = session.get_one(ChatRow, name)
            if link is None or link.expires <= now or link.used_by not in (None, name):
                return Join.WRONG, row.conversation
            if link.used_by is None:
                if link.conversation == row.conversation:
                    return Join.OWN, row.conversation
                row.conversation, row.menu, row.joined, link.used_by = link.conversation, "", True, name
            return Join.DONE, row.conversation

        return self._store.do(work)

    def part(self, name: str) -> Part:
        """Parts a chat from the others of its conversation. Who came with a code goes; codes not used yet are void."""

        def work(session: Session) -> Part:
            row = session.get(ChatRow, name)
            others = session.scalars(_others(row)).all() if row else []
            if row is None or not others:
                return Part.NOTHING
            session.execute(delete(LinkRow).where(LinkRow.conversation == row.conversation))
            came, goes = (Part.LEFT, [row]) if row.joined else (Part.ALONE, others)
            for one in goes:
                one.conversation = _fresh(one.channel, self._store.vault.open(one.address))
                one.menu, one.joined = "", False
            return came

        return self._store.do(work)

    def erase(self, session: Session, conversation: str, *, but: str) -> None:
        """Deletes within a transaction what the gateway holds of a conversation: kept replies, but for one, and what
        waits to be sent or was given up. but: the event being answered. What is being sent is forgotten soon after.
        """
        chats = select(ChatRow.chat).where(ChatRow.conversation == conversation)
        pages = or_(IncomingRow.chat == self.page_name(conversation), IncomingRow.chat.in_(chats))
        session.execute(update(IncomingRow).where(pages, IncomingRow.event != but).values(reply=""))
        held = or_(
            OutgoingRow.finished.is_not(None), and_(OutgoingRow.state == State.WAITING, OutgoingRow.cause != but)
        )
        session.execute(delete(OutgoingRow).where(OutgoingRow.chat.in_(chats), held))
        session.execute(delete(LinkRow).where(LinkRow.conversation == conversation))
        session.execute(update(ChatRow).where(ChatRow.conversation == conversation).values(menu=""))

    def sweep(self, keep: timedelta) -> None:
        """Forgets codes that are too old and chats in which nobody wrote for so long."""
        now = self._store.now()

        def work(session: Session) -> None:
            session.execute(delete(LinkRow).where(LinkRow.expires <= now))
            session.execute(delete(ChatRow).where(ChatRow.last < now - keep))

        self._store.do(work)

    def _code(self, code: str) -> str:
        return self._store.vault.name("link", code)

    def _known(self, row: ChatRow) -> Known:
        vault = self._store.vault
        return Known(
            name=row.chat,
            channel=row.channel,
            address=vault.open(row.address),
            group=row.group,
            conversation=row.conversation,
            last=row.last,
            gone=row.gone,
            menu=_menu(vault.open(row.menu)) if row.menu else (),
        )


def _conversation_of(name: str) -> Select[str]:
    return select(ChatRow.conversation).where(ChatRow.chat == name)


def _others(row: ChatRow) -> Select[ChatRow]:
    return select(ChatRow).where(ChatRow.conversation == row.conversation, ChatRow.chat != row.chat)


def _fresh(channel: str, chat: str) -> str:
    """A page's conversation is named by its session; a chat's name is random."""
    return chat if channel == WEB else f"{channel}-{secrets.token_hex(16)}"


def _digits() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def _menu(shown: str) -> tuple[Button, ...]:
    """None, if it is of a version that had other buttons."""
    try:
        return tuple(Button.model_validate(button) for button in json.loads(shown))
    except ValueError:
        return ()
