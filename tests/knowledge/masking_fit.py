"""Fits what knowledge/names.py weighs names with: `python -m tests.knowledge.masking_fit` writes knowledge/names.json.

Fitted on names thrown together from the lists of knowledge/names.py (one given name in seven is any syllable), put into
the development half of the patterns of masking_sentences.py and between the words of the project's own phrasings and
questions; against these, what could be a name in the same phrasings, questions and records, which hold none, with and
without accents. Pairs of syllables are counted in the same texts; the weights are fitted with the pairs of one part of
them on the other part, so that they know how many pairs are never seen. Takes two minutes.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from knowledge import names
from knowledge.catalogue import read_catalogue
from knowledge.normalise import fold, tokens
from knowledge.settings import ROOT
from tests.knowledge import masking_sentences as sentences

INSERTED = 9000  # names between the words of phrasings
FILLED = 60  # sentences of each pattern
PLAIN = 24000  # texts without names
CAUTION = -1.5  # weight taken off every candidate; chosen for one false alarm in 300 texts without names
FREQUENT = {
    "nguyễn": 25,
    "trần": 11,
    "lê": 10,
    "phạm": 6,
    "hoàng": 6,
    "phan": 5,
    "hồ": 4,
    "đặng": 3,
    "võ": 3,
    "bùi": 3,
    "cao": 2,
}
LONGEST_TEXT = 400  # characters
LONGEST_SYLLABLE = 7  # letters
SEEN = 0.6  # of the texts, in which pairs are counted while the weights are fitted

Row = tuple[tuple[str, ...], bool]


def main() -> None:
    """Writes the weights and the pairs."""
    dice = random.Random(7)
    texts = plain_texts(dice)
    seen, others = texts[: int(len(texts) * SEEN)], texts[int(len(texts) * SEEN) :]
    names.PAIRS.clear()
    names.PAIRS.update(names.read_pairs(pairs(seen, SEEN)))
    rows = [*filled(dice), *inserted(others, dice), *without_names(others[:PLAIN])]
    found = {"weights": dict(sorted(fitted(rows).items())), "pairs": pairs(texts, 1.0)}
    names.FITTED.write_text(json.dumps(found, indent=0) + "\n", encoding="ascii")


def pairs(texts: list[str], share: float) -> list[str]:
    """For each syllable what follows it, with a mark for how often. share: which part of all texts these are."""
    beside = names.ALL_FAMILIES | names.BARE.middle | names.BARE.given
    behind = names.BARE.middle | names.BARE.given
    counts: Counter[tuple[str, str]] = Counter()
    for text in texts:
        words = [word for word in tokens(text) if word.isalpha() and len(word) <= LONGEST_SYLLABLE]
        counts.update(pairwise(words))
    found: dict[str, list[str]] = {}
    for (first, second), count in sorted(counts.items()):
        often = count / share
        within = first in beside and second in behind and often >= 3
        at_edge = (second in names.ALL_FAMILIES or first in behind) and often >= 8
        if within or at_edge:
            found.setdefault(first, []).append(second + ("" if often < 12 else "+" if often < 60 else "*"))
    return [f"{first} {' '.join(seconds)}" for first, seconds in found.items()]


def fitted(rows: list[Row]) -> dict[str, float]:
    """Weights of the traits by logistic regression; the constant is part of those of the length: each row has one."""
    known = sorted({trait for traits, _ in rows for trait in traits})
    column = {trait: number for number, trait in enumerate(known)}
    at = [(row, column[trait]) for row, (traits, _) in enumerate(rows) for trait in traits]
    matrix = csr_matrix((np.ones(len(at)), tuple(zip(*at, strict=True))), shape=(len(rows), len(known)))
    model = LogisticRegression(C=1.0, max_iter=2000).fit(matrix, [is_name for _, is_name in rows])
    constant = float(model.intercept_[0]) - CAUTION
    return {
        trait: round(float(weight) + (constant if re.search(r"length \d$", trait) else 0.0), 2)
        for trait, weight in zip(known, model.coef_[0], strict=True)
    }


def plain_texts(dice: random.Random) -> list[str]:
    """Phrasings, questions and the lines of records, in random order."""
    catalogue, _ = read_catalogue(ROOT / "data")
    found = {phrasing for given in catalogue.phrasings.values() for phrasing in given}
    for path in sorted((ROOT / "tests" / "questions").glob("*.jsonl")):
        found |= {turn for line in path.read_text(encoding="utf-8").splitlines() for turn in json.loads(line)["turns"]}
    for record in catalogue.procedures.values():
        found |= set(strings(record.model_dump(mode="json")))
    texts = sorted(text for text in found if 8 < len(text) < LONGEST_TEXT)
    dice.shuffle(texts)
    return texts


def strings(value: object) -> Iterator[str]:
    """All texts within a record."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def any_name(dice: random.Random) -> str:
    """A name out of the lists."""
    families = sorted(names.SURE | names.LESS | names.RARE)
    weights = [FREQUENT.get(one, 0.05 if one in names.RARE else 0.5) for one in families]
    family = dice.choices(families, weights)[0]
    if family in names.EXACT.hill:
        parts = [family, dice.choice(("bá", "y")), any_given(dice)]
        return " ".join(parts).title()
    middles, givens = sorted(names.EXACT.middle), sorted(names.EXACT.given)
    middle = [dice.choice(("thị", "thị", "văn", dice.choice(middles), dice.choice(givens)))]
    if dice.random() < 0.2:
        middle.append(dice.choice(middles))
    if dice.random() < 0.05:
        middle = []
    return " ".join([family, *middle, any_given(dice)]).title()


