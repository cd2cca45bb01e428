"""What each part of the search is worth, and how other ways to search do on the same questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import bm25s
import numpy as np
import numpy.typing as npt

from knowledge.catalogue import Catalogue
from knowledge.corpus import Group, corpus
from knowledge.encoder import Encoder
from knowledge.finder import Finder
from knowledge.measure import Proportion
from knowledge.normalise import Lexicon, readings, tokens
from knowledge.passages import TargetKind
from knowledge.questions import Question
from knowledge.reply import Outcome
from knowledge.search import FEATURES, LEXICAL

Row = tuple[str, Proportion, Proportion]
Scores = npt.NDArray[np.float32]
MEANING = ("meaning", "title_meaning", "nearest_three")
PRIORS = ("spoken", "commune", "province")
NAMED = ("named",)


def compare_searches(
    finder: Finder, catalogue: Catalogue, questions: Sequence[Question], others: Sequence[str] = ()
) -> Iterator[Row]:
    """Name, recall@1 and recall@5 of each way to rank the procedures, on the single-turn cases with an answer.

    First the ranking itself, whole and without each of its parts; then BM25 of the library bm25s as it comes, over
    titles and over titles with phrasings; then the sentence models `others`, nearest passage first.
    """
    asked = [item for item in questions if item.behaviour is Outcome.ANSWER and len(item.turns) == 1]
    for name, parts in _without().items():
        weights = [
            0.0 if feature in parts else weight for feature, weight in zip(FEATURES, finder.tuning.weights, strict=True)
        ]
        yield name, *_ranked_by(finder, weights, asked)
    groups = [group for group in corpus(catalogue) if group.kind is TargetKind.PROCEDURE]
    yield "BM25 of a library, titles", *_recall(groups, asked, _bm25([group.titles for group in groups]))
    texts = [[passage.text for passage in group.passages] for group in groups]
    yield "BM25 of a library, titles and phrasings", *_recall(groups, asked, _bm25(texts))
    for other in others:
        yield f"{other}, nearest passage", *_recall(groups, asked, _model(other, groups, finder.lexicons))


def _without() -> dict[str, tuple[str, ...]]:
    """What is taken away from the ranking, by the name of what is left."""
    return {
        "all parts": (),
        "without meaning": MEANING,
        "without words": (*LEXICAL, *NAMED),
        "without what is prior": PRIORS,
        "words alone": (*MEANING, *PRIORS, *NAMED, "title", "letters", "body", "accents"),
        "meaning alone": (*LEXICAL, *PRIORS, *NAMED),
    }


def _ranked_by(
    finder: Finder, weights: Sequence[float], questions: Sequence[Question]
) -> tuple[Proportion, Proportion]:
    first = five = 0
    for item in questions:
        hits = [
            hit for hit in finder.index.search(item.turns[-1], weights, limit=100) if hit.kind is TargetKind.PROCEDURE
        ]
        right = [bool({hit.target, *hit.twins} & set(item.codes)) for hit in hits[:5]]
        first += bool(right and right[0])
        five += any(right)
    return Proportion(first, len(questions)), Proportion(five, len(questions))


def _recall(
    groups: Sequence[Group], questions: Sequence[Question], score: Callable[[str], Scores]
) -> tuple[Proportion, Proportion]:
    """The same count for any way that gives each group a score."""
    first = five = 0
    for item in questions:
        best = np.argsort(-score(item.turns[-1]), kind="stable")[:5].tolist()
        right = [bool(set(groups[row].targets) & set(item.codes)) for row in best]
        first += right[0]
        five += any(right)
    return Proportion(first, len(questions)), Proportion(five, len(questions))


def _bm25(documents: Sequence[Sequence[str]]) -> Callable[[str], Scores]:
    engine = bm25s.BM25()
    engine.index([tokens(" ".join(parts)) for parts in documents], show_progress=False)
    known = set(engine.vocab_dict)

    def score(text: str) -> Scores:
        found = [token for token in tokens(text) if token in known]
        return np.asarray(engine.get_scores(found) if found else np.zeros(len(documents)), dtype=np.float32)

    return score


def _model(name: str, groups: Sequence[Group], lexicons: Sequence[Lexicon]) -> Callable[[str], Scores]:
    encoder = Encoder(name)
    vectors = encoder.passages([passage.text for group in groups for passage in group.passages])
    begins = np.cumsum([0, *(len(group.passages) for group in groups)])[:-1]

    def score(text: str) -> Scores:
        queries = encoder.queries(readings(text, lexicons))
        return np.asarray(np.maximum.reduceat((vectors @ queries.T).max(axis=1), begins), dtype=np.float32)

    return score
