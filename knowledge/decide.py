"""What to do with a question, decided in one place: answer, ask back, or say honestly that it cannot be answered.

From what the search found, a few figures are made; a multinomial logistic regression, fitted on one half of the
development questions (`python -m knowledge tune`), gives the chance of each behaviour. Its weights, the weights of the
fusion and the thresholds stand in data/tuning.yml with the figures they reached on the other half.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from knowledge.errors import RecordError
from knowledge.passages import TargetKind
from knowledge.reply import Outcome
from knowledge.search import FEATURES, Hit

TOPIC_NEAR = 0.5  # how far the best topic may lie behind the best procedure and still ask the question
NOTHING_FOUND = 0.5  # what is left of a message's claim to a topic of its own when no procedure was found for it
BEHAVIOURS = (Outcome.ANSWER, Outcome.CLARIFY, Outcome.NOT_IN_CATALOGUE, Outcome.OUT_OF_SCOPE)
SIGNALS = ("best", "margin", "topic", "elsewhere", "outside", "scope", "length", "meaning", "words", "constant")


class Tuning(BaseModel):
    """Measured weights and thresholds (data/tuning.yml)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fusion: dict[str, float] = Field(description="weight of each part of a score")
    behaviours: dict[str, tuple[float, ...]] = Field(description="for each behaviour the weights of the signals")
    rightness: tuple[float, float, float] = Field(description="of best score, margin and constant: is the first right?")
    naming: tuple[float, ...] = Field(description="of the signals: does a message name a procedure or go on?")
    alternatives_below: float = Field(description="an answer less sure than this offers what else may be meant")
    figures: dict[str, float] = Field(default_factory=dict, description="what was reached on the held-out half")

    @model_validator(mode="after")
    def _complete(self) -> Tuning:
        if set(self.fusion) != set(FEATURES):
            raise ValueError(f"fusion: one weight each for {', '.join(FEATURES)}")
        if set(self.behaviours) != {behaviour.value for behaviour in BEHAVIOURS}:
            raise ValueError(f"behaviours: one list each for {', '.join(BEHAVIOURS)}")
        for name, weights in {**self.behaviours, "naming": self.naming}.items():
            if len(weights) != len(SIGNALS):
                raise ValueError(f"{name}: {len(SIGNALS)} weights, one for each signal")
        return self

    @property
    def fusion_weights(self) -> list[float]:
        """The fusion weights in the order of FEATURES."""
        return [self.fusion[name] for name in FEATURES]


DEFAULT = Tuning(
    fusion={"words": 1.0, "letters": 1.0, "meaning": 1.0, "accents": 0.3},
    behaviours={
        Outcome.ANSWER.value: (2.0, 2.0, -2.0, -2.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0),
        Outcome.CLARIFY.value: (0.0, -1.0, 2.5, -2.0, 0.0, 0.5, -0.5, 0.0, 0.0, 0.0),
        Outcome.NOT_IN_CATALOGUE.value: (-1.0, 0.0, -1.0, 3.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0),
        Outcome.OUT_OF_SCOPE.value: (-1.0, 0.0, -1.0, -1.0, 1.0, -1.0, 0.0, 0.0, 0.0, 1.0),
    },
    rightness=(1.0, 4.0, 0.0),
    naming=(3.0, 2.0, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, -3.0),
    alternatives_below=0.6,
)


def load_tuning(data: Path) -> Tuning:
    """The tuning of a data folder, or the untuned default where there is none."""
    path = data / "tuning.yml"
    if not path.is_file():
        return DEFAULT
    try:
        return Tuning.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise RecordError(f"{path}: {error}.") from error


@dataclass(frozen=True)
class Decision:
    """What to do with a message.

    outcome with its chance (confidence); target: the procedure, topic or handler it is about; others: what else may be
    meant; naming: the chance that the message names something of its own instead of going on about a procedure.
    """

    outcome: Outcome
    confidence: float
    target: str | None
    others: tuple[str, ...] = ()
    naming: float = 1.0

    @property
    def own_topic(self) -> float:
        """The chance that a message within a conversation is about something new that was found."""
        return self.naming * (self.confidence if self.outcome is Outcome.ANSWER else NOTHING_FOUND)


def signals(hits: Sequence[Hit], scope: float, length: int) -> npt.NDArray[np.float64]:
    """The figures that the decision is made from, in the order of SIGNALS. length: syllables of the question."""
    best = dict.fromkeys(TargetKind, 0.0)
    for hit in hits:
        best[hit.kind] = max(best[hit.kind], hit.score)
    procedures = [hit for hit in hits if hit.kind is TargetKind.PROCEDURE]
    top = procedures[0].score if procedures else 0.0
    second = procedures[1].score if len(procedures) > 1 else 0.0
    return np.array(
        [
            top,
            top - second,
            best[TargetKind.TOPIC] - top,
            best[TargetKind.ELSEWHERE] - top,
            best[TargetKind.OUTSIDE] - top,
            max(-6.0, min(6.0, scope)) / 3,
            math.log1p(length),
            procedures[0].part("meaning") if procedures else 0.0,
            procedures[0].part("words") if procedures else 0.0,
            1.0,
        ]
    )


def chances(values: npt.NDArray[np.float64], tuning: Tuning) -> npt.NDArray[np.float64]:
    """The chance of each of BEHAVIOURS."""
    weights = np.array([tuning.behaviours[behaviour.value] for behaviour in BEHAVIOURS])
    logits = weights @ values
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum(), dtype=np.float64)


def decide(hits: Sequence[Hit], scope: float, length: int, tuning: Tuning) -> Decision:
    """What to do with a question of which the search found `hits` (best first)."""
    values = signals(hits, scope, length)
    shares = chances(values, tuning)
    outcome = BEHAVIOURS[int(np.argmax(shares))]
    share = float(shares.max())
    by_kind = {kind: [hit.target for hit in hits if hit.kind is kind] for kind in TargetKind}
    procedures = by_kind[TargetKind.PROCEDURE]
    naming = _logistic(float(np.dot(tuning.naming, values)))
    if outcome is Outcome.ANSWER and procedures:
        right = _logistic(float(np.dot(tuning.rightness, (values[0], values[1], 1.0))))
        confidence = share * right
        others = procedures[1:3] if confidence < tuning.alternatives_below else []
        return Decision(outcome, confidence, procedures[0], tuple(others), naming)
    if outcome is Outcome.CLARIFY and (procedures or by_kind[TargetKind.TOPIC]):
        # A topic asks the better question; without one near, the best procedures themselves are offered.
        topics = by_kind[TargetKind.TOPIC]
        near = topics and values[2] > -TOPIC_NEAR
        return Decision(outcome, share, topics[0] if near else None, tuple(procedures[:4]), naming)
    if outcome is Outcome.NOT_IN_CATALOGUE:
        elsewhere = by_kind[TargetKind.ELSEWHERE]
        return Decision(outcome, share, elsewhere[0] if elsewhere else None, (), naming)
    return Decision(Outcome.OUT_OF_SCOPE, share, None, (), naming)


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, value))))
