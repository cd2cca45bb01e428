"""What the doubles share does what it says: faults by chance, deliveries until they are taken."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.doubles.double import Deliveries, Faults, Pace, Update, faulty, served


@dataclass
class Hook:
    """A webhook. bodies: what it took. answer: its status for each call."""

    bodies: list[str] = field(default_factory=list)
    answer: Callable[[str], int] = lambda body: 200
    url: str = ""

    async def take(self, request: Request) -> Response:
        body = (await request.body()).decode()
        status = self.answer(body)
        if status == 200:
            self.bodies.append(body)
        return Response(status_code=status)


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    with served(Starlette(routes=[Route("/", made.take, methods=["POST"])])) as made.url:
        yield made


@contextmanager
def delivering(faults: Faults | None = None, **how: object) -> Iterator[Deliveries]:
    made = Deliveries(faults or Faults(), (0.01,), **how)  # type: ignore[arg-type]
    try:
        yield made
    finally:
        made.close()


def updates(chat: str, *bodies: str) -> list[Update]:
    return [Update(chat, body.encode(), {}) for body in bodies]


def test_what_is_refused_is_delivered_again_and_each_chat_keeps_its_order(hook: Hook) -> None:
    refusals = {"a1": 2, "b2": 1}

    def answer(body: str) -> int:
        refusals[body] = refusals.get(body, 0) - 1
        return 500 if refusals[body] >= 0 else 200

    hook.answer = answer
    with delivering() as deliveries:
        deliveries.add(*updates("a", "a1", "a2", "a3"), *updates("b", "b1", "b2"))
        assert hook.bodies == []
        deliveries.to(hook.url)
        assert deliveries.idle()
    assert [body for body in hook.bodies if body[0] == "a"] == ["a1", "a2", "a3"]
    assert [body for body in hook.bodies if body[0] == "b"] == ["b1", "b2"]
    assert deliveries.refused == [500, 500, 500]
    assert deliveries.delivered == 5


def test_what_is_refused_too_often_is_dropped_where_the_service_does_so(hook: Hook) -> None:
    hook.answer = lambda body: 500
    dropped: list[bytes] = []
    with delivering(for_ever=False, on_dropped=lambda one: dropped.append(one.body)) as deliveries:
        deliveries.to(hook.url)
        deliveries.add(*updates("a", "a1"))
        assert deliveries.idle()
    assert dropped == [b"a1"]
    assert len(deliveries.refused) == 2


def test_what_waits_can_be_taken_back_even_while_it_is_tried(hook: Hook) -> None:
    tried = threading.Event()

    def answer(body: str) -> int:
        tried.set()
        return 500

    hook.answer = answer
    with delivering() as deliveries:
        deliveries.to(hook.url)
        deliveries.add(*updates("a", "a1", "a2"))
        assert tried.wait(5)
        assert [one.body for one in deliveries.withdraw()] == [b"a1", b"a2"]
        assert deliveries.idle()
    assert hook.bodies == []


def test_duplicates_and_wrong_orders_happen_as_often_as_told(hook: Hook) -> None:
    with delivering(Faults(duplicated=1)) as deliveries:
        deliveries.add(*updates("a", "a1", "a2"))
        deliveries.to(hook.url)
        assert deliveries.idle()
    assert hook.bodies == ["a1", "a1", "a2", "a2"]
    hook.bodies.clear()
    with delivering(Faults(shuffled=1)) as deliveries:
        deliveries.add(*updates("a", "a1", "a2"))
        deliveries.to(hook.url)
        assert deliveries.idle()
    assert hook.bodies == ["a2", "a1"]


@pytest.mark.parametrize(
    ("fault", "done", "expected"),
    [("too_many", 0, 429), ("broken", 0, 502), ("slow", 1, 200), ("lost_answer", 1, None), ("lost_call", 0, None)],
)
def test_every_fault_is_what_its_name_says(fault: str, done: int, expected: int | None) -> None:
    faults = Faults(slow_seconds=0.01)
    setattr(faults, fault, 1)
    calls: list[str] = []

    async def do(request: Request) -> Response:
        calls.append("done")
        return JSONResponse({})

    async def answer(request: Request) -> Response:
        return await faulty(faults, request, do, lambda: Response(status_code=429))

    with served(Starlette(routes=[Route("/", answer, methods=["POST"])])) as url:
        if expected is None:
            with pytest.raises(httpx.RemoteProtocolError):
                httpx.post(url)
        else:
            assert httpx.post(url).status_code == expected
    assert len(calls) == done


def test_a_share_of_faults_is_about_that_share_and_the_same_again_with_the_same_seed() -> None:
    first, second = Faults(broken=0.2, seed=4), Faults(broken=0.2, seed=4)
    drawn = [first.strikes("broken") for _ in range(1000)]
    assert drawn == [second.strikes("broken") for _ in range(1000)]
    assert 150 < sum(drawn) < 250
    first.end()
    assert not any(first.strikes("broken") for _ in range(100))


def test_a_pace_counts_each_key_alone() -> None:
    pace = Pace(2, 60)
    assert [pace.exceeded(key) for key in "aabaab"] == [False, False, False, True, True, False]
