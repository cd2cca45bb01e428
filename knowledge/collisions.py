"""Texts that are nearly the same and lead to different matters: the search can hardly tell them apart, nor can people.

Texts are compared as a hurried person types them, without accents or marks. All pairs are looked at, in blocks: only
texts of about the same length can be alike, and no more than one block against its neighbours is held at a time.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np
from rapidfuzz import fuzz, process

from knowledge.normalise import place_tones, tokens

AT_LEAST = 92.0  # likeness (0 to 100) from which two phrasings collide
_BLOCK = 256  # texts that are compared with their neighbours at a time
_WORD = re.compile(r"\w+")

Spoken = tuple[str, str]  # a code and one of its phrasings


@dataclass(frozen=True)
class Collision:
    """Two procedures of different families and those of their phrasings that are most alike.

    one, other: codes, the smaller first. likeness: 0 to 100; 100: the same but for accents and marks. count: how many
    pairs of phrasings of the two collide.
    """

    one: str
    other: str
    phrasing: str
    other_phrasing: str
    likeness: float
    count: int = 1


def collisions(
    phrasings: Mapping[str, Sequence[str]], family_of: Mapping[str, str], at_least: float = AT_LEAST
) -> list[Collision]:
    """The pairs of procedures that share a phrasing or nearly so, the most alike first.

    phrasings: by code. family_of: code -> family; a code that is not in it is a family of its own, and codes of one
    family never collide. 20,000 phrasings take about 20 seconds of one core.
    """
    found: dict[tuple[str, str], Collision] = {}
    for first, second, likeness in _candidates(_said(phrasings), at_least):
        (one, phrasing), (other, other_phrasing) = sorted((first, second))
        if family_of.get(one, one) == family_of.get(other, other):
            continue
        new = Collision(one, other, phrasing, other_phrasing, likeness)
        known = found.get((one, other))
        if known:
            new = replace(max(known, new, key=lambda item: item.likeness), count=known.count + 1)
        found[one, other] = new
    return sorted(found.values(), key=lambda item: (-item.likeness, -item.count, item.one, item.other))


def alike(texts: Sequence[str], at_least: float) -> Iterator[tuple[int, int, float]]:
    """The pairs of texts whose likeness (rapidfuzz ratio, 0 to 100) reaches `at_least`, by their positions.

    Each pair once, the smaller position first, in no particular order. at_least: above 0.
    """
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    ordered = [texts[place] for place in order]
    lengths = [len(text) for text in ordered]
    for start in range(0, len(ordered), _BLOCK):
        block = ordered[start : start + _BLOCK]
        longest = len(block[-1]) * (200 - at_least) / at_least  # what is longer has too much that the block has not
        beside = ordered[start : bisect_right(lengths, longest)]
        found = process.cdist(block, beside, scorer=fuzz.ratio, score_cutoff=at_least, workers=-1)
        for row, column in np.argwhere(found).tolist():
            if column > row:
                one, other = sorted((order[start + row], order[start + column]))
                yield one, other, round(float(found[row, column]), 1)


def words_apart(one: str, other: str) -> tuple[str, str]:
    """The words that only the one and only the other of two texts has, as written, in their order; "" for none."""
    mine, yours = _WORD.findall(place_tones(one)), _WORD.findall(place_tones(other))
    return _without(mine, yours), _without(yours, mine)


def _said(phrasings: Mapping[str, Sequence[str]]) -> dict[str, dict[str, str]]:
    """By folded text the codes that somebody wrote it for, each with the phrasing as written."""
    said: dict[str, dict[str, str]] = {}
    for code, sentences in phrasings.items():
        for sentence in sentences:
            folded = " ".join(tokens(sentence))
            if folded:
                said.setdefault(folded, {}).setdefault(code, sentence)
    return said


def _candidates(said: Mapping[str, Mapping[str, str]], at_least: float) -> Iterator[tuple[Spoken, Spoken, float]]:
    """Phrasings that are the same, then those that are nearly so, each with its code."""
    for codes in said.values():
        for first, second in combinations(codes.items(), 2):
            yield first, second, 100.0
    texts = list(said)
    for one, other, likeness in alike(texts, at_least):
        for first, second in product(said[texts[one]].items(), said[texts[other]].items()):
            yield first, second, likeness


def _without(words: Sequence[str], others: Sequence[str]) -> str:
    left = Counter(word.lower() for word in others)
    kept = []
    for word in words:
        if left[word.lower()]:
            left[word.lower()] -= 1
        else:
            kept.append(word)
    return " ".join(kept)
