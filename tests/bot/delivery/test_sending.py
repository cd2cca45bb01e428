"""What a failure means: wait, look whether it arrived, give up, or stop writing to somebody."""

from __future__ import annotations

import asyncio

import pytest
import structlog

from bot.channels.channel import Rates, SendFailed, Trouble
from bot.delivery.chats import Chats, Known
from bot.delivery.inbox import Inbox, chat_name
from bot.delivery.outbox import ANSWERS_EXPIRE, NOTICES_EXPIRE, Outbox
from bot.delivery.pace import Pace
from bot.delivery.sending import BROKEN_WAIT, FAULTY_TRIES, LONGEST_WAIT, UNSURE_PATIENCE, UNSURE_WAIT, Sending
from bot.delivery.store import LEASE, Store
from bot.delivery.tables import OutgoingRow, State
from bot.limits import Counter
from storage.errors import DatabaseUnavailable
from tests.bot.delivery.memory import CHANNEL, Clock, MemoryChannel, Stores, raising, said_to, say, wrote

Counts = list[tuple[str, str]]


@pytest.fixture
def counts() -> Counts:
    return []


@pytest.fixture
def sending(store: Store, channel: MemoryChannel, counts: Counts) -> Sending:
    return Sending(store, {CHANNEL: channel}, Pace(Counter()), lambda name, result: counts.append((name, result)))


def meet(store: Store, chat: str = "chat-A") -> Known:
    incoming = wrote("x", chat=chat)
    return Chats(store).met(chat_name(store, incoming), incoming)


def put(store: Store, *texts: str, chat: str = "chat-A", asked: bool = True, best_effort: bool = False) -> None:
    to, messages = meet(store, chat), say(*texts, best_effort=best_effort)
    store.do(lambda session: Outbox(store).put(session, texts[0], to, messages, asked=asked))


async def work(sending: Sending) -> list[str]:
    """Does all that is to be done now; the texts of what was tried."""
    tried: list[str] = []
    while messages := await sending.claim(9):
        tried += said_to(messages)
        await asyncio.gather(*[sending.do(message) for message in messages])
    return tried


def fails(channel: MemoryChannel, trouble: Trouble, code: str = "x", *, after: float | None = None) -> None:
    channel.failing = raising(SendFailed(trouble, code, after=after))


def works(channel: MemoryChannel) -> None:
    channel.failing = lambda text: None


def states(store: Store) -> list[tuple[State, str]]:
    rows = store.do(lambda session: session.query(OutgoingRow).order_by(OutgoingRow.id).all())
    return [(row.state, row.trouble) for row in rows]


async def waits(sending: Sending, clock: Clock, least: float, most: float) -> None:
    """It is tried again after so many seconds, not earlier and not later."""
    clock.on(least - 0.01)
    assert await work(sending) == []
    clock.on(most - least + 0.02)


async def test_what_waits_is_sent_in_order_and_forgotten(
    sending: Sending, store: Store, channel: MemoryChannel, counts: Counts
) -> None:
    put(store, "một", "hai")
    put(store, "ba", chat="chat-B")
    await work(sending)
    assert channel.arrived == [("chat-A", "một"), ("chat-B", "ba"), ("chat-A", "hai")]
    assert states(store) == [(State.SENT, "")] * 3
    assert counts == [(CHANNEL, "sent")] * 3
    assert channel.searched == []


async def test_while_a_service_is_away_it_is_tried_again_less_and_less_often(
    sending: Sending, store: Store, channel: MemoryChannel, clock: Clock, counts: Counts
) -> None:
    put(store, "một", "hai")
    fails(channel, Trouble.LATER, "503")
    for number in range(10):
        assert await work(sending) == ["một"]
        longest = min(LONGEST_WAIT, 2.0**number)
        await waits(sending, clock, longest / 2, longest)
    works(channel)
    await work(sending)
    assert channel.texts == ["một", "hai"]
    assert channel.searched == []  # it is known that it did not arrive
    assert counts == [(CHANNEL, "later")] * 10 + [(CHANNEL, "sent")] * 2


@pytest.mark.parametrize("trouble", [Trouble.LATER, Trouble.CLOSED])
async def test_what_the_service_says_about_waiting_is_obeyed(
    sending: Sending, store: Store, channel: MemoryChannel, clock: Clock, trouble: Trouble
) -> None:
    put(store, "một")
    fails(channel, trouble, "429", after=33.0)
    assert await work(sending) == ["một"]
    works(channel)
    await waits(sending, clock, 33.0, 33.5)
    assert await work(sending) == ["một"]


