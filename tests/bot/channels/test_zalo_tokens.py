from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from bot.channels.zalo_errors import (
    ZaloAuthAway,
    ZaloBadRedirect,
    ZaloCodeRefused,
    ZaloJournalUnwritable,
    ZaloNotAuthorised,
    ZaloRefreshRefused,
)
from bot.channels.zalo_tokens import ELSEWHERE, ZaloTokens
from knowledge.settings import ROOT
from storage.errors import DatabaseUnavailable, VaultLocked
from storage.vault import Vault
from tests.bot.channels.zalo_world import KEY, World, agreed
from tests.doubles.zalo_oa import ZaloOaDouble, running_zalo_oa
from tests.postgres import Postgres

SCRIPT = "tests.bot.channels.zalo_renewing"
LIMIT = 120  # seconds for a process to end


@pytest.fixture
def double() -> Iterator[ZaloOaDouble]:
    with running_zalo_oa() as running:
        yield running


@pytest.fixture
def world(double: ZaloOaDouble, tmp_path: Path) -> Iterator[World]:
    made = World(double, tmp_path)
    yield made
    asyncio.run(made.close())


@pytest.fixture
def authorised(world: World) -> World:
    world.authorise()
    return world


def generation(world: World) -> int:
    kept = world.tokens.status()
    assert kept
    return kept.generation


def answers(world: World) -> list[str]:
    folder = world.settings.answers
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


# ---- the first authorisation


def test_before_the_first_authorisation_there_is_no_token(world: World) -> None:
    with pytest.raises(ZaloNotAuthorised, match=r"Z101.*zalo authorise"):
        world.tokens.current()
    assert world.tokens.status() is None


def test_an_operator_authorises_with_the_whole_address(world: World, double: ZaloOaDouble) -> None:
    request = world.tokens.begin()
    kept = world.tokens.authorise(request, f"  {agreed(request.url)}\n")
    assert kept.access == double.tokens.access == world.tokens.current()
    assert kept.generation == 1
    assert abs((kept.expires - kept.issued) - timedelta(hours=25)) < timedelta(seconds=1)
    assert abs((kept.refresh_expires - kept.issued) - timedelta(days=90)) < timedelta(seconds=1)


def test_or_with_the_code_alone(world: World, double: ZaloOaDouble) -> None:
    request = world.tokens.begin()
    code = httpx.URL(agreed(request.url)).params["code"]
    assert world.tokens.authorise(request, code).access == double.tokens.access


def test_a_code_works_once(world: World) -> None:
    request = world.tokens.begin()
    pasted = agreed(request.url)
    world.tokens.authorise(request, pasted)
    with pytest.raises(ZaloCodeRefused, match="Z104"):
        world.tokens.authorise(request, pasted)


def test_an_answer_to_another_authorisation_is_refused(world: World) -> None:
    request, other = world.tokens.begin(), world.tokens.begin()
    with pytest.raises(ZaloBadRedirect, match="Z105"):
        world.tokens.authorise(request, agreed(other.url))


@pytest.mark.parametrize("pasted", ["", " ", "https://motcua.example/zalo", "https://motcua.example/zalo?error=1"])
def test_an_address_without_a_code_is_refused(world: World, pasted: str) -> None:
    with pytest.raises((ZaloBadRedirect, ZaloCodeRefused)):
        world.tokens.authorise(world.tokens.begin(), pasted)


def test_tokens_are_sealed_in_the_database(authorised: World, double: ZaloOaDouble) -> None:
    content = b"".join(path.read_bytes() for path in authorised.folder.glob("gateway.sqlite*"))
    assert double.tokens.access.encode() not in content
    assert double.tokens.refresh.encode() not in content


def test_with_another_key_they_cannot_be_opened(authorised: World) -> None:
    from cryptography.fernet import Fernet

    other = ZaloTokens(authorised.settings, authorised.database, Vault([Fernet.generate_key().decode()]))
    with pytest.raises(VaultLocked):
        other.current()


# ---- renewing in time


async def test_a_fresh_token_is_given_without_asking_anybody(authorised: World, double: ZaloOaDouble) -> None:
    first = await authorised.tokens.access()
    authorised.pass_time(hours=19, minutes=59)
    assert await authorised.tokens.access() == first
    assert double.tokens.renewals == 0


