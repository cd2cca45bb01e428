"""The language of a reply: Vietnamese, or English for those who ask in it.

Texts stand in the code in Vietnamese; what they are in English stands in data/english/sentences.yml. A test walks the
code and finds every text that has no English beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml

ENGLISH = Path(__file__).resolve().parent.parent / "data" / "english" / "sentences.yml"


class Language(StrEnum):
    """A language in which replies are written."""

    VIETNAMESE = "vi"
    ENGLISH = "en"


_SPOKEN: ContextVar[Language] = ContextVar("language", default=Language.VIETNAMESE)


def spoken() -> Language:
    """The language of the reply that is being written."""
    return _SPOKEN.get()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Everything said inside is said in this language."""
    token = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def say(text: str, **values: object) -> str:
    """A text in the language of the reply, with its {places} filled. Text that has no English stays Vietnamese."""
    if spoken() is Language.ENGLISH:
        text = _english().get(text, text)
    return text.format(**values) if values else text


@cache
def _english() -> dict[str, str]:
    """Of each Vietnamese text its English."""
    content: dict[str, str] = yaml.safe_load(ENGLISH.read_text(encoding="utf-8"))
    return content
