"""The plan: what is made in which order, and what a change makes stale."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from deploy.house.plan import plan
from deploy.house.processes import Stop
from deploy.house.screen import Screen
from deploy.house.steps import State, bring_up, state
from tests.deploy.fake_house import FakeHouse


def make(fake: FakeHouse) -> list[str]:
    bring_up(fake.house, plan(fake.house, with_tests=True), Screen(io.StringIO()), Stop())
    return fake.calls()


def stale(fake: FakeHouse) -> set[str]:
    steps = plan(fake.house, with_tests=True)
    return {step.name for step in steps if not step.instead and state(fake.house, step) is not State.UP_TO_DATE}


@pytest.fixture
def made(fake: FakeHouse) -> FakeHouse:
    for name in ("chromium", "chromedriver", "postgres", "redis-server"):
        fake.write(f"bin/{name}", "", 0o755)
    fake.environ["PATH"] += f":{fake.root / 'bin'}"
    make(fake)
    return fake


def test_everything_in_order(fake: FakeHouse) -> None:
    titles = [step.title for step in plan(fake.house, with_tests=True)]
    assert titles[:6] == ["App environment", "Tests' tools", "Browser", "PostgreSQL", "Redis", "Rasa environment"]
    assert titles[6:] == ["Encoder", "Index", "Rasa model"]


def test_nothing_to_do_the_second_time(made: FakeHouse) -> None:
    assert stale(made) == set()
    assert make(made) == []


def test_rasa_is_trained_on_the_files_there_are(made: FakeHouse) -> None:
    (made.root / "models" / "motcua.tar.gz").unlink()
    assert make(made) == [
        "rasa train --config config.yml --domain domain.yml --data data/nlu data/rules data/stories"
        " --out models --fixed-model-name motcua"
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("requirements/app.txt", {"app-environment", "tests-tools"}),
        ("requirements/dev.txt", {"tests-tools"}),
        ("requirements/rasa.txt", {"rasa-environment", "rasa-model"}),
        ("data/catalogue/1.yml", {"encoder", "index"}),
        ("data/catalogue/new.yml", {"encoder", "index"}),
        ("data/english/1.yml", {"encoder", "index"}),
        ("data/phrasings/1.yml", {"encoder", "index", "rasa-model"}),
        ("data/language/dialect.yml", {"encoder", "index", "rasa-model"}),
        ("data/nlu/ask.yml", {"rasa-model"}),
        ("data/rules/new.yml", {"rasa-model"}),
        ("config.yml", {"rasa-model"}),
        ("domain.yml", {"rasa-model"}),
        ("understanding/reading.py", {"rasa-model"}),
        ("knowledge/normalise.py", {"encoder", "index", "rasa-model"}),
        ("knowledge/search.py", {"index"}),
        ("README.md", set()),
    ],
)
def test_a_change_makes_stale_only_what_depends_on_it(made: FakeHouse, name: str, expected: set[str]) -> None:
    made.write(name, "changed")
    assert stale(made) == expected


def test_another_python_makes_the_app_environment_stale(made: FakeHouse) -> None:
    made.write(".venv/pyvenv.cfg", "version = 3.12.1\n")
    assert stale(made) == {"app-environment", "tests-tools"}


def test_an_encoder_of_ones_own(made: FakeHouse) -> None:
    made.environ["MOTCUA_ENCODER"] = "some/model"
    assert stale(made) == {"index"}
    assert make(made) == ["python -m knowledge build"]


def test_data_and_snapshots_elsewhere(made: FakeHouse, tmp_path: Path) -> None:
    made.write(".env", f"MOTCUA_SNAPSHOTS={tmp_path / 'snapshots'}\n")
    steps = {step.name: step for step in plan(made.house)}
    assert steps["index"].outputs == (tmp_path / "snapshots" / "current",)
