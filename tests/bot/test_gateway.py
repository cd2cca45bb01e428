"""Messages of one conversation wait for each other; those of two do not."""

from __future__ import annotations

import asyncio

import pytest

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
        self.go_on: dict[str, asyncio.Event] = {}

    async def ask(self, conversation: str, text: str) -> Reply:
        self.go_on[text] = asyncio.Event()
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

    def send(self, conversation: str, text: str) -> asyncio.Task[Reply]:
        return asyncio.create_task(self.gateway.reply(IncomingMessage(text=text), conversation, "here"))

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
