"""The whole house with two gateways behind a balancer, PostgreSQL, Redis, and the doubles of all channels."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from bot.channels import telegram as telegram_channel
from bot.channels.telegram import TelegramChannel
from bot.channels.zalo_bot import ZaloBotChannel
from bot.channels.zalo_oa import ZaloOaChannel
from bot.channels.zalo_oa_settings import ZaloOaSettings
from bot.channels.zalo_tokens import ZaloTokens
from bot.delivery.database import GatewayDatabase
from bot.delivery.outbox import Outbox
from bot.delivery.store import Store
from bot.delivery.tables import IncomingRow, OutgoingRow, State
from storage.vault import Vault
from tests.bot.channels import zalo_world
from tests.chaos.balancer import Balancer, balancing
from tests.doubles import telegram, zalo_bot, zalo_oa
from tests.doubles.double import Deliveries, Faults
from tests.house import Breakable, standing, unlimited_house
from tests.postgres import Postgres
from tests.redis_server import RedisServer

SECOND = "gateway-2"
LOOK = 0.5  # seconds
STILL = 4  # looks in a row that must find nothing under way
ECHO_SECONDS = "5"
ECHO_AFTER_START = "8"  # the doubles call again much sooner than the service does
SETTLE = {
    TelegramChannel.name: timedelta(seconds=telegram_channel.SETTLE),
    ZaloOaChannel.name: timedelta(seconds=ZaloOaChannel.settle),
    ZaloBotChannel.name: timedelta(seconds=ZaloBotChannel.settle),
}
SHARES = {
    "too_many": 0.02,
    "broken": 0.02,
    "slow": 0.01,
    "lost_answer": 0.02,
    "lost_call": 0.01,
    "duplicated": 0.05,
    "shuffled": 0.05,
}


class Counted(Faults):
    """Faults that count how often each struck. struck: by name."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.struck: Counter[str] = Counter()

    def strikes(self, name: str) -> bool:
        strikes = super().strikes(name)
        if strikes:
            self.struck[name] += 1
        return strikes


@dataclass
class Doubles:
    """The services of the channels, and their faults by channel."""

    telegram: telegram.TelegramDouble
    zalo_oa: zalo_oa.ZaloOaDouble
    zalo_bot: zalo_bot.ZaloBotDouble
    faults: dict[str, Counted]

    def violations(self) -> dict[str, dict[str, int]]:
        """What we did against the rules of each service, and how often."""
        found = {
            "telegram": self.telegram.violations,
            "zalo-oa": self.zalo_oa.violations,
            "zalo-bot": self.zalo_bot.violations,
        }
        return {name: dict(Counter(violations)) for name, violations in found.items()}

    @property
    def deliveries(self) -> dict[str, Deliveries]:
        """What each service does to hand over what people did."""
        return {
            "telegram": self.telegram.deliveries,
            "zalo-oa": self.zalo_oa.deliveries,
            "zalo-bot": self.zalo_bot.deliveries,
        }

    def idle(self, seconds: float) -> bool:
        """Waits until everything that people did was handed to us."""
        end = time.monotonic() + seconds
        return all(one.idle(max(0.1, end - time.monotonic())) for one in self.deliveries.values())


@dataclass
class World:
    """All of it. store: the gateways' database, beside them."""

    house: Breakable
    doubles: Doubles
    balancer: Balancer
    store: Store

    def at_rest(self, seconds: float) -> dict[str, int]:
        """Waits until nothing is under way any more; gives what is left over then, by queue and state."""
        end, still, left = time.monotonic() + seconds, 0, {}
        while still < STILL and time.monotonic() < end:
            depths = Outbox(self.store).depths()
            left = {f"{queue} {state}": count for (queue, state), count in depths.items() if state != State.DEAD}
            still = 0 if left else still + 1
            time.sleep(LOOK)
        return left

    def outgoing(self) -> dict[str, dict[str, int]]:
        """How many calls each channel was to get, how many more were tried, how many were given up."""
        row = OutgoingRow
        dead = func.count().filter(row.state == State.DEAD)
        expired = func.count().filter(row.state == State.EXPIRED)
        query = select(row.channel, func.count(), func.sum(row.tries), dead, expired).group_by(row.channel)
        rows = self.store.do(lambda session: session.execute(query).all())
        return {
            channel: {"calls": calls, "further_tries": tries - calls, "dead": gone, "expired": late}
            for channel, calls, tries, gone, late in rows
        }

    def brought_late(self, channel: str) -> Counter[str]:
        """How many messages of each person at a channel came after one that was written later had waited for them.

        Their service, which handed them over in another order, could not reach us in between.
        """
        query = select(IncomingRow.chat, IncomingRow.sent, IncomingRow.received)
        rows = self.store.do(lambda session: session.execute(query.where(IncomingRow.channel == channel)).all())
        late: Counter[str] = Counter()
        by_chat: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
        for chat, sent, received in rows:
            by_chat[chat].append((sent, received))
        for chat, sent, received in rows:
            late[chat] += any(written > sent and came + SETTLE[channel] < received for written, came in by_chat[chat])
        return late

    def chat_name(self, channel: str, person: str) -> str:
        """How somebody stands in the gateways' tables."""
        doubles = self.doubles
        chats: dict[str, Callable[[str], str]] = {
            "telegram": doubles.telegram.chat_of,
            "zalo-oa": doubles.zalo_oa.id_of,
            "zalo-bot": str,
        }
        return self.store.vault.name("chat", channel, chats[channel](person))

    def committed(self, channel: str) -> set[str]:
        """The service's numbers of messages of which a gateway has written down that they were sent."""
        query = select(OutgoingRow.told).where(OutgoingRow.channel == channel, OutgoingRow.told != "")
        sealed = self.store.do(lambda session: session.scalars(query).all())
        return {self.store.vault.open(number) for number in sealed}


