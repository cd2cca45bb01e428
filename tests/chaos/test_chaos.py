"""A short chaos: each process is killed at least once while citizens ask on all channels. The whole: docs/chaos.md."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.chaos.chaos import CHANNELS, Plan, failures, run
from tests.chaos.killing import SHORT_DECK
from tests.chaos.report import table
from tests.chaos.world import World, chaos_world
from tests.postgres import Postgres
from tests.redis_server import shared_redis

ASKED_FOR = "CHAOS"
pytestmark = [
    pytest.mark.house,
    pytest.mark.xdist_group("chaos"),
    pytest.mark.skipif(ASKED_FOR not in os.environ, reason=f"takes minutes on a machine of its own: set {ASKED_FOR}=1"),
]

SHORT = Plan(citizens=30, messages=210, every=1.0, pause=5.0, deck=SHORT_DECK)


@pytest.fixture
def world(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("chaos")
    with shared_redis(folder) as redis, chaos_world(folder / "house", postgres, redis, SHORT.seed) as made:
        yield made


def test_every_message_gets_one_reply_in_order(world: World) -> None:
    report = run(world, SHORT)
    assert failures(report) == [], table(report)
    assert {name: numbers["messages"] for name, numbers in report["channels"].items()} == dict.fromkeys(CHANNELS, 42)
    assert report["kills"].keys() == {"gateway", "gateway-2", "rasa", "actions"}
    assert all(report["faults"].values()), "no service ever failed"
