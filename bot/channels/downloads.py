"""Fetches a file that somebody sent from the address that a channel told, and from nowhere else.

The address comes from outside, so it is not trusted: only hosts on a list, only HTTPS, only public addresses of the
network, checked anew at every redirect; the connection goes to the very address that was checked.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx

from bot.channels.channel import SendFailed, Trouble
from bot.errors import AttachmentTooBig

PATIENCE = 60.0  # seconds for a whole download
SILENCE = httpx.Timeout(15.0, connect=5.0)  # seconds
REDIRECTS = 3
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last four bytes

Resolve = Callable[[str], Awaitable[Sequence[str]]]
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


async def addresses_of(host: str) -> list[str]:
    """The network addresses of a host. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


async def download(
    client: httpx.AsyncClient,
    url: str,
    largest: int,
    allowed_hosts: Sequence[str],
    *,
    resolve: Resolve = addresses_of,
) -> bytes:
    """The content at an address. largest: bytes.

    allowed_hosts: names like "cdn.example.vn", or "*.example.vn" for all below it; over HTTPS at the usual port and
    only while they have public addresses. An entry with a scheme ("http://127.0.0.1:9000") allows exactly that origin,
    wherever it lies: who writes it there means it.

    Raises AttachmentTooBig, or SendFailed: LATER where it may work again, NEVER where it is refused or gone. Neither
    tells the address.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            return await _followed(client, url, largest, allowed_hosts, resolve)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise SendFailed(Trouble.NEVER, "address") from None
    except (httpx.HTTPError, TimeoutError, OSError) as error:
        raise SendFailed(Trouble.LATER, type(error).__name__) from None


async def _followed(
    client: httpx.AsyncClient, address: str, largest: int, allowed: Sequence[str], resolve: Resolve
) -> bytes:
    url = httpx.URL(address)
    for _ in range(REDIRECTS + 1):
        request = await _request(client, url, allowed, resolve)
        answer = await client.send(request, stream=True, follow_redirects=False)
        try:
            if not answer.has_redirect_location:
                return await _content(answer, largest)
            url = url.join(answer.headers["location"])
        finally:
            await answer.aclose()
    raise SendFailed(Trouble.NEVER, "too many redirects")


async def _request(
    client: httpx.AsyncClient, url: httpx.URL, allowed: Sequence[str], resolve: Resolve
) -> httpx.Request:
    """The request to the address that was checked. Raises SendFailed if the host or its address is not allowed."""
    headers = {"accept-encoding": "identity"}  # so that no small answer unpacks to a huge one
    extensions: dict[str, Any] = {"timeout": SILENCE.as_dict()}
    if url.userinfo or not url.host:
        raise SendFailed(Trouble.NEVER, "address")
    if _origin(url) in {_origin(httpx.URL(entry)) for entry in allowed if "://" in entry}:
        return client.build_request("GET", url, headers=headers, extensions=extensions)
    if url.scheme != "https" or url.port is not None or not _is_listed(url.host, allowed):
        raise SendFailed(Trouble.NEVER, "host not allowed")
    public = [address for address in await resolve(url.host) if is_public(address)]
    if not public:
        raise SendFailed(Trouble.NEVER, "private address")
    headers["host"] = url.raw_host.decode("ascii")
    extensions["sni_hostname"] = headers["host"]  # the certificate is checked against the name, not the number
    return client.build_request("GET", url.copy_with(host=public[0]), headers=headers, extensions=extensions)


async def _content(answer: httpx.Response, largest: int) -> bytes:
    if answer.status_code != httpx.codes.OK:
        again = answer.status_code >= 500 or answer.status_code in (408, 425, 429)
        raise SendFailed(Trouble.LATER if again else Trouble.NEVER, str(answer.status_code))
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise SendFailed(Trouble.NEVER, "packed")
    told = answer.headers.get("content-length", "")
    if told.isdecimal() and int(told) > largest:
        raise AttachmentTooBig(largest)
    content = bytearray()
    async for piece in answer.aiter_raw():
        content += piece
        if len(content) > largest:
            raise AttachmentTooBig(largest)
    return bytes(content)


def is_public(address: str) -> bool:
    """Whether a network address lies in the open internet, also if it is wrapped in another kind of address."""
    try:
        found = _unwrapped(ipaddress.ip_address(address))
    except ValueError:  # with a zone ("fe80::1%eth0"), or none at all
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def _unwrapped(address: _Address) -> _Address:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or address


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _is_listed(host: str, allowed: Sequence[str]) -> bool:
    return any(
        host.endswith(name[1:]) if name.startswith("*.") else host == name for name in allowed if "://" not in name
    )
