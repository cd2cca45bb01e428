"""Brings notices to the pages that listen, and says which were seen.

A notice waits at the action server until a page has shown it. Here is only remembered what was offered, so that a
restart loses nothing: it is offered again, and the page drops what it has shown already.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any

import structlog
from cachetools import TTLCache

from bot.errors import ActionsAway
from bot.inner import Inner, Notice

SOONEST = 0.2  # seconds between two rounds, so that many hellos at once share one
LONGEST_PAUSE = 60.0
PUSH_SECONDS = 5.0  # a page that takes longer to take a frame does not listen
POST_SECONDS = 1.0  # so long an answer to a message waits for its notices, counted from its beginning
POST_PAUSE = 10.0
OFFERED_CONVERSATIONS = 10_000
OFFERED_SECONDS = 3600.0

Send = Callable[[dict[str, Any]], Awaitable[None]]

log = structlog.get_logger(__name__)


class Page:
    """A page that listens. pushed: ids of the notices that this connection has had."""

    def __init__(self, conversation: str, send: Send) -> None:
        self.conversation = conversation
        self.send = send
        self.pushed: set[str] = set()


class NoticeBoard:
    """Asks for notices while pages listen, once for all of them. seconds: between two rounds."""

    def __init__(self, inner: Inner, seconds: float) -> None:
        self._inner = inner
        self._seconds = seconds
        self._pages: dict[str, set[Page]] = {}
        self._seen: set[str] = set()
        self._offered: TTLCache[str, set[str]] = TTLCache(OFFERED_CONVERSATIONS, OFFERED_SECONDS)
        self._wake = asyncio.Event()
        self._failures = 0
        self._no_post_before = 0.0

    def add(self, page: Page) -> None:
        """A page listens from now on; what waits for it comes at once."""
        self._pages.setdefault(page.conversation, set()).add(page)
        self._wake.set()

    def remove(self, page: Page) -> None:
        """A page is gone."""
        pages = self._pages.get(page.conversation, set())
        pages.discard(page)
        if not pages:
            self._pages.pop(page.conversation, None)

    def seen(self, conversation: str, ids: Iterable[str]) -> None:
        """A page of this conversation has shown notices. Those that were never offered to it do not count."""
        offered = self._offered.get(conversation, set())
        if known := offered.intersection(ids):
            self._seen |= known
            self._wake.set()

    async def waiting(self, conversation: str) -> list[Notice]:
        """What waits for one conversation, for a page without a socket; nothing where that cannot be told quickly."""
        if time.monotonic() < self._no_post_before:
            return []
        try:
            async with asyncio.timeout(POST_SECONDS):
                notices = await self._inner.notices([conversation])
        except (ActionsAway, TimeoutError):
            self._no_post_before = time.monotonic() + POST_PAUSE
            return []
        mine = [notice for notice in notices if notice.conversation == conversation and notice.id not in self._seen]
        for notice in mine:
            self._offer(notice)
        return mine

    async def run(self) -> None:
        """Serves the pages until it is cancelled."""
        while True:
            if not self._pages and not self._seen:
                await self._wake.wait()
            self._wake.clear()
            await self._round_and_count()
            await asyncio.sleep(SOONEST)
            if self._failures:  # neither a hello nor a click makes a server that is away come back sooner
                await asyncio.sleep(self._pause())
            else:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._seconds):
                        await self._wake.wait()

    def _pause(self) -> float:
        return float(min(LONGEST_PAUSE, self._seconds * 2 ** min(self._failures, 10)))

    async def _round_and_count(self) -> None:
        try:
            await self._round()
            self._failures = 0
        except Exception as error:  # whatever it is, the pages that come later must be served
            self._failures += 1
            if not isinstance(error, ActionsAway):
                log.error("notices_failed", error=type(error).__name__)

    async def _round(self) -> None:
        if self._pages:
            notices = await self._inner.notices(sorted(self._pages))
            fresh = [notice for notice in notices if notice.id not in self._seen]
            await asyncio.gather(*(self._push(page, notice) for notice in fresh for page in self._listeners(notice)))
        if seen := set(self._seen):
            await self._inner.delivered(sorted(seen))
            self._seen -= seen

    def _listeners(self, notice: Notice) -> list[Page]:
        pages = self._pages.get(notice.conversation, set())
        return [page for page in pages if notice.id not in page.pushed]

    async def _push(self, page: Page, notice: Notice) -> None:
        page.pushed.add(notice.id)
        self._offer(notice)
        frame = {"type": "notice", "id": notice.id, "reply": notice.reply.model_dump(mode="json")}
        try:
            async with asyncio.timeout(PUSH_SECONDS):
                await page.send(frame)
        except Exception as error:  # gone, or going: its own handler notices, and the notice stays where it is
            log.info("notice_not_taken", error=type(error).__name__)

    def _offer(self, notice: Notice) -> None:
        self._offered[notice.conversation] = self._offered.get(notice.conversation, set()) | {notice.id}
