"""Texts that are nearly the same and lead to different matters."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from knowledge import collisions as module
from knowledge.collisions import Collision, alike, collisions, words_apart

MARRY, BIRTH, DEATH = "9.000001", "9.000002", "9.000003"
LONG = "làm giấy khai sinh cho con ở đâu và cần những giấy tờ gì"

TEXTS = st.lists(st.text(alphabet="abc ", max_size=12), max_size=14)


def apart(**phrasings: list[str]) -> dict[str, list[str]]:
    """Phrasings by code: a -> MARRY, b -> BIRTH, c -> DEATH."""
    codes = {"a": MARRY, "b": BIRTH, "c": DEATH}
    return {codes[name]: sentences for name, sentences in phrasings.items()}


def test_the_same_phrasing_of_two_matters_collides() -> None:
    assert collisions(apart(a=["xin giấy"], b=["xin giấy"]), {}) == [
        Collision(MARRY, BIRTH, "xin giấy", "xin giấy", 100.0)
    ]


@pytest.mark.parametrize("typed", ["XIN GIẤY!", "xin giay", "xin  giấyyyy", "xin, giày"])
def test_accents_marks_and_capitals_tell_nothing_apart(typed: str) -> None:
    found = collisions(apart(a=["xin giấy"], b=[typed]), {})
    assert [(item.phrasing, item.other_phrasing, item.likeness) for item in found] == [("xin giấy", typed, 100.0)]


def test_phrasings_that_are_nearly_the_same_collide() -> None:
    other = LONG.replace("khai sinh", "khai sanh")
    (found,) = collisions(apart(a=[LONG], b=[other]), {})
    assert (found.phrasing, found.other_phrasing) == (LONG, other)
    assert 92 <= found.likeness < 100


def test_phrasings_that_say_different_things_do_not() -> None:
    assert collisions(apart(a=["làm giấy khai sinh"], b=["làm giấy khai tử"]), {}) == []


def test_the_likeness_asked_for_decides() -> None:
    phrasings = apart(a=["làm giấy khai sinh"], b=["làm giấy khai tử"])
    likeness = fuzz.ratio("lam giay khai sinh", "lam giay khai tu")
    assert len(collisions(phrasings, {}, at_least=likeness - 0.1)) == 1
    assert collisions(phrasings, {}, at_least=likeness + 0.1) == []


def test_codes_of_one_family_never_collide() -> None:
    phrasings = apart(a=["xin giấy"], b=["xin giấy"], c=["xin giấy"])
    found = collisions(phrasings, {MARRY: "giay", BIRTH: "giay"})
    assert [(item.one, item.other) for item in found] == [(MARRY, DEATH), (BIRTH, DEATH)]


def test_a_code_does_not_collide_with_itself() -> None:
    assert collisions(apart(a=["xin giấy", "xin giay", LONG, LONG + " ạ"]), {}) == []


def test_of_a_pair_of_codes_the_best_phrasings_stand_and_all_are_counted() -> None:
    found = collisions(apart(b=[LONG, "xin giấy"], a=[LONG + " ạ", "xin giay"]), {})
    assert found == [Collision(MARRY, BIRTH, "xin giay", "xin giấy", 100.0, count=2)]


def test_the_most_alike_come_first() -> None:
    found = collisions(apart(a=[LONG, "xin giấy"], b=[LONG + " ạ"], c=["xin giấy"]), {})
    assert [(item.one, item.other) for item in found] == [(MARRY, DEATH), (MARRY, BIRTH)]


def test_a_phrasing_without_a_word_collides_with_nothing() -> None:
    assert collisions(apart(a=["?!", ""], b=["...", ""]), {}) == []


def test_no_phrasings_no_collisions() -> None:
    assert collisions({}, {}) == []
    assert collisions(apart(a=[], b=["xin giấy"]), {}) == []


@given(TEXTS, st.integers(50, 100))
def test_alike_finds_what_a_look_at_every_pair_finds(texts: list[str], at_least: int) -> None:
    """Blocks of three, so that pairs lie across blocks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", 3)
        found = list(alike(texts, at_least))
    expected = {
        (one, other): round(fuzz.ratio(texts[one], texts[other]), 1)
        for one, other in combinations(range(len(texts)), 2)
        if fuzz.ratio(texts[one], texts[other]) >= at_least
    }
    assert {(one, other): likeness for one, other, likeness in found} == pytest.approx(expected, abs=0.11)
    assert len(found) == len(expected)


def test_a_text_of_the_longest_length_that_can_be_alike_is_found() -> None:
    short, long = "a" * 46, "a" * 54
    assert fuzz.ratio(short, long) == 92
    assert [(one, other) for one, other, _ in alike([long, short], 92)] == [(0, 1)]


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("Cấp giấy phép", "Cấp lại giấy phép", ("", "lại")),
        ("hạng I", "Hạng II", ("I", "II")),
        ("vào, ra", "ra vào", ("", "")),
        ("đi rồi đi", "đi rồi", ("đi", "")),
        ("hoà giải", "hòa giải", ("", "")),
        ("giấy", "giay", ("giấy", "giay")),
        ("", "xin giấy", ("", "xin giấy")),
    ],
)
def test_the_words_that_only_one_text_has(one: str, other: str, apart: tuple[str, str]) -> None:
    assert words_apart(one, other) == apart
    assert words_apart(other, one) == apart[::-1]
