"""The switch holds for all gateways, says why and where to go, and a database that is away switches nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bot.delivery.database import GatewayDatabase
from bot.pause import CACHED, DEFAULT_REASON, REASON, BadReason, Pause, Paused, shown
from deploy.readability import faults, load_rules
from knowledge.reply import Outcome
from storage.errors import DatabaseUnavailable
from tests.postgres import Postgres


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'gateway.sqlite'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    database = server.fresh_database()
    yield database
    server.drop(database)


@pytest.fixture
def open_gateway(url: str) -> Iterator[Callable[[], GatewayDatabase]]:
    """Opens the database as one more gateway does."""
    opened: list[GatewayDatabase] = []

    def one_more() -> GatewayDatabase:
        opened.append(GatewayDatabase(url))
        return opened[-1]

    yield one_more
    for database in opened:
        database.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_the_assistant_is_on_at_first(open_gateway: Callable[[], GatewayDatabase]) -> None:
    assert Pause(open_gateway()).now() is None


def test_another_gateway_hears_of_it_as_soon_as_it_asks_again(
    open_gateway: Callable[[], GatewayDatabase], clock: Clock
) -> None:
    here, there = Pause(open_gateway()), Pause(open_gateway(), clock=clock)
    assert there.now() is None
    here.begin("bảo trì đến 14 giờ")
    clock.seconds += CACHED / 2
    assert there.now() is None, "it does not ask the database for every message"
    clock.seconds += CACHED
    found = there.now()
    assert found is not None
    assert found.reason == "bảo trì đến 14 giờ"
    assert here.end()
    clock.seconds += CACHED
    assert there.now() is None


def test_who_switched_knows_it_at_once(open_gateway: Callable[[], GatewayDatabase], clock: Clock) -> None:
    switch = Pause(open_gateway(), clock=clock)
    assert switch.now() is None
    begun = switch.begin()
    assert switch.now() == begun
    assert begun.reason == DEFAULT_REASON
    assert switch.end()
    assert switch.now() is None


def test_it_says_since_when(open_gateway: Callable[[], GatewayDatabase]) -> None:
    before = datetime.now(UTC)
    Pause(open_gateway()).begin("lỗi tra cứu")
    found = Pause(open_gateway()).now()
    assert found is not None
    assert timedelta() <= found.since - before < timedelta(minutes=1)


def test_a_second_pause_changes_the_reason_only(open_gateway: Callable[[], GatewayDatabase]) -> None:
    switch = Pause(open_gateway())
    first, second = switch.begin("bảo trì"), switch.begin("mất điện")
    assert (second.reason, second.since) == ("mất điện", first.since)
    assert Pause(open_gateway()).current() == second


def test_resuming_what_is_on_is_no_error(open_gateway: Callable[[], GatewayDatabase]) -> None:
    assert Pause(open_gateway()).end() is False


def test_a_restart_does_not_switch_it_on(open_gateway: Callable[[], GatewayDatabase]) -> None:
    database = open_gateway()
    Pause(database).begin()
    database.close()
    assert Pause(open_gateway()).now() is not None


class Away(GatewayDatabase):
    """A database that can be cut off. It is the real one while it is there."""

    away = False

    def do(self, work):  # type: ignore[no-untyped-def]
        if self.away:
            raise DatabaseUnavailable("away")
        return super().do(work)


def test_while_the_database_is_away_the_last_known_holds(url: str, clock: Clock) -> None:
    database = Away(url)
    switch = Pause(database, clock=clock)
    switch.begin("bảo trì")
    database.away = True
    clock.seconds += 10 * CACHED
    assert switch.now() is not None
    database.away = False
    database.close()


def test_a_database_that_was_never_there_leaves_it_on(clock: Clock) -> None:
    switch = Pause(GatewayDatabase("sqlite:////proc/no/such/place.sqlite"), clock=clock)
    assert switch.now() is None
    with pytest.raises(DatabaseUnavailable):
        switch.begin()
    with pytest.raises(DatabaseUnavailable):
        switch.current()


@pytest.mark.parametrize("reason", ["", "  \n ", "...", "x" * (REASON + 1)])
def test_a_reason_that_cannot_be_shown_is_refused(reason: str, open_gateway: Callable[[], GatewayDatabase]) -> None:
    switch = Pause(open_gateway())
    with pytest.raises(BadReason):
        switch.begin(reason)
    assert switch.now() is None


def test_the_longest_reason_is_kept_whole(open_gateway: Callable[[], GatewayDatabase]) -> None:
    longest = "ệ" * REASON
    Pause(open_gateway()).begin(longest)
    found = Pause(open_gateway()).now()
    assert found is not None
    assert found.reason == longest


def test_a_reason_stands_in_one_line_without_a_full_stop() -> None:
    assert shown(" ba\u0309o  trì\nđến 14 giờ. ") == "bảo trì đến 14 giờ"


def test_citizens_read_why_and_where_to_go_in_plain_words() -> None:
    paused = Paused(datetime.now(UTC), "bảo trì đến 14 giờ")
    reply = paused.reply()
    assert reply.text == paused.sentence
    assert reply.outcome is Outcome.TROUBLE
    assert "bảo trì đến 14 giờ" in reply.text
    assert "Trung tâm Phục vụ hành chính công" in reply.text
    assert "https://dichvucong.gov.vn" in reply.text
    assert list(faults(reply.text, load_rules())) == []


def test_the_table_is_as_the_steps_make_it(url: str) -> None:
    """Also that a row more than the one cannot be there."""
    database = GatewayDatabase(url)
    columns = {column["name"] for column in _inspect(database).get_columns("pause")}
    assert columns == {"id", "since", "reason"}
    assert _inspect(database).get_pk_constraint("pause")["constrained_columns"] == ["id"]
    assert make_url(url).database
    database.close()


def _inspect(database: GatewayDatabase):  # type: ignore[no-untyped-def]
    from sqlalchemy import inspect

    return inspect(database.engine())
