"""Finding in two steps: candidates by words and by meaning, then every candidate looked at closely and ranked.

The first step asks cheap indexes (BM25 over groups, FAISS over passages). The second computes for the candidates alone
what would cost too much for all: how near each of their own passages is. A linear model, fitted on half of the
development questions (`python -m knowledge tune`), ranks them; its weights stand in data/tuning.yml.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import faiss
import numpy as np
import numpy.typing as npt

from knowledge.analyzers import ANALYZERS, letter_groups, words_and_pairs
from knowledge.encoder import Encoder
from knowledge.families import named_level
from knowledge.lexical import LexicalIndex
from knowledge.normalise import Lexicon, is_accented, readings, tokens
from knowledge.passages import TargetKind, target_kind
from knowledge.record import Level

FEATURES = (
    "words",
    "title",
    "letters",
    "body",
    "accents",
    "meaning",
    "title_meaning",
    "nearest_three",
    "spoken",
    "commune",
    "province",
    "named",
)
LEXICAL = ("words", "title", "letters", "body", "accents")
NEIGHBOURS = 128  # passages that the vector index returns; a group has about 15
BY_WORDS = 60  # candidates by words
BY_MEANING = 40  # candidates by meaning
Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Hit:
    """One target with its score and the parts of it, in the order of FEATURES. twins: the rest of its family."""

    target: str
    kind: TargetKind
    score: float
    parts: tuple[float, ...]
    twins: tuple[str, ...] = ()

    def part(self, name: str) -> float:
        """One part of the score, by its name in FEATURES."""
        return self.parts[FEATURES.index(name)]


@dataclass(frozen=True)
class Layout:
    """How passages belong to groups and groups to targets. Passages are sorted by group.

    targets: of each group, the likeliest first. levels: of each target, beside it. begins: for each group the row of
    its first passage, and behind them the number of all.
    names: of each group its titles, folded.
    is_title: of each passage. priors: of each group whether it is spoken, at commune, at province level.
    """

    targets: Sequence[Sequence[str]]
    levels: Sequence[Sequence[Sequence[str]]]
    begins: Rows
    names: Sequence[Sequence[str]]
    is_title: npt.NDArray[np.bool_]
    priors: Floats

    @property
    def group_of(self) -> Rows:
        """The group of each passage."""
        return np.repeat(np.arange(len(self.targets)), np.diff(self.begins))


@dataclass(frozen=True)
class Candidates:
    """Some groups, with their features (rows, in the order of FEATURES)."""

    groups: Rows
    features: Floats


class SearchIndex:
    """The indexes of one snapshot. Queries only; nothing in it changes."""

    def __init__(  # noqa: PLR0917
        self,
        layout: Layout,
        lexical: Mapping[str, LexicalIndex],
        vectors: npt.NDArray[np.float16],
        nearest: faiss.Index,
        encoder: Encoder,
        lexicons: Sequence[Lexicon],
    ) -> None:
        self.layout = layout
        self.kinds = [target_kind(targets[0]) for targets in layout.targets]
        self._group_of = layout.group_of.astype(np.int32)
        # A plain array over the same mapped memory: picking rows of numpy's memmap costs more.
        self._lexical, self._vectors, self._nearest = lexical, np.asarray(vectors), nearest
        self.encoder, self._lexicons = encoder, lexicons

    @property
    def targets(self) -> list[str]:
        """Every target."""
        return [target for group in self.layout.targets for target in group]

    def candidates(self, text: str) -> Candidates:
        """The groups worth a closer look, with their features: of each the best over all readings of the text."""
        asked = readings(text, self._lexicons)
        asked = [asked[0], asked[-1]] if len(asked) > 1 else asked
        queries = self.encoder.queries(asked)
        by_words = self._by_words(asked, accented=is_accented(text))
        groups = self._chosen(by_words, queries)
        features = np.zeros((len(groups), len(FEATURES)), dtype=np.float32)
        for place, name in enumerate(LEXICAL):
            features[:, place] = by_words[name][groups]
        features[:, 5:8] = self._closeness(groups, queries)
        features[:, 8:11] = self.layout.priors[groups]
        features[:, 11] = np.max([self._named(groups, reading) for reading in asked], axis=0)
        return Candidates(groups, features)

    def search(self, text: str, weights: Sequence[float], limit: int = 20) -> list[Hit]:
        """The best groups, best first, each by its likeliest target. weights: one for each of FEATURES."""
        found = self.candidates(text)
        level = named_level(text)
        scores = found.features @ np.asarray(weights, dtype=np.float32)
        best = np.argsort(-scores, kind="stable")[:limit]
        return [
            self._hit(group, level, float(scores[row]), tuple(found.features[row].tolist()))
            for row, group in zip(best.tolist(), found.groups[best].tolist(), strict=True)
        ]

    def _hit(self, group: int, level: Level | None, score: float, parts: tuple[float, ...]) -> Hit:
        members = self.layout.targets[group]
        if level and len(members) > 1:
            fits = dict(zip(members, self.layout.levels[group], strict=True))
            members = sorted(members, key=lambda target: level.value not in fits[target])
        return Hit(members[0], self.kinds[group], score, parts, tuple(members[1:]))

    def _by_words(self, asked: Sequence[str], *, accented: bool) -> dict[str, Floats]:
        cut = {analyze: [analyze(text) for text in asked] for analyze in (words_and_pairs, letter_groups)}
        scores = {
            name: np.max([self._lexical[name].scores_of(parts) for parts in cut[ANALYZERS[name]]], axis=0)
            for name in LEXICAL
            if name != "accents"
        }
        # Right accents are a bonus, never a condition: without any, the words stand in for them.
        scores["accents"] = self._lexical["accents"].scores(asked[-1]) if accented else scores["words"]
        return scores

    def _chosen(self, by_words: Mapping[str, Floats], queries: Floats) -> Rows:
        together = by_words["words"] + by_words["title"] + 0.5 * by_words["letters"] + 0.3 * by_words["body"]
        count = min(BY_WORDS, len(together))
        lexical = np.argpartition(-together, count - 1)[:count]
        near, rows = self._nearest.search(queries, min(NEIGHBOURS, len(self._group_of)))
        order = np.argsort(-near.ravel(), kind="stable")
        found = rows.ravel()[order]
        groups = self._group_of[found[found >= 0]]
        meant = list(dict.fromkeys(groups.tolist()))[:BY_MEANING]
        return np.unique(np.concatenate([lexical, np.array(meant, dtype=np.int64)])).astype(np.int64)

    def _named(self, groups: Rows, text: str) -> list[float]:
        """For each group how much of the text its title is, where the text holds the title word for word."""
        syllables = tokens(text)
        whole = f" {' '.join(syllables)} "
        return [
            max((name.count(" ") + 1 for name in self.layout.names[group] if f" {name} " in whole), default=0)
            / max(1, len(syllables))
            for group in groups.tolist()
        ]

    def _closeness(self, groups: Rows, queries: Floats) -> Floats:
        """For each group the cosine of its nearest passage, of its nearest title, and the mean of its nearest three."""
        begins, ends = self.layout.begins[groups], self.layout.begins[groups + 1]
        lengths = ends - begins
        rows = np.repeat(begins - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths) + np.arange(lengths.sum())
        similar = np.maximum(np.asarray(self._vectors[rows], dtype=np.float32) @ queries.T, 0)
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        titles = np.where(self.layout.is_title[rows, None], similar, 0)
        result = np.zeros((len(groups), 3), dtype=np.float32)
        result[:, 0] = np.maximum.reduceat(similar, starts, axis=0).max(axis=1)
        result[:, 1] = np.maximum.reduceat(titles, starts, axis=0).max(axis=1)
        result[:, 2] = _mean_of_best(similar, starts, lengths, 3).max(axis=1)
        return result


def _mean_of_best(similar: Floats, starts: Rows, lengths: Rows, count: int) -> Floats:
    """For each stretch (row) and column the sum of the `count` largest values, divided by `count`."""
    stretch = np.repeat(np.arange(len(starts)), lengths)
    places = starts[:, None] + np.arange(count)
    there = np.arange(count) < lengths[:, None]
    places = np.where(there, places, 0)
    result = np.empty((len(starts), similar.shape[1]), dtype=np.float32)
    for column in range(similar.shape[1]):
        values = similar[:, column]
        ordered = values[np.lexsort((-values, stretch))]
        result[:, column] = np.where(there, ordered[places], 0).sum(axis=1) / count
    return result
