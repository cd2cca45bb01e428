"""Metrics of the action server for Prometheus: answers by outcome, time by action, what goes wrong, the register.

No label tells who somebody is: they are names of actions, outcomes and fixed words of the log.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from rasa_sdk.executor import ActionExecutor, ActionExecutorRunResult, CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection
from structlog.typing import EventDict, WrappedLogger

from actions.logs import REQUEST_ID, begin_request

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
UNKNOWN = "other"  # an action that we have not
RESPONSE = "response"  # the outcome of a fixed response of the domain, which Rasa fills in
BEGINNING = "session_started_metadata"  # Rasa's slot with the metadata of the message that begins a session
NOTHING = "nothing"  # the outcome of an action that says nothing

log = structlog.get_logger(__name__)


class MetricsSettings(BaseSettings):
    """Who may read the metrics; the gateway reads the same."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_", env_file=".env", extra="ignore", hide_input_in_errors=True)

    metrics_token: SecretStr = Field(
        default=SecretStr(""), description="who shows it may read the metrics from elsewhere than this machine"
    )


class Metrics:
    """The metrics of one action server. register_seen: when the register last answered, asked when somebody looks."""

    def __init__(self, register_seen: Callable[[], datetime | None] = lambda: None) -> None:
        of = self.registry = CollectorRegistry()
        self._answers = Counter(
            "motcua_actions_answers", "Answers, by action and outcome.", ("action", "outcome"), registry=of
        )
        self._failures = Counter("motcua_actions_failures", "Actions that failed.", ("action",), registry=of)
        self._seconds = Histogram(
            "motcua_actions_seconds", "How long actions took.", ("action",), buckets=SECONDS, registry=of
        )
        self._warnings = Counter(
            "motcua_actions_log_lines", "Warnings and errors in the log.", ("event", "level"), registry=of
        )
        ProcessCollector(registry=of)
        of.register(_Register(register_seen))

    def ran(self, action: str, outcomes: Iterable[str], seconds: float) -> None:
        """An action answered, with these outcomes."""
        self._seconds.labels(action).observe(seconds)
        for outcome in outcomes:
            self._answers.labels(action, outcome).inc()

    def failed(self, action: str, seconds: float) -> None:
        """An action raised an error."""
        self._seconds.labels(action).observe(seconds)
        self._failures.labels(action).inc()

    def count_line(self, logger: WrappedLogger, method: str, line: EventDict) -> EventDict:
        """A processor of structlog: counts warnings and errors by their event, which is always of fixed words."""
        if line.get("level") in ("warning", "error", "critical"):
            self._warnings.labels(str(line.get("event")), str(line["level"])).inc()
        return line

    async def text(self) -> bytes:
        """All of it as Prometheus reads it."""
        return await asyncio.to_thread(generate_latest, self.registry)


class _Register(Collector):
    """When the register of dossiers last answered."""

    def __init__(self, seen: Callable[[], datetime | None]) -> None:
        self._seen = seen

    def describe(self) -> Iterable[Metric]:
        """What there is, without asking."""
        return [self._family()]

    def collect(self) -> Iterable[Metric]:
        """The moment, if there is one."""
        family = self._family()
        if (seen := self._seen()) is not None:
            family.add_metric([], seen.timestamp())
        return [family]

    @staticmethod
    def _family() -> GaugeMetricFamily:
        return GaugeMetricFamily(
            "motcua_actions_register_seen_timestamp_seconds", "When the register of dossiers last answered."
        )


class MeasuredExecutor(ActionExecutor):
    """Runs actions as rasa_sdk does, under the request id of the message, and counts them."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._metrics = metrics

    async def run(
        self,
        action_call: dict[str, Any],
        sink: asyncio.Queue[Any] | None = None,
        dispatcher: CollectingDispatcher | None = None,
    ) -> ActionExecutorRunResult | None:
        """What the action says. Raises as rasa_sdk does."""
        begin_request(request_id_in(action_call))
        name = action_call.get("next_action") or ""
        name = name if name in self.actions else UNKNOWN
        begun = time.perf_counter()
        try:
            result = await super().run(action_call, sink, dispatcher)
        except ActionExecutionRejection:  # a form that does not want to go on: an answer like others
            self._metrics.ran(name, ["rejected"], time.perf_counter() - begun)
            raise
        except Exception:
            self._metrics.failed(name, time.perf_counter() - begun)
            raise
        seconds, outcomes = time.perf_counter() - begun, outcomes_of(result)
        self._metrics.ran(name, outcomes, seconds)
        log.info("action_ran", action=name, outcomes=outcomes, ms=round(seconds * 1000))
        return result


def request_id_in(action_call: dict[str, Any]) -> object:
    """What the gateway wrote beside the message that is being answered; None where there is nothing.

    Before the first message of a session there is none yet; then Rasa has it in a slot.
    """
    tracker = _part(action_call, "tracker")
    metadata = _part(_part(tracker, "latest_message"), "metadata")
    return metadata.get(REQUEST_ID) or _part(_part(tracker, "slots"), BEGINNING).get(REQUEST_ID)


def _part(of: dict[str, Any], name: str) -> dict[str, Any]:
    part = of.get(name)
    return part if isinstance(part, dict) else {}


def outcomes_of(result: ActionExecutorRunResult | None) -> list[str]:
    """The outcome of each thing that an action says."""
    said = result.responses if result else []
    return [str((one.get("custom") or {}).get("outcome") or RESPONSE) for one in said] or [NOTHING]
