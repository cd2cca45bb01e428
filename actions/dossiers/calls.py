"""One call to a province's system: bounded in time and size, no redirects, nothing of it in logs.

Addresses hold codes of dossiers and bodies hold names, so neither stands in a log line or in an error's text.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from actions.dossiers.errors import RegisterAway, RegisterStrange

LARGEST_ANSWER = 2 * 2**20  # bytes
LONGEST_CALL = 30.0  # seconds, however slowly the bytes come
CONNECTIONS = 20
LOOPBACK = ("127.0.0.1", "localhost", "::1")

_SECONDS = re.compile(r"[0-9]{1,6}", re.ASCII)


@dataclass(frozen=True)
class Answer:
    """What came back. content: at most LARGEST_ANSWER bytes."""

    status: int
    content: bytes = field(repr=False)
    retry_after: float = 0.0

    def json(self) -> Any:
        """The content as JSON. Raises RegisterStrange."""
        return read_json(self.content)


def read_json(text: str | bytes) -> Any:
    """Raises RegisterStrange where a text is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass  # the error would carry the text along
    raise RegisterStrange("The province's system answers with something that is not JSON.")


class Calls:
    """The connections to one system. base: address up to what all paths share. timeout: seconds of silence.

    Belongs to the event loop that first uses it.
    """

    def __init__(
        self,
        base: str,
        *,
        timeout: float,
        headers: dict[str, str] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        for noisy in ("httpx", "httpcore"):  # they log addresses
            logging.getLogger(noisy).setLevel(logging.WARNING)
        self._base = base.rstrip("/")
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(timeout),
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
            follow_redirects=False,
            trust_env=urlsplit(base).hostname not in LOOPBACK,  # no proxy between us and this machine
            headers={"Accept": "application/json", "Accept-Encoding": "identity", **(headers or {})},
            transport=transport,
        )

    async def ask(self, method: str, path: str, body: bytes | None = None) -> Answer:
        """The answer, whatever its status, but for those that say that the system is away.

        path: from the base on, quoted. Raises RegisterAway (no answer, 408, 429, 5xx but 501) and RegisterStrange (too
        large, packed, or a redirect).
        """
        answer = await self._answered(method, path, body)
        if answer.status in (408, 429) or (answer.status >= 500 and answer.status != 501):
            raise RegisterAway(f"The province's system answers HTTP {answer.status}.", retry_after=answer.retry_after)
        if 300 <= answer.status < 400:
            raise RegisterStrange("The province's system sends us to another address.")
        return answer

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def _answered(self, method: str, path: str, body: bytes | None) -> Answer:
        try:
            async with asyncio.timeout(LONGEST_CALL):
                headers = {} if body is None else {"Content-Type": "application/json"}
                url = f"{self._base}{path}"
                async with self._http.stream(method, url, content=body, headers=headers) as response:
                    content = await _content(response)
                    return Answer(response.status_code, content, _retry_after(response))
        except (httpx.TransportError, TimeoutError) as error:
            trouble = type(error).__name__
        raise RegisterAway(f"The province's system cannot be reached ({trouble}).")


async def _content(response: httpx.Response) -> bytes:
    if response.headers.get("content-encoding", "identity") != "identity":
        raise RegisterStrange("The province's system sends packed content, which was not asked for.")
    content = bytearray()
    async for part in response.aiter_bytes():
        content += part
        if len(content) > LARGEST_ANSWER:
            raise RegisterStrange(f"The province's system answers with more than {LARGEST_ANSWER // 2**20} MB.")
    return bytes(content)


def _retry_after(response: httpx.Response) -> float:
    """Seconds; a date, which is allowed too, counts as none."""
    asked = _SECONDS.fullmatch(response.headers.get("retry-after", "").strip())
    return float(asked.group()) if asked else 0.0
