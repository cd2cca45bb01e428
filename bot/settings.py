"""Settings of the gateway, from the environment (prefix MOTCUA_) or a .env file. docs/settings.md lists them all."""

from __future__ import annotations

import secrets
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class BotSettings(BaseSettings):
    """How the gateway listens, whom it asks, what it allows."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_", env_file=".env", extra="ignore")

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
