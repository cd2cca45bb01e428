"""Wrong things that people take for granted, each with the sentence that puts it right; it stands above an answer.

A correction is shown only where somebody says the wrong thing in so many words: a false alarm tells people off for
nothing, so a miss is the smaller evil.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from knowledge.errors import DuplicateCode
from knowledge.normalise import accented_tokens, fold
from knowledge.record import Code, Source, Text
from knowledge.yaml_file import read_yaml

AT_ONCE = 2  # corrections above one answer, at most
LEAP = 3  # words that "…" in a group may stand for, at most
MONEY = "<tiền>"


class Premise(BaseModel):
    """One wrong belief.

    said: ways of saying it; in each, all groups of words must occur. A group is words next to each other, and may say
    more: "lên/ra công an" (either word), "mượn sổ|mang sổ" (either phrase), "phải … mới" (up to three words between),
    "<tiền>" (an amount of money). A word also matches its bare form, never other accents; "=cò" not even that.
    unless: groups that show that the person knows better. leads_to: the procedure that the person needs instead, when
    the message names none, or one of instead_of (a paper that is not needed, a way that is closed).
    refuse: nothing is answered beside the correction.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{2,40}$")]
    said: tuple[Annotated[tuple[Text, ...], Field(min_length=1)], ...] = Field(min_length=1)
    unless: tuple[Text, ...] = ()
    correction: Text = Field(max_length=300)
    leads_to: Code | None = None
    instead_of: tuple[Code, ...] = ()
    refuse: bool = False
    sources: tuple[Source, ...] = Field(min_length=1)

    @field_validator("said")
    @classmethod
    def _groups_have_words(cls, said: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        if not all(all(_phrases(group)) for alternative in said for group in alternative):
            raise ValueError("a group without words")
        return said


def load_premises(folder: Path) -> tuple[Premise, ...]:
    """The premises of a folder (*.yml, one each). Raises RecordError or DuplicateCode naming the file."""
    found: dict[str, Premise] = {}
    for path in sorted(folder.glob("*.yml")):
        premise = read_yaml(path, Premise)
        if premise.id in found:
            raise DuplicateCode(f"{path}, id: {premise.id} stands in another file already.")
        found[premise.id] = premise
    return tuple(found.values())


class Premises:
    """Finds premises in messages. Compiled once; what no word of a message could begin is not looked at."""

    def __init__(self, premises: Iterable[Premise]) -> None:
        groups: dict[str, int] = {}
        self._said: list[_Said] = []
        for premise in premises:
            unless = frozenset(groups.setdefault(group, len(groups)) for group in premise.unless)
            for said in premise.said:
                needed = frozenset(groups.setdefault(group, len(groups)) for group in said)
                weight = sum(min(map(len, _phrases(group))) for group in said)
                self._said.append(_Said(premise, needed, unless, weight))
        members: dict[_Phrase, set[int]] = {}
        for group, number in groups.items():
            for phrase in _phrases(group):
                members.setdefault(phrase, set()).add(number)
        self._by_word: dict[str, list[tuple[_Phrase, set[int]]]] = {}
        for phrase, numbers in members.items():
            for word in min((step.forms for step in phrase), key=len):
                self._by_word.setdefault(word, []).append((phrase, numbers))

    def found_in(self, text_read_out: str) -> tuple[Premise, ...]:
        """What the message takes for granted wrongly: at most two premises, the one that says most first.

        text_read_out: the message with abbreviations and dialect read out (the last of normalise.readings).
        """
        plain = accented_tokens(text_read_out)
        counted = _AMOUNT.sub(MONEY, " ".join(plain)).split()
        groups = self._groups_in(counted)
        if counted != plain:
            groups |= self._groups_in(plain)
        weights: dict[str, tuple[int, Premise]] = {}
        for said in self._said:
            if said.needed <= groups and said.unless.isdisjoint(groups):
                known = weights.get(said.premise.id, (0, said.premise))[0]
                weights[said.premise.id] = (max(known, said.weight), said.premise)
        ranked = sorted(weights.values(), key=lambda entry: (-entry[0], entry[1].id))
        return tuple(premise for _, premise in ranked[:AT_ONCE])

    def _groups_in(self, words: list[str]) -> set[int]:
        places: dict[str, list[int]] = {}
        for place, word in enumerate(words):
            places.setdefault(word, []).append(place)
        found: set[int] = set()
        for word in places:
            for phrase, numbers in self._by_word.get(word, ()):
                if not numbers <= found and _occurs(phrase, words, places):
                    found |= numbers
        return found


@dataclass(frozen=True)
class _Step:
    """One word of a phrase: the forms that fit, and how many words may stand before it."""

    forms: frozenset[str]
    leap: int


_Phrase = tuple[_Step, ...]


@dataclass(frozen=True)
class _Said:
    """One way of saying a premise. needed, unless: numbers of groups; weight: how many words it takes."""

    premise: Premise
    needed: frozenset[int]
    unless: frozenset[int]
    weight: int


def _phrases(group: str) -> tuple[_Phrase, ...]:
    return tuple(_phrase(phrase) for phrase in group.split("|"))


def _phrase(text: str) -> _Phrase:
    steps, leap = [], 0
    for word in text.split():
        if word == "…":
            leap = LEAP
            continue
        steps.append(_Step(frozenset(form for choice in word.split("/") for form in _forms(choice)), leap))
        leap = 0
    return tuple(steps)


def _forms(choice: str) -> list[str]:
    if choice == MONEY:
        return [MONEY]
    written = accented_tokens(choice)
    return written if choice.startswith("=") else [*written, *map(fold, written)]


def _occurs(phrase: _Phrase, words: list[str], places: Mapping[str, list[int]]) -> bool:
    if any(places.keys().isdisjoint(step.forms) for step in phrase):
        return False
    starts = (place for form in phrase[0].forms for place in places.get(form, ()))
    return any(_goes_on(phrase, 1, words, start + 1) for start in starts)


def _goes_on(phrase: _Phrase, step: int, words: list[str], at: int) -> bool:
    if step == len(phrase):
        return True
    reach = range(at, min(at + phrase[step].leap + 1, len(words)))
    return any(words[place] in phrase[step].forms and _goes_on(phrase, step + 1, words, place + 1) for place in reach)


_NUMBER = (
    r"(?:\d+|một|mot|hai|ba|bốn|bon|năm|nam|sáu|sau|bảy|bay|tám|tam|chín|chin|mười|muoi|mươi|chục|chuc|trăm|tram"
    r"|mấy|may|vài|vai)"
)
_AMOUNT = re.compile(
    r"(?<!\S)(?:"
    r"\d+(?:k|tr|đ|d)\d*"
    rf"|(?:{_NUMBER} )+(?:nghìn|nghin|ngàn|ngan|triệu|trieu|củ)(?: (?:đồng|dong|bạc|bac|rưỡi|ruoi))*"
    r"|\d+(?: 000)+(?: (?:đồng|dong|đ|d|vnđ|vnd))?"
    r"|\d{2,} (?:đồng|dong|k)"
    rf"|{_NUMBER} (?:trăm|tram)(?! (?:mét|met|m2|m|km|người|nguoi|ngày|ngay|cây|cay))"
    r")(?!\S)"
)
