"""Names of people are found in what citizens write, and ordinary words, streets and communes are left alone."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knowledge.names import FITTED, GIVEN, Reader, find_names, streets
from knowledge.settings import ROOT


def names(text: str) -> list[str]:
    return [text[start:end] for start, end in find_names(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tôi là Nguyễn Thị Hương", ["Nguyễn Thị Hương"]),
        ("toi la nguyen thi huong", ["nguyen thi huong"]),
        ("TOI LA NGUYEN THI HUONG", ["NGUYEN THI HUONG"]),
        ("em là nguyễn thị hương ạ", ["nguyễn thị hương"]),
        ("hồ sơ của Tran Van Hung nộp hôm qua", ["Tran Van Hung"]),
        ("ông Lô Văn Thái và bà Vi Thị Hoa", ["Lô Văn Thái", "Vi Thị Hoa"]),
        ("anh Vừ Bá Xồng, chị Lầu Y Mái", ["Vừ Bá Xồng", "Lầu Y Mái"]),
        ("cha tran van nam, me le thi hoa", ["tran van nam", "le thi hoa"]),
        ("Nguyễn Hoàng Bảo Minh Châu đã nộp", ["Nguyễn Hoàng Bảo Minh Châu"]),
        ("bé nhà em tên bin", []),
        ("bé nhà em tên là bin", ["bin"]),
        ("tên con là Xia", ["Xia"]),
        ("chị hương ở xóm 3", ["hương"]),
        ("tôi tên Lê Lợi", ["Lê Lợi"]),
        ("dat cua nguyen van binh", ["nguyen van binh"]),
    ],
)
def test_names_are_found(text: str, found: list[str]) -> None:
    assert names(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "đường Lê Lợi, phố Trần Phú, trường Phan Bội Châu",
        "duong nguyen thi minh khai o vinh",
        "xã Anh Sơn, Hoàng Mai, Kim Liên, Thái Hòa, Hà Tĩnh",
        "nguyen nhan la gi, nguyen lieu o mo, tai nguyen moi truong",
        "ho van phong dang ky dat dai",
        "do thi moi, thi tran cu, thi bang lai",
        "le phi cao qua",
        "vợ thì sao, chồng thì sao",
        "ông bà nội, anh em, chị dâu, bác sĩ, cô giáo, anh hùng",
        "tên trong khai sinh, tên công ty, tên là gì",
        "trần nhà bị dột, hồ sơ mất, cao tuổi rồi, mai tôi lên",
        "va ba toi cung di",
        "Điều 12 Luật Đất đai",
    ],
)
def test_ordinary_words_and_places_are_left(text: str) -> None:
    assert names(text) == []


def test_no_commune_is_taken_for_a_person() -> None:
    """Not even where nothing says that it is one, and without accents."""
    read = yaml.safe_load((ROOT / "data" / "offices" / "communes.yml").read_text(encoding="utf-8"))
    plain = [commune["name"].partition(" ")[2] for commune in read["communes"]]
    assert len(plain) == 130
    assert {name: names(f"tôi ở {name}") for name in plain if names(f"tôi ở {name}")} == {}
    assert {name: names(f"{name} nộp ở đâu") for name in plain if names(f"{name} nộp ở đâu")} == {}


def test_what_stands_in_brackets_is_passed_over() -> None:
    assert names("[tên] và [số điện thoại], tên [tên]") == []


def test_beside_something_else_of_a_person_less_is_needed() -> None:
    text = "do minh quan"
    assert len(names(f"{text} [số điện thoại]")) >= len(names(f"hom truoc {text} co hoi"))


def test_the_spans_are_in_order_and_do_not_overlap() -> None:
    spans = find_names("Nguyễn Văn An, Trần Thị Bình và Lê Hữu Cường; ông Phạm Dũng")
    assert len(spans) == 4
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    for start, end in find_names(text):
        assert 0 <= start < end <= len(text)


def test_streets_are_told_in_both_ways_of_writing() -> None:
    assert {"lê lợi", "le loi"} <= set(streets())


def test_every_trait_of_an_example_was_fitted() -> None:
    """A trait without a weight counts nothing: were it renamed, masking_fit.py would have to run again."""
    weights = json.loads(FITTED.read_text(encoding="ascii"))["weights"]
    text = "Tôi là Nguyễn Văn An, sdt [số], vợ tên là tran thi buoi oi"
    traits = {trait for candidate in Reader(text).candidates() for trait in candidate.traits}
    assert traits <= set(weights)
    assert len(weights) > 100


def test_the_lists_hold_single_words_in_small_letters() -> None:
    words = GIVEN.split()
    assert len(words) > 300
    assert [word for word in words if word != word.lower() or not word.isalpha()] == []
