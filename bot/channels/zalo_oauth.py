"""Asks Zalo for tokens: the first pair for a code, each next one for a refresh token, which works once."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

import httpx

from bot.channels.zalo_oa_settings import ZaloOaSettings

ACCESS_LIVES = timedelta(seconds=90_000)  # 25 hours
REFRESH_LIVES = timedelta(days=90)  # three months
# Giving up on an answer may cost the pair that is in it, so this waits long.
PATIENCE = httpx.Timeout(60.0, connect=10.0, pool=10.0)
BUSY = frozenset({"-32", "-200"})  # too many calls, or failed over there: said for a while only
NOT_REACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True)
class Pair:
    """Two tokens. lives: of the access token."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    lives: timedelta = ACCESS_LIVES


@dataclass(frozen=True)
class Refused:
    """The service does not take what it was given. code: its own."""

    code: str


@dataclass(frozen=True)
class Unclear:
    """The service did not say. status: of HTTP; 0: there was no answer at all."""

    status: int
    reached: bool = True


@dataclass(frozen=True)
class Request:
    """An authorisation that begins: where the operator's browser is sent, and what its answer must fit.

    PKCE (S256) with a verifier of 43 characters.
    """

    url: str
    state: str
    verifier: str = field(repr=False)


class ZaloOauth:
    """A client of the token service. Calls block. transport: another way than the network."""

    def __init__(self, settings: ZaloOaSettings, transport: httpx.BaseTransport | None = None) -> None:
        self._settings = settings
        self._transport = transport

    def begin(self) -> Request:
        """A new authorisation."""
        verifier, state = secrets.token_urlsafe(32), secrets.token_urlsafe(16)
        digest = hashlib.sha256(verifier.encode("ascii")).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
        query = httpx.QueryParams(
            app_id=self._settings.app_id,
            redirect_uri=self._settings.redirect_uri,
            code_challenge=challenge,
            state=state,
        )
        return Request(f"{self._settings.oauth_url}/v4/oa/permission?{query}", state, verifier)

    def exchange(self, code: str, verifier: str) -> tuple[int, str]:
        """What the service answers to a code: status and body. Raises httpx.HTTPError."""
        return self._ask({"grant_type": "authorization_code", "code": code, "code_verifier": verifier})

    def refresh(self, refresh: str) -> tuple[int, str]:
        """What the service answers to a refresh token, which is spent by it. Raises httpx.HTTPError."""
        return self._ask({"grant_type": "refresh_token", "refresh_token": refresh})

    def _ask(self, form: dict[str, str]) -> tuple[int, str]:
        with httpx.Client(timeout=PATIENCE, transport=self._transport) as client:
            answer = client.post(
                f"{self._settings.oauth_url}/v4/oa/access_token",
                data={"app_id": self._settings.app_id, **form},
                headers={"secret_key": self._settings.secret_of_app()},
            )
            return answer.status_code, answer.text


def read_tokens(status: int, body: str) -> Pair | Refused | Unclear:
    """What an answer of the token service means."""
    try:
        content = json.loads(body, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return Unclear(status)
    if not isinstance(content, dict):
        return Unclear(status)
    access, refresh = content.get("access_token"), content.get("refresh_token")
    if isinstance(access, str) and isinstance(refresh, str) and access and refresh:
        return Pair(access, refresh, _lives(content.get("expires_in")))
    code = str(content.get("error", ""))
    if not re.fullmatch(r"-?\d{1,10}", code) or code == "0" or code in BUSY or _is_busy(status):
        return Unclear(status)
    return Refused(code)


def _is_busy(status: int) -> bool:
    return status >= httpx.codes.INTERNAL_SERVER_ERROR or status == httpx.codes.TOO_MANY_REQUESTS


def _lives(seconds: object) -> timedelta:
    """How long an access token lives: the service says "90000", as a string."""
    said = str(seconds)
    return timedelta(seconds=int(said)) if re.fullmatch(r"[1-9]\d{0,7}", said) else ACCESS_LIVES
