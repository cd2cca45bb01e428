"""Ready means that a question can be answered; what does not hold is named, nothing more."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
import pytest
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.testclient import TestClient

from bot.errors import GatewayError
from bot.readiness import Check, Others, Readiness, always, in_thread, ready_route
from tests.bot.double import CLOSED_URL

YES, NO = always(lambda: True), always(lambda: False)


async def hangs() -> bool:
    await asyncio.Event().wait()
    return True


async def fails() -> bool:
    raise RuntimeError("the token is 1234")


def ask(readiness: Readiness, query: str = "") -> tuple[int, Any]:
    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, GatewayError)
        return JSONResponse(error.as_json(), status_code=error.status)

    app = Starlette(routes=[ready_route(readiness)], exception_handlers={GatewayError: refused})
    answer = TestClient(app).get(f"/readyz{query}")
    return answer.status_code, answer.json()


def test_everything_holds() -> None:
    assert ask(Readiness({"rasa": YES, "database": YES}, {"telegram": YES})) == (
        200,
        {"ready": True, "checks": {"rasa": True, "database": True, "telegram": True}},
    )


@pytest.mark.parametrize("check", [NO, fails, hangs])
def test_what_does_not_hold_is_named_and_nothing_more(check: Check) -> None:
    readiness = Readiness({"rasa": YES, "database": check}, patience=0.05)
    assert ask(readiness) == (503, {"ready": False, "checks": {"rasa": True, "database": False}})


def test_a_channel_that_is_broken_takes_nothing_else_away() -> None:
    readiness = Readiness({"rasa": YES}, {"telegram": NO})
    assert ask(readiness) == (200, {"ready": True, "checks": {"rasa": True, "telegram": False}})
    assert ask(readiness, "?only=telegram") == (503, {"ready": False, "checks": {"telegram": False}})


def test_who_asks_for_some_gets_those() -> None:
    """A balancer goes on sending calls of webhooks to a gateway that can keep them while Rasa is away."""
    readiness = Readiness({"rasa": NO, "model": NO, "database": YES})
    assert ask(readiness)[0] == 503
    assert ask(readiness, "?only=database") == (200, {"ready": True, "checks": {"database": True}})
    assert ask(readiness, "?only=database,,rasa,database")[1]["checks"] == {"database": True, "rasa": False}


def test_a_check_that_does_not_exist_is_a_mistake() -> None:
    status, body = ask(Readiness({"rasa": YES}), "?only=rasa,Rasa")
    assert (status, body["error"]["code"]) == (400, "B101")


async def test_many_who_ask_cost_no_more_than_one() -> None:
    asked: list[int] = []

    async def counted() -> bool:
        asked.append(1)
        await asyncio.sleep(0.01)
        return True

    readiness = Readiness({"rasa": counted}, kept=60.0)
    await asyncio.gather(*(readiness.look() for _ in range(50)))
    assert (await readiness.look())[0]
    assert len(asked) == 1


async def test_what_was_found_is_not_kept_for_long() -> None:
    state = [False]
    readiness = Readiness({"rasa": always(lambda: state[0])}, kept=0.0)
    assert not (await readiness.look())[0]
    state[0] = True
    assert (await readiness.look())[0]


async def test_checks_do_not_wait_for_one_another() -> None:
    readiness = Readiness({str(number): hangs for number in range(10)}, patience=0.2)
    begun = time.monotonic()
    assert not (await readiness.look())[0]
    assert time.monotonic() - begun < 1.5


async def test_going_away_is_logged_once() -> None:
    readiness = Readiness({"rasa": NO}, kept=0.0)
    with structlog.testing.capture_logs() as lines:
        for _ in range(3):
            await readiness.look()
    assert [(line["event"], line["check"]) for line in lines] == [("not_ready", "rasa")]


async def test_work_that_takes_its_time_is_done_in_a_thread() -> None:
    def fail() -> None:
        raise ValueError("x")

    readiness = Readiness({"good": in_thread(lambda: None), "bad": in_thread(fail)})
    assert await readiness.look() == (False, {"good": True, "bad": False})


async def test_the_other_processes_are_asked_where_they_say_it() -> None:
    answers = {"http://rasa:5005/": 200, "http://rasa:5005/webhooks/rest/": 503, "http://actions:5055/ready": 200}
    others = Others(
        "http://rasa:5005/",
        "http://actions:5055",
        httpx.MockTransport(lambda request: httpx.Response(answers[str(request.url)])),
    )
    assert await Readiness(others.checks()).look() == (False, {"rasa": True, "model": False, "actions": True})
    await others.close()


async def test_others_that_are_not_there() -> None:
    others = Others(CLOSED_URL, CLOSED_URL)
    assert await Readiness(others.checks()).look() == (False, {"rasa": False, "model": False, "actions": False})
    await others.close()
