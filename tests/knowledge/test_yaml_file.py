"""A YAML file as a checked model: read in NFC, refused with file, field and reason."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from knowledge.errors import RecordError
from knowledge.yaml_file import read_yaml


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str


def test_text_is_read_in_nfc(tmp_path: Path) -> None:
    path = tmp_path / "note.yml"
    path.write_text(unicodedata.normalize("NFD", "text: Nghệ An"), encoding="utf-8")
    assert read_yaml(path, Note).text == "Nghệ An"


@pytest.mark.parametrize(
    ("content", "said"),
    [("text: [1]", "note.yml, text"), ("other: a", "note.yml, text"), ("text: [", "note.yml"), ("a", "whole file")],
)
def test_a_wrong_file_is_refused_with_file_and_field(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "note.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RecordError, match=said):
        read_yaml(path, Note)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"no\.yml"):
        read_yaml(tmp_path / "no.yml", Note)
