"""One call of the Zalo Bot Platform and what its errors mean; the token is told to nobody."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.channels.channel import SendFailed, Trouble
from bot.channels.zalo_bot_service import ZaloBotService
from tests.doubles.double import Faults, served
from tests.doubles.zalo_bot import TOKEN, running_zalo_bot


async def failure(url: str, method: str = "sendMessage", patience: float = 5.0) -> SendFailed:
    service = ZaloBotService(url, TOKEN, patience)
    try:
        with pytest.raises(SendFailed) as raised:
            await service.call(method, {})
    finally:
        await service.close()
    return raised.value


def answering(answer: Callable[[], Response]) -> Starlette:
    async def reply(request: Request) -> Response:
        return answer()

    return Starlette(routes=[Route("/{path:path}", reply, methods=["POST"])])


def refusal(code: object, status: int = 200, **more: object) -> Callable[[], Response]:
    return lambda: JSONResponse({"ok": False, "error_code": code, "description": "x", **more}, status_code=status)


@pytest.mark.parametrize(
    ("answer", "trouble", "code"),
    [
        (refusal(400), Trouble.NEVER, "400"),
        (refusal(401), Trouble.BROKEN, "401"),
        (refusal(403), Trouble.LATER, "403"),
        (refusal(404), Trouble.NEVER, "404"),
        (refusal(408), Trouble.UNKNOWN, "408"),
        (refusal(429), Trouble.LATER, "429"),
        (refusal(500), Trouble.LATER, "500"),
        (refusal(-99), Trouble.NEVER, "-99"),
        (refusal("người dùng A"), Trouble.NEVER, "unreadable"),
        (refusal(None, 429), Trouble.LATER, "429"),
        (lambda: JSONResponse({"ok": False, "errorCode": 426}), Trouble.LATER, "426"),
        (lambda: Response("<html>", 502), Trouble.LATER, "502"),
        (lambda: Response("<html>", 504), Trouble.UNKNOWN, "504"),
        (lambda: Response("<html>", 404), Trouble.NEVER, "404"),
        (lambda: Response("<html>", 200), Trouble.UNKNOWN, "unreadable"),
        (lambda: JSONResponse([1]), Trouble.UNKNOWN, "unreadable"),
    ],
)
async def test_what_an_answer_means(answer: Callable[[], Response], trouble: Trouble, code: str) -> None:
    with served(answering(answer)) as url:
        failed = await failure(url)
    assert (failed.trouble, failed.code) == (trouble, code)


@pytest.mark.parametrize(
    ("answer", "after"),
    [
        (refusal(429, parameters={"retry_after": 3}), 3.0),
        (lambda: JSONResponse({"ok": False, "error_code": 429}, headers={"retry-after": "7"}), 7.0),
        (lambda: JSONResponse({"ok": False, "error_code": 429}, headers={"retry-after": "Mon, 23 Nov"}), None),
        (refusal(429, parameters={"retry_after": [1]}), None),
        (refusal(429), None),
    ],
)
async def test_how_long_to_wait(answer: Callable[[], Response], after: float | None) -> None:
    with served(answering(answer)) as url:
        assert (await failure(url)).after == after


async def test_a_service_that_is_away_was_told_nothing() -> None:
    with served(answering(refusal(400))) as url:
        pass
    assert (await failure(url)).trouble is Trouble.LATER


async def test_after_a_lost_or_late_answer_nobody_knows() -> None:
    with running_zalo_bot(Faults(lost_answer=1)) as double:
        assert (await failure(double.url, "getMe")).trouble is Trouble.UNKNOWN
    with running_zalo_bot(Faults(slow=1, slow_seconds=0.5)) as double:
        assert (await failure(double.url, "getMe", patience=0.1)).trouble is Trouble.UNKNOWN


async def test_no_error_and_no_log_line_tells_the_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with running_zalo_bot(Faults(lost_answer=1)) as double:
        failed = await failure(double.url, "getMe")
    told = "".join(traceback.format_exception(failed))
    seen: BaseException | None = failed
    while seen is not None:
        assert TOKEN not in repr(seen)
        assert not isinstance(seen, httpx.HTTPError)
        seen = seen.__cause__ or seen.__context__
    assert TOKEN not in told + caplog.text
