"""Finding: every target scored by words, letters, meaning and accents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.encoder import Encoder
from knowledge.normalise import Lexicon, fold
from knowledge.passages import Passage, TargetKind
from knowledge.search import FEATURES
from knowledge.snapshot import Snapshot, make_search_index
from tests.knowledge import tiny

EVEN = [1.0, 1.0, 1.0, 0.3]


def found(snapshot: Snapshot, text: str) -> list[str]:
    return [hit.target for hit in snapshot.index.search(text, EVEN)]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("xin giấy khai sinh cho cháu", tiny.BIRTH),
        ("tôi thuê trọ, khai tạm trú", tiny.STAY),
        ("bằng lái xe máy sắp hết hạn", tiny.LICENCE),
        ("nhập khẩu về nhà mới", tiny.HOME),
        ("hộ khẩu", "topic:ho-khau"),
        ("mở quầy thuốc tây", "elsewhere:mo-nha-thuoc"),
        ("hôm nay trời mưa", "outside"),
    ],
)
def test_with_and_without_accents_the_same_is_found(snapshot: Snapshot, text: str, target: str) -> None:
    assert found(snapshot, text)[0] == target
    assert found(snapshot, fold(text))[0] == target


def test_a_typing_error_does_not_hide_it(snapshot: Snapshot) -> None:
    assert found(snapshot, "giấy khai sihn cho conn")[0] == tiny.BIRTH


def test_an_abbreviation_is_read(snapshot: Snapshot) -> None:
    assert found(snapshot, "gks")[0] == tiny.BIRTH


def test_hits_come_best_first_with_their_parts(snapshot: Snapshot) -> None:
    hits = snapshot.index.search("đăng ký tạm trú", EVEN, limit=3)
    assert len(hits) == 3
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert hits[0].kind is TargetKind.PROCEDURE
    assert len(hits[0].parts) == len(FEATURES)
    for hit in hits:
        fused = sum(weight * hit.part(name) for name, weight in zip(FEATURES, EVEN, strict=True))
        assert hit.score == pytest.approx(fused, abs=1e-3)


def test_right_accents_are_a_bonus(snapshot: Snapshot) -> None:
    """With accents the last part looks at them; without, it repeats the words."""
    row = snapshot.index.targets.index(tiny.STAY)
    right, wrong = (snapshot.index.features(text)[row] for text in ("tạm trú", "tàm trù"))
    assert right[0] == wrong[0]
    assert right[3] > wrong[3]
    bare = snapshot.index.features("tam tru")[row]
    assert bare[3] == bare[0]


@given(st.text())
def test_any_text_is_searched(snapshot: Snapshot, text: str) -> None:
    parts = snapshot.index.features(text)
    assert parts.shape == (len(snapshot.index.targets), len(FEATURES))
    assert float(parts.min()) >= 0
    assert float(parts.max()) <= 1 + 1e-5


def test_an_index_in_memory_is_the_same(
    snapshot: Snapshot, passages: list[Passage], encoder: Encoder, lexicons: list[Lexicon]
) -> None:
    index = make_search_index(passages, encoder, lexicons)
    assert index.targets == snapshot.index.targets
    for text in ("lam giay tam tru", "đổi bằng lái"):
        assert index.features(text).tolist() == snapshot.index.features(text).tolist()
