"""Actions about where somebody lives, and which centre is theirs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import conversation
from actions.assistant import library
from knowledge.reply import Aspect, Reply
from knowledge.surroundings import no_such_place, place_told, places_near, which_commune, which_place
from knowledge.tongue import speaking
from knowledge.understood import Understood

Domain = dict[str, Any]


class TakePlace(Action):
    """Somebody says or shares where they are."""

    def name(self) -> str:
        """As in domain.yml."""
        return "action_take_place"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        """Remembers the commune and tells its centre; with a procedure under discussion, where to hand that in."""
        with speaking(conversation.language_of(tracker)):
            reply, commune = _placed(tracker)
        return _tell(dispatcher, tracker, reply, commune)


def choose_place(dispatcher: CollectingDispatcher, tracker: Tracker, code: str) -> list[EventType]:
    """One of several communes that a name fits, chosen by number or words."""
    with speaking(conversation.language_of(tracker)):
        reply, commune = _known(code)
    return _tell(dispatcher, tracker, reply, commune)


def place_in(tracker: Tracker, text: str, what: Understood) -> tuple[Understood, list[EventType]]:
    """The commune that a question names beside its matter, remembered."""
    found = library().surroundings.places.find(text, asked=False)
    if found is None or len(found.places) != 1:
        return what, []
    commune = found.places[0].code
    return replace(what, commune=commune), [SlotSet("commune", commune)]


def _tell(dispatcher: CollectingDispatcher, tracker: Tracker, reply: Reply, commune: str | None) -> list[EventType]:
    """Sends the reply about a place, or where to hand in there what is under discussion."""
    what = conversation.understood(tracker)
    if commune and what.procedure:
        reply = library().tell(what.procedure, (Aspect.WHERE,), replace(what, commune=commune))
    events = conversation.send(dispatcher, tracker, reply)
    return [*([SlotSet("commune", commune)] if commune else []), *events]


def _placed(tracker: Tracker) -> tuple[Reply, str | None]:
    places = library().surroundings.places
    position = conversation.position_of(tracker)
    if position:
        near = places.nearest(*position)
        return places_near(near), near[0][0].code
    chosen = conversation.entity(tracker, "place")
    if chosen:
        return _known(chosen)
    if not conversation.text_of(tracker):  # a tap, and the device did not say where it is
        return which_commune(), None
    found = places.find(conversation.text_of(tracker), asked=True)
    if found is None:
        return no_such_place(), None
    if len(found.places) > 1:
        return which_place(found), None
    return place_told(found.places[0], found), found.places[0].code


def _known(code: str) -> tuple[Reply, str | None]:
    place = library().surroundings.places.by_code.get(code)
    return (place_told(place), place.code) if place else (no_such_place(), None)