@contextmanager
def chaos_world(folder: Path, postgres: Postgres, redis: RedisServer, seed: int, workers: int = 1) -> Iterator[World]:
    """Everything running and nothing failing yet. workers: of Rasa."""
    with ExitStack() as held:
        databases = [postgres.fresh_database() for _ in range(3)]
        for url in databases:
            held.callback(postgres.drop, url)
        balancer = held.enter_context(balancing())
        doubles = _doubles(held, seed)
        house = unlimited_house(
            folder,
            MOTCUA_DATABASE=databases[0],
            MOTCUA_GATEWAY_DATABASE=databases[1],
            MOTCUA_CONVERSATIONS=databases[2],
            MOTCUA_REDIS_URL=redis.fresh_database(),
            MOTCUA_LIMITS_URL=redis.fresh_database(),
            SANIC_WORKERS=str(workers),
            **_channels(doubles, balancer.url, folder),
        )
        database = GatewayDatabase(databases[1])
        store = Store(database, Vault([house.entry.vault_key]))
        held.callback(store.close)
        official = ZaloOaSettings.model_validate(_official(doubles.zalo_oa.url, folder))
        zalo_world.authorise(ZaloTokens(official, database, store.vault))
        running = held.enter_context(standing(house))
        gateways = (house.address, running.add_gateway(SECOND))
        balancer.to(gateways)
        _open(doubles, balancer.url)
        yield World(running, doubles, balancer, store)


def begin_faults(doubles: Doubles) -> None:
    """From now on the services fail. The Zalo bot's never loses an answer: nobody could find out what became of it."""
    for channel, faults in doubles.faults.items():
        for name, share in SHARES.items():
            setattr(faults, name, 0 if (channel, name) == ("zalo-bot", "lost_answer") else share)


def _doubles(held: ExitStack, seed: int) -> Doubles:
    faults = {name: Counted(seed=seed + row) for row, name in enumerate(("telegram", "zalo-oa", "zalo-bot"))}
    return Doubles(
        held.enter_context(telegram.running_telegram(faults["telegram"])),
        held.enter_context(zalo_oa.running_zalo_oa(faults["zalo-oa"], speed=2000, patient=True)),
        held.enter_context(zalo_bot.running_zalo_bot(faults["zalo-bot"])),
        faults,
    )


def _open(doubles: Doubles, url: str) -> None:
    """People are let in once each service knows where to find us."""
    doubles.zalo_oa.set_webhook(f"{url}/channels/zalo-oa")
    while not (doubles.zalo_bot.webhook and doubles.telegram.webhook):
        time.sleep(0.05)


def _channels(doubles: Doubles, url: str, folder: Path) -> dict[str, str]:
    official = {
        f"MOTCUA_ZALO_OA_{name.upper()}": value for name, value in _official(doubles.zalo_oa.url, folder).items()
    }
    return {
        "MOTCUA_TELEGRAM_TOKEN": telegram.TOKEN,
        "MOTCUA_TELEGRAM_BASE_URL": doubles.telegram.url,
        "MOTCUA_TELEGRAM_MODE": "webhook",
        "MOTCUA_TELEGRAM_PUBLIC_URL": url,
        "MOTCUA_ZALO_BOT_TOKEN": zalo_bot.TOKEN,
        "MOTCUA_ZALO_BOT_BASE_URL": doubles.zalo_bot.url,
        "MOTCUA_ZALO_BOT_MODE": "webhook",
        "MOTCUA_ZALO_BOT_PUBLIC_URL": url,
        **official,
    }


def _official(url: str, folder: Path) -> dict[str, str]:
    return {
        "app_id": zalo_oa.APP_ID,
        "app_secret": zalo_oa.APP_SECRET,
        "webhook_secret": zalo_oa.WEBHOOK_SECRET,
        "redirect_uri": zalo_oa.REDIRECT_URI,
        "base_url": url,
        "oauth_url": url,
        "answers": str(folder / "zalo-oa"),
        "echo_seconds": ECHO_SECONDS,
        "echo_after_start": ECHO_AFTER_START,
    }
