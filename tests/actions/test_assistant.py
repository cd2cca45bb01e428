"""What a process of the actions has once: library, desk, survey."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from actions import assistant
from actions.desk.entries import Kind, Reason
from actions.desk.settings import DeskSettings
from knowledge.surroundings import Surroundings
from tests.actions.conftest import NO_ENV_FILE

WORKDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # nine on a Monday in Vietnam
EVENING = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
TELLS_NOBODY: dict[str, Any] = {"notice_email": "", "notice_telegram_chat": "", "notice_telegram_token": ""}
HOLIDAY = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # the Day of Vietnamese Culture, first in 2026


@pytest.fixture(autouse=True)
def nothing_loaded() -> Iterator[None]:
    for once in (assistant.library, assistant.desk):
        once.cache_clear()
    yield
    for once in (assistant.library, assistant.desk):
        once.cache_clear()


def test_there_is_one_library(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    monkeypatch.setattr(assistant, "Library", made.append)
    assert assistant.library() is assistant.library()
    assert len(made) == 1


@pytest.mark.parametrize(
    ("moment", "kind"), [(WORKDAY, Kind.NOW), (EVENING, Kind.CALL_BACK), (HOLIDAY, Kind.CALL_BACK)]
)
def test_an_officer_is_there_in_the_hours_of_the_calendar(
    surroundings: Surroundings, tmp_path: object, monkeypatch: pytest.MonkeyPatch, moment: datetime, kind: Kind
) -> None:
    own: dict[str, Any] = {"database": f"sqlite:///{tmp_path}/desk.sqlite", "desk_key": "a key for tests"}
    settings = DeskSettings(**own, **TELLS_NOBODY, **NO_ENV_FILE)
    monkeypatch.setattr(assistant, "desk_settings", lambda: settings)
    monkeypatch.setattr(assistant, "library", lambda: SimpleNamespace(surroundings=surroundings))
    desk = assistant.desk()
    assert assistant.desk() is desk
    monkeypatch.setattr(desk, "_now", lambda: moment)
    assert desk.hand_over("a", Reason.ASKED).kind is kind


def test_the_survey_is_the_shipped_one() -> None:
    assert [criterion.id for criterion in assistant.survey().criteria][:2] == ["waiting", "attitude"]
