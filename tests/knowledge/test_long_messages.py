"""Messages with several questions, and long stories."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.long_messages import LONG, MOST_PIECES, PIECE, STEP, pieces_of, questions_in


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("làm khai sinh ở đâu? đổi bằng lái mất bao nhiêu?", ["làm khai sinh ở đâu", "đổi bằng lái mất bao nhiêu"]),
        ("làm khai sinh ở đâu\nđổi bằng lái bao nhiêu", ["làm khai sinh ở đâu", "đổi bằng lái bao nhiêu"]),
        ("- làm khai sinh ở đâu\n• đổi bằng lái, bao nhiêu.", ["làm khai sinh ở đâu", "đổi bằng lái, bao nhiêu"]),
        ("làm khai sinh ở đâu??? thế à?", ["làm khai sinh ở đâu"]),  # two words are no question of their own
        ("làm khai sinh ở đâu？đổi bằng lái thế nào？", ["làm khai sinh ở đâu", "đổi bằng lái thế nào"]),
        ("làm khai sinh ở đâu. Rồi đổi bằng lái nữa", ["làm khai sinh ở đâu. Rồi đổi bằng lái nữa"]),
        ("dạ\n\n\nvâng ạ", []),
        ("", []),
    ],
)
def test_each_question_of_a_message_is_found(text: str, found: list[str]) -> None:
    assert questions_in(text) == found


def story(count: int) -> str:
    return " ".join(f"từ{number}" for number in range(count))


def test_a_short_message_has_no_pieces() -> None:
    assert pieces_of("") == []
    assert pieces_of(story(LONG)) == []


def test_the_pieces_of_a_long_one_overlap() -> None:
    words = story(LONG + 1).split()
    pieces = pieces_of(" ".join(words))
    assert pieces[0].split() == words[:PIECE]
    assert pieces[1].split() == words[STEP : STEP + PIECE]
    assert pieces[-1].split()[-1] == words[-1]


def test_stops_are_left_out_but_not_figures() -> None:
    text = f"Nhà em mua xe 1.500 phân khối. Xong rồi! {story(LONG)}"
    first = pieces_of(text)[0]
    assert first.startswith("Nhà em mua xe 1.500 phân khối Xong rồi từ0")


@given(st.integers(LONG + 1, 600))
def test_every_word_stands_in_a_piece_unless_it_is_far_too_long(count: int) -> None:
    words = story(count).split()
    pieces = pieces_of(" ".join(words))
    assert len(pieces) <= MOST_PIECES
    assert all(len(piece.split()) <= PIECE for piece in pieces)
    seen = {word for piece in pieces for word in piece.split()}
    assert set(words[: (MOST_PIECES - 1) * STEP + PIECE]) <= seen
