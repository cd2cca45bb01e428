"""A Zalo Official Account for the tests: the double of its service, our tokens and our channel before it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from cryptography.fernet import Fernet

from bot.channels.zalo_oa import ZaloOaChannel
from bot.channels.zalo_oa_settings import ZaloOaSettings
from bot.channels.zalo_tokens import ZaloTokens
from bot.delivery.database import GatewayDatabase
from bot.inner import StoredFile
from storage.vault import Vault
from tests.doubles.zalo_oa import APP_ID, APP_SECRET, REDIRECT_URI, WEBHOOK_SECRET, ZaloOaDouble

KEY = Fernet.generate_key().decode()


def own_settings(url: str, folder: Path, **changes: Any) -> ZaloOaSettings:
    """Settings for the double at an address, with some changed."""
    values: dict[str, Any] = {
        "app_id": APP_ID,
        "app_secret": APP_SECRET,
        "webhook_secret": WEBHOOK_SECRET,
        "redirect_uri": REDIRECT_URI,
        "base_url": url,
        "oauth_url": url,
        "answers": folder / "answers",
        "file_hosts": (url,),
        "timeout": 5,
        "echo_seconds": 0,
        "echo_after_start": 0,
    }
    return ZaloOaSettings(**values | changes)


class Clock:
    """A clock that stands somewhere before the real one, or after it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def set_to(self, moment: datetime) -> None:
        self.ahead = moment - datetime.now(UTC)

    def set_on(self, **by: float) -> None:
        self.ahead += timedelta(**by)


class World:
    """All of it. files: what the action server would give, by id."""

    def __init__(self, double: ZaloOaDouble, folder: Path, database: str = "", **changes: Any) -> None:
        self.double, self.folder = double, folder
        self.clock = Clock()
        self.database = GatewayDatabase(database) if database else fresh_database(folder)
        self.settings = own_settings(double.url, folder, **changes)
        self.files: dict[str, StoredFile] = {}
        self._channels: list[ZaloOaChannel] = []
        self.tokens = self.more_tokens()
        self.channel = self.more_channel()

    def more_tokens(self) -> ZaloTokens:
        """Those of another process."""
        return ZaloTokens(self.settings, self.database, Vault([KEY]), now=self.clock)

    def more_channel(self, tokens: ZaloTokens | None = None) -> ZaloOaChannel:
        """That of another process."""
        self._channels.append(ZaloOaChannel(self.settings, tokens or self.tokens, self._file, now=self.clock))
        return self._channels[-1]

    def authorise(self) -> None:
        """As an operator does: agrees in the browser, pastes the address to which it was sent."""
        authorise(self.tokens)

    def pass_time(self, **by: float) -> None:
        """For us and for the service."""
        self.clock.set_on(**by)
        self.double.set_clock(self.clock())

    def move_to(self, moment: datetime) -> None:
        """It is this moment, here and there."""
        self.clock.set_to(moment)
        self.double.set_clock(moment)

    async def _file(self, name: str) -> StoredFile | None:
        return self.files.get(name)

    async def close(self) -> None:
        """Disconnects all of it."""
        for channel in self._channels:
            await channel.close()
        self.database.close()


@lru_cache(maxsize=1)
def _empty() -> bytes:
    """A database with all tables, made once for all tests of a process."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "gateway.sqlite"
        database = GatewayDatabase(f"sqlite:///{path}")
        database.engine()
        database.close()
        return path.read_bytes()


def fresh_database(folder: Path) -> GatewayDatabase:
    """The database of a folder; an empty one where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "gateway.sqlite"
    if not path.exists():
        path.write_bytes(_empty())
    return GatewayDatabase(f"sqlite:///{path}")


def authorise(tokens: ZaloTokens, browse: Callable[[str], str] | None = None) -> None:
    """The first authorisation, the browser included."""
    request = tokens.begin()
    tokens.authorise(request, (browse or agreed)(request.url))


def agreed(url: str) -> str:
    """Where the browser of an administrator who agrees ends."""
    return httpx.get(url, follow_redirects=False, timeout=5).headers["location"]
