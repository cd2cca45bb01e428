"""Where a lost message is looked for."""

from __future__ import annotations

from bot.channels.telegram_finding import AHEAD, MOST, REMEMBERED, Known, candidates, number_of, numbers_of, told_id


def known(*numbers: int) -> Known:
    held = Known()
    for number in numbers:
        held.add(number)
    return held


def test_it_is_looked_for_behind_what_it_answers_and_not_among_others() -> None:
    found = candidates(100, {101, 103})
    assert found.numbers == (102, *range(104, 103 + AHEAD + 1))
    assert found.complete


def test_what_this_process_knows_is_left_out_and_shows_how_far_it_may_be() -> None:
    found = candidates(100, set(), known(101, 110))
    assert 101 not in found.numbers
    assert 110 not in found.numbers
    assert max(found.numbers) == 110 + AHEAD


def test_over_a_wide_range_both_ends_are_tried_and_it_says_that_it_is_not_all() -> None:
    found = candidates(100, {5000})
    assert len(found.numbers) == MOST
    assert found.numbers[0] == 101
    assert {4999, 5001} <= set(found.numbers)
    assert len(set(found.numbers)) == MOST
    assert not found.complete


def test_without_its_cause_it_is_looked_for_near_the_others() -> None:
    found = candidates(None, {50, 52})
    assert 51 in found.numbers
    assert 53 in found.numbers
    assert min(found.numbers) > 50
    assert not found.complete


def test_who_knows_nothing_finds_nothing() -> None:
    assert candidates(None, set()) == candidates(None, [])
    assert candidates(None, set()).numbers == ()
    assert not candidates(None, set()).complete


def test_groups_count_for_themselves() -> None:
    hints = ["7", "-1001/8", "-1002/9", "12"]
    assert numbers_of("5000", hints) == {7, 12}
    assert numbers_of("-1001", hints) == {8}


def test_names_of_messages_can_be_read_back() -> None:
    assert told_id("5000", 7) == "7"
    assert told_id("-1001", 8) == "-1001/8"
    assert [number_of(told) for told in ("7", "-1001/8")] == [7, 8]


def test_no_more_is_remembered_than_is_good() -> None:
    held = known(*range(1, REMEMBERED + 3))
    assert 1 not in held
    assert 3 in held
    assert held.newest == REMEMBERED + 2
