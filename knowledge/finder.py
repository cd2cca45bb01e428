"""Reading, finding and deciding in one: a question's way without a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.decide import Decision, Tuning, decide, signals
from knowledge.normalise import Lexicon, readings, tokens
from knowledge.scope import ScopeModel
from knowledge.search import Hit, SearchIndex

HITS = 80  # targets that the decision looks at


@dataclass(frozen=True)
class Finder:
    """An index with what is needed to decide on what it finds."""

    index: SearchIndex
    scope: ScopeModel
    lexicons: Sequence[Lexicon]
    tuning: Tuning

    def find(self, text: str) -> tuple[list[Hit], Decision]:
        """Hits, best first, and the decision."""
        hits = self.index.search(text, self.tuning.weights, limit=HITS)
        return hits, decide(hits, self._scope(text), len(tokens(text)), self.tuning)

    def signals(self, text: str) -> tuple[list[Hit], npt.NDArray[np.float64]]:
        """Hits, best first, and the figures that the decision would be made from."""
        hits = self.index.search(text, self.tuning.weights, limit=HITS)
        return hits, signals(hits, self._scope(text), len(tokens(text)))

    def _scope(self, text: str) -> float:
        return self.scope.logit(readings(text, self.lexicons)[-1])
