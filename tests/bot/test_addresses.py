"""Addresses: one name for who may change part of it at will, and a hash for all others."""

from __future__ import annotations

import pytest
from starlette.requests import HTTPConnection

from bot.addresses import address_of, hashed, household


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("a socket", "a socket"),
    ],
)
def test_one_line_is_one_address(host: str, name: str) -> None:
    assert household(host) == name


def test_who_has_no_address_is_unknown() -> None:
    assert address_of(HTTPConnection({"type": "http", "client": None})) == "unknown"
    assert address_of(HTTPConnection({"type": "http", "client": ("2001:db8::1", 5)})) == "2001:db8::/64"


def test_a_hash_stays_the_same_and_tells_nothing_without_the_secret() -> None:
    first = hashed("203.0.113.7", "a secret")
    assert first == hashed("203.0.113.7", "a secret")
    assert len({first, hashed("203.0.113.8", "a secret"), hashed("203.0.113.7", "another")}) == 3
    assert len(first) == 32
    assert set(first) <= set("0123456789abcdef")
