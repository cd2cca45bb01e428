"""Whether a reply is right for a case of a question set, and if not, why."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.client import everything_read
from knowledge.normalise import place_tones
from knowledge.questions import Question
from knowledge.reply import Outcome, Reply


@dataclass(frozen=True)
class Verdict:
    """right, or the reason why not."""

    right: bool
    why_wrong: str | None = None


def judge(question: Question, reply: Reply, known: frozenset[str] | None = None) -> Verdict:
    """Judges behaviour, code, aspects and words, in this order.

    known: the codes that the assistant holds, for cases whose right behaviour depends on it.
    """
    wanted = question.behaviour
    if question.for_commune and known is not None:
        wanted = Outcome.ANSWER if known & set(question.codes) else Outcome.NOT_IN_CATALOGUE
    if reply.outcome is not wanted:
        return Verdict(False, f"behaviour: {reply.outcome.value} instead of {wanted.value}")
    if wanted is Outcome.ANSWER and question.codes and reply.procedure not in question.codes:
        return Verdict(False, f"code: {reply.procedure} instead of {' or '.join(question.codes)}")
    missing = [aspect.value for aspect in question.aspects if reply.aspects and aspect not in reply.aspects]
    if wanted is Outcome.ANSWER and missing:
        return Verdict(False, f"aspects: {', '.join(missing)} not answered")
    said = _comparable(everything_read(reply))
    for text in question.must_contain:
        if _comparable(text) not in said:
            return Verdict(False, f"must contain: {text}")
    for text in question.must_not_contain:
        if _comparable(text) in said:
            return Verdict(False, f"must not contain: {text}")
    return Verdict(True)


def _comparable(text: str) -> str:
    return re.sub(r"\s+", " ", place_tones(text)).lower()
