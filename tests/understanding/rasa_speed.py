"""What is remembered for speed gives the same answers."""

import asyncio
import unittest
from operator import add
from unittest import mock

import dask
import dask.core
import rasa.engine.runner.dask
from aiohttp import BasicAuth, ClientConnectionError, web
from jsonschema import Draft7Validator
from jsonschema.exceptions import SchemaError
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.utils.common import all_subclasses
from rasa.utils.endpoints import EndpointConfig

from understanding import speed

SCHEMA = {"type": "object", "title": "only in this test"}


class SpeedTest(unittest.TestCase):
    def test_it_is_in_place_as_soon_as_the_package_is_loaded(self) -> None:
        self.assertIs(Event.resolve_by_type, speed._remembered_class)
        self.assertIs(Draft7Validator.check_schema, speed._check_once)
        speed.apply()
        self.assertIsNot(speed._resolve, speed._remembered_class, "twice changes nothing")

    def test_a_graph_gives_what_the_scheduler_gave(self) -> None:
        self.assertIs(rasa.engine.runner.dask.dask, dask.core)
        graph = {"one": 1, "two": (add, "one", "one"), "five": (add, "two", 3)}
        self.assertEqual(list(dask.core.get(graph, ["five", "two"])), list(dask.get(graph, ["five", "two"])))

    def test_every_event_has_the_class_it_had(self) -> None:
        names = {event.type_name for event in all_subclasses(Event) if event.type_name}
        self.assertGreater(len(names), 10)
        for name in names:
            for _ in range(2):
                self.assertIs(Event.resolve_by_type(name), speed._resolve(name), name)

    def test_an_unknown_one_is_as_before(self) -> None:
        for _ in range(2):
            self.assertIs(Event.resolve_by_type("never heard of", UserUttered), UserUttered)
            with self.assertRaises(ValueError):
                Event.resolve_by_type("never heard of")
        self.assertIsNone(Event.resolve_by_type("topic"))

    def test_a_class_is_looked_for_once(self) -> None:
        with mock.patch.dict(speed._classes, clear=True), mock.patch.object(speed, "_resolve") as resolve:
            resolve.return_value = UserUttered
            for _ in range(3):
                Event.resolve_by_type("user")
        resolve.assert_called_once()

    def test_a_schema_is_checked_once(self) -> None:
        with mock.patch.object(speed, "_check_schema") as check:
            for _ in range(3):
                Draft7Validator.check_schema(dict(SCHEMA))
            Draft7Validator.check_schema({**SCHEMA, "title": "another, only in this test"})
        self.assertEqual(check.call_count, 2)

    def test_a_bad_schema_is_refused_each_time(self) -> None:
        for _ in range(2):
            with self.assertRaises(SchemaError):
                Draft7Validator.check_schema({"type": "never heard of"})


class ConnectionTest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.callers, self.told = set(), []
        self.gone = False

        async def answer(request):
            self.callers.add(request.transport.get_extra_info("peername"))
            self.told.append(request.headers.get("Authorization"))
            if self.gone:
                request.transport.abort()
            return web.json_response({"events": []})

        app = web.Application()
        app.router.add_post("/webhook", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        self.addAsyncCleanup(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/webhook"

    async def asyncTearDown(self) -> None:
        await speed._connectors.pop(asyncio.get_running_loop()).close()

    async def test_one_connection_serves_all_calls(self) -> None:
        for _ in range(5):
            self.assertEqual(await EndpointConfig(url=self.url).request(json={}), {"events": []})
        self.assertEqual(len(self.callers), 1)

    async def test_calls_at_once_do_not_wait_for_one_another(self) -> None:
        await asyncio.gather(*(EndpointConfig(url=self.url).request(json={}) for _ in range(20)))
        self.assertEqual(len(self.told), 20)

    async def test_one_that_broke_is_not_used_again(self) -> None:
        endpoint = EndpointConfig(url=self.url)
        await endpoint.request(json={})
        self.gone = True
        with self.assertRaises(ClientConnectionError):
            await endpoint.request(json={})
        self.gone = False
        self.assertEqual(await endpoint.request(json={}), {"events": []})
        self.assertEqual(len(self.callers), 2)

    async def test_who_we_are_is_said_as_before(self) -> None:
        endpoint = EndpointConfig(url=self.url, basic_auth={"username": "a", "password": "b"})
        await endpoint.request(json={})
        await EndpointConfig(url=self.url).request(json={})
        self.assertEqual(self.told, [BasicAuth("a", "b").encode(), None])
