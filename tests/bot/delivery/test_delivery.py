"""All of delivery together: whatever stops it, every message is answered once and in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import func, select

from bot.channels.channel import Incoming, Kind, SendFailed, Trouble
from bot.delivery import delivery as module
from bot.delivery import working
from bot.delivery.chats import Chats
from bot.delivery.delivery import Delivery
from bot.delivery.inbox import KEPT, Inbox, chat_name
from bot.delivery.outbox import Outbox
from bot.delivery.store import LEASE, Store
from bot.delivery.tables import IncomingRow
from bot.inner import Inner
from bot.limits import Counter
from storage.errors import DatabaseUnavailable
from tests.bot.conftest import own_settings
from tests.bot.delivery.memory import (
    CHANNEL,
    Clock,
    MemoryAssistant,
    MemoryChannel,
    Stores,
    echo,
    raising,
    until,
    wrote,
)
from tests.bot.double import INNER_TOKEN, FakeActions

CHATS, EACH = 50, 5
SENT_LOST = LEASE.total_seconds() + 0.1


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "PAUSE", 0.02)
    monkeypatch.setattr(module, "POLL_PAUSE", 0.01)
    monkeypatch.setattr(module, "RENEW_SECONDS", 0.02)


def delivery(
    store: Store, assistant: MemoryAssistant, actions: FakeActions, *channels: MemoryChannel, **settings: Any
) -> Delivery:
    return Delivery(
        store,
        own_settings(**{"notice_seconds": 3600.0} | settings),
        {channel.name: channel for channel in channels},
        assistant,
        Inner("http://actions", INNER_TOKEN, transport=actions.transport),
        counter=Counter(),
    )


@asynccontextmanager
async def running(one: Delivery) -> AsyncIterator[Delivery]:
    await one.start()
    try:
        yield one
    finally:
        await one.stop()


@asynccontextmanager
async def until_killed(one: Delivery) -> AsyncIterator[Delivery]:
    """Runs until it is broken off wherever it is, and nothing is tidied up."""
    before = asyncio.all_tasks()
    await one.start()
    try:
        yield one
    finally:
        tasks = asyncio.all_tasks() - before
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        one.store.close()


def conversations() -> list[Incoming]:
    """Of many chats, in the order in which people write."""
    return [wrote(f"{row}", chat=f"chat-{chat}", at=row) for row in range(EACH) for chat in range(CHATS)]


def complete(channel: MemoryChannel) -> bool:
    return len(channel.arrived) >= CHATS * EACH


def check(channel: MemoryChannel) -> None:
    """Everybody was answered once and in order."""
    for chat in range(CHATS):
        told = [text for name, text in channel.arrived if name == f"chat-{chat}"]
        assert told == [f"re: {row}" for row in range(EACH)]
    assert len(channel.arrived) == CHATS * EACH


def after(count: int, then: Callable[[], None]) -> Callable[[str], None]:
    """Calls something once so many were sent."""
    calls = iter(range(10**6))

    def counting(text: str) -> None:
        if next(calls) == count:
            then()

    return counting


async def test_everybody_is_answered_once_and_in_order(
    store: Store, assistant: MemoryAssistant, actions: FakeActions, channel: MemoryChannel
) -> None:
    async with running(delivery(store, assistant, actions, channel)) as one:
        for incoming in conversations():
            await one.take(channel, [incoming])
        await until(lambda: complete(channel))
    check(channel)


async def test_who_starts_after_a_stop_in_the_middle_goes_on(
    stores: Stores, assistant: MemoryAssistant, actions: FakeActions, channel: MemoryChannel
) -> None:
    """The clock stands still: nobody has to wait until a lease has run out."""
    middle = asyncio.Event()
    channel.failing = after(CHATS, middle.set)
    async with running(delivery(stores(), assistant, actions, channel)) as one:
        await one.take(channel, conversations())
        await middle.wait()
    assert not complete(channel)
    async with running(delivery(stores(), assistant, actions, channel)):
        await until(lambda: complete(channel))
    check(channel)
    assert channel.searched == []


async def test_who_starts_after_a_crash_in_the_middle_goes_on(
    stores: Stores, assistant: MemoryAssistant, actions: FakeActions, channel: MemoryChannel, clock: Clock
) -> None:
    """Some messages had arrived, and nobody had written that down."""
    middle = asyncio.Event()
    channel.failing = after(CHATS, middle.set)
    channel.sticking = {"re: 1"}
    async with until_killed(delivery(stores(), assistant, actions, channel)) as one:
        await one.take(channel, conversations())
        await middle.wait()
        await until(lambda: "re: 1" in channel.texts)
    assert not complete(channel)
    channel.sticking = set()
    clock.on(SENT_LOST)
    async with running(delivery(stores(), assistant, actions, channel)):
        await until(lambda: complete(channel))
    check(channel)
    assert "re: 1" in [text for text, _ in channel.searched]


async def test_two_gateways_that_are_told_the_same_answer_it_once(
    stores: Stores, assistant: MemoryAssistant, actions: FakeActions, channel: MemoryChannel
) -> None:
    other = MemoryChannel()
    other.arrived = channel.arrived
    async with (
        running(delivery(stores(), assistant, actions, channel)) as one,
        running(delivery(stores(), assistant, actions, other)) as two,
    ):
        arrived = conversations()
        for row in range(0, len(arrived), CHATS):
            batch = arrived[row : row + CHATS]
            await asyncio.gather(one.take(channel, batch), two.take(other, batch))
        await until(lambda: complete(channel))
    check(channel)
    assert len(assistant.asked) == CHATS * EACH


async def test_each_channel_is_answered_where_it_asked(
    store: Store, assistant: MemoryAssistant, actions: FakeActions, channel: MemoryChannel
) -> None:
    other = MemoryChannel("other")
    async with running(delivery(store, assistant, actions, channel, other)) as one:
        await one.take(other, [wrote("hai", channel="other")])
        await one.take(channel, [wrote("một")])
        await until(lambda: len(channel.arrived) + len(other.arrived) == 2)
    assert (channel.texts, other.texts) == (["re: một"], ["re: hai"])


async def test_what_was_taken_is_safe_before_anything_is_done(
    stores: Stores, assistant: MemoryAssistant, actions: FakeActions, channel: MemoryChannel
) -> None:
    one = delivery(stores(), assistant, actions, channel)
    await one.take(channel, [wrote("một"), wrote("một")])
    await one.take(channel, [])
    one.store.close()
    assert [claim.incoming.text for claim in Inbox(stores()).claim(9)] == ["một"]


class Away(Store):
    """One whose database is away."""

    def do(self, work):  # type: ignore[no-untyped-def]
        raise DatabaseUnavailable("gone")


async def test_what_cannot_be_stored_is_told_so_that_it_is_not_acknowledged(
    stores: Stores, assistant: MemoryAssistant, actions: FakeActions, channel: MemoryChannel
) -> None:
    with pytest.raises(DatabaseUnavailable):
        await delivery(stores.of(Away), assistant, actions, channel).take(channel, [wrote("một")])


async def test_word_of_our_own_messages_goes_to_the_channel_at_once(
    store: Store, assistant: MemoryAssistant, actions: FakeActions, channel: MemoryChannel
) -> None:
    one = delivery(store, assistant, actions, channel)
    await one.take(channel, [wrote("", id="own", kind=Kind.SENT), wrote("một", id="theirs")])
    assert channel.told_of == ["own"]
    assert [claim.incoming.id for claim in Inbox(store).claim(9)] == ["theirs"]


class Quiet(MemoryChannel):
    """A channel whose service tells nothing of our own messages."""

    note_sent = None  # type: ignore[assignment]


async def test_a_channel_that_does_not_want_word_of_our_own_messages_gets_none(
    store: Store, assistant: MemoryAssistant, actions: FakeActions
) -> None:
    channel = Quiet()
    one = delivery(store, assistant, actions, channel)
    await one.take(channel, [wrote("", id="own", kind=Kind.SENT)])
    assert Inbox(store).claim(9) == []


async def test_what_is_polled_is_answered_and_a_poll_that_fails_is_tried_again(
    store: Store, assistant: MemoryAssistant, actions: FakeActions, channel: MemoryChannel
) -> None:
    channel.waiting = asyncio.Queue()
    given: Sequence[Any] = (
        [wrote("một", at=1)],
        SendFailed(Trouble.LATER, "503"),
        [],
        ValueError("secret"),
        [wrote("một", at=1), wrote("hai", at=2)],
    )
    for one in given:
        channel.waiting.put_nowait(one)
    with structlog.testing.capture_logs() as logs:
        async with running(delivery(store, assistant, actions, channel)):
            await until(lambda: len(channel.arrived) == 2)
    assert channel.texts == ["re: một", "re: hai"]
    assert [line["error"] for line in logs if line["event"] == "poll_failed"] == ["503", "ValueError"]
    assert "secret" not in str(logs)


class OnceAway(Store):
    """One whose database is away when something is to be stored, so many times."""

    times = 2

    def do(self, work):  # type: ignore[no-untyped-def]
        if "take" in work.__qualname__ and self.times:
            self.times -= 1
            raise DatabaseUnavailable("gone")
        return super().do(work)


async def test_what_was_polled_and_could_not_be_stored_is_not_lost(
    stores: Stores, assistant: MemoryAssistant, actions: FakeActions, channel: MemoryChannel
) -> None:
    """The next poll would tell the service that we have it."""
    channel.waiting = asyncio.Queue()
    channel.waiting.put_nowait([wrote("một")])
    async with running(delivery(stores.of(OnceAway), assistant, actions, channel)):
        await until(lambda: channel.texts == ["re: một"])


async def test_what_takes_long_stays_ours(
    stores: Stores, assistant: MemoryAssistant, actions: FakeActions, channel: MemoryChannel, clock: Clock
) -> None:
    assistant.gate = asyncio.Event()
    slow = stores()
    async with running(delivery(slow, assistant, actions, channel)) as one:
        await one.take(channel, [wrote("một")])
        await until(lambda: bool(assistant.asked))
        for _ in range(4):
            clock.on(LEASE.total_seconds() / 2)
            await one._renew_once()
        assert Inbox(stores()).claim(9) == []
        assistant.gate.set()
        await until(lambda: channel.texts == ["re: một"])
    assert len(assistant.asked) == 1


async def test_leases_are_renewed_by_themselves(
    stores: Stores, assistant: MemoryAssistant, actions: FakeActions, channel: MemoryChannel, clock: Clock
) -> None:
    assistant.gate = asyncio.Event()
    store = stores()

    def until_when() -> Any:
        return store.do(lambda session: session.scalar(select(IncomingRow.leased_until)))

    async with running(delivery(store, assistant, actions, channel)) as one:
        await one.take(channel, [wrote("một")])
        await until(lambda: bool(assistant.asked))
        clock.on(1)
        await until(lambda: until_when() == clock.at + LEASE)
        assistant.gate.set()
        await until(lambda: bool(channel.texts))


async def test_also_while_it_stops(
    stores: Stores, assistant: MemoryAssistant, actions: FakeActions, channel: MemoryChannel, clock: Clock
) -> None:
    """Else another gateway would begin with what is just being finished."""
    assistant.gate = asyncio.Event()
    other = stores()
    one = delivery(stores(), assistant, actions, channel)
    await one.start()
    await one.take(channel, [wrote("một")])
    await until(lambda: bool(assistant.asked))
    stopping = asyncio.create_task(one.stop())
    await asyncio.sleep(0)
    clock.on(LEASE.total_seconds() - 0.5)

    def renewed() -> bool:
        ends = other.do(lambda session: session.scalar(select(IncomingRow.leased_until)))
        return bool(ends) and ends == clock.at + LEASE

    await until(renewed)
    assistant.gate.set()
    await stopping
    assert [one.message.body["text"] for one in Outbox(other).claim([CHANNEL], 9)] + channel.texts == ["re: một"]


async def test_notices_are_told_by_themselves(
    store: Store, assistant: MemoryAssistant, actions: FakeActions, channel: MemoryChannel
) -> None:
    incoming = wrote("x")
    conversation = Chats(store).met(chat_name(store, incoming), incoming).conversation
    actions.broken = 500
    async with running(delivery(store, assistant, actions, channel, notice_seconds=0.01)):
        actions.waiting[conversation] = {"n1": echo("n1")}
        actions.broken = None
        await until(lambda: channel.texts == ["re: n1"])
        await until(lambda: actions.delivered == ["n1"])


async def test_it_tidies_up_by_itself(
    store: Store,
    assistant: MemoryAssistant,
    actions: FakeActions,
    channel: MemoryChannel,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "SWEEP_SECONDS", 0.02)

    def rows() -> int:
        return store.do(lambda session: session.scalar(select(func.count()).select_from(IncomingRow))) or 0

    async with running(delivery(store, assistant, actions, channel, keep_chats_days=1)) as one:
        await one.take(channel, [wrote("một")])
        await until(lambda: bool(channel.texts))
        clock.on((KEPT + timedelta(seconds=1)).total_seconds())
        await until(lambda: rows() == 0)
        name = chat_name(store, wrote("một"))
        await until(lambda: Chats(store).of(name) is None)


async def test_while_the_database_is_away_it_waits(
    stores: Stores,
    assistant: MemoryAssistant,
    actions: FakeActions,
    channel: MemoryChannel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(working, "PAUSE_AFTER_TROUBLE", 0.01)

    class Unsteady(Store):
        away = False

        def do(self, work):  # type: ignore[no-untyped-def]
            if self.away:
                raise DatabaseUnavailable("gone")
            return super().do(work)

    store = stores.of(Unsteady)
    with structlog.testing.capture_logs() as logs:
        async with running(delivery(store, assistant, actions, channel)) as one:
            await one.take(channel, [wrote("một")])
            await until(lambda: bool(channel.texts) and not one.outbox.depths())
            store.away = True
            await until(lambda: "work_not_claimed" in [line["event"] for line in logs])
            store.away = False
            await one.take(channel, [wrote("hai", at=2)])
            await until(lambda: channel.texts == ["re: một", "re: hai"])


async def test_channels_are_connected_and_disconnected(
    store: Store, assistant: MemoryAssistant, actions: FakeActions, channel: MemoryChannel
) -> None:
    async with running(delivery(store, assistant, actions, channel)):
        assert channel.running == 1
    assert channel.running == 0


async def test_without_channels_only_pages_are_served(
    store: Store, assistant: MemoryAssistant, actions: FakeActions
) -> None:
    async with running(delivery(store, assistant, actions, notice_seconds=0.01)) as one:
        assert (await one.pages.reply("page", "1", assistant_says)).text == "re: page"
    assert actions.asked == []


async def assistant_says(conversation: str) -> Any:
    return echo(conversation)


async def test_a_fault_in_answering_does_not_stop_the_others(
    store: Store, assistant: MemoryAssistant, actions: FakeActions, channel: MemoryChannel
) -> None:
    assistant.answer = lambda message: raising(KeyError("x"))() if message.text == "bad" else echo(message.text)
    async with running(delivery(store, assistant, actions, channel)) as one:
        await one.take(channel, [wrote("bad"), wrote("một", chat="chat-B")])
        await until(lambda: channel.texts == ["re: một"])
