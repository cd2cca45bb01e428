"""The queues of conversations, on a real Redis whose address MOTCUA_REDIS_URL names."""

import asyncio
import os
import unittest
from unittest import mock

import redis.asyncio
from cryptography.fernet import Fernet
from rasa.core.lock_store import LockError, LockStore
from rasa.core.utils import number_of_sanic_workers
from rasa.utils.endpoints import EndpointConfig

from understanding.sealing import Seal
from understanding.shared_turns import NoRedis, SharedTurns

URL = os.environ["MOTCUA_REDIS_URL"]
KEY = Fernet.generate_key().decode()
SHORT = 0.4  # seconds for which a silent process is believed to be there
SOON = 0.005


class SharedTurnsTest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.redis = redis.asyncio.Redis.from_url(URL)
        self.addAsyncCleanup(self.redis.close)
        await self.redis.flushdb()
        self.one, self.other = self.another(), self.another()

    def another(self, believed=SHORT, url=URL):
        """As another process has it."""
        turns = SharedTurns(EndpointConfig(url=url), seal=Seal([KEY]), believed=believed)
        self.addAsyncCleanup(turns.close)
        return turns

    async def hold(self, turns, conversation, inside, leave):
        async with turns.lock(conversation, wait_time_in_seconds=SOON):
            inside.set()
            await leave.wait()

    async def test_one_after_the_other_among_many_who_come_at_once(self) -> None:
        inside, most, count = 0, 0, 0

        async def speak(turns):
            nonlocal inside, most, count
            async with turns.lock("a", wait_time_in_seconds=SOON):
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0)
                read = count
                await asyncio.sleep(0.002)
                count = read + 1
                inside -= 1

        everybody = [self.one, self.other, self.another()]
        await asyncio.gather(*(speak(everybody[number % 3]) for number in range(30)))
        self.assertEqual((most, count), (1, 30))

    async def test_in_the_order_they_came(self) -> None:
        inside, leave = asyncio.Event(), asyncio.Event()
        first = asyncio.ensure_future(self.hold(self.one, "a", inside, leave))
        await inside.wait()
        order = []

        async def speak(number):
            async with (self.one if number % 2 else self.other).lock("a", wait_time_in_seconds=SOON):
                order.append(number)

        waiting = []
        for number in range(6):
            waiting.append(asyncio.ensure_future(speak(number)))
            await self.come_to(number + 2)
        leave.set()
        await asyncio.gather(first, *waiting)
        self.assertEqual(order, list(range(6)))

    async def come_to(self, length):
        """Waits until so many are in the queue of "a"."""
        for _ in range(2000):
            if await self.length("a") == length:
                return
            await asyncio.sleep(SOON)
        self.fail(f"{length} never came")

    async def length(self, conversation):
        keys = [key for key in await self.redis.keys("*queue") if Seal([KEY]).name(conversation).encode() in key]
        return sum([await self.redis.llen(key) for key in keys])

    async def test_conversations_do_not_wait_for_one_another(self) -> None:
        inside, leave = asyncio.Event(), asyncio.Event()
        first = asyncio.ensure_future(self.hold(self.one, "a", inside, leave))
        await inside.wait()
        async with self.other.lock("b", lock_lifetime=0.0):
            pass
        leave.set()
        await first

    async def test_whoever_was_killed_is_not_waited_for_long(self) -> None:
        inside, leave = asyncio.Event(), asyncio.Event()
        with mock.patch.object(self.one, "_stay", new=mock.AsyncMock()), mock.patch.object(self.one, "_go"):
            killed = asyncio.ensure_future(self.hold(self.one, "a", inside, leave))
            await inside.wait()
            began = asyncio.get_running_loop().time()
            async with self.other.lock("a", wait_time_in_seconds=SOON):
                waited = asyncio.get_running_loop().time() - began
            killed.cancel()
            await asyncio.gather(killed, return_exceptions=True)
        self.assertGreater(waited, SHORT / 2)

    async def test_whoever_takes_long_but_is_there_is_waited_for(self) -> None:
        inside, leave = asyncio.Event(), asyncio.Event()
        slow = asyncio.ensure_future(self.hold(self.one, "a", inside, leave))
        await inside.wait()
        with self.assertRaises(LockError):
            async with self.other.lock("a", lock_lifetime=3 * SHORT, wait_time_in_seconds=SOON):
                self.fail("two at once")
        leave.set()
        await slow

    async def test_who_waits_in_vain_leaves_the_queue(self) -> None:
        inside, leave = asyncio.Event(), asyncio.Event()
        slow = asyncio.ensure_future(self.hold(self.one, "a", inside, leave))
        await inside.wait()
        with self.assertRaises(LockError):
            async with self.other.lock("a", lock_lifetime=0.0, wait_time_in_seconds=SOON):
                pass
        self.assertEqual(await self.length("a"), 1)
        leave.set()
        await slow

    async def test_after_an_error_inside_the_next_one_goes_in(self) -> None:
        with self.assertRaises(ZeroDivisionError):
            async with self.one.lock("a"):
                raise ZeroDivisionError
        async with self.other.lock("a", lock_lifetime=0.0):
            pass

    async def test_nothing_is_left(self) -> None:
        async with self.one.lock("a"):
            keys = await self.redis.keys("*")
            self.assertTrue(all([0 < await self.redis.pttl(key) <= 2 * SHORT * 1000 for key in keys]))
            self.assertEqual(len(keys), 2)
        self.assertEqual(await self.redis.keys("*"), [])

    async def test_whoever_left_does_not_say_that_they_are_there(self) -> None:
        """Leaving at the very moment of saying so must not bring one into the queue again."""
        before = len(asyncio.all_tasks())
        turns = self.another(believed=10.0)
        turns._said_every = 0.001
        for number in range(300):
            async with turns.lock(str(number % 3), wait_time_in_seconds=SOON):
                await asyncio.sleep(0.001 + number % 20 * 0.0001)
            self.assertEqual(await self.redis.keys("*"), [], number)
        self.assertEqual(len(asyncio.all_tasks()), before)

    async def test_names_tell_nothing(self) -> None:
        async with self.one.lock("a-citizens-session"):
            keys = await self.redis.keys("*")
        self.assertTrue(keys)
        self.assertFalse(any(b"citizen" in key for key in keys))

    async def test_a_redis_that_forgets_everything_is_told_again(self) -> None:
        inside, leave = asyncio.Event(), asyncio.Event()
        slow = asyncio.ensure_future(self.hold(self.one, "a", inside, leave))
        await inside.wait()
        await self.redis.flushdb()
        await self.come_to(1)
        with self.assertRaises(LockError):
            async with self.other.lock("a", lock_lifetime=0.0):
                self.fail("two at once")
        leave.set()
        await slow

    async def test_without_redis_nobody_speaks_and_no_address_is_told(self) -> None:
        with self.assertRaises(LockError) as caught, self.assertLogs(level="ERROR"):
            async with self.another(url="redis://:hidden@127.0.0.1:9/0").lock("a"):
                self.fail("without a lock")
        self.assertEqual(str(caught.exception), "Redis is away: ConnectionError.")

    async def test_an_address_that_is_none(self) -> None:
        with self.assertRaises(NoRedis) as caught:
            SharedTurns(EndpointConfig(url="secret words"), seal=Seal([KEY]))
        self.assertNotIn("secret words", str(caught.exception))

    async def test_rasa_makes_it_by_its_name_and_takes_several_workers(self) -> None:
        endpoint = EndpointConfig(url=URL, type="understanding.shared_turns.SharedTurns")
        with mock.patch.dict(os.environ, {"MOTCUA_VAULT_KEY": KEY, "SANIC_WORKERS": "3"}):
            made = LockStore.create(endpoint)
            self.assertEqual(number_of_sanic_workers(endpoint), 3)
        self.addAsyncCleanup(made.close)
        async with made.lock("a"):
            pass
