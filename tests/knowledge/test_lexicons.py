"""Lists of abbreviations and dialect words as files."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.errors import RecordError
from knowledge.lexicons import load_lexicons


def test_both_lists_are_read_in_order(data: Path) -> None:
    abbreviations, dialect = load_lexicons(data)
    assert abbreviations.read("gks mô") == "giấy khai sinh mô"
    assert dialect.read("gks mô") == "gks đâu"
    assert dialect.read("man gks") == "làm gks"


def test_a_missing_list_is_left_out(own_data: Path) -> None:
    (own_data / "language" / "abbreviations.yml").unlink()
    assert [lexicon.read("gks mô") for lexicon in load_lexicons(own_data)] == ["gks đâu"]


@pytest.mark.parametrize("content", ["words: [", "- a\n", "", "word: {a: b}", "words: {1: b}"])
def test_a_broken_list_is_named(own_data: Path, content: str) -> None:
    path = own_data / "language" / "dialect.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RecordError, match=str(path)):
        load_lexicons(own_data)
