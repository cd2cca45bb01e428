"""`python -m actions desk …` and `review …`, as a person meets them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from rich.console import Console
from typer.testing import CliRunner

from actions.__main__ import app
from actions.desk import commands, review_commands
from actions.desk.desk import Desk
from actions.desk.entries import Reason, ReviewStatus, Status, Why
from knowledge.settings import ROOT, settings

Run = Callable[..., Result]


@pytest.fixture
def run(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Run]:
    """Runs a command at this test's desk, over a folder of data of its own."""
    (tmp_path / "data" / "phrasings").mkdir(parents=True)
    shutil.copy(ROOT / "data" / "phrasings" / "1.001193.yml", tmp_path / "data" / "phrasings")
    monkeypatch.setenv("MOTCUA_DATA", str(tmp_path / "data"))
    settings.cache_clear()
    for module in (commands, review_commands):
        monkeypatch.setattr(module, "desk", lambda: desk)
        monkeypatch.setattr(module, "screen", Console(width=200))
    monkeypatch.setattr(commands, "errors", Console(stderr=True, width=200))

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, words)

    yield run
    settings.cache_clear()


def test_what_waits_is_listed(run: Run, desk: Desk) -> None:
    handed = desk.hand_over("a", Reason.ASKED, procedure="1.001193", contact="0912345678")
    gone = desk.hand_over("b", Reason.ASKED).number
    desk.withdraw("b")
    listed = run("desk", "list")
    assert listed.exit_code == 0
    assert handed.number in listed.output
    assert "23/11/2026 09:00" in listed.output
    assert "0912345678" not in listed.output
    assert gone not in listed.output
    assert gone in run("desk", "list", "--status", "all").output
    assert [one["number"] for one in json.loads(run("desk", "list", "--json").output)] == [handed.number]
    assert run("desk", "list", "--status", "lost").exit_code == 2


def test_the_contact_is_shown_only_when_asked_for(run: Run, desk: Desk) -> None:
    number = desk.hand_over("a", Reason.ASKED, turns=["[bold]một[/bold]"], contact="0912345678").number
    shown = run("desk", "show", number)
    assert "[bold]một[/bold]" in shown.output
    assert "0912345678" not in shown.output
    assert "0912345678" in run("desk", "show", number.lower(), "--contact").output
    assert "0912345678" not in run("desk", "show", number, "--json").output
    assert json.loads(run("desk", "show", number, "--json", "--contact").output)["contact"] == "0912345678"


def test_no_text_of_a_citizen_steers_the_terminal(run: Run, desk: Desk) -> None:
    number = desk.hand_over("a", Reason.ASKED, turns=["một\x1b[2Jhai"], contact="\x1b]0;x\x07").number
    assert "\x1b" not in run("desk", "show", number, "--contact").output


def test_taking_and_closing(run: Run, desk: Desk) -> None:
    number = desk.hand_over("a", Reason.ASKED).number
    assert run("desk", "take", number, "--who", "Chị Lan").exit_code == 0
    other = run("desk", "take", number, "--who", "Anh Tú")
    assert (other.exit_code, "[D202]" in other.output) == (1, True)
    assert run("desk", "take", number, "--who", " ").exit_code == 2
    assert run("desk", "close", number, "--note", "đã gọi").exit_code == 0
    assert desk.find(number).status is Status.DONE
    unknown = run("desk", "show", "HG-222222")
    assert (unknown.exit_code, "[D201]" in unknown.output) == (1, True)


def test_counting_and_forgetting(run: Run, desk: Desk) -> None:
    desk.hand_over("a", Reason.ASKED)
    desk.note_helpful("a", None, False, "too_long")
    desk.note_survey("overall", 5)
    counted = run("desk", "counts").output
    assert "too_long" in counted
    assert "overall = 5" in counted
    assert json.loads(run("desk", "counts", "--json").output)["hand_overs"] == {"waiting": 1}
    assert "Deleted: 0 hand-overs" in run("desk", "forget").output
    assert run("desk", "forget", "--days", "-1").exit_code == 2
    desk.forget(0)


