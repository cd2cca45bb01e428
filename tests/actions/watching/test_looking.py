from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TypeVar

import pytest
from cryptography.fernet import Fernet
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from actions.database.work import Database
from actions.dossiers.dossier import Apology, Dossier, Obligation, Status, Supplement
from actions.dossiers.errors import RegisterAway, RegisterRefuses, RegisterStrange
from actions.dossiers.telling import NoticeKind as Kind
from actions.watching.claims import LEASE
from actions.watching.looking import GIVE_UP, joined
from actions.watching.outbox import Outgoing
from knowledge.reply import Outcome
from knowledge.working_days import WorkCalendar, load_calendar
from storage.errors import DatabaseUnavailable
from storage.vault import Vault
from tests.actions.watching.province import CODE, ME, MONDAY, OTHER, OWNER, REF, Clock, Province, Watch, a_dossier, say

T = TypeVar("T")
EVENING = 12  # hours from the Monday morning of the tests until nine in the evening
PAPERS = Supplement(id="1", what="Thiếu giấy chứng sinh", asked=MONDAY)
TO_PAY = Obligation(name="Lệ phí trước bạ", sent=MONDAY, notified=MONDAY, amount=500_000)


def codes(count: int) -> list[str]:
    return [f"000.00.00.H41-261105-{number:04}" for number in range(count)]


# What is told


async def test_a_change_is_told_once(watch: Watch) -> None:
    watch.follow(a_dossier())
    await watch.look()
    assert watch.waiting() == []
    watch.province.move(CODE, status=Status.FINISHED)
    for _ in range(3):
        await watch.look()
    assert watch.fetch() == ["ready: Đã xử lý xong"]
    await watch.look()
    assert watch.fetch() == []


async def test_what_the_message_looks_like(watch: Watch) -> None:
    watch.follow(a_dossier())
    watch.province.move(CODE, status=Status.FINISHED)
    await watch.look()
    (notice,) = watch.outbox.pending([ME])
    assert notice.reply.outcome is Outcome.STATUS
    assert notice.reply.procedure == "1.001193"
    assert [(button.title, button.payload) for button in notice.reply.buttons] == [
        ("Xem hồ sơ này", f"dossier:{REF}"),
        ("Thôi báo", "follow:no"),
    ]


async def test_who_got_their_result_may_say_how_it_was(watch: Watch) -> None:
    watch.follow(a_dossier())
    watch.province.move(CODE, status=Status.RETURNED)
    await watch.look()
    (notice,) = watch.outbox.pending([ME])
    assert [button.payload for button in notice.reply.buttons] == [
        f"dossier:{REF}",
        "intent:take_survey",
        "follow:no",
    ]


async def test_several_changes_since_the_last_look_are_one_message(watch: Watch) -> None:
    watch.follow(a_dossier(status=Status.RECEIVED))
    later = watch.clock() + timedelta(days=20)
    watch.province.move(CODE, status=Status.IN_PROGRESS, apology=Apology(at=watch.clock(), new_due=later))
    await watch.look()
    assert watch.fetch() == ["status: Đang xử lý\napology: Đang xử lý"]


async def test_the_way_of_a_dossier_of_land(watch: Watch) -> None:
    watch.follow(a_dossier(status=Status.RECEIVED))
    paid = TO_PAY.model_copy(update={"paid": MONDAY})
    moves = (
        {"status": Status.IN_PROGRESS, "obligations": (TO_PAY.model_copy(update={"notified": None}),)},
        {"status": Status.PAYMENT_ASKED, "obligations": (TO_PAY,)},
        {"status": Status.IN_PROGRESS, "obligations": (paid,)},
        {"status": Status.FINISHED},
        {"status": Status.RETURNED},
    )
    told = []
    for to in moves:
        watch.province.move(CODE, **to)
        await watch.look()
        told.append([text.partition(":")[0] for text in watch.fetch()])
    assert told == [["status"], ["payment"], ["status"], ["ready"], ["ended"]]


