"""Whether each message of a citizen got exactly one reply, in order."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tests.chaos.questions import mark_of


@dataclass(frozen=True)
class Read:
    """A message of ours as a citizen saw it. at: of time.monotonic, when they saw it first."""

    id: str
    text: str
    at: float = 0.0

    @property
    def mark(self) -> str | None:
        """Which question it answers; None: a further part of a reply, or something else."""
        return mark_of(self.text)


@dataclass
class Verdict:
    """What became of the messages of one citizen, or of many. told_twice: the first copies of what came twice.

    doubled: replies, or parts of one, too many. disordered: replies that would have to stand elsewhere.
    """

    messages: int = 0
    replies: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: int = 0
    disordered: int = 0
    told_twice: list[Read] = field(default_factory=list)

    def add(self, other: Verdict) -> None:
        """Counts another one in."""
        self.messages += other.messages
        self.replies += other.replies
        self.lost += other.lost
        self.doubled += other.doubled
        self.disordered += other.disordered
        self.told_twice += other.told_twice


def judged(asked: Sequence[str], read: Sequence[Read]) -> Verdict:
    """asked: the marks that the replies must have, in the order in which they were asked for, no two the same."""
    marks = [one.mark for one in read]
    found = [mark for mark in marks if mark is not None]
    verdict = Verdict(messages=len(asked), replies=len(found))
    verdict.lost = [mark for mark in asked if mark not in found]
    firsts = [mark for mark in dict.fromkeys(found) if mark in asked]
    verdict.disordered = len(firsts) - longest_rising([asked.index(mark) for mark in firsts])
    verdict.told_twice = _told_twice(read)
    verdict.doubled = len(verdict.told_twice) + sum(mark not in asked for mark in set(found))
    return verdict


def longest_rising(numbers: Sequence[int]) -> int:
    """How many of some different numbers stand in order already."""
    ends: list[int] = []
    for number in numbers:
        place = bisect_left(ends, number)
        ends[place : place + 1] = [number]
    return len(ends)


def _told_twice(read: Sequence[Read]) -> list[Read]:
    """Of replies that begin more than once, and of parts that follow themselves, the first copies."""
    seen = Counter(one.mark for one in read if one.mark is not None)
    twice: list[Read] = []
    for one in read:
        if one.mark is not None and seen[one.mark] > 1:
            seen[one.mark] -= 1
            twice.append(one)
    parts = [first for first, second in pairwise(read) if first.text == second.text]
    return twice + [one for one in parts if one.mark is None]
