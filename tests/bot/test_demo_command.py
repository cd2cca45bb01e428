"""The site that shows the widget: another origin, a strict policy, and only what exists."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from bot import __main__ as commands
from bot.demo_command import PAGES, allows, demo_site, policy_for
from knowledge.record import CODE_PATTERN
from knowledge.settings import ROOT
from tests.bot.conftest import doubled
from tests.bot.double import ALLOWED, CLOSED_URL, FOREIGN, FakeActions, FakeRasa, running
from tests.house import free_ports

ASSISTANT = "https://motcua.example"
PATIENCE = 30.0  # seconds for a command to start


def test_each_page_has_the_widget_by_one_script_tag() -> None:
    site = TestClient(demo_site(ASSISTANT))
    for path in ("/", "/index.html", "/khai-sinh.html"):
        page = site.get(path)
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert re.findall(r"<script[^>]* src=\"([^\"]*)\"", page.text) == [f"{ASSISTANT}/widget.js"]
        assert "{{" not in page.text
        assert "minh họa" in page.text.lower(), "nobody takes it for a real commune"


def test_the_policy_lets_nothing_in_but_the_assistant() -> None:
    policy = TestClient(demo_site(ASSISTANT)).get("/").headers["content-security-policy"]
    assert policy == policy_for(ASSISTANT)
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert set(re.findall(r"(?:https?|wss?)://\S+", policy.replace(";", ""))) == {ASSISTANT, "wss://motcua.example"}


def test_pages_have_neither_inline_style_nor_inline_script() -> None:
    for page in PAGES.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", text), page.name


def test_whatever_a_page_links_to_is_there() -> None:
    site = TestClient(demo_site(ASSISTANT))
    for page in PAGES.glob("*.html"):
        for target in re.findall(r"(?:href|src)=\"([^\"#{]+)", page.read_text(encoding="utf-8")):
            assert site.get(f"/{target}").status_code == 200, target
    assert site.get("/../demo_command.py").status_code == 404
    assert site.get("/nothing.html").status_code == 404


def test_procedures_of_the_site_are_in_the_catalogue() -> None:
    texts = "".join(page.read_text(encoding="utf-8") for page in PAGES.glob("*.html"))
    codes = set(re.findall(r"(?:data-procedure=\"|#motcua=)([^\"]+)", texts))
    assert len(codes) == 3
    for code in codes:
        assert CODE_PATTERN.match(code)
        assert (ROOT / "data" / "catalogue" / f"{code}.yml").is_file()


def test_an_assistant_is_asked_whether_it_allows_the_site(rasa: FakeRasa, actions: FakeActions) -> None:
    with running(doubled(rasa, actions)) as url:
        assert allows(url, ALLOWED)
        assert not allows(url, FOREIGN)


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["bot", "widget-demo", *words])
    with pytest.raises(SystemExit) as caught:
        commands.main()
    return int(str(caught.value.code or 0))


def test_one_that_does_not_allow_the_site_is_told_how_to(
    monkeypatch: pytest.MonkeyPatch, rasa: FakeRasa, actions: FakeActions, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(doubled(rasa, actions)) as url:
        assert run(monkeypatch, "--url", f"{url}/", "--port", "8010") == 1
    assert "MOTCUA_ALLOWED_ORIGINS='[\"http://127.0.0.1:8010\"]'" in capsys.readouterr().out


def test_one_that_does_not_run_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "--url", CLOSED_URL) == 1
    told = capsys.readouterr().err
    assert "cannot be reached" in told
    assert "Traceback" not in told


def test_the_command_serves_the_site_and_a_gateway_that_allows_it(tmp_path: Path) -> None:
    port = pair_of_ports()
    origin = f"http://127.0.0.1:{port}"
    environ = {"MOTCUA_SECRET": "for the tests", "MOTCUA_INNER_TOKEN": "t", "MOTCUA_RASA_URL": CLOSED_URL}
    environ |= {"MOTCUA_DATABASE": f"sqlite:///{tmp_path / 'demo.sqlite'}", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bot", "widget-demo", "--port", str(port)]
    with subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as demo:
        try:
            assert "widget.js" in wait_for(origin)
            assert wait_for(f"http://127.0.0.1:{port + 1}/healthz") == '{"status":"ok"}'
            assert allows(f"http://127.0.0.1:{port + 1}", origin)
            assert not allows(f"http://127.0.0.1:{port + 1}", FOREIGN)
            demo.send_signal(signal.SIGINT)
            said = demo.communicate(timeout=PATIENCE)[0].decode()
        finally:
            demo.kill()
    assert demo.returncode == 0
    assert f"The site: {origin}" in said
    assert "Traceback" not in said


def pair_of_ports() -> int:
    """A free port whose next one is free too."""
    for port in free_ports(50):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port + 1))
            return port
    raise AssertionError("no two free ports stand side by side")


def wait_for(url: str) -> str:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return httpx.get(url, timeout=2).text
        except httpx.TransportError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
