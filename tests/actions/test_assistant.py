"""What a process of the actions has once: library, desk, survey, the rooms of part 4."""

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
from tests.actions.rooms import ONCE, Rooms

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


@pytest.mark.parametrize("name", ONCE)
def test_there_is_one_of_each_room(rooms: Rooms, name: str) -> None:
    room = getattr(assistant, name)
    assert room() is room()


def test_all_rooms_share_one_database_and_one_vault(rooms: Rooms) -> None:
    for room in (assistant.submissions(), assistant.files(), assistant.outbox(), assistant.consents()):
        assert vars(room)["_database"] is rooms.database
        assert vars(room)["_vault"] is assistant.vault()


def test_every_room_that_keeps_something_of_a_person_is_asked_and_erased(rooms: Rooms) -> None:
    kept = vars(assistant.personal_data())["_holders"]
    mine = (assistant.submissions(), assistant.files(), assistant.following(), assistant.outbox(), assistant.consents())
    assert {*mine, assistant.doorkeeper().grants} <= set(kept)
    assert "Yêu cầu gặp cán bộ" in {room.name for room in kept}
