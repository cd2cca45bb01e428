"""Holds every case of a question set as a conversation with the running assistant and judges the last reply."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import httpx

from bot.client import Conversation, everything_read
from bot.judge import Verdict, judge
from knowledge.measure import Proportion, percentile
from knowledge.questions import Question
from knowledge.reply import Reply


@dataclass(frozen=True)
class Held:
    """One case: the last reply, the verdict, the time of the last turn."""

    question: Question
    reply: Reply
    verdict: Verdict
    ms: float

    def as_json(self) -> dict[str, object]:
        """One line of --out."""
        return {
            "id": self.question.id,
            "outcome": self.reply.outcome.value,
            "procedure": self.reply.procedure,
            "aspects": [aspect.value for aspect in self.reply.aspects],
            "confidence": round(self.reply.confidence, 4),
            "text": everything_read(self.reply),
            "buttons": [button.title for button in self.reply.buttons],
            "sources": [source.model_dump(mode="json") for source in self.reply.sources],
            "right": self.verdict.right,
            "why_wrong": self.verdict.why_wrong,
            "ms": round(self.ms, 1),
        }


@dataclass(frozen=True)
class Row:
    """Figures of the whole set or of one tag or behaviour."""

    name: str
    right: Proportion
    ms_median: float
    ms_p95: float


def hold(client: httpx.Client, questions: Iterable[Question]) -> Iterator[Held]:
    """Holds the cases one after the other."""
    for question in questions:
        conversation = Conversation(client)
        for turn in question.turns:
            start = time.perf_counter()
            reply = conversation.say(turn)
            ms = (time.perf_counter() - start) * 1000
        yield Held(question, reply, judge(question, reply), ms)


def rows(held: Sequence[Held]) -> list[Row]:
    """The whole set, each behaviour, each tag."""
    groups: dict[str, list[Held]] = {"all": list(held)}
    for item in held:
        groups.setdefault(f"= {item.question.behaviour.value}", []).append(item)
    for tag in sorted({tag for item in held for tag in item.question.tags}):
        groups[tag] = [item for item in held if tag in item.question.tags]
    return [_row(name, group) for name, group in groups.items()]


def _row(name: str, group: Sequence[Held]) -> Row:
    times = sorted(item.ms for item in group)
    right = Proportion(sum(item.verdict.right for item in group), len(group))
    return Row(name, right, percentile(times, 0.5), percentile(times, 0.95))
