"""What can go wrong with a call, in words that may be logged."""

from __future__ import annotations

import json
import logging

import httpx
import pytest
from telegram.error import TelegramError

from bot.channels.channel import Trouble
from bot.channels.telegram_client import SILENT, Client, Refused, Request, Unanswered, Unsent, send_failed

TOKEN = "123:the-token-of-the-bot"
SECRET_TEXT = "so dien thoai 0912345678"


def client(handle: httpx.MockTransport) -> Client:
    """A bot whose network is a function."""
    made = Client(TOKEN, "https://telegram.invalid", 1)
    for request in made._requests:
        request._client_kwargs["transport"] = handle
        request._client = request._build_client()
    return made


async def failure(answer: httpx.Response | Exception) -> TelegramError:
    def handle(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    made = client(httpx.MockTransport(handle))
    with pytest.raises(TelegramError) as raised:
        await made.bot.send_message("5", SECRET_TEXT)
    await made.close()
    return raised.value


def refusal(status: int, description: str, **parameters: int) -> httpx.Response:
    content = {"ok": False, "error_code": status, "description": description}
    return httpx.Response(status, json=content | ({"parameters": parameters} if parameters else {}))


@pytest.mark.parametrize(
    ("answer", "trouble", "code"),
    [
        (refusal(429, "Too Many Requests: retry after 7", retry_after=7), Trouble.LATER, "429"),
        (refusal(403, "Forbidden: bot was blocked by the user"), Trouble.GONE, "403"),
        (refusal(400, "Bad Request: chat not found"), Trouble.GONE, "400 chat_not_found"),
        (refusal(400, "Bad Request: PEER_ID_INVALID"), Trouble.GONE, "400 chat_not_found"),
        (refusal(400, f"Bad Request: can't parse entities: {SECRET_TEXT}"), Trouble.NEVER, "400 bad_html"),
        (refusal(400, f"Bad Request: {SECRET_TEXT}"), Trouble.NEVER, "400"),
        (refusal(401, "Unauthorized"), Trouble.BROKEN, "401"),
        (refusal(404, "Not Found"), Trouble.BROKEN, "404"),
        (refusal(409, "Conflict: terminated by other getUpdates request"), Trouble.LATER, "409"),
        (refusal(500, "Internal Server Error"), Trouble.LATER, "500"),
        (httpx.Response(502, text="<html>Bad Gateway</html>"), Trouble.LATER, "502"),
        (httpx.Response(504, text="<html>Gateway Timeout</html>"), Trouble.UNKNOWN, "504"),
        (httpx.Response(400, content=b"[1]"), Trouble.NEVER, "400"),
        (httpx.Response(200, text="<html>a café's own page</html>"), Trouble.UNKNOWN, "unanswered"),
        (httpx.Response(200, json={"ok": True}), Trouble.UNKNOWN, "unanswered"),
        (httpx.Response(200, json=[]), Trouble.UNKNOWN, "unanswered"),
        (httpx.ConnectError("no"), Trouble.LATER, "unsent"),
        (httpx.ConnectTimeout("no"), Trouble.LATER, "unsent"),
        (httpx.PoolTimeout("no"), Trouble.LATER, "unsent"),
        (httpx.ReadTimeout("no"), Trouble.UNKNOWN, "unanswered"),
        (httpx.WriteTimeout("no"), Trouble.UNKNOWN, "unanswered"),
        (httpx.ReadError("no"), Trouble.UNKNOWN, "unanswered"),
        (httpx.RemoteProtocolError("no"), Trouble.UNKNOWN, "unanswered"),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_every_failure_says_what_to_do_next(
    answer: httpx.Response | Exception, trouble: Trouble, code: str
) -> None:
    failed = send_failed(await failure(answer))
    assert (failed.trouble, failed.code) == (trouble, code)
    assert failed.after == (7 if code == "429" else None)


@pytest.mark.parametrize(
    "answer",
    [
        refusal(400, f"Bad Request: {SECRET_TEXT}"),
        refusal(400, f"Bad Request: {SECRET_TEXT}", retry_after=1),
        httpx.Response(200, text=SECRET_TEXT),
        httpx.ReadTimeout(f"https://telegram.invalid/bot{TOKEN}/sendMessage"),
        httpx.ConnectError(f"https://telegram.invalid/bot{TOKEN}/sendMessage"),
    ],
    ids=["refused", "later", "unreadable", "unanswered", "unsent"],
)
async def test_no_failure_carries_the_token_or_what_people_wrote(
    answer: httpx.Response | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    error: BaseException | None = await failure(answer)
    while error is not None:
        assert isinstance(error, Refused | Unanswered | Unsent | ValueError | KeyError | TypeError)
        assert TOKEN not in repr(error)
        assert not isinstance(error, Refused | Unanswered | Unsent) or SECRET_TEXT not in repr(error)
        error = error.__cause__
    assert TOKEN not in caplog.text
    assert SECRET_TEXT not in caplog.text


async def test_a_moved_group_says_where_it_is_now() -> None:
    error = await failure(refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1009))
    assert isinstance(error, Refused)
    assert error.moved_to == -1009


async def test_libraries_that_would_log_addresses_are_silent() -> None:
    await client(httpx.MockTransport(lambda _: httpx.Response(500))).close()
    assert all(not logging.getLogger(name).isEnabledFor(logging.CRITICAL) for name in SILENT)
    assert all(not logging.getLogger(f"{name}.Bot").isEnabledFor(logging.CRITICAL) for name in SILENT)


def test_an_update_that_the_library_cannot_read_does_not_stop_the_others() -> None:
    sound = {"update_id": 2, "message": {"message_id": 1, "date": 0, "chat": {"id": 5, "type": "private"}}}
    broken = {"update_id": 1, "message": {"message_id": "?"}}
    answer = Request.parse_json_payload(json.dumps({"ok": True, "result": [broken, sound]}).encode())
    assert answer["result"] == [{"update_id": 1}, sound]
