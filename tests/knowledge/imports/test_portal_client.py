"""Asking the portal: pace, patience, and what is not believed."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import SyncFailed
from knowledge.imports import portal_client
from knowledge.imports.portal_client import MOST_PER_SECOND, Pace, PortalClient, PortalSettings, Refused
from tests.knowledge.imports.fake_portal import (
    FakePortal,
    FakeTime,
    Fault,
    changed,
    detail,
    failing,
    hanging_up,
    identity,
    midway,
    running,
    saying,
    with_data,
    without,
)

TRIES = 4
FIRST_WAIT = 2.0


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def portal(time: FakeTime, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePortal]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with running(FakePortal(clock=time.clock)) as fake:
        fake.add("COMMUNE", 1, 2, 3)
        yield fake


@pytest.fixture
def settings(portal: FakePortal) -> PortalSettings:
    return PortalSettings(portal.url, page=2, tries=TRIES, first_wait=FIRST_WAIT, longest_wait=60)


@pytest.fixture
def client(settings: PortalSettings, time: FakeTime) -> Iterator[PortalClient]:
    with PortalClient(settings, pause=time.pause, clock=time.clock) as made:
        yield made


@given(st.lists(st.floats(0, 3, allow_nan=False), min_size=3, max_size=40), st.floats(0.1, MOST_PER_SECOND))
def test_never_more_than_two_begin_within_a_second(latencies: list[float], per_second: float) -> None:
    time = FakeTime()
    pace = Pace(per_second, time.clock, time.pause)
    begun = []
    for latency in latencies:
        pace.wait()
        begun.append(time.now)
        time.now += latency
    assert all(third - first > 1 - 1e-6 for first, third in zip(begun, begun[2:], strict=False))


def test_the_first_request_and_one_after_a_long_time_need_not_wait() -> None:
    time = FakeTime()
    pace = Pace(2, time.clock, time.pause)
    pace.wait()
    time.now += 100
    pace.wait()
    assert time.pauses == []
    pace.wait()
    assert time.pauses == [0.5]


def test_a_pause_that_ends_late_is_not_made_up_for() -> None:
    time = FakeTime()
    pace = Pace(2, time.clock, lambda seconds: time.pause(seconds + 10))
    for _ in range(3):
        pace.wait()
    assert time.pauses == [10.5, 10.5]


def test_a_page_of_a_list(portal: FakePortal, client: PortalClient) -> None:
    first = client.page("COMMUNE", None)
    assert (first.ids, first.rejected) == ((identity(1), identity(2)), ())
    assert (first.cursor, first.total, first.full) == (identity(2), 3, True)
    second = client.page("COMMUNE", first.cursor)
    assert (second.ids, second.full) == ((identity(3),), False)
    assert portal.bodies[1] == {
        "limit": 2,
        "lastId": identity(2),
        "q": "",
        "categoryId": None,
        "departmentCode": None,
        "level": "COMMUNE",
    }


def test_an_answer_is_handed_on_as_it_came(portal: FakePortal, client: PortalClient) -> None:
    answer = client.detail(identity(2))
    assert answer is not None
    assert json.loads(answer) == {"code": "OK", "data": detail(2)}
    assert portal.bodies == [{"id": identity(2)}]


@pytest.mark.parametrize(
    "name", [None, 7, "", "../../evil", "a/b", "a.b", "a\n", "ă", "٣", "a" * 65, ["a"], {"a": 1}, True, "\ud800"]
)
def test_an_entry_whose_id_may_be_no_file_name_is_rejected(
    portal: FakePortal, client: PortalClient, name: object
) -> None:
    portal.faults[1] = with_data(items=[{"id": name, "code": "9.000009"}, {"id": "A-z-09"}])
    page = client.page("COMMUNE", None)
    assert page.ids == ("A-z-09",)
    assert len(page.rejected) == 1
    assert "9.000009" in page.rejected[0]


@pytest.mark.parametrize("entry", [None, "x", 7, [], ["id"]])
def test_an_entry_that_is_no_object_is_rejected(portal: FakePortal, client: PortalClient, entry: object) -> None:
    portal.faults[1] = with_data(items=[entry])
    page = client.page("COMMUNE", None)
    assert (page.ids, len(page.rejected)) == ((), 1)


@pytest.mark.parametrize(("last_id", "cursor"), [(None, None), ("", None), (17, 17), ("b64+/=", "b64+/=")])
def test_where_the_next_page_begins(
    portal: FakePortal, client: PortalClient, last_id: object, cursor: str | int | None
) -> None:
    portal.faults[1] = with_data(lastId=last_id)
    assert client.page("COMMUNE", None).cursor == cursor


def test_a_list_without_a_last_id_names_no_next_page(portal: FakePortal, client: PortalClient) -> None:
    portal.faults[1] = without("lastId")
    assert client.page("COMMUNE", None).cursor is None


@pytest.mark.parametrize("status", [403, 408, 429, 500, 502, 503, 504])
def test_a_busy_portal_is_asked_again_later(
    portal: FakePortal, client: PortalClient, time: FakeTime, status: int
) -> None:
    portal.faults[1] = failing(status)
    assert client.page("COMMUNE", None).total == 3
    assert client.requests == len(portal.asked) == 2
    assert portal.times[1] - portal.times[0] >= FIRST_WAIT


def test_each_wait_is_longer_than_the_one_before_but_none_is_longer_than_allowed(
    portal: FakePortal, settings: PortalSettings, time: FakeTime
) -> None:
    portal.always = failing(503)
    patient = replace(settings, tries=9)
    with PortalClient(patient, pause=time.pause, clock=time.clock) as client, pytest.raises(SyncFailed):
        client.page("COMMUNE", None)
    waits = [second - first for first, second in zip(portal.times, portal.times[1:], strict=False)]
    floors = [2, 4, 8, 16, 32, 60, 60, 60]
    assert all(floor <= wait <= floor + FIRST_WAIT for floor, wait in zip(floors, waits, strict=True))


@pytest.mark.parametrize("status", [403, 429, 503])
def test_the_portal_says_how_long_to_wait(
    portal: FakePortal, client: PortalClient, time: FakeTime, status: int
) -> None:
    portal.faults[1] = failing(status, Retry_After="37")
    client.page("COMMUNE", None)
    assert portal.times[1] - portal.times[0] == 37


@pytest.mark.parametrize("header", ["soon", "-5", "1.5", "", "Wed, 21 Oct 2026 07:28:00 GMT", "9" * 4000])
def test_a_wait_that_is_no_number_of_seconds_is_no_wait_asked_for(
    portal: FakePortal, client: PortalClient, time: FakeTime, header: str
) -> None:
    portal.faults[1] = failing(429, Retry_After=header)
    client.page("COMMUNE", None)
    assert FIRST_WAIT <= portal.times[1] - portal.times[0] <= 2 * FIRST_WAIT


def test_a_portal_that_asks_to_wait_too_long_is_left_alone(
    portal: FakePortal, client: PortalClient, time: FakeTime
) -> None:
    portal.faults[1] = failing(429, Retry_After="86400")
    with pytest.raises(SyncFailed, match="86400 s"):
        client.page("COMMUNE", None)
    assert (client.requests, time.pauses) == (1, [])


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (failing(403), "HTTP 403"),
        (failing(500), "HTTP 500"),
        (saying(b"<html>Please wait</html>"), "no JSON"),
        (saying(b""), "no JSON"),
        (saying(b'{"code": "OK", "data": {"id": "\xff"}}'), "no JSON"),
        (saying(b'{"code": "OK", "data": {"id": 1'), "no JSON"),
        (saying(b"[" * 100_000), "no JSON"),
        (saying(b'{"code": "OK", "data": {"id": ' + b"1" * 5000 + b"}}"), "no JSON"),
        (saying(b"[]"), "no JSON object"),
        (saying(b'"OK"'), "no JSON object"),
        (changed(code="ERROR"), "the code 'ERROR'"),
        (changed(code=["OK"]), "the code list"),
        (without("code"), "the code None"),
        (without("data"), "the key 'data'"),
        (changed(data=None), "the key 'data'"),
        (changed(data={}), "the key 'data'"),
        (changed(data=[1]), "the key 'data'"),
        (hanging_up, "RemoteProtocolError"),
        (saying(b"no gzip", Content_Encoding="gzip"), "DecodingError"),
    ],
)
@pytest.mark.parametrize("endpoint", ["list", "detail"])
def test_nonsense_is_asked_for_again_and_then_given_up(
    portal: FakePortal, client: PortalClient, endpoint: str, fault: Fault, reason: str
) -> None:
    def ask() -> object:
        return client.page("COMMUNE", None) if endpoint == "list" else client.detail(identity(1))

    portal.faults = dict.fromkeys(range(1, TRIES), fault)
    assert ask() is not None
    assert client.requests == TRIES
    portal.always = fault
    with pytest.raises(SyncFailed, match=reason) as failed:
        ask()
    assert failed.value.code == "K404"
    assert "after 4 of 4 tries" in str(failed.value)
    assert client.requests == 2 * TRIES


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (without("items"), "'items'"),
        (with_data(items={}), "'items'"),
        (without("total"), "'total'"),
        (with_data(total="3"), "'total'"),
        (with_data(total=True), "'total'"),
        (with_data(lastId={"a": 1}), "'lastId' is dict"),
        (with_data(lastId="a\nb"), "'lastId' is 'a"),
        (with_data(lastId="\ud800"), "'lastId' is"),
    ],
)
def test_a_list_with_a_key_missing_names_it(
    portal: FakePortal, client: PortalClient, fault: Fault, reason: str
) -> None:
    portal.always = fault
    with pytest.raises(SyncFailed, match=reason):
        client.page("COMMUNE", None)
    assert client.requests == TRIES


@pytest.mark.parametrize("status", [302, 400, 401, 404, 410])
def test_what_would_be_refused_again_is_not_asked_again(portal: FakePortal, client: PortalClient, status: int) -> None:
    portal.always = failing(status, Location="/elsewhere")
    with pytest.raises(Refused, match=f"HTTP {status}"):
        client.page("COMMUNE", None)
    assert client.requests == 1


@pytest.mark.parametrize("status", [404, 410])
def test_a_procedure_that_is_gone_is_none(portal: FakePortal, client: PortalClient, status: int) -> None:
    portal.always = failing(status)
    assert client.detail(identity(1)) is None
    assert client.requests == 1


def test_a_procedure_that_is_refused_is_not_gone(portal: FakePortal, client: PortalClient) -> None:
    portal.always = failing(400)
    with pytest.raises(Refused):
        client.detail(identity(1))


def test_a_silent_portal_is_not_waited_for(portal: FakePortal, settings: PortalSettings, time: FakeTime) -> None:
    portal.faults[1] = midway(portal.never)
    with PortalClient(replace(settings, read_timeout=0.3), pause=time.pause, clock=time.clock) as client:
        assert client.page("COMMUNE", None).total == 3
        assert client.requests == 2


def test_an_answer_that_comes_drop_by_drop_is_not_waited_for(
    portal: FakePortal, settings: PortalSettings, time: FakeTime
) -> None:
    portal.always = midway(lambda: time.pause(1000))
    with (
        PortalClient(replace(settings, tries=1), pause=time.pause, clock=time.clock) as client,
        pytest.raises(SyncFailed, match="takes more than 120 s"),
    ):
        client.page("COMMUNE", None)


@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_that_has_no_end_is_not_read(
    portal: FakePortal, client: PortalClient, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    monkeypatch.setattr(portal_client, "LARGEST_ANSWER", 10_000)
    body = b'{"code": "OK", "data": {"id": "' + b"a" * 20_000 + b'"}}'
    portal.always = saying(gzip.compress(body), Content_Encoding="gzip") if packed else saying(body)
    with pytest.raises(SyncFailed, match="an answer of more than"):
        client.detail(identity(1))


def test_a_portal_that_is_not_there(settings: PortalSettings, time: FakeTime) -> None:
    with running(FakePortal()) as gone:
        address = gone.url
    with (
        PortalClient(replace(settings, base=address), pause=time.pause, clock=time.clock) as client,
        pytest.raises(SyncFailed, match="ConnectError"),
    ):
        client.page("COMMUNE", None)
    assert client.requests == TRIES


def test_requests_that_are_repeated_keep_the_pace_too(
    portal: FakePortal, settings: PortalSettings, time: FakeTime
) -> None:
    portal.faults = dict.fromkeys(range(1, 20, 2), failing(500))
    hasty = replace(settings, first_wait=0)
    with PortalClient(hasty, pause=time.pause, clock=time.clock) as client:
        for _ in range(10):
            client.page("COMMUNE", None)
    assert len(portal.times) == 20
    assert all(third - first >= 1 for first, third in zip(portal.times, portal.times[2:], strict=False))


@pytest.mark.parametrize(
    "values",
    [
        {"base": ""},
        {"base": "dichvucong.example"},
        {"base": "ftp://portal.example"},
        {"base": "https://"},
        {"base": "https://portal.example:port"},
        {"per_second": 0},
        {"per_second": -1},
        {"per_second": 2.5},
        {"per_second": float("nan")},
        {"page": 0},
        {"page": 201},
        {"tries": 0},
    ],
)
def test_settings_that_make_no_sense_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(SyncFailed) as failed:
        PortalSettings(**{"base": "https://portal.example/api/v1", **values})
    assert "Give " in str(failed.value)
