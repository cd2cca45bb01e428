"""Where somebody lives, and which centre is theirs."""

from __future__ import annotations

import pytest

from actions.placing import TakePlace, place_in
from knowledge.reply import Aspect, Outcome
from knowledge.surroundings import ASK_COMMUNE
from knowledge.understood import Understood
from tests.actions.conftest import FakeLibrary
from tests.actions.running import replied, turn
from tests.actions.trackers import changed, tapped, tracker
from tests.knowledge import tiny

THANH_VINH, ANH_SON = "16681", "17329"


@pytest.mark.parametrize("text", ["xã Anh Sơn", "tôi ở xã anh son", "tui ở thị trấn Kim Nhan"])
async def test_a_commune_is_remembered_and_its_centre_told(library: FakeLibrary, text: str) -> None:
    reply, slots = await turn(TakePlace(), tracker(text, intent="give_place"))
    assert slots["commune"] == ANH_SON
    assert "Trung tâm Phục vụ hành chính công Xã Anh Sơn" in reply.text
    assert reply.outcome is Outcome.SMALL_TALK


async def test_an_old_name_is_told_as_one(library: FakeLibrary) -> None:
    reply, _ = await turn(TakePlace(), tracker("thị trấn Kim Nhan", intent="give_place"))
    assert "nay thuộc Xã Anh Sơn" in reply.text


async def test_a_former_district_asks_which_commune(library: FakeLibrary) -> None:
    reply, slots = await turn(TakePlace(), tracker("huyện Đô Lương", intent="give_place"))
    assert reply.outcome is Outcome.CLARIFY
    assert len(reply.buttons) > 1
    assert all(button.payload.startswith("place:") for button in reply.buttons)
    assert slots["commune"] is None
    assert [choice["payload"] for choice in slots["choices"]] == [button.payload for button in reply.buttons]


async def test_the_commune_that_was_tapped(library: FakeLibrary) -> None:
    reply, slots = await turn(TakePlace(), tapped(f"place:{THANH_VINH}", intent="give_place"))
    assert "Phường Thành Vinh" in reply.text
    assert slots["commune"] == THANH_VINH


@pytest.mark.parametrize("before", [tracker("Hà Nội"), tapped("place:99999", intent="give_place")])
async def test_what_is_none_of_ours_is_said_so(library: FakeLibrary, before: object) -> None:
    reply, events = await replied(TakePlace(), before)
    assert "130 xã, phường" in reply.text
    assert "commune" not in changed(events)


async def test_who_taps_and_whose_device_does_not_say_where_it_is_is_asked(library: FakeLibrary) -> None:
    reply, events = await replied(TakePlace(), tapped("intent:give_place", intent="give_place"))
    assert (reply.text, reply.outcome) == (ASK_COMMUNE, Outcome.CLARIFY)
    assert reply.wants_location
    assert "commune" not in changed(events)


async def test_a_shared_position_gets_the_nearest_ones(library: FakeLibrary) -> None:
    place = library.surroundings.places.by_code[THANH_VINH]
    position = [("lat", str(place.lat)), ("lon", str(place.lon))]
    reply, slots = await turn(TakePlace(), tracker("/give_place{}", intent="give_place", entities=position))
    assert slots["commune"] == THANH_VINH
    assert reply.text.splitlines()[1].startswith("• Phường Thành Vinh: 0 km")


async def test_with_a_procedure_it_is_told_where_to_hand_that_in(library: FakeLibrary) -> None:
    before = tracker("xã Anh Sơn", intent="give_place", procedure=tiny.BIRTH)
    reply, slots = await turn(TakePlace(), before)
    assert library.told == [(tiny.BIRTH, (Aspect.WHERE,))]
    assert (reply.outcome, reply.aspects) == (Outcome.ANSWER, (Aspect.WHERE,))
    assert "Xã Anh Sơn" in reply.text
    assert (slots["commune"], slots["procedure"]) == (ANH_SON, tiny.BIRTH)


async def test_in_english(library: FakeLibrary) -> None:
    reply, _ = await turn(TakePlace(), tracker("Atlantis", intent="give_place", language="en"))
    assert "Tôi" not in reply.text


def test_a_place_beside_the_matter(library: FakeLibrary) -> None:
    what, events = place_in(tracker(), "tôi ở xã Anh Sơn, làm khai sinh", Understood())
    assert (what.commune, changed(events)) == (ANH_SON, {"commune": ANH_SON})


@pytest.mark.parametrize("text", ["làm khai sinh cho con", "tôi ở huyện Đô Lương làm khai sinh"])
def test_no_place_or_several_beside_the_matter(library: FakeLibrary, text: str) -> None:
    what = Understood(commune=THANH_VINH)
    assert place_in(tracker(), text, what) == (what, [])
