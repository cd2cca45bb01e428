"""The client of the HTTP API."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.client import WAITS, Conversation, Fetched, Told, connect, everything_read
from bot.messages import Location, read_message
from knowledge.reply import Attached, Card, Checklist, ChecklistItem, Outcome, Reply, WayRow
from tests.bot.conftest import doubled
from tests.bot.double import ANSWER, FakeActions, FakeRasa, gateway_answer, running

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
    """Gives answers in turn, the last one for ever; remembers the requests, and the bodies of messages."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.bodies: list[Any] = []
        self.requests: list[httpx.Request] = []
        self._answers = list(answers)
        self.client = httpx.Client(base_url="http://here", transport=httpx.MockTransport(self._handle))

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.url.path == "/api/messages":
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
            Reply(
                text="Đây",
                outcome=Outcome.STATUS,
                attached=(Attached(id="f" * 24, name="a.png", media_type="image/png", size=1, alt="Tiến độ"),),
            ),
            ["Đây", "a.png Tiến độ"],
        ),
        (
            Reply(text="Đây", outcome=Outcome.ANSWER, card=CARD),
            ["Đây", "Nộp trực tiếp 3 ngày miễn phí", "Tờ khai 1 bản chính ", "Ảnh  khi chưa có"],
        ),
    ],
)
def test_everything_read(reply: Reply, read: Sequence[str]) -> None:
    assert everything_read(reply).split("\n") == read


def test_an_id_names_the_message() -> None:
    gateway = FakeGateway(gateway_answer())
    Conversation(gateway.client).say("một", id="m1")
    assert gateway.bodies == [{"session": None, "text": "một", "id": "m1"}]
    assert read_message(gateway.bodies[0], 10).id == "m1", "the gateway takes it"


NEWS = Reply(text="Hồ sơ đã có kết quả.", outcome=Outcome.STATUS)


def test_notices_that_come_along_are_told_once_and_confirmed() -> None:
    gateway = FakeGateway(
        gateway_answer(notices=[("n1", NEWS)]), gateway_answer(notices=[("n1", NEWS)]), gateway_answer()
    )
    conversation = Conversation(gateway.client)
    assert conversation.notices() == []
    conversation.say("một")
    assert conversation.notices() == [Told("n1", NEWS)]
    assert conversation.notices() == []
    conversation.say("hai")
    assert conversation.notices() == [], "it came again before the gateway knew"
    conversation.say("ba")
    conversation.say("bốn")
    assert [body.get("seen") for body in gateway.bodies] == [None, ["n1"], ["n1"], None]


TAKEN = httpx.Response(
    200,
    json={
        "session": "a session",
        "file": {"id": "f" * 24, "name": "cccd.jpg", "media_type": "image/jpeg", "size": 3},
        "problems": ["Ảnh mờ."],
        "codes": [],
    },
)


def test_a_file_is_attached_and_given(tmp_path: Path) -> None:
    (tmp_path / "cccd.jpg").write_bytes(b"jpg")
    gateway = FakeGateway(TAKEN, gateway_answer(), TAKEN, gateway_answer())
    conversation = Conversation(gateway.client)
    uploaded = conversation.attach(tmp_path / "cccd.jpg")
    assert (uploaded.name, uploaded.size, uploaded.problems, uploaded.codes) == ("cccd.jpg", 3, ("Ảnh mờ.",), ())
    assert conversation.say(uploaded.name, uploaded.payload) == ANSWER
    assert conversation.give(b"jpg", "cccd.jpg") == ANSWER
    said = {"session": "a session", "text": "cccd.jpg", "payload": f"file:{'f' * 24}"}
    assert gateway.bodies == [said, said]
    assert read_message(said, 100).payload == uploaded.payload, "the gateway takes it"
    first, second = (gateway.requests[at].content for at in (0, 2))
    assert b'filename="cccd.jpg"' in first
    assert b"jpg" in first
    assert b"a session" in second
    assert b"a session" not in first


def test_a_file_is_fetched_with_its_name() -> None:
    headers = {"content-type": "application/pdf", "content-disposition": "attachment; filename*=UTF-8''T%E1%BB%9D.pdf"}
    gateway = FakeGateway(httpx.Response(200, content=b"%PDF", headers=headers))
    assert Conversation(gateway.client).fetch("f" * 24) == Fetched(b"%PDF", "application/pdf", "Tờ.pdf")
    assert gateway.requests[0].url.path == f"/api/files/{'f' * 24}"


def test_a_file_that_is_gone_is_raised() -> None:
    with pytest.raises(httpx.HTTPStatusError):
        Conversation(FakeGateway(httpx.Response(404)).client).fetch("f" * 24)


def test_the_real_gateway_takes_a_file_and_pushes_a_notice(rasa: FakeRasa, actions: FakeActions) -> None:
    with running(doubled(rasa, actions, notice_seconds=0.05)) as url, connect(url) as client:
        conversation = Conversation(client)
        assert conversation.give(b"jpg", "Giấy chứng sinh.jpg") == ANSWER
        assert rasa.texts == ['/give_file{"file": "file-0000000000000001"}']
        assert actions.taken == [(rasa.asked[0][0], "Giấy chứng sinh.jpg", b"jpg")]
        assert conversation.notices(0.2) == []
        actions.waiting = {rasa.asked[0][0]: {"n1": NEWS}}
        assert conversation.notices(10) == [Told("n1", NEWS)]
        assert conversation.notices(0.2) == []


def test_a_file_that_is_much_too_large_is_refused_so_that_it_can_be_read(rasa: FakeRasa, actions: FakeActions) -> None:
    """The server must not hang up on somebody who is still sending."""
    with running(doubled(rasa, actions, attachment_bytes=1_000_000)) as url, connect(url) as client:
        with pytest.raises(httpx.HTTPStatusError) as caught:
            Conversation(client).attach(b"x" * 20_000_000, "a.jpg")
        assert caught.value.response.json()["error"]["code"] == "B106"
