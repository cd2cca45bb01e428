"""Whether what the chaos test demands is noticed when it is missing."""

from __future__ import annotations

import random

from tests.chaos.judging import Read, Verdict, judged
from tests.chaos.questions import QUESTIONS, drawn, mark_of

REPLY = "Đăng ký khai sinh (mã 1.001193)\n\nLệ phí:\n• miễn phí"
OTHER = "Đăng ký khai sinh (mã 1.001193)\n\nThời hạn:\n• 1 ngày"
THIRD = "Xin chào! Tôi là trợ lý tự động"
ASKED = ["1.001193 Lệ phí", "1.001193 Thời hạn", "Xin chào! Tôi là trợ lý"]


def told(*texts: str) -> Verdict:
    return judged(ASKED, [Read(str(row), text) for row, text in enumerate(texts)])


def test_each_question_has_a_mark_of_its_own() -> None:
    assert len({question.mark for question in QUESTIONS}) == len(QUESTIONS) >= 25
    assert len({question.mark for question in drawn(random.Random(1), 25)}) == 25


def test_the_mark_stands_in_the_first_part_of_a_reply() -> None:
    assert [mark_of(text) for text in (REPLY, OTHER, THIRD, "👉 Ai đi đăng ký?")] == [*ASKED, None]


def test_one_reply_each_in_order_is_right() -> None:
    verdict = told(REPLY, "👉 Ai đi đăng ký?", OTHER, "👉 Ai đi đăng ký?", THIRD)
    assert verdict == Verdict(messages=3, replies=3)


def test_a_lost_reply() -> None:
    assert told(REPLY, THIRD).lost == ["1.001193 Thời hạn"]


def test_a_reply_that_came_twice_and_which_copy_was_the_first() -> None:
    verdict = told(REPLY, OTHER, REPLY, THIRD)
    assert (verdict.doubled, verdict.disordered, verdict.lost) == (1, 0, [])
    assert [one.id for one in verdict.told_twice] == ["0"]


def test_a_part_that_came_twice() -> None:
    assert told(REPLY, "👉 Ai?", "👉 Ai?", OTHER, THIRD).doubled == 1


def test_a_reply_that_nobody_asked_for() -> None:
    assert told(REPLY, OTHER, THIRD, "Làm hộ chiếu (mã 1.001456)\n\nLệ phí:").doubled == 1


def test_replies_in_another_order() -> None:
    assert told(OTHER, REPLY, THIRD).disordered == 1
    assert told(THIRD, OTHER, REPLY).disordered == 2
