"""Reads HTML as the Bot API does: few tags, all closed in their order, four named entities. For the double."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from html.entities import html5

TAGS = frozenset(
    {"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "span", "tg-spoiler", "a", "code", "pre", "blockquote"}
)
NAMED = frozenset({"lt", "gt", "amp", "quot"})
_PART = re.compile(r"<(?P<end>/?)(?P<name>[^\s<>/]*)(?P<rest>[^<>]*)>|(?P<text>[^<]+)|(?P<stray><)")
_ENTITY = re.compile(r"&(#?\w+);?")


class BadHtml(Exception):
    """The service would refuse it."""


@dataclass(frozen=True)
class Read:
    """Words, and what is said of them: (offset and length in units of UTF-16, tag, address)."""

    text: str
    entities: tuple[tuple[int, int, str, str], ...] = ()

    @property
    def length(self) -> int:
        """As the service counts it."""
        return units(self.text)


def units(text: str) -> int:
    """The length in units of UTF-16."""
    return len(text.encode("utf-16-le")) // 2


def read(source: str, parse_mode: str | None) -> Read:
    """What a person would see. Raises BadHtml."""
    if not parse_mode:
        return Read(source.strip())
    if parse_mode != "HTML":
        raise BadHtml("unsupported parse_mode")
    words = ""
    opened: list[tuple[str, str, int]] = []
    found: list[tuple[int, int, str, str]] = []
    for part in _PART.finditer(source):
        if part["stray"]:
            raise BadHtml("unclosed start tag")
        if part["text"]:
            words += _unescaped(part["text"])
        elif part["end"]:
            if not opened or opened[-1][0] != part["name"]:
                raise BadHtml("unexpected end tag")
            name, rest, start = opened.pop()
            found.append((start, units(words) - start, name, rest))
        else:
            if part["name"] not in TAGS:
                raise BadHtml("unsupported start tag")
            address = re.search(r'href="([^"]*)"', part["rest"])
            opened.append((part["name"], html.unescape(address[1]) if address else "", units(words)))
    if opened:
        raise BadHtml("can't find end tag")
    return Read(words.strip(), tuple(sorted(found)))


def _unescaped(text: str) -> str:
    for entity in _ENTITY.finditer(text):
        name = entity[1]
        if not name.startswith("#") and f"{name};" in html5 and name not in NAMED:
            raise BadHtml("unsupported entity")
    return html.unescape(text)
