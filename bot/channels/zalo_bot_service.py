"""A small client of the Zalo Bot Platform: one call, its answer, and what its errors mean.

Sources differ in quality and none is complete; docs/zalo-bot.md says what is not confirmed.
"""

from __future__ import annotations

import logging
from typing import Any

import httpx

from bot.channels.channel import SendFailed, Trouble

NO_UPDATE = "408"  # the answer to getUpdates when nothing came in time
SILENT = ("httpx", "httpcore")  # their lines hold addresses, in which the token stands
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)  # the call never left

# Of the service's error_code, or else of the HTTP status. 403 is told to be the service's own trouble, not a refusal.
TROUBLES = {
    "401": Trouble.BROKEN,
    "403": Trouble.LATER,
    "408": Trouble.UNKNOWN,
    "425": Trouble.LATER,
    "426": Trouble.LATER,
    "429": Trouble.LATER,
    "504": Trouble.UNKNOWN,
}


class ZaloBotService:
    """Calls of one bot. Nothing that it raises or logs tells the token, which stands in every address."""

    def __init__(self, base_url: str, token: str, timeout: float) -> None:
        for noisy in SILENT:
            logging.getLogger(noisy).setLevel(logging.WARNING)
        self._address = f"{base_url}/bot{token}"
        self._timeout = timeout
        self._client = httpx.AsyncClient(timeout=timeout)

    async def close(self) -> None:
        """Disconnects."""
        await self._client.aclose()

    async def call(self, method: str, body: dict[str, Any], *, patience: float = 0) -> Any:
        """The result of a call, out of its envelope. patience: seconds more to wait. Raises SendFailed."""
        timeout = httpx.Timeout(self._timeout, read=self._timeout + patience)
        try:
            answer = await self._client.post(f"{self._address}/{method}", json=body, timeout=timeout)
        except httpx.HTTPError as error:
            trouble = Trouble.LATER if isinstance(error, NOT_SENT) else Trouble.UNKNOWN
            failed = SendFailed(trouble, type(error).__name__)
        else:
            return _result(answer)
        raise failed  # outside, so that the error with the address does not come along


def _result(answer: httpx.Response) -> Any:
    """The result in an envelope. Raises SendFailed."""
    try:
        envelope = answer.json()
    except ValueError:
        envelope = None
    if not isinstance(envelope, dict) or "ok" not in envelope:
        if answer.is_success:
            raise SendFailed(Trouble.UNKNOWN, "unreadable")
        envelope = {}
    if envelope.get("ok") is True:
        return envelope.get("result")
    code = str(envelope.get("error_code") or envelope.get("errorCode") or answer.status_code)
    code = code if code.lstrip("-").isdecimal() and len(code) < 10 else "unreadable"
    raise SendFailed(_trouble(code), code, after=_after(answer, envelope))


def _trouble(code: str) -> Trouble:
    if code.isdecimal() and int(code) >= 500:
        return TROUBLES.get(code, Trouble.LATER)
    return TROUBLES.get(code, Trouble.NEVER)


def _after(answer: httpx.Response, envelope: dict[str, Any]) -> float | None:
    """Seconds to wait, where the service says so: not documented, so it is looked for where its likes say it."""
    parameters = envelope.get("parameters")
    told = parameters.get("retry_after") if isinstance(parameters, dict) else None
    told = answer.headers.get("retry-after") if told is None else told
    try:
        return max(0.0, float(told)) if told is not None else None
    except (TypeError, ValueError):
        return None
