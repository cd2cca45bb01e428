"""A question of guide_form is answered by a message that comes after it, never by the one that was there before it.

Rasa runs a form's validation action up to three times for one message: when the message comes, when the form begins,
and when it goes on after a question in between was answered. guide_form asks what an answer hangs on, one question at
a time: the message that made it begin, or that asked something else, was read by the action that answered it. To read
it once more as an answer to a question that nobody had asked by then tells nothing, and costs a call each.
"""

from __future__ import annotations

from typing import List

from rasa.core.actions.forms import FormAction
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

ANSWERED_AFTERWARDS = ("guide_form",)

_activate = FormAction.activate
_validate_if_required = FormAction._validate_if_required


async def _begin(
    self: FormAction,
    output_channel: OutputChannel,
    nlg: NaturalLanguageGenerator,
    tracker: DialogueStateTracker,
    domain: Domain,
) -> List[Event]:
    """Nothing is known of the question that is asked next: it was worked out from all that is known."""
    if self.name() in ANSWERED_AFTERWARDS:
        return []
    return await _activate(self, output_channel, nlg, tracker, domain)


async def _read_answer(
    self: FormAction,
    tracker: DialogueStateTracker,
    domain: Domain,
    output_channel: OutputChannel,
    nlg: NaturalLanguageGenerator,
) -> List[Event]:
    """Reads a message that came while the form was asking; one that was answered already is not read again."""
    comes_in = tracker.latest_action_name == ACTION_LISTEN_NAME and not tracker.is_active_loop_interrupted
    if self.name() in ANSWERED_AFTERWARDS and not comes_in:
        return []
    return await _validate_if_required(self, tracker, domain, output_channel, nlg)


def apply() -> None:
    """Puts both in place; calling it twice changes nothing."""
    FormAction.activate = _begin
    FormAction._validate_if_required = _read_answer
