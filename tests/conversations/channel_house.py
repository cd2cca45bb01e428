"""A second gateway before the house of these tests, with the doubles of all channels, and citizens who write there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Protocol

from pydantic import SecretStr

from bot.channels.channel import Channel
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_settings import TelegramSettings
from bot.channels.zalo_bot import ZaloBotChannel
from bot.channels.zalo_bot_settings import ZaloBotSettings
from bot.channels.zalo_oa import ZaloOaChannel
from bot.channels.zalo_tokens import ZaloTokens
from bot.delivery.database import GatewayDatabase
from bot.gateway import Gateway
from bot.inner import Inner
from bot.settings import BotSettings
from storage.settings import VaultSettings
from tests.bot.channels import zalo_world
from tests.bot.double import running
from tests.doubles import telegram, zalo_bot
from tests.doubles.double import Shown
from tests.doubles.zalo_oa import ZaloOaDouble, running_zalo_oa
from tests.house import INNER_TOKEN, UNLIMITED, Entry, free_ports

PATIENCE = 30.0  # seconds for a reply
PUBLIC = "https://tro-ly.example"


class Double(Protocol):
    """What the doubles of all channels can do."""

    violations: list[str]

    def say(self, person: str, text: str) -> str:
        """Somebody writes."""

    def tap(self, person: str, shown: Shown, title: str) -> str:
        """Somebody taps a button, or types its number where there are none."""

    def shown(self, person: str) -> list[Shown]:
        """What somebody sees from us, in its order."""


@dataclass
class Citizen:
    """Somebody at a channel. seen: so many messages were looked at."""

    double: Double
    person: str
    seen: int = 0
    last: list[Shown] = field(default_factory=list)

    def say(self, text: str, *wanted: str) -> list[Shown]:
        """Writes, and waits until something comes that says what is wanted."""
        self.double.say(self.person, text)
        return self.reads(*wanted)

    def tap(self, title: str, *wanted: str) -> list[Shown]:
        """Taps a button of what came last, or types its number; the beginning of its title is enough."""
        with_it = [(one, found) for one in reversed(self.last) for found in one.titles if found.startswith(title)]
        if with_it:
            self.double.tap(self.person, *with_it[0])
            return self.reads(*wanted)
        listed = re.compile(rf"^(\d+)\. {re.escape(title)}", re.MULTILINE)
        numbers = [found[1] for one in self.last if (found := listed.search(one.text))]
        assert numbers, f"no {title!r} in {self.last}"
        return self.say(numbers[-1], *wanted)

    def reads(self, *wanted: str) -> list[Shown]:
        """Waits for something new that says all of this."""
        deadline = monotonic() + PATIENCE
        while True:
            new = self.double.shown(self.person)[self.seen :]
            text = "\n".join(one.text for one in new).lower()
            if new and all(word.lower() in text for word in wanted):
                self.seen += len(new)
                self.last = new
                return new
            assert monotonic() < deadline, f"{wanted} not in {new}"
            sleep(0.05)


@dataclass(frozen=True)
class Places:
    """The gateway's address and the doubles before it."""

    url: str
    telegram: telegram.TelegramDouble
    zalo_oa: ZaloOaDouble
    zalo_bot: zalo_bot.ZaloBotDouble


@contextmanager
def channels_before(entry: Entry, folder: Path) -> Iterator[Places]:
    """A gateway of our own in front of a running house, on all channels."""
    with ExitStack() as held:
        tele = held.enter_context(telegram.running_telegram())
        official = held.enter_context(running_zalo_oa())
        bot = held.enter_context(zalo_bot.running_zalo_bot())
        port = free_ports(1)[0]

        def made(settings: BotSettings, database: GatewayDatabase, inner: Inner) -> dict[str, Channel]:
            tokens = ZaloTokens(zalo_world.own_settings(official.url, folder), database, VaultSettings().vault())
            zalo_world.authorise(tokens)
            of_telegram = TelegramSettings(token=telegram.TOKEN, base_url=tele.url, mode="webhook", public_url=PUBLIC)
            of_bot = ZaloBotSettings(
                token=zalo_bot.TOKEN, base_url=bot.url, mode="webhook", public_url=f"http://127.0.0.1:{port}",
            )  # fmt: skip
            all_of_them: list[Channel] = [
                TelegramChannel(of_telegram, inner.file),
                ZaloOaChannel(zalo_world.own_settings(official.url, folder), tokens, inner.file),
                ZaloBotChannel(of_bot),
            ]
            return {channel.name: channel for channel in all_of_them}

        settings = BotSettings(
            rasa_url=entry.rasa,
            actions_url=entry.actions,
            secret=entry.secret,
            inner_token=INNER_TOKEN,
            gateway_database=SecretStr(f"sqlite:///{folder / 'gateway.sqlite'}"),
            notice_seconds=0.3,
            limit_session=UNLIMITED,
            limit_address=UNLIMITED,
        )
        url = held.enter_context(running(Gateway(settings, channels=made), port))
        tele.deliver_to(f"{url}/channels/telegram")
        official.set_webhook(f"{url}/channels/zalo-oa")
        yield Places(url, tele, official, bot)
