"""Each request has a name that is nobody's, and whatever is done for it knows that name."""

from __future__ import annotations

import asyncio

import httpx
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from bot.request_id import HEADER, RequestIds, bound, current, new_request_id, pass_on, request_id_of
from knowledge.masking import mask

OF_NGINX = "4f6a1c0b9d8e7f6a5b4c3d2e1f0a9b8c"
OF_ENVOY = "7d1f7a3e-5b0c-4a53-9f0e-2b1a6c8d9e0f"


async def say(request: Request) -> Response:
    structlog.get_logger().info("asked")
    in_thread = await asyncio.to_thread(current)
    in_task = await asyncio.create_task(asyncio.sleep(0, current()))
    return JSONResponse([current(), in_thread, in_task])


async def say_in_socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(current())
    for _ in range(2):
        with bound() as name:
            await socket.send_text(f"{name} {current()}")
    await socket.send_text(current())
    await socket.close()


@pytest.fixture
def client() -> TestClient:
    routes = [Route("/", say), WebSocketRoute("/socket", say_in_socket)]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(RequestIds)]))


def test_a_new_one_is_letters_only_and_never_the_same() -> None:
    made = {new_request_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(name) == 32 and name.isalpha() and name.islower() and mask(name) == name for name in made)


@pytest.mark.parametrize("name", [OF_NGINX, OF_ENVOY, OF_ENVOY.upper()])
def test_the_name_that_a_proxy_gave_is_kept(client: TestClient, name: str) -> None:
    answer = client.get("/", headers={HEADER: name})
    assert answer.json() == [name, name, name]
    assert answer.headers[HEADER] == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "0912345678",
        "040093001234",
        "0400930012340400",
        "NguyenThiBuoi-NguyenThiBuoi",
        "Nguyễn Thị Bưởi, Vinh",
        "nguyen.thi.buoi@example.com",
        "aabbccdd-0912345678",
        "a" * 65,
        "abc",
        OF_NGINX + " ",
        f"{OF_NGINX}\nevent",
        '4f6a1c0b9d8e7f6a"}',
    ],
)
def test_what_may_be_somebodys_is_not_taken(name: str) -> None:
    assert request_id_of(name) != name
    assert request_id_of(name).isalpha()


@given(st.text())
def test_whatever_is_given_what_is_taken_is_nobodys(name: str) -> None:
    taken = request_id_of(name)
    assert mask(taken) == taken
    assert taken.replace("-", "").isalnum()
    assert taken.isascii()


def test_each_request_has_its_own(client: TestClient) -> None:
    first, second = client.get("/"), client.get("/")
    assert first.headers[HEADER] == first.json()[0] != second.json()[0]
    assert current() == ""


def test_the_frames_of_a_socket_have_their_own(client: TestClient) -> None:
    with client.websocket_connect("/socket", headers={HEADER: OF_NGINX}) as socket:
        before, one, two, after = (socket.receive_text() for _ in range(4))
    assert before == after == OF_NGINX
    (made, bound_to), (other, also) = one.split(), two.split()
    assert made == bound_to != other == also


def test_log_lines_tell_it(client: TestClient) -> None:
    lines: list[structlog.typing.EventDict] = []

    def keep(logger: object, method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
        lines.append(dict(line))
        raise structlog.DropEvent

    structlog.configure(processors=[structlog.contextvars.merge_contextvars, keep])
    try:
        client.get("/", headers={HEADER: OF_NGINX})
    finally:
        structlog.reset_defaults()
    assert lines == [{"event": "asked", "request_id": OF_NGINX}]


async def test_what_we_ask_others_carries_it() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=request.headers.get(HEADER, "none"))

    hooks = {"request": [pass_on]}
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), event_hooks=hooks) as client:
        assert (await client.get("http://rasa/")).text == "none"
        with bound(OF_NGINX):
            assert (await client.get("http://rasa/")).text == OF_NGINX
            assert (await client.get("http://rasa/", headers={HEADER: "its own"})).text == "its own"
