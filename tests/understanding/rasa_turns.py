"""A message has one effect: Rasa's real agent with our model, and an action server that can be told to fail."""

import asyncio
import json
import logging
import socket
import unittest
import uuid
from contextlib import nullcontext
from pathlib import Path
from unittest import mock

import structlog
from aiohttp import ClientSession, web
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.constants import SESSION_START_METADATA_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.utils.endpoints import EndpointConfig
from sanic import Sanic
from sanic.touchup.service import TouchUp

from understanding import turns
from understanding.channel import Door, _answer_or_nothing, _read, answer
from understanding.memory import ShortMemory

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "models" / "motcua.tar.gz"
QUESTION = '/ask_procedure{"procedure": "1.001193"}'
PRIVATE = "tôi tên Nguyễn Thị Bưởi"

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))  # Rasa's own says everything


class Actions:
    """An action server. calls: the actions it was asked for. failing: how it fails, by the action's name."""

    def __init__(self) -> None:
        self.calls = []
        self.failing = {}
        self.erasing = False
        self.slow = None
        self.arrived = asyncio.Event()

    async def webhook(self, request):
        body = await request.json()
        name = body["next_action"]
        self.calls.append(name)
        self.arrived.set()
        if self.slow:
            await self.slow.wait()
        how = self.failing.get(name)
        if how == "broken":
            return web.Response(status=500)
        if how == "gone":
            request.transport.abort()
            return web.Response()
        if how == "refused":
            return web.json_response({"error": "no", "action_name": name}, status=400)
        events = [{"event": "restart"}] if self.erasing else []
        if name == "action_session_start":
            return web.json_response(
                {
                    "events": [{"event": "session_started"}, {"event": "action", "name": "action_listen"}],
                    "responses": [],
                }
            )
        said = [{"custom": {"text": f"câu trả lời {len(self.calls)}"}}] if how != "silent" else []
        return web.json_response({"events": events, "responses": said})

    @property
    def asked(self):
        """The actions that were asked for an answer."""
        return [name for name in self.calls if name != "action_session_start"]


def message(id="m1", text=QUESTION, sender="a", **metadata):
    told = {"message_id": id, **metadata} if id else metadata
    return UserMessage(text, CollectingOutputChannel(), sender, input_channel="rest", metadata=told)


class AgentTest(unittest.IsolatedAsyncioTestCase):
    agent = None

    async def asyncSetUp(self) -> None:
        self.actions = Actions()
        app = web.Application()
        app.router.add_post("/webhook", self.actions.webhook)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        self.addAsyncCleanup(self.runner.cleanup)
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]
        endpoint = EndpointConfig(url=f"http://127.0.0.1:{port}/webhook")
        if AgentTest.agent is None:
            AgentTest.agent = Agent.load(str(MODEL), action_endpoint=endpoint)
        agent = AgentTest.agent
        self.memory = ShortMemory(agent.domain)
        agent.action_endpoint = agent.processor.action_endpoint = endpoint
        agent.tracker_store = agent.processor.tracker_store = self.memory
        agent.lock_store = agent.processor.lock_store = InMemoryLockStore()

    async def say(self, id="m1", text=QUESTION, **more):
        return await _answer_or_nothing(self.agent, message(id, text, **more))

    async def said(self, sender="a"):
        """What the memory holds of a conversation: the taps, by intent."""
        tracker = await self.memory.retrieve(sender)
        return [event.intent_name for event in tracker.events if isinstance(event, UserUttered)] if tracker else []


