"""Messages that hold more than one question, or one question in the middle of a long story."""

from __future__ import annotations

import re

from knowledge.normalise import tokens

FEWEST = 3  # words of a question of its own
LONG = 45  # words; in a longer message the question is looked for piece by piece
PIECE = 24  # words of a piece
STEP = 12  # words between the beginnings of two pieces
MOST_PIECES = 24

_ENDS = re.compile(r"[?？]+|\n+|[.;!](?=\s|$)")


def questions_in(text: str) -> list[str]:
    """The parts of a message that end with a question mark or stand on a line of their own."""
    parts = [part.strip(" ,.-–•") for part in re.split(r"[?？]+|\n+", text)]
    return [part for part in parts if len(tokens(part)) >= FEWEST]


def pieces_of(text: str) -> list[str]:
    """Overlapping pieces of a long message, nothing of a short one."""
    if len(text.split()) <= LONG:
        return []
    words = " ".join(_ENDS.split(text)).split()
    starts = range(0, max(1, len(words) - PIECE + STEP), STEP)
    return [" ".join(words[start : start + PIECE]) for start in starts][:MOST_PIECES]
