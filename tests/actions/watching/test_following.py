from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from actions.dossiers.dossier import Status
from actions.watching.following import WAIT_FOR_RETURN, Started, masked_code
from tests.actions.watching.province import CODE, ME, OTHER, REF, Watch, a_dossier


def test_follow_tells_what_is_followed(watch: Watch) -> None:
    assert watch.following.follow(ME, a_dossier(), REF) is Started.YES
    (one,) = watch.following.of(ME)
    assert (one.ref, one.procedure_name, one.code, one.since) == (REF, "Đăng ký khai sinh", "…0007", watch.clock())
    assert watch.following.of("another") == []


def test_twice_is_once(watch: Watch) -> None:
    watch.following.follow(ME, a_dossier(), REF)
    assert watch.following.follow(ME, a_dossier(), REF) is Started.ALREADY
    assert len(watch.following.of(ME)) == 1


@pytest.mark.parametrize("status", [Status.RETURNED, Status.STOPPED, Status.NOT_RECEIVED])
def test_what_has_ended_is_not_followed(watch: Watch, status: Status) -> None:
    assert watch.following.follow(ME, a_dossier(status=status), REF) is Started.NOTHING_MORE
    assert watch.following.of(ME) == []


def test_no_more_than_the_setting_says(watch: Watch) -> None:
    watch.set(watch_most=2)
    assert watch.following.follow(ME, a_dossier(CODE), REF) is Started.YES
    assert watch.following.follow(ME, a_dossier(OTHER), REF) is Started.YES
    third = a_dossier("000.00.00.H41-261107-0009")
    assert watch.following.follow(ME, third, REF) is Started.TOO_MANY
    assert watch.following.follow("another", third, REF) is Started.YES
    assert watch.following.follow(ME, a_dossier(CODE), REF) is Started.ALREADY
    watch.following.stop(ME)
    assert watch.following.follow(ME, third, REF) is Started.YES


def test_one_word_stops_everything(watch: Watch) -> None:
    watch.follow(a_dossier(CODE))
    watch.follow(a_dossier(OTHER))
    watch.follow(a_dossier(CODE), "another")
    watch.following.wait_for_return(ME)
    assert watch.following.stop(ME) == 3
    assert watch.following.of(ME) == []
    assert watch.following.stop(ME) == 0
    assert len(watch.following.of("another")) == 1


def test_one_of_several_is_stopped(watch: Watch) -> None:
    watch.follow(a_dossier(CODE), ref="aaaaaaaa")
    watch.follow(a_dossier(OTHER), ref="bbbbbbbb")
    assert watch.following.stop(ME, "aaaaaaaa") == 1
    assert watch.following.stop(ME, "aaaaaaaa") == 0
    assert [one.ref for one in watch.following.of(ME)] == ["bbbbbbbb"]


async def test_what_was_still_to_be_sent_is_not_sent_after_that(watch: Watch) -> None:
    watch.follow(a_dossier(CODE), ref="aaaaaaaa")
    watch.follow(a_dossier(OTHER), ref="bbbbbbbb")
    watch.province.move(CODE, status=Status.FINISHED)
    watch.province.move(OTHER, status=Status.RETURNED)
    await watch.look()
    assert len(watch.waiting()) == 2
    watch.following.stop(ME, "aaaaaaaa")
    assert watch.waiting() == ["ended: Đã trả kết quả"]
    watch.following.stop(ME)
    assert watch.waiting() == []


async def test_follow_again_begins_anew_and_repeats_nothing(watch: Watch) -> None:
    watch.follow(a_dossier())
    watch.province.move(CODE, status=Status.SUPPLEMENT_ASKED)
    await watch.look()
    assert watch.fetch() == ["status: Yêu cầu bổ sung giấy tờ"]
    watch.following.stop(ME)
    watch.follow(watch.province.dossiers[CODE])
    await watch.look()
    assert watch.fetch() == []
    watch.province.move(CODE, status=Status.IN_PROGRESS)
    await watch.look()
    watch.province.move(CODE, status=Status.SUPPLEMENT_ASKED)
    await watch.look()
    assert watch.fetch() == []  # it is again as they know it
    watch.province.move(CODE, status=Status.FINISHED)
    await watch.look()
    assert watch.fetch() == ["ready: Đã xử lý xong"]


def test_a_year_is_the_longest(watch: Watch) -> None:
    watch.follow(a_dossier())
    watch.clock.set_on(days=365)
    assert watch.following.of(ME) == []
    assert watch.following.stop(ME) == 0
    watch.follow(a_dossier(OTHER))
    watch.clock.set_on(days=365)
    assert watch.following.follow(ME, a_dossier(OTHER), REF) is Started.YES
    assert watch.following.forget(watch.clock()) == 0


def test_what_has_come_of_age_is_forgotten(watch: Watch) -> None:
    watch.follow(a_dossier())
    watch.following.wait_for_return(ME)
    assert watch.following.forget(watch.clock()) == 0
    watch.clock.set_on(seconds=WAIT_FOR_RETURN.total_seconds())
    assert watch.following.forget(watch.clock()) == 1
    watch.clock.set_on(days=365)
    assert watch.following.forget(watch.clock()) == 1


def test_my_data(watch: Watch) -> None:
    assert watch.following.held(ME) == []
    watch.follow(a_dossier())
    watch.following.wait_for_return(ME)
    watch.following.wait_for_return(ME)
    assert watch.following.held(ME) == [
        "Theo dõi hồ sơ …0007 (Đăng ký khai sinh) từ 23/11/2026",
        "Chờ báo khi hệ thống của tỉnh hoạt động trở lại",
    ]
    assert watch.following.erase(ME) == 2
    assert watch.following.held(ME) == []


def test_many_who_follow_the_same_at_once_follow_it_once(watches: Callable[[], Watch]) -> None:
    processes = [watches() for _ in range(4)]
    processes[0].following.of(ME)
    gate = threading.Barrier(len(processes))
    started: list[Started] = []

    def follow(watch: Watch) -> None:
        gate.wait()
        started.append(watch.following.follow(ME, a_dossier(), REF))

    threads = [threading.Thread(target=follow, args=(watch,)) for watch in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(started) == [Started.ALREADY] * 3 + [Started.YES]
    assert len(processes[0].following.of(ME)) == 1


def test_of_a_code_only_the_end_is_shown() -> None:
    assert masked_code("G09.20-20260609-0092637") == "…2637"
