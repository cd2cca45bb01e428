"""The memory for several processes, on a real PostgreSQL whose address MOTCUA_CONVERSATIONS names."""

import asyncio
import os
import unittest
from pathlib import Path
from unittest import mock

import sqlalchemy
from cryptography.fernet import Fernet
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Restarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.exc import OperationalError, ProgrammingError

from understanding import shared_memory
from understanding.memory import EVENTS_KEPT
from understanding.sealing import NoKey, Seal
from understanding.shared_memory import NoDatabase, SharedMemory
from understanding.turns import Turn, begun

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = Domain.load(str(ROOT / "domain.yml"))
URL = os.environ["MOTCUA_CONVERSATIONS"]
KEY = Fernet.generate_key().decode()
WRITTEN = "tôi là Nguyễn Thị Bưởi, lệ phí bao nhiêu"


def message(id, sender="a"):
    return UserMessage("câu", CollectingOutputChannel(), sender, metadata={"message_id": id} if id else None)


def events(tracker):
    return [event.as_dict() for event in tracker.events]


class SharedMemoryTest(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        self.store = self.another()
        with self.store._engine.connect() as connection:
            connection.exec_driver_sql("TRUNCATE rasa_conversation_1")

    def another(self, key=KEY):
        """As another process has it."""
        store = SharedMemory(DOMAIN, host=URL, seal=Seal([key]))
        self.addCleanup(store.close)
        return store

    def sql(self, statement, **values):
        with self.store._engine.connect() as connection:
            found = connection.execute(sqlalchemy.text(statement), values)
            return found.fetchall() if found.returns_rows else found.rowcount

    def rows(self):
        return self.sql("SELECT name, conversation, replies FROM rasa_conversation_1 ORDER BY name")

    def make_older(self, seconds):
        self.sql("UPDATE rasa_conversation_1 SET touched = touched - make_interval(secs => :seconds)", seconds=seconds)

    async def say(self, text, id=None, sender="a", *more, store=None, reply="rồi"):
        """A whole turn, as Rasa does one."""
        store = store or self.store
        asked = message(id, sender)
        with begun(asked) as turn:
            if id and await store.replied(turn) is not None:
                return
            tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
            for event in (UserUttered(text, intent={"name": "greet"}), ActionExecuted("utter_greet"), *more):
                tracker.update(event, DOMAIN)
            tracker.update(ActionExecuted("action_listen"), DOMAIN)
            await asked.output_channel.send_custom_json(sender, {"text": reply})
            await store.save(tracker)

    async def replied(self, id, sender="a", store=None):
        found = await (store or self.store).replied(Turn(message(id, sender)))
        return found and found[0]["custom"]["text"]

    async def said(self, sender="a", store=None):
        tracker = await (store or self.store).retrieve(sender)
        return [event.text for event in tracker.events if isinstance(event, UserUttered)] if tracker else None

    async def test_what_one_process_stored_another_reads(self) -> None:
        await self.say("chào", "m1", "a", SlotSet("commune", "16681"))
        other = self.another()
        tracker = await other.retrieve("a")
        self.assertEqual(events(tracker), events(await self.store.retrieve("a")))
        self.assertEqual(tracker.get_slot("commune"), "16681")
        self.assertEqual(await self.replied("m1", store=other), "rồi")
        await self.say("tạm trú", "m2", store=other)
        self.assertEqual(await self.said(), ["chào", "tạm trú"])

    async def test_a_conversation_is_one_row_and_does_not_grow(self) -> None:
        for number in range(60):
            await self.say(f"câu {number}", f"m{number}", store=self.store if number % 2 else self.another())
        self.assertEqual(len(self.rows()), 1)
        tracker = await self.store.retrieve("a")
        self.assertLess(len(tracker.events), EVENTS_KEPT + 10)
        self.assertEqual((await self.said())[-1], "câu 59")
        found = [number for number in range(60) if await self.replied(f"m{number}")]
        self.assertEqual(found, list(range(60 - shared_memory.REPLIES_KEPT, 60)))

    async def test_nothing_in_the_database_can_be_read_without_the_key(self) -> None:
        await self.say(WRITTEN, "m1", "a-citizens-session", reply=WRITTEN)
        ((name, conversation, replies),) = self.rows()
        self.assertNotIn("session", name)
        self.assertEqual(len(name), 64)
        for sealed in (conversation, replies):
            self.assertNotIn(b"greet", bytes(sealed))
            self.assertNotIn("lệ".encode(), bytes(sealed))
        with self.assertRaises(AssertionError), self.assertLogs(level="ERROR"):
            self.assertIsNone(await self.said("a-citizens-session", store=self.another(Fernet.generate_key().decode())))

    async def test_the_words_are_masked_inside_too(self) -> None:
        await self.say(WRITTEN, "m1")
        self.assertEqual(await self.said(), ["tôi là [tên], lệ phí bao nhiêu"])

    async def test_what_no_key_opens_is_said_and_taken_for_forgotten(self) -> None:
        await self.say("chào", "m1")
        self.sql("UPDATE rasa_conversation_1 SET conversation = :x, replies = :x", x=b"sealed by somebody else")
        with self.assertLogs(level="ERROR") as logged:
            self.assertIsNone(await self.said())
        self.assertIn("conversation_unreadable", logged.output[0])
        await self.say("lại chào", "m2")
        self.assertEqual(await self.said(), ["lại chào"])

    async def test_a_conversation_is_forgotten_after_two_hours(self) -> None:
        await self.say("chào", "m1")
        self.make_older(2 * 3600 - 60)
        await self.store.sweep()
        self.assertEqual(await self.said(), ["chào"])
        self.make_older(120)
        self.assertIsNone(await self.said(), "before anybody swept")
        await self.store.sweep()
        self.assertEqual(self.rows(), [])

    async def test_one_that_goes_on_is_not(self) -> None:
        for number in range(4):
            self.make_older(3600)
            await self.say(f"câu {number}", f"m{number}")
        await self.store.sweep()
        self.assertEqual(len(await self.said()), 4)

    async def test_a_reply_is_forgotten_after_ten_minutes(self) -> None:
        await self.say("chào", "m1")
        self.make_older(599)
        self.assertEqual(await self.replied("m1"), "rồi")
        self.make_older(2)
        self.assertIsNone(await self.replied("m1"), "before anybody swept")
        await self.store.sweep()
        ((_, conversation, replies),) = self.rows()
        self.assertIsNone(replies)
        self.assertIsNotNone(conversation)

    async def test_an_old_reply_does_not_stay_because_others_follow(self) -> None:
        with mock.patch.object(shared_memory.time, "time") as now:
            now.return_value = 1000.0
            await self.say("chào", "m1")
            now.return_value += 599
            await self.say("tạm trú", "m2")
            self.assertEqual(await self.replied("m1"), "rồi")
            now.return_value += 2
            self.assertIsNone(await self.replied("m1"))
            self.assertEqual(await self.replied("m2"), "rồi")

    async def test_what_is_erased_is_deleted(self) -> None:
        await self.say("chuyện riêng", "m1")
        await self.say("chuyện của người khác", "m1", "b")
        await self.say("xóa dữ liệu của tôi", "m2", "a", Restarted(), reply="Đã xóa.")
        self.assertIsNone(await self.said("a"))
        self.assertIsNone(await self.replied("m1", "a"))
        self.assertEqual(await self.replied("m2", "a"), "Đã xóa.")
        self.assertEqual(sorted(row[1] is None for row in self.rows()), [False, True])
        self.assertEqual(await self.said("b"), ["chuyện của người khác"])
        self.make_older(601)
        await self.store.sweep()
        self.assertEqual(len(self.rows()), 1, "of the one that was erased nothing is left")

    async def test_erased_without_an_id_nothing_is_left_at_once(self) -> None:
        await self.say("chuyện riêng", "m1")
        await self.say("xóa dữ liệu của tôi", None, "a", Restarted())
        self.assertEqual(self.rows(), [])

    async def test_after_an_erasure_the_conversation_begins_anew(self) -> None:
        await self.say("chuyện riêng", "m1", "a", SlotSet("commune", "16681"))
        await self.say("xóa dữ liệu của tôi", "m2", "a", Restarted())
        await self.say("chào", "m3")
        self.assertEqual(await self.said(), ["chào"])
        self.assertIsNone((await self.store.retrieve("a")).get_slot("commune"))

    async def test_half_a_turn_is_not_stored(self) -> None:
        await self.say("chào", "m1")
        with begun(message("m2")) as turn:
            self.assertIsNone(await self.store.replied(turn))
            tracker = await self.store.retrieve("a")
            tracker.update(UserUttered("tạm trú"), DOMAIN)
            await self.store.save(tracker)
        self.assertEqual(await self.said(), ["chào"])
        self.assertIsNone(await self.replied("m2"))

    async def test_what_is_stored_outside_of_a_turn_leaves_the_replies(self) -> None:
        await self.say("chào", "m1")
        tracker = await self.store.retrieve("a")
        tracker.update(UserUttered("lời nhắc"), DOMAIN)
        await self.store.save(tracker)
        self.assertEqual(await self.said(), ["chào", "lời nhắc"])
        self.assertEqual(await self.replied("m1"), "rồi")

    async def test_a_turn_reads_and_writes_once(self) -> None:
        await self.say("chào", "m1")
        statements = []
        listen = lambda connection, cursor, statement, *more: statements.append(statement.split()[0])  # noqa: E731
        sqlalchemy.event.listen(self.store._engine, "before_cursor_execute", listen)
        await self.say("tạm trú", "m2")
        await self.say("chào", "n1", "new")
        self.assertEqual(statements, ["SELECT", "INSERT"] * 2)

    async def test_many_conversations_at_once(self) -> None:
        names = [f"person {number}" for number in range(40)]
        other = self.another()
        for turn in range(3):
            work = [self.say(f"{name} {turn}", f"m{turn}", name, store=other if turn == 1 else None) for name in names]
            await asyncio.gather(*work)
        for name in names:
            self.assertEqual(len(await self.said(name)), 3)

    async def test_processes_that_start_at_once_make_one_table(self) -> None:
        self.sql("DROP TABLE rasa_conversation_1")
        await asyncio.gather(*(asyncio.to_thread(self.another) for _ in range(8)))
        await self.say("chào", "m1")
        self.assertEqual(await self.said(), ["chào"])

    async def test_those_who_sweep_at_once_do_not_wait_for_one_another(self) -> None:
        await self.say("chào", "m1")
        self.make_older(3 * 3600)
        await asyncio.gather(*(store.sweep() for store in (self.store, self.another(), self.another())))
        self.assertEqual(self.rows(), [])

    async def test_a_connection_that_was_lost_is_made_anew(self) -> None:
        await self.say("chào", "m1")
        killer = self.another()
        with killer._engine.connect() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        self.assertEqual(await self.said(), ["chào"])
        await self.say("tạm trú", "m2")
        self.assertEqual(await self.said(), ["chào", "tạm trú"])

    async def test_an_error_of_the_database_is_one_and_tells_nothing(self) -> None:
        await self.say(WRITTEN, "m1")
        self.sql("ALTER TABLE rasa_conversation_1 RENAME TO elsewhere")
        try:
            with self.assertRaises(ProgrammingError) as caught:
                await self.say(WRITTEN, None)
        finally:
            self.sql("ALTER TABLE elsewhere RENAME TO rasa_conversation_1")
        self.assertIn("parameters hidden", str(caught.exception))

    def test_whichever_driver_the_setting_names(self) -> None:
        for driver in ("postgresql", "postgresql+psycopg", "postgresql+psycopg2"):
            store = SharedMemory(DOMAIN, host=driver + URL[URL.index("://") :], seal=Seal([KEY]))
            store.close()

    def test_what_is_no_postgresql_is_refused(self) -> None:
        for url in ("", "sqlite:///some.sqlite", "not an address"):
            with self.subTest(url), self.assertRaises(NoDatabase):
                SharedMemory(DOMAIN, host=url, seal=Seal([KEY]))

    def test_a_database_that_is_away_is_not_waited_for(self) -> None:
        with self.assertRaises(OperationalError):
            SharedMemory(DOMAIN, host="postgresql://nobody:secret@127.0.0.1:9/none", seal=Seal([KEY]))

    def test_without_a_key_it_does_not_start(self) -> None:
        with mock.patch.dict(os.environ, {"MOTCUA_VAULT_KEY": "short"}), self.assertRaises(NoKey):
            SharedMemory(DOMAIN, host=URL)

    async def test_rasa_makes_it_by_its_name(self) -> None:
        from rasa.core.tracker_store import TrackerStore
        from rasa.utils.endpoints import EndpointConfig

        with mock.patch.dict(os.environ, {"MOTCUA_VAULT_KEY": KEY}):
            made = TrackerStore.create(
                EndpointConfig(url=URL, type="understanding.shared_memory.SharedMemory"), domain=DOMAIN
            )
        self.addCleanup(made.close)
        self.assertIsInstance(made, SharedMemory)
        self.assertIsInstance(await made.get_or_create_tracker("b"), DialogueStateTracker)
