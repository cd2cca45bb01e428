"""Messages per second and latency with 1, 4, 16 citizens at once, next to a plain Rasa assistant in the same run.

The two take turns, round by round, so that a slow moment of the machine hits both; what is quoted is the ratio.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import httpx

from knowledge.measure import percentile

ROUNDS = 3
CITIZENS = (1, 4, 16)
MESSAGES = (
    "làm giấy khai sinh cho con cần giấy tờ gì",
    "hết bao nhiêu tiền",
    "dang ky tam tru o dau",
    "mất mấy ngày rứa",
    "mần lại căn cước mất mấy ngày",
    "xin chào",
    "đăng ký kết hôn cần gì",
    "le phi bao nhieu",
)

Say = Callable[[httpx.AsyncClient, str, str], Awaitable[str]]


@dataclass
class Speed:
    """What was measured for one assistant and one number of citizens."""

    name: str
    citizens: int
    rates: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Messages per second, the median of the rounds."""
        return sorted(self.rates)[len(self.rates) // 2]

    def ms(self, share: float) -> float:
        """A percentile of the latency in milliseconds."""
        return percentile(sorted(self.times), share) * 1000


class Ours:
    """Talks to our gateway, a session for each citizen."""

    def __init__(self) -> None:
        self._sessions: dict[str, str] = {}

    async def say(self, client: httpx.AsyncClient, citizen: str, text: str) -> str:
        """Sends one message and returns the reply's text."""
        body = {"text": text, "session": self._sessions.get(citizen)}
        answer = await client.post("/api/messages", json=body)
        answer.raise_for_status()
        content = answer.json()
        self._sessions[citizen] = content["session"]
        return str(content["reply"]["text"])


async def say_to_rasa(client: httpx.AsyncClient, citizen: str, text: str) -> str:
    """Sends one message to a plain Rasa and returns its answer."""
    answer = await client.post("/webhooks/rest/webhook", json={"sender": citizen, "message": text})
    answer.raise_for_status()
    content = answer.json()
    if not content:
        raise httpx.HTTPError("Rasa answered with nothing")
    return str(content)


async def compare(
    assistants: Sequence[tuple[str, str, Say]], seconds: float, progress: Callable[[str], None]
) -> list[Speed]:
    """Measures each assistant (name, address, how to say something) with each number of citizens, in turns."""
    found = {(name, count): Speed(name, count) for count in CITIZENS for name, _, _ in assistants}
    for count, turn, (name, url, say) in itertools.product(CITIZENS, range(ROUNDS), assistants):
        progress(f"{name}, {count} at once, round {turn + 1}")
        rate, times = await _load(url, say, count, seconds, f"{name}-{count}-{turn}")
        found[name, count].rates.append(rate)
        found[name, count].times.extend(times)
    return list(found.values())


async def _load(url: str, say: Say, citizens: int, seconds: float, tag: str) -> tuple[float, list[float]]:
    times: list[float] = []
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        await say(client, f"{tag}-warm", MESSAGES[0])
        start = time.perf_counter()
        end = start + seconds

        async def citizen(number: int) -> None:
            for text in itertools.cycle(MESSAGES):
                begin = time.perf_counter()
                if begin >= end:
                    return
                await say(client, f"{tag}-{number}", text)
                times.append(time.perf_counter() - begin)

        await asyncio.gather(*(citizen(number) for number in range(citizens)))
        return len(times) / (time.perf_counter() - start), times
