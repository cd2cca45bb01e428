"""The WebSocket of the chat page."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from bot.sessions import Sessions
from bot.socket import FRAME_CHARACTERS, REFUSED, TOO_LONG
from knowledge.reply import Reply
from tests.bot.conftest import Serve
from tests.bot.double import ALLOWED, ANSWER, FOREIGN, FakeActions, FakeRasa


@contextmanager
def connected(client: TestClient, session: Any = None, **headers: str) -> Iterator[tuple[WebSocketTestSession, str]]:
    """A socket after the hello, with the session that it got."""
    with client.websocket_connect("/api/chat", headers=headers) as socket:
        socket.send_json({"type": "hello", "session": session})
        frame = socket.receive_json()
        assert frame["type"] == "session"
        yield socket, frame["session"]


def replied(socket: WebSocketTestSession, name: str | None) -> Reply:
    """The reply to a message, after the sign that it is being written."""
    assert socket.receive_json() == {"type": "typing", "id": name}
    frame = socket.receive_json()
    assert (frame["type"], frame["id"]) == ("reply", name)
    return Reply.model_validate(frame["reply"])


def refused(socket: WebSocketTestSession, name: str | None, code: str) -> None:
    frame = socket.receive_json()
    assert (frame["type"], frame["id"], frame["error"]["code"]) == ("error", name, code)


def still_works(socket: WebSocketTestSession) -> None:
    socket.send_json({"type": "message", "id": "again", "text": "khai sinh"})
    assert replied(socket, "again") == ANSWER


def test_a_message_is_answered(client: TestClient, rasa: FakeRasa) -> None:
    with connected(client) as (socket, _):
        socket.send_json({"type": "message", "id": "m1", "text": "khai sinh"})
        assert replied(socket, "m1") == ANSWER
        socket.send_json({"type": "message", "text": "Lệ phí", "payload": "aspects:fees"})
        assert replied(socket, None) == ANSWER
    assert rasa.texts == ["khai sinh", '/ask_follow_up{"aspect": "fees"}']


def test_a_position_is_shared_instead_of_words(client: TestClient, rasa: FakeRasa) -> None:
    with connected(client) as (socket, _):
        socket.send_json({"type": "message", "id": "m", "location": {"lat": 18.67, "lon": 105.69}})
        assert replied(socket, "m") == ANSWER
    assert rasa.texts == ['/give_place{"lat": "18.67", "lon": "105.69"}']


def test_a_session_goes_on(client: TestClient, rasa: FakeRasa) -> None:
    with connected(client) as (socket, session):
        still_works(socket)
    with connected(client, session) as (socket, again):
        assert again == session
        still_works(socket)
    answer = client.post("/api/messages", json={"text": "a", "session": session})
    assert answer.status_code == 200
    assert len({conversation for conversation, _ in rasa.asked}) == 1, "HTTP and socket share it"


@pytest.mark.parametrize(
    "session",
    [None, "", "forged", 5, {"a": 1}, Sessions("other", 30).new()],
    ids=["none", "empty", "forged", "number", "object", "another's"],
)
def test_a_bad_session_gets_a_new_one(client: TestClient, session: Any) -> None:
    with connected(client, session) as (socket, given):
        assert given not in (None, "", session)
        still_works(socket)


def test_two_pages_have_two_conversations(client: TestClient, rasa: FakeRasa) -> None:
    with connected(client) as (one, _), connected(client) as (two, _):
        still_works(one)
        still_works(two)
    assert len({conversation for conversation, _ in rasa.asked}) == 2


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"type": "message", "id": "m", "text": " "}, "B102"),
        ({"type": "message", "id": "m"}, "B102"),
        ({"type": "message", "id": "m", "text": "a" * 2001}, "B103"),
        ({"type": "message", "id": "m", "text": 5}, "B101"),
        ({"type": "message", "id": "m", "text": "a", "payload": "/restart"}, "B101"),
        ({"type": "message", "id": "m", "location": {"lat": 180, "lon": 105}}, "B101"),
        ({"type": "message", "id": "m", "location": [18, 105]}, "B101"),
        ({"type": "message", "id": "m", "location": None}, "B102"),
        ({"type": "hello", "id": "m", "text": "a"}, "B101"),
        ({"id": "m", "text": "a"}, "B101"),
    ],
)
def test_what_is_wrong_is_told_and_the_talk_goes_on(
    client: TestClient, rasa: FakeRasa, frame: dict[str, Any], code: str
) -> None:
    with connected(client) as (socket, _):
        socket.send_json(frame)
        refused(socket, "m", code)
        assert rasa.asked == []
        still_works(socket)


@pytest.mark.parametrize(
    "text",
    ["", "khai sinh", "[]", "5", "null", "{", "[" * 10_000, '{"type": "message", "id": "\\ud800", "text": "a"}'],
    ids=["empty", "words", "list", "number", "null", "cut off", "deep", "half a character"],
)
def test_what_is_no_frame_is_told_and_the_talk_goes_on(client: TestClient, text: str) -> None:
    with connected(client) as (socket, _):
        socket.send_text(text)
        refused(socket, None, "B101")
        still_works(socket)


def test_bytes_are_no_frame(client: TestClient) -> None:
    with connected(client) as (socket, _):
        socket.send_bytes(json.dumps({"type": "message", "text": "a"}).encode())
        refused(socket, None, "B101")
        still_works(socket)


@pytest.mark.parametrize("hello", ["", "no frame", '{"session": "\\ud800"}'])
def test_an_odd_hello_gets_a_session(client: TestClient, hello: str) -> None:
    with client.websocket_connect("/api/chat") as socket:
        socket.send_text(hello)
        assert socket.receive_json()["session"]
        still_works(socket)


def test_a_big_frame_ends_the_talk(client: TestClient) -> None:
    with connected(client) as (socket, _):
        socket.send_text('{"type": "message", "text": "a", "more": "' + "b" * FRAME_CHARACTERS + '"}')
        with pytest.raises(WebSocketDisconnect) as caught:
            socket.receive_json()
    assert caught.value.code == TOO_LONG


def test_rasa_away_is_told(client: TestClient, rasa: FakeRasa) -> None:
    rasa.answer = lambda text: httpx.Response(500, text="Traceback")
    with connected(client) as (socket, _):
        socket.send_json({"type": "message", "id": "m", "text": "khai sinh"})
        assert socket.receive_json() == {"type": "typing", "id": "m"}
        refused(socket, "m", "B201")


def test_a_flood_is_told_to_wait(serve: Serve) -> None:
    with connected(serve(limit_session="1/minute")) as (socket, _):
        still_works(socket)
        socket.send_json({"type": "message", "id": "m", "text": "khai sinh"})
        assert socket.receive_json() == {"type": "typing", "id": "m"}
        refused(socket, "m", "B105")


@pytest.mark.parametrize("origin", [FOREIGN, "null", "http://testserver.other.example", "file://"])
def test_a_foreign_site_is_refused(client: TestClient, origin: str) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as caught,
        client.websocket_connect("/api/chat", headers={"origin": origin}),
    ):
        pytest.fail("it was let in")
    assert caught.value.code == REFUSED


@pytest.mark.parametrize("origin", [ALLOWED, "http://testserver"])
def test_our_page_and_allowed_sites_are_let_in(client: TestClient, origin: str) -> None:
    with connected(client, origin=origin) as (socket, _):
        still_works(socket)


def test_the_hello_tells_how_large_a_file_may_be(serve: Serve) -> None:
    with serve(attachment_bytes=2048).websocket_connect("/api/chat") as socket:
        socket.send_json({"type": "hello", "session": None})
        assert socket.receive_json()["attachment_bytes"] == 2048


def test_a_message_sent_again_by_another_way_is_one_turn(client: TestClient, rasa: FakeRasa) -> None:
    with connected(client) as (socket, session):
        socket.send_json({"type": "message", "id": "m1", "text": "khai sinh"})
        assert replied(socket, "m1") == ANSWER
    with connected(client, session) as (socket, _):
        socket.send_json({"type": "message", "id": "m1", "text": "khai sinh"})
        assert replied(socket, "m1") == ANSWER
    client.post("/api/messages", json={"text": "khai sinh", "session": session, "id": "m1"})
    assert [told["message_id"] for told in rasa.metadata] == ["m1"]


@pytest.mark.parametrize("name", ["", "a b", "a" * 65, "ệ"])
def test_an_id_that_is_none_is_refused(client: TestClient, rasa: FakeRasa, name: str) -> None:
    with connected(client) as (socket, _):
        socket.send_json({"type": "message", "id": name, "text": "a"})
        refused(socket, name, "B101")
        assert rasa.asked == []
        still_works(socket)


def conversation_of(client: TestClient, session: str) -> str:
    return str(client.app.state.gateway.sessions.conversation(session))  # type: ignore[attr-defined]


def test_a_notice_comes_after_the_hello_and_again_until_it_was_seen(client: TestClient, actions: FakeActions) -> None:
    with connected(client) as (_, session):
        pass
    actions.waiting = {conversation_of(client, session): {"n1": ANSWER}}
    wanted = {"type": "notice", "id": "n1", "reply": ANSWER.model_dump(mode="json")}
    for _ in range(2):
        with connected(client, session) as (socket, _):
            assert socket.receive_json() == wanted
    assert actions.delivered == []
    with connected(client, session) as (socket, _):
        assert socket.receive_json() == wanted
        socket.send_json({"type": "seen", "id": "n1"})
        still_works(socket)
        wait_for(lambda: actions.delivered == ["n1"])


def test_a_notice_comes_while_the_page_only_listens(serve: Serve, actions: FakeActions) -> None:
    client = serve(notice_seconds=0.01)
    with connected(client) as (socket, session), connected(client) as (other, _):
        still_works(socket)
        actions.waiting = {conversation_of(client, session): {"n1": ANSWER}}
        assert socket.receive_json()["id"] == "n1"
        other.send_json({"type": "seen", "id": "n1"})
        still_works(other)
        assert actions.delivered == [], "another's word does not count"


@pytest.mark.parametrize("name", [None, 5, {"a": 1}])
def test_a_seen_without_an_id_is_told(client: TestClient, name: Any) -> None:
    with connected(client) as (socket, _):
        socket.send_json({"type": "seen", "id": name})
        refused(socket, None, "B101")
        still_works(socket)


def wait_for(condition: Callable[[], bool]) -> None:
    """Until something is so that another thread does."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)
