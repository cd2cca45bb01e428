"""Finding in two steps: candidates, then every candidate looked at closely."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import search
from knowledge.analyzers import ANALYZERS
from knowledge.catalogue import Catalogue
from knowledge.corpus import Group, corpus
from knowledge.decide import DEFAULT
from knowledge.encoder import Encoder
from knowledge.lexical import LexicalIndex
from knowledge.normalise import Lexicon, fold, readings
from knowledge.passages import PassageKind, TargetKind, target_kind
from knowledge.search import FEATURES, LEXICAL
from knowledge.snapshot import LENGTH_MATTERS, Snapshot, build_snapshot, current_name, load_snapshot
from tests.knowledge import tiny

WEIGHTS = DEFAULT.weights
ASKED = (
    "xin giấy khai sinh cho cháu",
    "lam gks cho con",
    "đổi bằng lái xe máy",
    "thẻ dân phòng cũ nát",
    "nuôi ong",
    "hộ khẩu",
    "hôm nay trời mưa",
    "đàng ký tàm trù",
    "zzz",
)


@pytest.fixture(scope="module")
def groups(wider: Snapshot) -> list[Group]:
    """The groups of the snapshot, in its order."""
    found = corpus(wider.catalogue)
    assert [group.targets for group in found] == wider.index.layout.targets
    return found


def features(snapshot: Snapshot, text: str, name: str) -> list[float]:
    """One feature of every group; there are so few that all are candidates."""
    found = snapshot.index.candidates(text)
    assert found.groups.tolist() == list(range(len(snapshot.index.layout.targets)))
    values: list[float] = found.features[:, FEATURES.index(name)].tolist()
    return values


def feature(snapshot: Snapshot, text: str, name: str, target: str) -> float:
    """One feature of one target's group."""
    (row,) = (row for row, targets in enumerate(snapshot.index.layout.targets) if target in targets)
    return features(snapshot, text, name)[row]


def best(snapshot: Snapshot, text: str) -> str:
    return snapshot.index.search(text, WEIGHTS)[0].target


# --- what is found


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("xin giấy khai sinh cho cháu", tiny.BIRTH),
        ("tôi thuê trọ, khai tạm trú", tiny.STAY),
        ("bằng lái xe máy sắp hết hạn", tiny.LICENCE),
        ("nhập khẩu về nhà mới", tiny.HOME),
        ("đổi thẻ dân phòng", tiny.CARD_COMMUNE),
        ("cấp phép nuôi ong", tiny.BEES),
        ("hộ khẩu", "topic:ho-khau"),
        ("mở quầy thuốc tây", "elsewhere:mo-nha-thuoc"),
        ("thi chứng chỉ đo đạc bản đồ", f"elsewhere:{tiny.UNHELD}"),
        ("hôm nay trời mưa", "outside"),
    ],
)
def test_with_and_without_accents_the_same_is_found(wider: Snapshot, text: str, target: str) -> None:
    assert best(wider, text) == target
    assert best(wider, fold(text)) == target


def test_a_typing_error_does_not_hide_it(wider: Snapshot) -> None:
    assert best(wider, "giấy khai sihn cho conn") == tiny.BIRTH


def test_an_abbreviation_is_read(wider: Snapshot) -> None:
    assert best(wider, "gks") == tiny.BIRTH


def test_hits_come_best_first_with_their_parts(wider: Snapshot) -> None:
    hits = wider.index.search("đăng ký tạm trú", WEIGHTS, limit=3)
    assert len(hits) == 3
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert (hits[0].target, hits[0].kind, hits[0].twins) == (tiny.STAY, TargetKind.PROCEDURE, ())
    for hit in hits:
        assert len(hit.parts) == len(FEATURES)
        weighed = sum(weight * hit.part(name) for name, weight in zip(FEATURES, WEIGHTS, strict=True))
        assert hit.score == pytest.approx(weighed, abs=1e-4)


@pytest.mark.parametrize("name", FEATURES)
def test_a_weight_belongs_to_its_feature(wider: Snapshot, name: str) -> None:
    weights = [2.0 if name == feature else 0.0 for feature in FEATURES]
    for hit in wider.index.search("đổi thẻ đội viên", weights, limit=100):
        assert hit.score == pytest.approx(2 * hit.part(name), abs=1e-5)


def test_every_group_is_a_hit_once(wider: Snapshot) -> None:
    hits = wider.index.search("đổi thẻ", WEIGHTS, limit=100)
    targets = [target for hit in hits for target in (hit.target, *hit.twins)]
    assert sorted(targets) == sorted(wider.index.targets)
    assert len(set(targets)) == len(targets)
    assert all(hit.kind is target_kind(hit.target) for hit in hits)


# --- a family


