"""Logs are JSON lines with a time, without what tells who somebody is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

import pytest
import structlog

from bot.logs import set_up_logs
from bot.request_id import bound


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


SAID = "tôi là Nguyễn Thị Bưởi, số 0912345678, căn cước 040199001234"


@pytest.mark.usefixtures("logs")
def test_what_tells_who_somebody_is_does_not_stand_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    log = structlog.get_logger("bot")
    log.error(
        "failed", text=SAID, parts=[SAID, {"inner": (SAID,), SAID: 1}], error_object=ValueError(SAID), code="B101"
    )
    try:
        raise ValueError(SAID)
    except ValueError:
        log.error("failed", exc_info=True)
    out = capsys.readouterr().out
    for word in ("Bưởi", "0912345678", "040199001234"):
        assert word not in out
    first, second = (json.loads(line) for line in out.splitlines())
    assert first["text"].startswith("tôi là [tên], số [số điện thoại]")
    assert first["code"] == "B101"
    assert "ValueError" in second["exception"]


@pytest.mark.usefixtures("logs")
def test_what_is_nobodys_stays(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger("bot").info("x", procedure="2.000365", fee="50.000 đồng", status=503, ok=True, nothing=None)
    line = json.loads(capsys.readouterr().out)
    assert (line["procedure"], line["fee"], line["status"], line["ok"], line["nothing"]) == (
        "2.000365",
        "50.000 đồng",
        503,
        True,
        None,
    )


@pytest.mark.usefixtures("logs")
def test_a_line_tells_the_request(capsys: pytest.CaptureFixture[str]) -> None:
    with bound() as name:
        structlog.get_logger("bot").info("message_answered")
    structlog.get_logger("bot").info("outside")
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["request_id"] == name
    assert "request_id" not in second
