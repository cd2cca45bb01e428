"""What the desk keeps of a conversation, as one of the rooms that keep personal data."""

from __future__ import annotations

import pytest

from actions.desk.desk import Desk
from actions.desk.entries import Reason
from actions.desk.errors import DeskUnavailable, NoSuchHandOver
from actions.desk.handed_over import HandedOver
from storage.errors import DatabaseUnavailable
from tests.actions.desk.conftest import Clock


@pytest.fixture
def room(desk: Desk) -> HandedOver:
    return HandedOver(desk)


def test_nothing_is_held_of_a_stranger(room: HandedOver) -> None:
    assert room.held("a") == []
    assert room.erase("a") == 0


def test_an_open_one_is_held_without_its_number_to_call(room: HandedOver, desk: Desk) -> None:
    number = desk.hand_over("a", Reason.ASKED, turns=["tôi tên Mận"], contact="0912345678").number
    assert room.held("a") == [f"{number}, 23/11/2026, có số điện thoại để gọi lại"]
    assert room.held("b") == []


def test_one_without_a_number_to_call(room: HandedOver, desk: Desk) -> None:
    number = desk.hand_over("a", Reason.ASKED).number
    assert room.held("a") == [f"{number}, 23/11/2026"]


def test_erased_it_keeps_nothing_personal(room: HandedOver, desk: Desk) -> None:
    number = desk.hand_over("a", Reason.ASKED, turns=["việc riêng"], contact="0912345678").number
    other = desk.hand_over("b", Reason.ASKED, contact="0987654321").number
    assert room.erase("a") == 1
    assert room.held("a") == []
    with pytest.raises(NoSuchHandOver):
        desk.find(number)
    assert desk.find(other).contact == "0987654321"
    assert room.erase("a") == 0


def test_one_that_an_officer_has_closed_is_no_longer_held(room: HandedOver, desk: Desk) -> None:
    number = desk.hand_over("a", Reason.ASKED, contact="0912345678").number
    desk.take(number, "Chị Lan")
    desk.close(number)
    assert room.held("a") == []
    assert desk.find(number).contact == ""


def test_the_desk_forgets_by_its_own_clock(room: HandedOver, desk: Desk, clock: Clock) -> None:
    desk.hand_over("a", Reason.ASKED)
    assert room.forget(clock()) == 0
    assert len(room.held("a")) == 1


def test_the_room_has_a_name_for_citizens(room: HandedOver) -> None:
    assert room.name == "Yêu cầu gặp cán bộ"


def test_the_desk_s_trouble_is_the_database_s(room: HandedOver, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise DeskUnavailable("It is away.")

    monkeypatch.setattr(desk, "_do", away)
    with pytest.raises(DatabaseUnavailable):
        room.held("a")
    with pytest.raises(DatabaseUnavailable):
        room.erase("a")
