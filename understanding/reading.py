"""Reads a message as the index does: abbreviations and dialect in standard words, accents left out.

So a sentence and the same sentence without accents give the classifier the same features.
"""

from __future__ import annotations

from pathlib import Path
from typing import List, Text

import yaml

from knowledge.normalise import Lexicon, tokens

LANGUAGE = Path(__file__).resolve().parent.parent / "data" / "language"
LETTERS = (2, 3, 4)


def load_lexicons() -> List[Lexicon]:
    """The project's lists of abbreviations and dialect words."""
    result = []
    for name in ("abbreviations", "dialect"):
        content = yaml.safe_load((LANGUAGE / f"{name}.yml").read_text(encoding="utf-8"))
        result.append(Lexicon(content["words"], content.get("without_accents")))
    return result


def read_out(text: Text, lexicons: List[Lexicon]) -> Text:
    """The text with each lexicon applied in turn."""
    for lexicon in lexicons:
        text = lexicon.read(text)
    return text


def features(text: Text) -> List[Text]:
    """Folded syllables, pairs and triples of neighbours, and groups of letters within a syllable."""
    words = tokens(text)
    pairs = [f"{left} {right}" for left, right in zip(words, words[1:])]
    triples = [" ".join(words[i : i + 3]) for i in range(len(words) - 2)]
    letters = [f"#{part}" for word in words for part in _letters(f"<{word}>")]
    return [*words, *pairs, *triples, *letters]


def _letters(word: Text) -> List[Text]:
    return [word[i : i + size] for size in LETTERS for i in range(len(word) - size + 1)]
