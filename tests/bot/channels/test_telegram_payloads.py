"""Every payload that a button can have goes through Telegram and comes back, or is known not to fit."""

from __future__ import annotations

import base64
import re
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram_payloads import LONGEST, PRESSED, WORDS, callback_data, payload_of
from knowledge.reply import PAYLOAD, Aspect

ALL_ASPECTS = "aspects:" + ",".join(aspect.value for aspect in Aspect)


@given(st.from_regex(PAYLOAD, fullmatch=True))
def test_what_fits_comes_back_as_it_was(payload: str) -> None:
    data = callback_data(payload)
    if data is not None:
        assert 1 <= len(data.encode()) <= LONGEST
        assert payload_of(data) == payload
    else:
        assert len(payload) > LONGEST


@pytest.mark.parametrize(
    "payload",
    [
        ALL_ASPECTS,
        "answer:cha-me-hoac-nguoi-giam-ho-cua-chau=mot-ben-la-nguoi-nuoc-ngoai",
        "answer:chu-nha-khong-co-quyen-su-dung-dat=tang-dat-cho-nha-nuoc-lam-duong",
    ],
)
def test_long_payloads_as_people_write_them_fit(payload: str) -> None:
    assert len(payload) > LONGEST
    data = callback_data(payload)
    assert data is not None
    assert payload_of(data) == payload


def test_short_ones_stay_readable() -> None:
    assert callback_data("feedback:helpful") == "feedback:helpful"


def test_what_does_not_fit_at_all_is_told() -> None:
    assert callback_data("answer:q7x0z9k3vj41mwe8s5ydb6ru2phq8zwx3=z3f9gk0xq7w1tv8nj5c2ylb4ed6amp0rj9s") is None


def test_buttons_of_former_versions_still_work() -> None:
    """This was sent; it must be read for ever."""
    assert payload_of("~1BiBLz") == "aspects:documents,fees,time_limit,where,steps,conditions"


@pytest.mark.parametrize(
    "data",
    ["", "~1", "~1\x00", "~1é", "~1!!!!!!", "hello", "procedure:1", "intent:X", f"{ALL_ASPECTS};", "~2abc", "a" * 64],
)
def test_what_anybody_may_send_is_none_of_ours(data: str) -> None:
    assert payload_of(data) is None


@given(st.text(max_size=64))
def test_no_data_makes_trouble(data: str) -> None:
    for one in (data, PRESSED + data):
        payload = payload_of(one)
        assert payload is None or re.fullmatch(PAYLOAD, payload)


def test_a_small_piece_cannot_become_a_huge_one() -> None:
    press = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=WORDS)
    bomb = PRESSED + base64.b85encode(press.compress(b"a" * 10_000) + press.flush()).decode()
    assert len(bomb) <= LONGEST
    assert payload_of(bomb) is None
