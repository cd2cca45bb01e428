"""What a message is about in the course of a conversation: goes it on, names it something new, lies it outside.

Two looks at the same message are weighed: what kind of sentence it is (Rasa), and what the search knows of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.decide import Decision
from knowledge.normalise import tokens
from knowledge.passages import TargetKind
from knowledge.premises import Premise
from knowledge.reply import Outcome
from knowledge.search import Hit
from knowledge.tongue import Language
from knowledge.understood import Understood

MEANS_SOMETHING = 0.7  # cosine of the best passage from which a short message does name a thing
NAMES_NOTHING = 0.2  # chance of a topic of its own under which a message is taken to have none
CLEARLY_OUTSIDE = 0.6  # chance of the intent out_of_scope from which it is believed ...
FOUND_ALL_THE_SAME = 0.75  # ... unless the search is at least this sure of something
SAID = 0.7  # confidence from which a message is taken to name something
CLEARLY = 0.85  # confidence of a procedure that is told although a topic lies before it
LONGEST_FOLLOW_UP = 9  # words of a message that may name nothing
HALF = 0.5  # of the measured chance that an answer is right
SHORT = 8  # words of a message in which what was spoken of before counts more than a name that is near
AMONG_FIRST = 6  # hits among which the procedure under discussion must then be
LED_AMONG_FIRST = 4  # hits among which the procedure that a correction leads to must be to be meant


@dataclass(frozen=True)
class Looked:
    """A message with all that is known of it. premises: what it takes for granted wrongly."""

    text: str
    understood: Understood
    hits: Sequence[Hit]
    decision: Decision
    premises: Sequence[Premise] = ()

    @property
    def led(self) -> str | None:
        """The procedure that a correction leads to."""
        return next((premise.leads_to for premise in self.premises if premise.leads_to), None)

    @property
    def follows_up(self) -> bool:
        """Whether it asks about an aspect, as a question that goes on does."""
        return self.understood.intent == "ask_follow_up" or bool(self.understood.aspects)


def names_one(decision: Decision) -> bool:
    """Whether a message names a matter clearly."""
    return decision.outcome in (Outcome.ANSWER, Outcome.CLARIFY) and decision.confidence > SAID


def only_goes_on(looked: Looked) -> bool:
    """Whether a message asks about an aspect and says nothing of what."""
    decision, hits = looked.decision, looked.hits
    understood = looked.understood
    short = len(tokens(looked.text)) <= SHORT
    if short and understood.language is Language.ENGLISH and understood.intent == "ask_follow_up":
        return understood.intent_chance > SAID  # English sentences share more words with each other
    if len(tokens(looked.text)) > LONGEST_FOLLOW_UP:
        return False  # who writes so much names something
    asks = looked.follows_up and understood.intent != "out_of_scope"
    found = decision.target is not None and bool(hits) and hits[0].part("meaning") > MEANS_SOMETHING
    return asks and not found and decision.own_topic < NAMES_NOTHING


def goes_on(looked: Looked) -> bool:
    """Whether a message goes on about the procedure under discussion instead of naming a new one."""
    understood, decision = looked.understood, looked.decision
    if not understood.procedure:
        return False
    if decision.target == understood.procedure:
        return True
    if not looked.follows_up:
        return False
    short = len(tokens(looked.text)) <= SHORT
    if short and understood.intent == "ask_follow_up" and decision.outcome is Outcome.CLARIFY:
        return True  # what could be one of several things is the one that is spoken of
    near = [hit.target for hit in looked.hits[:AMONG_FIRST]]
    if short and understood.procedure in near:
        return True
    chance = understood.intent_chance
    return (chance if understood.intent == "ask_follow_up" else 1 - chance) > decision.own_topic


def lies_outside(looked: Looked) -> bool:
    """Whether a message is no matter of administration, whatever is a little like it."""
    outside = looked.understood.intent == "out_of_scope" and looked.understood.intent_chance > CLEARLY_OUTSIDE
    return outside and looked.decision.confidence < FOUND_ALL_THE_SAME and not looked.premises


def leaves_open(looked: Looked) -> bool:
    """Whether a matter that several procedures share lies before all of them, and none is clearly meant."""
    first = looked.hits[0] if looked.hits else None
    return first is not None and first.kind is TargetKind.TOPIC and looked.decision.confidence < CLEARLY


def is_a_guess(looked: Looked, code: str) -> bool:
    """Whether the likeliest procedure is more likely wrong than right: then it is better to ask than to tell."""
    return code == looked.decision.target and looked.decision.confidence < HALF and not looked.premises


def wanted(looked: Looked) -> str | None:
    """The procedure to tell of, if one is named: by the message, or by the correction of what it takes for granted."""
    first = [hit.target for hit in looked.hits[:LED_AMONG_FIRST]]
    instead = any(looked.decision.target in premise.instead_of for premise in looked.premises)
    if looked.led and (instead or looked.led in first):
        return looked.led
    if looked.decision.outcome is Outcome.ANSWER and looked.decision.target:
        sure = looked.decision.confidence > SAID or bool(looked.understood.aspects) or not looked.premises
        return looked.decision.target if sure else looked.led
    return looked.led
