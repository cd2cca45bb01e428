"""The token with which the gateway comes to the inner routes: set, or made and kept by whoever comes first."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from knowledge.settings import ROOT

TOKEN_FILE = ROOT / "var" / "inner-token"


class InnerSettings(BaseSettings):
    """What the gateway and the actions share."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_", env_file=".env", extra="ignore", hide_input_in_errors=True)

    inner_token: SecretStr = Field(
        default=SecretStr(""),
        description="token between gateway and actions; made and kept in var/inner-token if not set",
    )


def inner_token(path: Path = TOKEN_FILE) -> str:
    """The token, from the settings or from the file that only this user reads."""
    return InnerSettings().inner_token.get_secret_value() or _kept(path)


def _kept(path: Path) -> str:
    """The token in a file. Of several processes that find none, the first one makes it for all."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, written = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(written, path)
        Path(written).unlink()
    return path.read_text(encoding="ascii").strip()