async def test_while_our_access_is_broken_it_waits(
    sending: Sending, store: Store, channel: MemoryChannel, clock: Clock
) -> None:
    put(store, "một", "hai")
    fails(channel, Trouble.BROKEN, "401")
    for _ in range(3):
        assert await work(sending) == ["một"]
        await waits(sending, clock, BROKEN_WAIT, BROKEN_WAIT)
    works(channel)
    assert await work(sending) == ["một", "hai"]


async def test_what_is_refused_for_good_is_dead_and_the_next_is_sent(
    sending: Sending, store: Store, channel: MemoryChannel
) -> None:
    put(store, "một", "hai")
    channel.failing = lambda text: raising(SendFailed(Trouble.NEVER, "400"))() if text == "một" else None
    assert await work(sending) == ["một", "hai"]
    assert channel.texts == ["hai"]
    assert states(store) == [(State.DEAD, "never: 400"), (State.SENT, "")]


async def test_who_blocked_us_gets_nothing_more_until_they_write(
    sending: Sending, store: Store, channel: MemoryChannel
) -> None:
    put(store, "một", "hai")
    put(store, "khác", chat="chat-B")
    channel.failing = lambda text: raising(SendFailed(Trouble.GONE, "403"))() if text == "một" else None
    await work(sending)
    assert channel.texts == ["khác"]
    assert states(store) == [(State.EXPIRED, "gone: 403")] * 2 + [(State.SENT, "")]
    name = chat_name(store, wrote("x"))
    found = Chats(store).of(name)
    assert found is not None
    assert found.gone
    assert not meet(store).gone
    put(store, "nữa")
    assert await work(sending) == ["nữa"]


async def test_a_message_whose_answer_got_lost_is_looked_for_and_not_sent_twice(
    sending: Sending, store: Store, channel: MemoryChannel, clock: Clock
) -> None:
    put(store, "một", "hai")
    channel.losing = {"một"}
    assert await work(sending) == ["một"]
    assert states(store)[0] == (State.SENDING, "unknown: closed")
    clock.on(UNSURE_WAIT)
    await work(sending)
    assert channel.texts == ["một", "hai"]
    assert [text for text, _ in channel.searched] == ["một"]


async def test_what_is_looked_for_and_is_not_there_is_sent(
    sending: Sending, store: Store, channel: MemoryChannel, clock: Clock
) -> None:
    put(store, "một")
    fails(channel, Trouble.UNKNOWN, "closed")
    await work(sending)
    works(channel)
    clock.on(UNSURE_WAIT)
    await work(sending)
    assert (channel.texts, channel.calls) == (["một"], ["một", "một"])
    assert states(store) == [(State.SENT, "")]


async def test_after_a_crash_it_is_looked_for_with_hints(
    stores: Stores, sending: Sending, store: Store, channel: MemoryChannel, clock: Clock
) -> None:
    Inbox(store).take([wrote("một", details={"message_id": "77"})])
    put(store, "một")
    dying = stores()
    (message,) = Outbox(dying).claim([CHANNEL], 9)
    await channel.send(message.address, message.message)  # and the process ends here
    assert await work(sending) == []
    clock.on(LEASE.total_seconds() + 0.1)
    assert await work(sending) == ["một"]
    assert channel.texts == ["một"]
    assert channel.searched == [("một", ["77"])]
    assert states(store) == [(State.SENT, "")]


async def test_what_cannot_be_found_out_is_sent_after_a_while(
    sending: Sending, store: Store, channel: MemoryChannel, clock: Clock
) -> None:
    put(store, "một")
    channel.losing = {"một"}
    channel.blind = lambda: SendFailed(Trouble.UNKNOWN, "not told")
    await work(sending)
    for _ in range(int(UNSURE_PATIENCE.total_seconds() / UNSURE_WAIT) - 1):
        clock.on(UNSURE_WAIT)
        assert await work(sending) == ["một"]
        assert channel.texts == ["một"]
    clock.on(UNSURE_WAIT)
    with structlog.testing.capture_logs() as logs:
        await work(sending)
    assert channel.texts == ["một", "một"]
    assert "sent_perhaps_twice" in [line["event"] for line in logs]
    assert states(store) == [(State.SENT, "")]


