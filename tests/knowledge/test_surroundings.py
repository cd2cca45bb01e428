"""What stands beside the facts of a record."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from knowledge.compose import NOTHING, Around
from knowledge.errors import RecordError
from knowledge.places import Found, Place
from knowledge.premises import load_premises
from knowledge.record import Procedure
from knowledge.reply import Aspect, Button, Citation, Outcome
from knowledge.sections import view
from knowledge.settings import ROOT
from knowledge.surroundings import (
    ASK_COMMUNE,
    MANY,
    Surroundings,
    centre_lines,
    corrected,
    no_such_place,
    place_told,
    places_near,
    refusal,
    which_place,
)
from knowledge.tongue import Language, speaking
from knowledge.understood import HERE
from tests.knowledge import tiny

MONDAY = datetime(2026, 11, 30, 9, tzinfo=HERE)
BIRTH, STAY = tiny.procedure(), tiny.procedure(tiny.STAY)
PLACES = [Place.model_validate(row) for row in tiny.COMMUNES["communes"]]


@pytest.fixture(scope="module")
def surroundings(data: Path) -> Surroundings:
    return Surroundings(data)


def around(
    surroundings: Surroundings,
    text: str = "",
    *,
    record: Procedure = BIRTH,
    commune: str | None = None,
    with_date: bool = False,
    at: datetime = MONDAY,
) -> Around:
    return surroundings.around(view(record), text, commune=commune, at=at, with_date=with_date)


def test_a_place_is_wanted_where_it_is_not_known_and_a_centre_takes_the_dossier(surroundings: Surroundings) -> None:
    assert around(surroundings).place_wanted
    assert not around(surroundings, commune=tiny.SOUTH).place_wanted
    assert not around(surroundings, record=STAY).place_wanted  # handed in at the police


# --- the day


@pytest.mark.parametrize("text", ["sáng mai nộp thì khi nào có", "sang mai em gui ho so", "mai lên xã làm được không"])
def test_who_names_a_day_to_hand_in_is_told_the_day_of_the_result(surroundings: Surroundings, text: str) -> None:
    (line,) = around(surroundings, text, record=STAY).under[Aspect.TIME_LIMIT]
    assert line.startswith("📅 Nếu nộp đủ giấy tờ ")
    assert "thứ Ba 1/12/2026 thì chậm nhất thứ Sáu 4/12/2026 có kết quả" in line


@pytest.mark.parametrize(
    "text", ["", "bao lâu có kết quả", "nộp mất bao lâu", "hôm qua tôi hỏi rồi", "con sinh ngày mai"]
)
def test_who_does_not_is_not(surroundings: Surroundings, text: str) -> None:
    assert Aspect.TIME_LIMIT not in around(surroundings, text, record=STAY).under


def test_the_day_can_be_wanted_in_any_case(surroundings: Surroundings) -> None:
    (line,) = around(surroundings, record=STAY, with_date=True).under[Aspect.TIME_LIMIT]
    assert "Nếu nộp đủ giấy tờ thứ Hai 30/11/2026 thì chậm nhất thứ Năm 3/12/2026" in line


def test_on_a_closed_day_it_counts_from_when_the_office_opens(surroundings: Surroundings) -> None:
    sunday = datetime(2026, 11, 29, 9, tzinfo=HERE)
    (line,) = around(surroundings, record=STAY, with_date=True, at=sunday).under[Aspect.TIME_LIMIT]
    assert "Nếu nộp đủ giấy tờ thứ Hai 30/11/2026 thì chậm nhất thứ Năm 3/12/2026" in line


# --- the place


def test_somebodys_own_centre_is_named_with_what_is_not_known_of_it(surroundings: Surroundings) -> None:
    lines = around(surroundings, commune=tiny.SOUTH).under[Aspect.WHERE]
    assert lines == centre_lines(PLACES[1])
    assert lines[0] == "📍 Phường Bãi Nam: Trung tâm Phục vụ hành chính công Phường Bãi Nam."
    assert lines[1].startswith("Bản đồ: https://www.google.com/maps/search/")
    assert lines[2] == "Trang của xã, phường: https://bainam.nghean.gov.vn/ (chưa kiểm tra)."
    assert "chưa có nguồn chắc chắn" in lines[3]


@pytest.mark.parametrize("commune", [None, "99999"])
def test_whose_place_is_not_known_is_asked_for_it(surroundings: Surroundings, commune: str | None) -> None:
    assert around(surroundings, commune=commune).under[Aspect.WHERE] == (ASK_COMMUNE,)


def test_nobody_is_sent_to_a_centre_that_does_not_take_it(surroundings: Surroundings) -> None:
    """Temporary residence is handed in to the police."""
    assert Aspect.WHERE not in around(surroundings, record=STAY, commune=tiny.SOUTH).under


def test_the_centre_is_named_in_english_too(surroundings: Surroundings) -> None:
    with speaking(Language.ENGLISH):
        assert around(surroundings).under[Aspect.WHERE][0].startswith("Tell me the commune")
        assert around(surroundings, commune=tiny.NORTH).under[Aspect.WHERE][1].startswith("Map: https://")


# --- corrections


def test_a_wrong_belief_is_found_and_stands_above_with_its_source(surroundings: Surroundings) -> None:
    premises = surroundings.corrections("khai sinh mất tiền triệu à")
    assert [premise.id for premise in premises] == ["phi-khai-sinh"]
    given = Around(("Trước.",), {Aspect.WHERE: ("Ở đây.",)}, (Citation(code="1", field="a", name="A"),))
    whole = corrected(premises, given)
    assert whole.before == ("ℹ️ Khai sinh không tốn tới tiền triệu. (Nguồn: Cổng thử nghiệm, 12/QĐ-THU.)", "Trước.")
    assert whole.under == given.under
    assert [(source.code, source.field) for source in whole.sources] == [
        ("1", "a"),
        ("premise:phi-khai-sinh", "correction"),
    ]


def test_without_a_wrong_belief_nothing_changes(surroundings: Surroundings) -> None:
    assert surroundings.corrections("khai sinh ở đâu") == ()
    assert corrected((), NOTHING) is NOTHING


def test_in_english_no_belief_is_looked_for(surroundings: Surroundings) -> None:
    """The corrections are Vietnamese sentences."""
    with speaking(Language.ENGLISH):
        assert surroundings.corrections("khai sinh mất tiền triệu à") == ()


def test_what_is_not_lawful_is_refused_with_the_lawful_way(surroundings: Surroundings) -> None:
    (buying,) = surroundings.corrections("mua bằng lái")
    button = Button(title="Đổi giấy phép lái xe", payload=f"procedure:{tiny.LICENCE}")
    reply = refusal(buying, [button])
    assert reply.text == "ℹ️ Bằng lái không mua được. (Nguồn: Cổng thử nghiệm, 12/QĐ-THU.)"
    assert (reply.outcome, reply.procedure, reply.buttons) == (Outcome.ANSWER, tiny.LICENCE, (button,))
    assert [source.code for source in reply.sources] == ["premise:mua-bang"]
    (bribe,) = surroundings.corrections("đút lót cán bộ")
    assert (refusal(bribe, []).outcome, refusal(bribe, []).procedure) == (Outcome.OUT_OF_SCOPE, None)


def test_every_shipped_correction_names_its_source() -> None:
    for premise in load_premises(ROOT / "data" / "premises"):
        (line,) = corrected((premise,), NOTHING).before
        assert f"(Nguồn: {premise.sources[0].name}" in line, premise.id
        assert "None" not in line, premise.id


# --- places


def of_a_district(count: int) -> Found:
    places = tuple(PLACES[0].model_copy(update={"code": f"{90000 + number}"}) for number in range(count))
    return Found(places, "huyện Thử Nghiệm", "former_district", 1.0)


def test_a_name_that_fits_several_is_asked_back() -> None:
    reply = which_place(Found(tuple(PLACES), "Thử Nghiệm", "former_district", 1.0))
    assert reply.outcome is Outcome.CLARIFY
    assert reply.text.splitlines() == [
        "“Thử Nghiệm” nay gồm nhiều xã, phường. Anh/chị ở nơi nào ạ?",
        "1. Xã Đồi Bắc",
        "2. Phường Bãi Nam",
    ]
    assert [button.payload for button in reply.buttons] == [f"place:{tiny.NORTH}", f"place:{tiny.SOUTH}"]
    assert reply.wants_location


@pytest.mark.parametrize(("count", "offered", "more"), [(MANY, MANY, False), (MANY + 1, MANY, True), (20, MANY, True)])
def test_only_some_of_many_are_offered(count: int, offered: int, more: bool) -> None:
    reply = which_place(of_a_district(count))
    assert len(reply.buttons) == offered
    assert ("gõ tên xã, phường" in reply.text) is more


def test_a_place_is_told_with_its_centre() -> None:
    reply = place_told(PLACES[0])
    assert reply.outcome is Outcome.SMALL_TALK
    assert reply.text.startswith("📍 Xã Đồi Bắc: Trung tâm")
    assert reply.text.endswith("Anh/chị cần làm việc gì ạ?")


def test_an_old_name_is_told_as_one() -> None:
    old = place_told(PLACES[0], Found((PLACES[0],), "xã Đồi Bắc Hạ", "former_unit", 1.0))
    assert old.text.startswith("“xã Đồi Bắc Hạ” nay thuộc Xã Đồi Bắc.\n📍")
    new = place_told(PLACES[0], Found((PLACES[0],), "Đồi Bắc", "commune", 1.0))
    assert new.text == place_told(PLACES[0]).text


def test_the_nearest_are_told_with_the_distance(surroundings: Surroundings) -> None:
    reply = places_near(surroundings.places.nearest(18.6, 105.0))
    lines = reply.text.splitlines()
    assert lines[1].startswith("• Phường Bãi Nam: 11,1 km. https://")
    assert lines[2].startswith("• Xã Đồi Bắc: 44,5 km. https://")
    assert len(lines) == 4


def test_an_unknown_place_is_asked_for_again() -> None:
    reply = no_such_place()
    assert (reply.outcome, reply.buttons) == (Outcome.CLARIFY, ())
    assert "130 xã, phường" in reply.text
    assert reply.wants_location


def test_the_figure_of_communes_is_that_of_the_data() -> None:
    assert len(Surroundings(ROOT / "data").places.all) == 130


# --- the folders


@pytest.mark.parametrize("name", ["calendar/hours.yml", "offices/communes.yml"])
def test_a_missing_file_is_named(own_data: Path, name: str) -> None:
    (own_data / name).unlink()
    with pytest.raises(RecordError, match=name):
        Surroundings(own_data)


def test_without_premises_nothing_is_corrected(own_data: Path) -> None:
    for path in (own_data / "premises").iterdir():
        path.unlink()
    assert Surroundings(own_data).corrections("mua bằng lái") == ()
