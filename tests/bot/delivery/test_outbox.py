"""What goes out is written once, given out in order to one at a time, and ends where somebody can see it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select, update

from bot.channels.channel import Rendered
from bot.delivery.chats import Known
from bot.delivery.database import GatewayDatabase
from bot.delivery.inbox import Inbox
from bot.delivery.outbox import (
    ANSWERS_EXPIRE,
    DEAD_KEPT,
    HINTS,
    KEPT,
    LOCKED_WAIT,
    NOTICES_EXPIRE,
    Outbox,
    ToSend,
)
from bot.delivery.store import LEASE, Store
from bot.delivery.tables import OutgoingRow, State
from storage.vault import Vault
from tests.bot.delivery.memory import CHANNEL, Clock, HaltingStore, Stores, at_once, known, said_to, say, wrote

OVER = LEASE.total_seconds() + 0.1


def put(
    store: Store, *texts: str, cause: str | None = None, chat: str = "chat-A", asked: bool = True, **more: str
) -> bool:
    to, messages = known(store, chat, **more), say(*texts)
    return store.do(lambda session: Outbox(store).put(session, cause or texts[0], to, messages, asked=asked))


def claim(store: Store, most: int = 99) -> list[ToSend]:
    return Outbox(store).claim([CHANNEL], most)


def state_of(store: Store, number: int) -> tuple[State, str, str]:
    row = store.do(lambda session: session.get_one(OutgoingRow, number))
    return row.state, row.trouble, row.body


def rows(store: Store) -> int:
    return store.do(lambda session: session.scalar(select(func.count()).select_from(OutgoingRow))) or 0


def test_what_is_written_under_the_same_cause_again_is_not_written_twice(store: Store) -> None:
    assert put(store, "một", "hai", cause="c")
    assert not put(store, "khác", cause="c")
    assert put(store, cause="empty")
    assert rows(store) == 2


def test_two_gateways_that_write_the_same_at_once_write_it_once(stores: Stores) -> None:
    three = [stores() for _ in range(3)]
    for number in range(5):
        came = at_once([lambda one=one, cause=f"c{number}": put(one, "một", "hai", cause=cause) for one in three])  # type: ignore[misc]
        assert sorted(came) == [False, False, True]
    assert rows(three[0]) == 10


def test_what_is_taken_back_with_its_transaction_was_never_written(store: Store) -> None:
    def fails(session: object) -> None:
        Outbox(store).put(session, "c", known(store), say("một"), asked=True)  # type: ignore[arg-type]
        raise KeyError

    with pytest.raises(KeyError):
        store.do(fails)
    assert rows(store) == 0


def test_a_claim_holds_what_is_to_be_sent(store: Store, outbox: Outbox, clock: Clock) -> None:
    message = Rendered(call="file", body={"a": [1, {"b": None}]}, file="f" * 16, file_name="tờ khai.pdf")
    to = Known("n" * 32, CHANNEL, "chat-A", True, "c", clock.at, False)
    store.do(lambda session: outbox.put(session, "c", to, [message], asked=False))
    (one,) = claim(store)
    assert (one.message, one.channel, one.chat, one.address, one.group) == (message, CHANNEL, "n" * 32, "chat-A", True)
    assert (one.asked, one.tries, one.unsure, one.started) == (False, 1, False, clock.at)
    assert one.expires == clock.at + NOTICES_EXPIRE


def test_answers_expire_earlier_than_notices(store: Store, clock: Clock) -> None:
    put(store, "một")
    assert claim(store)[0].expires == clock.at + ANSWERS_EXPIRE
    assert ANSWERS_EXPIRE < NOTICES_EXPIRE


def test_a_chat_gets_one_after_the_other_in_order(store: Store, outbox: Outbox) -> None:
    put(store, "một", "hai")
    put(store, "ba")
    for text in ("một", "hai", "ba"):
        (one,) = claim(store)
        assert said_to([one]) == [text]
        assert claim(store) == []
        outbox.sent(one, "n")


def test_chats_do_not_wait_for_one_another(store: Store) -> None:
    for number in range(10):
        put(store, f"{number}", "nữa", chat=f"chat-{number}")
    assert len(claim(store, 4)) == 4
    assert len(claim(store)) == 6
    assert claim(store) == []


def test_only_what_is_for_our_channels_is_given_out(store: Store) -> None:
    put(store, "một", channel="other")
    assert claim(store) == []
    assert len(Outbox(store).claim(["other", CHANNEL], 9)) == 1


def test_gateways_that_claim_at_once_never_have_two_of_one_chat(stores: Stores) -> None:
    three = [stores() for _ in range(3)]
    for chat in range(8):
        put(three[0], *(f"{row}" for row in range(5)), cause=f"c{chat}", chat=f"chat-{chat}")
    sent: list[tuple[str, str]] = []

    def work(store: Store) -> None:
        while len(sent) < 40:
            for one in claim(store, 3):
                assert not one.unsure
                sent.append((one.address, one.message.body["text"]))
                Outbox(store).sent(one, "n")

    at_once([lambda store=store: work(store) for store in three])  # type: ignore[misc]
    assert len(sent) == 40
    for chat in range(8):
        assert [text for name, text in sent if name == f"chat-{chat}"] == [str(row) for row in range(5)]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer
def test_what_is_stored_late_does_not_overtake_what_is_being_sent(stores: Stores) -> None:
    """Numbers are given when a transaction begins to write, and seen when it ends."""
    writing, other = stores.of(HaltingStore), stores()
    writing.halt()
    with ThreadPoolExecutor() as threads:
        late = threads.submit(put, writing, "muộn")
        assert writing.reached.wait(20)
        put(other, "sớm")
        (early,) = claim(other)
        writing.go.set()
        assert late.result(20)
    assert claim(other) == []
    Outbox(other).sent(early, "n")
    assert said_to(claim(other)) == ["muộn"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_claims_waits_for_whoever_is_claiming(store: Store, stores: Stores) -> None:
    claiming = stores.of(HaltingStore)
    put(store, "một")
    claiming.halt()
    with ThreadPoolExecutor() as threads:
        first = threads.submit(claim, claiming)
        assert claiming.reached.wait(20)
        second = threads.submit(claim, store)
        with pytest.raises(StillWaiting):
            second.result(0.3)
        claiming.go.set()
        assert (said_to(first.result(20)), second.result(20)) == (["một"], [])


def test_what_was_sent_says_nothing_any_more(store: Store, outbox: Outbox) -> None:
    put(store, "một")
    (one,) = claim(store)
    outbox.sent(one, "77")
    assert state_of(store, one.id) == (State.SENT, "", "")


def test_of_what_a_dead_gateway_was_sending_nobody_knows_whether_it_arrived(stores: Stores, clock: Clock) -> None:
    dead, living = stores(), stores()
    put(dead, "một", "hai")
    begun = clock.at
    (before,) = claim(dead)
    assert claim(living) == []
    clock.on(OVER)
    (one,) = claim(living)
    assert (one.unsure, one.tries, one.started) == (True, 2, begun)
    Outbox(dead).sent(before, "n")
    Outbox(dead).postpone(before, 0, "x")
    Outbox(dead).give_up(before, State.DEAD, "x")
    Outbox(dead).renew([before.id])
    assert state_of(living, one.id)[0] is State.SENDING  # it is theirs no longer
    Outbox(living).sent(one, "n")
    assert said_to(claim(living)) == ["hai"]


def test_who_is_still_sending_keeps_it(store: Store, outbox: Outbox, stores: Stores, clock: Clock) -> None:
    put(store, "một")
    (one,) = claim(store)
    clock.on(OVER - 1)
    outbox.renew([one.id])
    clock.on(OVER - 1)
    assert claim(stores()) == []


def test_what_is_put_off_is_tried_again_in_time_and_holds_up_its_chat(
    store: Store, outbox: Outbox, clock: Clock
) -> None:
    put(store, "một", "hai")
    put(store, "khác", chat="chat-B")
    one, other = claim(store)
    outbox.postpone(one, 30, "later: 503")
    outbox.sent(other, "n")
    assert state_of(store, one.id)[:2] == (State.WAITING, "later: 503")
    clock.on(29)
    assert claim(store) == []
    clock.on(1)
    (again,) = claim(store)
    assert (said_to([again]), again.tries, again.unsure, again.started) == (["một"], 2, False, clock.at)


def test_what_is_put_off_in_doubt_stays_in_doubt_since_it_was_begun(store: Store, outbox: Outbox, clock: Clock) -> None:
    put(store, "một")
    begun = clock.at
    (one,) = claim(store)
    for _ in range(3):
        outbox.postpone(one, 60, "unknown: closed", unsure=True)
        clock.on(59)
        assert claim(store) == []
        clock.on(1)
        (one,) = claim(store)
        assert (one.unsure, one.started) == (True, begun)
    outbox.postpone(one, 0, "later: 503")
    assert [(again.unsure, again.started) for again in claim(store)] == [(False, clock.at)]


def test_to_wait_for_the_pace_is_no_try(store: Store, outbox: Outbox, clock: Clock) -> None:
    put(store, "một")
    (one,) = claim(store)
    outbox.postpone(one, 0, "unknown: closed", unsure=True)
    for _ in range(4):
        (one,) = claim(store)
        assert (one.tries, one.unsure) == (2, True)
        outbox.hold(one, 0.5)
        assert claim(store) == []
        clock.on(0.5)
    assert state_of(store, one.id)[1] == "unknown: closed"


def test_what_is_given_up_lets_the_others_of_its_chat_go_on(store: Store, outbox: Outbox) -> None:
    put(store, "một", "hai")
    (one,) = claim(store)
    outbox.give_up(one, State.DEAD, "never: 400" + "x" * 200)
    state, trouble, body = state_of(store, one.id)
    assert (state, trouble[:10], len(trouble)) == (State.DEAD, "never: 400", 80)
    assert body  # it may be put back
    (two,) = claim(store)
    outbox.give_up(two, State.EXPIRED, "expired")
    assert state_of(store, two.id) == (State.EXPIRED, "expired", "")


def test_whoever_is_gone_gets_nothing_more(store: Store, outbox: Outbox) -> None:
    put(store, "một", "hai", "ba")
    put(store, "khác", chat="chat-B")
    one, other = claim(store)
    outbox.give_up(one, State.EXPIRED, "gone: 403", gone=True)
    assert claim(store) == []
    assert [state_of(store, number) for number in (one.id, one.id + 1, one.id + 2)] == [
        (State.EXPIRED, "gone: 403", "")
    ] * 3
    assert state_of(store, other.id)[0] is State.SENDING


def test_what_is_dead_can_be_put_back_behind_what_the_chat_is_to_get_already(
    store: Store, outbox: Outbox, clock: Clock
) -> None:
    put(store, "một", "hai", asked=False)
    (one,) = claim(store)
    outbox.give_up(one, State.DEAD, "never: 400")
    clock.on(3600)
    assert outbox.replay() == 1
    assert outbox.replay() == 0
    (two,) = claim(store)
    outbox.sent(two, "n")
    (again,) = claim(store)
    assert said_to([two, again]) == ["hai", "một"]
    assert (again.tries, again.unsure, again.asked) == (1, False, False)
    assert again.expires == clock.at + NOTICES_EXPIRE


def test_some_of_the_dead_can_be_put_back_and_some_dropped(store: Store, outbox: Outbox) -> None:
    for number in range(4):
        put(store, f"{number}", chat=f"chat-{number}")
    messages = claim(store)
    for one in messages[:3]:
        outbox.give_up(one, State.DEAD, "never: 400")
    numbers = [one.id for one in messages]
    assert outbox.replay([numbers[1], numbers[3]]) == 1  # the last is being sent
    assert said_to(claim(store)) == ["1"]
    assert outbox.drop([numbers[0], numbers[3], 10**6]) == 1
    assert outbox.drop([numbers[0]]) == 0
    assert [one.id for one in outbox.listed(State.DEAD)] == [numbers[2]]


def test_what_stands_in_the_list_is_nothing_of_a_person(store: Store, outbox: Outbox, clock: Clock) -> None:
    put(store, "một", "hai")
    put(store, "ba", chat="chat-B")
    put(store, "bốn", chat="chat-C")
    one, other, third = claim(store)
    outbox.give_up(one, State.DEAD, "never: 400")
    outbox.sent(third, "n")
    assert [(entry.state, entry.tries, entry.trouble) for entry in outbox.listed()] == [
        (State.SENDING, 1, ""), (State.WAITING, 0, ""), (State.DEAD, 1, "never: 400"),
    ]  # fmt: skip
    assert [entry.id for entry in outbox.listed(State.SENT)] == [third.id]
    assert [entry.id for entry in outbox.listed(most=1)] == [other.id]
    assert outbox.listed(State.DEAD)[0].made == clock.at
    assert not any(word in repr(outbox.listed() + claim(store)) for word in ("một", "chat-A"))


def test_depths_count_what_is_under_way_and_what_is_dead(store: Store, outbox: Outbox) -> None:
    assert outbox.depths() == {}
    Inbox(store).take([wrote("một", at=1), wrote("hai", at=2), wrote("ba", chat="chat-B")])
    assert len(Inbox(store).claim(1)) == 1
    put(store, "một", "hai", "ba")
    outbox.give_up(claim(store)[0], State.DEAD, "x")
    outbox.sent(claim(store)[0], "n")
    assert outbox.depths() == {
        ("inbox", "working"): 1, ("inbox", "waiting"): 2, ("outbox", "waiting"): 1, ("outbox", "dead"): 1,
    }  # fmt: skip


def test_what_is_over_is_forgotten_in_time(store: Store, outbox: Outbox, clock: Clock) -> None:
    for number, end in enumerate((State.SENT, State.EXPIRED, State.DEAD)):
        put(store, end.value, chat=f"chat-{number}")
    for one, state in zip(claim(store), (State.SENT, State.EXPIRED, State.DEAD), strict=True):
        if state is State.SENT:
            outbox.sent(one, "n")
        else:
            outbox.give_up(one, state, "x")
    clock.on(KEPT.total_seconds() - 1)
    outbox.sweep()
    assert rows(store) == 3
    clock.on(2)
    outbox.sweep()
    assert [one.state for one in outbox.listed()] == [State.DEAD]
    clock.on((DEAD_KEPT - KEPT).total_seconds())
    outbox.sweep()
    assert rows(store) == 0


def test_what_waits_for_a_channel_that_is_no_more_is_forgotten_at_last(
    store: Store, outbox: Outbox, clock: Clock
) -> None:
    put(store, "một", channel="taken out")
    clock.on(ANSWERS_EXPIRE.total_seconds() + KEPT.total_seconds() - 1)
    outbox.sweep()
    assert rows(store) == 1
    clock.on(2)
    outbox.sweep()
    assert rows(store) == 0


def test_what_cannot_be_read_holds_up_nobody(store: Store, outbox: Outbox) -> None:
    put(store, "một", "hai")
    put(store, "khác", chat="chat-B")
    spoilt = update(OutgoingRow).where(OutgoingRow.id == outbox.listed()[-1].id)
    store.do(lambda session: session.execute(spoilt.values(body=store.vault.seal('{"of": "another version"}'))))
    assert said_to(claim(store)) == ["khác"]
    assert [(one.state, one.trouble) for one in outbox.listed(State.DEAD)] == [(State.DEAD, "unreadable")]
    assert said_to(claim(store)) == ["hai"]


def test_what_is_sealed_with_a_key_that_is_missing_waits_for_it(store: Store, database_url: str, clock: Clock) -> None:
    put(store, "một")
    wrong = Store(GatewayDatabase(database_url), Vault([Fernet.generate_key().decode()]), clock)
    assert claim(wrong) == []
    wrong.close()
    clock.on(LOCKED_WAIT)
    (one,) = claim(store)
    assert (said_to([one]), one.tries, one.unsure) == (["một"], 1, False)


def sent_as(store: Store, told: str, chat: str = "chat-A") -> None:
    put(store, told, cause=f"{told[:16]} {chat}", chat=chat)
    (one,) = claim(store)
    Outbox(store).sent(one, told)


def test_hints_are_the_numbers_told_in_the_chat_and_around_the_time(store: Store, outbox: Outbox, clock: Clock) -> None:
    sent_as(store, "long ago", chat="chat-B")
    sent_as(store, "long ago here")
    clock.on(3600)
    Inbox(store).take([wrote("một", chat="chat-C", details={"message_id": "came before"})])
    clock.on(1)
    sent_as(store, "sent before", chat="chat-B")
    put(store, "lost")
    (one,) = claim(store)
    clock.on(1)
    sent_as(store, "sent after", chat="chat-B")
    sent_as(store, "sent after", chat="chat-C")
    Inbox(store).take([wrote("hai", chat="chat-C", details={"message_id": "came after"}), wrote("ba", chat="chat-D")])
    Inbox(store).take([wrote("x", chat="chat-C", channel="other", details={"message_id": "elsewhere"})])
    told = ["long ago here", "came before", "sent before", "sent after", "came after"]
    assert sorted(outbox.hints(one)) == sorted(told)
    assert outbox.hints(one)[:3] == told[:3]


def test_there_are_not_too_many_hints(store: Store, outbox: Outbox, clock: Clock) -> None:
    Inbox(store).take(
        [wrote("một", id=f"{row}", chat=f"chat-{row}", details={"message_id": f"{row}"}) for row in range(2 * HINTS)]
    )
    clock.on(1)
    put(store, "lost")
    assert len(outbox.hints(claim(store)[0])) == HINTS


def test_numbers_of_any_length_are_kept(store: Store, outbox: Outbox) -> None:
    sent_as(store, "x" * 300)
    put(store, "lost")
    assert outbox.hints(claim(store)[0]) == ["x" * 300]


def texts_in(store: Store, numbers: Sequence[int]) -> list[State]:
    return [state_of(store, number)[0] for number in numbers]


def test_what_waits_for_a_chat_can_be_forgotten_with_another_change(store: Store, outbox: Outbox) -> None:
    put(store, "một", "hai")
    put(store, "khác", chat="chat-B")
    first, other = claim(store)
    store.do(lambda session: outbox.forget(session, first.chat, "left"))
    assert texts_in(store, [first.id, first.id + 1, other.id]) == [State.SENDING, State.EXPIRED, State.SENDING]
