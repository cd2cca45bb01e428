"""What a sentence is for (one intent) and what it says beside that (any number of values), by logistic regression.

One weight matrix for all of it, so that reading a message is a look-up and a sum: Rasa's own featurizers and
classifiers, one graph node each, took twenty times as long (docs/decisions/0003). Stored as arrays, nothing pickled.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Sequence, Text, Tuple

import numpy as np
import scipy.sparse
from sklearn.linear_model import LogisticRegression

from understanding.reading import features

# An intent is what a sentence is as a whole, so its features are scaled to length 1. An aspect stands in a few words of
# it, which must count the same in a long story: there all rows are divided by one number, the length of a usual one.
USUAL_LENGTH = 20.0
SEEN_AT_LEAST = 2  # a feature that stands in one example only says nothing about others


@dataclass(frozen=True)
class Example:
    """A sentence (read out), its intent, and its values; None: nobody marked any in it."""

    text: Text
    intent: Text
    values: "Tuple[Text, ...] | None" = ()


class SentenceClassifier:
    """Trained weights. vocabulary: feature -> row; intents and values: the columns of the two parts."""

    def __init__(
        self, vocabulary: Dict[Text, int], idf: np.ndarray, weights: np.ndarray, intents: List[Text], values: List[Text]
    ) -> None:
        self._vocabulary = vocabulary
        self._idf = idf
        self._weights = weights
        self.intents = intents
        self.values = values

    @classmethod
    def train(cls, examples: Sequence[Example], strength: float, value_strength: float) -> "SentenceClassifier":
        """Learns from the examples. The strengths are the inverse of the regularisation (sklearn's C)."""
        vocabulary, idf = _vocabulary([example.text for example in examples])
        rows = scipy.sparse.vstack([_row(example.text, vocabulary, idf) for example in examples]).tocsr()
        whole = scipy.sparse.diags(1 / np.array([_length(row) for row in rows])) @ rows
        intents = sorted({example.intent for example in examples})
        labels = [intents.index(example.intent) for example in examples]
        marked = [row for row, example in enumerate(examples) if example.values is not None]
        values = sorted({value for row in marked for value in examples[row].values or ()})
        columns = [_intent_columns(whole, labels, len(intents), strength)]
        for value in values:
            said = [value in (examples[row].values or ()) for row in marked]
            columns.append(_value_column(rows[marked] / USUAL_LENGTH, said, value_strength))
        return cls(vocabulary, idf, np.hstack(columns).astype(np.float32), intents, values)

    def read(self, text: Text) -> Tuple[np.ndarray, np.ndarray]:
        """The chance of each intent (they sum to 1) and of each value, for a text that was read out."""
        row = _row(text, self._vocabulary, self._idf)
        scores = row.data @ self._weights[row.indices]
        count = len(self.intents)
        scores[:count] /= _length(row)
        scores[count:] /= USUAL_LENGTH
        scores += self._weights[-1]
        powers = np.exp(scores[:count] - scores[:count].max())
        return powers / powers.sum(), 1 / (1 + np.exp(-scores[count:]))

    def save(self, folder: Path) -> None:
        """Writes arrays and JSON into a folder."""
        np.savez(folder / "weights.npz", idf=self._idf, weights=self._weights.astype(np.float16))
        names = {"vocabulary": self._vocabulary, "intents": self.intents, "values": self.values}
        (folder / "names.json").write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "SentenceClassifier":
        """Reads what save wrote."""
        names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
        with np.load(folder / "weights.npz") as arrays:
            idf, weights = arrays["idf"], arrays["weights"].astype(np.float32)
        return cls(names["vocabulary"], idf, weights, names["intents"], names["values"])


def _vocabulary(texts: Sequence[Text]) -> Tuple[Dict[Text, int], np.ndarray]:
    counts: Dict[Text, int] = {}
    for text in texts:
        for feature in set(features(text)):
            counts[feature] = counts.get(feature, 0) + 1
    kept = sorted(feature for feature, count in counts.items() if count >= SEEN_AT_LEAST)
    idf = np.log(len(texts) / np.array([counts[feature] for feature in kept])) + 1
    return {feature: row for row, feature in enumerate(kept)}, idf.astype(np.float32)


def _row(text: Text, vocabulary: Dict[Text, int], idf: np.ndarray) -> scipy.sparse.csr_matrix:
    """The known features of a text, weighted by rarity."""
    found = sorted({vocabulary[feature] for feature in features(text) if feature in vocabulary})
    return scipy.sparse.csr_matrix((idf[found], found, [0, len(found)]), shape=(1, len(vocabulary)))


def _length(row: scipy.sparse.csr_matrix) -> float:
    return float(np.sqrt((row.data**2).sum())) or 1.0


def _intent_columns(rows: scipy.sparse.csr_matrix, labels: List[int], count: int, strength: float) -> np.ndarray:
    # Rare intents are helped, but not so far that an odd question looks like one of them.
    sizes = np.bincount(labels, minlength=count)
    weight = {label: float((sizes.max() / size) ** 0.5) for label, size in enumerate(sizes) if size}
    model = LogisticRegression(C=strength, max_iter=200, class_weight=weight).fit(rows, labels)
    return np.vstack([model.coef_.T, model.intercept_])


def _value_column(rows: scipy.sparse.csr_matrix, said: List[bool], strength: float) -> np.ndarray:
    model = LogisticRegression(C=strength, max_iter=200, class_weight="balanced", solver="liblinear").fit(rows, said)
    return np.append(model.coef_[0], model.intercept_)[:, np.newaxis]
