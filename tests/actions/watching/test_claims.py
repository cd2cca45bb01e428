from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from actions.watching.claims import LEASE, Claim
from storage.errors import VaultLocked
from storage.vault import Vault
from tests.actions.watching.province import CODE, ME, OTHER, Watch, a_dossier


@pytest.fixture
def due(watch: Watch) -> Watch:
    """A dossier that is to be looked at."""
    watch.follow(a_dossier())
    watch.clock.set_on(minutes=15)
    return watch


def claimed(watch: Watch) -> Claim:
    claim = watch.claims.claim()
    assert claim is not None
    return claim


def test_none_before_its_time(watch: Watch) -> None:
    watch.follow(a_dossier())
    watch.clock.set_on(minutes=14, seconds=59)
    assert watch.claims.claim() is None
    watch.clock.set_on(seconds=1)
    kept = watch.claims.opened(claimed(watch))
    assert (kept.conversation, kept.code) == (ME, CODE)


def test_what_one_has_no_other_gets(due: Watch) -> None:
    claimed(due)
    assert due.claims.claim() is None


def test_who_waits_longest_is_first(watch: Watch) -> None:
    watch.follow(a_dossier(CODE))
    watch.clock.set_on(seconds=1)
    watch.follow(a_dossier(OTHER))
    watch.clock.set_on(hours=1)
    assert [watch.claims.opened(claimed(watch)).code for _ in range(2)] == [CODE, OTHER]


def test_a_claim_of_somebody_who_died_runs_out(due: Watch) -> None:
    first = claimed(due)
    due.clock.set_on(seconds=LEASE.total_seconds() - 1)
    assert due.claims.claim() is None
    due.clock.set_on(seconds=1)
    second = claimed(due)
    assert not due.claims.settle(first, False, lambda session, row: pytest.fail("it is not ours any more"))
    due.claims.postpone(first)
    assert due.claims.settle(second, False, lambda session, row: True)


def test_after_a_look_comes_the_next(due: Watch) -> None:
    assert due.claims.settle(claimed(due), False, lambda session, row: True)
    assert due.claims.claim() is None
    due.clock.set_on(minutes=15)
    claimed(due)


def test_what_fails_while_noting_takes_everything_back(due: Watch) -> None:
    claim = claimed(due)

    def fail(session: object, row: object) -> bool:
        row.turn = 7  # type: ignore[attr-defined]
        raise LookupError

    with pytest.raises(LookupError):
        due.claims.settle(claim, False, fail)
    turns: list[int] = []
    due.claims.settle(claim, False, lambda session, row: bool(turns.append(row.turn)))
    assert turns == [0]


def test_after_failures_it_waits_longer_and_longer(due: Watch) -> None:
    waits = []
    for _ in range(9):
        due.claims.postpone(claimed(due))
        before = due.clock()
        while due.claims.claim() is None:
            due.clock.set_on(seconds=30)
        waits.append((due.clock() - before).total_seconds())
        due.clock.set_on(seconds=LEASE.total_seconds())
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


def test_one_success_and_the_waits_begin_anew(due: Watch) -> None:
    for _ in range(3):
        due.claims.postpone(claimed(due))
        due.clock.set_on(hours=1)
    due.claims.settle(claimed(due), False, lambda session, row: False)
    due.clock.set_on(minutes=15)
    due.claims.postpone(claimed(due))
    due.clock.set_on(minutes=1)
    claimed(due)


def test_what_has_ended_is_followed_for_some_days_and_no_longer(due: Watch) -> None:
    for _ in range(3):
        due.claims.settle(claimed(due), True, lambda session, row: False)
        due.clock.set_on(hours=23)
    claimed(due)
    due.clock.set_on(hours=3)
    assert due.claims.claim() is None
    assert due.following.of(ME) == []
    assert due.following.forget(due.clock()) == 1


def test_unless_it_goes_on_after_all(due: Watch) -> None:
    due.claims.settle(claimed(due), True, lambda session, row: False)
    due.clock.set_on(days=1)
    due.claims.settle(claimed(due), False, lambda session, row: False)
    due.clock.set_on(days=30)
    claimed(due)


def test_what_was_stopped_meanwhile_is_not_noted(due: Watch) -> None:
    claim = claimed(due)
    due.following.stop(ME)
    assert not due.claims.settle(claim, False, lambda session, row: pytest.fail("it was stopped"))
    due.claims.postpone(claim)


def test_without_the_key_nothing_is_opened(due: Watch) -> None:
    claim = claimed(due)
    due.vault = Vault([Fernet.generate_key().decode()])
    due.use(due.database)
    with pytest.raises(VaultLocked):
        due.claims.opened(claim)


def test_who_waits_for_the_province_is_settled_once(watch: Watch) -> None:
    watch.following.wait_for_return(ME)
    (waiting,) = watch.claims.waiting()
    told: list[str] = []

    def note(session: object, conversation: str) -> bool:
        told.append(conversation)
        return True

    assert watch.claims.settle_return(waiting, note)
    assert not watch.claims.settle_return(waiting, note)
    assert told == [ME]
    assert watch.claims.waiting() == []


def test_who_asked_again_meanwhile_goes_on_waiting(watch: Watch) -> None:
    watch.following.wait_for_return(ME)
    (waiting,) = watch.claims.waiting()
    watch.clock.set_on(minutes=1)
    watch.following.wait_for_return(ME)
    assert not watch.claims.settle_return(waiting, lambda session, conversation: True)
    assert [one.since for one in watch.claims.waiting()] == [waiting.since + timedelta(minutes=1)]


def test_of_many_at_once_each_gets_another(watches: Callable[[], Watch]) -> None:
    processes = [watches() for _ in range(4)]
    for number in range(12):
        processes[0].follow(a_dossier(f"000.00.00.H41-261105-{number:04}"))
    processes[0].clock.set_on(minutes=15)
    gate = threading.Barrier(len(processes))
    got: list[int] = []

    def claim_all(watch: Watch) -> None:
        gate.wait()
        while claim := watch.claims.claim():
            got.append(claim.id)

    threads = [threading.Thread(target=claim_all, args=(watch,)) for watch in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 12