async def test_each_who_follows_is_told(watch: Watch) -> None:
    watch.follow(a_dossier())
    watch.follow(a_dossier(), "another")
    watch.province.move(CODE, status=Status.SUPPLEMENT_ASKED, supplements=(PAPERS,))
    await watch.look()
    assert watch.fetch() == watch.fetch("another") == ["supplement: Yêu cầu bổ sung giấy tờ"]


async def test_a_round_says_what_it_did(watch: Watch) -> None:
    for code in codes(8):
        watch.follow(a_dossier(code))
        watch.province.move(code, status=Status.FINISHED)
    del watch.province.dossiers[codes(1)[0]]
    done = await watch.look()
    assert (done.looked, done.told, done.failed, done.answered) == (8, 7, 1, True)


async def test_the_day_before_the_appointment(watch: Watch) -> None:
    """The 25th is due; the 24th is a holiday; so on the 23rd, which is a Monday."""
    watch.clock.now = MONDAY - timedelta(days=3)
    watch.follow(a_dossier(due=datetime(2026, 11, 25, 10, tzinfo=UTC)))
    told = []
    for _ in range(8):
        await watch.look()
        told += [(watch.clock().day, text) for text in watch.fetch()]
        watch.clock.set_on(days=1)
    assert told == [(23, "due: Đang xử lý"), (26, "late: Đang xử lý")]


async def test_a_reminder_that_came_too_late_is_not_sent(watch: Watch) -> None:
    watch.clock.now = MONDAY - timedelta(days=3)
    watch.follow(a_dossier(due=datetime(2026, 11, 25, 10, tzinfo=UTC)))
    watch.clock.set_on(days=3)
    await watch.watcher.look()
    assert watch.waiting() == ["due: Đang xử lý"]
    watch.clock.set_on(days=2)
    assert watch.waiting() == []


async def test_what_the_words_hang_on_is_when_they_are_read(watch: Watch) -> None:
    at: list[datetime] = []

    def tell(kind: Kind, dossier: Dossier | None, when: datetime) -> str:
        at.append(when)
        return "x"

    watch.say = tell
    watch.set()
    watch.follow(a_dossier())
    watch.province.move(CODE, status=Status.FINISHED)
    watch.clock.set_on(hours=EVENING)
    await watch.watcher.look()
    assert at == [datetime(2026, 11, 24, 0, 0, tzinfo=UTC)]


async def test_what_ended_is_not_looked_at_for_ever(watch: Watch) -> None:
    watch.follow(a_dossier())
    watch.province.move(CODE, status=Status.RETURNED)
    for _ in range(6):
        await watch.look()
        watch.clock.set_on(days=1)
    assert len(watch.province.asked) == 3
    assert watch.following.of(ME) == []


@pytest.mark.parametrize(
    ("texts", "text"),
    [
        (["A\n\nB"], "A\n\nB"),
        (
            ["⚠\n🔔 Hồ sơ\nCần bổ sung.\nNguồn", "⚠\n🔔 Hồ sơ\nTrễ hẹn.\nXin lỗi.\nNguồn"],
            "⚠\n🔔 Hồ sơ\nCần bổ sung.\nTrễ hẹn.\nXin lỗi.\nNguồn",
        ),
        (["Đầu\nCuối", "Đầu\nCuối"], "Đầu\nCuối"),
        (["a", "b"], "a\nb"),
        (["a\na", "a"], "a\na"),
    ],
)
def test_what_several_texts_have_in_common_is_told_once(texts: list[str], text: str) -> None:
    assert joined(texts) == text


# Never at night, and nothing outdated


async def test_what_changes_at_night_is_told_in_the_morning(watch: Watch) -> None:
    watch.follow(a_dossier())
    watch.clock.set_on(hours=EVENING)
    watch.province.move(CODE, status=Status.FINISHED)
    for _ in range(4 * 10 - 1):
        await watch.look()
        assert watch.waiting() == []
    await watch.look()
    assert watch.fetch() == ["ready: Đã xử lý xong"]


async def test_of_several_changes_at_night_the_newest_is_told(watch: Watch) -> None:
    watch.follow(a_dossier(status=Status.RECEIVED))
    watch.clock.set_on(hours=EVENING)
    for status in (Status.IN_PROGRESS, Status.SUPPLEMENT_ASKED, Status.FINISHED):
        watch.province.move(CODE, status=status)
        await watch.look()
    watch.clock.set_on(hours=10)
    assert watch.fetch() == ["ready: Đã xử lý xong"]
    await watch.look()
    assert watch.fetch() == []


