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

NAMED = 0.5  # chance from which the last turn is taken to name something of its own
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
        ranked = tuple((hit.target, round(hit.score, 4)) for hit in hits if hit.kind is TargetKind.PROCEDURE)
        results.append(Outcomes(question, expected(question, known), ranked[:RANKED], decision.outcome, ms))
        progress()
    return results


def ask(finder: Finder, turns: Sequence[str]) -> tuple[list[Hit], Decision]:
    """The last turn; where it names no procedure of its own, the one before it that did goes on."""
    hits, decision = finder.find(turns[-1])
    for earlier in reversed(turns[:-1]):
        if decision.own_topic > NAMED:
            break
        before, was = finder.find(earlier)
        if was.outcome is Outcome.ANSWER:
            rest = [hit for hit in hits if hit.target != was.target]
            return [before[0], *rest], Decision(Outcome.ANSWER, was.confidence, was.target)
    return hits, decision


def expected(question: Question, known: set[str]) -> Outcome:
    """The behaviour that is right for the catalogue at hand."""
    if question.for_commune:
        return Outcome.ANSWER if known & set(question.codes) else Outcome.NOT_IN_CATALOGUE
    return question.behaviour
