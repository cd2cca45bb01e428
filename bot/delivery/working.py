"""A loop that takes what is there, does several at a time, and looks again when it is woken or after a while."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import structlog

from bot.delivery.traces import where

Piece = TypeVar("Piece")

PAUSE = 0.5  # seconds until it looks again by itself: another gateway may have put something in
PAUSE_AFTER_TROUBLE = 2.0
PATIENCE = 5.0  # seconds that work under way has to end

log = structlog.get_logger(__name__)


class Working(Generic[Piece]):
    """claim: gives at most so many pieces of work. do: does one; what it raises is logged. most: at a time."""

    def __init__(
        self,
        name: str,
        claim: Callable[[int], Awaitable[Sequence[Piece]]],
        do: Callable[[Piece], Awaitable[None]],
        most: int,
    ) -> None:
        self._name = name
        self._claim = claim
        self._do = do
        self._most = most
        self._wake = asyncio.Event()
        self._tasks: dict[asyncio.Task[None], Piece] = {}
        self._stopping = False

    @property
    def under_way(self) -> list[Piece]:
        """What is being done."""
        return list(self._tasks.values())

    def wake(self) -> None:
        """There is something to do."""
        self._wake.set()

    async def run(self) -> None:
        """Works until it is told to stop."""
        while not self._stopping:
            self._wake.clear()
            try:
                pieces = await self._claim(self._most - len(self._tasks)) if len(self._tasks) < self._most else []
            except Exception as error:  # the database is away: nothing is lost, everything waits
                log.error("work_not_claimed", work=self._name, error=type(error).__name__)
                await self._rest(PAUSE_AFTER_TROUBLE)
                continue
            for piece in pieces:
                task = asyncio.create_task(self._one(piece))
                self._tasks[task] = piece
                task.add_done_callback(self._ended)
            if not pieces:
                await self._rest(PAUSE)

    def stop(self) -> None:
        """Takes nothing more. What was claimed already is begun, so that nobody has to wait until its lease ran out."""
        self._stopping = True
        self._wake.set()

    async def finish(self, patience: float = PATIENCE) -> None:
        """Waits a little for what is under way, and breaks off what takes longer."""
        if self._tasks:
            _, late = await asyncio.wait(list(self._tasks), timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        self._wake.set()

    async def _one(self, piece: Piece) -> None:
        try:
            await self._do(piece)
        except Exception as error:  # its lease runs out, then somebody does it again
            log.error("work_failed", work=self._name, error=type(error).__name__, where=where(error))
