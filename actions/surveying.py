"""The satisfaction survey of the one-stop shop, one criterion at a time (survey_form; criteria in data/survey.yml)."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import choosing, conversation
from actions.assistant import desk, survey
from actions.desk.survey import Criterion
from actions.noting import note
from knowledge.normalise import fold
from knowledge.reply import Button, Outcome, Reply

Domain = dict[str, Any]


class AskCriterion(Action):
    """Asks the next criterion."""

    def name(self) -> str:
        """As Rasa looks for it beside the slot `survey_done` of survey_form."""
        return "action_ask_survey_form_survey_done"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Sends the question with its answers as buttons."""
        criteria = survey().criteria
        place = _answered(tracker)
        criterion = criteria[place]
        buttons = tuple(
            Button(title=option.label, payload=f"survey:{criterion.id}={option.value}") for option in criterion.options
        )
        listed = [f"{row}. {option.label}" for row, option in enumerate(criterion.options, 1)]
        text = "\n".join([f"({place + 1}/{len(criteria)}) {criterion.question}", *listed])
        reply = Reply(text=text, outcome=Outcome.SMALL_TALK, buttons=buttons)
        dispatcher.utter_message(json_message=reply.model_dump(mode="json"))
        return []


class ReadRating(Action):
    """Reads the answer to a criterion and keeps it at once: who stops half-way has said what they said."""

    def name(self) -> str:
        """As Rasa looks for it beside survey_form."""
        return "validate_survey_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Remembers how many criteria are answered."""
        if not tracker.get_slot("requested_slot"):
            return []
        place = _answered(tracker)
        criterion = survey().criteria[place]
        value = _value(tracker, criterion)
        if value is None and conversation.intent_of(tracker) == "take_survey":
            return [SlotSet("survey_done", None)]
        if value is None and conversation.intent_of(tracker) != "dont_know":
            return []
        if value is not None:
            rating = value
            note(lambda: desk().note_survey(criterion.id, rating, dossier=tracker.get_slot("dossier")))
        done = place + 1 == len(survey().criteria)
        return [SlotSet("survey_answered", place + 1), SlotSet("survey_done", True if done else None)]


class ThankForSurvey(Action):
    """Thanks, and makes ready for another time."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_thank_for_survey"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Says so."""
        dispatcher.utter_message(response="utter_survey_done")
        return [SlotSet("survey_answered", None), SlotSet("survey_done", None)]


def _answered(tracker: Tracker) -> int:
    return min(int(tracker.get_slot("survey_answered") or 0), len(survey().criteria) - 1)


def _value(tracker: Tracker, criterion: Criterion) -> int | None:
    tapped = conversation.entity(tracker, "survey")
    offered = {option.value for option in criterion.options}
    if tapped:
        name, _, value = tapped.partition("=")
        return int(value) if name == criterion.id and value.isdecimal() and int(value) in offered else None
    text = conversation.text_of(tracker)
    number = choosing.number_in(text)
    if number and 1 <= int(number) <= len(criterion.options):
        return criterion.options[int(number) - 1].value
    said = fold(text)
    named = [option for option in criterion.options if fold(option.label) in said]
    longest = max(named, key=lambda option: len(option.label), default=None)  # "rất hài lòng" holds "hài lòng" too
    return longest.value if longest else None
