"""Matching of words, scored as the share of the question that a document answers."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.analyzers import accented_words, letter_groups, words_and_pairs
from knowledge.lexical import LexicalIndex, dump_json

TEXTS = [["đăng ký khai sinh", "làm giấy khai sinh"], ["đăng ký tạm trú"], ["đổi bằng lái xe"], ["?"]]
WORDS = ["đăng", "ký", "khai", "sinh", "tạm", "trú", "đổi", "bằng", "xyz"]
INDEX = LexicalIndex.build(TEXTS, words_and_pairs, b=0.35)


def test_the_right_document_is_best() -> None:
    assert int(np.argmax(INDEX.scores("tôi muốn khai sinh cho con"))) == 0
    assert int(np.argmax(INDEX.scores("tam tru"))) == 1


def test_there_is_one_score_for_each_document() -> None:
    assert INDEX.scores("khai sinh").shape == INDEX.scores("xyz").shape == (4,)


@given(st.text() | st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_scores_lie_between_0_and_1(text: str) -> None:
    scores = INDEX.scores(text)
    assert scores.dtype == np.float32
    assert float(scores.min()) >= 0
    assert float(scores.max()) <= 1


def test_a_word_that_no_document_has_lowers_the_score() -> None:
    known = INDEX.scores("khai sinh")[0]
    assert INDEX.scores("khai sinh xyz")[0] < known
    assert INDEX.scores("khai sinh xyz qqq")[0] < INDEX.scores("khai sinh xyz")[0]


def test_nothing_known_scores_nothing() -> None:
    assert INDEX.scores("xyz qqq").tolist() == [0, 0, 0, 0]
    assert INDEX.scores("").tolist() == [0, 0, 0, 0]


def test_a_repeated_word_counts_once() -> None:
    index = LexicalIndex.build(TEXTS, accented_words, b=0.35)
    assert index.scores("khai xyz xyz").tolist() == index.scores("khai xyz").tolist()


@given(st.text() | st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_a_query_that_is_cut_already_scores_the_same(text: str) -> None:
    assert INDEX.scores_of(words_and_pairs(text)).tolist() == INDEX.scores(text).tolist()


def test_the_order_of_the_tokens_is_of_no_account() -> None:
    tokens = words_and_pairs("khai sinh xyz đăng ký")
    assert INDEX.scores_of(tokens[::-1]) == pytest.approx(INDEX.scores_of(tokens), abs=1e-6)
    assert INDEX.scores_of([*tokens, *tokens]).tolist() == INDEX.scores_of(tokens).tolist()


@pytest.mark.parametrize("tokens", [[], [""], ["", "xyz"]])
def test_tokens_that_are_none_score_nothing(tokens: list[str]) -> None:
    assert INDEX.scores_of(tokens).tolist() == [0, 0, 0, 0]


def test_a_score_is_the_share_of_what_the_question_could_reach() -> None:
    """BM25 as its authors write it: k1 = 1.2, b = 0, the idf of Lucene, every word of the question counted."""
    index = LexicalIndex.build([["a b"], ["a a a"], ["c"]], str.split, b=0.0)
    in_two, in_one, in_none = (math.log(1 + (3 - count + 0.5) / (count + 0.5)) for count in (2, 1, 0))
    once, thrice = 1 / (1 + 1.2), 3 / (3 + 1.2)
    reachable = in_two + in_one + in_none
    expected = [(in_two + in_one) * once / reachable, in_two * thrice / reachable, 0]
    assert index.scores_of(["a", "b", "zzz"]).tolist() == pytest.approx(expected, abs=1e-6)


def test_a_rare_word_weighs_more() -> None:
    scores = INDEX.scores("ký sinh")  # "ký" stands in two documents
    assert scores[0] > scores[1] > 0


@pytest.mark.parametrize("analyze", [words_and_pairs, letter_groups, accented_words])
def test_an_index_survives_its_files(tmp_path: Path, analyze: object) -> None:
    assert callable(analyze)
    index = LexicalIndex.build(TEXTS, analyze, b=0.6)
    index.save(tmp_path / "index")
    loaded = LexicalIndex.load(tmp_path / "index", analyze)
    for text in ("đăng ký tạm trú", "dang ky", "xyz đổi", ""):
        assert loaded.scores(text).tolist() == index.scores(text).tolist()


def test_json_keeps_accents(tmp_path: Path) -> None:
    dump_json(tmp_path / "a.json", {"tên": "đăng ký"})
    written = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert "đăng ký" in written
    assert json.loads(written) == {"tên": "đăng ký"}