@pytest.mark.parametrize(
    ("text", "target", "twin"),
    [
        ("đổi thẻ đội viên dân phòng", tiny.CARD_COMMUNE, tiny.CARD_PROVINCE),
        ("đổi thẻ đội viên dân phòng ở xã", tiny.CARD_COMMUNE, tiny.CARD_PROVINCE),
        ("đổi thẻ đội viên dân phòng trên tỉnh", tiny.CARD_PROVINCE, tiny.CARD_COMMUNE),
        ("doi the doi vien dan phong tren tinh", tiny.CARD_PROVINCE, tiny.CARD_COMMUNE),
        ("đổi thẻ đội viên dân phòng ở xã hay trên tỉnh", tiny.CARD_COMMUNE, tiny.CARD_PROVINCE),
        ("đổi thẻ đội viên dân phòng ở bộ", tiny.CARD_COMMUNE, tiny.CARD_PROVINCE),
    ],
)
def test_the_level_named_in_the_question_chooses_the_member(wider: Snapshot, text: str, target: str, twin: str) -> None:
    first = wider.index.search(text, WEIGHTS)[0]
    assert (first.target, first.twins) == (target, (twin,))


def test_the_level_does_not_change_the_order_of_the_groups(wider: Snapshot) -> None:
    """It only says which of a family is meant: a licence is a matter of the province anyway."""
    first = wider.index.search("đổi bằng lái xe ở xã", WEIGHTS)[0]
    assert (first.target, first.twins) == (tiny.LICENCE, ())


# --- what the features say


def test_lexical_features_are_the_shares_of_the_question(
    wider: Snapshot, groups: list[Group], lexicons: list[Lexicon]
) -> None:
    """Words over all passages, titles by words and by letters, and the body with the records' own words."""
    said = [[passage.text for passage in group.passages] for group in groups]
    texts = {
        "words": said,
        "title": [group.titles for group in groups],
        "letters": [group.titles for group in groups],
        "body": [[*passages, *group.body] for passages, group in zip(said, groups, strict=True)],
    }
    for name, documents in texts.items():
        index = LexicalIndex.build(documents, ANALYZERS[name], b=LENGTH_MATTERS[name])
        for text in ASKED:
            by_reading = [index.scores(reading) for reading in readings(text, lexicons)]
            assert features(wider, text, name) == pytest.approx(np.max(by_reading, axis=0).tolist(), abs=1e-5)


def test_each_lexical_feature_looks_where_its_name_says(wider: Snapshot) -> None:
    spoken, paper = "mới đẻ", "bản sao biên bản"  # a phrasing; a document's name
    assert feature(wider, spoken, "words", tiny.BIRTH) > 0.3
    assert feature(wider, spoken, "title", tiny.BIRTH) == 0
    assert feature(wider, paper, "body", tiny.BIRTH) > 0
    assert feature(wider, paper, "words", tiny.BIRTH) == 0
    assert feature(wider, "khaai sinnh", "words", tiny.BIRTH) == 0
    assert feature(wider, "khaai sinnh", "letters", tiny.BIRTH) > 0.1


def test_right_accents_are_a_bonus(wider: Snapshot) -> None:
    """With accents that feature looks at them; without any, it repeats the words."""
    for text in ("tạm trú", "tàm trù"):
        assert feature(wider, text, "words", tiny.STAY) > 0.5
    assert feature(wider, "tạm trú", "accents", tiny.STAY) > 0.5
    assert feature(wider, "tàm trù", "accents", tiny.STAY) == 0
    assert features(wider, "tam tru", "accents") == features(wider, "tam tru", "words")
    assert features(wider, "đk tạm trú", "accents") == features(wider, "đăng ký tạm trú", "accents")


@pytest.mark.parametrize("text", ASKED)
def test_nearness_in_meaning_is_the_cosine_to_the_groups_own_passages(
    wider: Snapshot, groups: list[Group], encoder: Encoder, lexicons: list[Lexicon], text: str
) -> None:
    said = readings(text, lexicons)
    queries = encoder.queries([said[0], said[-1]])
    for row, group in enumerate(groups):
        read = [readings(passage.text, lexicons)[-1] for passage in group.passages]
        cosines = np.maximum(encoder.passages(read) @ queries.T, 0)
        titles = [passage.kind is PassageKind.TITLE for passage in group.passages]
        three = np.sort(cosines, axis=0)[-3:].sum(axis=0) / 3
        expected = (
            float(cosines.max()),
            float(cosines[titles].max(initial=0)),
            float(three.max()),
        )
        found = tuple(features(wider, text, name)[row] for name in ("meaning", "title_meaning", "nearest_three"))
        assert found == pytest.approx(expected, abs=3e-3)  # kept with half precision


def test_a_group_of_one_passage_has_a_third_of_it_as_the_nearest_three(wider: Snapshot) -> None:
    near = feature(wider, "nuôi ong", "meaning", tiny.BEES)
    assert near > 0.5
    assert feature(wider, "nuôi ong", "nearest_three", tiny.BEES) == pytest.approx(near / 3, abs=1e-5)


