"""Settings of the sandbox, from the environment (prefix MOTCUA_SANDBOX_) or a .env file.

Its token, name and password are no secrets: it holds made-up people, and listens on 127.0.0.1 only.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from actions.dossiers.sandbox.faults import Faults

ROOT = Path(__file__).resolve().parents[3]
FASTEST = 10_000.0  # a year in less than an hour


class SandboxSettings(BaseSettings):
    """How the sandbox starts; speed and faults can be changed while it runs."""

    model_config = SettingsConfigDict(
        env_prefix="MOTCUA_SANDBOX_", env_file=".env", extra="ignore", hide_input_in_errors=True
    )

    port: int = Field(default=8090, ge=0, le=65535, description="port on 127.0.0.1")
    database: str = Field(
        default=f"sqlite:///{ROOT / 'var' / 'sandbox.sqlite'}",
        repr=False,  # it may hold a password
        description="URL of its own database, as SQLAlchemy reads it",
    )
    token: SecretStr = Field(default=SecretStr("sandbox"), min_length=1, description="bearer token of the REST API")
    user: str = Field(default="sandbox", description="user name of the LGSP login")
    password: SecretStr = Field(default=SecretStr("sandbox"), min_length=1, description="password of the LGSP login")
    speed: float | None = Field(
        default=None, ge=0, le=FASTEST, description="how many times as fast as ours its time runs; unset: as it was"
    )
    seed: int = Field(default=1, description="of all that is left to chance")
    faults: Faults = Field(default=Faults(), description="what goes wrong from the start, as JSON")