class TurnTest(AgentTest):
    async def test_a_message_that_comes_again_gets_the_same_reply_and_has_no_effect(self) -> None:
        first = await self.say()
        self.assertEqual(first[0]["custom"]["text"], "câu trả lời 2")
        self.assertEqual(await self.say(), first)
        self.assertEqual(len(self.actions.asked), 1)
        self.assertEqual(await self.said(), ["ask_procedure"])

    async def test_another_id_is_another_message(self) -> None:
        await self.say("m1")
        await self.say("m2")
        self.assertEqual(len(self.actions.asked), 2)
        self.assertEqual(len(await self.said()), 2)

    async def test_the_id_of_another_conversation_is_another_message(self) -> None:
        await self.say("m1", sender="a")
        await self.say("m1", sender="b")
        self.assertEqual(len(self.actions.asked), 2)

    async def test_without_an_id_every_message_counts(self) -> None:
        await self.say(None)
        await self.say(None)
        self.assertEqual(len(self.actions.asked), 2)

    async def test_one_that_comes_while_it_is_answered_waits_and_gets_the_same(self) -> None:
        self.actions.slow = asyncio.Event()
        both = [asyncio.ensure_future(self.say()) for _ in range(3)]
        await self.actions.arrived.wait()
        self.assertFalse(any(one.done() for one in both))
        self.actions.slow.set()
        replies = await asyncio.gather(*both)
        self.assertTrue(replies[0])
        self.assertEqual(replies, [replies[0]] * 3)
        self.assertEqual(len(self.actions.asked), 1)

    async def test_what_is_done_with_a_reply_does_not_change_what_is_kept(self) -> None:
        first = await self.say()
        wanted = json.dumps(first)
        first[0]["custom"].clear()
        self.assertEqual(json.dumps(await self.say()), wanted)

    async def test_where_an_action_fails_nothing_happened_and_it_may_come_again(self) -> None:
        await self.say("m0")
        for how in ("broken", "gone"):
            with self.subTest(how):
                self.actions.failing = {"action_answer": how}
                before = await self.said()
                with self.assertLogs(level="ERROR"):
                    self.assertEqual(await self.say(how), [])
                self.assertEqual(await self.said(), before)
                self.actions.failing = {}
                self.assertTrue(await self.say(how))
                self.assertEqual(len(await self.said()), len(before) + 1)

    async def test_an_empty_reply_is_not_kept(self) -> None:
        self.actions.failing = {"action_answer": "silent"}
        self.assertEqual(await self.say(), [])
        self.actions.failing = {}
        self.assertTrue(await self.say())
        self.assertEqual(len(await self.said()), 1)

    async def test_an_action_that_refuses_has_not_failed(self) -> None:
        with turns.begun(message()) as turn:
            self.actions.failing = {"action_answer": "refused"}
            action = self.agent.processor._get_action("action_answer")
            tracker = await self.agent.processor.get_tracker("a")
            with self.assertRaises(turns.ActionExecutionRejection):
                await action.run(CollectingOutputChannel(), self.agent.nlg, tracker, self.agent.domain)
            self.assertEqual(turn.failed, [])

    async def test_where_the_session_could_not_begin_nothing_happened(self) -> None:
        """Rasa goes on without it, and then does not know the simplest words."""
        self.actions.failing = {"action_session_start": "broken"}
        with self.assertLogs(level="ERROR"):
            self.assertEqual(await self.say(text="/greet"), [])
        self.assertEqual(await self.said(), [])
        self.actions.failing = {}
        self.assertTrue(await self.say(text="/greet"))

    async def test_after_an_erasure_only_its_own_reply_is_given_again(self) -> None:
        await self.say("m1")
        self.actions.erasing = True
        erased = await self.say("m2")
        self.actions.erasing = False
        self.assertEqual(await self.say("m2"), erased)
        calls = len(self.actions.asked)
        await self.say("m1")
        self.assertEqual(len(self.actions.asked), calls + 1)

    async def test_a_memory_that_fails_is_no_empty_memory(self) -> None:
        class Broken(ShortMemory):
            async def retrieve(self, sender_id):
                raise ConnectionError(PRIVATE)

        broken = Broken(self.agent.domain)
        self.assertIs(Agent._create_tracker_store(broken, self.agent.domain), broken)
        self.agent.tracker_store = self.agent.processor.tracker_store = broken
        with self.assertLogs(level="ERROR") as logged:
            self.assertEqual(await self.say(), [])
        self.assertEqual(self.actions.calls, [])
        self.assertIn("ConnectionError at ", logged.output[0])
        self.assertNotIn("Bưởi", "".join(logged.output))

    async def test_where_the_memory_cannot_store_there_is_no_reply(self) -> None:
        class Broken(ShortMemory):
            async def save(self, tracker):
                if any(isinstance(event, UserUttered) for event in tracker.events):
                    raise ConnectionError

        self.agent.tracker_store = self.agent.processor.tracker_store = Broken(self.agent.domain)
        with self.assertLogs(level="ERROR"):
            self.assertEqual(await self.say(), [])

    async def test_nothing_of_what_was_written_is_logged(self) -> None:
        self.actions.failing = {"action_answer": "broken", "action_session_start": "gone"}
        with self.assertLogs(level="DEBUG") as logged:
            await self.say(text=PRIVATE, address="c0ffee")
        shown = "".join(line for line in logged.output if not line.startswith("DEBUG"))
        self.assertIn("turn_failed", shown)
        self.assertNotIn("Bưởi", shown)

    async def test_without_a_model_there_is_no_reply(self) -> None:
        self.assertEqual(await answer(Agent(Domain.empty()), message()), [])

    async def test_of_the_metadata_of_a_sessions_start_only_the_id_is_stored(self) -> None:
        await self.say(address="c0ffee", contact="+84912345678")
        stored = self.memory.store["a"]
        self.assertNotIn("c0ffee", stored)
        self.assertNotIn("912345678", stored)
        events = json.loads(stored)["events"]
        values = [one["value"] for one in events if one.get("name") == SESSION_START_METADATA_SLOT]
        self.assertEqual(values, [{"message_id": "m1"}])


