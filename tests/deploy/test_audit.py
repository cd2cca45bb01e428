"""The audit of the packages: what is found, what is reviewed, and that nothing unchecked passes for clean.

pip-audit itself runs, against an advisory service of the test's own.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from deploy.audit import (
    FINE,
    FOUND,
    NOT_CHECKED,
    OSV,
    Answer,
    Finding,
    Reviewed,
    ask,
    first_whole,
    judge,
    main,
    read,
    reviewed_list,
)
from deploy.house.settings import ROOT

TODAY = date(2026, 11, 23)
HOLE = Finding("somepackage", "1.0", ("PYSEC-2026-1", "CVE-2026-1"), ("1.1",))
CLEAN = Answer("pypi", checked=3)
WITH_HOLE = Answer("pypi", checked=3, findings=(HOLE,))
Say = Callable[[dict[str, Any]], tuple[int, bytes]]


def review(name: str = "CVE-2026-1", until: date = date(2027, 1, 1), package: str = "somepackage") -> Reviewed:
    reason = "Only servers that do what we do not are affected."
    return Reviewed(id=name, package=package, reviewed=TODAY, until=until, reason=reason)


@pytest.fixture
def service() -> Iterator[tuple[str, list[Say]]]:
    """An OSV: its address, and in a list what it says to a question about a package."""
    says: list[Say] = [lambda question: (200, b"{}")]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status, body = says[0](question)
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/query", says
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    path = tmp_path / "some.txt"
    path.write_text("somepackage==1.0\nother==2.0\n")
    return path


def hole_in_somepackage(question: dict[str, Any]) -> tuple[int, bytes]:
    package = {"name": question["package"]["name"], "ecosystem": "PyPI"}
    if package["name"] != "somepackage":
        return 200, b"{}"
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}]
    flaw = {
        "id": "PYSEC-2026-1",
        "aliases": ["CVE-2026-1"],
        "summary": "a hole",
        "affected": [{"package": package, "ranges": ranges}],
    }
    return 200, json.dumps({"vulns": [flaw]}).encode()


def test_pip_audit_finds_what_the_service_tells(service: tuple[str, list[Say]], requirements: Path) -> None:
    url, says = service
    assert ask("osv", requirements, url) == Answer("osv", checked=2)
    says[0] = hole_in_somepackage
    assert ask("osv", requirements, url) == Answer("osv", checked=2, findings=(HOLE,))


@pytest.mark.parametrize(
    "say", [lambda question: (503, b"away"), lambda question: (200, b"<html>log in first</html>")], ids=["503", "HTML"]
)
def test_a_service_that_fails_is_no_clean_answer(
    service: tuple[str, list[Say]], requirements: Path, say: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    url, says = service
    says[0] = say
    asked = ["--service", "osv", "--osv-url", url, "--requirements", str(requirements)]
    assert main(asked) == NOT_CHECKED
    assert capsys.readouterr().out.startswith("not checked: osv did not answer (")
    assert main([*asked, "--may-be-offline"]) == FINE
    assert capsys.readouterr().out.startswith("not checked: osv did not answer (")


def test_the_command_says_what_is_open(
    service: tuple[str, list[Say]], requirements: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, says = service
    says[0] = hole_in_somepackage
    asked = ["--service", "osv", "--osv-url", url, "--requirements", str(requirements), "--may-be-offline"]
    assert main(asked) == FOUND
    assert "vulnerable: somepackage 1.0: PYSEC-2026-1, CVE-2026-1; fixed in 1.1" in capsys.readouterr().out
    known = tmp_path / "audited.yml"
    known.write_text(f"advisories: [{review(until=date(9999, 1, 1)).model_dump_json()}]")
    assert main([*asked, "--reviewed", str(known)]) == FINE
    assert capsys.readouterr().out == "2 packages checked (osv), 1 advisories, 0 open\n"


def test_nobody_there_is_not_checked(requirements: Path) -> None:
    answer = ask("osv", requirements, "http://127.0.0.1:9/v1/query")
    assert answer.trouble
    assert not answer.is_whole


def test_packages_that_were_skipped_are_not_checked() -> None:
    """pip-audit calls this "no known vulnerabilities": an index that knows no advisories answers so."""
    report = {"dependencies": [{"name": "a", "version": "1", "vulns": []}, {"name": "b", "skip_reason": "not found"}]}
    answer = read("pypi", report)
    assert (answer.checked, answer.unchecked, answer.is_whole) == (1, ("b",), False)
    status, lines = judge([answer], [], TODAY)
    assert (status, lines) == (NOT_CHECKED, ["not checked: pypi looked at 1 of 2 packages"])
    assert not read("pypi", {"dependencies": []}).is_whole


def test_what_was_found_counts_even_where_not_all_was_checked() -> None:
    partly = Answer("pypi", 1, ("b",), (HOLE,))
    assert judge([partly, Answer("osv", trouble="away")], [], TODAY)[0] == FOUND


def test_the_second_service_is_asked_where_the_first_does_not_know(
    monkeypatch: pytest.MonkeyPatch, requirements: Path
) -> None:
    answers = {"pypi": Answer("pypi", 0, ("somepackage",)), "osv": Answer("osv", 2)}
    monkeypatch.setattr("deploy.audit.ask", lambda service, *rest: answers[service])
    assert first_whole(("pypi", "osv"), requirements, OSV) == [answers["pypi"], answers["osv"]]
    assert first_whole(("osv", "pypi"), requirements, OSV) == [answers["osv"]]


@pytest.mark.parametrize(
    ("reviewed", "status"),
    [
        ([], FOUND),
        ([review()], FINE),
        ([review("PYSEC-2026-1")], FINE),
        ([review("CVE-2026-2")], FOUND),
        ([review(package="other")], FOUND),
        ([review(until=TODAY)], FOUND),
    ],
)
def test_what_is_reviewed_counts_for_its_package_and_its_time(reviewed: list[Reviewed], status: int) -> None:
    assert judge([WITH_HOLE], reviewed, TODAY)[0] == status


def test_a_review_that_ran_out_or_is_no_longer_needed_is_told() -> None:
    assert (
        "review again: CVE-2026-1 of somepackage, since 2026-11-23"
        in judge([WITH_HOLE], [review(until=TODAY)], TODAY)[1]
    )
    status, lines = judge([CLEAN], [review()], TODAY)
    assert status == FINE
    assert "no longer found, take it out: CVE-2026-1 of somepackage" in lines


@pytest.mark.parametrize("missing", ["reason", "until", "reviewed", "package", "id"])
def test_a_review_without_its_reason_or_its_day_is_none(missing: str, tmp_path: Path) -> None:
    fields = review().model_dump(mode="json")
    del fields[missing]
    path = tmp_path / "audited.yml"
    path.write_text(json.dumps({"advisories": [fields]}))
    with pytest.raises(ValidationError):
        reviewed_list(path)


def test_the_shipped_list_is_sound() -> None:
    for one in reviewed_list():
        assert one.reviewed < one.until
        assert (one.until - one.reviewed).days <= 366


def test_lint_audits() -> None:
    lint = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nlint:")[2].partition("\n\n")[0]
    assert "-m deploy.audit --may-be-offline" in lint
