"""The client of Rasa: one reply of what comes back, and two errors for everything else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import AssistantAway, AssistantSilent
from bot.rasa import Rasa, merge
from knowledge.reply import Attached, Button, Citation, Outcome, Reply
from tests.bot.double import ANSWER, CLOSED_URL, FakeRasa, messages

SOURCE = Citation(code="1.001193", field="ways.fees", name="Cổng", as_of=date(2026, 6, 1))
OTHER_SOURCE = Citation(code="1.001193", field="name", name="Cổng")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["text", "custom", "a"]), inner),
    max_leaves=8,
)


def test_an_action_sends_a_reply_whole() -> None:
    assert merge([{"recipient_id": "x", "custom": ANSWER.model_dump(mode="json")}]) == ANSWER


def test_a_response_sends_text_and_outcome_apart() -> None:
    wanted = Reply(text="Xin chào!", outcome=Outcome.HAND_OFF)
    assert merge([{"text": "Xin chào!"}, {"custom": {"outcome": "hand_off"}}]) == wanted
    assert merge([{"text": "Xin chào!", "custom": {"outcome": "hand_off"}}]) == wanted


def test_text_alone_is_small_talk() -> None:
    assert merge([{"text": "Một."}, {"text": "Hai."}]) == Reply(text="Một.\n\nHai.", outcome=Outcome.SMALL_TALK)


QUESTION = Reply(
    text="👉 Đã kết hôn chưa ạ?",
    outcome=Outcome.CLARIFY,
    procedure="1.001193",
    sources=(SOURCE, OTHER_SOURCE),
    buttons=(Button(title="Rồi", payload="answer:ket-hon=co"), Button(title="Thời hạn", payload="aspects:time_limit")),
)
THANKS = Reply(text="Cảm ơn anh/chị.", outcome=Outcome.SMALL_TALK)
TOLD = ANSWER.model_copy(update={"sources": (SOURCE,), "confidence": 0.8})


def whole(*replies: Reply) -> list[dict[str, Any]]:
    """As actions of ours send them, one after the other."""
    return [{"recipient_id": "x", "custom": reply.model_dump(mode="json")} for reply in replies]


def test_a_question_after_an_answer_stands_below_it() -> None:
    merged = merge(whole(TOLD, QUESTION))
    assert merged.text == f"{TOLD.text}\n\n{QUESTION.text}"
    facts = ("outcome", "procedure", "aspects", "confidence", "card")
    assert [getattr(merged, name) for name in facts] == [getattr(TOLD, name) for name in facts]


def test_the_buttons_of_the_question_come_first_and_each_once() -> None:
    titles = [button.title for button in merge(whole(TOLD, QUESTION)).buttons]
    assert titles == ["Rồi", "Thời hạn", "Số hai"]


def test_the_sources_of_all_stand_there_once() -> None:
    assert merge(whole(TOLD, QUESTION)).sources == (SOURCE, OTHER_SOURCE)


@pytest.mark.parametrize("outcome", [Outcome.SMALL_TALK, Outcome.EMERGENCY, Outcome.OUT_OF_SCOPE])
def test_what_answers_the_message_leads_and_needs_no_sources_of_the_question(outcome: Outcome) -> None:
    first = THANKS.model_copy(update={"outcome": outcome})
    merged = merge(whole(first, QUESTION))
    assert (merged.outcome, merged.text) == (outcome, f"{first.text}\n\n{QUESTION.text}")
    assert (merged.sources, merged.buttons) == ((), QUESTION.buttons)


def test_a_text_goes_with_the_reply_behind_it() -> None:
    merged = merge([{"text": "Số này chưa đúng."}, *whole(QUESTION)])
    assert merged == QUESTION.model_copy(update={"text": f"Số này chưa đúng.\n\n{QUESTION.text}"})


def test_a_response_and_a_question_are_two_replies() -> None:
    merged = merge([{"text": "Gọi 115."}, {"custom": {"outcome": "emergency"}}, *whole(QUESTION)])
    assert (merged.text, merged.outcome) == (f"Gọi 115.\n\n{QUESTION.text}", Outcome.EMERGENCY)


def test_a_text_at_the_end_stands_below() -> None:
    merged = merge([*whole(ANSWER), {"text": "Hết."}])
    assert merged == ANSWER.model_copy(update={"text": f"{ANSWER.text}\n\nHết."})


def test_one_unreadable_reply_is_silence_for_all() -> None:
    with pytest.raises(AssistantSilent):
        merge([*whole(ANSWER), {"custom": {"outcome": "never heard of"}}])


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        None,
        5,
        "text",
        [None],
        [[]],
        [{}],
        [{"recipient_id": "x"}],
        [{"text": 5}],
        [{"text": None}],
        [{"custom": "abc"}],
        [{"custom": [1]}],
        [{"custom": {"outcome": "never heard of"}}],
        [{"text": "a", "custom": {"outcome": "answer", "more": 1}}],
    ],
)
def test_nothing_or_nonsense_is_silence(content: Any) -> None:
    with pytest.raises(AssistantSilent):
        merge(content)


@given(JSON)
def test_whatever_comes_is_a_reply_or_silence(content: Any) -> None:
    try:
        assert isinstance(merge(content), Reply)
    except AssistantSilent as error:
        assert error.code == "B202"


async def test_asks_as_the_rest_channel_wants_it(rasa: FakeRasa) -> None:
    client = Rasa("http://rasa", 5, transport=rasa.transport)
    assert await client.ask("a conversation", "khai sinh") == ANSWER
    assert rasa.asked == [("a conversation", "khai sinh")]
    assert await client.ready()
    await client.close()


@pytest.mark.parametrize("status", [400, 404, 500, 503])
async def test_an_error_of_rasas_is_away(rasa: FakeRasa, status: int) -> None:
    rasa.answer = lambda text: httpx.Response(status, json={"reason": "Traceback"})
    with pytest.raises(AssistantAway) as caught:
        await Rasa("http://rasa", 5, transport=rasa.transport).ask("a", "b")
    assert "Traceback" not in str(caught.value)


async def test_an_answer_that_is_no_json_is_silence(rasa: FakeRasa) -> None:
    rasa.answer = lambda text: httpx.Response(200, content=b"\xff<html>")
    with pytest.raises(AssistantSilent):
        await Rasa("http://rasa", 5, transport=rasa.transport).ask("a", "b")


async def test_an_empty_list_is_silence(rasa: FakeRasa) -> None:
    rasa.answer = lambda text: messages([])
    with pytest.raises(AssistantSilent):
        await Rasa("http://rasa", 5, transport=rasa.transport).ask("a", "b")


async def test_nobody_there_is_away() -> None:
    client = Rasa(CLOSED_URL, 5)
    with pytest.raises(AssistantAway):
        await client.ask("a", "b")
    assert not await client.ready()
    await client.close()


async def test_one_who_never_answers_is_away() -> None:
    over = threading.Event()
    with listening(lambda handler: over.wait(30)) as url:
        client = Rasa(url, 0.05)
        with pytest.raises(AssistantAway) as caught:
            await client.ask("a", "b")
        over.set()
        await client.close()
    assert isinstance(caught.value.__cause__, httpx.TimeoutException)


async def test_one_who_hangs_up_is_away() -> None:
    with listening(lambda handler: handler.connection.close()) as url:
        client = Rasa(url, 5)
        with pytest.raises(AssistantAway):
            await asyncio.gather(client.ask("a", "b"), client.ask("c", "d"))
        await client.close()


@contextmanager
def listening(answer: Callable[[BaseHTTPRequestHandler], Any]) -> Iterator[str]:
    """A server that does with a POST what it is told."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            answer(self)
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def test_what_the_actions_are_told_beside_a_message() -> None:
    rasa = FakeRasa()
    client = Rasa("http://rasa", 5, transport=rasa.transport)
    await client.ask("c", "khai sinh", {"message_id": "m", "address": "a"})
    await client.ask("c", "khai sinh")
    assert rasa.metadata == [{"message_id": "m", "address": "a"}, {}]


PICTURE = Attached(id="p" * 24, name="tien-do.png", media_type="image/png", size=9000, alt="Tiến độ hồ sơ")
PAPER = Attached(id="q" * 24, name="Tờ khai.pdf", media_type="application/pdf", size=90000)


def test_what_is_attached_to_any_of_the_replies_comes_along_once() -> None:
    told = TOLD.model_copy(update={"attached": (PICTURE,)})
    asked = QUESTION.model_copy(update={"attached": (PAPER, PICTURE), "wants_file": True})
    merged = merge(whole(told, asked))
    assert merged.attached == (PICTURE, PAPER)
    assert merged.wants_file
    assert not merge(whole(told)).wants_file
