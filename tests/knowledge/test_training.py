"""Training of the encoder on the tiny catalogue."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import training
from knowledge.encoder import Encoder, fingerprint
from knowledge.normalise import Lexicon
from knowledge.passages import OUTSIDE, Passage, PassageKind
from knowledge.training import roughen, train_encoder


def test_roughening_is_repeatable() -> None:
    texts = ["làm giấy khai sinh cho con", "đổi bằng lái xe"] * 20
    assert [roughen(text, chance) for chance in [random.Random(3)] for text in texts] == [
        roughen(text, chance) for chance in [random.Random(3)] for text in texts
    ]


def test_roughening_changes_most_texts() -> None:
    chance = random.Random(3)
    text = "làm giấy khai sinh cho con"
    assert sum(roughen(text, chance) != text for _ in range(100)) > 50


@given(st.text(), st.integers())
def test_any_text_can_be_roughened(text: str, seed: int) -> None:
    rough = roughen(text, random.Random(seed))
    assert rough == rough.strip()
    assert "  " not in rough


def test_the_result_finds_its_own_titles(encoder: Encoder, passages: list[Passage]) -> None:
    """Trained once over, every phrasing of a procedure lies nearest to something of the same procedure."""
    inside = [item for item in passages if item.target != OUTSIDE]
    titles = [item for item in inside if item.kind is PassageKind.TITLE]
    similar = encoder.queries([item.text for item in inside]) @ encoder.passages([item.text for item in titles]).T
    right = [titles[int(row.argmax())].target == item.target for row, item in zip(similar, inside, strict=True)]
    assert sum(right) / len(right) > 0.7


def test_training_is_repeatable_and_tells_how_far_it_is(
    tmp_path: Path, encoder: Encoder, passages: list[Passage], lexicons: list[Lexicon]
) -> None:
    shares: list[float] = []
    count = train_encoder(passages, lexicons, tmp_path, epochs=1, batch=8, progress=shares.append)
    assert fingerprint(str(tmp_path)) == encoder.fingerprint
    assert count >= len([item for item in passages if item.target != OUTSIDE]) - 1
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)


def test_a_family_is_trained_as_one(lexicons: list[Lexicon]) -> None:
    """Two levels of one matter shall not be pushed apart; a title alone is too little to train on."""
    levels = [
        Passage(code, PassageKind.TITLE, f"Cấp đổi thẻ đội viên tại cấp {level}")
        for code, level in (("9.000011", "tỉnh"), ("9.000012", "xã"))
    ]
    alone = [Passage("9.000013", PassageKind.TITLE, "Cấp phép nuôi ong"), Passage(OUTSIDE, PassageKind.PHRASING, "mưa")]
    groups = training._groups([*levels, *alone], lexicons)
    assert list(groups.values()) == [
        [("cap doi the doi vien tai cap tinh", True), ("cap doi the doi vien tai cap xa", True)]
    ]


def test_a_topic_is_no_family_of_a_procedure(lexicons: list[Lexicon]) -> None:
    same = [
        Passage(target, kind, text)
        for target in ("9.000001", "topic:khai-sinh", "elsewhere:khai-sinh")
        for kind, text in ((PassageKind.TITLE, "Đăng ký khai sinh"), (PassageKind.PHRASING, "làm khai sinh"))
    ]
    one = [("dang ky khai sinh", True), ("lam khai sinh", False)]
    assert list(training._groups(same, lexicons).values()) == [one, one, one]
