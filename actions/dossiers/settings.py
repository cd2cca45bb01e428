"""Which register of dossiers is asked, from the environment (prefix MOTCUA_) or a .env file; docs/settings.md."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from actions.dossiers.calls import LOOPBACK
from actions.dossiers.codes import read_code
from actions.dossiers.errors import SettingMissing
from actions.dossiers.guarded import CACHE_SECONDS, LONGEST
from actions.dossiers.lgsp import draft_code


class Kind(StrEnum):
    """Where dossiers live."""

    EMBEDDED = "embedded"
    REST = "rest"
    LGSP = "lgsp"


NEEDED = {
    Kind.EMBEDDED: (),
    Kind.REST: ("dossiers_url", "dossiers_token"),
    Kind.LGSP: ("dossiers_url", "dossiers_user", "dossiers_password"),
}


class DossierSettings(BaseSettings):
    """Which register, where it is, by which name it knows us, and how long it may take."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_", env_file=".env", extra="ignore", hide_input_in_errors=True)

    dossiers: Kind = Field(
        default=Kind.EMBEDDED,
        description="where dossiers live: embedded (the own database), rest or lgsp (the province's system)",
    )
    dossiers_url: str = Field(
        default="", description="address of the province's system: https://host/rest/v1, or what comes before /Login"
    )
    dossiers_token: SecretStr = Field(default=SecretStr(""), description="token for rest")
    dossiers_user: str = Field(default="", repr=False, description="user name for lgsp")
    dossiers_password: SecretStr = Field(default=SecretStr(""), description="password for lgsp")
    dossiers_unit: str = Field(
        default="000.00.00.H41", description="our unit's code (madonvi) for lgsp; the codes of drafts begin with it"
    )
    dossiers_page: str = Field(
        default="", description="for lgsp: page where an applicant finishes a draft; {code} stands for its code"
    )
    dossiers_timeout: float = Field(
        default=3.0, gt=0, le=30, description="seconds to wait for the province's system to connect or say something"
    )
    dossiers_longest: float = Field(
        default=LONGEST, gt=0, le=60, description="seconds that one look-up or draft may take with all its attempts"
    )
    dossiers_cache: float = Field(
        default=CACHE_SECONDS, ge=0, le=300, description="seconds for which a dossier is not asked for again"
    )
    dossiers_demonstration: bool | None = Field(
        default=None, description="whether the dossiers are made up and replies say so; not set: yes if embedded"
    )

    @property
    def demonstration(self) -> bool:
        """Whether replies say that the dossiers are made up."""
        set_here = self.dossiers_demonstration
        return self.dossiers is Kind.EMBEDDED if set_here is None else set_here

    @field_validator("dossiers_url", "dossiers_page")
    @classmethod
    def _safe_address(cls, address: str) -> str:
        parts = urlsplit(address)
        if not address:
            return address
        if (
            not parts.hostname
            or parts.port == 0
            or parts.username
            or parts.password
            or not re.fullmatch(r"[!-~]+", address)
        ):
            raise ValueError("an address has a host, no user name and no password, and only ASCII characters")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("an address begins with https://; http:// is for this machine only")
        return address

    @field_validator("dossiers_url")
    @classmethod
    def _nothing_after_the_path(cls, address: str) -> str:
        if "?" in address or "#" in address:
            raise ValueError("the address of a system has no question mark and no fragment")
        return address.rstrip("/")

    @field_validator("dossiers_token")
    @classmethod
    def _fits_a_header(cls, token: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[!-~]*", token.get_secret_value()):
            raise ValueError("a token has ASCII characters only and no spaces")
        return token

    @field_validator("dossiers_unit")
    @classmethod
    def _a_unit(cls, unit: str) -> str:
        """The code of a draft must be the one that is read when a citizen types it."""
        code = draft_code(unit, "a key")
        if read_code(code).code != code:
            raise ValueError("a unit looks like 000.00.00.H41 or H41.18")
        return unit

    @model_validator(mode="after")
    def _what_belongs_together(self) -> Self:
        """Raises SettingMissing, which pydantic lets through."""
        missing = [name for name in NEEDED[self.dossiers] if not _set(getattr(self, name))]
        if missing:
            named = ", ".join(f"MOTCUA_{name.upper()}" for name in missing)
            raise SettingMissing(f"MOTCUA_DOSSIERS={self.dossiers.value} needs {named}.")
        return self


@lru_cache
def dossier_settings() -> DossierSettings:
    """The settings, read once. Raises SettingMissing and pydantic.ValidationError."""
    return DossierSettings()


def _set(value: str | SecretStr) -> bool:
    return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)
