"""Trains our own encoder from the catalogue: what belongs to one procedure moves together, all else apart.

Anchors are citizens' phrasings, roughened as people type (letters lost, doubled or swapped, words dropped, small talk
before, a question about an aspect behind); positives are the title or another phrasing of the same target. Loss:
sentence-transformers' MultipleNegativesRankingLoss. About half a minute on two cores.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from knowledge.normalise import Lexicon, fold, readings
from knowledge.passages import OUTSIDE, Passage, PassageKind

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
    epochs: int = 6,
    batch: int = 96,
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
    for step, (anchors, positives) in enumerate(_batches(groups, batch, steps, chance), 1):
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
    """Per target its texts, read out in standard words, and whether a text is a title."""
    groups: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for passage in passages:
        if passage.target != OUTSIDE:
            for reading in dict.fromkeys(fold(text) for text in readings(passage.text, lexicons)):
                groups[passage.target].append((reading, passage.kind is PassageKind.TITLE))
    return {target: texts for target, texts in groups.items() if len(texts) > 1}


def _batches(
    groups: dict[str, list[tuple[str, bool]]], size: int, steps: int, chance: random.Random
) -> Iterator[tuple[list[str], list[str]]]:
    """Batches in which no target stands twice, targets with more texts more often."""
    targets = list(groups)
    weights = [len(groups[target]) ** 0.5 for target in targets]
    for _ in range(steps):
        chosen = dict.fromkeys(chance.choices(targets, weights, k=size * 2))
        anchors, positives = [], []
        for target in list(chosen)[:size]:
            texts = groups[target]
            anchor, positive = chance.sample(range(len(texts)), 2)
            titles = [text for text, is_title in texts if is_title]
            anchors.append(roughen(texts[anchor][0], chance))
            positives.append(chance.choice(titles) if titles and chance.random() < 0.35 else texts[positive][0])
        yield anchors, positives
