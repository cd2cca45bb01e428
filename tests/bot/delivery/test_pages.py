"""A message of a page is put to the assistant once, however often it comes and to whichever gateway."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from bot.channels.channel import Incoming
from bot.delivery import pages as module
from bot.delivery.chats import WEB, Chats
from bot.delivery.inbox import REPLIES_KEPT, Inbox, chat_name
from bot.delivery.outbox import Outbox
from bot.delivery.pages import Pages
from bot.delivery.store import LEASE, Store
from bot.delivery.tables import IncomingRow
from bot.errors import AssistantAway
from knowledge.reply import Reply
from storage.errors import DatabaseUnavailable
from tests.bot.delivery.memory import NOW, Clock, Stores, echo, known, say, until, wrote

PAGE = "a-page"


class Asked:
    """What was put to the assistant. gate: it answers when that is set."""

    def __init__(self) -> None:
        self.conversations: list[str] = []
        self.begun = asyncio.Event()
        self.gate: asyncio.Event | None = None
        self.error: BaseException | None = None
        self.reply = echo("one")

    async def __call__(self, conversation: str) -> Reply:
        self.conversations.append(conversation)
        self.begun.set()
        if self.gate:
            await self.gate.wait()
        if self.error:
            raise self.error
        return self.reply.model_copy(update={"text": f"{self.reply.text} {len(self.conversations)}"})


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_AGAIN", 0.005)


@pytest.fixture
def pages(store: Store) -> Pages:
    return Pages(store)


@pytest.fixture
def asked() -> Asked:
    return Asked()


async def test_a_message_that_comes_again_gets_the_first_reply(pages: Pages, stores: Stores, asked: Asked) -> None:
    first = await pages.reply(PAGE, "1", asked)
    assert first.text == "re: one 1"
    assert await pages.reply(PAGE, "1", asked) == first
    assert await Pages(stores()).reply(PAGE, "1", asked) == first
    assert asked.conversations == [PAGE]


async def test_other_messages_and_other_pages_count_for_themselves(pages: Pages, asked: Asked) -> None:
    for page, number in ((PAGE, "1"), (PAGE, "2"), ("another", "1")):
        await pages.reply(page, number, asked)
    assert asked.conversations == [PAGE, PAGE, "another"]


async def test_the_same_twice_at_one_gateway_is_asked_once(pages: Pages, asked: Asked) -> None:
    asked.gate = asyncio.Event()
    first = asyncio.create_task(pages.reply(PAGE, "1", asked))
    await asked.begun.wait()
    second = asyncio.create_task(pages.reply(PAGE, "1", asked))
    await asyncio.wait([second], timeout=0.05)
    assert pages.busy
    asked.gate.set()
    assert await first == await second
    assert (len(asked.conversations), pages.busy) == (1, False)


async def test_the_same_at_several_gateways_at_the_same_moment_is_asked_once(stores: Stores, asked: Asked) -> None:
    three = [Pages(stores()) for _ in range(3)]
    for number in range(4):
        replies = await asyncio.gather(*[one.reply(PAGE, f"{number}", asked) for one in three])
        assert len({reply.text for reply in replies}) == 1
    assert len(asked.conversations) == 4


async def test_when_a_gateway_died_over_it_another_asks_anew(stores: Stores, asked: Asked, clock: Clock) -> None:
    dying, living = stores(), Pages(stores())
    asked.gate = asyncio.Event()
    lost = asyncio.create_task(Pages(dying).reply(PAGE, "1", asked))
    await asked.begun.wait()
    waiting = asyncio.create_task(living.reply(PAGE, "1", asked))
    await asyncio.wait([waiting], timeout=0.05)
    assert len(asked.conversations) == 1
    clock.on(LEASE.total_seconds() + 0.1)
    await until(lambda: len(asked.conversations) == 2)
    asked.gate.set()
    assert (await waiting).text == "re: one 2"
    await lost  # it was only slow: what it says now is written nowhere
    assert (await living.reply(PAGE, "1", asked)).text == "re: one 2"


async def test_who_is_slow_but_alive_is_waited_for(stores: Stores, asked: Asked, clock: Clock) -> None:
    slow, other = Pages(stores()), Pages(stores())
    asked.gate = asyncio.Event()
    first = asyncio.create_task(slow.reply(PAGE, "1", asked))
    await asked.begun.wait()
    clock.on(LEASE.total_seconds() - 0.1)
    slow.renew()
    other.renew()
    clock.on(LEASE.total_seconds() - 0.1)
    second = asyncio.create_task(other.reply(PAGE, "1", asked))
    await asyncio.wait([second], timeout=0.05)
    asked.gate.set()
    assert await first == await second
    assert len(asked.conversations) == 1


async def test_whoever_waits_too_long_is_told_so(stores: Stores, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    asked.gate = asyncio.Event()
    first = asyncio.create_task(Pages(stores()).reply(PAGE, "1", asked))
    await asked.begun.wait()
    with pytest.raises(AssistantAway):
        await Pages(stores()).reply(PAGE, "1", asked)
    asked.gate.set()
    await first


async def test_after_a_failure_it_is_asked_anew(pages: Pages, asked: Asked) -> None:
    asked.error = AssistantAway()
    with pytest.raises(AssistantAway):
        await pages.reply(PAGE, "1", asked)
    asked.error = None
    assert (await pages.reply(PAGE, "1", asked)).text == "re: one 2"


async def test_after_the_asker_went_away_it_is_asked_anew(pages: Pages, asked: Asked) -> None:
    asked.gate = asyncio.Event()
    first = asyncio.create_task(pages.reply(PAGE, "1", asked))
    await asked.begun.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    asked.gate.set()
    assert (await pages.reply(PAGE, "1", asked)).text == "re: one 2"


class Ending(Store):
    """One whose database goes away."""

    away = False

    def do(self, work):  # type: ignore[no-untyped-def]
        if self.away:
            raise DatabaseUnavailable("gone")
        return super().do(work)


async def test_a_reply_that_cannot_be_kept_is_given_all_the_same(stores: Stores, asked: Asked) -> None:
    """To raise here would let the gateway ask a second time."""
    ending = stores.of(Ending)

    async def ask(conversation: str) -> Reply:
        ending.away = True
        return await asked(conversation)

    assert (await Pages(ending).reply(PAGE, "1", ask)).text == "re: one 1"


async def test_a_failure_that_cannot_be_kept_is_the_failure_that_it_was(stores: Stores, asked: Asked) -> None:
    ending = stores.of(Ending)
    asked.error = AssistantAway()

    async def ask(conversation: str) -> Reply:
        ending.away = True
        return await asked(conversation)

    with pytest.raises(AssistantAway):
        await Pages(ending).reply(PAGE, "1", ask)


async def test_a_page_asks_in_the_conversation_that_it_joined(pages: Pages, chats: Chats, asked: Asked) -> None:
    there = wrote("x")
    joined = chats.met(chat_name(chats._store, there), there).conversation
    chats.met(chats.page_name(PAGE), Incoming(channel=WEB, id="1", chat=PAGE, person=PAGE, sent=NOW))
    chats.join(chats.code_for(joined), chats.page_name(PAGE))
    await pages.reply(PAGE, "1", asked)
    assert asked.conversations == [joined]


async def test_what_is_kept_is_sealed_and_not_kept_for_long(
    pages: Pages, store: Store, asked: Asked, clock: Clock
) -> None:
    await pages.reply(PAGE, "1", asked)
    held = store.do(lambda session: str(session.execute(select(IncomingRow.__table__)).all()))
    assert not any(word in held for word in ("re: one", PAGE))
    clock.on(REPLIES_KEPT.total_seconds() + 1)
    Inbox(store).sweep()
    assert (await pages.reply(PAGE, "1", asked)).text == "re: one 2"


async def test_what_pages_ask_is_nothing_for_the_channels(pages: Pages, store: Store, asked: Asked) -> None:
    asked.error = AssistantAway()
    with pytest.raises(AssistantAway):
        await pages.reply(PAGE, "1", asked)
    gate = asked.gate = asyncio.Event()
    asked.error = None
    asked.begun.clear()
    running = asyncio.create_task(pages.reply(PAGE, "2", asked))
    await asked.begun.wait()
    assert Inbox(store).claim(9) == []
    assert Outbox(store).depths() == {}
    gate.set()
    await running


async def test_when_a_page_erases_its_conversation_what_was_kept_of_it_goes(
    pages: Pages, store: Store, asked: Asked
) -> None:
    await pages.reply(PAGE, "1", asked)
    to = known(store, conversation=PAGE)
    Chats(store).met(to.name, wrote("x"))
    Chats(store).met(Chats(store).page_name(PAGE), Incoming(channel=WEB, id="1", chat=PAGE, person=PAGE, sent=NOW))
    Chats(store).join(Chats(store).code_for(PAGE), to.name)
    store.do(lambda session: Outbox(store).put(session, "c", to, say("một"), asked=False))
    asked.reply = echo("erased", erased=True)
    await pages.reply(PAGE, "2", asked)
    assert Outbox(store).depths() == {}
    assert (await pages.reply(PAGE, "2", asked)).text == "re: erased 2"  # this one may come again
    assert (await pages.reply(PAGE, "1", asked)).text == "re: erased 3"
