"""Whatever comes at the gateway, it does not fail: by its own description, by webhooks, by the socket, by raw bytes."""

from __future__ import annotations

import hashlib
import json
import re
import socket
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis.checks import CHECKS
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from bot.channels.telegram_settings import TelegramSettings
from bot.channels.zalo_bot_settings import ZaloBotSettings
from bot.openapi import description
from bot.readiness import Readiness, always
from bot.server import create_app
from tests.bot.conftest import doubled
from tests.bot.double import CLOSED_URL, FakeActions, FakeRasa, running

TOKEN = "for the metrics"
FILE = "a" * 24
APP, KEY = "1234567890", "the key of the account"
AS_OFTEN = hypothesis.settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture, hypothesis.HealthCheck.too_slow],
)
# Names and values that the services use, so that chance gets far into what reads them.
NAMES = re.findall(
    r"\S+",
    """update_id message edited_message callback_query my_chat_member chat from id type text date entities offset length
    contact phone_number user_id photo file_id document location latitude longitude data reply_markup inline_keyboard
    event_name sender recipient app_id timestamp msg_id attachments payload url coordinates info phone user_id_by_app
    source ok result message_id display_name is_bot chat_type oa_id follower new_chat_member status user""",
)
VALUES = re.findall(
    r"\S+",
    """private group supergroup kicked member user_send_text user_send_image user_send_location user_submit_info follow
    unfollow oa_send_text message.text.received message.image.received PRIVATE GROUP /start xin chào 84912345678
    1763888400000 1763888400 procedure:1.001193 true""",
)
LEAF = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=12)
    | st.sampled_from(VALUES) | st.just("a" * 3000)
)  # fmt: skip
ANYTHING = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=25,
)
UPDATE = st.fixed_dictionaries(
    {
        "update_id": st.integers(0, 2**62),
        "event_name": st.sampled_from(VALUES) | LEAF,
        "timestamp": st.sampled_from(["1763888400000", "x", ""]) | LEAF,
        "app_id": st.just(APP) | LEAF,
        "sender": st.fixed_dictionaries({"id": st.just("77") | LEAF}) | ANYTHING,
        "message": st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=10) | ANYTHING,
    }
) | st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=8)


