"""Metrics for Prometheus: what comes, what goes, what fails, how long it takes. No label tells who somebody is.

All labels have few values: names of channels, codes of errors, words of our own. docs/keeping-it-up.md explains each.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from platform import python_version
from typing import Final

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.settings import ROOT

Queues = Callable[[], Mapping[tuple[str, str], int]]  # (queue, state) -> rows, read from the database
Oldest = Callable[[], Mapping[str, float]]  # queue -> seconds that the oldest row waits which could be done now

WEB = "web"  # the chat page, the widget, the terminal
STAGES = ("whole", "store", "rasa", "render", "send")
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 30.0, 60.0)
SENT, BROKEN = "sent", "broken"  # what came of a call: it arrived; our access is broken; else another Trouble
CLOSED, OPEN = 0, 1  # a circuit: calls go through; nothing is sent for now
LONGEST_READ: Final = 5.0  # seconds for the queues to be counted
ELSEWHERE = "other"  # the route of what has none
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")

log = structlog.get_logger(__name__)


class Metrics:
    """The metrics of one gateway. queues, oldest: read when somebody looks; they may take their time and may fail."""

    def __init__(self, queues: Queues | None = None, oldest: Oldest | None = None) -> None:
        self.registry = CollectorRegistry()
        of = self.registry
        self._messages = Counter(
            "motcua_messages",
            "Messages that were answered, by the kind of answer.",
            ("channel", "outcome"),
            registry=of,
        )
        self._refusals = Counter(
            "motcua_refusals", "What was refused, by error code.", ("channel", "code"), registry=of
        )
        self._errors = Counter(
            "motcua_errors", "What failed on our side, by error code.", ("channel", "code"), registry=of
        )
        self._seconds = Histogram(
            "motcua_stage_seconds", "How long a stage took.", ("channel", "stage"), buckets=SECONDS, registry=of
        )
        self._sends = Counter("motcua_sends", "Calls to a channel's service.", ("channel", "result"), registry=of)
        self._updates = Counter(
            "motcua_updates", "What a channel handed over, by what became of it.", ("channel", "outcome"), registry=of
        )
        self._webhook = Gauge(
            "motcua_last_update_timestamp_seconds",
            "When a channel last handed something over.",
            ("channel",),
            registry=of,
        )
        self._unsound: set[str] = set()
        self._broken = Gauge(
            "motcua_channel_broken",
            "1: its service refuses our access; an operator must mend it.",
            ("channel",),
            registry=of,
        )
        self._circuit = Gauge("motcua_circuit_open", "1: nothing is sent to it for now.", ("channel",), registry=of)
        self._pages = Gauge("motcua_pages", "Chat pages that are connected.", registry=of)
        self._limits = Gauge(
            "motcua_limits_shared", "0: each gateway counts for itself; the store is away.", registry=of
        )
        self._requests = Counter("motcua_http_requests", "HTTP requests.", ("route", "method", "status"), registry=of)
        self._request_seconds = Histogram(
            "motcua_http_seconds", "How long HTTP requests took.", ("route",), buckets=SECONDS, registry=of
        )
        Info("motcua_build", "What is running.", registry=of).info(build())
        ProcessCollector(registry=of)
        self._limits.set(1)
        self.registry.register(_Rows(queues, oldest))

    def message(self, outcome: str, channel: str = WEB) -> None:
        """A message was answered. outcome: of the reply (knowledge.reply.Outcome)."""
        self._messages.labels(channel, outcome).inc()

    def refused(self, code: str, channel: str = WEB) -> None:
        """Something was not taken, for a reason that lies with who sent it. code: of bot.errors."""
        self._refusals.labels(channel, code).inc()

    def failed(self, code: str, channel: str = WEB) -> None:
        """Something failed on our side. code: of bot.errors or of storage.errors."""
        self._errors.labels(channel, code).inc()

    def error(self, code: str, status: int, channel: str = WEB) -> None:
        """An error that was told to a client: its own fault below 500, else ours."""
        (self.refused if status < 500 else self.failed)(code, channel)

    @contextmanager
    def stage(self, stage: str, channel: str = WEB) -> Iterator[None]:
        """Takes the time of what is done inside, whether it succeeds or not. stage: of STAGES."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.took(stage, time.perf_counter() - begun, channel)

    def took(self, stage: str, seconds: float, channel: str = WEB) -> None:
        """A stage took so long."""
        self._seconds.labels(channel, stage).observe(seconds)

    def sent(self, channel: str, result: str = SENT) -> None:
        """A call to a channel's service. result: "sent", or why it failed (bot.channels.channel.Trouble)."""
        self._sends.labels(channel, result).inc()
        if result in (SENT, BROKEN):
            self._broken.labels(channel).set(result == BROKEN)
            (self._unsound.add if result == BROKEN else self._unsound.discard)(channel)

    def is_sound(self, channel: str) -> bool:
        """Whether our access to a channel is sound, as far as the last call told."""
        return channel not in self._unsound

    def update(self, channel: str, outcome: str = "stored") -> None:
        """A channel handed something over. outcome: stored, doubled, ignored or refused."""
        self._updates.labels(channel, outcome).inc()
        if outcome != "refused":  # anybody can call a webhook
            self._webhook.labels(channel).set_to_current_time()

    def circuit(self, channel: str, *, is_open: bool) -> None:
        """Whether sending to a channel was given up for a while."""
        self._circuit.labels(channel).set(OPEN if is_open else CLOSED)

    def page(self, change: int) -> None:
        """A chat page came (1) or went (-1)."""
        self._pages.inc(change)

    def limits_shared(self, *, shared: bool) -> None:
        """Whether all gateways count together (bot/limits.py)."""
        self._limits.set(int(shared))

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """An HTTP request was answered. route: its pattern, never its path, in which ids may stand."""
        self._requests.labels(route, method, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    async def text(self) -> bytes:
        """All of it as Prometheus reads it."""
        return await asyncio.to_thread(generate_latest, self.registry)


class _Rows(Collector):
    """How many rows wait in the database. A database that is away takes nothing but these numbers away."""

    def __init__(self, queues: Queues | None, oldest: Oldest | None) -> None:
        self._queues = queues
        self._oldest = oldest

    def describe(self) -> Iterable[Metric]:
        """What there is, without asking the database: called when it is registered."""
        return self._families()

    def collect(self) -> Iterable[Metric]:
        """The numbers of now."""
        rows, oldest, readable = self._families()
        try:
            counted = self._queues() if self._queues else {}
            waiting = self._oldest() if self._oldest else {}
        except Exception as error:  # whatever it is, the other metrics are needed the more
            log.error("queues_not_counted", error=type(error).__name__)
            readable.add_metric([], 0)
            return [readable]
        for (queue, state), number in counted.items():
            rows.add_metric([queue, state], number)
        for queue, seconds in waiting.items():
            oldest.add_metric([queue], seconds)
        readable.add_metric([], 1)
        return [rows, oldest, readable]

    @staticmethod
    def _families() -> tuple[GaugeMetricFamily, GaugeMetricFamily, GaugeMetricFamily]:
        return (
            GaugeMetricFamily("motcua_queue_rows", "Rows of a queue, by state.", labels=("queue", "state")),
            GaugeMetricFamily("motcua_queue_oldest_seconds", "How long the oldest waits.", labels=("queue",)),
            GaugeMetricFamily("motcua_queue_readable", "0: the database could not be asked."),
        )


class RequestMetrics:
    """ASGI: counts requests and takes their time, by route. Put it outermost, so that it sees every answer."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        route, status, begun = route_of(scope), 500, time.perf_counter()  # the route changes the scope

        async def send_and_see(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_see)
        finally:
            method = scope["method"] if scope["method"] in METHODS else ELSEWHERE
            self._metrics.request(route, method, status, time.perf_counter() - begun)


def route_of(scope: Scope) -> str:
    """The pattern of the route that fits a request; "other" where there is none."""
    application = scope.get("app")
    for route in application.routes if application else ():
        if route.matches(scope)[0] is not Match.NONE:
            return str(getattr(route, "path", ELSEWHERE)) or ELSEWHERE
    return ELSEWHERE


def build() -> dict[str, str]:
    """What is running: versions, as labels."""
    project = ROOT / "pyproject.toml"
    ours = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"] if project.is_file() else ""
    return {"version": ours, "python": python_version(), "telegram_library": version("python-telegram-bot")}


def metrics_route(metrics: Metrics, token: str = "", path: str = "/metrics") -> Route:
    """GET /metrics, for this machine and for who shows the token."""

    async def tell(request: Request) -> Response:
        if not may_read(request, token):
            words = "The metrics are for this machine, or for who sends MOTCUA_METRICS_TOKEN as bearer.\n"
            return PlainTextResponse(words, status_code=401, headers={"www-authenticate": "Bearer"})
        try:
            async with asyncio.timeout(LONGEST_READ):
                text = await metrics.text()
        except TimeoutError:
            return PlainTextResponse("The queues could not be counted in time.\n", status_code=503)
        return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4, headers={"cache-control": "no-store"})

    return Route(path, tell)


def may_read(request: Request, token: str) -> bool:
    """Whether a request may see the metrics.

    From this machine means: from its own address, by its own name, and not passed on by a proxy, which may run on
    this machine and bring strangers.
    """
    given = request.headers.get("authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    here = request.client is not None and is_loopback(request.client.host)
    named = (request.url.hostname or "") in LOOPBACK_NAMES
    return here and named and not any(name in request.headers for name in FORWARDED)


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)
