"""The commands of `python -m bot`."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from bot import __main__ as commands
from bot import client
from tests.bot.double import CLOSED_URL, gateway_answer

CASES = [
    {"id": "right", "turns": ["khai sinh"], "codes": ["1.001193"], "tags": ["dialect"]},
    {"id": "wrong", "turns": ["tạm trú"], "codes": ["1.004194"]},
]


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Runs a command; its exit status."""
    monkeypatch.setattr("sys.argv", ["bot", *words])
    monkeypatch.setenv("COLUMNS", "120")
    with pytest.raises(SystemExit) as caught:
        commands.main()
    return int(str(caught.value.code or 0))


@pytest.fixture
def question_set(tmp_path: Path) -> Path:
    path = tmp_path / "set.jsonl"
    path.write_text("".join(json.dumps(case) + "\n" for case in CASES), encoding="utf-8")
    return path


@pytest.fixture
def assistant(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = httpx.MockTransport(lambda request: gateway_answer())
    monkeypatch.setattr(client, "connect", lambda url: httpx.Client(base_url=url, transport=transport))


@pytest.mark.usefixtures("assistant")
def test_evaluate_prints_figures(
    monkeypatch: pytest.MonkeyPatch, question_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.jsonl"
    assert run(monkeypatch, "evaluate", str(question_set), "--json", "--out", str(out)) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["name"], row["right"], row["share"]) for row in rows[:2]] == [
        ("all", {"part": 1, "whole": 2}, 0.5),
        ("= answer", {"part": 1, "whole": 2}, 0.5),
    ]
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [(line["id"], line["right"]) for line in lines] == [("right", True), ("wrong", False)]


@pytest.mark.usefixtures("assistant")
def test_evaluate_prints_a_table(
    monkeypatch: pytest.MonkeyPatch, question_set: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "evaluate", str(question_set)) == 0
    shown = capsys.readouterr().out
    assert "dialect" in shown
    assert "0.500" in shown


def test_nobody_there_is_one_line(
    monkeypatch: pytest.MonkeyPatch, question_set: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "evaluate", str(question_set), "--url", CLOSED_URL, "--json") == 1
    said = capsys.readouterr().err
    assert "cannot be reached" in said
    assert "make run" in said
    assert "Traceback" not in said


def test_a_bad_set_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"id": "a"}\n')
    assert run(monkeypatch, "evaluate", str(path)) == 1
    assert "K401" in capsys.readouterr().err


def test_help_names_every_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "--help") == 0
    shown = capsys.readouterr().out
    assert [name for name in ("serve", "chat", "evaluate") if name not in shown] == []
