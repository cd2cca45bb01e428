"""Does what has a name once, however often it is asked for: a double tap, a resend, a retry over another line."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from cachetools import TTLCache
from pydantic import BaseModel

Result = TypeVar("Result", bound=BaseModel)

KEPT_SECONDS = 600.0
KEPT_CHARACTERS = 32 * 1024 * 1024  # of all results together, as JSON


class Once(Generic[Result]):
    """Who asks while the work is under way waits for it; who asks soon after gets what came of it.

    A failure reaches all who wait and is not kept, so the next one tries again. The work goes on if those who asked
    for it go away: they come back for the result over another line. kept: characters (as JSON) of results at most,
    the oldest are forgotten first. timer: seconds.
    """

    def __init__(
        self,
        seconds: float = KEPT_SECONDS,
        kept: int = KEPT_CHARACTERS,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._done: TTLCache[Hashable, Result] = TTLCache(kept, seconds, timer, lambda one: len(one.model_dump_json()))
        self._under_way: dict[Hashable, asyncio.Task[Result]] = {}

    async def do(self, name: Hashable, work: Callable[[], Awaitable[Result]]) -> Result:
        """The result of the work of this name, which is begun if it is neither under way nor done."""
        if (done := self._done.get(name)) is not None:
            return done
        task = self._under_way.get(name)
        if task is None:
            task = self._under_way[name] = asyncio.ensure_future(_awaited(work))
            task.add_done_callback(lambda task: self._finished(name, task))
        return await asyncio.shield(task)

    def _finished(self, name: Hashable, task: asyncio.Task[Result]) -> None:
        del self._under_way[name]
        if task.cancelled() or task.exception():
            return
        result = task.result()
        if self._done.getsizeof(result) <= self._done.maxsize:
            self._done[name] = result


async def _awaited(work: Callable[[], Awaitable[Result]]) -> Result:
    return await work()
