"""Example sentences from Rasa's training data."""

from __future__ import annotations

from pathlib import Path

from knowledge.nlu_examples import read_examples
from knowledge.settings import ROOT


def test_the_examples_of_an_intent_are_read_without_annotations(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(
        "nlu:\n- intent: ask\n  examples: |\n    - mất [mấy ngày](aspect)\n"
        '    - hết [bao nhiêu tiền]{"entity": "aspect", "value": "fees"} ạ\n\n'
        "- intent: greet\n  examples: |\n    - chào\n- lookup: place\n  examples: |\n    - Vinh\n",
        encoding="utf-8",
    )
    (tmp_path / "b.yml").write_text("nlu:\n- intent: ask\n  examples: |\n    - nộp ở đâu\n", encoding="utf-8")
    (tmp_path / "c.yml").write_text('version: "3.1"\n', encoding="utf-8")
    assert read_examples(tmp_path, "ask") == ["mất mấy ngày", "hết bao nhiêu tiền ạ", "nộp ở đâu"]
    assert read_examples(tmp_path, "nothing") == []


def test_the_shipped_follow_ups_are_plain_sentences() -> None:
    found = read_examples(ROOT / "data" / "nlu", "ask_follow_up")
    assert len(found) > 20
    assert [text for text in found if not text or set("[]{}") & set(text)] == []
