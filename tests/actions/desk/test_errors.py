"""Every error of the desk has its own code, stands in the tree, and says what to do."""

from __future__ import annotations

import inspect
import re

import pytest

from actions.desk import errors
from actions.desk.errors import DeskError

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind.__base__ is DeskError]


def test_the_tree_names_each_with_code_and_status() -> None:
    tree = re.findall(r"^[├└]── (\w+)\s+(D\d{3})\s+(\d{3})\b", errors.__doc__ or "", re.MULTILINE)
    assert len(tree) > 8
    assert sorted(tree) == sorted((kind.__name__, kind.code, str(kind.status)) for kind in KINDS)
    assert len({code for _, code, _ in tree}) == len(tree)


@pytest.mark.parametrize("kind", KINDS)
def test_each_says_what_to_do(kind: type[DeskError]) -> None:
    error = kind("Something is so.")
    assert str(error) == f"[{kind.code}] Something is so. {kind.remedy}"
    assert kind.remedy.endswith(".")
    assert error.as_json() == {"error": {"code": kind.code, "message": f"Something is so. {kind.remedy}"}}
