"""Notes for people who look after the assistant, taken beside the answer: nobody waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from actions.assistant import desk
from actions.desk.entries import Why
from actions.desk.errors import DeskError
from knowledge.reply import Outcome, Reply

log = structlog.get_logger(__name__)

UNANSWERED = (Outcome.NOT_IN_CATALOGUE, Outcome.TROUBLE)


def note_unanswered(text: str, intent: str, reply: Reply) -> None:
    """Puts a question that got no answer on the review list; what clearly lies outside is none."""
    lost = reply.outcome is Outcome.OUT_OF_SCOPE and intent != "out_of_scope"
    asked_back = reply.outcome is Outcome.CLARIFY and not reply.buttons
    if text and (lost or asked_back or reply.outcome in UNANSWERED):
        note(lambda: desk().note_review(text, reply.outcome.value, Why.UNANSWERED, procedure=reply.procedure))


def note_corrected(story: Sequence[str] | None, outcome: str | None, procedure: str | None) -> None:
    """Puts the question before a correction on the review list: its answer was about something else."""
    if story:
        note(lambda: desk().note_review(story[-1], outcome or "", Why.CORRECTED, procedure=procedure))


def note(work: Callable[[], object]) -> None:
    """Does it in another thread; a desk that cannot be reached is logged and stops no answer."""

    def guarded() -> None:
        try:
            work()
        except DeskError as error:
            log.error("not_noted", error=str(error))

    asyncio.get_running_loop().run_in_executor(None, guarded)
