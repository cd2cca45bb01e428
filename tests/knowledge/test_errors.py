"""Errors have a code, say what is wrong and what to do."""

from __future__ import annotations

import inspect
import re

import pytest

from knowledge import errors
from knowledge.errors import KnowledgeError

EVERY = [
    error
    for _, error in inspect.getmembers(errors, inspect.isclass)
    if issubclass(error, KnowledgeError) and error is not KnowledgeError
]


@pytest.mark.parametrize("error", EVERY)
def test_an_error_tells_code_reason_and_remedy(error: type[KnowledgeError]) -> None:
    assert re.fullmatch(r"K\d{3}", error.code)
    assert error.remedy.endswith(".")
    assert str(error("What is wrong.")) == f"[{error.code}] What is wrong. {error.remedy}"


def test_a_remedy_can_be_given() -> None:
    assert str(errors.RecordError("Wrong.", remedy="Do this.")) == "[K101] Wrong. Do this."
    assert errors.RecordError.remedy != "Do this."


def test_without_a_remedy_nothing_stands_behind() -> None:
    assert str(KnowledgeError("Wrong.")) == "[K000] Wrong."
