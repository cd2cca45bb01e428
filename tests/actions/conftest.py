"""A library over four procedures, written as answers would be: what it was asked is remembered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from actions import actions
from knowledge import compose
from knowledge.library import Understood
from knowledge.reply import Aspect, Button, Reply
from tests.knowledge import tiny

CHOICES = (
    Button(title="Đăng ký khai sinh", payload=f"procedure:{tiny.BIRTH}"),
    Button(title="Đăng ký tạm trú", payload=f"procedure:{tiny.STAY}"),
    Button(title="Đổi giấy phép lái xe", payload=f"procedure:{tiny.LICENCE}"),
)


class FakeLibrary:
    """Tells about the tiny records; a question gets the reply that it was given. asked: what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Understood]] = []
        self.corrected: list[tuple[str, Understood]] = []
        self.reply: Reply = compose.out_of_scope(0.9)

    def ask(self, text: str, understood: Understood) -> Reply:
        self.asked.append((text, understood))
        return self.reply

    def correct(self, text: str, understood: Understood) -> Reply:
        self.corrected.append((text, understood))
        return self.reply

    def tell(self, code: str, aspects: Sequence[Aspect] = (), *, case_id: str | None = None) -> Reply:
        if code not in tiny.RECORDS:
            return compose.out_of_scope(1.0)
        return compose.answer(tiny.procedure(code), aspects, case_id=case_id)


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeLibrary]:
    """Stands in for the library of the action server."""
    fake = FakeLibrary()
    monkeypatch.setattr(actions, "library", lambda: fake)
    yield fake