@pytest.fixture
def entry(desk: Desk) -> str:
    """The id of a sentence on the review list."""
    noted = desk.note_review("cháu nhà tui mới đẻ bựa qua, mần giấy chi", "out_of_scope", Why.UNANSWERED)
    assert noted is not None
    return str(noted.id)


def test_the_review_list(run: Run, desk: Desk, entry: str) -> None:
    listed = run("review", "list").output
    assert "mần giấy chi" in listed
    assert json.loads(run("review", "list", "--json").output)[0]["why"] == "unanswered"
    assert "out_of_scope" in run("review", "show", entry).output
    assert json.loads(run("review", "show", entry, "--json").output)["seen"] == 1
    assert run("review", "drop", entry).exit_code == 0
    assert desk.review_list() == []
    assert run("review", "drop", "99").exit_code == 1


def test_a_phrasing_is_added_and_the_entry_done(run: Run, desk: Desk, entry: str, tmp_path: Path) -> None:
    path = tmp_path / "data" / "phrasings" / "1.001193.yml"
    assert run("review", "phrasing", entry, "9.999999").exit_code == 1
    assert [one.status for one in desk.review_list()] == [ReviewStatus.NEW]
    assert run("review", "phrasing", entry, "1.001193").exit_code == 0
    assert path.read_text(encoding="utf-8").endswith("  - cháu nhà tui mới đẻ bựa qua, mần giấy chi\n")
    assert [one.status for one in desk.review_list(*ReviewStatus)] == [ReviewStatus.DONE]
    again = run("review", "phrasing", entry, "1.001193")
    assert (again.exit_code, "[D401]" in again.output) == (1, True)
    assert run("review", "phrasing", entry, "1.001193", "--text", "giấy cho cháu mới đẻ").exit_code == 0
    assert path.read_text(encoding="utf-8").endswith("  - giấy cho cháu mới đẻ\n")


def test_what_was_masked_needs_a_better_wording(run: Run, desk: Desk) -> None:
    noted = desk.note_review("khai sinh cho cháu, gọi 0912345678", "answer", Why.UNHELPFUL)
    assert noted is not None
    refused = run("review", "phrasing", str(noted.id), "1.001193")
    assert (refused.exit_code, "--text" in refused.output) == (1, True)


def test_a_case_is_added(run: Run, desk: Desk, entry: str, tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    assert run("review", "case", entry, "--set", str(path)).exit_code == 1
    assert run("review", "case", entry, "--set", str(path), "--code", "1.001193").exit_code == 0
    row = json.loads(path.read_text(encoding="utf-8"))
    assert (row["id"], row["codes"], row["behaviour"]) == (f"review-{entry}", ["1.001193"], "answer")
    assert desk.review_list() == []
    other = tmp_path / "other.jsonl"
    assert run("review", "case", entry, "--set", str(other), "--behaviour", "out_of_scope").exit_code == 0
    assert json.loads(other.read_text(encoding="utf-8"))["codes"] == []
    assert run("review", "case", entry, "--set", str(other), "--behaviour", "dance").exit_code == 2


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("desk",),
        ("review",),
        *(("desk", name) for name in ("list", "show", "take", "close", "counts", "forget")),
        *(("review", name) for name in ("list", "show", "drop", "phrasing", "case")),
    ],
)
def test_every_command_says_what_it_does(words: tuple[str, ...]) -> None:
    helped = CliRunner().invoke(app, [*words, "--help"])
    assert helped.exit_code == 0
    assert "Usage" in helped.output


def test_a_database_that_cannot_be_used_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MOTCUA_DATABASE", f"sqlite:///{tmp_path / 'file' / 'desk.sqlite'}")
    monkeypatch.setattr(commands, "desk", commands.desk.__wrapped__)
    commands.desk_settings.cache_clear()
    failed = CliRunner().invoke(app, ["desk", "list"])
    commands.desk_settings.cache_clear()
    assert (failed.exit_code, "[D101]" in failed.output) == (1, True)
    assert "Traceback" not in failed.output
