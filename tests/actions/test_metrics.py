"""What the action server counts while it runs actions, under the request id of the message."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from actions.logs import set_up_logs
from actions.metrics import MeasuredExecutor, Metrics

ID = "qwertyuiopasdfghjklzxcvbnmqwerty"
Body = Callable[[CollectingDispatcher], None]


def executor(metrics: Metrics, body: Body) -> MeasuredExecutor:
    class Answering(Action):  # type: ignore[misc]
        def name(self) -> str:
            return "action_answer"

        async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[Any]:
            body(dispatcher)
            return []

    made = MeasuredExecutor(metrics)
    made.register_action(Answering)
    return made


def call(name: str = "action_answer", metadata: object = None) -> dict[str, Any]:
    message = {"text": "x", "metadata": {"request_id": ID} if metadata is None else metadata}
    tracker = {"sender_id": "s", "slots": {}, "latest_message": message, "events": [], "active_loop": {}}
    return {"next_action": name, "sender_id": "s", "tracker": tracker, "domain": {}}


def say(*outcomes: str) -> Body:
    def answer(dispatcher: CollectingDispatcher) -> None:
        for outcome in outcomes:
            dispatcher.utter_message(json_message={"outcome": outcome, "text": "Chị Bưởi"})

    return answer


def told(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"motcua_actions_{name}", labels)


@pytest.fixture
def logs() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


async def test_answers_are_counted_by_outcome_and_timed() -> None:
    metrics = Metrics()
    running = executor(metrics, say("answer", "clarify"))
    await running.run(call())
    await running.run(call())
    assert told(metrics, "answers_total", action="action_answer", outcome="answer") == 2
    assert told(metrics, "answers_total", action="action_answer", outcome="clarify") == 2
    assert told(metrics, "seconds_count", action="action_answer") == 2


async def test_a_fixed_response_and_silence_have_an_outcome_too() -> None:
    metrics = Metrics()
    await executor(metrics, lambda dispatcher: dispatcher.utter_message(response="utter_greet")).run(call())
    await executor(metrics, lambda dispatcher: None).run(call())
    assert told(metrics, "answers_total", action="action_answer", outcome="response") == 1
    assert told(metrics, "answers_total", action="action_answer", outcome="nothing") == 1


async def test_an_action_that_fails_is_counted_and_still_fails() -> None:
    def fail(dispatcher: CollectingDispatcher) -> None:
        raise ValueError("x")

    metrics = Metrics()
    with pytest.raises(ValueError, match="x"):
        await executor(metrics, fail).run(call())
    assert told(metrics, "failures_total", action="action_answer") == 1
    assert told(metrics, "seconds_count", action="action_answer") == 1


async def test_a_rejection_is_no_failure() -> None:
    def reject(dispatcher: CollectingDispatcher) -> None:
        raise ActionExecutionRejection("action_answer")

    metrics = Metrics()
    with pytest.raises(ActionExecutionRejection):
        await executor(metrics, reject).run(call())
    assert told(metrics, "failures_total", action="action_answer") is None
    assert told(metrics, "answers_total", action="action_answer", outcome="rejected") == 1


async def test_an_action_that_nobody_knows_makes_no_label() -> None:
    metrics = Metrics()
    with pytest.raises(ActionNotFoundException):
        await executor(metrics, say("answer")).run(call("action_0912345678"))
    assert told(metrics, "failures_total", action="other") == 1


@pytest.mark.usefixtures("logs")
async def test_what_an_action_logs_tells_the_request(capsys: pytest.CaptureFixture[str]) -> None:
    def answer(dispatcher: CollectingDispatcher) -> None:
        structlog.get_logger("x").info("answering")

    set_up_logs()
    running = executor(Metrics(), answer)
    await asyncio.gather(*(asyncio.create_task(running.run(call(metadata={"request_id": name}))) for name in ("a", ID)))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sorted((line["event"], line["request_id"]) for line in lines) == [
        ("action_ran", "a"),
        ("action_ran", ID),
        ("answering", "a"),
        ("answering", ID),
    ]
    assert "Bưởi" not in json.dumps(lines, ensure_ascii=False)


@pytest.mark.parametrize("metadata", [{}, [], "x", {"request_id": None}, {"request_id": "Nguyễn Thị Bưởi, Vinh"}])
@pytest.mark.usefixtures("logs")
async def test_without_a_request_id_there_is_none(metadata: object, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs()
    await executor(Metrics(), say("answer")).run(call(metadata=metadata))
    assert "request_id" not in json.loads(capsys.readouterr().out)


@pytest.mark.usefixtures("logs")
async def test_what_begins_a_session_belongs_to_the_message_that_began_it(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs()
    beginning = call(metadata={})
    beginning["tracker"]["slots"] = {"session_started_metadata": {"request_id": ID}}
    await executor(Metrics(), say("answer")).run(beginning)
    assert json.loads(capsys.readouterr().out)["request_id"] == ID


@pytest.mark.usefixtures("logs")
def test_warnings_are_counted_by_event(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = Metrics()
    set_up_logs(metrics.count_line)
    log = structlog.get_logger("x")
    log.warning("register_away", error="0912345678")
    log.warning("register_away", error="other")
    log.error("inner_route_failed")
    log.info("action_ran")
    assert told(metrics, "log_lines_total", event="register_away", level="warning") == 2
    assert told(metrics, "log_lines_total", event="inner_route_failed", level="error") == 1
    assert told(metrics, "log_lines_total", event="action_ran", level="info") is None
    assert len(capsys.readouterr().out.splitlines()) == 4


async def test_when_the_register_was_last_seen() -> None:
    seen: list[datetime] = []
    metrics = Metrics(lambda: seen[0] if seen else None)
    assert told(metrics, "register_seen_timestamp_seconds") is None
    seen.append(datetime(2026, 11, 23, 1, 0, tzinfo=UTC))
    assert told(metrics, "register_seen_timestamp_seconds") == seen[0].timestamp()
    text = (await metrics.text()).decode()
    assert "motcua_actions_register_seen_timestamp_seconds 1.7" in text