@pytest.fixture
def channels(monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A gateway with all channels, whose services are away; what is stored waits."""
    settings = {
        "TELEGRAM_TOKEN": "123456:for-the-tests",
        "TELEGRAM_MODE": "webhook",
        "TELEGRAM_PUBLIC_URL": "http://127.0.0.1:9",
        "TELEGRAM_BASE_URL": CLOSED_URL,
        "ZALO_OA_APP_ID": APP,
        "ZALO_OA_WEBHOOK_SECRET": KEY,
        "ZALO_OA_BASE_URL": CLOSED_URL,
        "ZALO_OA_OAUTH_URL": CLOSED_URL,
        "ZALO_BOT_TOKEN": "123456:for-the-tests",
        "ZALO_BOT_MODE": "webhook",
        "ZALO_BOT_PUBLIC_URL": "http://127.0.0.1:9",
        "ZALO_BOT_BASE_URL": CLOSED_URL,
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"MOTCUA_{name}", value)
    return TestClient(create_app(gateway=doubled(FakeRasa(), FakeActions())))


def signed(channel: str, body: bytes, at: str) -> dict[str, str]:
    """What the service shows, so that the body is read at all."""
    if channel == "telegram":
        return {"x-telegram-bot-api-secret-token": TelegramSettings().secret()}
    if channel == "zalo-bot":
        return {"x-bot-api-secret-token": ZaloBotSettings().secret()}
    mac = hashlib.sha256(APP.encode() + body + at.encode() + KEY.encode()).hexdigest()
    return {"x-zevent-signature": f"mac={mac}", "x-zevent-timestamp": at}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A gateway that is served, before a Rasa and actions that answer everything."""
    actions = FakeActions()
    actions.files[FILE] = (b"a picture", {"content-type": "image/png"})
    gateway = doubled(FakeRasa(), actions, metrics_token=TOKEN)
    gateway.readiness = Readiness({"rasa": always(lambda: True)})  # neither has an address that could be asked
    with running(gateway) as url:
        yield url


# What the assistant makes of words is not in the description: a message of spaces is of the right form, and refused.
CHECKED: list[Any] = [check for check in CHECKS.get_all() if check.__name__ != "positive_data_acceptance"]


@schemathesis.openapi.from_dict(description()).parametrize()
@AS_OFTEN
def test_the_description_is_true(case: schemathesis.Case[Any], address: str) -> None:
    """No input makes the gateway fail or say what is not described."""
    case.call_and_validate(base_url=address, checks=CHECKED)


@pytest.mark.parametrize("channel", ["telegram", "zalo-oa", "zalo-bot"])
@AS_OFTEN
@hypothesis.given(update=UPDATE)
def test_no_update_that_a_service_signs_makes_it_fail(
    channel: str, update: dict[str, Any], channels: TestClient
) -> None:
    body = json.dumps(update).encode()
    answer = channels.post(f"/channels/{channel}", content=body, headers=signed(channel, body, "1763888400000"))
    assert answer.status_code in (200, 400)


@pytest.mark.parametrize("channel", ["telegram", "zalo-oa", "zalo-bot"])
@AS_OFTEN
@hypothesis.given(body=st.binary(max_size=200) | st.sampled_from([b"[" * 50_000, b'{"a":' * 20_000, b"{}", b"null"]))
def test_no_bytes_that_a_service_signs_make_it_fail(channel: str, body: bytes, channels: TestClient) -> None:
    answer = channels.post(f"/channels/{channel}", content=body, headers=signed(channel, body, "1"))
    assert answer.status_code in (200, 400)


@pytest.mark.parametrize("channel", ["telegram", "zalo-oa", "zalo-bot"])
@AS_OFTEN
@hypothesis.given(
    body=st.binary(max_size=200), shown=st.text(st.characters(codec="latin-1", categories=["L", "N", "P"]))
)
def test_what_nobody_signed_is_not_read(channel: str, body: bytes, shown: str, channels: TestClient) -> None:
    names = ("x-telegram-bot-api-secret-token", "x-bot-api-secret-token", "x-zevent-signature")
    headers = {name: shown.encode("latin-1") for name in names}
    answer = channels.post(f"/channels/{channel}", content=body, headers=headers)  # type: ignore[arg-type]
    assert answer.status_code in ((200, 401) if body in (b"", b"{}") else (401, 400))


FRAME = st.dictionaries(
    st.sampled_from(["type", "id", "text", "payload", "location", "session"]), LEAF | ANYTHING, max_size=6
)


@AS_OFTEN
@hypothesis.given(frames=st.lists(FRAME | LEAF, max_size=4))
def test_no_frame_makes_the_socket_fail(frames: list[Any], client: TestClient) -> None:
    with client.websocket_connect("/api/chat") as page:
        page.send_json({"type": "hello", "session": None})
        assert page.receive_json()["type"] == "session"
        for frame in frames:
            page.send_text(json.dumps(frame))
        page.send_json({"type": "message", "id": "the-last", "text": "khai sinh"})
        try:
            while (answer := page.receive_json()).get("id") != "the-last" or answer["type"] == "typing":
                assert answer["type"] in ("error", "typing", "reply", "notice")
        except WebSocketDisconnect as closed:
            assert closed.code == 1009  # one of the frames was too long
        else:
            assert answer["type"] == "reply"


@AS_OFTEN
@hypothesis.given(
    start=st.sampled_from([b"GET / HTTP/1.1\r\nHost: x\r\n", b"POST /api/messages HTTP/1.1\r\nHost: x\r\n", b""]),
    rest=st.binary(max_size=200)
    | st.sampled_from([b"Content-Length: 5\r\n\r\n{}", b"Transfer-Encoding: chunked\r\n\r\nZ"]),
)
def test_no_bytes_end_the_server(start: bytes, rest: bytes, address: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(start + rest + b"\r\n\r\n")
        line.shutdown(socket.SHUT_WR)
        told = b""
        while part := line.recv(65536):
            told += part
    assert b" 500 " not in told.partition(b"\r\n")[0]
