"""Settings of the gateway, from the environment (prefix MOTCUA_) or a .env file. docs/settings.md lists them all."""

from __future__ import annotations

import ipaddress
import secrets
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.limits import known_store

ROOT = Path(__file__).resolve().parent.parent


class BotSettings(BaseSettings):
    """How the gateway listens, whom it asks, what it allows."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_", env_file=".env", extra="ignore", hide_input_in_errors=True)

    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8000, description="port to listen on")
    rasa_url: str = Field(default="http://127.0.0.1:5005", description="where Rasa listens")
    actions_url: str = Field(default="http://127.0.0.1:5055", description="where the action server listens")
    rasa_timeout: float = Field(default=15.0, gt=0, description="seconds to wait for a reply")
    secret: str | None = Field(default=None, description="signs the sessions; made and kept in var/secret if not set")
    session_days: int = Field(default=30, ge=1, description="how long a session may be continued")
    allowed_origins: tuple[str, ...] = Field(default=(), description="sites that may embed the widget (JSON list)")
    message_length: int = Field(default=2000, ge=1, description="characters of a message at most")
    limit_session: str = Field(default="40/minute", description="messages of one session")
    limit_address: str = Field(default="1200/minute", description="messages from one address (phones share addresses)")
    limit_attachments: str = Field(default="20/hour", description="files of one session")
    limit_attachments_address: str = Field(default="600/hour", description="files from one address")
    attachment_bytes: int = Field(default=10 * 1024 * 1024, ge=1024, description="bytes of a file at most")
    notice_seconds: float = Field(default=2.0, gt=0, description="seconds between two looks for notices")
    inner_token: str | None = Field(
        default=None, description="what the gateway shows the actions; made and kept in var/inner-token if not set"
    )
    gateway_database: SecretStr = Field(
        default=SecretStr(f"sqlite:///{ROOT / 'var' / 'gateway.sqlite'}"),
        description="where messages on their way are kept, as SQLAlchemy reads it",
    )
    limits_url: SecretStr = Field(
        default=SecretStr("memory://"),
        description="where messages are counted: memory://, or redis://… for several gateways together",
    )
    metrics_token: SecretStr = Field(
        default=SecretStr(""), description="who shows it may read /metrics from elsewhere than this machine"
    )
    public_url: str = Field(default="", description="the gateway's address as citizens reach it, like https://…")
    message_patience: float = Field(
        default=600.0, gt=0, description="seconds until somebody at a channel hears that their message found no answer"
    )
    keep_chats_days: int = Field(default=180, ge=1, description="days a silent person at a channel stays known")
    trusted_proxies: tuple[str, ...] = Field(
        default=(), description="addresses or networks of proxies whose X-Forwarded-For is believed (JSON list)"
    )

    @field_validator("limits_url")
    @classmethod
    def _store_of_limits(cls, url: SecretStr) -> SecretStr:
        known_store(url.get_secret_value())
        return url

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in proxies:
            ipaddress.ip_network(proxy)
        return proxies

    def signing_secret(self) -> str:
        """The secret, made once and kept in a file that only this user reads if none is set."""
        if self.secret:
            return self.secret
        path = ROOT / "var" / "secret"
        if not path.is_file() or not path.read_text().strip():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48))
        return path.read_text().strip()
