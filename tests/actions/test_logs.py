"""What a citizen wrote reaches no log, whoever writes it."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
import structlog

from actions.logs import set_up_logs
from knowledge.settings import ROOT

TEXT = "tôi là Nguyễn Thị Bưởi Hồng, cccd 040093001234, sđt 0912 345 678"
PRIVATE = ("Bưởi", "040093001234", "0912", "345 678")


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    before = (logging.getLogRecordFactory(), sys.excepthook, threading.excepthook)
    early = logging.getLogger("before.set.up")
    set_up_logs()
    yield
    logging.setLogRecordFactory(before[0])
    sys.excepthook, threading.excepthook = before[1:]
    logging.captureWarnings(False)
    structlog.reset_defaults()
    early.handlers.clear()


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What a handler of the standard library writes, with the formatter it comes with."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    logger = logging.getLogger("before.set.up")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield stream
    logger.removeHandler(handler)


def holds_nothing_private(text: str) -> bool:
    return not any(part in text for part in PRIVATE)


def test_a_line_of_ours_is_json_and_masked(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger("actions").warning(
        "not_read", text=TEXT, who={"của tôi": [TEXT]}, procedure="1.001193", times=3
    )
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["level"], line["procedure"], line["times"]) == ("not_read", "warning", "1.001193", 3)
    assert holds_nothing_private(json.dumps(line, ensure_ascii=False))
    assert "[số giấy tờ]" in line["text"]


def test_an_error_of_ours_is_masked_with_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError(TEXT)
    except ValueError:
        structlog.get_logger("actions").exception("went_wrong")
    line = json.loads(capsys.readouterr().out)
    assert "ValueError" in line["exception"]
    assert holds_nothing_private(line["exception"])


def test_an_object_is_masked_by_what_it_shows(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger("actions").info("seen", error=ValueError(TEXT))
    assert holds_nothing_private(capsys.readouterr().out)


def test_ids_that_we_made_stay(capsys: pytest.CaptureFixture[str]) -> None:
    made = "0912345678901234567890123456789a"
    structlog.get_logger("actions").info("stored", id=made)
    assert json.loads(capsys.readouterr().out)["id"] == made


def test_the_standard_librarys_records_are_masked_with_their_arguments(written: io.StringIO) -> None:
    logging.getLogger("before.set.up").debug("received %s from %r", TEXT, {"text": TEXT})
    assert "received" in written.getvalue()
    assert holds_nothing_private(written.getvalue())


def test_a_traceback_is_masked_and_still_there(written: io.StringIO) -> None:
    def called(said: str) -> None:
        raise RuntimeError(f"cannot handle {said}")

    try:
        called(TEXT)
    except RuntimeError:
        logging.getLogger("before.set.up").exception("failed")
    assert "RuntimeError: cannot handle" in written.getvalue()
    assert "in called" in written.getvalue()
    assert holds_nothing_private(written.getvalue())


def test_a_handler_that_is_made_later_writes_masked_too() -> None:
    """Sanic sets its handlers up when the server is made."""
    stream = io.StringIO()
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"plain": {"format": "%(asctime)s %(message)s"}},
            "handlers": {"own": {"class": "logging.StreamHandler", "stream": stream, "formatter": "plain"}},
            "loggers": {"sanic.error.test": {"level": "INFO", "handlers": ["own"], "propagate": False}},
        }
    )
    logging.getLogger("sanic.error.test").error("Exception occurred while handling uri: %s", f"/webhook?said={TEXT}")
    assert "while handling" in stream.getvalue()
    assert holds_nothing_private(stream.getvalue())


def test_a_message_that_does_not_fit_its_arguments_stops_nobody(written: io.StringIO) -> None:
    too_few = ("one %s two %s", TEXT)
    logging.getLogger("before.set.up").info(*too_few)
    assert "one" in written.getvalue()
    assert holds_nothing_private(written.getvalue())


def test_a_stack_is_masked(written: io.StringIO) -> None:
    logging.getLogger("before.set.up").info("here", stack_info=True)
    assert "Stack (most recent call last)" in written.getvalue()


def test_a_thread_that_ends_with_an_error_tells_nothing_private(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise ValueError(TEXT)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert "a thread ends" in caplog.text
    assert holds_nothing_private(caplog.text + capsys.readouterr().err)


def test_a_process_that_ends_with_an_error_tells_nothing_private() -> None:
    program = f"from actions.logs import set_up_logs\nset_up_logs()\nraise ValueError({TEXT!r})"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "ValueError" in done.stderr
    last = [line for line in done.stderr.splitlines() if "raise ValueError" not in line]  # the program's own text
    assert holds_nothing_private("\n".join(last))


def test_a_keyboard_interrupt_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert caplog.text == ""
