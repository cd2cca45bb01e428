from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.channels.zalo_commands import app
from tests.bot.channels.zalo_world import KEY, World, agreed
from tests.doubles.zalo_oa import APP_ID, APP_SECRET, REDIRECT_URI, ZaloOaDouble, running_zalo_oa

RUNNER = CliRunner()


@pytest.fixture
def double() -> Iterator[ZaloOaDouble]:
    with running_zalo_oa() as running:
        yield running


@pytest.fixture
def world(double: ZaloOaDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """What the commands find in the environment is the same as the world's."""
    for name, value in {
        "ZALO_OA_APP_ID": APP_ID,
        "ZALO_OA_APP_SECRET": APP_SECRET,
        "ZALO_OA_REDIRECT_URI": REDIRECT_URI,
        "ZALO_OA_BASE_URL": double.url,
        "ZALO_OA_OAUTH_URL": double.url,
        "ZALO_OA_ANSWERS": str(tmp_path / "answers"),
        "GATEWAY_DATABASE": f"sqlite:///{tmp_path / 'gateway.sqlite'}",
        "VAULT_KEY": KEY,
    }.items():
        monkeypatch.setenv(f"MOTCUA_{name}", value)
    made = World(double, tmp_path)
    yield made
    asyncio.run(made.close())


def address_in(output: str) -> str:
    return next(line for line in output.splitlines() if line.startswith("http"))


def test_an_operator_authorises(world: World, double: ZaloOaDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator sees the address, agrees in a browser, and pastes where it was sent."""
    shown: list[str] = []
    monkeypatch.setattr("typer.echo", lambda text="", **_: shown.append(str(text)))
    monkeypatch.setattr("typer.prompt", lambda _: agreed(address_in("\n".join(shown))))
    done = RUNNER.invoke(app, ["authorise"])
    assert done.exit_code == 0, done.output
    assert world.tokens.current() == double.tokens.access
    told = "\n".join(shown)
    assert "pair 1" in told
    assert double.tokens.access not in told and double.tokens.refresh not in told


def test_a_wrong_code_is_one_line(world: World) -> None:
    done = RUNNER.invoke(app, ["authorise", "--code", "made-up"])
    assert done.exit_code == 1
    assert "Z104" in done.output and "Traceback" not in done.output


def test_what_is_missing_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOTCUA_ZALO_OA_REDIRECT_URI")
    done = RUNNER.invoke(app, ["authorise"])
    assert done.exit_code == 1
    assert "MOTCUA_ZALO_OA_REDIRECT_URI" in done.output


def state(*options: str) -> tuple[int, dict[str, object]]:
    done = RUNNER.invoke(app, ["status", "--json", *options])
    content: dict[str, object] = json.loads(done.stdout)
    return done.exit_code, content


def test_before_an_authorisation_the_status_says_so(world: World) -> None:
    code, found = state()
    assert (code, found["authorised"]) == (1, False)
    assert "Z101" in str(found["problem"])


def test_the_status_of_a_sound_pair(world: World, double: ZaloOaDouble) -> None:
    world.authorise()
    code, found = state()
    assert (code, found["pair"], found["problem"], found["failed_attempts"]) == (0, 1, "", 0)
    assert double.tokens.access not in str(found)


def test_what_may_be_sent_to_a_person(world: World, double: ZaloOaDouble) -> None:
    world.authorise()
    double.say("an", "a")
    code, found = state("--person", double.id_of("an"))
    assert code == 0
    assert found["quota"]["cs_reply"] == {"remain": "8", "total": "8"}  # type: ignore[index]


def test_a_person_whom_the_service_does_not_know_is_one_line(world: World) -> None:
    world.authorise()
    done = RUNNER.invoke(app, ["status", "--person", "1"])
    assert done.exit_code == 1 and "-217" in done.output and "Traceback" not in done.output


def test_the_status_of_a_cut_chain(world: World, double: ZaloOaDouble) -> None:
    world.authorise()
    double.authorised()
    used = world.tokens.current()
    with pytest.raises(Exception, match="Z102"):
        world.tokens.after(used)
    code, found = state()
    assert code == 1
    assert "Z102" in str(found["problem"]) and "zalo authorise" in str(found["problem"])


def test_the_status_as_a_table(world: World) -> None:
    world.authorise()
    kept = world.tokens.status()
    assert kept and kept.expires - kept.issued == timedelta(hours=25)
    done = RUNNER.invoke(app, ["status"])
    assert done.exit_code == 0
    assert "access until" in done.output
