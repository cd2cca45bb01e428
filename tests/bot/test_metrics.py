"""What the metrics count, who may read them, and that nothing of a person stands in a label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bot.errors import AssistantAway, BadRequest
from bot.metrics import Metrics, RequestMetrics, metrics_route
from storage.errors import DatabaseUnavailable

HERE = "http://127.0.0.1:8000"


def told(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def serve(metrics: Metrics, token: str = "", *, at: str = HERE, client: str = "127.0.0.1") -> TestClient:
    app = Starlette(routes=[metrics_route(metrics, token)])
    return TestClient(app, base_url=at, client=(client, 50000))


def test_messages_are_counted_by_channel_and_outcome() -> None:
    metrics = Metrics()
    metrics.message("answer")
    metrics.message("answer", "telegram")
    metrics.message("answer", "telegram")
    assert told(metrics, "motcua_messages_total", channel="web", outcome="answer") == 1
    assert told(metrics, "motcua_messages_total", channel="telegram", outcome="answer") == 2


def test_a_fault_of_the_sender_and_one_of_ours_are_kept_apart() -> None:
    metrics = Metrics()
    metrics.error(BadRequest.code, BadRequest.status)
    metrics.error(AssistantAway.code, AssistantAway.status, "zalo-oa")
    assert told(metrics, "motcua_refusals_total", channel="web", code="B101") == 1
    assert told(metrics, "motcua_errors_total", channel="zalo-oa", code="B201") == 1
    assert told(metrics, "motcua_errors_total", channel="web", code="B101") is None


def test_a_stage_takes_time_also_where_it_fails() -> None:
    metrics = Metrics()
    with metrics.stage("rasa"):
        pass
    with pytest.raises(ValueError, match="x"), metrics.stage("rasa"):
        raise ValueError("x")
    metrics.took("rasa", 0.3)
    assert told(metrics, "motcua_stage_seconds_count", channel="web", stage="rasa") == 3
    assert told(metrics, "motcua_stage_seconds_bucket", channel="web", stage="rasa", le="0.25") == 2
    assert told(metrics, "motcua_stage_seconds_bucket", channel="web", stage="rasa", le="0.5") == 3


def test_sends_by_trouble_and_the_circuit() -> None:
    metrics = Metrics()
    metrics.sent("telegram")
    metrics.sent("telegram", "later")
    metrics.circuit("telegram", is_open=True)
    assert told(metrics, "motcua_sends_total", channel="telegram", result="sent") == 1
    assert told(metrics, "motcua_sends_total", channel="telegram", result="later") == 1
    assert told(metrics, "motcua_circuit_open", channel="telegram") == 1
    metrics.circuit("telegram", is_open=False)
    assert told(metrics, "motcua_circuit_open", channel="telegram") == 0


def test_a_channel_is_broken_until_something_was_sent_again() -> None:
    metrics = Metrics()
    assert metrics.is_sound("telegram")
    for result, broken in (("sent", 0), ("broken", 1), ("later", 1), ("unknown", 1), ("sent", 0)):
        metrics.sent("telegram", result)
        assert told(metrics, "motcua_channel_broken", channel="telegram") == broken
        assert metrics.is_sound("telegram") is not bool(broken)
    assert metrics.is_sound("zalo-oa")


def test_only_the_service_itself_moves_the_time_of_the_last_update() -> None:
    metrics = Metrics()
    metrics.update("telegram", "refused")
    assert told(metrics, "motcua_last_update_timestamp_seconds", channel="telegram") is None
    metrics.update("telegram")
    last = told(metrics, "motcua_last_update_timestamp_seconds", channel="telegram")
    assert last is not None and last > 1_700_000_000


async def test_queues_are_read_when_somebody_looks() -> None:
    rows: dict[tuple[str, str], int] = {("outbox", "waiting"): 3}
    metrics = Metrics(lambda: rows, lambda: {"outbox": 12.5})
    assert told(metrics, "motcua_queue_rows", queue="outbox", state="waiting") == 3
    rows[("outbox", "waiting")] = 5
    assert told(metrics, "motcua_queue_rows", queue="outbox", state="waiting") == 5
    text = (await metrics.text()).decode()
    assert 'motcua_queue_oldest_seconds{queue="outbox"} 12.5' in text
    assert "motcua_queue_readable 1.0" in text


async def test_a_database_that_is_away_takes_nothing_else_away() -> None:
    def away() -> Mapping[tuple[str, str], int]:
        raise DatabaseUnavailable("no such host")

    metrics = Metrics(away)
    metrics.message("answer")
    text = (await metrics.text()).decode()
    assert "motcua_queue_readable 0.0" in text
    assert "motcua_messages_total" in text


def test_making_them_asks_the_database_nothing() -> None:
    asked: list[int] = []
    Metrics(lambda: asked.append(1) or {})  # type: ignore[func-returns-value]
    assert asked == []


def test_two_gateways_of_one_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.message("answer")
    assert told(other, "motcua_messages_total", channel="web", outcome="answer") is None


def test_what_is_running_stands_there() -> None:
    (info,) = [family for family in Metrics().registry.collect() if family.name == "motcua_build"]
    assert info.samples[0].labels["version"].count(".") == 2
    assert told(Metrics(), "process_resident_memory_bytes") != 0


def test_this_machine_may_read_them_in_the_form_of_prometheus() -> None:
    metrics = Metrics()
    metrics.message("answer")
    answer = serve(metrics).get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    names = {family.name for family in text_string_to_metric_families(answer.text)}
    assert {"motcua_messages", "motcua_queue_readable", "motcua_build_info"} <= names


@pytest.mark.parametrize("at", ["http://localhost:8000", "http://[::1]:8000", HERE])
def test_this_machine_by_any_of_its_names(at: str) -> None:
    assert serve(Metrics(), at=at, client="::1" if "::1" in at else "127.0.0.1").get("/metrics").status_code == 200
    assert serve(Metrics(), at=at, client="::ffff:127.0.0.1").get("/metrics").status_code == 200


@pytest.mark.parametrize(
    ("at", "client", "headers"),
    [
        (HERE, "203.0.113.5", {}),
        (HERE, "10.0.0.7", {}),
        (HERE, "testclient", {}),
        ("http://tro-ly.example", "127.0.0.1", {}),
        (HERE, "127.0.0.1", {"x-forwarded-for": "203.0.113.5"}),
        (HERE, "127.0.0.1", {"x-forwarded-for": "127.0.0.1"}),
        (HERE, "127.0.0.1", {"forwarded": "for=203.0.113.5"}),
        (HERE, "127.0.0.1", {"x-real-ip": "203.0.113.5"}),
        (HERE, "127.0.0.1", {"via": "1.1 proxy"}),
    ],
)
def test_others_may_not(at: str, client: str, headers: dict[str, str]) -> None:
    answer = serve(Metrics(), "secret", at=at, client=client).get("/metrics", headers=headers)
    assert answer.status_code == 401
    assert "motcua_messages" not in answer.text


def test_who_comes_through_a_trusted_proxy_is_not_this_machine() -> None:
    app = Starlette(
        routes=[metrics_route(Metrics())],
        middleware=[Middleware(ProxyHeadersMiddleware, trusted_hosts=["127.0.0.1"])],
    )
    client = TestClient(app, base_url=HERE, client=("127.0.0.1", 50000))
    assert client.get("/metrics", headers={"x-forwarded-for": "203.0.113.5"}).status_code == 401


@pytest.mark.parametrize(("given", "status"), [("Bearer secret", 200), ("Bearer other", 401), ("secret", 401)])
def test_who_shows_the_token_may(given: str, status: int) -> None:
    client = serve(Metrics(), "secret", client="203.0.113.5", at="https://tro-ly.example")
    answer = client.get("/metrics", headers={"authorization": given, "x-forwarded-for": "203.0.113.5"})
    assert answer.status_code == status


def test_no_token_is_no_empty_token() -> None:
    answer = serve(Metrics(), "", client="203.0.113.5").get("/metrics", headers={"authorization": "Bearer "})
    assert answer.status_code == 401


def test_requests_are_counted_by_route_and_never_by_path() -> None:
    metrics = Metrics()

    async def file(request: Request) -> Response:
        return PlainTextResponse("x")

    async def broken(request: Request) -> Response:
        raise RuntimeError("x")

    app = Starlette(
        routes=[Route("/api/files/{id}", file), Route("/broken", broken), Mount("/static", routes=[])],
        middleware=[Middleware(RequestMetrics, metrics=metrics)],
    )
    client = TestClient(app, raise_server_exceptions=False)
    for path in ("/api/files/abc", "/api/files/def", "/0912345678", "/broken", "/static/nothing"):
        client.get(path)
    client.request("BREW", "/api/files/abc")
    assert counted(metrics) == {
        ("/api/files/{id}", "GET", "200"): 2,
        ("other", "GET", "404"): 1,
        ("/broken", "GET", "500"): 1,
        ("/static", "GET", "404"): 1,
        ("/api/files/{id}", "other", "405"): 1,
    }
    assert told(metrics, "motcua_http_seconds_count", route="/api/files/{id}") == 3


def counted(metrics: Metrics) -> dict[tuple[str, ...], float]:
    families: Iterable[object] = metrics.registry.collect()
    samples = [sample for family in families if family.name == "motcua_http_requests" for sample in family.samples]  # type: ignore[attr-defined]
    return {
        (sample.labels["route"], sample.labels["method"], sample.labels["status"]): sample.value
        for sample in samples
        if sample.name.endswith("_total")
    }
