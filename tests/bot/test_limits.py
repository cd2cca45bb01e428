"""How many messages may come: for a session and for an address, in a moving window."""

from __future__ import annotations

import time

import pytest

from bot.errors import TooManyMessages
from bot.limits import MessageLimits

MANY = "1000/minute"


def test_a_session_has_its_number() -> None:
    limits = MessageLimits("3/minute", MANY)
    for _ in range(3):
        limits.count("one", "here")
    with pytest.raises(TooManyMessages) as caught:
        limits.count("one", "here")
    assert caught.value.status == 429
    assert caught.value.retry_after is not None
    assert 1 <= caught.value.retry_after <= 61
    limits.count("another", "here")


def test_an_address_has_its_number() -> None:
    limits = MessageLimits(MANY, "2/minute")
    limits.count("one", "here")
    limits.count("another", "here")
    with pytest.raises(TooManyMessages):
        limits.count("a third", "here")
    limits.count("a third", "there")


def test_the_window_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = MessageLimits("1/minute", MANY)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    limits.count("one", "here")
    monkeypatch.setattr(time, "time", lambda: now + 45)
    with pytest.raises(TooManyMessages) as caught:
        limits.count("one", "here")
    assert caught.value.retry_after in (15, 16)
    monkeypatch.setattr(time, "time", lambda: now + 61)
    limits.count("one", "here")
