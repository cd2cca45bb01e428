"""Asks the index alone the questions of a set: last turn, with the earlier ones as context."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from knowledge.decide import Decision
from knowledge.finder import Finder
from knowledge.measure import Outcomes
from knowledge.passages import TargetKind
from knowledge.questions import Question
from knowledge.reply import Outcome
from knowledge.search import Hit

NAMED = 0.3  # chance from which the last turn is taken to name something of its own
TWINS = 2  # members of a family that are reported beside the one that is answered
RANKED = 20  # how many codes are reported for a case


def evaluate(
    finder: Finder, questions: Iterable[Question], progress: Callable[[], None] = lambda: None
) -> list[Outcomes]:
    """What comes back for every case, in the set's order."""
    known = set(finder.index.targets)
    results = []
    for question in questions:
        start = time.perf_counter()
        hits, decision = ask(finder, question.turns)
        ms = (time.perf_counter() - start) * 1000
        outcome = Outcomes(question, expected(question, known), ranked(hits), decision.outcome, ms, decision.confidence)
        results.append(outcome)
        progress()
    return results


def ranked(hits: Sequence[Hit]) -> tuple[tuple[str, float], ...]:
    """Codes with their scores, best first. A family stands together: its twins are offered with the answer."""
    codes: dict[str, float] = {}
    for hit in hits:
        if hit.kind is TargetKind.PROCEDURE:
            for code in (hit.target, *hit.twins[:TWINS]):
                codes.setdefault(code, round(hit.score, 4))
    return tuple(codes.items())[:RANKED]


def ask(finder: Finder, turns: Sequence[str]) -> tuple[list[Hit], Decision]:
    """The last turn; where it names nothing of its own, it is read together with the one before it."""
    hits, decision = finder.find(turns[-1])
    if len(turns) == 1 or decision.own_topic > NAMED:
        return hits, decision
    return finder.find(" ".join(turns[-2:]))


def expected(question: Question, known: set[str]) -> Outcome:
    """The behaviour that is right for the catalogue at hand."""
    if question.for_commune:
        return Outcome.ANSWER if known & set(question.codes) else Outcome.NOT_IN_CATALOGUE
    return question.behaviour
