"""Security headers: on every answer, errors too; only the widget's files may be loaded by other sites."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from bot.headers import HEADERS

PATHS = [
    "/",
    "/widget.js",
    "/static/favicon.svg",
    "/healthz",
    "/nothing",
    "/api/messages",
    "/api/attachments",
    "/api/files/none",
]


@pytest.mark.parametrize("path", PATHS)
def test_on_every_answer(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize("path", PATHS)
def test_only_the_widgets_files_are_for_other_sites(client: TestClient, path: str) -> None:
    wanted = "cross-origin" if path == "/widget.js" or path.startswith(("/static/", "/api/files/")) else "same-origin"
    assert client.get(path).headers["cross-origin-resource-policy"] == wanted


def test_the_policy_forbids_what_a_chat_does_not_need() -> None:
    policy = dict(part.strip().split(" ", 1) for part in HEADERS["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["img-src"] == "'self' blob: data:"
    assert "unsafe" not in HEADERS["content-security-policy"]


def test_the_page_needs_nothing_that_the_policy_forbids(client: TestClient) -> None:
    """No script or style inside of the page, nothing from elsewhere."""
    page = client.get("/").text
    assert '<html lang="vi"' in page
    assert "<style" not in page
    assert " style=" not in page
    assert "<script>" not in page
    assert 'src="http' not in page