async def test_looking_for_it_makes_nobody_wait_longer_afterwards(
    store: Store, sending: Sending, channel: MemoryChannel, clock: Clock
) -> None:
    put(store, "một")
    fails(channel, Trouble.UNKNOWN)
    await work(sending)
    channel.blind = lambda: SendFailed(Trouble.UNKNOWN, "not told")
    fails(channel, Trouble.LATER)
    for _ in range(int(UNSURE_PATIENCE.total_seconds() / UNSURE_WAIT)):
        clock.on(UNSURE_WAIT)
        await work(sending)
    works(channel)
    clock.on(2.0)  # after the second try, not after the eleventh
    await work(sending)
    assert channel.texts == ["một"]


async def test_many_tries_before_do_not_shorten_the_search(
    sending: Sending, store: Store, channel: MemoryChannel, clock: Clock
) -> None:
    put(store, "một")
    fails(channel, Trouble.LATER, "503")
    for _ in range(10):
        await work(sending)
        clock.on(LONGEST_WAIT)
    works(channel)
    channel.losing = {"một"}
    await work(sending)
    channel.blind = lambda: SendFailed(Trouble.UNKNOWN, "not told")
    clock.on(UNSURE_WAIT)
    await work(sending)
    assert channel.texts == ["một"]
    channel.blind = lambda: None
    clock.on(UNSURE_WAIT)
    await work(sending)
    assert (channel.texts, states(store)) == (["một"], [(State.SENT, "")])


async def test_while_the_service_is_away_what_is_in_doubt_stays_in_doubt(
    sending: Sending, store: Store, channel: MemoryChannel, clock: Clock
) -> None:
    put(store, "một")
    channel.losing = {"một"}
    await work(sending)
    channel.blind = lambda: SendFailed(Trouble.LATER, "429", after=30.0)
    clock.on(UNSURE_WAIT)
    await work(sending)
    channel.blind = lambda: None
    clock.on(31)
    await work(sending)
    assert (channel.texts, len(channel.searched)) == (["một"], 2)


async def test_once_it_is_known_not_to_have_arrived_it_is_not_looked_for_again(
    sending: Sending, store: Store, channel: MemoryChannel, clock: Clock
) -> None:
    put(store, "một")
    fails(channel, Trouble.UNKNOWN, "closed")
    await work(sending)
    fails(channel, Trouble.LATER, "503")
    clock.on(UNSURE_WAIT)
    await work(sending)
    works(channel)
    clock.on(10)
    await work(sending)
    assert (channel.texts, len(channel.searched)) == (["một"], 1)


@pytest.mark.parametrize(("asked", "end"), [(True, State.DEAD), (False, State.EXPIRED)])
async def test_what_comes_too_late_is_given_up(
    sending: Sending, store: Store, channel: MemoryChannel, clock: Clock, asked: bool, end: State
) -> None:
    """An answer for an operator to see; a notice for nobody."""
    put(store, "một", asked=asked)
    clock.on((ANSWERS_EXPIRE if asked else NOTICES_EXPIRE).total_seconds())
    await work(sending)
    assert (states(store), channel.calls) == ([(end, "expired")], [])


async def test_what_would_wait_until_it_is_too_late_is_given_up_at_once(
    sending: Sending, store: Store, channel: MemoryChannel
) -> None:
    put(store, "một", "hai")
    fails(channel, Trouble.CLOSED, "night", after=ANSWERS_EXPIRE.total_seconds() + 1)
    await work(sending)
    assert states(store) == [(State.DEAD, "closed: night")] * 2


@pytest.mark.parametrize("trouble", [Trouble.UNKNOWN, Trouble.NEVER, Trouble.CLOSED, Trouble.BROKEN, Trouble.GONE])
async def test_what_nobody_misses_is_given_up_and_holds_up_nothing(
    sending: Sending, store: Store, channel: MemoryChannel, trouble: Trouble
) -> None:
    put(store, "buttons off", best_effort=True)
    put(store, "một")
    channel.failing = lambda text: raising(SendFailed(trouble, "x"))() if text == "buttons off" else None
    assert await work(sending) == ["buttons off", "một"]
    assert states(store) == [(State.EXPIRED, f"{trouble}: x"), (State.SENT, "")]


async def test_what_nobody_misses_is_tried_a_second_time(
    sending: Sending, store: Store, channel: MemoryChannel, clock: Clock
) -> None:
    put(store, "buttons off", best_effort=True)
    fails(channel, Trouble.LATER, "503")
    await work(sending)
    clock.on(2)
    await work(sending)
    assert (channel.calls, states(store)) == (["buttons off"] * 2, [(State.EXPIRED, "later: 503")])