async def test_after_twenty_of_twenty_five_hours_it_is_renewed(authorised: World, double: ZaloOaDouble) -> None:
    first = await authorised.tokens.access()
    authorised.pass_time(hours=20, minutes=1)
    second = await authorised.tokens.access()
    assert second != first
    assert second == double.tokens.access
    assert generation(authorised) == 2
    assert answers(authorised) == []


async def test_a_token_that_has_ended_is_renewed(authorised: World, double: ZaloOaDouble) -> None:
    authorised.pass_time(days=30)
    assert await authorised.tokens.access() == double.tokens.access
    assert double.tokens.renewals == 1


async def test_many_who_ask_at_once_cause_one_renewal(authorised: World, double: ZaloOaDouble) -> None:
    authorised.pass_time(hours=26)
    given = await asyncio.gather(*(authorised.tokens.access() for _ in range(20)))
    assert set(given) == {double.tokens.access}
    assert double.tokens.renewals == 1


async def test_what_was_refused_is_renewed_once_whoever_asks(authorised: World, double: ZaloOaDouble) -> None:
    used = await authorised.tokens.access()
    others = authorised.more_tokens()
    given = await asyncio.gather(authorised.tokens.renewed(used), others.renewed(used), others.renewed(used))
    assert set(given) == {double.tokens.access}
    assert (double.tokens.renewals, double.tokens.refused) == (1, 0)


async def test_each_pair_is_spent_once_over_many_renewals(authorised: World, double: ZaloOaDouble) -> None:
    for _ in range(5):
        authorised.pass_time(hours=21)
        await authorised.tokens.access()
    assert (double.tokens.renewals, double.tokens.dead, generation(authorised)) == (5, False, 6)


# ---- when the token service fails


def failing(world: World, error: Exception) -> ZaloTokens:
    """Tokens whose way to the token service is broken."""

    def handle(_: httpx.Request) -> httpx.Response:
        raise error

    return ZaloTokens(
        world.settings, world.database, Vault([KEY]), now=world.clock, transport=httpx.MockTransport(handle)
    )


async def test_while_the_service_is_away_a_token_that_still_works_is_used(authorised: World) -> None:
    first = authorised.tokens.current()
    authorised.pass_time(hours=21)
    assert await failing(authorised, httpx.ConnectError("x")).access() == first
    assert generation(authorised) == 1


async def test_one_that_has_ended_is_not(authorised: World, double: ZaloOaDouble) -> None:
    authorised.pass_time(hours=26)
    broken = failing(authorised, httpx.ConnectError("to https://secret"))
    with pytest.raises(ZaloAuthAway, match="Z103") as raised:
        await broken.access()
    assert "secret" not in str(raised.value)
    assert raised.value.__cause__ is None
    authorised.pass_time(seconds=3)
    assert await authorised.tokens.access() == double.tokens.access


async def test_after_a_failure_the_service_is_left_alone_for_a_while(authorised: World, double: ZaloOaDouble) -> None:
    authorised.pass_time(hours=26)
    with pytest.raises(ZaloAuthAway):
        await failing(authorised, httpx.ConnectError("x")).access()
    with pytest.raises(ZaloAuthAway):
        await authorised.tokens.access()
    assert double.tokens.renewals == 0
    authorised.pass_time(seconds=3)
    assert await authorised.tokens.access() == double.tokens.access


@pytest.mark.parametrize("fault", ["broken", "too_many"])
async def test_an_unclear_answer_spends_nothing(authorised: World, double: ZaloOaDouble, fault: str) -> None:
    authorised.pass_time(hours=26)
    setattr(double.oauth_faults, fault, 1.0)
    with pytest.raises(ZaloAuthAway):
        await authorised.tokens.access()
    double.oauth_faults.end()
    authorised.pass_time(minutes=10)
    assert await authorised.tokens.access() == double.tokens.access
    assert answers(authorised) == []


async def test_an_answer_lost_on_its_way_needs_an_operator_and_says_so(authorised: World, double: ZaloOaDouble) -> None:
    authorised.pass_time(hours=26)
    double.oauth_faults.lost_answer = 1.0
    with pytest.raises(ZaloAuthAway):
        await authorised.tokens.access()
    double.oauth_faults.end()
    authorised.pass_time(minutes=10)
    with capture_logs() as logs, pytest.raises(ZaloRefreshRefused, match=r"Z102.*zalo authorise"):
        await authorised.tokens.access()
    assert [(line["event"], line["code"]) for line in logs if line["log_level"] == "error"] == [
        ("zalo_refresh_refused", "Z102")
    ]
    kept = authorised.tokens.status()
    assert kept and kept.refused == "-1"
    authorised.authorise()
    assert await authorised.tokens.access() == double.tokens.access
    kept = authorised.tokens.status()
    assert kept and kept.refused is None


