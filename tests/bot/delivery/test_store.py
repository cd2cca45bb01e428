"""Each piece of work is one transaction, in a thread, with what belongs to the request."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.delivery.database import GatewayDatabase
from bot.delivery.store import POSTGRES_THREADS, Store
from storage.errors import DatabaseUnavailable
from storage.vault import Vault
from tests.bot.delivery.memory import HaltingStore, Stores


def test_every_start_has_a_name_of_its_own(stores: Stores) -> None:
    assert len({stores().process for _ in range(3)} | {""}) == 4
    assert len(stores().process) == 32


async def test_work_is_done_in_a_thread_with_the_context_of_who_asked(store: Store) -> None:
    with structlog.contextvars.bound_contextvars(request="r1"):
        context, thread = await store.run(lambda: (structlog.contextvars.get_contextvars(), threading.current_thread()))
    assert context == {"request": "r1"}
    assert thread is not threading.main_thread()


async def test_what_work_gives_and_raises_comes_back(store: Store) -> None:
    assert await store.run(lambda one, two: (one, two), 1, two=2) == (1, 2)
    assert await store.run(store.do, lambda session: session.scalar(select(text("7")))) == 7
    with pytest.raises(ValueError, match="riêng"):
        await store.run(int, "riêng")


async def test_postgresql_is_asked_several_things_at_once_and_sqlite_one_after_the_other(
    store: Store, database_url: str
) -> None:
    gate = threading.Barrier(POSTGRES_THREADS)
    if database_url.startswith("sqlite"):
        begun = threading.Event()
        assert await asyncio.gather(store.run(begun.wait, 0.3), store.run(begun.set)) == [False, None]
    else:
        assert len(set(await asyncio.gather(*[store.run(gate.wait, 20) for _ in range(POSTGRES_THREADS)]))) == 8


def test_the_clock_is_the_worlds_in_utc(database_url: str, vault: Vault) -> None:
    store = Store(GatewayDatabase(database_url), vault)
    assert store.now().tzinfo is UTC
    assert abs(datetime.now(UTC) - store.now()) < timedelta(seconds=5)
    store.close()


def test_closing_twice_does_no_harm(stores: Stores) -> None:
    one = stores()
    one.do(lambda session: None)
    one.close()
    one.close()


def test_a_database_that_cannot_be_opened_is_told(vault: Vault) -> None:
    store = Store(GatewayDatabase("sqlite:////dev/null/none.sqlite"), vault)
    with pytest.raises(DatabaseUnavailable):
        store.do(lambda session: None)
    store.close()


def take_lock(store: Store, number: int) -> int:
    def work(session: Session) -> int:
        store.alone(session, number)
        return number

    return store.do(work)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer
def test_who_is_not_alone_waits(store: Store, stores: Stores) -> None:
    holding = stores.of(HaltingStore)
    holding.halt()
    with ThreadPoolExecutor() as threads:
        first = threads.submit(take_lock, holding, 1)
        assert holding.reached.wait(20)
        assert take_lock(store, 2) == 2
        second = threads.submit(take_lock, store, 1)
        with pytest.raises(StillWaiting):
            second.result(0.3)
        holding.go.set()
        assert (first.result(20), second.result(20)) == (1, 1)


def test_on_sqlite_to_be_alone_asks_nothing(store: Store) -> None:
    assert take_lock(store, 1) == 1
