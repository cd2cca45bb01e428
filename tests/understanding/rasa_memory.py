"""The memory of conversations is short, keeps the slots, and forgets after a while."""

import unittest
from pathlib import Path
from unittest import mock

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from understanding import memory
from understanding.memory import EVENTS_KEPT, FORGOTTEN_AFTER, SWEEP_EVERY, ShortMemory

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = Domain.load(str(ROOT / "domain.yml"))
CHOICES = [{"title": "Đăng ký khai sinh", "payload": "procedure:1.001193"}]


def turn(number):
    intent = {"name": "ask_follow_up", "confidence": 1.0}
    return [
        UserUttered(f"câu {number}", intent=intent, timestamp=float(number)),
        ActionExecuted("action_answer", timestamp=float(number)),
        BotUttered(f"trả lời {number}", timestamp=float(number)),
        ActionExecuted("action_listen", timestamp=float(number)),
    ]


def conversation(turns, name="a"):
    tracker = DialogueStateTracker.from_events(name, [], DOMAIN.slots)
    events = [ActionExecuted("action_session_start", timestamp=0.0), SessionStarted(timestamp=0.0)]
    events += [ActionExecuted("action_listen", timestamp=0.0)]
    events += [SlotSet("procedure", "1.001193", timestamp=0.0), SlotSet("choices", CHOICES, timestamp=0.0)]
    for number in range(1, turns + 1):
        events += turn(number)
    for event in events:
        tracker.update(event, DOMAIN)
    return tracker


def said(tracker):
    return [event.text for event in tracker.events if isinstance(event, UserUttered)]


class MemoryTest(unittest.IsolatedAsyncioTestCase):
    async def kept(self, tracker):
        """The conversation as it is read back."""
        store = ShortMemory(DOMAIN)
        await store.save(tracker)
        return await store.retrieve(tracker.sender_id)

    async def test_a_short_conversation_stays_whole(self) -> None:
        tracker = conversation(3)
        kept = await self.kept(tracker)
        self.assertEqual(list(kept.events), list(tracker.events))

    async def test_a_long_one_is_shortened_to_its_latest_turns(self) -> None:
        kept = await self.kept(conversation(100))
        self.assertLess(len(kept.events), EVENTS_KEPT + 10)
        self.assertEqual(said(kept)[-1], "câu 100")
        self.assertGreaterEqual(len(said(kept)), 4)
        self.assertEqual(said(kept), [f"câu {number}" for number in range(101 - len(said(kept)), 101)])

    async def test_the_slots_are_kept(self) -> None:
        kept = await self.kept(conversation(100))
        self.assertEqual(kept.get_slot("procedure"), "1.001193")
        self.assertEqual(kept.get_slot("choices"), CHOICES)
        self.assertIsNone(kept.get_slot("asked"))

    async def test_the_latest_message_is_the_same(self) -> None:
        kept = await self.kept(conversation(100))
        self.assertEqual(kept.latest_message.text, "câu 100")
        self.assertEqual(kept.latest_message.intent["name"], "ask_follow_up")
        self.assertEqual(kept.latest_action_name, "action_listen")

    async def test_time_does_not_run_backwards(self) -> None:
        times = [event.timestamp for event in (await self.kept(conversation(100))).events]
        self.assertEqual(times, sorted(times))

    async def test_it_goes_on_for_as_long_as_one_likes(self) -> None:
        """Saved and read back after each message, as Rasa does; the topic is never lost, the length never grows."""
        store = ShortMemory(DOMAIN)
        tracker = conversation(5)
        for number in range(6, 60):
            for event in turn(number):
                tracker.update(event, DOMAIN)
            await store.save(tracker)
            tracker = await store.retrieve("a")
            self.assertLess(len(tracker.events), EVENTS_KEPT + 10)
            self.assertEqual(tracker.get_slot("procedure"), "1.001193")
            self.assertEqual(said(tracker)[-1], f"câu {number}")

    async def test_a_slot_that_was_emptied_stays_empty(self) -> None:
        tracker = conversation(100)
        tracker.update(SlotSet("choices", None, timestamp=200.0), DOMAIN)
        self.assertIsNone((await self.kept(tracker)).get_slot("choices"))

    async def test_a_form_goes_on_however_long_ago_it_began(self) -> None:
        for turns_before in (1, 100):
            tracker = conversation(turns_before)
            tracker.update(ActiveLoop("guide_form", timestamp=200.0), DOMAIN)
            tracker.update(SlotSet("requested_slot", "situation", timestamp=200.0), DOMAIN)
            for number in range(201, 301):
                for event in turn(number):
                    tracker.update(event, DOMAIN)
            kept = await self.kept(tracker)
            self.assertEqual(kept.active_loop_name, "guide_form")
            self.assertEqual(kept.get_slot("requested_slot"), "situation")
            self.assertLess(len(kept.events), EVENTS_KEPT + 10)

    async def test_a_form_that_has_ended_does_not_come_back(self) -> None:
        tracker = conversation(1)
        for moment, name in enumerate(("guide_form", None, "survey_form", None)):
            tracker.update(ActiveLoop(name, timestamp=200.0 + moment), DOMAIN)
        for number in range(301, 401):
            for event in turn(number):
                tracker.update(event, DOMAIN)
        self.assertIsNone((await self.kept(tracker)).active_loop_name)

    async def test_a_form_that_has_just_ended_does_not_come_back(self) -> None:
        tracker = conversation(1)
        tracker.update(ActiveLoop("guide_form", timestamp=200.0), DOMAIN)
        for number in range(301, 401):
            for event in turn(number):
                tracker.update(event, DOMAIN)
        tracker.update(ActiveLoop(None, timestamp=500.0), DOMAIN)
        self.assertIsNone((await self.kept(tracker)).active_loop_name)

    async def test_the_tracker_that_rasa_holds_is_not_touched(self) -> None:
        tracker = conversation(100)
        before = list(tracker.events)
        await self.kept(tracker)
        self.assertEqual(list(tracker.events), before)

    async def test_conversations_are_forgotten_after_a_while(self) -> None:
        with mock.patch.object(memory.time, "monotonic") as now:
            now.return_value = 1000.0
            store = ShortMemory(DOMAIN)
            await store.save(conversation(1, "old"))
            now.return_value += FORGOTTEN_AFTER - SWEEP_EVERY
            await store.save(conversation(1, "newer"))
            self.assertEqual(set(await store.keys()), {"old", "newer"})
            now.return_value += 2 * SWEEP_EVERY
            await store.save(conversation(1, "new"))
            self.assertEqual(set(await store.keys()), {"newer", "new"})
            self.assertIsNone(await store.retrieve("old"))

    async def test_one_that_goes_on_is_not_forgotten(self) -> None:
        with mock.patch.object(memory.time, "monotonic") as now:
            now.return_value = 1000.0
            store = ShortMemory(DOMAIN)
            for _ in range(5):
                now.return_value += FORGOTTEN_AFTER / 2
                await store.save(conversation(1, "a"))
            self.assertIsNotNone(await store.retrieve("a"))
