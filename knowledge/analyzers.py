"""How a text is cut into tokens, for each of the lexical indexes."""

from __future__ import annotations

import itertools

from knowledge.normalise import accented_tokens, tokens


def words_and_pairs(text: str) -> list[str]:
    """Folded syllables and pairs of neighbours: most Vietnamese words have two syllables."""
    syllables = tokens(text)
    return [*syllables, *(f"{left}_{right}" for left, right in itertools.pairwise(syllables))]


def letter_groups(text: str) -> list[str]:
    """Groups of 3 and 4 letters of the folded text, over the gaps too: a typing error hits only some of them."""
    joined = f" {' '.join(tokens(text))} "
    return [joined[i : i + size] for size in (3, 4) for i in range(len(joined) - size + 1)]


def accented_words(text: str) -> list[str]:
    """Syllables with their accents: right accents are a bonus, never a condition."""
    return accented_tokens(text)


ANALYZERS = {
    "words": words_and_pairs,
    "title": words_and_pairs,
    "letters": letter_groups,
    "body": words_and_pairs,
    "accents": accented_words,
}
