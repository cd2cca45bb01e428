"""What goes to an action, and what may come back from it."""

import json
import unittest
from pathlib import Path

from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from understanding import telling
from understanding.telling import NoAnswer, events_told

DOMAIN = Domain.load(str(Path(__file__).resolve().parents[2] / "domain.yml"))
ACTION = RemoteAction("action_answer", None)


def turn(text, consenting):
    return [
        UserUttered(text, {"name": "ask_procedure"}, metadata={"request_id": "r1"}),
        ActionExecuted("action_answer"),
        BotUttered("câu trả lời dài", data={"custom": {"text": "x" * 4000}}),
        SlotSet("consenting", consenting),
        ActionExecuted("action_listen"),
    ]


def tracker(*turns):
    events = [event for one in turns for event in one]
    return DialogueStateTracker.from_events("a", events, DOMAIN.slots)


class TellingTest(unittest.TestCase):
    def test_the_message_and_what_was_remembered_since_the_one_before_it(self) -> None:
        known = tracker(turn("một", "drafts"), turn("hai", "notices"), [SlotSet("asked", ["fees"]), *turn("ba", None)])
        told = [(event["event"], event.get("text"), event.get("name")) for event in events_told(known)]
        wanted = [("slot", None, "consenting"), ("slot", None, "asked"), ("user", "ba", None)]
        self.assertEqual(told, [*wanted, ("slot", None, "consenting")])

    def test_the_slots_and_the_message_are_all_there_and_nothing_said_before(self) -> None:
        known = tracker(turn("một", "drafts"), turn("hai", "notices"))
        body = ACTION._action_call_format(known, DOMAIN)
        self.assertEqual((body["next_action"], body["sender_id"], body["domain"]), ("action_answer", "a", {}))
        self.assertEqual(body["tracker"]["slots"], known.current_slot_values())
        self.assertEqual(body["tracker"]["latest_message"]["text"], "hai")
        self.assertEqual(body["tracker"]["latest_message"]["metadata"], {"request_id": "r1"})
        written = json.dumps(body, ensure_ascii=False)
        self.assertNotIn("một", written)
        self.assertNotIn("xxxx", written)

    def test_before_the_first_message_there_is_nothing(self) -> None:
        self.assertEqual(events_told(tracker([ActionExecuted("action_session_start")])), [])

    def test_an_answer_is_taken(self) -> None:
        good = {"events": [{"event": "slot", "name": "asked", "value": None}], "responses": [{"custom": {}}]}
        for answer in (good, {}, {"events": [], "responses": []}):
            self.assertTrue(ACTION._validate_action_result(answer))

    def test_something_else_is_refused(self) -> None:
        for answer in (None, [], "x", {"events": {}}, {"events": [1]}, {"events": [{}]}, {"events": [{"event": 3}]},
                       {"responses": "x"}, {"responses": ["x"]}, {"events": None}):  # fmt: skip
            with self.assertRaises(NoAnswer, msg=answer):
                ACTION._validate_action_result(answer)

    def test_it_is_in_place_and_twice_changes_nothing(self) -> None:
        telling.apply()
        self.assertIs(RemoteAction._action_call_format, telling._call)
        self.assertIs(RemoteAction._validate_action_result, telling._check_answer)