async def test_a_refusal_is_not_asked_for_again_and_again(authorised: World, double: ZaloOaDouble) -> None:
    double.authorised()  # by somebody else: our chain is cut
    authorised.pass_time(hours=26)
    for _ in range(3):
        with pytest.raises(ZaloRefreshRefused):
            await authorised.tokens.access()
    assert double.tokens.refused == 1
    authorised.pass_time(minutes=11)
    with pytest.raises(ZaloRefreshRefused):
        await authorised.tokens.access()
    assert double.tokens.refused == 2


async def test_where_no_answer_could_be_kept_no_token_is_spent(authorised: World, double: ZaloOaDouble) -> None:
    authorised.pass_time(hours=26)
    authorised.settings.answers.parent.mkdir(exist_ok=True)
    authorised.settings.answers.touch()
    with pytest.raises(ZaloJournalUnwritable, match="Z106"):
        await authorised.tokens.access()
    assert double.tokens.renewals == 0
    authorised.settings.answers.unlink()
    assert await authorised.tokens.access() == double.tokens.access


async def test_a_database_that_goes_away_after_the_answer_loses_nothing(
    authorised: World, double: ZaloOaDouble, tmp_path: Path
) -> None:
    authorised.pass_time(hours=26)
    database = tmp_path / "gateway.sqlite"

    def go_away() -> None:
        authorised.database.close()
        for path in tmp_path.glob("gateway.sqlite*"):
            path.rename(path.with_name(f"held{path.name}"))
        database.mkdir()

    def come_back() -> None:
        database.rmdir()
        for path in tmp_path.glob("held*"):
            path.rename(path.with_name(path.name.removeprefix("held")))

    double.after_renewal = go_away
    with pytest.raises(DatabaseUnavailable):
        await authorised.tokens.access()
    double.after_renewal = lambda: None
    assert len(answers(authorised)) == 1
    come_back()
    assert await authorised.tokens.access() == double.tokens.access
    assert (double.tokens.renewals, double.tokens.refused, answers(authorised)) == (1, 0, [])


async def test_who_authorises_while_a_renewal_is_under_way_wins(authorised: World, double: ZaloOaDouble) -> None:
    authorised.pass_time(hours=26)
    double.after_renewal = authorised.authorise
    given = await authorised.tokens.access()
    assert given == double.tokens.access
    assert generation(authorised) == 2


async def test_a_cancelled_wait_does_not_lose_the_pair(authorised: World, double: ZaloOaDouble) -> None:
    authorised.pass_time(hours=26)
    asked, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        asked.set()
        go_on.wait(10)

    double.after_renewal = hold
    waiting = asyncio.create_task(authorised.tokens.access())
    await asyncio.to_thread(asked.wait, 10)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    go_on.set()
    double.after_renewal = lambda: None
    assert await authorised.tokens.access() == double.tokens.access
    assert (double.tokens.renewals, double.tokens.refused) == (1, 0)


# ---- several machines


async def test_what_another_machine_spends_is_left_to_it_for_a_while(
    authorised: World, double: ZaloOaDouble, tmp_path: Path
) -> None:
    """The other one died before it asked, and its folder is not ours."""
    other = World(double, tmp_path, answers=tmp_path / "elsewhere")
    other.clock = authorised.clock
    kept = authorised.tokens.status()
    assert kept
    with other.tokens._journal.place() as slot:
        assert other.tokens._took_lease(kept, slot)
    authorised.pass_time(hours=26)
    assert authorised.clock() > other.tokens.status().leased + ELSEWHERE  # type: ignore[union-attr,operator]
    assert await authorised.tokens.access() == double.tokens.access
    await other.close()


