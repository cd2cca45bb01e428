"""What a request may bring: bytes, kinds, depth, time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message, Scope

from bot.bodies import CHANNEL_BYTES, DEEPEST, MESSAGE_BYTES, MOST_FIELDS, Bodies, Rule, check_json, read_json, rules
from bot.errors import BadRequest, GatewayError

FILE = 1000
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


async def size(request: Request) -> Response:
    return JSONResponse(len(await request.body()))


async def refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, GatewayError)
    return JSONResponse(error.as_json(), status_code=error.status)


def application(*own: Rule) -> Starlette:
    paths = ("/api/messages", "/api/attachments", "/channels/telegram", "/", "/slow")
    return Starlette(
        routes=[Route(path, size, methods=["GET", "POST"]) for path in paths],
        middleware=[Middleware(Bodies, rules=own or rules(FILE))],
        exception_handlers={GatewayError: refused},
    )


@pytest.fixture
def client() -> TestClient:
    return TestClient(application())


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def pieces(total: int, one: int = 1000) -> Any:
    """A body whose length is not announced."""
    return (b" " * min(one, total - start) for start in range(0, total, one))


@pytest.mark.parametrize(
    ("path", "largest", "beyond"),
    [
        ("/api/messages", MESSAGE_BYTES, (413, "B103")),
        ("/api/attachments", FILE + 16 * 1024, (413, "B106")),
        ("/channels/telegram", CHANNEL_BYTES, (413, "B103")),
    ],
)
def test_a_body_has_a_size(client: TestClient, path: str, largest: int, beyond: tuple[int, str]) -> None:
    assert client.post(path, content=b" " * largest).json() == largest
    assert code(client.post(path, content=b" " * (largest + 1))) == beyond
    assert client.post(path, content=pieces(largest)).json() == largest
    assert code(client.post(path, content=pieces(largest + 1))) == beyond


def test_what_is_refused_is_not_read(client: TestClient) -> None:
    """Nobody has to take a gigabyte in to say no to it."""
    read: list[int] = []

    def endless() -> Any:
        for number in range(1_000_000):
            read.append(number)
            yield b" " * 1000

    async def asked() -> None:
        sent: list[Message] = []
        source = endless()

        async def receive() -> Message:
            return {"type": "http.request", "body": next(source), "more_body": True}

        async def send(message: Message) -> None:
            sent.append(message)

        await application()(scope("/api/messages"), receive, send)
        assert sent[0]["status"] == 413

    asyncio.run(asked())
    assert len(read) < 20


def test_other_addresses_take_no_body(client: TestClient) -> None:
    assert client.get("/").status_code == 200
    assert client.post("/", content=b"").status_code == 200
    assert code(client.post("/", content=b"a")) == (400, "B101")
    assert code(client.post("/", content=pieces(10))) == (400, "B101")
    assert code(client.request("GET", "/", content=b"a")) == (400, "B101")


@pytest.mark.parametrize(
    ("path", "kind", "status"),
    [
        ("/api/messages", "application/json", 200),
        ("/api/messages", "Application/JSON; charset=utf-8", 200),
        ("/api/messages", "text/plain;charset=UTF-8", 415),
        ("/api/messages", "multipart/form-data; boundary=x", 415),
        ("/api/messages", "application/x-www-form-urlencoded", 415),
        ("/api/messages", ";", 200),
        ("/api/attachments", "multipart/form-data; boundary=x", 200),
        ("/api/attachments", "application/json", 415),
        ("/channels/telegram", "application/json", 200),
        ("/channels/telegram", "text/anything", 200),
    ],
)
def test_a_body_is_of_its_kind(client: TestClient, path: str, kind: str, status: int) -> None:
    answer = client.post(path, content=b"{}", headers={"content-type": kind})
    assert answer.status_code == status
    if status == 415:
        assert code(answer) == (415, "B101")


def test_a_compressed_body_is_refused(client: TestClient) -> None:
    assert code(client.post("/api/messages", content=b"{}", headers={"content-encoding": "gzip"})) == (415, "B101")
    assert client.post("/api/messages", content=b"{}", headers={"content-encoding": "identity"}).status_code == 200


@pytest.mark.parametrize("length", ["x", "-1", "1.5", "٣", "9" * 30])
def test_a_length_that_is_none(length: str) -> None:
    sent = asyncio.run(answered(application(), "/api/messages", [("content-length", length)], [b"{}"]))
    assert sent[0] in (400, 413)


async def test_a_body_that_trickles_in_is_given_up() -> None:
    begun = time.monotonic()
    sent = await answered(application(Rule("/slow", 1000, 0.1)), "/slow", [], [b"a"], waits=True)
    assert sent[0] == 408
    assert json.loads(sent[1])["error"]["code"] == "B101"
    assert time.monotonic() - begun < 5


async def test_who_waits_for_its_answer_may_take_its_time() -> None:
    """The time is for the body only."""

    async def slow(request: Request) -> Response:
        await request.body()
        gone = asyncio.ensure_future(request.receive())
        await asyncio.sleep(0.3)
        assert not gone.done()
        gone.cancel()
        return JSONResponse(1)

    app = Bodies(Starlette(routes=[Route("/slow", slow, methods=["POST"])]), [Rule("/slow", 1000, 0.1)])
    sent = await answered(app, "/slow", [], [b"a", b"b"], ends=True)
    assert sent[0] == 200


async def answered(
    app: Any, path: str, headers: list[tuple[str, str]], body: list[bytes], *, waits: bool = False, ends: bool = False
) -> tuple[int, bytes]:
    """Status and body of the answer to a request that is put by hand. waits: the rest of it never comes."""
    sent: list[Message] = []
    left = list(body)

    async def receive() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(0), "more_body": bool(left) or waits}
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope(path, headers), receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def scope(path: str, headers: list[tuple[str, str]] | None = None) -> Scope:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers or []],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }


@given(JSON)
def test_json_is_read_as_it_is(content: object) -> None:
    assert read_json(json.dumps(content).encode()) == content
    try:
        written = json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half a character has no UTF-8
        return
    assert read_json(written) == content


@given(st.binary(max_size=300) | st.text('"\\[]{}:,a1 \n').map(str.encode))
def test_whatever_comes_is_read_or_refused(body: bytes) -> None:
    try:
        read_json(body)
    except BadRequest as error:
        assert error.status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1),
        b'{"a":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1),
        b"[" * 100_000,
        b"{" + b",".join(b'"%d":1' % number for number in range(MOST_FIELDS + 1)) + b"}",
        b"NaN",
        b'{"text": Infinity}',
        b"\xff",
        b"1" * 5000,
        b"",
    ],
    ids=["deep list", "deep object", "never closed", "many fields", "NaN", "Infinity", "no UTF-8", "long", "empty"],
)
def test_json_that_is_too_much_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        read_json(body)


def test_what_stands_in_a_string_is_not_counted() -> None:
    text = "[{:" * 10_000 + '"' + "\\" * 7
    assert read_json(json.dumps({"text": text}).encode()) == {"text": text}
    deepest: Any = 1
    for _ in range(DEEPEST):
        deepest = [deepest]
    assert read_json(json.dumps(deepest).encode()) == deepest


def test_no_body_takes_long_to_look_at() -> None:
    for body in (b'"\\' * (CHANNEL_BYTES // 2), b'"' * CHANNEL_BYTES, b'\\"' * (CHANNEL_BYTES // 2), b'["' * 100_000):
        begun = time.perf_counter()
        with contextlib.suppress(BadRequest):
            check_json(body)
        assert time.perf_counter() - begun < 2