class DoorTest(AgentTest):
    """The same agent behind its door, asked over HTTP."""

    has_run = False

    async def asyncSetUp(self) -> None:
        await super().asyncSetUp()
        app = Sanic(f"door-{uuid.uuid4().hex}", configure_logging=False)
        app.blueprint(Door().blueprint(None), url_prefix="/webhooks/rest")
        app.ctx.agent = self.agent
        self.app = app
        listener = socket.create_server(("127.0.0.1", 0))
        server = await app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
        with mock.patch.object(TouchUp, "run") if DoorTest.has_run else nullcontext():  # it can be done once only
            await server.startup()
        DoorTest.has_run = True
        await server.start_serving()
        self.addCleanup(server.close)
        self.client = ClientSession(f"http://127.0.0.1:{listener.getsockname()[1]}")
        self.addAsyncCleanup(self.client.close)

    async def say(self, id="m1", text=QUESTION, sender="a", **more):
        metadata = {"message_id": id, **more} if id else more
        body = {"sender": sender, "message": text, "metadata": metadata}
        async with self.client.post("/webhooks/rest/webhook", json=body) as answer:
            self.assertEqual(answer.status, 200)
            return await answer.json()

    async def test_a_message_that_comes_again_gets_the_same_reply(self) -> None:
        first = await self.say()
        self.assertEqual(first[0]["custom"]["text"], "câu trả lời 2")
        self.assertEqual(await self.say(), first)
        self.assertEqual(len(self.actions.asked), 1)

    async def test_what_was_begun_for_one_who_goes_away_is_brought_to_its_end(self) -> None:
        self.actions.slow = asyncio.Event()
        asking = asyncio.ensure_future(self.say())
        await self.actions.arrived.wait()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await self.is_noticed()
        again = asyncio.ensure_future(self.say())
        self.actions.slow.set()
        self.assertTrue(await again)
        self.assertEqual(self.actions.calls, ["action_session_start", "action_answer"])
        self.assertEqual(len(await self.said()), 1)

    async def is_noticed(self):
        """The server reads that a connection has ended before it answers what came later."""
        for _ in range(3):
            async with self.client.get("/webhooks/rest/") as answer:
                await answer.read()

    async def test_it_says_whether_there_is_a_model(self) -> None:
        for agent, wanted in ((self.agent, 200), (Agent(Domain.empty()), 503)):
            self.app.ctx.agent = agent
            async with self.client.get("/webhooks/rest/") as answer:
                self.assertEqual(answer.status, wanted)

    async def test_no_message_is_a_bad_request(self) -> None:
        for body in (b"", b"{", b"[]", b'{"sender": "a"}'):
            with self.subTest(body):
                async with self.client.post("/webhooks/rest/webhook", data=body) as answer:
                    self.assertEqual(answer.status, 400)


class PlacesTest(unittest.TestCase):
    def test_both_are_in_place_and_twice_changes_nothing(self) -> None:
        turns.apply()
        self.assertIs(turns.RemoteAction.run, turns._run_noted)
        self.assertIsNot(turns._run, turns._run_noted)
        self.assertIsInstance(Agent._create_tracker_store(None, Domain.empty()), InMemoryTrackerStore)

    def test_a_turn_is_known_inside_only_and_to_its_own_conversation(self) -> None:
        with turns.begun(message(sender="a")) as turn:
            self.assertIs(turns.current("a"), turn)
            self.assertIsNone(turns.current("b"))
        self.assertIsNone(turns.current("a"))

    def test_what_is_no_message_is_refused(self) -> None:
        for body in (None, [], "a", {}, {"sender": "a"}, {"sender": "", "message": "b"}, {"sender": 1, "message": "b"}):
            with self.subTest(body):
                self.assertIsNone(_read(body))
        found = _read({"sender": "a", "message": "b", "metadata": {"message_id": "m"}})
        self.assertEqual((found.sender_id, found.text, found.metadata), ("a", "b", {"message_id": "m"}))
        self.assertEqual(_read({"sender": "a", "message": "b", "metadata": "x"}).metadata, None)

    def test_the_address_is_rasas_own(self) -> None:
        self.assertEqual(Door().url_prefix(), "rest")
