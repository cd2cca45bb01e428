"""When rounds begin. Nothing is kept here: what is due stands in the tables, so a restart forgets nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]

from actions.watching.looking import Watcher
from actions.watching.settings import WatchSettings

MOST_SECONDS = 30  # between two rounds; a round takes what is due by then
A_DAY = 86400  # seconds
LATE = 3600  # seconds by which a round that was held up may still begin
PATIENCE = 5.0  # seconds that a round under way gets to end

log = structlog.get_logger(__name__)


class Schedule:
    """The rounds of this process, and its forgetting. start and stop are called on the same event loop."""

    def __init__(self, watcher: Watcher, forgetting: Sequence[Callable[[], object]], settings: WatchSettings) -> None:
        self._watcher = watcher
        self._forgetting = forgetting
        self._every = min(settings.watch_seconds, MOST_SECONDS)
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._under_way: set[asyncio.Task[object]] = set()

    def start(self) -> None:
        """Begins; both jobs run once at once."""
        once = {"coalesce": True, "max_instances": 1, "misfire_grace_time": LATE, "next_run_time": datetime.now(UTC)}
        self._scheduler.add_job(self._round, "interval", seconds=self._every, jitter=self._every // 5, **once)
        self._scheduler.add_job(self._forget, "interval", seconds=A_DAY, **once)
        self._scheduler.start()

    async def stop(self) -> None:
        """Begins no more rounds, gives the one under way seconds to end, then breaks it off: its claims run out."""
        if not self._scheduler.running:
            return
        self._scheduler.pause()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=PATIENCE)
        self._scheduler.shutdown(wait=False)
        await asyncio.sleep(0)  # the scheduler ends in the next turn of the loop

    async def _round(self) -> None:
        await self._noted(self._watcher.look(), "round_failed")

    async def _forget(self) -> None:
        for forget in self._forgetting:
            await self._noted(asyncio.to_thread(forget), "not_forgotten")

    async def _noted(self, work: Coroutine[object, object, object], trouble: str) -> None:
        """Does it; what fails is logged by its name, because the next time it is tried again."""
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        try:
            await task
        except Exception as error:
            first = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
            log.error(trouble, error=type(first).__name__)
        finally:
            self._under_way.discard(task)


def start(watcher: Watcher, forgetting: Sequence[Callable[[], object]], settings: WatchSettings) -> Schedule:
    """Starts rounds, and forgetting once a day, on the running event loop.

    forgetting: each is called in a thread; one that fails does not keep the others from it.
    """
    schedule = Schedule(watcher, forgetting, settings)
    schedule.start()
    return schedule


async def stop(schedule: Schedule) -> None:
    """Ends what start began."""
    await schedule.stop()
