"""Which life event a message tells of: the one whose sentences are nearest in meaning."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from knowledge.encoder import Encoder
from knowledge.journeys import Journey, load_journeys
from knowledge.normalise import tokens

NEAR = 0.5  # cosine of the nearest sentence from which an event counts as told
SHORT = 6  # words; a shorter message ("giờ làm gì trước") may go on about the procedure under discussion


class JourneyFinder:
    """Finds journeys by the encoder of the index."""

    def __init__(self, journeys: tuple[Journey, ...], encoder: Encoder) -> None:
        self._journeys = journeys
        self._owner = [row for row, journey in enumerate(journeys) for _ in (journey.name, *journey.said)]
        texts = [text for journey in journeys for text in (journey.name, *journey.said)]
        self._vectors = encoder.passages(texts) if texts else np.zeros((0, 1), dtype=np.float32)
        self._encoder = encoder

    @classmethod
    def load(cls, folder: Path, encoder: Encoder) -> JourneyFinder:
        """Of the journeys in a folder."""
        return cls(tuple(load_journeys(folder)), encoder)

    def nearest(self, text: str, procedure: str | None) -> Journey | None:
        """The event that a message (read out) tells of; a short one may mean that of the procedure under discussion."""
        if not self._journeys or not text:
            return None
        near = self._vectors @ self._encoder.queries([text])[0]
        best = int(np.argmax(near))
        if near[best] >= NEAR:
            return self._journeys[self._owner[best]]
        if procedure and len(tokens(text)) <= SHORT:
            return next((item for item in self._journeys if any(step.code == procedure for step in item.steps)), None)
        return None
