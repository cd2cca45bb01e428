"""A call to a province's system is bounded in time and size, goes nowhere else and leaves nothing in logs."""

from __future__ import annotations

import asyncio
import gzip
import logging
from collections.abc import AsyncIterator

import httpx
import pytest

from actions.dossiers import calls as module
from actions.dossiers.calls import LARGEST_ANSWER, Calls, read_json
from actions.dossiers.errors import RegisterAway, RegisterStrange

BASE = "https://province.example.vn/rest/v1/"
CODE = "000.00.00.H41-261105-0007"


def asking(handler: object, **more: float) -> Calls:
    return Calls(BASE, timeout=more.get("timeout", 1.0), transport=httpx.MockTransport(handler))  # type: ignore[arg-type]


def answering(status: int = 200, content: bytes = b"{}", **headers: str) -> Calls:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return asking(lambda _: httpx.Response(status, content=content, headers=named))


class Endless(httpx.AsyncByteStream):
    """Bytes that never end, and how many were taken."""

    taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.taken += 65536
            yield b" " * 65536


class Silent(httpx.AsyncByteStream):
    """Begins and never goes on."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()


async def test_an_answer_comes_with_its_status_and_content() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(404, json={"code": "x"})

    answer = await asking(handler).ask("POST", "/a/b", b"{}")
    assert (answer.status, answer.json()) == (404, {"code": "x"})
    assert str(seen[0].url) == "https://province.example.vn/rest/v1/a/b"
    assert seen[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_a_system_in_trouble_is_away_and_says_for_how_long(status: int) -> None:
    with pytest.raises(RegisterAway) as away:
        await answering(status, retry_after="7").ask("GET", "/x")
    assert away.value.retry_after == 7.0


@pytest.mark.parametrize("asked", ["", "soon", "-1", "Wed, 21 Oct 2026 07:28:00 GMT", "9999999"])
async def test_a_wait_that_is_no_number_of_seconds_counts_as_none(asked: str) -> None:
    with pytest.raises(RegisterAway) as away:
        await answering(503, retry_after=asked).ask("GET", "/x")
    assert away.value.retry_after == 0.0


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ConnectError("no"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("gone"),
        httpx.ConnectTimeout("no"),
    ],
)
async def test_no_answer_means_away_and_holds_nothing_of_the_request(trouble: Exception) -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        raise trouble

    with pytest.raises(RegisterAway) as away:
        await asking(handler).ask("GET", f"/dossiers/{CODE}")
    assert CODE not in str(away.value)
    assert away.value.__cause__ is None
    assert away.value.__context__ is None


async def test_redirects_are_not_followed() -> None:
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(302, headers={"location": "https://elsewhere.example.com/"})

    with pytest.raises(RegisterStrange):
        await asking(handler).ask("GET", "/x")
    assert asked == ["province.example.vn"]


async def test_an_endless_answer_is_given_up_early() -> None:
    stream = Endless()
    with pytest.raises(RegisterStrange):
        await asking(lambda _: httpx.Response(200, stream=stream)).ask("GET", "/x")
    assert stream.taken <= LARGEST_ANSWER + 65536


async def test_the_largest_answer_is_still_taken() -> None:
    answer = await answering(content=b" " * LARGEST_ANSWER).ask("GET", "/x")
    assert len(answer.content) == LARGEST_ANSWER


async def test_packed_content_that_may_be_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(RegisterStrange):
        await answering(content=gzip.compress(b"{}"), content_encoding="gzip").ask("GET", "/x")


async def test_an_answer_that_trickles_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_CALL", 0.05)
    with pytest.raises(RegisterAway):
        await asking(lambda _: httpx.Response(200, stream=Silent())).ask("GET", "/x")


@pytest.mark.parametrize("text", ["", "<html>", b"\xff\xfe", "{", "[" * 100_000])
def test_what_is_no_json_is_strange_and_does_not_carry_the_text_along(text: str | bytes) -> None:
    with pytest.raises(RegisterStrange) as strange:
        read_json(text)
    assert strange.value.__context__ is None


async def test_no_address_stands_in_a_log(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("httpx").setLevel(logging.NOTSET)
    with caplog.at_level(logging.DEBUG):
        await answering().ask("GET", f"/dossiers/{CODE}")
    assert CODE not in caplog.text


async def test_the_answer_is_not_shown() -> None:
    assert "Nguyễn" not in repr(await answering(content="Nguyễn".encode()).ask("GET", "/x"))
