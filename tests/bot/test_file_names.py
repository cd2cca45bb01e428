"""Names of files: only names, and the same on both sides of a header."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.file_names import LONGEST, NAMELESS, disposition, file_name, named_in


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("cccd.jpg", "cccd.jpg"),
        ("C:\\fakepath\\Giấy chứng sinh.pdf", "Giấy chứng sinh.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\r\n.jpg", "ab .jpg"),
        ("", NAMELESS),
        ("///", NAMELESS),
        ("ả" * 200 + ".jpeg", "ả" * 115 + ".jpeg"),
    ],
)
def test_a_name_is_only_a_name(raw: str, name: str) -> None:
    assert file_name(raw) == name


@given(st.text(st.characters()))
def test_any_name_becomes_one_that_comes_over_as_it_is(raw: str) -> None:
    name = file_name(raw)
    assert 0 < len(name) <= LONGEST
    assert not set(name) & set("/\\\r\n\x00")
    header = disposition("inline", raw)
    assert header.isascii()
    assert named_in(header) == name


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("attachment; filename=a.pdf", "a.pdf"),
        ('attachment; filename="a b.pdf"', "a b.pdf"),
        ("attachment; filename=\"x.pdf\"; filename*=UTF-8''T%E1%BB%9D%20khai.pdf", "Tờ khai.pdf"),
        ("attachment; filename*=utf-8'vi'T%E1%BB%9D.pdf; filename=x.pdf", "Tờ.pdf"),
        ("inline", None),
        ("inline; filename=", None),
        ("", None),
    ],
)
def test_the_name_in_a_header(header: str, name: str | None) -> None:
    assert named_in(header) == name
