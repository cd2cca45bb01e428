"""All of delivery together: it takes in what channels bring, answers, sends, tells notices, and tidies up."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Protocol, runtime_checkable

import structlog

from bot.channels.channel import Channel, Incoming, Kind, SendFailed
from bot.delivery.answering import Answering, Assistant
from bot.delivery.chats import Chats
from bot.delivery.inbox import Claim, Inbox
from bot.delivery.linking import Links
from bot.delivery.notifying import Notifying
from bot.delivery.outbox import Outbox, ToSend
from bot.delivery.pace import Pace
from bot.delivery.pages import Pages
from bot.delivery.sending import Sending
from bot.delivery.store import Store
from bot.delivery.working import Working
from bot.inner import Inner
from bot.limits import Counter
from bot.request_id import bound
from bot.settings import BotSettings

ANSWERED_AT_ONCE = 16
SENT_AT_ONCE = 32
RENEW_SECONDS = 1.5
SWEEP_SECONDS = 60.0
POLL_PAUSE = 3.0  # seconds after a poll that failed
STOPPING_SECONDS = 5.0

log = structlog.get_logger(__name__)


@runtime_checkable
class ToldOfItsOwn(Protocol):
    """A channel whose service tells it of our own messages, so that one of unknown fate is found."""

    async def note_sent(self, incoming: Incoming) -> None:
        """Keeps it. Raises DatabaseUnavailable."""


class Delivery:
    """channels: by name. counter: of the pace and of tries of codes."""

    def __init__(
        self,
        store: Store,
        settings: BotSettings,
        channels: Mapping[str, Channel],
        assistant: Assistant,
        inner: Inner,
        *,
        counter: Counter,
        counted: Callable[[str, str], None] = lambda channel, result: None,
    ) -> None:
        self.store = store
        self.channels = channels
        self.chats = Chats(store)
        self.links = Links(store, counter, channels)
        self.pages = Pages(store)
        self.outbox = Outbox(store)
        self._inbox = Inbox(store)
        self._keep_chats = timedelta(days=settings.keep_chats_days)
        self._notice_seconds = settings.notice_seconds
        self._notifying = Notifying(store, channels, inner)
        answering = Answering(
            store, channels, assistant, self.links,
            patience=settings.message_patience, longest=settings.message_length, largest=settings.attachment_bytes,
        )  # fmt: skip
        sending = Sending(store, channels, Pace(counter), counted)
        self._answering: Working[Claim] = Working(
            "answering", answering.claim, self._then(answering.do), ANSWERED_AT_ONCE
        )
        self._sending: Working[ToSend] = Working("sending", sending.claim, sending.do, SENT_AT_ONCE)
        self._tasks: list[asyncio.Task[None]] = []
        self._workers: list[asyncio.Task[None]] = []
        self._renewing: asyncio.Task[None] | None = None

    async def take(self, channel: Channel, arrived: Sequence[Incoming]) -> None:
        """Stores what came; after this it is safe, whatever happens. Raises DatabaseUnavailable."""
        own = [incoming for incoming in arrived if incoming.kind is Kind.SENT]
        if isinstance(channel, ToldOfItsOwn):  # at once: the outbox may be waiting for just that
            for incoming in own:
                await channel.note_sent(incoming)
        others = [incoming for incoming in arrived if incoming.kind is not Kind.SENT]
        new = await self.store.run(self._inbox.take, others, channel.settle) if others else 0
        if new:
            self._answering.wake()

    async def start(self) -> None:
        """Begins to work. Channels connect; one whose service is away is tried again by itself."""
        self._renewing = asyncio.create_task(self._renew())
        self._tasks = [asyncio.create_task(self._sweep())]
        if not self.channels:
            return
        for channel in self.channels.values():
            await channel.start()
            self._tasks.append(asyncio.create_task(self._poll(channel)))
        self._tasks.append(asyncio.create_task(self._tell()))
        self._workers = [asyncio.create_task(self._answering.run()), asyncio.create_task(self._sending.run())]

    async def stop(self) -> None:
        """Ends what is under way, if that takes not long; the rest is done by whoever starts next."""
        await _cancelled(*self._tasks)
        self._answering.stop()
        self._sending.stop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOPPING_SECONDS):
                await asyncio.gather(*self._workers)
        await asyncio.gather(self._answering.finish(), self._sending.finish())
        if self._renewing:  # not before: what is under way must stay ours
            await _cancelled(self._renewing)
        for channel in self.channels.values():
            await channel.close()
        self.store.close()

    def _then(self, do: Callable[[Claim], Awaitable[None]]) -> Callable[[Claim], Awaitable[None]]:
        async def done(claim: Claim) -> None:
            with bound():
                await do(claim)
            self._sending.wake()

        return done

    async def _poll(self, channel: Channel) -> None:
        arrived: Sequence[Incoming] | None = ()
        while arrived is not None:
            try:
                await self.take(channel, arrived)
                arrived = ()
                arrived = await channel.poll()
            except Exception as error:  # what could not be stored is tried again: the next poll would confirm it
                code = error.code if isinstance(error, SendFailed) else type(error).__name__
                log.warning("poll_failed", channel=channel.name, error=code)
                await asyncio.sleep(POLL_PAUSE)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            await _tried("renew", self._renew_once)

    async def _renew_once(self) -> None:
        if claims := self._answering.under_way:
            await self.store.run(self._inbox.renew, [claim.id for claim in claims])
        if messages := self._sending.under_way:
            await self.store.run(self.outbox.renew, [message.id for message in messages])
        if self.pages.busy:
            await self.store.run(self.pages.renew)

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(self._notice_seconds)
            if await _tried("notices", self._notifying.round):
                self._sending.wake()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            for sweep in (self._inbox.sweep, self.outbox.sweep, lambda: self.chats.sweep(self._keep_chats)):
                await _tried("sweep", lambda sweep=sweep: self.store.run(sweep))  # type: ignore[misc]


async def _cancelled(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _tried(what: str, work: Callable[[], Awaitable[int | None]]) -> int | None:
    """What work gives; None, and a line in the log, where it fails: it is tried again soon."""
    try:
        return await work()
    except Exception as error:
        log.warning("delivery_trouble", what=what, error=type(error).__name__)
        return None
