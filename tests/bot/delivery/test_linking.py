"""Wishes about linking are served, not too often, and who was there first hears of it."""

from __future__ import annotations

import re

import pytest

from bot.channels.channel import Incoming
from bot.delivery import said
from bot.delivery.chats import WEB, Chats, Known
from bot.delivery.inbox import chat_name
from bot.delivery.linking import ALL_TRIES, Links
from bot.delivery.outbox import Outbox
from bot.delivery.reading import Linking, Wish
from bot.delivery.store import Store
from bot.limits import Counter
from tests.bot.delivery.memory import CHANNEL, NOW, MemoryChannel, said_to, wrote

PAGE = "a-page"


@pytest.fixture
def links(store: Store, channel: MemoryChannel) -> Links:
    return Links(store, Counter(), {channel.name: channel})


def meet(store: Store, chat: str) -> Known:
    incoming = wrote("x", chat=chat)
    return Chats(store).met(chat_name(store, incoming), incoming)


async def wish(links: Links, store: Store, chat: str, wish: Linking, id: str = "1") -> str:
    """What a chat is answered."""
    incoming = wrote("x", chat=chat, id=id)
    reply = await links.serve(wish, chat_name(store, incoming), meet(store, chat).conversation, incoming)
    return reply.text


async def page_wish(links: Links, store: Store, wish: Linking) -> str:
    who = Incoming(channel=WEB, id="1", chat=PAGE, person=PAGE, sent=NOW)
    reply = await links.serve(wish, Chats(store).page_name(PAGE), Chats(store).of_page(PAGE), who)
    return reply.text


def code_in(text: str) -> Linking:
    found = re.search(r"\d{4} \d{4}", text)
    assert found
    return Linking(Wish.JOIN, found[0].replace(" ", ""))


CODE, PART = Linking(Wish.CODE), Linking(Wish.PART)


async def test_a_chat_joins_another_and_that_one_hears_of_it(links: Links, store: Store, outbox: Outbox) -> None:
    code = code_in(await wish(links, store, "chat-A", CODE))
    assert await wish(links, store, "chat-B", code) == said.JOINED
    assert meet(store, "chat-B").conversation == meet(store, "chat-A").conversation
    (notice,) = outbox.claim([CHANNEL], 9)
    assert (notice.address, notice.asked, said_to([notice])) == ("chat-A", False, [said.ANOTHER_JOINED])


async def test_after_a_crash_they_have_joined_and_it_is_told_once(links: Links, store: Store, outbox: Outbox) -> None:
    code = code_in(await wish(links, store, "chat-A", CODE))
    for _ in range(2):
        assert await wish(links, store, "chat-B", code, id="the same") == said.JOINED
    (notice,) = outbox.claim([CHANNEL], 9)
    outbox.sent(notice, "n")
    assert outbox.claim([CHANNEL], 9) == []


async def test_a_wrong_code_a_used_one_and_ones_own_are_told_so(links: Links, store: Store, outbox: Outbox) -> None:
    code = code_in(await wish(links, store, "chat-A", CODE))
    assert await wish(links, store, "chat-A", code) == said.OWN_CODE
    await wish(links, store, "chat-B", code)
    assert await wish(links, store, "chat-C", code) == said.WRONG_CODE
    assert await wish(links, store, "chat-C", Linking(Wish.JOIN, "1")) == said.WRONG_CODE
    assert len(outbox.claim([CHANNEL], 9)) == 1


async def test_a_code_cannot_be_guessed_by_trying(links: Links, store: Store) -> None:
    code = code_in(await wish(links, store, "chat-A", CODE))
    for number in range(6):
        assert await wish(links, store, "chat-B", Linking(Wish.JOIN, f"{number}")) == said.WRONG_CODE
    assert await wish(links, store, "chat-B", code) == said.TOO_OFTEN
    assert await wish(links, store, "chat-C", code) == said.JOINED  # who tried nothing is not shut out


async def test_nor_by_trying_from_many_chats(store: Store, channel: MemoryChannel) -> None:
    counter = Counter()
    links = Links(store, counter, {channel.name: channel})
    for _ in range(ALL_TRIES.amount - 1):
        assert await counter.hit(ALL_TRIES, "link", "everybody") is None
    assert await wish(links, store, "chat-A", Linking(Wish.JOIN, "1")) == said.WRONG_CODE
    assert await wish(links, store, "chat-B", Linking(Wish.JOIN, "1")) == said.TOO_OFTEN


async def test_who_came_with_a_code_and_who_was_there_part_each_in_their_way(links: Links, store: Store) -> None:
    assert await wish(links, store, "chat-A", PART) == said.NOT_LINKED
    for parting, told in (("chat-A", said.OTHERS_PARTED), ("chat-B", said.PARTED)):
        await wish(links, store, "chat-B", code_in(await wish(links, store, "chat-A", CODE)))
        assert await wish(links, store, parting, PART) == told
        assert meet(store, "chat-B").conversation != meet(store, "chat-A").conversation


async def test_a_page_joins_a_chat_which_hears_of_it(links: Links, store: Store, outbox: Outbox) -> None:
    code = code_in(await wish(links, store, "chat-A", CODE))
    assert await page_wish(links, store, code) == said.JOINED
    assert Chats(store).of_page(PAGE) == meet(store, "chat-A").conversation
    assert [one.address for one in outbox.claim([CHANNEL], 9)] == ["chat-A"]
    assert await page_wish(links, store, PART) == said.PARTED
    assert Chats(store).of_page(PAGE) == PAGE


async def test_a_chat_joins_a_page_and_parts_again(links: Links, store: Store, outbox: Outbox) -> None:
    assert await wish(links, store, "chat-A", code_in(await page_wish(links, store, CODE))) == said.JOINED
    assert meet(store, "chat-A").conversation == PAGE
    assert outbox.claim([CHANNEL], 9) == []  # nobody can write to a page
    assert await wish(links, store, "chat-A", PART) == said.PARTED
    assert Chats(store).of_page(PAGE) == PAGE


async def test_a_chat_at_a_channel_that_is_no_more_is_not_told(store: Store, outbox: Outbox) -> None:
    links = Links(store, Counter(), {})
    code = code_in(await wish(links, store, "chat-A", CODE))
    assert await wish(links, store, "chat-B", code) == said.JOINED
    assert outbox.depths() == {}
