"""What replies say has its English: every text of the code, found by walking it."""

from __future__ import annotations

import ast
import re
import string
import threading
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
import yaml

from knowledge.settings import ROOT
from knowledge.situation import CHANNEL
from knowledge.tongue import ENGLISH, Language, say, speaking, spoken
from knowledge.working_days import load_calendar

SAYING = {"say", "_open_question"}
# What is said that stands in no table beside it: by the expression, where its texts stand.
TABLES = {
    "said": "DOUBTS",
    "label": "REASONS",
    "why": None,  # of the calendar
    "note": None,  # of the calendar
    "text": None,  # inside of _open_question
    "option.label": None,  # of a record, or of the question about the way of handing in
    "question.ask": None,
    "question.why": None,
}


@cache
def modules() -> dict[str, ast.Module]:
    """The parsed modules in which something is said."""
    paths = [path for room in ("knowledge", "actions") for path in sorted((ROOT / room).rglob("*.py"))]
    parsed = {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    return {name: tree for name, tree in parsed.items() if any(calls(tree))}


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    """Every call that says something."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING and node.args:
            yield node


def strings(node: ast.expr) -> list[str]:
    """The texts in a constant or table; of a dictionary the values."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.Dict):
        return [text for value in node.values for text in strings(value)]
    if isinstance(node, ast.Tuple | ast.List):
        return [text for value in node.elts for text in strings(value)]
    return []


@cache
def tables(name: str) -> dict[str, list[str]]:
    """By name the texts of every constant that a module has, its own and what it imports."""
    found: dict[str, list[str]] = {}
    for node in body(name):
        if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] in ("knowledge", "actions"):
            path = f"{str(node.module).replace('.', '/')}.py"
            if (ROOT / path).is_file():
                own = {alias.name for alias in node.names if alias.name.isupper()}
                found |= {constant: texts for constant, texts in tables(path).items() if constant in own}
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and strings(node.value):
                found[target.id] = strings(node.value)
    return found


def body(name: str) -> list[ast.stmt]:
    return ast.parse((ROOT / name).read_text(encoding="utf-8")).body


def texts_of(said: ast.expr, name: str) -> list[str] | None:
    """The texts that an expression in a module may be; None: that cannot be seen from here."""
    if isinstance(said, ast.Constant):
        return [str(said.value)]
    if isinstance(said, ast.IfExp):
        first, second = texts_of(said.body, name), texts_of(said.orelse, name)
        return [*first, *second] if first and second else None
    if isinstance(said, ast.Subscript):
        return texts_of(said.value, name)
    table = said.id if isinstance(said, ast.Name) and said.id in tables(name) else TABLES.get(ast.unparse(said))
    return tables(name)[table] if table else None


def of_the_calendar() -> set[str]:
    """Why no work is done on a day, and what is told where something about a year is open."""
    calendar = load_calendar()
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(3 * 365)]
    names = {name for day in days if (name := calendar.why_closed(day))}
    return names | {open_.note for year in calendar.years.values() for open_ in year.undecided}


def of_the_way_of_handing_in() -> set[str]:
    """The one question that stands in the code."""
    options = [option.label for option in CHANNEL.options]
    return {CHANNEL.ask, CHANNEL.why, *options}


@cache
def said() -> dict[str, str]:
    """Every text that is said, and where."""
    found: dict[str, str] = dict.fromkeys(of_the_calendar(), "data/calendar")
    found |= dict.fromkeys(of_the_way_of_handing_in(), "knowledge/situation.py")
    for name, tree in modules().items():
        for call in calls(tree):
            found |= dict.fromkeys(texts_of(call.args[0], name) or [], f"{name}:{call.lineno}")
    return found


@cache
def english() -> dict[str, str]:
    content: dict[str, str] = yaml.safe_load(ENGLISH.read_text(encoding="utf-8"))
    return content