async def test_what_is_as_it_was_by_the_morning_is_not_told(watch: Watch) -> None:
    watch.follow(a_dossier())
    watch.clock.set_on(hours=EVENING)
    for status in (Status.SUPPLEMENT_ASKED, Status.IN_PROGRESS):
        watch.province.move(CODE, status=status)
        await watch.look()
    watch.clock.set_on(hours=10)
    assert watch.fetch() == []


async def test_what_still_holds_of_an_unread_message_is_in_the_next(watch: Watch) -> None:
    watch.follow(a_dossier(due=datetime(2026, 12, 2, 10, tzinfo=UTC)))
    watch.province.move(CODE, obligations=(TO_PAY,))
    await watch.look()
    watch.province.move(CODE, apology=Apology(at=MONDAY, new_due=datetime(2026, 12, 9, tzinfo=UTC)))
    await watch.look()
    assert watch.fetch() == ["payment: Đang xử lý\napology: Đang xử lý"]


async def test_a_message_that_is_being_sent_is_not_replaced(watch: Watch) -> None:
    watch.follow(a_dossier(status=Status.RECEIVED))
    watch.province.move(CODE, status=Status.IN_PROGRESS)
    await watch.look()
    (fetched,) = watch.outbox.pending([ME])
    watch.province.move(CODE, status=Status.FINISHED)
    watch.clock.set_on(minutes=-10)  # the next look comes five minutes later
    await watch.look()
    await watch.look()
    watch.outbox.delivered([fetched.id])
    assert watch.fetch() == ["ready: Đã xử lý xong"]


# The province's system is away


async def test_while_the_province_is_away_nothing_is_lost(watch: Watch) -> None:
    watch.follow(a_dossier())
    watch.province.trouble = RegisterAway("away")
    for _ in range(20):
        await watch.look()
    assert watch.waiting() == []
    watch.province.move(CODE, status=Status.FINISHED)
    watch.province.trouble = None
    watch.clock.set_on(hours=1)
    await watch.watcher.look()
    assert watch.fetch() == ["ready: Đã xử lý xong"]


async def test_a_province_that_is_away_is_not_asked_again_and_again(watch: Watch) -> None:
    for code in codes(18):
        watch.follow(a_dossier(code))
    watch.province.trouble = RegisterAway("away")
    watch.clock.set_on(minutes=15)
    await watch.watching(at_once=1).look()
    assert len(watch.province.asked) == GIVE_UP
    watch.province.trouble = None
    await watch.watcher.look()
    assert len(watch.province.asked) == 18


@pytest.mark.parametrize("trouble", [RegisterStrange("?"), RegisterRefuses("?"), LookupError(OWNER)])
async def test_one_that_cannot_be_read_does_not_hold_up_the_others(watch: Watch, trouble: Exception) -> None:
    watch.follow(a_dossier(CODE))
    watch.follow(a_dossier(OTHER))
    watch.province.move(OTHER, status=Status.FINISHED)

    def only_the_first() -> None:
        if watch.province.asked[-1] == CODE:
            raise trouble

    watch.province.meanwhile = only_the_first
    with capture_logs() as logs:
        await watch.look()
    assert watch.fetch() == ["ready: Đã xử lý xong"]
    assert any(line["event"] == "not_looked" and line["error"] == type(trouble).__name__ for line in logs)
    for personal in (OWNER, CODE, OTHER, ME):
        assert personal not in str(logs)


async def test_one_that_the_register_has_lost_is_looked_for_less_often(watch: Watch) -> None:
    watch.follow(a_dossier())
    del watch.province.dossiers[CODE]
    for _ in range(24 * 4):
        await watch.look()
    assert 20 < len(watch.province.asked) < 40
    watch.province.put(a_dossier(status=Status.FINISHED))
    watch.clock.set_on(hours=1)
    await watch.watcher.look()
    assert watch.fetch() == ["ready: Đã xử lý xong"]


