"""Where somebody lives: new names, former ones, districts, nicknames, typing errors; and words that are no places."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import RecordError
from knowledge.normalise import fold
from knowledge.places import Place, load_places
from knowledge.settings import ROOT

PLACES = load_places()
DATA = ROOT / "data" / "offices"


def named(text: str, *, asked: bool = False) -> list[str]:
    found = PLACES.find(text, asked=asked)
    return [place.name for place in found.places] if found else []


def test_there_are_the_119_communes_and_11_wards() -> None:
    kinds = [place.kind for place in PLACES.all]
    assert (len(kinds), kinds.count("Xã"), kinds.count("Phường")) == (130, 119, 11)
    assert len(PLACES.districts) == 21


@pytest.mark.parametrize("place", PLACES.all, ids=lambda place: place.code)
def test_every_commune_is_found_by_its_name_with_and_without_accents(place: Place) -> None:
    texts = (place.name, f"em ở {place.name.lower()} ạ", f"toi o {fold(place.name)}", place.name.upper())
    for text in texts:
        found = PLACES.find(text, asked=False)
        assert found is not None, text
        assert found.places[0] == place, text
        assert found.way == "commune"
    bare = PLACES.find(place.bare_name, asked=True)
    assert bare is not None
    assert place in bare.places


@pytest.mark.parametrize("place", PLACES.all, ids=lambda place: place.code)
def test_every_former_unit_leads_to_what_it_became(place: Place) -> None:
    for unit in place.former_units:
        found = PLACES.find(re.sub(r" \(.*", "", unit), asked=False)
        assert found is not None, unit
        assert place in found.places, unit


@pytest.mark.parametrize("district", PLACES.districts)
def test_every_former_district_leads_to_its_communes(district: str) -> None:
    said = district.removeprefix("TP ")
    for text in (f"huyện {said}", f"thị xã {said} cũ", f"em quê ở {said}"):
        found = PLACES.find(text, asked=False)
        assert found is not None, text
        assert set(found.places) == set(PLACES.districts[district])


ONE = {
    "xã Hưng Chính": "Phường Thành Vinh",
    "xa hung chinh": "Phường Thành Vinh",
    "toi o xa luong minh": "Xã Lượng Minh",
    "toi o xa luong": "Xã Tương Dương",
    "xã cũ là Hưng Chính": "Phường Thành Vinh",
    "em ở Hưng Chính": "Phường Thành Vinh",
    "p. Trường Vinh": "Phường Trường Vinh",
    "P.Trường Vinh": "Phường Trường Vinh",
    "p truong vinh": "Phường Trường Vinh",
    "x. Nghi Lộc": "Xã Nghi Lộc",
    "thị trấn Quán Hành": "Xã Nghi Lộc",
    "tt quan hanh": "Xã Nghi Lộc",
    "thị trấn Dùng": "Xã Đại Đồng",
    "thị trấn Nam Đàn": "Xã Vạn An",
    "xã Nam Đàn": "Xã Nam Đàn",
    "tui ở phường Hà Huy Tập, TP Vinh": "Phường Vinh Phú",
    "xã Bắc Sơn, huyện Đô Lương": "Xã Đô Lương",
    "xã Bắc Sơn Quỳ Hợp": "Xã Mường Chọng",
    "xã Đồng Văn huyện Tân Kỳ": "Xã Tiên Đồng",
    "xã Kim Liên huyện Nam Đàn": "Xã Kim Liên",
    "xã Tam Đỉnh": "Xã Nhân Hòa",
    "xã Tam Đình": "Xã Tam Quang",
    "xã Châu Bính": "Xã Châu Tiến",
    "phường Long Sơn": "Phường Thái Hòa",
    "xã Long Sơn": "Xã Yên Xuân",
    "xã Hoà Sơn": "Xã Văn Hiến",
    "xã Yên Hoà": "Xã Yên Hòa",
    "phường Thái Hoà": "Phường Thái Hòa",
    "xã Kỳ Sơn": "Xã Tân Kỳ",
    "xã Nghi Phú": "Phường Vinh Phú",
    "xã Nghi Kim cũ nay là phường Vinh Hưng": "Phường Vinh Hưng",
    "ubnd xã kim liên": "Xã Kim Liên",
    "ở Cửa Lò": "Phường Cửa Lò",
    "o cua lo": "Phường Cửa Lò",
    "ngoài bãi biển Cửa Lò": "Phường Cửa Lò",
    "xã Anh Sơn Đông": "Xã Anh Sơn Đông",
    "xã Hưng Nguyên Nam": "Xã Hưng Nguyên Nam",
    "thành bình thọ làm được chưa": "Xã Thành Bình Thọ",
    "Mường Xén có làm được không": "Xã Mường Xén",
    "xã dienchau": "Xã Diễn Châu",
    "xa do luogn": "Xã Đô Lương",
    "xã Diễn Chauu": "Xã Diễn Châu",
    "phuong truog vinh": "Phường Trường Vinh",
}


@pytest.mark.parametrize(("said", "name"), ONE.items())
def test_one_place_is_understood(said: str, name: str) -> None:
    assert named(said) == [name]


SEVERAL = {
    "tp vinh": 5,
    "TP.Vinh": 5,
    "thành phố Vinh": 5,
    "tôi ở Vinh": 5,
    "huyện Diễn Châu": 8,
    "h. Diễn Châu": 8,
    "em ở Diễn Châu": 8,
    "diễn châu làm khai sinh ở mô": 8,
    "nguoi dien chau": 8,
    "ở phủ diễn": 8,
    "thị xã Hoàng Mai": 3,
    "tx hoang mai": 3,
    "huyện Kỳ Sơn cũ": 12,
    "xã Thanh Chương": 9,
    "một cửa Yên Thành": 9,
    "xã Bắc Sơn": 2,
    "xã Đồng Văn": 3,
    "xa tam dinh": 2,
    "xã Tam Hợp": 2,
    "xã Đông Thành": 2,
}


@pytest.mark.parametrize(("said", "count"), SEVERAL.items())
def test_several_places_are_to_be_asked_about(said: str, count: int) -> None:
    assert len(named(said)) == count


@pytest.mark.parametrize(
    ("said", "first"),
    [("em ở Diễn Châu", "Xã Diễn Châu"), ("ở Anh Sơn", "Xã Anh Sơn"), ("xã Tam Hợp", "Xã Tam Hợp")],
)
def test_the_commune_of_that_name_today_is_offered_first(said: str, first: str) -> None:
    assert named(said)[0] == first


ANSWERS = {
    "Đô Lương": "Xã Đô Lương",
    "do luong a": "Xã Đô Lương",
    "thanh vinh": "Phường Thành Vinh",
    "tân mai": "Phường Tân Mai",
    "Hưng Chính": "Phường Thành Vinh",
    "dạ em ở Minh Châu": "Xã Minh Châu",
    "Kim Liên Nam Đàn": "Xã Kim Liên",
    "Bắc Sơn, Quỳ Hợp": "Xã Mường Chọng",
    "muong xenn": "Xã Mường Xén",
    "Tân Kỳ nhé em": "Xã Tân Kỳ",
    "doluong": "Xã Đô Lương",
    "phường Thành Vinh, cũ là Hưng Bình": "Phường Thành Vinh",
}


@pytest.mark.parametrize(("said", "first"), ANSWERS.items())
def test_a_name_alone_answers_the_question_which_commune(said: str, first: str) -> None:
    assert named(said, asked=True)[:1] == [first]


@pytest.mark.parametrize("said", [said for said in ANSWERS if not re.search(r"ở|phường", said)])
def test_a_name_alone_that_nobody_asked_for_is_none_unless_it_can_be_nothing_else(said: str) -> None:
    assert named(said) == [] or fold(said) in {"do luong", "kim lien nam dan", "bac son, quy hop"}


NO_PLACES = [
    "",
    "xã",
    "xã hội",
    "anh Vinh ơi",
    "o Vinh hỏi",
    "anh Sơn ơi",
    "con tên Minh Châu",
    "chị Quỳnh Anh hỏi khai sinh",
    "đường Quang Trung",
    "mai em nộp",
    "hiện tại tân mai",
    "tương đương",
    "giay to tuong duong",
    "đo lường",
    "phúc lợi cho người già",
    "ở nhà",
    "ở dùng",
    "làm ở văn phòng",
    "người phương nam",
    "xã Thạch Hà",
    "xã Hưng Phú",
    "xã Diễn Bình",
    "phường Hoàng Mai, Hà Nội",
    "quận Hoàng Mai",
    "phường Bình Minh, thị xã Bình Minh, tỉnh Vĩnh Long",
    "xã Nghi Xuân, Hà Tĩnh",
    "xa nghi xuan tinh ha tinh",
    "quê ở Thanh Hóa",
    "ở Lạng Sơn",
    "làm khai sinh cần giấy tờ gì",
    "xa hung zinh",  # Hưng Bình or Hưng Lĩnh
]


@pytest.mark.parametrize("said", NO_PLACES)
def test_names_of_people_other_provinces_and_words_are_no_places(said: str) -> None:
    assert named(said) == []


@pytest.mark.parametrize(
    "said",
    [
        "làm khai sinh cho con thì cần giấy tờ gì",
        "đường Quang Trung",
        "tên con là Minh Châu",
        "Hà Nội",
        "hoàng mai hà nội",
        "không biết",
        "tân",
        "cho tôi hỏi lại là cháu Minh Châu được sinh ra tháng trước có cần nộp gì thêm",
    ],
)
def test_an_answer_that_names_no_place_is_none(said: str) -> None:
    assert named(said, asked=True) == []


def test_what_was_said_and_how_it_was_named_is_kept() -> None:
    former = PLACES.find("Dạ em ở xã Hưng Chính cũ ạ", asked=True)
    assert former is not None
    assert (former.said, former.way) == ("xã Hưng Chính", "former_unit")
    pair = PLACES.find("tôi ở xã Bắc Sơn, huyện Đô Lương nhé", asked=False)
    assert pair is not None
    assert (pair.said, pair.way) == ("xã Bắc Sơn, huyện Đô Lương", "former_unit")
    nickname = PLACES.find("ở phủ diễn", asked=False)
    assert nickname is not None
    assert nickname.way == "nickname"


def test_what_is_less_sure_says_so() -> None:
    sure = [PLACES.find(said, asked=False) for said in ("xã Đô Lương", "xã Bắc Sơn", "xa do luogn")]
    assert [found.sure for found in sure if found] == [1.0, 0.8, 0.7]


def test_a_commune_outside_of_the_district_beside_it_is_not_sure() -> None:
    found = PLACES.find("quê Con Cuông nay ở phường Trường Vinh", asked=False)
    assert found is not None
    assert [place.name for place in found.places] == ["Phường Trường Vinh"]
    assert found.sure < 1


def test_the_nearest_communes_come_with_their_distance() -> None:
    here = PLACES.by_code["16690"]
    near = PLACES.nearest(here.lat, here.lon)
    assert near[0] == (here, 0.0)
    assert len(near) == 3
    assert 0 < near[1][1] <= near[2][1] < 10
    far = {place.code: km for place, km in PLACES.nearest(here.lat, here.lon, count=130)}
    assert far["16813"] == pytest.approx(187, abs=5)  # Mường Xén


def test_the_link_to_the_map_searches_for_the_centre() -> None:
    link = urlsplit(PLACES.by_code["17464"].map_link)
    assert (link.scheme, link.netloc, link.path) == ("https", "www.google.com", "/maps/search/")
    assert parse_qs(link.query)["query"] == ["Trung tâm Phục vụ hành chính công xã Diễn Châu Nghệ An"]


def test_what_is_not_known_of_the_offices_is_said() -> None:
    offices = PLACES.offices
    assert offices.anywhere.known
    assert offices.anywhere.source
    unknown = (offices.hours, offices.contacts, offices.websites, offices.provincial_centre)
    assert not any(part.known for part in unknown)


@given(st.text(max_size=200), st.booleans())
def test_any_text_names_places_or_none(text: str, asked: bool) -> None:
    found = PLACES.find(text, asked=asked)
    assert found is None or (found.places and 0 < found.sure <= 1)


NAMES = [
    "xã",
    "phường",
    "huyện",
    "tp",
    "ở",
    "Vinh",
    "Diễn",
    "Châu",
    "Đô",
    "Lương",
    "cũ",
    "Nghi",
    "Lộc",
    "Hà",
    "Nội",
    ",",
]
WORDS = st.sampled_from([*NAMES, "luogn"])


@given(st.lists(WORDS, max_size=12), st.booleans())
def test_any_mixture_of_names_keeps_what_was_said(words: list[str], asked: bool) -> None:
    text = " ".join(words)
    found = PLACES.find(text, asked=asked)
    assert found is None or (found.said in text and len(set(found.places)) == len(found.places))


def copy_of_data(folder: Path, name: str, old: str, new: str) -> Path:
    for path in DATA.glob("*.yml"):
        content = path.read_text(encoding="utf-8")
        if path.name == name:
            assert old in content
            content = content.replace(old, new, 1)
        (folder / path.name).write_text(content, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("communes.yml", '"16690"', '"16681"', "twice"),
        ("communes.yml", "name: Phường Thành Vinh", "name: Xã Thành Vinh", "begin with"),
        ("communes.yml", "lat: 18.670942", "lat: 108.670942", "lat"),
        ("nicknames.yml", "district: Diễn Châu", "district: Diễn Chu", "no place"),
        ("nicknames.yml", "district: Diễn Châu", "town: Diễn Châu", "nicknames"),
        ("offices.yml", "  known: false", "  known: true", "source"),
    ],
)
def test_wrong_data_is_refused_with_its_reason(tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    with pytest.raises(RecordError, match=said):
        load_places(copy_of_data(tmp_path, name, old, new))
