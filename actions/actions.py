"""The actions that Rasa calls."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import choosing, conversation
from knowledge import compose
from knowledge.library import Library
from knowledge.reply import Aspect, Button, Outcome
from knowledge.settings import settings

CHOICE_WORDS = 8  # a longer message is a new question, even if it holds the words of a choice

Domain = dict[str, Any]


@lru_cache
def library() -> Library:
    """The library of this process, loaded once."""
    return Library(settings())


class AnswerQuestion(Action):
    """A question in the citizen's own words, or an aspect of the procedure under discussion."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Asks the library."""
        what = conversation.understood(tracker)
        text = conversation.text_of(tracker)
        if not text:
            return _tell_button(dispatcher, tracker, what.procedure, what.aspects)
        offered = conversation.choices(tracker)
        if offered and choosing.number_in(text):
            return _choose_said(dispatcher, tracker, offered, text)
        # "mất bao nhiêu tiền" asks about a fee, although "báo mất hộ chiếu" has some of its words.
        meant = choosing.by_words(offered, text, choosing.WHOLLY if what.aspects else choosing.SAME_WORDS)
        if meant and len(text.split()) <= CHOICE_WORDS:
            return _choose(dispatcher, tracker, meant.payload, what.aspects)
        reply = library().ask(text, what)
        if offered and reply.outcome is Outcome.CLARIFY and (not reply.buttons or what.intent == "ask_follow_up"):
            reply = compose.clarify(None, offered, 0.5)
        return conversation.send(dispatcher, tracker, reply, asked=what.aspects)


class TakeChoice(Action):
    """One of the offered procedures or cases, by button, number or words."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_choose"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Tells about what was chosen."""
        code, case = conversation.entity(tracker, "procedure"), conversation.entity(tracker, "case")
        if code:
            return _choose(dispatcher, tracker, f"procedure:{code}", ())
        if case:
            reply = library().tell(tracker.get_slot("procedure") or "", (Aspect.DOCUMENTS,), case_id=case)
            return [*conversation.send(dispatcher, tracker, reply), SlotSet("case", case)]
        text = conversation.text_of(tracker)
        offered = conversation.choices(tracker)
        if offered:
            return _choose_said(dispatcher, tracker, offered, text)
        return conversation.send(dispatcher, tracker, library().ask(text, conversation.understood(tracker)))


class CorrectTopic(Action):
    """Not what was meant: asks about what was, if it is said, else offers what else it could be."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_correct"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Asks the library anew, without the procedure that was wrong."""
        what = conversation.understood(tracker)
        reply = library().correct(conversation.text_of(tracker), what)
        return conversation.send(dispatcher, tracker, reply, asked=what.aspects)


def _tell_button(
    dispatcher: CollectingDispatcher, tracker: Tracker, procedure: str | None, aspects: tuple[Aspect, ...]
) -> list[EventType]:
    """A tapped aspect of the procedure under discussion, in the case that was chosen."""
    if not procedure:
        return conversation.send(dispatcher, tracker, compose.which_procedure())
    reply = library().tell(procedure, aspects, case_id=tracker.get_slot("case"))
    return conversation.send(dispatcher, tracker, reply)


def _choose_said(
    dispatcher: CollectingDispatcher, tracker: Tracker, offered: Sequence[Button], text: str
) -> list[EventType]:
    """Tells about the choice that somebody means by number or words; if that cannot be told, offers them again."""
    number = choosing.number_in(text) or conversation.entity(tracker, "ordinal")
    meant = choosing.chosen(offered, number, text)
    if meant:
        return _choose(dispatcher, tracker, meant.payload, ())
    waiting = tuple(Aspect(value) for value in tracker.get_slot("asked") or [])
    return conversation.send(dispatcher, tracker, compose.clarify(None, offered, 0.5), asked=waiting)


def _choose(
    dispatcher: CollectingDispatcher, tracker: Tracker, payload: str, aspects: tuple[Aspect, ...]
) -> list[EventType]:
    """Tells about a chosen procedure what was asked before the choice."""
    waiting = tuple(Aspect(value) for value in tracker.get_slot("asked") or [])
    reply = library().tell(payload.partition(":")[2], aspects or waiting)
    return conversation.send(dispatcher, tracker, reply)
