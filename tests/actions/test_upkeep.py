"""Metrics, readiness and request ids of the action server, asked over HTTP."""

from __future__ import annotations

import io
import logging
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import structlog
from rasa_sdk.endpoint import create_app
from sanic import HTTPResponse, Request, Sanic, text

from actions.logs import masked_record
from actions.metrics import MeasuredExecutor, Metrics
from actions.upkeep import Check, begin, upkeep_routes

TOKEN = "a token"
ID = "qwertyuiopasdfghjklzxcvbnmqwerty"


def fine() -> None:
    return None


def away() -> None:
    raise RuntimeError("the password is 1234")


@asynccontextmanager
async def served(
    token: str = "", more: Callable[[Sanic[Any, Any]], None] = lambda app: None, **checks: Check
) -> AsyncIterator[httpx.AsyncClient]:
    metrics = Metrics()
    app = create_app(MeasuredExecutor(metrics))
    app.blueprint(upkeep_routes(metrics, token, checks))
    app.register_middleware(begin, "request")
    more(app)
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        server = await app.create_server(sock=place, return_asyncio_server=True, access_log=False)
        assert server is not None
        await server.startup()
        await server.start_serving()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{place.getsockname()[1]}", timeout=30) as client:
            yield client
        server.close()
        await server.wait_closed()


@pytest.fixture(autouse=True)
def several_servers_in_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sanic, "test_mode", True)


@pytest.fixture
def records() -> Iterator[io.StringIO]:
    """What Sanic's log says of an error."""
    before, stream = logging.getLogRecordFactory(), io.StringIO()
    logging.setLogRecordFactory(masked_record)
    handler = logging.StreamHandler(stream)
    logger = logging.getLogger("rasa_sdk.endpoint")
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)
    logging.setLogRecordFactory(before)


async def test_this_machine_may_read_the_metrics() -> None:
    async with served() as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "# TYPE motcua_actions_answers_total counter" in answer.text


async def test_who_comes_through_a_proxy_must_show_the_token() -> None:
    passed_on = {"x-forwarded-for": "203.0.113.5"}
    async with served(TOKEN) as client:
        assert (await client.get("/metrics", headers=passed_on)).status_code == 401
        for given, status in ((f"Bearer {TOKEN}", 200), ("Bearer x", 401), ("Bearer", 401)):
            answer = await client.get("/metrics", headers={**passed_on, "authorization": given})
            assert answer.status_code == status
    async with served("") as client:
        assert (await client.get("/metrics", headers={**passed_on, "authorization": "Bearer"})).status_code == 401


async def test_ready_means_that_every_check_holds() -> None:
    async with served(index=fine, database=fine) as client:
        answer = await client.get("/ready")
        assert (answer.status_code, answer.json()) == (
            200,
            {"ready": True, "checks": {"index": True, "database": True}},
        )


async def test_not_ready_says_which_and_nothing_more() -> None:
    async with served(index=fine, database=away) as client:
        answer = await client.get("/ready")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "checks": {"index": True, "database": False}})
    assert "1234" not in answer.text


async def test_a_check_that_hangs_does_not_hang_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actions.upkeep.PATIENCE", 0.05)
    async with served(index=fine, database=lambda: time.sleep(1.0)) as client:
        begun = time.monotonic()
        answer = await client.get("/ready")
        assert time.monotonic() - begun < 0.9
    assert answer.json()["checks"] == {"index": True, "database": False}


async def test_each_request_is_logged_under_its_own_id(records: io.StringIO) -> None:
    def with_routes(app: Sanic[Any, Any]) -> None:
        @app.get("/who")
        async def who(request: Request) -> HTTPResponse:
            return text(str(structlog.contextvars.get_contextvars().get("request_id")))

        @app.get("/broken")
        async def broken(request: Request) -> HTTPResponse:
            raise ValueError("chị Nguyễn Thị Bưởi")

    async with served(more=with_routes) as client:
        assert (await client.get("/who", headers={"x-request-id": ID})).text == ID
        assert (await client.get("/who")).text == "None", "the next one of the same connection has none"
        assert (await client.get("/who", headers={"x-request-id": "Nguyen Thi Buoi"})).text == "None"
        await client.get("/broken", headers={"x-request-id": ID})
    assert f"[request_id={ID}]" in records.getvalue()
    assert "Bưởi" not in records.getvalue()
