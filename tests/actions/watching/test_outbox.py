from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import time, timedelta

from sqlalchemy import func, select

from actions.watching.outbox import MOST, OFFERED_FOR, Outgoing
from actions.watching.tables import NoticeRow
from knowledge.reply import Outcome, Reply
from tests.actions.watching.province import ME, Watch


def reply(text: str = "Có tin mới") -> Reply:
    return Reply(text=text, outcome=Outcome.STATUS)


def rows(watch: Watch) -> int:
    return watch.database.do(lambda session: session.scalar(select(func.count(NoticeRow.id))) or 0)


def test_the_same_is_kept_once(watch: Watch) -> None:
    assert watch.outbox.put(ME, "draft|1", reply())
    assert not watch.outbox.put(ME, "draft|1", reply("In other words"))
    assert watch.outbox.put("somebody else", "draft|1", reply())
    assert watch.waiting() == ["Có tin mới"]


def test_and_not_again_after_it_was_sent(watch: Watch) -> None:
    watch.outbox.put(ME, "draft|1", reply())
    watch.fetch()
    assert not watch.outbox.put(ME, "draft|1", reply())
    assert watch.waiting() == []


def test_everybody_gets_their_own_oldest_first(watch: Watch) -> None:
    for number, who in enumerate([ME, "b", ME, "c"]):
        watch.outbox.put(who, f"n{number}", reply(f"n{number}"))
        watch.clock.set_on(seconds=1)
    found = watch.outbox.pending(["c", ME])
    assert [(one.conversation, one.reply.text) for one in found] == [(ME, "n0"), (ME, "n2"), ("c", "n3")]
    assert watch.outbox.pending([]) == []
    assert watch.outbox.pending(["nobody"]) == []


def test_what_was_not_acknowledged_is_offered_again_under_the_same_id(watch: Watch) -> None:
    watch.outbox.put(ME, "n", reply())
    first = watch.outbox.pending([ME])
    watch.clock.set_on(minutes=1)
    assert watch.outbox.pending([ME]) == first
    watch.outbox.delivered([first[0].id])
    watch.outbox.delivered([first[0].id, "unknown"])
    assert watch.outbox.pending([ME]) == []


def test_what_was_sent_keeps_no_text(watch: Watch) -> None:
    watch.outbox.put(ME, "n", reply())
    watch.fetch()
    assert watch.database.do(lambda session: session.scalar(select(NoticeRow.reply))) == ""


def test_a_reply_comes_back_as_it_was(watch: Watch) -> None:
    whole = Reply.model_validate(
        {
            "text": "Hồ sơ đã xong ạ",
            "outcome": "status",
            "procedure": "1.001193",
            "buttons": [{"title": "Thôi báo", "payload": "follow:no"}],
        }
    )
    watch.outbox.put(ME, "n", whole)
    assert watch.outbox.pending([ME])[0].reply == whole


def test_nothing_is_given_out_at_night(watch: Watch) -> None:
    watch.clock.set_on(hours=12)  # nine in the evening
    watch.outbox.put(ME, "n", reply())
    assert watch.waiting() == []
    watch.clock.set_on(hours=9, minutes=59)
    assert watch.waiting() == []
    watch.clock.set_on(minutes=1)
    assert watch.waiting() == ["Có tin mới"]


def test_what_was_made_by_day_is_not_given_out_at_night_either(watch: Watch) -> None:
    watch.outbox.put(ME, "n", reply())
    watch.clock.set_on(hours=14)
    assert watch.waiting() == []
    watch.clock.set_on(hours=9)
    assert watch.waiting() == ["Có tin mới"]


def test_what_was_made_for_the_morning_waits_for_it_whatever_the_settings_are_by_then(watch: Watch) -> None:
    watch.clock.set_on(hours=12)
    watch.outbox.put(ME, "n", reply())
    watch.set(quiet_from=time(7), quiet_to=time(7))
    assert watch.waiting() == []
    watch.clock.set_on(hours=10)
    assert watch.waiting() == ["Có tin mới"]


def test_a_fortnight_is_waited(watch: Watch) -> None:
    watch.outbox.put(ME, "n", reply())
    watch.clock.set_on(days=13)
    assert watch.outbox.forget(watch.clock()) == 0
    assert watch.waiting() == ["Có tin mới"]
    watch.clock.set_on(days=1)
    assert watch.waiting() == []
    assert watch.outbox.forget(watch.clock()) == 1
    assert rows(watch) == 0


def test_what_is_stale_earlier_goes_earlier(watch: Watch) -> None:
    soon = watch.clock() + timedelta(hours=2)
    message = Outgoing(ME, "n", reply(), expires=soon)
    watch.database.do(lambda session: watch.outbox.add(session, message))
    assert watch.waiting() == ["Có tin mới"]
    watch.clock.set_on(hours=2)
    assert watch.waiting() == []
    assert watch.outbox.forget(watch.clock()) == 1


def test_what_was_sent_is_remembered_until_it_is_forgotten(watch: Watch) -> None:
    message = Outgoing(ME, "n", reply(), expires=watch.clock() + timedelta(hours=2))
    watch.database.do(lambda session: watch.outbox.add(session, message))
    watch.fetch()
    watch.clock.set_on(days=3)
    watch.outbox.forget(watch.clock())
    assert not watch.outbox.put(ME, "n", reply())


def take_back(watch: Watch) -> str | None:
    mine = watch.vault.name("conversation", ME)
    return watch.database.do(lambda session: watch.outbox.take_back(session, mine, "d"))


def test_only_what_nobody_has_fetched_is_taken_back(watch: Watch) -> None:
    def add(key: str) -> None:
        message = Outgoing(ME, key, reply(key), dossier="d", before=f"before {key}")
        watch.database.do(lambda session: watch.outbox.add(session, message))

    add("first")
    watch.outbox.pending([ME])
    assert take_back(watch) is None
    add("second")
    assert take_back(watch) == "before second"
    assert watch.waiting() == ["first"]
    watch.clock.set_on(seconds=OFFERED_FOR.total_seconds() / 2)
    assert watch.waiting() == ["first"]
    watch.clock.set_on(seconds=OFFERED_FOR.total_seconds() - 1)
    assert take_back(watch) is None
    watch.clock.set_on(seconds=1)
    assert take_back(watch) == "before first"
    assert watch.waiting() == []


def test_my_data(watch: Watch) -> None:
    assert watch.outbox.held(ME) == []
    watch.outbox.put(ME, "a", reply())
    watch.fetch()
    watch.outbox.put(ME, "b", reply())
    watch.outbox.put("another", "b", reply())
    assert watch.outbox.held(ME) == ["1 tin báo đang chờ gửi"]
    assert watch.outbox.erase(ME) == 2
    assert watch.outbox.held(ME) == []
    assert watch.outbox.held("another") != []


def test_many_are_given_in_portions(watch: Watch) -> None:
    for number in range(MOST + 3):
        watch.outbox.put(ME, f"n{number}", reply())
    assert [len(watch.fetch()) for _ in range(3)] == [MOST, 3, 0]


def test_many_who_put_the_same_at_once_keep_one(watches: Callable[[], Watch]) -> None:
    processes = [watches() for _ in range(4)]
    processes[0].outbox.pending([ME])
    gate = threading.Barrier(len(processes))
    kept: list[bool] = []

    def put(watch: Watch) -> None:
        gate.wait()
        kept.append(watch.outbox.put(ME, "n", reply()))

    threads = [threading.Thread(target=put, args=(watch,)) for watch in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(kept) == [False, False, False, True]
    assert rows(processes[0]) == 1
