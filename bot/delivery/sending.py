"""Sends what waits in the outbox, at the pace that each service allows, and decides what a failure means."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from bot.channels.channel import Channel, SendFailed, Sent, Trouble
from bot.delivery.chats import Chats
from bot.delivery.outbox import Outbox, ToSend
from bot.delivery.pace import Pace
from bot.delivery.store import Store
from bot.delivery.tables import State
from bot.delivery.traces import where
from storage.errors import StorageError

LONGEST_WAIT = 300.0  # seconds between two tries
BROKEN_WAIT = 60.0
UNSURE_WAIT = 1.0
UNSURE_PATIENCE = timedelta(seconds=10)  # for finding out what became of a message
FAULTY_TRIES = 5  # with a fault of ours
BEST_EFFORT_TRIES = 2

log = structlog.get_logger(__name__)


class Sending:
    """counted: is told of each try, with its channel and what came of it: "sent", or a Trouble."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        pace: Pace,
        counted: Callable[[str, str], None] = lambda channel, result: None,
    ) -> None:
        self._store = store
        self._channels = channels
        self._pace = pace
        self._counted = counted
        self._outbox, self._chats = Outbox(store), Chats(store)

    async def claim(self, most: int) -> list[ToSend]:
        """What is to be sent now, at most so many."""
        return await self._store.run(self._outbox.claim, list(self._channels), most)

    async def do(self, message: ToSend) -> None:
        """Sends it, or decides when to try again, or gives up."""
        channel = self._channels[message.channel]
        if message.expires <= self._store.now():
            await self._give_up(message, "expired")
            return
        rates = channel.rates
        shows = not message.message.best_effort  # taking buttons away is no message
        wait = await self._pace.wait(message.channel, rates, message.chat, group=message.group, message=shows)
        if wait:
            await self._store.run(self._outbox.hold, message, wait)
            return
        if message.unsure and message.message.best_effort:  # nobody misses it, but twice it would puzzle
            await self._store.run(self._outbox.give_up, message, State.EXPIRED, "unknown: best effort")
            return
        looking = message.unsure
        try:
            sent = await self._found(channel, message) if looking else None
            looking = False
            sent = sent or await channel.send(message.address, message.message)
        except SendFailed as failed:
            await self._failed(message, failed, unsure=looking or failed.trouble is Trouble.UNKNOWN, looking=looking)
            return
        except StorageError:  # not written down, so it is looked for when the lease has run out
            raise
        except Exception as error:
            await self._broken(message, error)
            return
        self._counted(message.channel, "sent")
        await self._store.run(self._outbox.sent, message, sent.id)

    async def _found(self, channel: Channel, message: ToSend) -> Sent | None:
        """What may have arrived already, if it did."""
        hints = await self._store.run(self._outbox.hints, message)
        try:
            found = await channel.find_sent(message.address, message.message, hints)
        except SendFailed as failed:
            begun = message.started or self._store.now()
            if failed.trouble is not Trouble.UNKNOWN or self._store.now() - begun < UNSURE_PATIENCE:
                raise
            log.warning("sent_perhaps_twice", channel=message.channel)  # told twice is better than not told
            return None
        if found is not None:
            log.info("was_sent_already", channel=message.channel)
        return found

    async def _broken(self, message: ToSend, error: Exception) -> None:
        """A fault of ours: what comes behind it must not wait for ever."""
        log.error("send_broken", channel=message.channel, error=type(error).__name__, where=where(error),
                  tries=message.tries)  # fmt: skip
        if message.tries >= FAULTY_TRIES:
            await self._store.run(self._outbox.give_up, message, State.DEAD, f"fault: {type(error).__name__}")
        else:
            await self._failed(message, SendFailed(Trouble.UNKNOWN, type(error).__name__), unsure=True)

    async def _failed(self, message: ToSend, failed: SendFailed, *, unsure: bool, looking: bool = False) -> None:
        """What follows from it. looking: it was not sent, but looked for."""
        self._counted(message.channel, failed.trouble.value)
        log.warning("not_sent", channel=message.channel, trouble=failed.trouble.value, service_code=failed.code,
                    tries=message.tries)  # fmt: skip
        trouble = f"{failed.trouble}: {failed.code}"
        if message.message.best_effort and (failed.trouble is not Trouble.LATER or message.tries >= BEST_EFFORT_TRIES):
            await self._store.run(self._outbox.give_up, message, State.EXPIRED, trouble)
        elif failed.trouble is Trouble.NEVER:
            await self._store.run(self._outbox.give_up, message, State.DEAD, trouble)
        elif failed.trouble is Trouble.GONE:
            await self._store.run(self._gone, message, trouble)
        else:
            # To look in vain is no try, or the next real one would have to wait for minutes.
            in_vain = looking and failed.trouble is Trouble.UNKNOWN
            await self._later(message, failed, trouble, unsure=unsure, tries=message.tries - in_vain)

    async def _later(self, message: ToSend, failed: SendFailed, trouble: str, *, unsure: bool, tries: int) -> None:
        wait = self._wait(message, failed)
        if self._store.now() + timedelta(seconds=wait) > message.expires:
            await self._give_up(message, trouble)
            return
        await self._store.run(lambda: self._outbox.postpone(message, wait, trouble, unsure=unsure, tries=tries))

    @staticmethod
    def _wait(message: ToSend, failed: SendFailed) -> float:
        if failed.after is not None:
            return failed.after + random.uniform(0.0, 0.5)  # noqa: S311 - so that not all come at once
        if failed.trouble is Trouble.BROKEN:
            return BROKEN_WAIT
        if failed.trouble is Trouble.UNKNOWN:
            return UNSURE_WAIT
        return min(LONGEST_WAIT, 2.0 ** min(message.tries - 1, 10)) * random.uniform(0.5, 1.0)  # noqa: S311

    async def _give_up(self, message: ToSend, trouble: str) -> None:
        """An answer that nobody got is for an operator to see; a notice that comes too late is of no use."""
        state = State.DEAD if message.asked and not message.message.best_effort else State.EXPIRED
        await self._store.run(self._outbox.give_up, message, state, trouble)

    def _gone(self, message: ToSend, trouble: str) -> None:
        self._outbox.give_up(message, State.EXPIRED, trouble, gone=True)

        def leave(session: Session) -> None:
            self._chats.leave(session, message.chat)

        self._store.do(leave)
