"""Files from addresses that others told: only from where they may come, and never too much."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.channels.channel import SendFailed, Trouble
from bot.channels.downloads import addresses_of, download, is_public
from bot.errors import AttachmentTooBig
from tests.doubles.double import served

ALLOWED = ("*.zdn.vn", "cdn.example.vn")
PUBLIC = "203.119.8.10"
Handler = Callable[[httpx.Request], httpx.Response]


async def public(host: str) -> list[str]:
    return [PUBLIC]


def client(handle: Handler) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(handle))


def content(text: str) -> httpx.Response:
    """An answer that is read piece by piece, as over the network."""
    return httpx.Response(200, stream=httpx.ByteStream(text.encode()))


def never_asked(request: httpx.Request) -> httpx.Response:
    raise AssertionError(f"asked {request.url}")


async def refused(url: str, handle: Handler = never_asked, **more: object) -> SendFailed:
    settings = {"resolve": public, **more}
    with pytest.raises(SendFailed) as raised:
        await download(client(handle), url, 100, ALLOWED, **settings)  # type: ignore[arg-type]
    assert "zdn" not in str(raised.value)
    return raised.value


async def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    seen = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return content("jpg")

    assert await download(client(handle), "https://f1.zdn.vn/a?b=1", 3, ALLOWED, resolve=public) == b"jpg"
    assert str(seen[0].url) == f"https://{PUBLIC}/a?b=1"
    assert seen[0].headers["host"] == "f1.zdn.vn"
    assert seen[0].extensions["sni_hostname"] == "f1.zdn.vn"
    assert seen[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "url",
    [
        "http://f1.zdn.vn/a",
        "https://zdn.vn/a",
        "https://evilzdn.vn/a",
        "https://f1.zdn.vn.evil.vn/a",
        "https://f1.zdn.vn:8443/a",
        "https://f1.zdn.vn./a",
        "https://evil.vn/f1.zdn.vn",
        "https://evil.vn#.zdn.vn",
        "https://evil.vn\\@f1.zdn.vn/a",
        "https://user:word@f1.zdn.vn/a",
        "https://127.0.0.1/a",
        "https://[::1]/a",
        "https://2130706433/a",
        "ftp://f1.zdn.vn/a",
        "file:///etc/passwd",
        "//f1.zdn.vn/a",
        "f1.zdn.vn/a",
        "",
        "https://",
        "https://f1.zdn.vn:port/",
        "https://[zdn.vn/",
    ],
)
async def test_other_addresses_are_not_asked(url: str) -> None:
    assert (await refused(url)).trouble is Trouble.NEVER


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1",
     "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:53aa:64c:0:7f00:f5ff:fffe", "192.0.2.1", "2001:db8::1", "name"],
)  # fmt: skip
async def test_a_host_with_a_private_address_is_not_asked(address: str) -> None:
    async def resolve(host: str) -> list[str]:
        return [address]

    assert not is_public(address)
    assert (await refused("https://f1.zdn.vn/a", resolve=resolve)).code == "private address"


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2400:cb00::1", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


async def test_of_several_addresses_a_public_one_is_taken() -> None:
    async def resolve(host: str) -> list[str]:
        return ["10.0.0.1", "2400:cb00::1"]

    def handle(request: httpx.Request) -> httpx.Response:
        return content(request.url.host)

    assert await download(client(handle), "https://cdn.example.vn/a", 99, ALLOWED, resolve=resolve) == b"2400:cb00::1"


async def test_a_name_without_an_address_is_tried_again_later() -> None:
    async def resolve(host: str) -> list[str]:
        raise OSError("no such host")

    assert (await refused("https://f1.zdn.vn/a", resolve=resolve)).trouble is Trouble.LATER


async def test_this_machine_is_known_by_name() -> None:
    assert "127.0.0.1" in await addresses_of("localhost") or "::1" in await addresses_of("localhost")


@pytest.mark.parametrize("target", ["http://169.254.169.254/latest", "https://evil.vn/", "http://f1.zdn.vn/b"])
async def test_a_redirect_is_held_against_the_same_list(target: str) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        assert request.headers["host"] == "f1.zdn.vn"
        return httpx.Response(302, headers={"location": target})

    assert (await refused("https://f1.zdn.vn/a", handle)).trouble is Trouble.NEVER


async def test_a_redirect_to_a_host_that_has_become_private_is_not_followed() -> None:
    answers = iter([[PUBLIC], ["10.0.0.1"]])

    async def resolve(host: str) -> list[str]:
        return next(answers)

    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": "https://f2.zdn.vn/b"})

    assert (await refused("https://f1.zdn.vn/a", handle, resolve=resolve)).code == "private address"


async def test_a_redirect_in_the_list_is_followed_by_the_name_and_not_for_ever() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/end":
            return content(request.headers["host"])
        return httpx.Response(301, headers={"location": "/end" if request.url.path == "/a" else "/round"})

    assert await download(client(handle), "https://f1.zdn.vn/a", 99, ALLOWED, resolve=public) == b"f1.zdn.vn"
    assert (await refused("https://f1.zdn.vn/round", handle)).code == "too many redirects"


@pytest.mark.parametrize(
    ("status", "trouble"),
    [(404, Trouble.NEVER), (403, Trouble.NEVER), (204, Trouble.NEVER), (503, Trouble.LATER), (429, Trouble.LATER)],
)
async def test_what_a_refusal_means(status: int, trouble: Trouble) -> None:
    failed = await refused("https://f1.zdn.vn/a", lambda _: httpx.Response(status))
    assert (failed.trouble, failed.code) == (trouble, str(status))


@pytest.mark.parametrize("error", [httpx.ReadTimeout("f1.zdn.vn"), httpx.ConnectError("f1.zdn.vn"), OSError("zdn")])
async def test_a_broken_connection_is_tried_again_later(error: Exception) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        raise error

    failed = await refused("https://f1.zdn.vn/a", handle)
    assert failed.trouble is Trouble.LATER
    assert failed.__suppress_context__


async def test_packed_content_is_not_unpacked() -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"x"))

    assert (await refused("https://f1.zdn.vn/a", handle)).code == "packed"


# ---- over the network


def served_file() -> Starlette:
    async def whole(request: Request) -> Response:
        return Response(b"x" * 50)

    async def endless(request: Request) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            while True:
                yield b"x" * 20
                await asyncio.sleep(0)

        return StreamingResponse(pieces())

    async def inside(request: Request) -> Response:
        return RedirectResponse("http://localhost:1/secret")

    return Starlette(routes=[Route("/whole", whole), Route("/endless", endless), Route("/inside", inside)])


async def test_an_origin_that_the_operator_named_may_lie_anywhere() -> None:
    with served(served_file()) as url:
        async with httpx.AsyncClient() as asking:
            assert await download(asking, f"{url}/whole", 50, (url,)) == b"x" * 50
            with pytest.raises(AttachmentTooBig, match="MB"):
                await download(asking, f"{url}/whole", 49, (url,))
            with pytest.raises(AttachmentTooBig):
                await download(asking, f"{url}/endless", 1000, (url,))
            with pytest.raises(SendFailed, match="host not allowed"):
                await download(asking, f"{url}/inside", 1000, (url,))
            with pytest.raises(SendFailed, match="host not allowed"):
                await download(asking, f"{url}/whole", 50, ("http://127.0.0.1:1",))