async def test_until_then_nobody_here_spends_it(authorised: World, double: ZaloOaDouble, tmp_path: Path) -> None:
    authorised.pass_time(hours=26)
    other = World(double, tmp_path, answers=tmp_path / "elsewhere")
    other.clock = authorised.clock
    other.tokens = other.more_tokens()
    kept = authorised.tokens.status()
    assert kept
    with other.tokens._journal.place() as slot:
        assert other.tokens._took_lease(kept, slot)
    authorised.pass_time(minutes=5)
    with pytest.raises(ZaloAuthAway):
        await authorised.tokens.access()
    assert double.tokens.renewals == 0
    assert await other.tokens.access() == double.tokens.access  # it came back and knows that nothing was asked
    assert await authorised.tokens.access() == double.tokens.access
    await other.close()


def test_of_two_who_saw_it_free_one_gets_it(authorised: World) -> None:
    kept = authorised.tokens.status()
    assert kept and kept.lease is None
    other = authorised.more_tokens()
    with authorised.tokens._journal.place() as first, other._journal.place() as second:
        assert [authorised.tokens._took_lease(kept, first), other._took_lease(kept, second)] == [True, False]


# ---- processes that race and die


@contextmanager
def process(world: World, url: str) -> Iterator[subprocess.Popen[str]]:
    """One that says "ready", and will renew what is kept now as soon as it gets a line."""
    command = [sys.executable, "-m", SCRIPT, "once", url, KEY, world.double.url, str(world.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        try:
            yield running
        finally:
            running.kill()


def begin(running: subprocess.Popen[str]) -> None:
    assert running.stdin and running.stdout
    assert running.stdout.readline() == "ready\n"
    running.stdin.write("\n")
    running.stdin.flush()


def told(running: subprocess.Popen[str]) -> dict[str, Any]:
    out, _ = running.communicate(timeout=LIMIT)
    # what structlog prints unless it is told otherwise stands before
    content: dict[str, Any] = json.loads(out.strip().split("\n")[-1])
    return content


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'gateway.sqlite'}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    url = postgres.fresh_database()
    yield url
    postgres.drop(url)


def test_three_processes_at_once_spend_the_token_once(double: ZaloOaDouble, tmp_path: Path, database_url: str) -> None:
    world = World(double, tmp_path, database_url)
    world.authorise()
    asked, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        asked.set()
        go_on.wait(LIMIT)

    double.before_renewal = hold
    with ExitStack() as running:
        first, *others = [running.enter_context(process(world, database_url)) for _ in range(3)]
        begin(first)
        assert asked.wait(LIMIT)
        for other in others:
            begin(other)
        go_on.set()
        given = [told(one) for one in (first, *others)]
    assert given == [{"token": double.tokens.access}] * 3
    assert (double.tokens.renewals, double.tokens.refused, generation(world)) == (1, 0, 2)
    asyncio.run(world.close())


def test_a_process_killed_while_the_answer_is_on_its_way_is_found_out_at_once(
    authorised: World, double: ZaloOaDouble, tmp_path: Path
) -> None:
    """The one case in which a pair is lost: the service has given it, and nobody has it."""
    spent, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        spent.set()
        go_on.wait(LIMIT)

    double.after_renewal = hold
    with process(authorised, f"sqlite:///{tmp_path / 'gateway.sqlite'}") as running:
        begin(running)
        assert spent.wait(LIMIT)
        running.kill()
        running.wait(LIMIT)
    go_on.set()
    double.after_renewal = lambda: None
    kept = authorised.tokens.status()
    assert kept and kept.lease
    with pytest.raises(ZaloRefreshRefused):
        authorised.tokens.after(kept.access)
    authorised.authorise()
    assert authorised.tokens.current() == double.tokens.access


def test_killed_at_every_step_a_pair_is_lost_only_between_the_service_and_the_disk(
    double: ZaloOaDouble, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'gateway.sqlite'}"
    done = subprocess.run(
        [sys.executable, "-m", SCRIPT, "every-step", url, KEY, double.url, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"step"')]
    steps = [row["step"] for row in rows]
    assert not rows[-1]["killed"] and all(row["killed"] for row in rows[:-1])
    assert {"ask", "answered", "pwrite", "fsync", "commit", "rename", "unlink", "statement"} <= set(steps)
    answered = steps.index("answered")
    kept = answered + 1 + steps[answered + 1 :].index("ftruncate")  # the bytes are written by then
    assert steps[answered + 1 : kept] == ["pwrite"]
    for number, row in enumerate(rows):
        lost = answered <= number < kept
        assert (row["code"], row["works"]) == (("Z102", False) if lost else (None, True)), row
        assert row["again"] is (True if lost else None)
        assert row["left"] == []
