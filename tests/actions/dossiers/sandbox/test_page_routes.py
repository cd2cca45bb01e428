"""The page and the portal's page: titled as what they are, usable without a script, deaf to hostile texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx
import pytest

from actions.dossiers.dossier import Status
from tests.actions.dossiers.sandbox_server import PATIENCE, Sandbox

TITLE = "TỈNH THỬ NGHIỆM – không phải hệ thống thật"
HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}'&amp;"


@pytest.fixture
def browser(sandbox: Sandbox) -> Iterator[httpx.Client]:
    headers = {"origin": sandbox.url}
    with httpx.Client(base_url=sandbox.url, headers=headers, timeout=PATIENCE, trust_env=False) as browser:
        yield browser


def pressed(browser: httpx.Client, path: str, **fields: str) -> httpx.Response:
    """The page after a button."""
    answer = browser.post(path, data=fields)
    assert answer.status_code == 303, answer.text
    assert not answer.headers["location"].startswith(("http", "//"))
    return browser.get(answer.headers["location"])


def draft(sandbox: Sandbox, **changes: Any) -> str:
    """The code of a draft made over REST."""
    body = {
        "procedure": "1.001193",
        "procedure_name": "Đăng ký khai sinh",
        "applicant": "Trần Thị Ví Dụ",
        "answers": {"child_name": "Nguyễn Thử An", "child_sex": "nu", "copies": 2, "ngoai_le": "khác"},
        **changes,
    }
    headers = {"authorization": f"Bearer {sandbox.token}"}
    answer = sandbox.control.put("/rest/v1/drafts/a-key-of-the-page", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    code: str = answer.json()["code"]
    return code


def test_it_says_what_it_is(sandbox: Sandbox, browser: httpx.Client) -> None:
    for path in ("/", f"/portal/drafts/{draft(sandbox)}"):
        answer = browser.get(path)
        assert answer.headers["x-motcua-sandbox"] == "1"
        assert TITLE in unescape(re.findall("<title>(.*?)</title>", answer.text)[0])
        assert TITLE in unescape(re.findall('<p class="sandbox">(.*?)</p>', answer.text)[0])
        assert '<html lang="vi">' in answer.text


def test_the_page_shows_what_one_needs_to_try_it_out(sandbox: Sandbox, browser: httpx.Client) -> None:
    text = unescape(browser.get("/").text)
    for one in sandbox.dossiers():
        row = text.split(f'<tr id="{one.code}">')[1].split("</tr>")[0]
        assert one.status_name in row
        assert one.secret is not None
        assert one.phone is not None
        assert one.identity_number is not None
        assert one.secret in row
        assert f"ĐT …{one.phone[-4:]}" in row
        assert f"CCCD …{one.identity_number[-4:]}" in row


def test_its_buttons_do_what_they_say(sandbox: Sandbox, browser: httpx.Client) -> None:
    code = sandbox.begin("ordinary").code
    pressed(browser, f"/page/dossiers/{code}/next")
    assert sandbox.dossier(code).status is Status.RECEIVED
    pressed(browser, f"/page/dossiers/{code}/status", status="10")
    assert sandbox.dossier(code).status is Status.RETURNED
    pressed(browser, "/page/clock", speed="60")
    assert sandbox.control.get("/sandbox/clock").json()["speed"] == 60
    pressed(browser, "/page/jump", hours="1.5")
    pressed(browser, "/page/faults", slow="1.5", away="true", per_minute="")
    faults = sandbox.control.get("/sandbox/faults").json()
    assert (faults["slow"], faults["away"], faults["dead"], faults["per_minute"]) == (1.5, True, False, None)
    before = len(sandbox.dossiers())
    pressed(browser, "/page/new", script="land", procedure="")
    assert len(sandbox.dossiers()) == before + 1
    pressed(browser, "/page/reset")
    assert sandbox.control.get("/sandbox/faults").json()["away"] is False


def test_what_is_set_shows_in_its_forms(sandbox: Sandbox, browser: httpx.Client) -> None:
    sandbox.faults(garbage=True, slow=2.5, per_minute=0)
    text = browser.get("/").text
    assert 'name="garbage" value="true" checked' in text
    assert 'name="away" value="true">' in text
    assert 'name="slow" min="0" max="600" step="any" value="2.5"' in text
    assert 'name="per_minute" min="0" step="1" value="0"' in text


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/page/clock", {"speed": "nhanh"}, 422),
        ("/page/clock", {}, 422),
        ("/page/faults", {"errors": "2"}, 422),
        ("/page/faults", {"nonsense": "1"}, 422),
        ("/page/new", {"script": "nothing"}, 422),
        ("/page/new", {"script": "land", "procedure": "9.999999"}, 422),
        ("/page/dossiers/000.00.00.H41-260101-9999/next", {}, 404),
        ("/portal/drafts/000.00.00.H41-260101-9999/submit", {}, 404),
    ],
)
def test_what_cannot_be_done_is_said_on_a_page(
    browser: httpx.Client, path: str, fields: dict[str, str], status: int
) -> None:
    answer = browser.post(path, data=fields)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert TITLE in unescape(answer.text)


def test_a_draft_is_shown_as_it_was_answered_and_handed_in_once(sandbox: Sandbox, browser: httpx.Client) -> None:
    code = draft(sandbox)
    text = unescape(browser.get(f"/portal/drafts/{code}").text)
    for shown in ("Trần Thị Ví Dụ", "Nguyễn Thử An", "Nữ (gái)", "ngoai_le", "Giấy chứng sinh", "Nộp (thử nghiệm)"):
        assert shown in text
    assert "child_name" not in text
    after = pressed(browser, f"/portal/drafts/{code}/submit")
    assert sandbox.dossier(code).status is Status.RECEIVED
    assert "Nộp (thử nghiệm)" not in after.text
    assert "đã được nộp" in unescape(after.text)
    steps = sandbox.dossier(code).due
    pressed(browser, f"/portal/drafts/{code}/submit")
    assert (sandbox.dossier(code).status, sandbox.dossier(code).due) == (Status.RECEIVED, steps)


def test_a_dossier_without_answers_has_its_page_too(sandbox: Sandbox, browser: httpx.Client) -> None:
    code = sandbox.begin("online").code
    assert "Nộp (thử nghiệm)" in browser.get(f"/portal/drafts/{code}").text
    assert browser.get("/portal/drafts/000.00.00.H41-260101-9999").status_code == 404


def test_the_portal_asks_for_no_password(sandbox: Sandbox, browser: httpx.Client) -> None:
    text = browser.get(f"/portal/drafts/{draft(sandbox)}").text
    assert "<input" not in text


def test_hostile_texts_stay_texts(sandbox: Sandbox, browser: httpx.Client) -> None:
    file = {"document": HOSTILE, "name": HOSTILE, "media_type": "image/png", "content": ""}
    code = draft(sandbox, applicant=HOSTILE, answers={"child_name": HOSTILE, HOSTILE: HOSTILE}, files=[file])
    sandbox.control.put("/sandbox/faults", json={"slow": HOSTILE})
    for path in ("/", f"/portal/drafts/{code}", "/portal/drafts/%22%3E%3Cscript%3Ealert(1)"):
        answer = browser.get(path)
        assert "<script" not in answer.text
        assert "<img" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert HOSTILE in unescape(browser.get(f"/portal/drafts/{code}").text)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_another_site_cannot_press_its_buttons(sandbox: Sandbox, origin: str) -> None:
    code = sandbox.begin("ordinary").code
    for path in (f"/page/dossiers/{code}/next", f"/sandbox/dossiers/{code}/next", f"/portal/drafts/{code}/submit"):
        assert sandbox.control.post(path, headers={"origin": origin}).status_code == 403
    assert sandbox.dossier(code).status is Status.REGISTERED
