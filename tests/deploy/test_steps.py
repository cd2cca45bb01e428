"""Stamps: nothing is made twice, and what changed is made again."""

from __future__ import annotations

import io
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.house.errors import HouseError, Stopped
from deploy.house.processes import Stop, Tool
from deploy.house.screen import Screen
from deploy.house.settings import House
from deploy.house.steps import Files, State, Step, alone, bring_up, stamp_of, state


@pytest.fixture
def house(tmp_path: Path) -> House:
    (tmp_path / "in.txt").write_text("one")
    return House(tmp_path, dict(os.environ))


@pytest.fixture
def step(house: House) -> Step:
    """Copies in.txt to out.txt."""

    def work(tool: Tool) -> None:
        tool.run(["cp", "in.txt", "out.txt"], limit=10)

    return Step(
        name="copy",
        title="Copy",
        work=work,
        outputs=(house.root / "out.txt",),
        inputs=(Files(house.root, ("in.txt",)),),
    )


def make(house: House, *steps: Step) -> str:
    out = io.StringIO()
    bring_up(house, steps, Screen(out), Stop())
    return out.getvalue()


def test_made_once(house: House, step: Step) -> None:
    assert state(house, step) is State.MISSING
    assert "[1/1] Copy ... done in" in make(house, step)
    assert state(house, step) is State.UP_TO_DATE
    assert make(house, step) == "[1/1] Copy ... up to date\n"


def test_made_again_when_an_input_changes(house: House, step: Step) -> None:
    make(house, step)
    (house.root / "in.txt").write_text("two")
    assert state(house, step) is State.STALE
    make(house, step)
    assert (house.root / "out.txt").read_text() == "two"


def test_made_again_when_the_output_is_gone(house: House, step: Step) -> None:
    make(house, step)
    (house.root / "out.txt").unlink()
    assert state(house, step) is State.MISSING
    make(house, step)
    assert (house.root / "out.txt").exists()


def test_made_again_when_a_text_changes(house: House, step: Step) -> None:
    make(house, step)
    assert state(house, replace(step, texts=("3.12",))) is State.STALE


def test_stale_when_what_it_is_made_from_is(house: House, step: Step) -> None:
    after = Step(name="after", title="After", work=lambda tool: None, after=(step,))
    make(house, step, after)
    assert state(house, after) is State.UP_TO_DATE
    (house.root / "in.txt").write_text("two")
    assert state(house, after) is State.STALE


def test_no_stamp_after_a_failure(house: House, step: Step) -> None:
    make(house, step)
    (house.root / "in.txt").unlink()
    with pytest.raises(HouseError, match=r"motcua: Copy: `cp in.txt out.txt ...` ended with exit code 1 - see "):
        make(house, step)
    assert not stamp_of(house, step).exists()


def test_a_tool_that_says_done_but_made_nothing(house: House, step: Step) -> None:
    with pytest.raises(HouseError, match="is not there"):
        make(house, replace(step, work=lambda tool: None))
    assert not stamp_of(house, step).exists()


def test_a_change_during_the_work_is_not_missed(house: House, step: Step) -> None:
    def work(tool: Tool) -> None:
        step.work(tool)
        (house.root / "in.txt").write_text("two")

    make(house, replace(step, work=work))
    assert state(house, step) is State.STALE


def test_a_step_that_is_not_needed(house: House, step: Step) -> None:
    assert make(house, replace(step, instead="set elsewhere")) == "[1/1] Copy ... set elsewhere\n"
    assert not (house.root / "out.txt").exists()


def test_why_nothing_was_made_is_shown_and_not_stamped(house: House, step: Step) -> None:
    assert "[1/1] Copy ... install it" in make(house, replace(step, work=lambda tool: "install it"))
    assert not stamp_of(house, step).exists()


def test_files_are_found_by_pattern(house: House) -> None:
    for name in ("data/a.yml", "data/nlu/b.yml", "data/deep/er/c.yml", "data/__pycache__/d.yml", "data/e.txt"):
        path = house.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    files = Files(house.root / "data", ("**/*.yml",), without=("nlu",))
    assert [path.name for path in files.listed()] == ["a.yml", "c.yml"]


def test_a_moved_file_changes_the_digest(house: House, step: Step) -> None:
    two = replace(step, inputs=(Files(house.root, ("*.txt",)),))
    before = two.digest()
    (house.root / "in.txt").rename(house.root / "on.txt")
    assert two.digest() != before


def test_two_launchers_take_turns(house: House) -> None:
    out = io.StringIO()
    done = threading.Event()

    def second() -> None:
        with alone(house, Screen(out), Stop()):
            done.set()

    with alone(house, Screen(io.StringIO()), Stop()):
        thread = threading.Thread(target=second, daemon=True)
        thread.start()
        assert not done.wait(0.2)
    assert done.wait(10)
    assert "waiting for another launcher" in out.getvalue()


def test_waiting_for_another_launcher_can_be_stopped(house: House) -> None:
    stop = Stop()
    stop.asked = True
    with (
        alone(house, Screen(io.StringIO()), Stop()),
        pytest.raises(Stopped),
        alone(house, Screen(io.StringIO()), stop),
    ):
        pass