def any_given(dice: random.Random) -> str:
    """A given name; one in seven is any syllable."""
    if dice.random() < 1 / 7:
        return dice.choice(sorted(set(names.EXACT.level) - names.EXACT.function))
    return dice.choice(sorted(names.EXACT.given))


def labelled(text: str, spans: list[tuple[int, int]]) -> Iterator[Row]:
    """The candidates of a text, each with whether it is a name."""
    reader = names.Reader(text)
    for candidate in reader.candidates():
        span = (reader.words[candidate.first].start, reader.words[candidate.last].end)
        yield candidate.traits, span in spans


def filled(dice: random.Random) -> Iterator[Row]:
    """Names in the patterns of the development half."""
    for number, pattern in enumerate(sentences.lines(sentences.PERSONAL)):
        if number % 2 or not re.search(r"\{(name|hill|short)", pattern):
            continue
        for _ in range(FILLED):
            text, spans, position = "", [], 0
            for slot in re.finditer(r"\{(\w+)(?:\.(\w+))?\}", pattern):
                text += pattern[position : slot.start()]
                is_name = slot[1] in ("name", "hill", "short")
                value = any_name(dice) if is_name else sentences.SLOTS[slot[1]](dice, False)
                value = sentences.styled(value, slot[2] or "")
                if is_name:
                    spans.append((len(text), len(text) + len(value)))
                elif slot[1] not in sentences.HARMLESS:
                    value = "[số]"
                text, position = text + value, slot.end()
            yield from labelled(text + pattern[position:], spans)


def inserted(texts: list[str], dice: random.Random) -> Iterator[Row]:
    """Names between the words of texts that have nothing to do with them."""
    for text in texts[-INSERTED:]:
        words = text.split()[:20]
        place = dice.randint(0, len(words))
        bare = dice.random() < 0.5
        style = dice.choice(("bare", "bare", "flat")) if bare else dice.choice(("low", ""))
        name = sentences.styled(any_name(dice), style)
        head, tail = " ".join(words[:place]), " ".join(words[place:])
        if bare:
            head, tail = fold(head), fold(tail)
        start = len(head) + 1 if head else 0
        whole = f"{head} {name} {tail}".strip()
        if dice.random() < 0.08:
            whole = whole.upper()
        yield from labelled(whole, [(start, start + len(name))])


def without_names(texts: list[str]) -> Iterator[Row]:
    """Texts that hold no name, as written and without accents."""
    for text in texts:
        for written in dict.fromkeys((text, fold(text))):
            yield from labelled(written, [])
    for number, pattern in enumerate(sentences.lines(sentences.CLEAN)):
        if number % 2 == 0:
            yield from labelled(sentences.filled(pattern, False, number).text, [])


if __name__ == "__main__":
    main()
