"""Vietnamese text as people type it, made comparable: Unicode, tone marks, accents, abbreviations, dialect.

The original is kept; readings are added beside it, never put in its place. Standard library only: Rasa's own
environment (Python 3.10) uses this module too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

TONES = {"\u0300": "huyền", "\u0301": "sắc", "\u0303": "ngã", "\u0309": "hỏi", "\u0323": "nặng"}

# Where the tone mark goes on a pair of vowels that ends a syllable: "hoà" and "hòa" are one word. The form with the
# mark on the first vowel ("hòa", "thúy") is ours; after "q" the u belongs to the consonant ("quý").
_OPEN_PAIR = re.compile(r"(?<![qQ])([oOuU])([aAeEyY])([\u0300\u0301\u0303\u0309\u0323])(?![a-zA-Zđ\u0302\u0306\u031b])")

_WORD = re.compile(r"[0-9a-z]+(?:[.,/-][0-9a-z]+)*")
_TOKEN = re.compile(r"[0-9a-z]+")
_REPEAT = re.compile(r"([a-z])\1{2,}")


def place_tones(text: str) -> str:
    """NFC, with the tone mark of oa, oe, uy at the end of a syllable on the first vowel ("thuỷ" -> "thủy")."""
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", _OPEN_PAIR.sub(r"\1\3\2", decomposed))


def fold(text: str) -> str:
    """Lower case without any accent or mark, đ as d, white space single: what a hurried person types."""
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFD", text.lower())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(bare.replace("đ", "d").split())


def is_accented(text: str) -> bool:
    """Whether the text carries Vietnamese accents at all."""
    return fold(text) != " ".join(text.lower().split())


def tokens(text: str) -> list[str]:
    """The folded syllables and numbers of a text, with drawn-out letters shortened ("điiii" -> "di")."""
    return _TOKEN.findall(_REPEAT.sub(r"\1", fold(text)))


def accented_tokens(text: str) -> list[str]:
    """The syllables as written (lower case, tone marks placed), for the bonus that right accents earn."""
    return re.findall(r"\w+", place_tones(text).lower())


class Lexicon:
    """Words that stand for others: abbreviations, teencode and dialect, each with its standard reading.

    words: word or phrase -> standard phrase, matched as written. without_accents: the same for messages that carry no
    accents at all, where a word like "mo" could be "mô" as well as "mở"; not given: the words that need no accents.
    Longer phrases win.
    """

    def __init__(self, words: Mapping[str, str], without_accents: Mapping[str, str] | None = None) -> None:
        self._as_written = {tuple(accented_tokens(key)): value for key, value in words.items()}
        if without_accents is None:
            self._bare = {key: value for key, value in self._as_written.items() if all(map(str.isascii, key))}
        else:
            self._bare = {tuple(tokens(key)): value for key, value in without_accents.items()}
        self._longest = max((len(key) for key in (*self._as_written, *self._bare)), default=0)

    def read(self, text: str) -> str:
        """The text with every known word in its standard form; other words as written."""
        written = re.findall(r"\w+|[^\w\s]", place_tones(text))
        lower = [word.lower() for word in written]
        words = self._as_written if is_accented(text) else self._bare
        result: list[str] = []
        position = 0
        while position < len(written):
            length = self._match(words, lower, position)
            result.append(words[tuple(lower[position : position + length])] if length else written[position])
            position += length or 1
        return " ".join(result)

    def _match(self, words: Mapping[tuple[str, ...], str], lower: list[str], position: int) -> int:
        for length in range(min(self._longest, len(lower) - position), 0, -1):
            if tuple(lower[position : position + length]) in words:
                return length
        return 0


def readings(text: str, lexicons: Iterable[Lexicon]) -> list[str]:
    """The text itself (tone marks placed) and what it reads as with each lexicon applied in turn; no repeats."""
    result = [place_tones(text)]
    for lexicon in lexicons:
        reading = lexicon.read(result[-1])
        if tokens(reading) != tokens(result[-1]):  # else only the spaces around punctuation differ
            result.append(reading)
    return result