def test_what_is_prior_is_told_of_the_group_whatever_is_asked(wider: Snapshot, groups: list[Group]) -> None:
    for text in ("đổi thẻ", "zzz"):
        priors = {
            target: tuple(features(wider, text, name)[row] for name in ("spoken", "commune", "province"))
            for row, group in enumerate(groups)
            for target in group.targets
        }
        assert priors[tiny.BIRTH] == (1, 1, 0)
        assert priors[tiny.LICENCE] == (1, 0, 1)
        assert priors[tiny.BEES] == (0, 1, 0)
        assert priors[tiny.CARD_COMMUNE] == priors[tiny.CARD_PROVINCE] == (1, 1, 1)
        assert priors["topic:ho-khau"] == priors["outside"] == (1, 0, 0)


@pytest.mark.parametrize(
    ("text", "target", "share"),
    [
        ("đăng ký tạm trú", tiny.STAY, 1.0),
        ("đăng ký tạm trú ở đâu", tiny.STAY, 4 / 6),
        ("DANG KY TAM TRU o dau?", tiny.STAY, 4 / 6),
        ("đk tạm trú", tiny.STAY, 1.0),  # as it reads
        ("cấp đổi thẻ đội viên dân phòng trên tỉnh", tiny.CARD_PROVINCE, 7 / 9),  # a title names no level
        ("chứng chỉ lái tàu", "elsewhere:lai-tau", 1.0),
        ("đăng ký khai sinh cho trẻ em", tiny.BIRTH, 1.0),  # of two titles the longer
        ("đăng ký khai sinh cho con", tiny.BIRTH, 4 / 6),
        ("đăng ký cái tạm trú", tiny.STAY, 0.0),  # not word for word
        ("tạm trú", tiny.STAY, 0.0),
        ("đăng ký tạm trúc", tiny.STAY, 0.0),
        ("", tiny.STAY, 0.0),
    ],
)
def test_a_title_that_the_question_holds_is_named(wider: Snapshot, text: str, target: str, share: float) -> None:
    assert feature(wider, text, "named", target) == pytest.approx(share)


def test_a_word_alone_names_nothing(tmp_path: Path, encoder: Encoder, lexicons: list[Lexicon]) -> None:
    """ "Tách" would be named by every second question."""
    records = [tiny.imported("9.000031", "Thủ tục tách"), tiny.imported("9.000032", "Tách hộ")]
    built = build_snapshot(Catalogue({item.code: item for item in records}), encoder, lexicons, tmp_path)
    index = load_snapshot(tmp_path, built.id, encoder, lexicons).index
    assert list(index.layout.names) == [[], ["tach ho"]]


@given(st.text())
def test_any_text_has_features_between_0_and_1(wider: Snapshot, text: str) -> None:
    found = wider.index.candidates(text)
    assert found.features.shape == (len(found.groups), len(FEATURES))
    assert float(found.features.min()) >= 0
    assert float(found.features.max()) <= 1 + 1e-3


# --- the candidates


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """One candidate by words, one by meaning."""
    monkeypatch.setattr(search, "BY_WORDS", 1)
    monkeypatch.setattr(search, "BY_MEANING", 1)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("text", ASKED)
def test_candidates_are_the_best_by_words_and_the_best_by_meaning(wider: Snapshot, text: str) -> None:
    rows = wider.index.candidates(text).groups.tolist()
    assert rows == sorted(set(rows))
    assert 1 <= len(rows) <= 2


@pytest.mark.usefixtures("few")
def test_of_few_candidates_the_right_one_is_one(wider: Snapshot) -> None:
    targets = wider.index.layout.targets
    for text, target in (("xin giấy khai sinh", tiny.BIRTH), ("nuôi ong", tiny.BEES), ("đổi bằng lái", tiny.LICENCE)):
        found = [member for row in wider.index.candidates(text).groups for member in targets[row]]
        assert target in found


def test_few_candidates_look_the_same_from_near(wider: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second step does not depend on who else is a candidate."""
    text = "đổi thẻ dân phòng"
    every = wider.index.candidates(text).features
    monkeypatch.setattr(search, "BY_WORDS", 2)
    monkeypatch.setattr(search, "BY_MEANING", 2)
    found = wider.index.candidates(text)
    assert len(found.groups) < len(every)
    assert np.allclose(found.features, every[found.groups], atol=1e-6)


def test_the_layout_tells_the_group_of_each_passage(
    wider: Snapshot, groups: list[Group], wider_snapshots: Path
) -> None:
    layout = wider.index.layout
    assert layout.group_of.tolist() == [row for row, group in enumerate(groups) for _ in group.passages]
    assert layout.begins[0] == 0
    assert layout.begins[-1] == len(layout.is_title) == sum(len(group.passages) for group in groups)
    kinds = [passage.kind is PassageKind.TITLE for group in groups for passage in group.passages]
    assert layout.is_title.tolist() == kinds
    place = wider_snapshots / current_name(wider_snapshots)
    assert json.loads((place / "layout.json").read_text(encoding="utf-8"))["targets"] == layout.targets


def test_the_lexical_features_are_features() -> None:
    assert set(LEXICAL) < set(FEATURES)
    assert set(LEXICAL) == set(ANALYZERS) == set(LENGTH_MATTERS)
