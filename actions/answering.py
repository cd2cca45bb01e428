"""Actions that answer questions: about a procedure, a choice, a correction, a comparison, a chain of events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import choosing, conversation
from actions.assistant import library
from actions.noting import note_corrected
from actions.placing import choose_place, place_in
from actions.telling_status import tell_about
from knowledge import asking_back, compose
from knowledge.reply import Aspect, Button, Outcome
from knowledge.surroundings import which_commune
from knowledge.tongue import speaking
from knowledge.understood import Understood

CHOICE_WORDS = 8  # a longer message is a new question, even if it holds the words of a choice

Domain = dict[str, Any]


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
            return _tell_button(dispatcher, tracker, what)
        about = await tell_about(dispatcher, tracker)
        if about is not None:
            return about
        titled = _titled(dispatcher, tracker, what, text)
        if titled is not None:
            return titled
        offered = conversation.choices(tracker)
        if offered and choosing.number_in(text):
            return _choose_said(dispatcher, tracker, offered, text)
        # "mất bao nhiêu tiền" asks about a fee, although "báo mất hộ chiếu" has some of its words.
        meant = choosing.by_words(offered, text, choosing.WHOLLY if what.aspects else choosing.SAME_WORDS)
        if meant and len(text.split()) <= CHOICE_WORDS:
            return _choose(dispatcher, tracker, meant.payload, what.aspects)
        what, placed = place_in(tracker, text, what)
        reply = library().ask(text, what)
        if offered and reply.outcome is Outcome.CLARIFY and (not reply.buttons or what.intent == "ask_follow_up"):
            reply = asking_back.clarify(None, offered, 0.5)
        return [*placed, *conversation.send(dispatcher, tracker, reply, asked=what.aspects)]


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
            what = replace(conversation.understood(tracker), case=case)
            reply = library().tell(what.procedure or "", (Aspect.DOCUMENTS,), what)
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
        note_corrected(tracker.get_slot("story"), tracker.get_slot("last_outcome"), what.procedure)
        reply = library().correct(conversation.text_of(tracker), what)
        return conversation.send(dispatcher, tracker, reply, asked=what.aspects)


class Compare(Action):
    """What is different about two procedures."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_compare"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Asks the library; what was offered last counts as spoken of."""
        payloads = [button.payload.partition(":") for button in conversation.choices(tracker)]
        offered = [code for kind, _, code in payloads if kind == "procedure"]
        reply = library().compare(conversation.text_of(tracker), conversation.understood(tracker), offered)
        return conversation.send(dispatcher, tracker, reply, ask_on=False)


class TellOrder(Action):
    """What to do first, and then, after something happened in somebody's life."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_tell_order"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Asks the library."""
        about = await tell_about(dispatcher, tracker)
        if about is not None:
            return about
        what = conversation.understood(tracker)
        if what.procedure and what.aspects:  # "which steps are there" goes on about the procedure
            reply = library().ask(conversation.text_of(tracker), replace(what, intent="ask_follow_up"))
            return conversation.send(dispatcher, tracker, reply, asked=what.aspects)
        reply = library().journey(conversation.text_of(tracker), what)
        return conversation.send(dispatcher, tracker, reply, asked=what.aspects, ask_on=False)


class GoBack(Action):
    """Back to a procedure of which was spoken before."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_go_back"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Tells about the one that the message names, else the last one before this."""
        what = conversation.understood(tracker)
        last = next(iter((*what.earlier, what.procedure)), None)
        code = library().meant_of(conversation.text_of(tracker), what.earlier) or last
        if code is None:
            reply = library().ask(conversation.text_of(tracker), what)
        else:
            reply = library().tell(code, what.aspects, what)
        return conversation.send(dispatcher, tracker, reply, asked=what.aspects)


def _tell_button(dispatcher: CollectingDispatcher, tracker: Tracker, what: Understood) -> list[EventType]:
    """A tapped aspect of the procedure under discussion, in this person's case."""
    if not what.procedure:
        return conversation.send(dispatcher, tracker, asking_back.which_procedure())
    return conversation.send(dispatcher, tracker, library().tell(what.procedure, what.aspects, what))


def _titled(dispatcher: CollectingDispatcher, tracker: Tracker, what: Understood, text: str) -> list[EventType] | None:
    """What a button of the procedure under discussion would do, whose words were typed; None: no button bears them."""
    record = library().snapshot.catalogue.procedures.get(what.procedure or "")
    if record is None:
        return None
    with speaking(what.language):
        aspects, case = compose.titled(record, text)
        if compose.asks_near_me(text):
            return conversation.send(dispatcher, tracker, which_commune())
    if aspects:
        return conversation.send(dispatcher, tracker, library().tell(record.code, aspects, what))
    if case:
        reply = library().tell(record.code, (Aspect.DOCUMENTS,), replace(what, case=case))
        return [*conversation.send(dispatcher, tracker, reply), SlotSet("case", case)]
    return None


def _choose_said(
    dispatcher: CollectingDispatcher, tracker: Tracker, offered: Sequence[Button], text: str
) -> list[EventType]:
    """Tells about the choice that somebody means by number or words; if that cannot be told, offers them again."""
    number = choosing.number_in(text) or conversation.entity(tracker, "ordinal")
    meant = choosing.chosen(offered, number, text)
    if meant:
        return _choose(dispatcher, tracker, meant.payload, ())
    waiting = tuple(Aspect(value) for value in tracker.get_slot("asked") or [])
    return conversation.send(dispatcher, tracker, asking_back.clarify(None, offered, 0.5), asked=waiting)


def _choose(
    dispatcher: CollectingDispatcher, tracker: Tracker, payload: str, aspects: tuple[Aspect, ...]
) -> list[EventType]:
    """Tells about a chosen procedure what was asked before the choice, or about a chosen commune."""
    kind, _, code = payload.partition(":")
    if kind == "place":
        return choose_place(dispatcher, tracker, code)
    waiting = tuple(Aspect(value) for value in tracker.get_slot("asked") or [])
    what = conversation.understood(tracker)
    reply = library().tell(code, aspects or waiting, what)
    return conversation.send(dispatcher, tracker, reply)
