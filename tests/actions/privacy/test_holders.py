"""Everything that is kept of a person is shown, erased and forgotten together, whichever room keeps it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import structlog

from actions.privacy.holders import NOTHING, SHOWN, Holder, PersonalData
from storage.errors import DatabaseUnavailable

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
EVIDENCE = "Bằng chứng đồng ý được giữ 730 ngày."


class Room:
    """Keeps lines by conversation, in memory."""

    def __init__(self, name: str, **kept: list[str]) -> None:
        self.name = name
        self.kept = kept
        self.forgot_at: datetime | None = None

    def held(self, conversation: str) -> list[str]:
        return self.kept.get(conversation, [])

    def erase(self, conversation: str) -> int:
        return len(self.kept.pop(conversation, []))

    def forget(self, now: datetime) -> int:
        self.forgot_at = now
        return 2


class BrokenRoom(Room):
    """Whose database is away."""

    def forget(self, now: datetime) -> int:
        raise DatabaseUnavailable("of Nguyễn Văn An")


@pytest.fixture
def rooms() -> list[Room]:
    return [
        Room("Tờ khai", a=["1.001193: đang điền"], b=["của người khác"]),
        Room("Tin báo", a=["2 tin báo"]),
        Room("Tệp"),
    ]


@pytest.fixture
def data(rooms: list[Room]) -> PersonalData:
    holders: list[Holder] = list(rooms)
    return PersonalData(holders, evidence=EVIDENCE, now=lambda: MONDAY)


def test_everything_of_one_person_is_shown_and_nothing_of_another(data: PersonalData) -> None:
    shown = data.show("a")
    assert shown.splitlines()[1:] == ["", "Tờ khai:", "• 1.001193: đang điền", "", "Tin báo:", "• 2 tin báo"]
    assert "người khác" not in shown


def test_where_nothing_is_kept_that_is_said(data: PersonalData) -> None:
    assert data.show("c") == NOTHING


def test_a_long_list_is_cut_and_says_by_how_much() -> None:
    room = Room("Tệp", a=[f"tệp {number}" for number in range(SHOWN + 3)])
    shown = PersonalData([room], evidence="").show("a")
    assert shown.count("• tệp") == SHOWN
    assert shown.endswith("và 3 mục nữa")


def test_everything_of_one_person_is_erased_and_what_stays_is_named(data: PersonalData, rooms: list[Room]) -> None:
    told = data.erase("a")
    assert "2 mục" in told
    assert EVIDENCE in told
    assert [room.held("a") for room in rooms] == [[], [], []]
    assert rooms[0].held("b") == ["của người khác"]
    assert data.show("a") == NOTHING


def test_erasing_twice_does_no_harm(data: PersonalData) -> None:
    data.erase("a")
    assert "0 mục" in data.erase("a")


def test_what_is_old_is_forgotten_everywhere(data: PersonalData, rooms: list[Room]) -> None:
    assert data.forget() == 6
    assert {room.forgot_at for room in rooms} == {MONDAY}


def test_a_room_that_fails_keeps_no_other_from_forgetting() -> None:
    last = Room("Tệp")
    with structlog.testing.capture_logs() as logs:
        assert PersonalData([BrokenRoom("Tờ khai"), last], evidence="", now=lambda: MONDAY).forget() == 2
    assert last.forgot_at == MONDAY
    assert [(line["event"], line["error"]) for line in logs] == [("not_forgotten", "DatabaseUnavailable")]
    assert "Nguyễn" not in json.dumps(logs, ensure_ascii=False)


def test_an_error_while_erasing_is_not_hidden() -> None:
    """Who asked for it must not hear that all is gone."""

    class Stuck(Room):
        def erase(self, conversation: str) -> int:
            raise DatabaseUnavailable("away")

    with pytest.raises(DatabaseUnavailable):
        PersonalData([Stuck("Tờ khai")], evidence="").erase("a")
