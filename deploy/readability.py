"""`python -m deploy.readability`: whether what citizens read is short, plain, polite and correctly written.

Checked are the texts that we wrote ourselves: replies, questions and their options, corrections of false premises,
chains of life events, e-forms, consents, the survey. Names of procedures and papers are the state's and stay as they
are. The rules stand in data/language/plain.yml. Every finding is printed with its file, its text and the reason; the
exit status is then 1.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from knowledge.normalise import place_tones

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "data" / "language" / "plain.yml"
SHORT_CAPITALS = 4  # CCCD, BHYT: abbreviations

_SENTENCE_END = re.compile(r"(?<=[.!?…;:])[”\")]*\s+|\n+")
_WORD = re.compile(r"\w")
_CAPITALS = re.compile(r"(?<![\w/-])[^\W\d_]{2,}(?![\w/-])")
_EXCLAMATIONS = re.compile(r"!\s*[!?]|\?\s*!")


class Plain(BaseModel):
    """The rules. say_instead and address: a pattern of whole words in small letters -> what to write in its place."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    longest_sentence: int
    say_instead: dict[str, str]
    address: dict[str, str]
    capitals: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Finding:
    """What is wrong with a text, and where it stands (a path relative to the project)."""

    file: str
    text: str
    why: str


def load_rules(path: Path = RULES) -> Plain:
    """Reads the rules.

    Raises:
        pydantic.ValidationError: a rule is missing or unknown.
    """
    return Plain.model_validate(_read(path))


def faults(text: str, rules: Plain) -> Iterator[str]:
    """Why a text is not fit for citizens; nothing if it is."""
    yield from _too_long(text, rules)
    yield from _officialese(text, rules)
    yield from _loud(text, rules)
    yield from _misspelt(text)


def texts(root: Path = ROOT) -> Iterator[tuple[str, str]]:
    """Every text of ours that a citizen can be told: (file, text). What is not there yet is left out."""
    for pattern, pick in _PLACES:
        for path in sorted(root.glob(pattern)):
            for text in pick(_read(path)):
                yield path.relative_to(root).as_posix(), text


def findings(root: Path = ROOT, rules: Plain | None = None) -> list[Finding]:
    """All that is wrong with the texts of a project; a text that stands in a file twice is told once."""
    rules = rules or load_rules()
    return [Finding(file, text, why) for file, text in dict.fromkeys(texts(root)) for why in faults(text, rules)]


def main() -> int:
    """Prints the findings. 1 if there are any."""
    checked, found = len(set(texts())), findings()
    for finding in found:
        print(f"{finding.file}\n  {finding.text}\n  -> {finding.why}")
    print(f"{checked} texts, {len(found)} findings")
    return 1 if found else 0


def _too_long(text: str, rules: Plain) -> Iterator[str]:
    for sentence in _SENTENCE_END.split(text):
        count = sum(1 for word in sentence.split() if _WORD.search(word))
        if count > rules.longest_sentence:
            yield f"a sentence of {count} words, at most {rules.longest_sentence}: “{' '.join(sentence.split()[:6])} …”"


def _officialese(text: str, rules: Plain) -> Iterator[str]:
    lower = place_tones(text).lower()
    for pattern, instead in (*rules.say_instead.items(), *rules.address.items()):
        for said in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", lower):
            yield f"“{said.group()}” -> {instead}"


def _loud(text: str, rules: Plain) -> Iterator[str]:
    if _EXCLAMATIONS.search(text) or text.count("!") > 1:
        yield "more than one exclamation mark"
    capitals = [match for match in _CAPITALS.finditer(text) if match.group().isupper()]
    for match in capitals:
        if len(match.group()) > SHORT_CAPITALS and match.group() not in rules.capitals:
            yield f"capital letters: “{match.group()}”"
    for left, right in pairwise(capitals):
        if text[left.end() : right.start()] == " ":
            yield f"capital letters: “{left.group()} {right.group()}”"


def _misspelt(text: str) -> Iterator[str]:
    if not unicodedata.is_normalized("NFC", text):
        yield "not in Unicode NFC"
        return
    for word in text.split():
        placed = place_tones(word)
        if placed != word and "://" not in word:
            yield f"tone mark: “{word}” -> “{placed}”"


def _replies(content: Any) -> Iterator[str]:
    for variants in content["responses"].values():
        for variant in variants:
            if "text" in variant:
                yield variant["text"]
            yield from (button["title"] for button in variant.get("buttons", ()))


def _questions(content: Any) -> Iterator[str]:
    for question in content.get("questions") or ():
        yield from _under(question, ("ask", "why", "label", "tells"))


def _picking(*keys: str) -> Callable[[Any], Iterable[str]]:
    return lambda content: _under(content, keys)


def _under(content: Any, keys: Iterable[str]) -> Iterator[str]:
    """The strings that stand under one of the keys, at any depth."""
    if isinstance(content, dict):
        for key, value in content.items():
            if key in keys and isinstance(value, str):
                yield value
            else:
                yield from _under(value, keys)
    elif isinstance(content, list):
        for value in content:
            yield from _under(value, keys)


_PLACES: tuple[tuple[str, Callable[[Any], Iterable[str]]], ...] = (
    ("domain.yml", _replies),
    ("data/topics/*.yml", _picking("question")),
    ("data/premises/*.yml", _picking("correction")),
    ("data/journeys/*.yml", _picking("name", "do", "note", "only_when")),
    ("data/catalogue/*.yml", _questions),
    ("data/forms/[0-9]*.yml", _picking("ask", "help")),
    ("data/consent.yml", _picking("text", "question", "yes", "no")),
    ("data/survey.yml", _picking("question", "label", "intro", "thanks")),
)


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


if __name__ == "__main__":
    sys.exit(main())