async def test_what_nobody_misses_is_not_sent_again_by_the_next_process_nor_looked_for(
    sending: Sending, stores: Stores, store: Store, channel: MemoryChannel, clock: Clock
) -> None:
    """A keyboard that asks for the place cannot be found at the service: rather not at all than twice."""
    put(store, "share your place", best_effort=True)
    put(store, "một")
    Outbox(stores()).claim([CHANNEL], 1)
    clock.on(LEASE.total_seconds() + 0.1)
    await work(sending)
    await work(sending)
    assert (channel.texts, channel.searched) == (["một"], [])
    assert states(store) == [(State.EXPIRED, "unknown: best effort"), (State.SENT, "")]


async def test_the_pace_is_kept_and_waiting_for_it_is_no_try(
    store: Store, channel: MemoryChannel, clock: Clock, counts: Counts
) -> None:
    channel.rates = Rates(overall="100/hour", chat="1/hour")
    sending = Sending(store, {CHANNEL: channel}, Pace(Counter()), lambda name, result: counts.append((name, result)))
    put(store, "một", "hai")
    put(store, "khác", chat="chat-B")
    await work(sending)
    assert sorted(channel.texts) == ["khác", "một"]
    for _ in range(4):  # the real hour has not gone by
        clock.on(3601)
        assert await work(sending) == ["hai"]
    assert Outbox(store).listed(State.WAITING)[0].tries == 0
    assert counts == [(CHANNEL, "sent")] * 2


async def test_taking_buttons_away_counts_for_the_service_only(store: Store, channel: MemoryChannel) -> None:
    channel.rates = Rates(overall="100/hour", chat="1/hour")
    sending = Sending(store, {CHANNEL: channel}, Pace(Counter()))
    put(store, "một")
    put(store, "buttons off", best_effort=True)
    await work(sending)
    assert channel.texts == ["một", "buttons off"]


async def test_a_fault_of_ours_holds_up_a_chat_only_for_a_while_and_is_no_secret_in_the_log(
    sending: Sending, store: Store, channel: MemoryChannel, clock: Clock
) -> None:
    put(store, "một", "hai")
    channel.failing = lambda text: raising(KeyError("secret words"))() if text == "một" else None
    with structlog.testing.capture_logs() as logs:
        for _ in range(FAULTY_TRIES):
            assert channel.texts == []
            await work(sending)
            clock.on(UNSURE_WAIT)
    assert channel.texts == ["hai"]
    assert states(store) == [(State.DEAD, "fault: KeyError"), (State.SENT, "")]
    assert [line["event"] for line in logs].count("send_broken") == FAULTY_TRIES
    assert "secret" not in str(logs)
    assert "memory.py" in str(logs)


class Forgetful(Store):
    """One whose database is away at the moment when it should note that something was sent."""

    away = False

    def do(self, work):  # type: ignore[no-untyped-def]
        if self.away:
            raise DatabaseUnavailable("gone")
        return super().do(work)


async def test_what_was_sent_and_could_not_be_noted_is_looked_for(
    stores: Stores, channel: MemoryChannel, clock: Clock
) -> None:
    store = stores.of(Forgetful)
    sending = Sending(store, {CHANNEL: channel}, Pace(Counter()))
    put(store, "một")

    def away(text: str) -> None:
        store.away = True

    channel.failing = away
    (message,) = await sending.claim(9)
    with pytest.raises(DatabaseUnavailable):
        await sending.do(message)
    store.away = False
    assert await work(sending) == []
    clock.on(LEASE.total_seconds() + 0.1)
    await work(sending)
    assert (channel.texts, states(store)) == (["một"], [(State.SENT, "")])


async def test_a_channel_that_keeps_things_in_the_same_database_may_raise_its_trouble(
    sending: Sending, store: Store, channel: MemoryChannel
) -> None:
    put(store, "một")
    channel.failing = raising(DatabaseUnavailable("gone"))
    (message,) = await sending.claim(9)
    with pytest.raises(DatabaseUnavailable):
        await sending.do(message)
    assert states(store) == [(State.SENDING, "")]


async def test_only_our_channels_messages_are_claimed(store: Store, sending: Sending, channel: MemoryChannel) -> None:
    other = Sending(store, {"other": MemoryChannel("other")}, Pace(Counter()))
    put(store, "một")
    assert await other.claim(9) == []
    assert said_to(await sending.claim(9)) == ["một"]


async def test_a_number_that_was_told_is_a_hint_for_the_next(
    sending: Sending, store: Store, channel: MemoryChannel, clock: Clock
) -> None:
    put(store, "một", "hai")
    channel.losing = {"hai"}
    await work(sending)
    clock.on(UNSURE_WAIT)
    await work(sending)
    assert channel.searched == [("hai", ["n1"])]
