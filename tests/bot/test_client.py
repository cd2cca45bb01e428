"""The client of the HTTP API."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from bot.client import WAITS, Conversation, connect, everything_read
from bot.messages import Location, read_message
from knowledge.reply import Card, Checklist, ChecklistItem, Outcome, Reply, WayRow
from tests.bot.double import ANSWER, gateway_answer

CARD = Card(
    title="Đăng ký khai sinh",
    code="1.001193",
    checked=True,
    checklist=Checklist(
        title="Thường",
        items=(ChecklistItem(name="Tờ khai", count="1 bản chính"), ChecklistItem(name="Ảnh", note="khi chưa có")),
    ),
    ways=(WayRow(channel="Nộp trực tiếp", time_limit="3 ngày", fees="miễn phí"),),
)


class FakeGateway:
    """Gives answers in turn, the last one for ever; remembers the bodies."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.bodies: list[Any] = []
        self._answers = list(answers)
        self.client = httpx.Client(base_url="http://here", transport=httpx.MockTransport(self._handle))

    def _handle(self, request: httpx.Request) -> httpx.Response:
        assert (request.method, request.url.path) == ("POST", "/api/messages")
        self.bodies.append(json.loads(request.content))
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def wait(seconds: int = 0) -> httpx.Response:
    return httpx.Response(429, headers={"retry-after": str(seconds)})


def test_the_session_of_the_first_answer_is_kept() -> None:
    gateway = FakeGateway(gateway_answer())
    conversation = Conversation(gateway.client)
    assert conversation.say("một") == ANSWER
    assert conversation.say("Lệ phí", "aspects:fees") == ANSWER
    assert gateway.bodies == [
        {"session": None, "text": "một"},
        {"session": "a session", "text": "Lệ phí", "payload": "aspects:fees"},
    ]


def test_a_position_is_shared_instead_of_words() -> None:
    gateway = FakeGateway(gateway_answer())
    conversation = Conversation(gateway.client)
    assert conversation.share(18.67, 105.69) == ANSWER
    conversation.say("một")
    shared, said = gateway.bodies
    assert shared == {"session": None, "text": "", "location": {"lat": 18.67, "lon": 105.69}}
    assert said["session"] == "a session"
    assert read_message(shared, 10).location == Location(lat=18.67, lon=105.69), "the gateway takes it"


def test_two_conversations_have_two_sessions() -> None:
    gateway = FakeGateway(gateway_answer(session="one"), gateway_answer(session="two"))
    first, second = Conversation(gateway.client), Conversation(gateway.client)
    for conversation in (first, second, first):
        conversation.say("a")
    assert [body["session"] for body in gateway.bodies] == [None, None, "one"]


def test_a_full_window_is_waited_out(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("bot.client.time.sleep", waited.append)
    gateway = FakeGateway(wait(3), wait(7), gateway_answer())
    assert Conversation(gateway.client).say("a") == ANSWER
    assert waited == [3, 7]


def test_but_not_for_ever() -> None:
    gateway = FakeGateway(wait())
    with pytest.raises(httpx.HTTPStatusError):
        Conversation(gateway.client).say("a")
    assert len(gateway.bodies) == WAITS


@pytest.mark.parametrize("status", [400, 401, 503])
def test_a_refusal_is_raised(status: int) -> None:
    with pytest.raises(httpx.HTTPStatusError):
        Conversation(FakeGateway(httpx.Response(status, json={"error": {}})).client).say("a")


def test_connect_takes_the_address() -> None:
    with connect("http://here:8100") as client:
        assert client.base_url == "http://here:8100"


@pytest.mark.parametrize(
    ("reply", "read"),
    [
        (Reply(text="Chào", outcome=Outcome.SMALL_TALK), ["Chào"]),
        (ANSWER, ["Đăng ký khai sinh", "Thời hạn", "Số hai"]),
        (
            Reply(text="Đây", outcome=Outcome.ANSWER, card=CARD),
            ["Đây", "Nộp trực tiếp 3 ngày miễn phí", "Tờ khai 1 bản chính ", "Ảnh  khi chưa có"],
        ),
    ],
)
def test_everything_read(reply: Reply, read: Sequence[str]) -> None:
    assert everything_read(reply).split("\n") == read
