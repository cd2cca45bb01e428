"""The memory of conversations is short, keeps the slots, and forgets after a while."""

import time
import unittest
from pathlib import Path
from unittest import mock

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from understanding import memory
from understanding.memory import ANSWER, EVENTS_KEPT, FORGOTTEN_AFTER, SWEEP_EVERY, ShortMemory
from understanding.turns import KEPT_SECONDS, Turn, begun

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

    async def test_a_short_conversation_stays_whole_but_for_what_was_replied(self) -> None:
        tracker = conversation(3)
        kept = await self.kept(tracker)
        self.assertEqual([type(event) for event in kept.events], [type(event) for event in tracker.events])
        spoken = [event for event in kept.events if not isinstance(event, BotUttered)]
        self.assertEqual(spoken, [event for event in tracker.events if not isinstance(event, BotUttered)])
        self.assertEqual([event.timestamp for event in kept.events], [event.timestamp for event in tracker.events])

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


WRITTEN = "tôi là Nguyễn Thị Bưởi, cccd 040093001234, sđt 0912 345 678"
PRIVATE = ("Bưởi", "040093001234", "0912", "345 678")


def with_events(*events, name="a"):
    tracker = conversation(1, name)
    for event in events:
        tracker.update(event, DOMAIN)
    return tracker


def wrote(text, intent="ask_status", **more):
    return UserUttered(text, intent={"name": intent, "confidence": 0.9}, **more)


