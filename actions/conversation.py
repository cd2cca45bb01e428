"""Between Rasa's conversation and the library: what was said, what is remembered, what goes back.

The memory of a conversation is a handful of slots (domain.yml); it ends with the conversation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.assistant import forms, library
from actions.noting import note_unanswered
from knowledge.library import waiting_question
from knowledge.masking import mask
from knowledge.reply import Aspect, Button, Outcome, Reply
from knowledge.tongue import Language, say, speaking
from knowledge.understood import Understood

GUIDE_FORM = "guide_form"
SUBMISSION_FORM = "submission_form"
PRIVATE_FORMS = ("status_form", SUBMISSION_FORM)
EARLIER = 4  # procedures spoken of before that are remembered
TURNS_KEPT = 6  # messages of the citizen, masked, for the officer who takes over
LONGEST = 200  # characters of each
MISSED = (Outcome.NOT_IN_CATALOGUE, Outcome.OUT_OF_SCOPE, Outcome.TROUBLE)
CHOICES = ("procedure:", "place:")  # buttons that may also be meant by number or words
FOR_PEOPLE = ("2.002409", "1.012812")  # complaint, land dispute: a person should decide with people
FAILURES = 2  # in a row, after which a human is offered


def text_of(tracker: Tracker) -> str:
    """What the citizen wrote; empty for a tapped button."""
    text = str(tracker.latest_message.get("text") or "")
    return "" if text.startswith("/") else text


def intent_of(tracker: Tracker) -> str:
    """Rasa's name for what the latest message is for."""
    return str((tracker.latest_message.get("intent") or {}).get("name") or "")


def entity(tracker: Tracker, name: str) -> str | None:
    """The value of an entity in the latest message, if there is one."""
    return next((str(value) for value in tracker.get_latest_entity_values(name) if value), None)


def message_of(tracker: Tracker) -> str:
    """The id of the latest message: the same when it is sent once more; empty where the channel gives none."""
    return str((tracker.latest_message.get("metadata") or {}).get("message_id") or "")


def address_of(tracker: Tracker) -> str:
    """From where the latest message came, as a keyed hash; empty where the channel does not say."""
    return str((tracker.latest_message.get("metadata") or {}).get("address") or "")


def contact_of(tracker: Tracker) -> str:
    """The writer's own telephone number (+84912345678), for which the channel has vouched; empty where none came."""
    if intent_of(tracker) != "give_contact":
        return ""
    return str((tracker.latest_message.get("metadata") or {}).get("contact") or "")


def position_of(tracker: Tracker) -> tuple[float, float] | None:
    """The position that somebody shared: latitude and longitude."""
    lat, lon = entity(tracker, "lat"), entity(tracker, "lon")
    return (float(lat), float(lon)) if lat and lon else None


def aspects_of(tracker: Tracker) -> tuple[Aspect, ...]:
    """The aspects that the latest message asks about, the surest first."""
    values = (str(value) for value in tracker.get_latest_entity_values("aspect") if value)
    known = {aspect.value for aspect in Aspect}
    return tuple(dict.fromkeys(Aspect(part) for value in values for part in value.split(",") if part in known))


def language_of(tracker: Tracker) -> Language:
    """The language of the last words; a tap goes on in it."""
    return Language(tracker.get_slot("language") or Language.VIETNAMESE)


def understood(tracker: Tracker) -> Understood:
    """What Rasa understood of the latest message, and what is remembered."""
    intent = tracker.latest_message.get("intent") or {}
    return Understood(
        intent=str(intent.get("name") or ""),
        intent_chance=float(intent.get("confidence") or 0.0),
        aspects=aspects_of(tracker),
        language=language_of(tracker),
        procedure=tracker.get_slot("procedure"),
        case=tracker.get_slot("case"),
        answers=tracker.get_slot("answers") or {},
        commune=tracker.get_slot("commune"),
        earlier=tuple(tracker.get_slot("earlier") or ()),
        said_before=next(reversed(tracker.get_slot("story") or []), ""),
    )


def choices(tracker: Tracker) -> list[Button]:
    """What was offered with the last reply."""
    return [Button.model_validate(choice) for choice in tracker.get_slot("choices") or []]


