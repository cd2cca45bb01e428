"""Answers what came: who it is, what they mean, what the assistant says, and how the channel shows it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

import structlog
from sqlalchemy.orm import Session

from bot.channels.channel import Channel, Chat, Incoming, Kind, OfferedFile, Rendering, SendFailed, Trouble
from bot.delivery import said
from bot.delivery.chats import Chats, Known
from bot.delivery.inbox import Claim, Inbox
from bot.delivery.linking import Links
from bot.delivery.outbox import Outbox
from bot.delivery.reading import Linking, read
from bot.delivery.store import Store
from bot.delivery.traces import where
from bot.errors import ActionsAway, AssistantAway, AssistantSilent, GatewayError, MessageTooLong
from bot.inner import Taken
from bot.messages import IncomingMessage
from knowledge.reply import Outcome, Reply
from storage.errors import StorageError

MOST_FILES = 5  # of one message
SILENT_TRIES = 3
SILENT_PATIENCE = timedelta(minutes=2)  # Rasa says nothing while the actions are started anew, too
FAULTY_TRIES = 5  # with a fault of ours
LONGEST_WAIT = 20.0  # seconds between two tries
AWAY = (AssistantAway, ActionsAway, AssistantSilent)
NO_FILE = (Trouble.NEVER, Trouble.GONE)  # it cannot be fetched, however often one tries
PERSONAL = (Outcome.STATUS, Outcome.SUBMISSION)

log = structlog.get_logger(__name__)


class Assistant(Protocol):
    """What answers. origin: of the message, for limits and the actions' own counting."""

    async def talk(self, message: IncomingMessage, conversation: str, origin: str) -> Reply:
        """The reply. Raises GatewayError."""

    async def hand_over(self, conversation: str, origin: str, name: str, key: str, content: bytes) -> Taken:
        """Gives a file to the actions. Raises GatewayError."""

    async def closed(self) -> Reply | None:
        """What everybody is told while the assistant is switched off; None: it is on."""


