"""Writes what a reviewer approved into the files that people keep: phrasings and question sets."""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import yaml
from pydantic import ValidationError

from actions.desk.errors import CaseRefused, PhrasingRefused
from knowledge.catalogue import Phrasings
from knowledge.errors import QuestionSetError
from knowledge.masking import holds_mark
from knowledge.normalise import place_tones
from knowledge.questions import read_questions
from knowledge.record import national_code
from knowledge.reply import Outcome

_BLOCK = re.compile(r"^phrasings:[ \t]*\n(?:(?:[ \t]+.*|[ \t]*#.*|-.*|)\n)*", re.MULTILINE)
_INDENT = re.compile(r"^([ \t]*)- ", re.MULTILINE)


def add_phrasing(folder: Path, code: str, text: str) -> Path:
    """Adds a sentence at the end of the phrasings of a procedure; the file. folder: data/phrasings.

    The rest of the file stays letter for letter. Raises PhrasingRefused: no such file, the sentence stands there
    already (accents count, capitals and spaces do not), or it holds a mark of what was masked.
    """
    text = _one_line(text)
    if holds_mark(text):
        raise PhrasingRefused("The sentence holds a mark in place of something personal.")
    path = folder / f"{national_code(code) or '?'}.yml"
    if not path.is_file():
        remedy = "Check the code; docs/catalogue.md says how to write a file of phrasings."
        raise PhrasingRefused(f"There is no file of phrasings of {code}.", remedy=remedy)
    before = path.read_text(encoding="utf-8")
    old = _phrasings(before, path)
    if _same(text) in map(_same, old):
        raise PhrasingRefused(f"The sentence stands in {path.name} already.", remedy="Drop the entry.")
    after = _with_item(before, text)
    if _phrasings(after, path) != (*old, text):
        raise PhrasingRefused(f"{path.name} is written in a way that cannot be added to.", remedy="Add it by hand.")
    _write(path, after)
    return path


def add_case(path: Path, name: str, text: str, codes: Sequence[str], behaviour: Outcome) -> None:
    """Adds a case of one turn to a question set, which is made if there is none.

    Raises CaseRefused: the id or the sentence stands in the set already, the sentence holds a mark of what was masked,
    codes and behaviour do not fit, or the set cannot be used.
    """
    text = _one_line(text)
    _check_case(path, text, codes, behaviour)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    try:
        known = read_questions(path) if before else []
    except QuestionSetError as error:
        raise CaseRefused(str(error)) from error
    if name in {case.id for case in known} or _same(text) in {_same(case.turns[-1]) for case in known}:
        raise CaseRefused(f"{path.name} has the sentence or a case {name} already.", remedy="Drop the entry.")
    national = [national_code(code) or code for code in codes]
    row = {"id": name, "turns": [text], "codes": national, "behaviour": behaviour.value, "tags": ["review"]}
    gap = "" if before.endswith("\n") or not before else "\n"
    _write(path, f"{before}{gap}{json.dumps(row, ensure_ascii=False)}\n")


def _check_case(path: Path, text: str, codes: Sequence[str], behaviour: Outcome) -> None:
    if path.suffix != ".jsonl" or not path.parent.is_dir():
        raise CaseRefused(f"{path} is no place for a question set.", remedy="Name a file tests/questions/NAME.jsonl.")
    if holds_mark(text):
        remedy = "Word it anew with --text, or drop the entry."
        raise CaseRefused("The sentence holds a mark in place of something personal.", remedy=remedy)
    if any(national_code(code) is None for code in codes):
        raise CaseRefused("A code of a procedure looks like 1.001193.")
    if (behaviour in (Outcome.ANSWER, Outcome.CLARIFY)) != bool(codes):
        remedy = "Give --code for answer and clarify, for others none."
        raise CaseRefused(f"{behaviour} and {len(codes)} codes do not fit.", remedy=remedy)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _same(text: str) -> str:
    return " ".join(place_tones(text).lower().split())


def _phrasings(source: str, path: Path) -> tuple[str, ...]:
    try:
        return Phrasings.model_validate(yaml.safe_load(source)).phrasings
    except (ValidationError, yaml.YAMLError) as error:
        raise PhrasingRefused(f"{path.name} cannot be read.", remedy="Correct the file.") from error


def _with_item(source: str, text: str) -> str:
    """The file with one more item below `phrasings:`, indented as the others."""
    source = source if source.endswith("\n") else source + "\n"
    block = _BLOCK.search(source)
    if not block:
        return source
    lines = block.group().rstrip("\n")
    indent = _INDENT.search(lines)
    item = f"{indent.group(1) if indent else '  '}- {_scalar(text)}"
    return f"{source[: block.start()]}{lines}\n{item}{source[block.start() + len(lines) :]}"


def _scalar(text: str) -> str:
    """Plain where YAML reads it as the same text, else in double quotes."""
    with contextlib.suppress(yaml.YAMLError):
        if yaml.safe_load(f"- {text}\n") == [text]:
            return text
    return json.dumps(text, ensure_ascii=False)


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    handle, written = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    Path(written).chmod(path.stat().st_mode if path.exists() else 0o644)
    Path(written).replace(path)
