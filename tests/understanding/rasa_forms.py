"""A message that was answered already is not read again as the answer to guide_form's next question."""

import unittest
from pathlib import Path
from unittest import mock

from rasa.core.actions.forms import FormAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, LoopInterrupted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from understanding import forms

DOMAIN = Domain.load(str(Path(__file__).resolve().parents[2] / "domain.yml"))
LISTENS = ActionExecuted("action_listen")
ASKS = (ActiveLoop("guide_form"), SlotSet("requested_slot", "situation"))
SAYS = UserUttered("vợ tôi người Lào", {"name": "ask_follow_up"})
ANSWERS = ActionExecuted("action_answer")
READ = [SlotSet("asking", None)]


def after(*events):
    return DialogueStateTracker.from_events("a", list(events), DOMAIN.slots)


class FormsTest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        patched = mock.patch.object(FormAction, "validate_slots", mock.AsyncMock(return_value=READ))
        self.asked = patched.start()
        self.addCleanup(patched.stop)

    async def reads(self, name, tracker):
        form = FormAction(name, None)
        return await form._validate_if_required(tracker, DOMAIN, CollectingOutputChannel(), mock.AsyncMock())

    async def test_an_answer_is_read(self) -> None:
        self.assertEqual(await self.reads("guide_form", after(LISTENS, *ASKS, LISTENS, SAYS)), READ)
        self.asked.assert_awaited_once()

    async def test_a_question_in_between_is_not_read_once_more(self) -> None:
        answered = after(LISTENS, *ASKS, LISTENS, SAYS, LoopInterrupted(True), ANSWERS)
        self.assertEqual(await self.reads("guide_form", answered), [])
        self.asked.assert_not_awaited()

    async def test_what_made_the_form_begin_is_not_read_either(self) -> None:
        begun = after(LISTENS, SAYS, ANSWERS)
        form = FormAction("guide_form", None)
        self.assertEqual(await form.activate(CollectingOutputChannel(), mock.AsyncMock(), begun, DOMAIN), [])
        self.asked.assert_not_awaited()

    async def test_other_forms_read_what_made_them_begin(self) -> None:
        begun = after(LISTENS, SAYS, ANSWERS)
        form = FormAction("status_form", None)
        found = await form.activate(CollectingOutputChannel(), mock.AsyncMock(), begun, DOMAIN)
        self.assertEqual(found, READ)
        interrupted = after(LISTENS, ActiveLoop("status_form"), LISTENS, SAYS, LoopInterrupted(True), ANSWERS)
        self.assertEqual(await self.reads("status_form", interrupted), READ)

    def test_it_is_in_place_and_twice_changes_nothing(self) -> None:
        forms.apply()
        self.assertIs(FormAction.activate, forms._begin)
        self.assertIsNot(forms._activate, forms._begin)
        self.assertIs(FormAction._validate_if_required, forms._read_answer)
