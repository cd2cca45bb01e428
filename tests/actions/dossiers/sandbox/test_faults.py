"""Each fault, asked for over a real connection; what is for people and tests stays reachable."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from tests.actions.dossiers.sandbox_server import PATIENCE, Sandbox

HEALTH = "/rest/v1/health"
LOGIN = "/lgsp/Login"


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox.url, timeout=PATIENCE, trust_env=False) as client:
        yield client


def test_without_faults_all_goes_well(client: httpx.Client) -> None:
    assert client.get(HEALTH).json() == {"status": "ok"}
    assert client.post(LOGIN, json={}).status_code == 200


def test_away_says_when_to_come_again(sandbox: Sandbox, client: httpx.Client) -> None:
    sandbox.faults(away=True)
    answer = client.get(HEALTH)
    assert (answer.status_code, answer.json()["code"]) == (503, "away")
    assert int(answer.headers["retry-after"]) > 0
    assert client.post(LOGIN, json={}).json()["error_code"] == 9


@pytest.mark.parametrize("fault", ["dead", "lost"])
def test_dead_and_lost_end_the_connection_without_an_answer(sandbox: Sandbox, client: httpx.Client, fault: str) -> None:
    client.get(HEALTH)  # the connection stands already
    sandbox.faults(**{fault: True})
    for path in (HEALTH, "/lgsp/TraCuuHoSo"):
        with pytest.raises(httpx.TransportError):
            client.post(path, json={})
    sandbox.faults()
    assert client.get(HEALTH).is_success


def test_lost_means_that_it_was_done(sandbox: Sandbox, client: httpx.Client) -> None:
    before = len(sandbox.dossiers())
    body = {"procedure": "1.001193", "procedure_name": "Thử", "applicant": "Ai Đó", "answers": {}}
    headers = {"authorization": f"Bearer {sandbox.token}"}
    sandbox.faults(lost=True)
    with pytest.raises(httpx.TransportError):
        client.put("/rest/v1/drafts/a-key-of-tests", json=body, headers=headers)
    sandbox.faults()
    assert len(sandbox.dossiers()) == before + 1
    assert client.put("/rest/v1/drafts/a-key-of-tests", json=body, headers=headers).status_code == 200


def test_dead_means_that_nothing_was_done(sandbox: Sandbox, client: httpx.Client) -> None:
    before = len(sandbox.dossiers())
    body = {"procedure": "1.001193", "procedure_name": "Thử", "applicant": "Ai Đó", "answers": {}}
    sandbox.faults(dead=True)
    with pytest.raises(httpx.TransportError):
        client.put("/rest/v1/drafts/a-key-of-tests", json=body, headers={"authorization": f"Bearer {sandbox.token}"})
    assert len(sandbox.dossiers()) == before


def test_garbage_is_no_json(sandbox: Sandbox, client: httpx.Client) -> None:
    sandbox.faults(garbage=True)
    for answer in (client.get(HEALTH), client.post(LOGIN, json={})):
        assert answer.status_code == 200
        with pytest.raises(ValueError, match="Expecting"):
            answer.json()


def test_a_share_of_the_answers_is_errors(sandbox: Sandbox, client: httpx.Client) -> None:
    sandbox.faults(errors=0.3)
    failed = [client.get(HEALTH).status_code for _ in range(200)].count(500)
    assert 30 <= failed <= 90
    sandbox.faults(errors=1)
    assert client.get(HEALTH).status_code == 500
    assert client.post(LOGIN, json={}).json()["error_code"] == 9


def test_slow_is_slow(sandbox: Sandbox, client: httpx.Client) -> None:
    sandbox.faults(slow=0.3)
    began = time.monotonic()
    assert client.get(HEALTH).is_success
    assert time.monotonic() - began >= 0.3
    with pytest.raises(httpx.ReadTimeout):
        client.get(HEALTH, timeout=0.05)


def test_more_than_so_many_a_minute_are_too_many(sandbox: Sandbox, client: httpx.Client) -> None:
    sandbox.faults(per_minute=0)
    answer = client.get(HEALTH)
    assert (answer.status_code, answer.json()["code"], "retry-after" in answer.headers) == (429, "too_many", True)
    sandbox.faults(per_minute=10_000)
    assert client.get(HEALTH).is_success


def test_what_faults_are_set_by_is_never_faulty(sandbox: Sandbox, client: httpx.Client) -> None:
    sandbox.faults(slow=600, away=True, dead=True, garbage=True, errors=1, per_minute=0)
    for path in ("/", "/sandbox/faults", "/sandbox/dossiers", "/sandbox/clock"):
        assert client.get(path).status_code == 200
    assert client.get("/sandbox/faults").json()["dead"] is True


@pytest.mark.parametrize("faults", [{"slow": -1}, {"errors": 1.1}, {"session_seconds": 0}, {"nonsense": 1}])
def test_faults_that_cannot_be_are_refused(client: httpx.Client, faults: dict[str, float]) -> None:
    assert client.put("/sandbox/faults", json=faults).status_code == 422
