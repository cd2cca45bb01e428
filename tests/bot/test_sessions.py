"""Session tokens: signed, so nobody can name another's conversation; too old is over."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import TimestampSigner

from bot.errors import BadSession
from bot.sessions import SECONDS_A_DAY, Sessions

DAYS = 30
SESSIONS = Sessions("secret", DAYS)


def test_a_token_stands_for_its_conversation() -> None:
    token = SESSIONS.new()
    assert SESSIONS.conversation(token) == SESSIONS.conversation(token)
    assert Sessions("secret", DAYS).conversation(token) == SESSIONS.conversation(token)


def test_no_two_are_the_same() -> None:
    conversations = {SESSIONS.conversation(SESSIONS.new()) for _ in range(100)}
    assert len(conversations) == 100
    assert min(len(conversation) for conversation in conversations) >= 32


def test_a_forged_one_is_refused() -> None:
    conversation, stamp, signature = SESSIONS.new().rsplit(".", 2)
    for token in (
        f"{conversation[:-1]}x.{stamp}.{signature}",
        f"{conversation}.{stamp[:-1]}x.{signature}",
        f"{conversation}.{stamp}.{signature[:-2]}AA",
        f"{conversation}.{stamp}",
        conversation,
    ):
        with pytest.raises(BadSession):
            SESSIONS.conversation(token)


def test_one_signed_with_another_secret_or_for_another_use_is_refused() -> None:
    for token in (Sessions("other", DAYS).new(), TimestampSigner("secret", salt="other").sign("abc").decode()):
        with pytest.raises(BadSession):
            SESSIONS.conversation(token)


def test_an_old_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    now = TimestampSigner("x").get_timestamp()
    token = SESSIONS.new()
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: now + DAYS * SECONDS_A_DAY - 60)
    assert SESSIONS.conversation(token)
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: now + DAYS * SECONDS_A_DAY + 60)
    with pytest.raises(BadSession):
        SESSIONS.conversation(token)


@given(st.text(st.characters()))
def test_nothing_that_is_typed_is_a_session(text: str) -> None:
    with pytest.raises(BadSession):
        SESSIONS.conversation(text)
