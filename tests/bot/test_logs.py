"""Logs are JSON lines with a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

import pytest
import structlog

from bot.logs import set_up_logs


@pytest.fixture
def logs() -> Iterator[None]:
    set_up_logs()
    yield
    structlog.reset_defaults()


@pytest.mark.usefixtures("logs")
def test_a_line_is_json_with_level_and_time(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger("bot").error("rasa_away", error="TimeoutException", name="Nghệ An")
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["level"], line["name"]) == ("rasa_away", "error", "Nghệ An")
    assert datetime.fromisoformat(line["timestamp"]).tzinfo is not None
