"""The form that asks what this person's answer hangs on, one question at a time (guide_form in domain.yml).

The questions come from the record under discussion (knowledge/situation.py); the form ends when no answer would change
anything, and then the personal checklist is told.
"""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import choosing, conversation
from actions.answering import AnswerQuestion
from actions.assistant import library
from actions.following_up import stop_following
from knowledge.normalise import fold
from knowledge.record import Option, Question
from knowledge.situation import UNKNOWN, answer_in

Domain = dict[str, Any]
NO_ANSWER = ("ask_why", "compare", "ask_journey", "hand_off", "stop", "go_back")
OWN_QUESTION = ("ask_procedure", "ask_follow_up", "correct")
_YES_OR_NO = re.compile(
    r"(?:dạ |da |vâng |vang )?(?:(?P<co>có|co|yes|rồi|roi|ừ|đúng|dung)|(?P<khong>không|khong|chưa|chua|ko|no))\b"
    r"(?! phải| phai)"
)
_STOPS = re.compile(
    r"^thoi\b|\b(?:dung(?! ten\b| ra\b)|khoi|nghi|thoi (?:khong|ko|k|khoi|nhe|nha|a)|stop|cancel|"
    r"(?:khong|ko|k|no) .*\bnua)\b"
)
SHORTEST_QUESTION = 3  # words; fewer that hold an answer are one, whatever they sound like
LONGEST_ANSWER = 12  # words; a longer message that asks something is a question, even if it holds an answer


class ReadAnswer(Action):
    """Reads the answer to the question that was asked; without one the form steps back and other rules decide."""

    def name(self) -> str:
        """As Rasa looks for it beside guide_form."""
        return "validate_guide_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Remembers the answer, and what is to be asked next."""
        code, asking = tracker.get_slot("procedure"), tracker.get_slot("asking")
        if not code or not asking:
            return [SlotSet("requested_slot", None)]
        if not tracker.get_slot("requested_slot"):
            return []  # the form just begins
        before = tracker.get_slot("answers") or {}
        answer = _answer(tracker, code, asking)
        said = before if answer is None else {**before, asking: answer}
        text = conversation.text_of(tracker)
        if choosing.number_in(text) or (answer is None and _asks_something(tracker)):
            text = ""  # a number in the list answers this question alone
        answers, question = library().heard(code, text, said, among_questions=answer is None)
        if answers == before:  # a number beyond the list is answered with the list once more
            return [SlotSet("asking", asking)] if choosing.number_in(conversation.text_of(tracker)) else []
        events: list[EventType] = [SlotSet("answers", answers), SlotSet("asking", question.id if question else None)]
        return events if question else [*events, SlotSet("requested_slot", None)]


class AskCase(Action):
    """Asks the question on which the answer hangs."""

    def name(self) -> str:
        """As Rasa looks for it beside the slot `situation` of guide_form."""
        return "action_ask_guide_form_situation"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Sends the question with its answers as buttons."""
        _ask(dispatcher, tracker, why=False)
        return []


class SayWhy(Action):
    """Says why a question is asked."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_say_why"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Sends the reason and the question once more; without a question there is nothing to give a reason for."""
        if not _ask(dispatcher, tracker, why=True):
            dispatcher.utter_message(response="utter_ask_why")
        return []


class TellCase(Action):
    """Tells this person's checklist when every question is answered."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_tell_case"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Asks the library."""
        code = tracker.get_slot("procedure")
        if not code or not tracker.get_slot("answers"):
            return []
        reply = library().personal(code, conversation.understood(tracker))
        return conversation.send(dispatcher, tracker, reply)


class Stop(Action):
    """Ends the questions, what was said stays; outside of a form the same word ends the messages about dossiers."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_stop"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Says so, in a form and outside of one."""
        text = conversation.text_of(tracker)
        if tracker.active_loop_name == conversation.GUIDE_FORM and text and not _STOPS.search(fold(text)):
            return await AnswerQuestion().run(dispatcher, tracker, domain)  # "mình tôi thôi" tells more of the case
        if tracker.active_loop_name:
            dispatcher.utter_message(response="utter_stop")
        elif not await stop_following(dispatcher, tracker):
            dispatcher.utter_message(response="utter_deny")
        return [*conversation.end_form(tracker), SlotSet("asking", None)]


def _ask(dispatcher: CollectingDispatcher, tracker: Tracker, *, why: bool) -> bool:
    code, asking = tracker.get_slot("procedure"), tracker.get_slot("asking")
    if not code or not asking:
        return False
    reply = library().question(code, asking, why=why, language=conversation.language_of(tracker))
    if reply is None:
        return False
    dispatcher.utter_message(json_message=reply.model_dump(mode="json"))
    return True


def _answer(tracker: Tracker, code: str, asking: str) -> str | None:
    """The id of the option that the latest message means (button, number, words, yes or no); "?": does not know."""
    question, tapped = library().asked(code, asking), conversation.entity(tracker, "answer")
    if question is None:
        return None
    if tapped:
        asked, _, option = tapped.partition("=")
        known = {option.id for option in question.options} | {UNKNOWN}
        return option if asked == asking and option in known else None
    text, intent = conversation.text_of(tracker), conversation.intent_of(tracker)
    if not text:
        return None
    number = choosing.number_in(text)
    if number and question.unit is None:
        place = int(number) - 1
        return question.options[place].id if 0 <= place < len(question.options) else None
    found = answer_in(question, library().read_out(text), asked=True) or _yes_or_no(question, text, intent)
    if found and not _asks_something(tracker):
        return found.id
    return UNKNOWN if intent == "dont_know" else None


def _asks_something(tracker: Tracker) -> bool:
    """Whether the message is a question of its own, although words of an answer stand in it."""
    text, intent = conversation.text_of(tracker), conversation.intent_of(tracker)
    if len(text.split()) <= SHORTEST_QUESTION:
        return False
    if intent == "stop" and not _STOPS.search(fold(text)):  # "mình tôi thôi" ends no questions
        return False
    if intent in NO_ANSWER:
        return True
    return intent in OWN_QUESTION and (len(text.split()) > LONGEST_ANSWER or bool(conversation.aspects_of(tracker)))


def _yes_or_no(question: Question, text: str, intent: str) -> Option | None:
    """For a question that is answered with yes or no the option with that id."""
    begins = _YES_OR_NO.match(text.lower())
    said = begins.lastgroup if begins else None
    wanted = said or {"affirm": "co", "deny": "khong"}.get(intent)
    return next((option for option in question.options if option.id == wanted), None)
