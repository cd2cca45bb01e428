"""Settings of attachments and papers: limits that hold, an address of the scanner that can be one."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from actions.submissions.file_settings import MEBIBYTE, FileSettings

NO_ENV_FILE: dict[str, Any] = {"_env_file": None}


def test_ten_mebibytes_and_no_scanner_unless_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in FileSettings.model_fields:
        monkeypatch.delenv(f"MOTCUA_{name.upper()}", raising=False)
    settings = FileSettings(**NO_ENV_FILE)
    assert settings.attachment_bytes == 10 * MEBIBYTE
    assert settings.clamav == ""
    assert settings.font_folder is None


def test_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_ATTACHMENT_BYTES", "2048")
    monkeypatch.setenv("MOTCUA_CLAMAV", "tcp://127.0.0.1:3310")
    settings = FileSettings(**NO_ENV_FILE)
    assert settings.attachment_bytes == 2048
    assert settings.clamav == "tcp://127.0.0.1:3310"


@pytest.mark.parametrize("url", ["tcp://scanner:3310", "unix:///run/clamav/clamd.ctl", ""])
def test_an_address_of_clamd(url: str) -> None:
    assert FileSettings(clamav=url, **NO_ENV_FILE).clamav == url


@pytest.mark.parametrize("url", ["tcp://scanner", "127.0.0.1:3310", "unix://run/clamd", "http://scanner:3310", "clamd"])
def test_what_is_no_address_of_clamd(url: str) -> None:
    with pytest.raises(ValidationError, match="clamd"):
        FileSettings(clamav=url, **NO_ENV_FILE)


def test_no_file_is_larger_than_the_table_is_made_for() -> None:
    with pytest.raises(ValidationError):
        FileSettings(attachment_bytes=11 * MEBIBYTE, **NO_ENV_FILE)