def send(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    reply: Reply,
    *,
    asked: Sequence[Aspect] = (),
    ask_on: bool = True,
) -> list[EventType]:
    """Sends a reply and remembers what the next turn needs.

    asked: the aspects that wait for the citizen's choice. ask_on: whether a question about their case may follow it.
    """
    failures = _failures(tracker, reply)
    if failures >= FAILURES:
        reply = _with_human(reply, language_of(tracker))
    elif reply.outcome is Outcome.ANSWER and reply.procedure in FOR_PEOPLE:
        reply = reply.model_copy(update={"buttons": (*reply.buttons, _human(language_of(tracker)))})
    reply = _with_form(reply, tracker)
    note_unanswered(text_of(tracker), intent_of(tracker), reply)
    dispatcher.utter_message(json_message=reply.model_dump(mode="json"))
    memory: dict[str, Any] = {
        "failures": failures,
        "story": _story(tracker),
        "last_outcome": reply.outcome.value,
        "consenting": None,
    }
    if reply.outcome is not Outcome.OUT_OF_SCOPE:  # what was offered before can still be chosen
        offered = [button.model_dump() for button in reply.buttons if button.payload.startswith(CHOICES)]
        memory |= {"choices": offered or None, "asked": None, "told": None}
    events: list[EventType] = []
    if reply.outcome is Outcome.ANSWER and reply.procedure:
        told, events = _under_discussion(tracker, reply, ask_on=ask_on)
        memory |= told
    if reply.outcome is Outcome.CLARIFY:
        memory["asked"] = [aspect.value for aspect in asked] or None
    return [*remember(tracker, memory), *events]


def remember(tracker: Tracker, memory: Mapping[str, Any]) -> list[EventType]:
    """The slots that change."""
    return [SlotSet(name, value) for name, value in memory.items() if tracker.get_slot(name) != value]


def send_plain(dispatcher: CollectingDispatcher, reply: Reply) -> None:
    """Sends a reply that changes nothing in what is under discussion."""
    dispatcher.utter_message(json_message=reply.model_dump(mode="json"))


def end_form(tracker: Tracker) -> list[EventType]:
    """The end of a running form, if there is one."""
    if not tracker.active_loop_name:
        return []
    return [SlotSet("requested_slot", None), ActiveLoop(None)]


def _under_discussion(tracker: Tracker, reply: Reply, *, ask_on: bool) -> tuple[dict[str, Any], list[EventType]]:
    """What is remembered of the procedure that was told, and the form that goes on if its answer hangs on the case."""
    code = reply.procedure or ""
    same = code == tracker.get_slot("procedure")
    before = tracker.get_slot("answers") or {} if same else {}
    answers, question = library().heard(code, text_of(tracker), before)
    goes_on = same and tracker.active_loop_name == GUIDE_FORM  # a question in between does not end the questions
    ask_on = ask_on and tracker.active_loop_name in (None, GUIDE_FORM)  # another form asks its own questions
    waiting = question if goes_on else waiting_question(question, reply.aspects) if ask_on and reply.card else None
    memory: dict[str, Any] = {
        "procedure": code,
        "answers": answers or None,
        "asking": waiting.id if waiting else None,
    }
    if not same:
        earlier = [tracker.get_slot("procedure"), *(tracker.get_slot("earlier") or [])]
        memory |= {
            "case": None,
            "earlier": list(dict.fromkeys(name for name in earlier if name and name != code))[:EARLIER],
        }
    if waiting:
        return memory, [FollowupAction(GUIDE_FORM)]
    return memory, end_form(tracker) if tracker.active_loop_name == GUIDE_FORM else []


def _failures(tracker: Tracker, reply: Reply) -> int:
    before = int(tracker.get_slot("failures") or 0)
    helpless = reply.outcome in MISSED or (reply.outcome is Outcome.CLARIFY and not reply.buttons)
    return before + 1 if helpless else 0


def _with_human(reply: Reply, language: Language) -> Reply:
    """The same with the offer of a human, after two replies that did not help."""
    with speaking(language):
        text = say("Tôi chưa giúp được. Anh/chị có muốn gặp cán bộ không ạ?")
    buttons = (*reply.buttons, _human(language))
    return reply.model_copy(update={"text": f"{reply.text}\n\n{text}", "buttons": buttons})


def _with_form(reply: Reply, tracker: Tracker) -> Reply:
    """The same with the offer to fill in the form, where there is one; its buttons on whether it helped stay last."""
    about_one = reply.outcome is Outcome.ANSWER and reply.card is not None and reply.card.code in forms().codes
    if not about_one or tracker.active_loop_name == SUBMISSION_FORM:
        return reply
    with speaking(language_of(tracker)):
        start = Button(title=say("Điền tờ khai"), payload=f"start:{reply.procedure}")
    last = tuple(button for button in reply.buttons if button.payload.startswith("feedback:"))
    before = tuple(button for button in reply.buttons if button not in last)
    return reply.model_copy(update={"buttons": (*before, start, *last)})


def _human(language: Language) -> Button:
    with speaking(language):
        return Button(title=say("Gặp cán bộ"), payload="intent:hand_off")


def _story(tracker: Tracker) -> list[str]:
    """The last messages of the citizen, masked and short; nothing of forms in which every word may be personal."""
    before = list(tracker.get_slot("story") or [])
    text = "" if tracker.active_loop_name in PRIVATE_FORMS else text_of(tracker)
    return [*before, mask(text)[:LONGEST]][-TURNS_KEPT:] if text else before