async def test_who_waits_for_the_province_is_told_once_that_it_is_back(watch: Watch) -> None:
    watch.province.trouble = RegisterAway("away")
    watch.following.wait_for_return(ME)
    watch.following.wait_for_return("another")
    await watch.look()
    assert watch.waiting() == []
    watch.province.trouble = None
    for _ in range(3):
        await watch.look()
    assert watch.fetch() == watch.fetch("another") == ["back: hệ thống"]
    watch.province.trouble = RegisterAway("away again")
    await watch.look()
    watch.province.trouble = None
    await watch.look()
    assert watch.fetch() == []


async def test_whoever_follows_shows_that_it_is_back(watch: Watch) -> None:
    watch.follow(a_dossier())
    watch.following.wait_for_return("another")
    await watch.look()
    assert watch.province.asked == [CODE]
    assert watch.fetch("another") == ["back: hệ thống"]


async def test_a_province_that_refuses_us_is_not_back(watch: Watch) -> None:
    watch.following.wait_for_return(ME)
    watch.province.trouble = RegisterRefuses("wrong token")
    await watch.look()
    assert watch.waiting() == []


async def test_who_asks_a_second_time_is_told_a_second_time(watch: Watch) -> None:
    for _ in range(2):
        watch.following.wait_for_return(ME)
        await watch.look()
        assert watch.fetch() == ["back: hệ thống"]


async def test_nobody_waits_nobody_asks(watch: Watch) -> None:
    await watch.look()
    assert watch.province.asked == []


async def test_a_lost_key_stops_nobody_else(watch: Watch) -> None:
    watch.vault, mine = Vault([Fernet.generate_key().decode()]), watch.vault
    watch.use(watch.database)
    watch.follow(a_dossier(OTHER), "another")
    watch.following.wait_for_return("another")
    watch.vault = mine
    watch.use(watch.database)
    watch.follow(a_dossier(CODE))
    watch.province.move(CODE, status=Status.FINISHED)
    with capture_logs() as logs:
        await watch.look()
    assert watch.fetch() == ["ready: Đã xử lý xong"]
    assert [line["code"] for line in logs if line["event"] == "not_looked"] == ["P101", "P101"]


async def test_a_database_that_is_away_ends_the_round(watch: Watch) -> None:
    watch.follow(a_dossier())
    watch.clock.set_on(minutes=15)

    def away(code: str) -> None:
        raise DatabaseUnavailable("away")

    watch.province.meanwhile = lambda: away(CODE)
    with pytest.raises(ExceptionGroup) as caught:
        await watch.watcher.look()
    assert caught.group_contains(DatabaseUnavailable)


# Stopped, restarted, killed


async def test_stopped_while_somebody_looks_nothing_is_told(watch: Watch) -> None:
    watch.follow(a_dossier())
    watch.province.move(CODE, status=Status.FINISHED)
    watch.province.meanwhile = lambda: watch.following.stop(ME)
    await watch.look()
    assert watch.province.asked == [CODE]
    assert watch.waiting() == []


async def test_a_restart_forgets_nothing_and_repeats_nothing(watches: Callable[[], Watch]) -> None:
    first = watches()
    first.follow(a_dossier())
    first.province.move(CODE, status=Status.SUPPLEMENT_ASKED)
    await first.look()
    first.database.close()
    second = watches()
    await second.look()
    assert second.fetch() == ["status: Yêu cầu bổ sung giấy tờ"]
    second.province.move(CODE, status=Status.FINISHED)
    second.database.close()
    third = watches()
    await third.look()
    await third.look()
    assert third.fetch() == ["ready: Đã xử lý xong"]


class Killed(BaseException):
    """The process is gone."""


class Steps:
    """Kills at one of the calls that are made, counted from 0; counts them if that one never comes."""

    def __init__(self, last: int) -> None:
        self.count = 0
        self.last = last

    def __call__(self) -> None:
        if self.count == self.last:
            raise Killed
        self.count += 1


class Fragile(Database):
    """A database around whose every use, and within it, the process may die."""

    def __init__(self, url: str, step: Steps) -> None:
        super().__init__(url)
        self.step = step

    def do(self, work: Callable[[Session], T]) -> T:
        def watched(session: Session) -> T:
            self.step()
            done = work(session)
            session.flush()
            self.step()
            return done

        self.step()
        done = super().do(watched)
        self.step()
        return done


