"""The channels that the settings name."""

from __future__ import annotations

from bot.channels.channel import Channel
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_settings import TelegramSettings
from bot.channels.zalo_bot import ZaloBotChannel
from bot.channels.zalo_bot_settings import ZaloBotSettings
from bot.channels.zalo_oa import ZaloOaChannel
from bot.channels.zalo_oa_settings import ZaloOaSettings
from bot.channels.zalo_tokens import ZaloTokens
from bot.delivery.database import GatewayDatabase
from bot.inner import Inner
from bot.settings import BotSettings
from storage.settings import VaultSettings


def made(settings: BotSettings, database: GatewayDatabase, inner: Inner) -> dict[str, Channel]:
    """Each channel that has its token, by name."""
    channels: list[Channel] = []
    telegram = TelegramSettings()
    if telegram.enabled:
        channels.append(TelegramChannel(telegram, inner.file))
    official = ZaloOaSettings()
    if official.enabled:
        tokens = ZaloTokens(official, database, VaultSettings().vault())
        channels.append(ZaloOaChannel(official, tokens, inner.file))
    zalo_bot = ZaloBotSettings()
    if zalo_bot.enabled:
        channels.append(ZaloBotChannel(zalo_bot))
    return {channel.name: channel for channel in channels}
