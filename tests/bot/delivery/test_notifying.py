"""A notice goes to the chat that was used last, once, and is delivered only after it is stored."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import structlog

from bot.channels.channel import Incoming
from bot.delivery.chats import WEB, Chats, Known
from bot.delivery.inbox import chat_name
from bot.delivery.notifying import Notifying
from bot.delivery.outbox import Outbox
from bot.delivery.store import Store
from bot.errors import ActionsAway
from bot.inner import Inner
from storage.errors import DatabaseUnavailable
from tests.bot.delivery.memory import CHANNEL, NO, NOW, YES, MemoryChannel, Stores, echo, said_to, wrote
from tests.bot.double import INNER_TOKEN, FakeActions


def inner(actions: FakeActions) -> Inner:
    return Inner("http://actions", INNER_TOKEN, transport=actions.transport)


@pytest.fixture
def notifying(store: Store, channel: MemoryChannel, actions: FakeActions) -> Notifying:
    return Notifying(store, {CHANNEL: channel}, inner(actions))


def meet(store: Store, chat: str = "chat-A", at: float = 0.0, **more: Any) -> Known:
    incoming = wrote("x", chat=chat, at=at, **more)
    return Chats(store).met(chat_name(store, incoming), incoming)


def join(store: Store, to: Known, one: Known) -> None:
    Chats(store).join(Chats(store).code_for(to.conversation), one.name)


def waits(actions: FakeActions, conversation: str, *names: str) -> None:
    actions.waiting[conversation] = {name: echo(name) for name in names}


def queued(store: Store) -> list[tuple[str, str]]:
    """(chat, text) of what is in the outbox and the first of its chat."""
    messages = Outbox(store).claim([CHANNEL], 99)
    return [(one.address, text) for one, text in zip(messages, said_to(messages), strict=True)]


async def test_a_notice_goes_to_its_chat_once(notifying: Notifying, store: Store, actions: FakeActions) -> None:
    waits(actions, meet(store).conversation, "n1")
    meet(store, "chat-B")
    assert await notifying.round() == 1
    assert await notifying.round() == 0
    assert actions.delivered == ["n1"]
    (message,) = Outbox(store).claim([CHANNEL], 99)
    assert (message.address, message.asked, said_to([message])) == ("chat-A", False, ["re: n1"])


async def test_it_is_rendered_for_its_chat_as_an_answer_to_nobody(
    notifying: Notifying, store: Store, actions: FakeActions, channel: MemoryChannel
) -> None:
    one = meet(store, at=5)
    waits(actions, one.conversation, "n1")
    await notifying.round()
    ((chat, to),) = channel.rendered
    assert (chat.chat, chat.group, chat.last, to) == ("chat-A", False, one.last, None)


async def test_of_linked_chats_the_one_used_last_is_told(
    notifying: Notifying, store: Store, actions: FakeActions
) -> None:
    one, other = meet(store, at=1), meet(store, "chat-B", at=2)
    join(store, one, other)
    waits(actions, one.conversation, "n1")
    await notifying.round()
    meet(store, at=3)
    waits(actions, one.conversation, "n2")
    await notifying.round()
    assert sorted(queued(store)) == [("chat-A", "re: n2"), ("chat-B", "re: n1")]


async def test_two_gateways_that_ask_at_the_same_time_tell_it_once(
    stores: Stores, channel: MemoryChannel, actions: FakeActions
) -> None:
    a, b = stores(), stores()
    for number in range(5):
        waits(actions, meet(a, f"chat-{number}").conversation, f"n{number}")
        one, other = meet(a, f"chat-{number}"), meet(a, f"chat-{number}-b", at=9)
        join(a, one, other)
    both = [Notifying(store, {CHANNEL: channel}, inner(actions)) for store in (a, b)]
    await asyncio.gather(*[one.round() for one in both])
    messages = queued(a)
    assert sorted(messages) == [(f"chat-{number}-b", f"re: n{number}") for number in range(5)]
    assert Outbox(a).depths() == {("outbox", "sending"): 5}


async def test_what_another_gateway_stored_but_did_not_deliver_is_delivered(
    stores: Stores, channel: MemoryChannel, actions: FakeActions
) -> None:
    dying = stores()
    conversation = meet(dying).conversation
    waits(actions, conversation, "n1")
    kept = Notifying(dying, {CHANNEL: channel}, inner(actions))
    kept._put(await inner(actions).notices([conversation]))
    living = stores()
    assert await Notifying(living, {CHANNEL: channel}, inner(actions)).round() == 1
    assert (queued(living), actions.delivered) == ([("chat-A", "re: n1")], ["n1"])


class Full(Store):
    """One that writes nothing."""

    writes = True

    def do(self, work):  # type: ignore[no-untyped-def]
        if not self.writes:
            raise DatabaseUnavailable("disk full")
        return super().do(work)


async def test_what_could_not_be_stored_is_not_delivered(
    stores: Stores, channel: MemoryChannel, actions: FakeActions
) -> None:
    store = stores.of(Full)
    waits(actions, meet(store).conversation, "n1")

    class Answering(Inner):
        async def notices(self, conversations):  # type: ignore[no-untyped-def]
            found = await super().notices(conversations)
            store.writes = False
            return found

    notifying = Notifying(
        store, {CHANNEL: channel}, Answering("http://actions", INNER_TOKEN, transport=actions.transport)
    )
    with pytest.raises(DatabaseUnavailable):
        await notifying.round()
    assert actions.delivered == []


async def test_while_the_actions_are_away_nothing_is_lost(
    notifying: Notifying, store: Store, actions: FakeActions
) -> None:
    waits(actions, meet(store).conversation, "n1")
    actions.broken = 500
    with pytest.raises(ActionsAway):
        await notifying.round()
    actions.broken = None
    assert await notifying.round() == 1
    assert queued(store) == [("chat-A", "re: n1")]


async def test_nobody_is_asked_about_who_cannot_be_told(
    notifying: Notifying, store: Store, chats: Chats, actions: FakeActions
) -> None:
    gone, group, other = meet(store), meet(store, "g", person="An", group=True), meet(store, "x", channel="taken out")
    chats.met(chats.page_name("page"), Incoming(channel=WEB, id="1", chat="page", person="page", sent=NOW))
    store.do(lambda session: chats.leave(session, gone.name))
    for one in (gone, group, other):
        waits(actions, one.conversation, one.address)
    assert await notifying.round() == 0
    assert (actions.asked, actions.delivered, queued(store)) == ([], [], [])


async def test_in_linked_chats_the_one_that_can_be_told_is_told(
    notifying: Notifying, store: Store, actions: FakeActions
) -> None:
    one, group, old = (
        meet(store, at=1),
        meet(store, "g", person="An", group=True, at=5),
        meet(store, "x", channel="taken out", at=9),
    )
    join(store, one, group)
    join(store, one, old)
    waits(actions, one.conversation, "n1")
    assert await notifying.round() == 1
    assert queued(store) == [("chat-A", "re: n1")]


async def test_who_left_meanwhile_is_told_when_they_come_back(
    store: Store, chats: Chats, channel: MemoryChannel, actions: FakeActions
) -> None:
    one = meet(store)
    waits(actions, one.conversation, "n1")

    class Slow(Inner):
        async def notices(self, conversations):  # type: ignore[no-untyped-def]
            found = await super().notices(conversations)
            store.do(lambda session: chats.leave(session, one.name))
            return found

    slow = Notifying(store, {CHANNEL: channel}, Slow("http://actions", INNER_TOKEN, transport=actions.transport))
    assert await slow.round() == 0
    assert actions.delivered == []
    meet(store)
    assert await Notifying(store, {CHANNEL: channel}, inner(actions)).round() == 1


async def test_a_notice_that_cannot_be_shown_holds_up_no_other(
    notifying: Notifying, store: Store, actions: FakeActions, channel: MemoryChannel
) -> None:
    waits(actions, meet(store).conversation, "bad", "n2")
    channel.broken = lambda reply: reply.text == "re: bad"
    with structlog.testing.capture_logs() as logs:
        assert await notifying.round() == 1
        assert await notifying.round() == 0
    assert actions.delivered == ["n2"]
    assert [line["event"] for line in logs] == ["notice_not_shown"]  # said once
    assert "secret" not in str(logs)
    channel.broken = lambda reply: False
    assert await notifying.round() == 1


async def test_a_menu_of_a_notice_is_what_numbers_mean(
    notifying: Notifying, store: Store, chats: Chats, actions: FakeActions
) -> None:
    one = meet(store)
    store.do(lambda session: chats.show_menu(session, one.name, (NO,)))
    waits(actions, one.conversation, "n1")
    await notifying.round()
    assert meet(store).menu == (NO,)  # a notice without one leaves it
    actions.waiting[one.conversation] = {"n2": echo("n2", buttons=(YES,))}
    await notifying.round()
    assert meet(store).menu == (YES,)


async def test_a_notice_told_again_does_not_bring_its_menu_back(
    notifying: Notifying, store: Store, chats: Chats, actions: FakeActions
) -> None:
    one = meet(store)
    actions.waiting[one.conversation] = {"n1": echo("n1", buttons=(YES,))}
    await notifying.round()
    store.do(lambda session: chats.show_menu(session, one.name, ()))
    actions.waiting[one.conversation] = {"n1": echo("n1", buttons=(YES,))}
    assert await notifying.round() == 1
    assert meet(store).menu == ()


async def test_many_conversations_are_asked_about_in_parts(
    notifying: Notifying, store: Store, actions: FakeActions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.notifying.AT_ONCE", 2)
    for number in range(5):
        waits(actions, meet(store, f"chat-{number}").conversation, f"n{number}")
    assert await notifying.round() == 5
    assert sorted(len(asked) for asked in actions.asked) == [1, 2, 2]