async def crash(watch: Watch, step: Steps) -> bool:
    """A round that dies at a step; whether it did."""
    sound, fragile = watch.database, Fragile(watch.database.url, step)

    def tell(kind: Kind, dossier: Dossier | None, at: datetime) -> str:
        step()
        return say(kind, dossier, at)

    watch.say, watch.province.meanwhile = tell, step
    watch.use(fragile)
    try:
        await watch.watching(at_once=1).look()
    except BaseExceptionGroup as group:
        assert group.subgroup(Killed), group.exceptions
        return True
    except Killed:
        return True
    finally:
        fragile.close()
        watch.say, watch.province.meanwhile = say, lambda: None
        watch.use(sound)
    return False


def steps_until_the_end() -> Iterator[Steps]:
    for last in range(200):
        yield Steps(last)
    pytest.fail("the round never got to its end")


async def test_killed_at_any_step_every_message_is_sent_once(watch: Watch) -> None:
    died = 0
    for step in steps_until_the_end():
        me = f"conversation {step.last}"
        watch.follow(a_dossier(CODE, Status.RECEIVED), me)
        watch.follow(a_dossier(OTHER, Status.RECEIVED), me, ref="fedcba9876543210")
        watch.following.wait_for_return(me)
        watch.province.move(CODE, status=Status.SUPPLEMENT_ASKED, supplements=(PAPERS,))
        watch.province.move(OTHER, status=Status.FINISHED)
        watch.clock.set_on(minutes=15)
        killed = await crash(watch, step)
        if killed:
            died += 1
            watch.clock.set_on(seconds=LEASE.total_seconds())
            await watch.watcher.look()
        await watch.watcher.look()
        told = ["back: hệ thống", "ready: Đã xử lý xong", "supplement: Yêu cầu bổ sung giấy tờ"]
        assert sorted(watch.fetch(me)) == told, step.last
        assert watch.fetch(me) == []
        watch.following.stop(me)
        watch.clock.now = MONDAY + timedelta(seconds=step.last)
        if not killed:
            break
    assert died > 20


def killed_while_noting(url: str, key: str) -> None:
    """A process of its own that is killed in the middle of the transaction that writes message and state."""
    province, clock = Province(), Clock()
    watch = Watch(url, Vault([key]), province, clock, load_calendar())
    clock.set_on(minutes=15)
    province.put(a_dossier(status=Status.FINISHED))
    add = watch.outbox.add

    def add_and_die(session: Session, message: Outgoing) -> bool:
        assert add(session, message)
        os.kill(os.getpid(), signal.SIGKILL)
        return True

    watch.outbox.add = add_and_die  # type: ignore[method-assign]
    asyncio.run(watch.watcher.look())


async def test_a_process_that_is_really_killed_leaves_nothing_half_done(
    database_url: str, province: Province, clock: Clock, calendar: WorkCalendar
) -> None:
    key = Fernet.generate_key().decode()
    watch = Watch(database_url, Vault([key]), province, clock, calendar)
    watch.follow(a_dossier())
    process = multiprocessing.get_context("spawn").Process(target=killed_while_noting, args=(database_url, key))
    process.start()
    await asyncio.to_thread(process.join, 60)
    assert process.exitcode == -signal.SIGKILL
    province.move(CODE, status=Status.FINISHED)
    clock.set_on(minutes=15)
    assert watch.waiting() == []
    await watch.watcher.look()  # the claim of the dead process still stands
    assert watch.waiting() == []
    clock.set_on(seconds=LEASE.total_seconds())
    await watch.watcher.look()
    await watch.watcher.look()
    assert watch.fetch() == ["ready: Đã xử lý xong"]
    watch.database.close()


async def test_a_channel_that_dies_between_sending_and_saying_so_sends_the_same_id_again(watch: Watch) -> None:
    watch.follow(a_dossier())
    watch.province.move(CODE, status=Status.FINISHED)
    await watch.look()
    sent = watch.outbox.pending([ME])
    for _ in range(3):
        await watch.look()
        assert watch.outbox.pending([ME]) == sent
    watch.outbox.delivered([sent[0].id])
    await watch.look()
    assert watch.outbox.pending([ME]) == []


