# ruff: noqa: F401 - importing a module makes its tables known
"""All tables of the gateway: who makes or compares its database imports this."""

from __future__ import annotations

import bot.channels.zalo_tables
import bot.delivery.tables
import bot.pause_tables
from bot.delivery.base import Base

METADATA = Base.metadata
