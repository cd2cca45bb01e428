"""Which of the offered choices somebody means: by number, as the last one, or by its words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz, process

from knowledge.normalise import fold, tokens
from knowledge.reply import Button

SAME_WORDS = 70  # rapidfuzz token_set_ratio, per cent
CLEARLY_BETTER = 8  # than the second best, per cent
WHOLLY = 100  # every word of the text stands in the title

_NUMBER = re.compile(r"(?:(?:chon|lay|cai|y|muc) )?(?:so )?([0-9]{1,2})")


def number_in(text: str) -> str | None:
    """The number, if a message says nothing else: "2", "số 2", "chọn số 2"."""
    found = _NUMBER.fullmatch(fold(text).strip(" .,!)"))
    return found.group(1) if found else None


def chosen(choices: Sequence[Button], ordinal: str | None, text: str) -> Button | None:
    """The choice that is meant, None if that cannot be told."""
    if not choices:
        return None
    if ordinal == "last":
        return choices[-1]
    if ordinal and ordinal.isdecimal():
        return choices[int(ordinal) - 1] if 1 <= int(ordinal) <= len(choices) else None
    return by_words(choices, text)


def by_words(choices: Sequence[Button], text: str, least: int = SAME_WORDS) -> Button | None:
    """The choice whose title says clearly more of the text than any other. least: per cent that it has to say."""
    if not text.strip():
        return None
    titles = [" ".join(tokens(choice.title)) for choice in choices]
    found = process.extract(" ".join(tokens(text)), titles, scorer=fuzz.token_set_ratio, limit=2)
    if not found or found[0][1] < least:
        return None
    if len(found) > 1 and found[0][1] - found[1][1] < CLEARLY_BETTER:
        return None
    return choices[found[0][2]]
