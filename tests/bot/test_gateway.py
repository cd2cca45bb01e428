"""Messages of one conversation wait for each other, those of two do not; the same one twice is one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from bot.addresses import hashed
from bot.errors import AssistantAway, TooManyMessages
from bot.gateway import Gateway
from bot.messages import IncomingMessage
from bot.rasa import Rasa
from knowledge.reply import Reply
from tests.bot.conftest import own_settings
from tests.bot.double import ANSWER


class SlowRasa(Rasa):
    """Answers when it is told to. begun: what it was asked, in order."""

    def __init__(self) -> None:
        super().__init__("http://rasa", 5)
        self.begun: asyncio.Queue[str] = asyncio.Queue()
        self.metadata: list[dict[str, str]] = []
        self.go_on: dict[str, asyncio.Event] = {}

    async def ask(self, conversation: str, text: str, metadata: Mapping[str, str] | None = None) -> Reply:
        self.go_on[text] = asyncio.Event()
        self.metadata.append(dict(metadata or {}))
        self.begun.put_nowait(text)
        await self.go_on[text].wait()
        if text == "fail":
            raise AssistantAway()
        return ANSWER.model_copy(update={"text": text})


class Talk:
    """Messages under way at a gateway."""

    def __init__(self) -> None:
        self.gateway = Gateway(own_settings())
        self.gateway.rasa = self.rasa = SlowRasa()

    def send(self, conversation: str, text: str, name: str | None = None) -> asyncio.Task[Reply]:
        message = IncomingMessage(text=text, id=name)
        return asyncio.create_task(self.gateway.reply(message, conversation, "here"))

    async def begun(self) -> str:
        return await asyncio.wait_for(self.rasa.begun.get(), 10)

    def finish(self, text: str) -> None:
        self.rasa.go_on[text].set()


async def test_messages_of_one_conversation_keep_their_order() -> None:
    talk = Talk()
    sent = [talk.send("a", text) for text in ("1", "2", "3")]
    for text, task in zip(("1", "2", "3"), sent, strict=True):
        assert await talk.begun() == text
        assert talk.rasa.begun.empty(), "the next one waits"
        talk.finish(text)
        assert (await task).text == text


async def test_two_conversations_go_on_at_once() -> None:
    talk = Talk()
    slow, quick = talk.send("a", "slow"), talk.send("b", "quick")
    assert {await talk.begun(), await talk.begun()} == {"slow", "quick"}
    talk.finish("quick")
    assert (await quick).text == "quick"
    assert not slow.done()
    talk.finish("slow")
    await slow


async def test_an_error_does_not_hold_up_the_next_message() -> None:
    talk = Talk()
    broken, after = talk.send("a", "fail"), talk.send("a", "after")
    assert await talk.begun() == "fail"
    talk.finish("fail")
    with pytest.raises(AssistantAway):
        await broken
    assert await talk.begun() == "after"
    talk.finish("after")
    assert (await after).text == "after"


async def test_somebody_who_goes_away_does_not_hold_up_the_next_message() -> None:
    talk = Talk()
    first, second, third = (talk.send("a", text) for text in ("1", "2", "3"))
    assert await talk.begun() == "1"
    second.cancel()
    first.cancel()
    assert await talk.begun() == "3"
    talk.finish("3")
    assert (await third).text == "3"
    assert first.cancelled()
    assert second.cancelled()


async def test_nothing_is_kept_of_a_conversation_that_waits_for_nothing() -> None:
    talk = Talk()
    sent = [talk.send("a", "1"), talk.send("a", "2"), talk.send("b", "3")]
    for _ in sent:
        talk.finish(await talk.begun())
    await asyncio.gather(*sent)
    assert talk.gateway._turns == {}


async def test_a_message_over_the_limit_does_not_wait() -> None:
    gateway = Gateway(own_settings(limit_session="1/minute"))
    gateway.rasa = rasa = SlowRasa()
    first = asyncio.create_task(gateway.reply(IncomingMessage(text="1"), "a", "here"))
    await rasa.begun.get()
    with pytest.raises(TooManyMessages):
        await gateway.reply(IncomingMessage(text="2"), "a", "here")
    rasa.go_on["1"].set()
    await first


async def test_a_message_that_comes_twice_is_one_turn_with_one_reply() -> None:
    talk = Talk()
    first, again = talk.send("a", "khai sinh", "m1"), talk.send("a", "khai sinh", "m1")
    assert await talk.begun() == "khai sinh"
    talk.finish("khai sinh")
    assert await first == await again
    later = await talk.send("a", "khai sinh", "m1")
    assert later == await first
    assert len(talk.rasa.metadata) == 1


async def test_the_same_id_in_another_conversation_is_another_message() -> None:
    talk = Talk()
    sent = [talk.send("a", "1", "m1"), talk.send("b", "2", "m1"), talk.send("b", "3")]
    for _ in sent:
        talk.finish(await talk.begun())
    assert [(await task).text for task in sent] == ["1", "2", "3"]


async def test_what_failed_is_put_again() -> None:
    talk = Talk()
    first, again = talk.send("a", "fail", "m1"), talk.send("a", "fail", "m1")
    await talk.begun()
    talk.finish("fail")
    for task in (first, again):
        with pytest.raises(AssistantAway):
            await task
    resent = talk.send("a", "khai sinh", "m1")
    talk.finish(await talk.begun())
    assert (await resent).text == "khai sinh"


async def test_a_page_whose_socket_broke_gets_the_reply_over_another_line() -> None:
    talk = Talk()
    by_socket = talk.send("a", "khai sinh", "m1")
    await talk.begun()
    by_socket.cancel()
    by_post = talk.send("a", "khai sinh", "m1")
    talk.finish("khai sinh")
    assert (await by_post).text == "khai sinh"
    assert len(talk.rasa.metadata) == 1


async def test_rasa_hears_the_clients_id_or_a_new_one_and_no_address() -> None:
    talk = Talk()
    for name in ("m1", None, None):
        task = talk.send("a", "1", name)
        talk.finish(await talk.begun())
        await task
    ids = [told["message_id"] for told in talk.rasa.metadata]
    assert ids[0] == "m1"
    assert len(set(ids)) == 3
    assert {told["address"] for told in talk.rasa.metadata} == {hashed("here", "for the tests")}
