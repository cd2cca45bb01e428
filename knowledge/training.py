"""Trains our own encoder from the catalogue: what belongs to one procedure moves together, all else apart.

Anchors are citizens' phrasings, roughened as people type (letters lost, doubled or swapped, words dropped, small talk
before, a question about an aspect behind); positives are the title or another phrasing of the same family. Loss:
sentence-transformers' MultipleNegativesRankingLoss; half of every batch are neighbours, families with nearly the same
words, so that the encoder learns what tells them apart. About two minutes on two cores.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from knowledge.analyzers import words_and_pairs
from knowledge.families import family_key
from knowledge.lexical import LexicalIndex
from knowledge.normalise import Lexicon, fold, readings
from knowledge.passages import OUTSIDE, Passage, PassageKind, target_kind

NEIGHBOURS = 8  # families with nearly the same words that are remembered of each
OPENINGS = (
    "",
    "",
    "",
    "",
    "cho em hỏi",
    "ad ơi",
    "em muốn hỏi",
    "anh chị cho hỏi",
    "dạ cho con hỏi",
    "tôi muốn",
    "tui muốn",
    "nhờ tư vấn giúp",
    "mình cần",
    "chào cán bộ",
    "bây giờ",
    "nhà tôi",
    "cho hỏi là",
    "giờ muốn",
    "hỏi tí",
)
ASPECTS = (
    "",
    "",
    "",
    "",
    "",
    "cần giấy tờ gì",
    "cần những gì",
    "hết bao nhiêu tiền",
    "mất mấy ngày",
    "nộp ở đâu",
    "làm ở đâu",
    "thủ tục thế nào",
    "lệ phí bao nhiêu",
    "hồ sơ gồm gì",
    "bao lâu thì xong",
    "làm online được không",
    "phải làm sao",
    "mang theo giấy tờ gì",
    "có mất tiền không",
    "xin mẫu đơn ở đâu",
    "điều kiện gì",
    "nộp hồ sơ chỗ nào",
    "ạ",
)


def roughen(text: str, chance: random.Random) -> str:
    """The text as someone in a hurry would type it."""
    words = text.split()
    if len(words) > 3 and chance.random() < 0.3:
        words.pop(chance.randrange(len(words)))
    if words and chance.random() < 0.35:
        position = chance.randrange(len(words))
        words[position] = _mistype(words[position], chance)
    return " ".join(part for part in (chance.choice(OPENINGS), *words, chance.choice(ASPECTS)) if part)


def _mistype(word: str, chance: random.Random) -> str:
    if len(word) < 3:
        return word
    position = chance.randrange(len(word) - 1)
    return chance.choice(
        (
            word[:position] + word[position + 1 :],
            word[: position + 1] + word[position:],
            word[:position] + word[position + 1] + word[position] + word[position + 2 :],
        )
    )


def train_encoder(
    passages: Iterable[Passage],
    lexicons: Sequence[Lexicon],
    folder: Path,
    *,
    epochs: int = 4,
    batch: int = 256,
    seed: int = 7,
    progress: Callable[[float], None] = lambda share: None,
) -> int:
    """Trains on the passages and writes the model into the folder.

    progress is called with the share done, 0 to 1. Returns the number of passages that were used.
    """
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

    from knowledge.ngram_embedding import NgramEmbedding

    torch.manual_seed(seed)
    torch.set_num_threads(2)
    chance = random.Random(seed)  # noqa: S311 (to be repeatable, not secret)
    groups = _groups(passages, lexicons)
    encoder = NgramEmbedding()
    model = SentenceTransformer(modules=[encoder], device="cpu")
    loss = MultipleNegativesRankingLoss(model)
    # A step touches a few thousand of the rows; the sparse optimizer leaves the others alone and is ten times faster.
    optimizer = torch.optim.SparseAdam(list(model.parameters()), lr=0.01)
    total = sum(len(texts) for texts in groups.values())
    steps = max(1, epochs * total // batch)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.05, total_iters=steps)
    near = _neighbours(groups)
    for step, (anchors, positives) in enumerate(_batches(groups, near, batch, steps, chance), 1):
        optimizer.zero_grad()
        sides = [encoder.preprocess(anchors), encoder.preprocess(positives)]
        value = loss(sides, torch.empty(0))
        value.backward()
        optimizer.step()  # type: ignore[no-untyped-call]
        schedule.step()
        progress(step / steps)
    encoder.save(str(folder))
    return total


def _groups(passages: Iterable[Passage], lexicons: Sequence[Lexicon]) -> dict[str, list[tuple[str, bool]]]:
    """Per family its texts, read out in standard words, and whether a text is a title."""
    groups: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    family: dict[str, str] = {}
    for passage in passages:
        if passage.target == OUTSIDE:
            continue
        if passage.kind is PassageKind.TITLE:
            key = f"{target_kind(passage.target).value} {family_key(passage.text)}"
            family.setdefault(passage.target, key)
        name = family.setdefault(passage.target, passage.target)
        for reading in dict.fromkeys(fold(text) for text in readings(passage.text, lexicons)):
            groups[name].append((reading, passage.kind is PassageKind.TITLE))
    return {name: texts for name, texts in groups.items() if len(texts) > 1}


def _neighbours(groups: Mapping[str, Sequence[tuple[str, bool]]]) -> dict[str, list[str]]:
    """Of each family those with nearly the same words: the ones that a search would confuse with it."""
    names = list(groups)
    index = LexicalIndex.build([[text for text, _ in groups[name]] for name in names], words_and_pairs, b=0.5)
    near = {}
    for place, name in enumerate(names):
        scores = index.scores(groups[name][0][0])
        scores[place] = -1
        near[name] = [names[row] for row in np.argsort(-scores)[:NEIGHBOURS].tolist() if scores[row] > 0]
    return near


def _batches(
    groups: Mapping[str, Sequence[tuple[str, bool]]],
    near: Mapping[str, Sequence[str]],
    size: int,
    steps: int,
    chance: random.Random,
) -> Iterator[tuple[list[str], list[str]]]:
    """Batches in which no family stands twice, families with more texts more often, beside each a neighbour or two."""
    names = list(groups)
    weights = [len(groups[name]) ** 0.5 for name in names]
    for _ in range(steps):
        chosen: dict[str, None] = {}
        for name in chance.choices(names, weights, k=size * 2):
            chosen.setdefault(name)
            if near[name]:
                chosen.setdefault(chance.choice(near[name]))
        anchors, positives = [], []
        for name in list(chosen)[:size]:
            texts = groups[name]
            anchor, positive = chance.sample(range(len(texts)), 2)
            titles = [text for text, is_title in texts if is_title]
            anchors.append(roughen(texts[anchor][0], chance))
            positives.append(chance.choice(titles) if titles and chance.random() < 0.35 else texts[positive][0])
        yield anchors, positives