class PersonalTest(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        self.store = ShortMemory(DOMAIN)

    async def stored(self, *events):
        """What is in the store, as text, after these events."""
        await self.store.save(with_events(*events))
        return self.store.store["a"].encode().decode("unicode_escape")

    def check_private(self, stored: str) -> None:
        for part in PRIVATE:
            self.assertNotIn(part, stored)

    async def test_what_somebody_wrote_is_stored_masked(self) -> None:
        parsed = {"text": WRITTEN, "intent_ranking": [], "response_selector": {"said": WRITTEN}}
        entities = [{"entity": "place", "value": WRITTEN, "start": 0, "end": 3}]
        self.check_private(await self.stored(wrote(WRITTEN, parse_data=parsed, entities=entities)))
        kept = (await self.store.retrieve("a")).latest_message
        self.assertEqual(kept.text, "tôi là [tên], cccd [số giấy tờ], sđt [số điện thoại]")
        self.assertEqual(kept.intent, {"name": "ask_status", "confidence": 0.9})
        self.assertEqual(kept.entities[0]["entity"], "place")

    async def test_while_it_is_answered_the_words_stay_as_they_are(self) -> None:
        tracker = with_events(wrote(WRITTEN))
        await self.store.save(tracker)
        self.assertEqual(tracker.latest_message.text, WRITTEN)
        self.assertEqual(tracker.current_state()["latest_message"]["text"], WRITTEN)

    async def test_replies_are_not_stored(self) -> None:
        said = BotUttered(WRITTEN, data={"custom": {"text": WRITTEN}}, metadata={"utter_action": WRITTEN})
        self.check_private(await self.stored(wrote("chào"), said))

    async def test_answers_in_a_form_leave_nothing(self) -> None:
        for form in ("submission_form", "status_form"):
            with self.subTest(form):
                stored = await self.stored(ActiveLoop(form), wrote("mùa thu lá bay"), wrote("K7M2P9"))
                self.assertNotIn("bay", stored)
                self.assertNotIn("K7M2P9", stored)
                self.assertEqual((await self.store.retrieve("a")).latest_message.text, ANSWER)

    async def test_the_message_that_begins_such_a_form_leaves_nothing(self) -> None:
        stored = await self.stored(wrote("tra K7M2P9"), ActionExecuted("status_form"), ActiveLoop("status_form"))
        self.assertNotIn("K7M2P9", stored)

    async def test_after_the_form_words_are_stored_again(self) -> None:
        stored = await self.stored(ActiveLoop("status_form"), wrote("K7M2P9"), ActiveLoop(None), wrote("lệ phí mấy"))
        self.assertNotIn("K7M2P9", stored)
        self.assertEqual((await self.store.retrieve("a")).latest_message.text, "lệ phí mấy")

    async def test_a_form_that_runs_for_long_stays_private(self) -> None:
        tracker = with_events(ActiveLoop("submission_form"))
        for number in range(40):
            for event in (
                wrote(f"mùa thu {number}"),
                ActionExecuted("submission_form"),
                ActionExecuted("action_listen"),
            ):
                tracker.update(event, DOMAIN)
            await self.store.save(tracker)
            self.assertNotIn("mùa thu", self.store.store["a"].encode().decode("unicode_escape"))
            tracker = await self.store.retrieve("a")
        self.assertEqual(tracker.active_loop_name, "submission_form")

    async def test_other_forms_keep_their_masked_words(self) -> None:
        await self.stored(ActiveLoop("guide_form"), wrote("vợ tôi người Lào"))
        self.assertEqual((await self.store.retrieve("a")).latest_message.text, "vợ tôi người Lào")

    async def test_the_number_to_call_back_is_masked(self) -> None:
        self.check_private(await self.stored(SlotSet("contact", "0912 345 678")))
        self.assertEqual((await self.store.retrieve("a")).get_slot("contact"), "[số điện thoại]")

    async def test_a_number_from_long_ago_is_masked_too(self) -> None:
        tracker = with_events(SlotSet("contact", "0912 345 678"))
        for number in range(2, 100):
            for event in turn(number):
                tracker.update(event, DOMAIN)
        await self.store.save(tracker)
        self.check_private(self.store.store["a"])

    async def test_other_slots_stay_as_they_are(self) -> None:
        choice = [{"title": "Đăng ký khai sinh", "payload": "dossier:0912345678901234567890123456789a"}]
        await self.stored(SlotSet("choices", choice))
        self.assertEqual((await self.store.retrieve("a")).get_slot("choices"), choice)

    async def test_of_the_metadata_only_the_messages_id_stays(self) -> None:
        stored = await self.stored(wrote("chào", metadata={"message_id": "m1", "address": "c0ffee", "said": WRITTEN}))
        self.assertNotIn("c0ffee", stored)
        self.check_private(stored)
        self.assertEqual((await self.store.retrieve("a")).latest_message.metadata, {"message_id": "m1"})

    async def test_a_position_is_not_stored(self) -> None:
        entities = [{"entity": "lat", "value": "18.67"}, {"entity": "lon", "value": "105.69"}]
        stored = await self.stored(
            wrote('/give_place{"lat": "18.67", "lon": "105.69"}', "give_place", entities=entities)
        )
        self.assertNotIn("18.67", stored)
        self.assertNotIn("105.69", stored)

    async def test_a_tap_stays_a_tap(self) -> None:
        entities = [{"entity": "procedure", "value": "1.001193"}]
        await self.stored(wrote('/ask_procedure{"procedure": "1.001193"}', "ask_procedure", entities=entities))
        kept = (await self.store.retrieve("a")).latest_message
        self.assertEqual((kept.text, kept.entities), ("/ask_procedure", entities))

    async def test_what_was_erased_is_not_stored_again(self) -> None:
        before = [wrote("chuyện riêng của tôi"), SlotSet("commune", "16681"), BotUttered("đã xóa")]
        after = [AllSlotsReset(), Restarted(), ActionExecuted("action_listen")]
        stored = await self.stored(*before, *after)
        self.assertNotIn("riêng", stored)
        self.assertNotIn("16681", stored)
        kept = await self.store.retrieve("a")
        self.assertEqual(said(kept), [])
        self.assertIsNone(kept.get_slot("procedure"))
        for event in turn(7):
            kept.update(event, DOMAIN)
        await self.store.save(kept)
        self.assertEqual(said(await self.store.retrieve("a")), ["câu 7"])

    async def test_each_text_is_masked_once(self) -> None:
        masked = []
        with mock.patch.object(memory, "mask", side_effect=lambda text: masked.append(text) or text):
            tracker = conversation(2)
            for number in range(3, 20):
                for event in turn(number):
                    tracker.update(event, DOMAIN)
                await self.store.save(tracker)
                tracker = await self.store.retrieve("a")
        self.assertEqual(masked, [f"câu {number}" for number in range(1, 20)])

    async def test_storing_costs_next_to_nothing(self) -> None:
        """A reply takes 38 ms at the median; this is looked at here only so that it does not become a multiple."""
        tracker = conversation(30)
        await self.store.save(tracker)
        took = []
        for number in range(31, 61):
            tracker = await self.store.retrieve("a")
            for event in turn(number):
                tracker.update(event, DOMAIN)
            began = time.perf_counter()
            await self.store.save(tracker)
            took.append(time.perf_counter() - began)
        self.assertLess(sorted(took)[len(took) // 2], 0.02)


class ReplyTest(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        self.store = ShortMemory(DOMAIN)

    async def answer(self, id, text, sender="a", *events):
        """A whole turn."""
        message = UserMessage("câu", CollectingOutputChannel(), sender, metadata={"message_id": id})
        with begun(message):
            await message.output_channel.send_custom_json(sender, {"text": text})
            await self.store.save(with_events(*events, name=sender))

    async def replied(self, id, sender="a"):
        return await self.store.replied(Turn(UserMessage("câu", None, sender, metadata={"message_id": id})))

    async def test_a_reply_is_remembered_for_ten_minutes(self) -> None:
        with mock.patch.object(memory.time, "monotonic") as now:
            now.return_value = 1000.0
            await self.answer("m1", "rồi")
            now.return_value += KEPT_SECONDS
            self.assertEqual(await self.replied("m1"), [{"recipient_id": "a", "custom": {"text": "rồi"}}])
            now.return_value += 1
            self.assertIsNone(await self.replied("m1"))
            await self.store.sweep()
            self.assertEqual(len(self.store._replies), 0)

    async def test_only_so_many_are(self) -> None:
        with mock.patch.object(memory, "REPLIES_KEPT", 3):
            for number in range(5):
                await self.answer(f"m{number}", "rồi")
        found = [await self.replied(f"m{number}") is not None for number in range(5)]
        self.assertEqual(found, [False, False, True, True, True])

    async def test_an_erasure_forgets_those_of_its_conversation(self) -> None:
        await self.answer("m1", "rồi", "a")
        await self.answer("m1", "rồi", "b")
        await self.answer("m2", "đã xóa", "a", Restarted())
        self.assertIsNone(await self.replied("m1", "a"))
        self.assertIsNotNone(await self.replied("m2", "a"))
        self.assertIsNotNone(await self.replied("m1", "b"))

    async def test_half_a_turn_is_not_stored(self) -> None:
        message = UserMessage("câu", CollectingOutputChannel(), "a", metadata={"message_id": "m1"})
        with begun(message):
            await self.store.save(conversation(1))
        self.assertIsNone(await self.store.retrieve("a"))
        self.assertIsNone(await self.replied("m1"))