def is_vietnamese(text: str) -> bool:
    """Whether a letter outside of brackets carries an accent."""
    plain = re.sub(r"\([^)]*\)", "", text)
    return any(letter in "đĐ" or "WITH" in unicodedata.name(letter, "") for letter in plain if letter.isalpha())


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


# --- the shipped sentences


def test_there_is_much_to_look_at() -> None:
    assert len(modules()) > 8
    assert len(said()) > 100


def test_what_is_said_can_be_seen_in_the_code() -> None:
    """A text that is put together before it is said would never be found in English."""
    unseen = {
        (f"{name}:{call.lineno}", ast.unparse(call.args[0]))
        for name, tree in modules().items()
        for call in calls(tree)
        if texts_of(call.args[0], name) is None and ast.unparse(call.args[0]) not in TABLES
    }
    assert unseen == set()


def test_everything_that_is_said_has_its_english() -> None:
    assert {text: where for text, where in said().items() if text not in english()} == {}


def test_there_is_no_english_of_what_nobody_says() -> None:
    assert [text for text in english() if text not in said()] == []


def test_no_text_stands_twice() -> None:
    """YAML would silently keep the last one."""
    lines = [line for line in ENGLISH.read_text(encoding="utf-8").splitlines() if line.startswith('"')]
    assert len(lines) == len(english())


def test_both_languages_have_the_same_places() -> None:
    assert {text: own for text, own in english().items() if places(text) != places(own)} == {}


def test_english_is_english() -> None:
    """And nothing is left of it where it was cut out of a sentence: the same space at both ends."""
    assert [own for own in english().values() if is_vietnamese(own)] == []
    assert [
        own
        for text, own in english().items()
        if not own.strip() or (text[0] == " ", text[-1] == " ") != (own[0] == " ", own[-1] == " ")
    ] == []


def test_what_follows_from_each_mark_is_the_same() -> None:
    for text, own in english().items():
        assert [mark for mark in "⚠📍📅👍👎•…" if mark in text] == [mark for mark in "⚠📍📅👍👎•…" if mark in own], text


# --- saying


def test_vietnamese_is_spoken_if_nothing_else_is_said() -> None:
    assert spoken() is Language.VIETNAMESE
    assert say("Lệ phí") == "Lệ phí"


def test_english_is_spoken_inside_only() -> None:
    with speaking(Language.ENGLISH):
        assert say("Lệ phí") == "Fees"
        with speaking(Language.VIETNAMESE):
            assert say("Lệ phí") == "Lệ phí"
        assert spoken() is Language.ENGLISH
    assert spoken() is Language.VIETNAMESE


def test_after_an_error_vietnamese_is_spoken_again() -> None:
    with pytest.raises(KeyError), speaking(Language.ENGLISH):
        say("{name} (mã {code})", name="A")
    assert spoken() is Language.VIETNAMESE


def test_places_are_filled() -> None:
    assert say("{name} (mã {code})", name="Khai sinh {x}", code="1") == "Khai sinh {x} (mã 1)"
    with speaking(Language.ENGLISH):
        assert say("{name} (mã {code})", name="Birth", code="1") == "Birth (code 1)"


def test_braces_of_a_text_without_values_stay() -> None:
    assert say("Ghi {gì} cũng được") == "Ghi {gì} cũng được"


def test_without_english_it_stays_vietnamese() -> None:
    with speaking(Language.ENGLISH):
        assert say("Câu này chưa ai dịch") == "Câu này chưa ai dịch"


def test_each_conversation_speaks_its_own_language() -> None:
    """Several are answered at once, each in a thread of its own."""
    heard: list[Language] = []
    with speaking(Language.ENGLISH):
        thread = threading.Thread(target=lambda: heard.append(spoken()))
        thread.start()
        thread.join(timeout=10)
    assert heard == [Language.VIETNAMESE]


def test_the_sentences_lie_where_the_project_keeps_them() -> None:
    assert ROOT / Path("data/english/sentences.yml") == ENGLISH
