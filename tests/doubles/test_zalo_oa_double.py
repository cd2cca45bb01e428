"""The double of Zalo behaves as the facts say: what it lets pass here would fail at the service."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.doubles.double import served
from tests.doubles.zalo_oa import APP_ID, APP_SECRET, WEBHOOK_SECRET, ZaloOaDouble, running_zalo_oa

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=timezone(timedelta(hours=7)))


@pytest.fixture
def double() -> Iterator[ZaloOaDouble]:
    with running_zalo_oa() as running:
        running.set_clock(NOON)
        running.authorised()
        running.say("an", "xin chào")
        yield running


def post(double: ZaloOaDouble, message: Any, token: str | None = None, person: str = "an") -> int:
    """The error with which a message is answered; 0: none."""
    answer = httpx.post(
        f"{double.url}/v3.0/oa/message/cs",
        json={"recipient": {"user_id": double.id_of(person)}, "message": message},
        headers={"access_token": double.tokens.access if token is None else token},
        timeout=10,
    )
    assert answer.status_code == 200  # also of an error
    return int(answer.json()["error"])


def button(title: str, payload: str = "x") -> dict[str, str]:
    return {"title": title, "type": "oa.query.hide", "payload": payload}


def with_buttons(*buttons: dict[str, str]) -> dict[str, Any]:
    return {"text": "x", "attachment": {"type": "template", "payload": {"buttons": list(buttons)}}}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"text": "x" * 2000}, 0),
        ({"text": "x" * 2001}, -210),
        ({"text": ""}, -201),
        (with_buttons(*[button("a")] * 5), 0),
        (with_buttons(*[button("a")] * 6), -210),
        (with_buttons(button("a" * 101)), -210),
        (with_buttons(button("a", "x" * 1001)), -201),
        ({"attachment": {"type": "file", "payload": {"token": "none"}}}, -201),
        ({"attachment": {"type": "video"}}, -233),
    ],
)
def test_the_rules_for_messages(double: ZaloOaDouble, message: Any, code: int) -> None:
    assert post(double, message) == code
    assert (double.violations == []) is (code == 0)
    assert len(double.shown("an")) == (code == 0)


def test_tokens(double: ZaloOaDouble) -> None:
    old = double.tokens.access
    assert post(double, {"text": "x"}, token="") == -216
    double.set_clock(NOON + timedelta(hours=26))
    double.say("an", "a")
    assert post(double, {"text": "x"}) == -220
    double.authorised()
    assert post(double, {"text": "x"}, token=old) == -216
    assert post(double, {"text": "x"}) == 0


def renew(double: ZaloOaDouble, refresh: str, secret: str = APP_SECRET) -> dict[str, Any]:
    form = {"app_id": APP_ID, "grant_type": "refresh_token", "refresh_token": refresh}
    answer = httpx.post(f"{double.url}/v4/oa/access_token", data=form, headers={"secret_key": secret}, timeout=10)
    content: dict[str, Any] = answer.json()
    return content


def test_a_refresh_token_works_once_and_the_second_time_ends_the_chain(double: ZaloOaDouble) -> None:
    first = double.tokens.refresh
    pair = renew(double, first)
    assert pair["expires_in"] == "90000"
    assert post(double, {"text": "x"}, token=pair["access_token"]) == 0
    assert "error" in renew(double, first)
    assert "error" in renew(double, pair["refresh_token"])
    assert post(double, {"text": "x"}, token=pair["access_token"]) == -216


def test_tokens_need_the_secret_of_the_application(double: ZaloOaDouble) -> None:
    assert "error" in renew(double, double.tokens.refresh, secret="another")
    assert "access_token" in renew(double, double.tokens.refresh)


def test_windows_and_night(double: ZaloOaDouble) -> None:
    double.set_clock(NOON.replace(hour=23))
    assert post(double, {"text": "x"}) == -234
    double.say("an", "a")
    assert post(double, {"text": "x"}) == 0
    double.set_clock(NOON + timedelta(days=8))
    double.authorised()
    assert post(double, {"text": "x"}) == -230
    double.unfollow("an")
    assert post(double, {"text": "x"}) == -213
    assert double.violations == []


def test_uploads(double: ZaloOaDouble) -> None:
    def upload(kind: str, content: bytes) -> int:
        answer = httpx.post(
            f"{double.url}/v2.0/oa/upload/{kind}",
            files={"file": ("x", content)},
            headers={"access_token": double.tokens.access},
            timeout=10,
        )
        return int(answer.json()["error"])

    assert upload("image", b"\x89PNG") == 0
    assert upload("file", b"%PDF-1.7") == 0
    assert double.violations == []
    assert upload("image", b"%PDF-1.7") == -201
    assert upload("image", b"\x89PNG" + bytes(1_000_000)) == -210
    assert upload("file", b"%PDF" + bytes(5_000_000)) == -210
    assert len(double.violations) == 3


class Webhook:
    """Answers as it is told to, and remembers what came."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.lock = threading.Lock()

    async def hear(self, request: Request) -> Response:
        body = await request.body()
        if body == b"{}":
            return Response()
        with self.lock:
            self.came.append((dict(request.headers), body))
            return Response(status_code=self.statuses.pop(0) if self.statuses else 200)

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/", self.hear, methods=["POST"])])


def test_calls_are_signed_over_their_bytes(double: ZaloOaDouble) -> None:
    hook = Webhook()
    with served(hook.app()) as url:
        double.set_webhook(url)
        assert double.deliveries.idle()
    [(headers, body)] = hook.came
    at = httpx.Response(200, content=body).json()["timestamp"]
    mac = hashlib.sha256(APP_ID.encode() + body + at.encode() + WEBHOOK_SECRET.encode()).hexdigest()
    assert headers["x-zevent-signature"] == f"mac={mac}"
    assert "num_retry" not in headers


def test_what_failed_comes_again_with_the_number_of_the_attempt(double: ZaloOaDouble) -> None:
    hook = Webhook(500, 500)
    with served(hook.app()) as url:
        double.set_webhook(url)
        assert double.deliveries.idle()
    assert [headers.get("num_retry") for headers, _ in hook.came] == [None, "1", "2"]
    assert len({body for _, body in hook.came}) == 1


def test_after_the_last_attempt_the_webhook_is_switched_off() -> None:
    hook = Webhook(*[500] * 6)
    with running_zalo_oa(speed=100_000) as double, served(hook.app()) as url:
        double.set_webhook(url)
        double.say("an", "a")
        assert double.deliveries.idle()
        assert (double.switched_off, len(hook.came)) == (True, 6)
        double.say("an", "b")
        double.set_webhook(url)
        double.say("an", "c")
        assert double.deliveries.idle()
    assert b'"c"' in hook.came[-1][1] and len(hook.came) == 7


def test_our_own_messages_are_told_to_us(double: ZaloOaDouble) -> None:
    hook = Webhook()
    with served(hook.app()) as url:
        double.set_webhook(url)
        post(double, {"text": "Dạ"})
        assert double.deliveries.idle()
    echo = httpx.Response(200, content=hook.came[-1][1]).json()
    assert (echo["event_name"], echo["recipient"]["id"], echo["message"]["text"]) == (
        "oa_send_text", double.id_of("an"), "Dạ",
    )  # fmt: skip
    assert echo["message"]["msg_id"] == double.shown("an")[0].id
