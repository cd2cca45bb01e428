"""What comes is stored once, given out in order to one at a time, and kept until it is done."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select, update

from bot.channels.channel import Incoming
from bot.delivery.database import GatewayDatabase
from bot.delivery.inbox import KEPT, REPLIES_KEPT, Claim, Inbox, chat_name
from bot.delivery.store import LEASE, Store
from bot.delivery.tables import IncomingRow, Progress
from storage.vault import Vault
from tests.bot.delivery.memory import NOW, Clock, HaltingStore, Stores, at_once, wrote

OVER = LEASE.total_seconds() + 0.1


def texts(claims: Sequence[Claim]) -> list[str]:
    return [claim.incoming.text for claim in claims]


def finish(store: Store, claim: Claim) -> bool:
    return store.do(lambda session: Inbox(store).finish(session, claim))


def rows(store: Store) -> int:
    return store.do(lambda session: session.scalar(select(func.count()).select_from(IncomingRow))) or 0


def test_what_comes_again_is_stored_once(inbox: Inbox, store: Store) -> None:
    assert inbox.take([wrote("một", id="1"), wrote("hai", id="2")]) == 2
    assert inbox.take([wrote("một", id="1"), wrote("ba", id="3"), wrote("ba", id="3")]) == 1
    assert inbox.take([wrote("một", id="1", channel="other")]) == 1  # another service counts for itself
    assert inbox.take([]) == 0
    assert rows(store) == 4


def test_what_came_again_after_it_was_done_is_not_done_again(inbox: Inbox, store: Store) -> None:
    inbox.take([wrote("một", id="1")])
    assert finish(store, inbox.claim(9)[0])
    assert inbox.take([wrote("một", id="1")]) == 0
    assert inbox.claim(9) == []


def test_several_gateways_that_get_the_same_at_once_store_it_once(stores: Stores) -> None:
    three = [Inbox(stores()) for _ in range(3)]
    for number in range(5):
        batch = [wrote("một", id=f"{number}-{row}") for row in range(4)]
        new = at_once([lambda inbox=inbox, batch=batch: inbox.take(batch) for inbox in three])  # type: ignore[misc]
        assert sum(new) == 4
    assert rows(stores()) == 20


def test_two_threads_of_one_gateway_that_get_the_same_store_it_once(inbox: Inbox, store: Store) -> None:
    assert sum(at_once([lambda: inbox.take([wrote("một", id="1")])] * 4)) == 1
    assert rows(store) == 1


def test_a_claim_holds_what_came(inbox: Inbox, store: Store, clock: Clock) -> None:
    incoming = wrote("một", id="1", details={"message_id": "77"}, contact="+84912345678")
    inbox.take([incoming])
    (claim,) = inbox.claim(9)
    assert claim.incoming == incoming
    assert (claim.tries, claim.received) == (1, clock.at)
    assert claim.chat == chat_name(store, incoming)
    assert len(claim.cause) == 32


def test_nobody_else_gets_what_somebody_has(inbox: Inbox, stores: Stores) -> None:
    inbox.take([wrote("một")])
    assert texts(inbox.claim(9)) == ["một"]
    assert inbox.claim(9) == []
    assert Inbox(stores()).claim(9) == []


def test_of_a_chat_one_is_given_out_at_a_time_and_the_earliest_first(inbox: Inbox, store: Store) -> None:
    inbox.take([wrote("hai", at=2), wrote("một", at=1), wrote("ba", at=3)])
    for expected in ("một", "hai", "ba"):
        (claim,) = inbox.claim(9)
        assert claim.incoming.text == expected
        assert inbox.claim(9) == []
        assert finish(store, claim)


def test_what_was_sent_in_the_same_moment_keeps_the_order_in_which_it_came(inbox: Inbox, store: Store) -> None:
    inbox.take([wrote("một", id="z"), wrote("hai", id="a")])
    (claim,) = inbox.claim(9)
    finish(store, claim)
    assert texts([claim, *inbox.claim(9)]) == ["một", "hai"]


def test_what_was_sent_earlier_and_comes_a_little_later_goes_first(inbox: Inbox, store: Store, clock: Clock) -> None:
    inbox.take([wrote("hai", at=2)], settle=1.0)
    assert inbox.claim(9) == []
    clock.on(0.5)
    inbox.take([wrote("một", at=1)], settle=1.0)
    clock.on(0.6)
    assert inbox.claim(9) == []  # the second is ready, but waits for the first
    clock.on(0.5)
    (claim,) = inbox.claim(9)
    finish(store, claim)
    assert texts([claim, *inbox.claim(9)]) == ["một", "hai"]


def test_what_comes_while_a_later_one_is_worked_on_waits_for_it(inbox: Inbox, store: Store) -> None:
    inbox.take([wrote("hai", at=2)])
    (claim,) = inbox.claim(9)
    inbox.take([wrote("một", at=1)])
    assert inbox.claim(9) == []
    finish(store, claim)
    assert texts(inbox.claim(9)) == ["một"]


def test_many_chats_are_worked_on_beside_one_another(inbox: Inbox) -> None:
    inbox.take([wrote(f"{row}", chat=f"chat-{number}", at=row) for number in range(20) for row in range(3)])
    assert len(inbox.claim(5)) == 5
    claims = inbox.claim(100)
    assert texts(claims) == ["0"] * 15
    assert inbox.claim(100) == []


def test_gateways_that_claim_at_once_never_have_two_of_one_chat(stores: Stores) -> None:
    three = [stores() for _ in range(3)]
    Inbox(three[0]).take([wrote(f"{row}", chat=f"chat-{chat}", at=row) for chat in range(8) for row in range(6)])
    done: list[tuple[str, str]] = []
    working: set[str] = set()
    guard = threading.Lock()

    def work(store: Store) -> None:
        inbox = Inbox(store)
        while len(done) < 48:
            for claim in inbox.claim(3):
                with guard:
                    assert claim.chat not in working
                    working.add(claim.chat)
                with guard:
                    working.remove(claim.chat)
                    done.append((claim.incoming.chat, claim.incoming.text))
                assert finish(store, claim)

    at_once([lambda store=store: work(store) for store in three])  # type: ignore[misc]
    assert len(done) == 48
    for chat in range(8):
        assert [text for name, text in done if name == f"chat-{chat}"] == [str(row) for row in range(6)]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer
def test_who_claims_waits_for_whoever_is_claiming(store: Store, stores: Stores) -> None:
    """Else they would see a chat of which nobody has anything, and take what was sent earlier and came just now."""
    claiming = stores.of(HaltingStore)
    Inbox(store).take([wrote("hai", at=2)])
    claiming.halt()
    with ThreadPoolExecutor() as threads:
        first = threads.submit(Inbox(claiming).claim, 9)
        assert claiming.reached.wait(20)
        Inbox(store).take([wrote("một", at=1)])
        second = threads.submit(Inbox(store).claim, 9)
        with pytest.raises(StillWaiting):
            second.result(0.3)
        claiming.go.set()
        assert (texts(first.result(20)), texts(second.result(20))) == (["hai"], [])


def test_persons_of_a_group_do_not_wait_for_one_another(inbox: Inbox) -> None:
    inbox.take([wrote(who, chat="group", person=who, group=True) for who in ("An", "Bình")])
    assert texts(inbox.claim(9)) == ["An", "Bình"]


def test_when_a_lease_has_run_out_somebody_else_goes_on(inbox: Inbox, stores: Stores, clock: Clock) -> None:
    inbox.take([wrote("một", at=1), wrote("hai", at=2)])
    inbox.claim(9)
    clock.on(OVER)
    (claim,) = Inbox(stores()).claim(9)
    assert (claim.incoming.text, claim.tries) == ("một", 2)


def test_a_lease_that_is_renewed_does_not_run_out(inbox: Inbox, stores: Stores, clock: Clock) -> None:
    inbox.take([wrote("một"), wrote("hai", chat="chat-B")])
    one, _ = inbox.claim(9)
    clock.on(OVER - 1)
    inbox.renew([one.id])
    clock.on(OVER - 1)
    assert texts(Inbox(stores()).claim(9)) == ["hai"]


def test_only_the_holder_renews(inbox: Inbox, stores: Stores, clock: Clock) -> None:
    inbox.take([wrote("một")])
    (claim,) = inbox.claim(9)
    clock.on(OVER - 1)
    Inbox(stores()).renew([claim.id])
    clock.on(1)
    assert texts(Inbox(stores()).claim(9)) == ["một"]


def test_who_lost_a_claim_writes_nothing(store: Store, stores: Stores, clock: Clock) -> None:
    other = stores()
    Inbox(store).take([wrote("một")])
    (mine,) = Inbox(store).claim(9)
    clock.on(OVER)
    (theirs,) = Inbox(other).claim(9)
    assert not finish(store, mine)
    Inbox(store).release(mine, 0)
    Inbox(store).renew([mine.id])
    assert Inbox(store).claim(9) == []
    assert finish(other, theirs)
    assert not finish(other, theirs)  # nor does anybody twice


def test_what_is_given_back_holds_up_its_chat_and_no_other(inbox: Inbox, clock: Clock) -> None:
    inbox.take([wrote("một", at=1), wrote("hai", at=2), wrote("khác", chat="chat-B")])
    first, other = inbox.claim(9)
    assert texts([first, other]) == ["một", "khác"]
    inbox.release(first, 5)
    inbox.release(other, 0)
    assert texts(inbox.claim(9)) == ["khác"]
    clock.on(5)
    (again,) = inbox.claim(9)
    assert (again.incoming.text, again.tries, again.cause) == ("một", 2, first.cause)


def test_what_cannot_be_read_holds_up_nobody(inbox: Inbox, store: Store) -> None:
    inbox.take([wrote("một", at=1), wrote("hai", at=2), wrote("khác", chat="chat-B")])
    spoilt = update(IncomingRow).where(IncomingRow.sent == wrote("", at=1).sent)
    store.do(lambda session: session.execute(spoilt.values(body=store.vault.seal('{"of": "another version"}'))))
    assert texts(inbox.claim(9)) == ["khác"]
    assert texts(inbox.claim(9)) == ["hai"]
    assert inbox.claim(9) == []


def test_what_is_sealed_with_a_key_that_is_missing_waits_for_it(
    inbox: Inbox, store: Store, database_url: str, clock: Clock
) -> None:
    inbox.take([wrote("một")])
    wrong = Store(GatewayDatabase(database_url), Vault([Fernet.generate_key().decode()]), clock)
    assert Inbox(wrong).claim(9) == []
    wrong.close()
    clock.on(61)
    assert texts(inbox.claim(9)) == ["một"]


def test_what_is_done_says_nothing_any_more_and_is_forgotten_at_last(inbox: Inbox, store: Store, clock: Clock) -> None:
    inbox.take([wrote("một")])
    finish(store, inbox.claim(9)[0])
    assert store.do(lambda session: session.scalar(select(IncomingRow.body))) == ""
    clock.on(KEPT.total_seconds() - 1)
    inbox.sweep()
    assert rows(store) == 1
    clock.on(2)
    inbox.sweep()
    assert rows(store) == 0


def test_what_is_not_done_is_never_forgotten(inbox: Inbox, clock: Clock) -> None:
    inbox.take([wrote("một")])
    clock.on(2 * KEPT.total_seconds())
    inbox.sweep()
    assert texts(inbox.claim(9)) == ["một"]


@pytest.mark.parametrize("state", [Progress.WORKING, Progress.DONE, Progress.FAILED])
def test_what_pages_asked_is_forgotten_whatever_became_of_it(
    inbox: Inbox, store: Store, clock: Clock, state: Progress
) -> None:
    row = {"channel": "web", "event": "e", "chat": "c", "sent": NOW, "received": NOW, "ready": NOW, "told": ""}
    page = IncomingRow(**row, state=state, tries=1, body="", reply="sealed", leased_until=NOW + LEASE)
    store.do(lambda session: session.add(page))
    assert inbox.claim(9) == []  # it is nothing for us
    clock.on(REPLIES_KEPT.total_seconds() + 1)
    inbox.sweep()
    assert store.do(lambda session: session.scalar(select(IncomingRow.reply))) == ""
    clock.on((KEPT - REPLIES_KEPT).total_seconds())
    assert rows(store) == 1
    inbox.sweep()
    assert rows(store) == 0


def test_moments_come_back_as_they_were(inbox: Inbox) -> None:
    incoming: Incoming = wrote("một", at=0.123456)
    inbox.take([incoming])
    assert inbox.claim(1)[0].incoming.sent - NOW == timedelta(microseconds=123456)