def test_many_processes_look_once_at_each_and_tell_once(watches: Callable[[], Watch]) -> None:
    processes = [watches() for _ in range(3)]
    for code in codes(12):
        processes[0].follow(a_dossier(code))
        processes[0].province.move(code, status=Status.FINISHED)
    processes[0].following.wait_for_return(ME)
    processes[0].clock.set_on(minutes=15)
    gate = threading.Barrier(len(processes))
    failed: list[BaseException] = []

    def look(watch: Watch) -> None:
        gate.wait()
        try:
            asyncio.run(watch.watcher.look())
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=look, args=(watch,)) for watch in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(set(processes[0].province.asked) & set(codes(12))) == codes(12)
    assert sum(code in codes(12) for code in processes[0].province.asked) == 12
    assert sorted(processes[0].fetch()) == ["back: hệ thống"] + ["ready: Đã xử lý xong"] * 12


def test_while_some_look_others_fetch_and_some_stop(watches: Callable[[], Watch]) -> None:
    looking, fetching, stopping = (watches() for _ in range(3))
    for code in codes(10):
        looking.follow(a_dossier(code), f"c{code}")
        looking.province.move(code, status=Status.FINISHED)
    looking.clock.set_on(minutes=15)
    everybody = [f"c{code}" for code in codes(10)]
    told: list[str] = []
    stopped = set(everybody[::2])
    done = threading.Event()

    def fetch() -> None:
        last = False
        while not last:
            last = done.is_set()
            notices = fetching.outbox.pending(everybody)
            told.extend(notice.conversation for notice in notices)
            fetching.outbox.delivered([notice.id for notice in notices])

    def stop() -> None:
        for conversation in sorted(stopped):
            stopping.following.stop(conversation)

    threads = [threading.Thread(target=work) for work in (fetch, stop)]
    for thread in threads:
        thread.start()
    asyncio.run(looking.watcher.look())
    threads[1].join()
    done.set()
    threads[0].join()
    assert len(told) == len(set(told))
    assert set(told) >= set(everybody) - stopped
    assert sum(len(looking.following.of(who)) for who in stopped) == 0


# Whatever happens


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    vault = Vault([Fernet.generate_key().decode()])
    url = f"sqlite:///{tmp_path_factory.mktemp('watching') / 'actions.sqlite'}"
    watch = Watch(url, vault, Province(), Clock(), load_calendar())
    yield watch
    watch.database.close()


happenings = st.lists(
    st.one_of(st.sampled_from(Status), st.sampled_from(["look", "fetch", "night", "away", "crash"])),
    max_size=25,
)


@settings(max_examples=40)
@given(happenings)
def test_whatever_happens_in_the_end_everybody_knows_and_nothing_was_said_twice(
    steady: Watch, happenings: list[Status | str]
) -> None:
    steady.clock.now = MONDAY
    steady.province.trouble = None
    steady.set(watch_after_days=30)
    steady.following.stop(ME)
    steady.follow(a_dossier(due=None))
    told = [Status.IN_PROGRESS.vietnamese]

    def fetch() -> None:
        told.extend(text.partition(": ")[2] for text in steady.fetch())

    async def go_through() -> None:
        for what in happenings:
            if isinstance(what, Status):
                steady.province.move(CODE, status=what)
            elif what == "look":
                await steady.look()
            elif what == "fetch":
                fetch()
            elif what == "night":
                steady.clock.now = steady.clock.now.replace(hour=18) + timedelta(days=1)
            elif what == "away":
                steady.province.trouble = None if steady.province.trouble else RegisterAway("away")
            else:
                await crash(steady, Steps(3))
        steady.province.trouble = None
        steady.clock.now = steady.clock.now.replace(hour=2) + timedelta(days=1)
        await steady.watcher.look()
        fetch()

    asyncio.run(go_through())
    assert all(before != after for before, after in pairwise(told))
    assert told[-1] == steady.province.dossiers[CODE].status_name
