"""The figures of the benchmark, and that the assistants take turns."""

from __future__ import annotations

import json
import math

import httpx
import pytest

from bot.bench import CITIZENS, ROUNDS, Ours, Speed, compare, say_to_rasa
from tests.bot.double import gateway_answer


def test_rate_is_the_median_of_the_rounds() -> None:
    assert Speed("a", 1, rates=[9.0, 1.0, 5.0]).rate == 5.0


def test_latency_is_a_percentile_in_milliseconds() -> None:
    speed = Speed("a", 1, times=[0.004, 0.001, 0.003, 0.002])
    assert speed.ms(0.5) == pytest.approx(2)
    assert speed.ms(0.95) == pytest.approx(4)
    assert math.isnan(Speed("a", 1).ms(0.5))


async def test_assistants_take_turns() -> None:
    said: list[tuple[str, str]] = []

    async def say(client: httpx.AsyncClient, citizen: str, text: str) -> str:
        said.append((str(client.base_url), citizen))
        return "ok"

    told: list[str] = []
    found = await compare([("ours", "http://a", say), ("plain", "http://b", say)], 0.0, told.append)
    assert [(speed.name, speed.citizens) for speed in found] == [
        (name, count) for count in CITIZENS for name in ("ours", "plain")
    ]
    assert {len(speed.rates) for speed in found} == {ROUNDS}
    assert told[:3] == ["ours, 1 at once, round 1", "plain, 1 at once, round 1", "ours, 1 at once, round 2"]
    assert said[:2] == [("http://a", "ours-1-0-warm"), ("http://b", "plain-1-0-warm")]


async def test_every_citizen_talks_in_a_session_of_his_own() -> None:
    sessions = []

    def handle(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        sessions.append(body["session"])
        return gateway_answer(session=f"session {len(sessions)}")

    ours = Ours()
    async with httpx.AsyncClient(base_url="http://here", transport=httpx.MockTransport(handle)) as client:
        for citizen in ("Lan", "Hùng", "Lan"):
            assert await ours.say(client, citizen, "khai sinh") == "Đăng ký khai sinh"
    assert sessions == [None, None, "session 1"]


async def test_an_answer_with_nothing_in_it_does_not_count() -> None:
    answers = [httpx.Response(200, json=[{"text": "a"}]), httpx.Response(200, json=[]), httpx.Response(500)]
    transport = httpx.MockTransport(lambda request: answers.pop(0))
    async with httpx.AsyncClient(base_url="http://here", transport=transport) as client:
        assert "a" in await say_to_rasa(client, "Lan", "khai sinh")
        for _ in range(2):
            with pytest.raises(httpx.HTTPError):
                await say_to_rasa(client, "Lan", "khai sinh")