class Answering:
    """Does one thing after the other of each chat. patience: seconds until a citizen hears that it did not work.

    longest: characters of a message. largest: bytes of a file.
    """

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        assistant: Assistant,
        links: Links,
        *,
        patience: float,
        longest: int,
        largest: int,
    ) -> None:
        self._store = store
        self._channels = channels
        self._assistant = assistant
        self._links = links
        self._inbox, self._outbox, self._chats = Inbox(store), Outbox(store), Chats(store)
        self._patience = timedelta(seconds=patience)
        self._longest = longest
        self._largest = largest

    async def claim(self, most: int) -> list[Claim]:
        """What is to be answered now, at most so many."""
        return await self._store.run(self._inbox.claim, most)

    async def do(self, claim: Claim) -> None:
        """Answers it, or gives it back for another try. Raises StorageError: then its lease runs out."""
        channel = self._channels.get(claim.incoming.channel)
        if channel is None or claim.incoming.kind is not Kind.MESSAGE:  # a channel that was taken out of the settings
            await self._store.run(self._note, claim)
            return
        try:
            await self._answer(claim, channel)
        except StorageError:
            raise
        except Exception as error:
            await self._broken(claim, channel, error)

    async def _answer(self, claim: Claim, channel: Channel) -> None:
        await channel.acknowledge(claim.incoming)
        known = await self._store.run(self._chats.met, claim.chat, claim.incoming)
        try:
            replies = await self._replies(claim, known, channel)
        except (*AWAY, SendFailed) as error:
            if self._tries_again(claim, error):
                log.warning("answer_later", channel=channel.name, error=type(error).__name__, tries=claim.tries)
                await self._release(claim)
                return
            log.error("answer_given_up", channel=channel.name, error=type(error).__name__)
            replies = [said.trouble()]
        shown = await self._store.run(self._chats.of, claim.chat) or known  # linking may have changed it
        await self._store.run(self._write, claim, shown, channel, replies)

    async def _broken(self, claim: Claim, channel: Channel, error: Exception) -> None:
        """A fault of ours: what the chat sent later must not wait for ever."""
        log.error("answer_broken", channel=channel.name, error=type(error).__name__, where=where(error),
                  tries=claim.tries)  # fmt: skip
        if claim.tries < FAULTY_TRIES:
            await self._release(claim)
            return
        try:
            known = await self._store.run(self._chats.met, claim.chat, claim.incoming)
            await self._store.run(self._write, claim, known, channel, [said.trouble()])
        except StorageError:
            raise
        except Exception as another:
            log.error("apology_broken", channel=channel.name, error=type(another).__name__, where=where(another))
            await self._store.run(self._store.do, lambda session: self._inbox.finish(session, claim))

    async def _release(self, claim: Claim) -> None:
        wait = min(LONGEST_WAIT, 2.0 ** min(claim.tries - 1, 10)) * random.uniform(0.5, 1.0)  # noqa: S311
        await self._store.run(self._inbox.release, claim, wait)

    def _tries_again(self, claim: Claim, error: Exception) -> bool:
        waited = self._store.now() - claim.received
        if isinstance(error, AssistantSilent):
            return claim.tries < SILENT_TRIES or waited < SILENT_PATIENCE
        return waited < self._patience

    async def _replies(self, claim: Claim, known: Known, channel: Channel) -> list[Reply]:
        """Raises AssistantAway, ActionsAway, AssistantSilent or SendFailed: then all of it is tried again."""
        if closed := await self._assistant.closed():
            return [closed]
        incoming = claim.incoming
        read_as = read(incoming, known.menu)
        if incoming.group and (incoming.files or incoming.contact or isinstance(read_as, Linking)):
            return [said.small(said.PRIVATE)]
        if isinstance(read_as, Linking):
            return [await self._links.serve(read_as, known.name, known.conversation, incoming)]
        replies = await self._files(claim, known, channel)
        if read_as is None:
            return replies or [said.small(said.UNREADABLE)]
        if len(read_as.text) > self._longest:
            return [*replies, said.trouble(MessageTooLong.message)]
        message = read_as.model_copy(update={"id": claim.cause})
        return [*replies, self._fit(incoming, await self._talk(incoming, known, message))]

    async def _talk(self, incoming: Incoming, known: Known, message: IncomingMessage) -> Reply:
        """What the assistant says, or why it does not."""
        try:
            return await self._assistant.talk(message, known.conversation, _origin(incoming))
        except AWAY:
            raise
        except GatewayError as error:
            return said.trouble(str(error))

    async def _files(self, claim: Claim, known: Known, channel: Channel) -> list[Reply]:
        files = claim.incoming.files
        keys = [f"{claim.cause}-{row}" for row in range(MOST_FILES)]
        replies = [
            await self._file(claim.incoming, known, channel, file, key)
            for file, key in zip(files, keys, strict=False)  # no more than so many
        ]
        return [*replies, said.trouble(said.MORE_FILES.format(most=MOST_FILES))] if len(files) > MOST_FILES else replies

    async def _file(self, incoming: Incoming, known: Known, channel: Channel, file: OfferedFile, key: str) -> Reply:
        try:
            content = await channel.fetch(file, self._largest)
            name = file.name or "tep"
            taken = await self._assistant.hand_over(known.conversation, _origin(incoming), name, key, content)
        except SendFailed as error:
            if error.trouble not in NO_FILE:
                raise
            return said.trouble(said.NO_FILE)
        except AWAY:
            raise
        except GatewayError as error:  # it is refused, and they hear why
            return said.trouble(str(error))
        message = IncomingMessage(text=taken.name, payload=f"file:{taken.id}", id=key)
        reply = await self._talk(incoming, known, message)
        return reply.model_copy(update={"text": "\n\n".join((*taken.problems, reply.text))})

    @staticmethod
    def _fit(incoming: Incoming, reply: Reply) -> Reply:
        """In a group nothing personal is asked or told."""
        personal = reply.outcome in PERSONAL or reply.wants_contact or reply.wants_file
        consent = any(button.payload.startswith("consent:") for button in reply.buttons)
        private = said.small(said.PRIVATE).model_copy(update={"erased": reply.erased})
        return private if incoming.group and (personal or consent) else reply

    def _write(self, claim: Claim, known: Known, channel: Channel, replies: Sequence[Reply]) -> None:
        """The end of it: done, and what is to be sent, in one transaction."""
        chat = Chat(chat=known.address, group=known.group, last=known.last)
        shown = [channel.render(reply, chat, claim.incoming) for reply in replies]

        def work(session: Session) -> None:
            if not self._inbox.finish(session, claim):
                return
            if any(reply.erased for reply in replies):
                self._chats.erase(session, known.conversation, but=claim.cause)
            self._put(session, claim, known, shown)

        self._store.do(work)

    def _put(self, session: Session, claim: Claim, known: Known, shown: Sequence[Rendering]) -> None:
        messages = [message for rendering in shown for message in rendering.messages]
        self._outbox.put(session, claim.cause, known, messages, asked=True)
        if shown:
            self._chats.show_menu(session, known.name, shown[-1].menu)

    def _note(self, claim: Claim) -> None:
        """What needs no answer: somebody came or left."""
        if claim.incoming.kind is Kind.JOINED:
            self._chats.met(claim.chat, claim.incoming)

        def work(session: Session) -> None:
            if self._inbox.finish(session, claim) and claim.incoming.kind is Kind.LEFT:
                self._chats.leave(session, claim.chat)
                self._outbox.forget(session, claim.chat, "left")

        self._store.do(work)


def _origin(incoming: Incoming) -> str:
    return f"{incoming.channel}:{incoming.person}"
