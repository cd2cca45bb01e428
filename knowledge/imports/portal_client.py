"""Asks the national portal for its procedures: at most two requests a second, with patience where it fails or refuses.

The two endpoints are undocumented (../shared/catalogue/official-detail-shape.md) and what they answer is not trusted:
an answer is bounded in size and time, must be JSON with code "OK", and an id is checked before anyone uses it.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
import structlog
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from knowledge.errors import SyncFailed
from knowledge.imports.figures import shorten

log = structlog.get_logger(__name__)

LEVELS = ("COMMUNE", "PROVINCE", "MINISTRY")
LIST = "/submitting/formality/list-all-public-formality-by-citizen"
DETAIL = "/configuring/formality/get-formality-by-citizen"
MOST_PER_SECOND = 2.0
LONGEST_PAGE = 200
LARGEST_ANSWER = 32 * 2**20  # bytes, unpacked; the longest record seen has a quarter of a megabyte
BUSY = (403, 408, 429)  # and everything from 500
GONE = (404, 410)
ID = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)
_CURSOR = re.compile(r"[ -~]{1,200}", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class PortalSettings:
    """Where the portal is and how it is asked.

    base: its address, up to what the two endpoints have in common. per_second: requests, at most MOST_PER_SECOND.
    page: entries of one page of a list, at most LONGEST_PAGE. tries: of one request. connect_timeout, read_timeout
    (until the next bytes) and answer_timeout (for all of it): seconds. first_wait: seconds after the first failure,
    doubled after each further one up to longest_wait, a little more by chance; a portal that asks for more than
    longest_wait is left alone.
    Raises SyncFailed where a value makes no sense.
    """

    base: str
    per_second: float = MOST_PER_SECOND
    page: int = LONGEST_PAGE
    tries: int = 8
    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    answer_timeout: float = 120.0
    first_wait: float = 2.0
    longest_wait: float = 300.0

    def __post_init__(self) -> None:
        try:
            address = httpx.URL(self.base)
        except httpx.InvalidURL:
            address = httpx.URL("")
        if address.scheme not in ("http", "https") or not address.host:
            raise SyncFailed(f"{self.base!r} is no address.", remedy="Give one that begins with https://.")
        if not 0 < self.per_second <= MOST_PER_SECOND:
            raise SyncFailed(
                f"{self.per_second} requests a second.", remedy=f"Give more than 0 and at most {MOST_PER_SECOND:g}."
            )
        if not 0 < self.page <= LONGEST_PAGE or self.tries < 1:
            raise SyncFailed(
                f"Pages of {self.page} entries, {self.tries} tries.",
                remedy=f"Give pages of 1 to {LONGEST_PAGE} entries and at least one try.",
            )


@dataclass(frozen=True)
class Page:
    """One page of a list. rejected: the entries without an id that can be used. total: what the portal says it has.

    cursor: where the next page begins, None if the portal names none. full: whether it holds as many as were asked for.
    """

    ids: tuple[str, ...]
    rejected: tuple[str, ...]
    cursor: str | int | None
    total: int
    full: bool


class Pace:
    """Keeps requests apart, so that never more than `per_second` begin within a second. clock: in seconds."""

    def __init__(self, per_second: float, clock: Callable[[], float], pause: Callable[[float], None]) -> None:
        self._apart = 1 / per_second
        self._clock = clock
        self._pause = pause
        self._next: float | None = None

    def wait(self) -> None:
        """Returns when the next request may begin."""
        now = self._clock()
        if self._next is None:
            self._next = now
        if now < self._next:
            self._pause(self._next - now)
        self._next = max(self._clock(), self._next) + self._apart


class _TryAgain(Exception):
    """A request that failed and may be repeated. after: seconds that the portal asks to wait."""

    def __init__(self, reason: str, after: int = 0) -> None:
        super().__init__(f"{reason}, asks to wait {after} s" if after else reason)
        self.after = after


class Refused(SyncFailed):
    """The portal does not take a request (HTTP status), and would not the next time."""

    remedy = "Check the portal's address; its interface may have changed."

    def __init__(self, path: str, status: int) -> None:
        super().__init__(f"{path}: HTTP {status}.")
        self.status = status


class PortalClient:
    """The portal's two endpoints. requests: how many were made, repeated ones included. Close it after use."""

    def __init__(
        self,
        settings: PortalSettings,
        *,
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.requests = 0
        self._settings = settings
        self._pause = pause
        self._clock = clock
        self._pace = Pace(settings.per_second, clock, pause)
        self._last = stop_after_attempt(settings.tries)
        jitter = wait_random(0, settings.first_wait)
        self._growing = wait_exponential(settings.first_wait, settings.longest_wait) + jitter
        self._http = httpx.Client(
            base_url=settings.base,
            timeout=httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout),
            headers={"Accept": "application/json", "User-Agent": "motcua"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def page(self, level: str, after: str | int | None) -> Page:
        """The page of a level's list after a cursor (None: the first).

        Raises SyncFailed if it cannot be had, Refused where trying again is of no use.
        """
        body = {
            "limit": self._settings.page,
            "lastId": after,
            "q": "",
            "categoryId": None,
            "departmentCode": None,
            "level": level,
        }
        return self._ask(LIST, body, lambda content: _page(_data(content), self._settings.page))

    def detail(self, procedure: str) -> bytes | None:
        """The whole answer about one procedure as it came (UTF-8 JSON, code "OK", with data); None: there is none.

        Raises SyncFailed if it cannot be had.
        """
        try:
            return self._ask(DETAIL, {"id": procedure}, _whole)
        except Refused as error:
            if error.status in GONE:
                return None
            raise

    def _ask(self, path: str, body: dict[str, Any], read: Callable[[bytes], Answer]) -> Answer:
        """What `read` makes of the answer; asked again while the portal is busy, away or answers nonsense."""
        asking = Retrying(
            stop=lambda state: self._last(state) or _failure(state).after > self._settings.longest_wait,
            wait=lambda state: max(self._growing(state), _failure(state).after),
            retry=retry_if_exception_type(_TryAgain),
            sleep=self._pause,
            before_sleep=_tell,
            reraise=True,
        )
        try:
            return asking(lambda: read(self._once(path, body)))
        except _TryAgain as error:
            tries = asking.statistics["attempt_number"]
            raise SyncFailed(f"{path}: {error} (given up after {tries} of {self._settings.tries} tries).") from error

    def _once(self, path: str, body: dict[str, Any]) -> bytes:
        self._pace.wait()
        self.requests += 1
        latest = self._clock() + self._settings.answer_timeout
        try:
            with self._http.stream("POST", path, json=body) as response:
                _check_status(path, response)
                return self._content(response, latest)
        except httpx.RequestError as error:
            raise _TryAgain(f"{type(error).__name__} {shorten(str(error), 200)}".strip()) from error

    def _content(self, response: httpx.Response, latest: float) -> bytes:
        content = bytearray()
        for part in response.iter_bytes():
            content += part
            if len(content) > LARGEST_ANSWER:
                raise _TryAgain(f"an answer of more than {LARGEST_ANSWER // 2**20} MB")
            if self._clock() > latest:
                raise _TryAgain(f"an answer that takes more than {self._settings.answer_timeout:g} s")
        return bytes(content)


def _check_status(path: str, response: httpx.Response) -> None:
    status = response.status_code
    if status == httpx.codes.OK:
        return
    if status in BUSY or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        asked = _SECONDS.fullmatch(response.headers.get("retry-after", "").strip())
        raise _TryAgain(f"HTTP {status}", int(asked.group()) if asked else 0)
    raise Refused(path, status)


def _data(content: bytes) -> dict[str, Any]:
    """What an answer holds under "data". Raises _TryAgain where there is nothing."""
    try:
        answer = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _TryAgain(f"an answer that is no JSON ({type(error).__name__})") from error
    if not isinstance(answer, dict):
        raise _TryAgain("an answer that is no JSON object")
    if answer.get("code") != "OK":
        raise _TryAgain(f"an answer with the code {_quoted(answer.get('code'))}")
    data = answer.get("data")
    if not isinstance(data, dict) or not data:
        raise _TryAgain("an answer without the key 'data'")
    return data


def _whole(content: bytes) -> bytes:
    """The answer as it came, once it is sure that it holds something."""
    _data(content)
    return content


def _page(data: dict[str, Any], asked: int) -> Page:
    items, total = data.get("items"), data.get("total")
    if not isinstance(items, list):
        raise _TryAgain("a list without the key 'items'")
    if not isinstance(total, int) or isinstance(total, bool):
        raise _TryAgain("a list without the key 'total'")
    good: list[str] = []
    bad: list[str] = []
    for item in items:
        name = item.get("id") if isinstance(item, dict) else None
        if isinstance(name, str) and ID.fullmatch(name):
            good.append(name)
        else:
            bad.append(_entry(item))
    return Page(tuple(good), tuple(bad), _cursor(data.get("lastId")), total, full=len(items) >= asked)


def _cursor(value: object) -> str | int | None:
    if value in (None, "", False):
        return None
    if isinstance(value, int) or (isinstance(value, str) and _CURSOR.fullmatch(value)):
        return value
    raise _TryAgain(f"a list whose 'lastId' is {_quoted(value)}")


def _entry(item: object) -> str:
    if not isinstance(item, dict):
        return _quoted(item)
    return f"code {_quoted(item.get('code'))}, id {_quoted(item.get('id'))}"


def _quoted(value: object) -> str:
    """A single value as it may stand in a message; of lists and objects only the kind, they may be of any depth."""
    return shorten(ascii(value), 120) if isinstance(value, str | int | float | None) else type(value).__name__


def _failure(state: RetryCallState) -> _TryAgain:
    """Why the last try failed."""
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, _TryAgain) else _TryAgain("unknown")


def _tell(state: RetryCallState) -> None:
    seconds = state.next_action.sleep if state.next_action else 0
    log.warning("portal_wait", reason=str(_failure(state)), tries=state.attempt_number, seconds=round(seconds, 1))
