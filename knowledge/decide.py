"""What to do with a question, decided in one place: answer, ask back, or say honestly that it cannot be answered.

From what the search found, a few figures are made; a multinomial logistic regression, fitted on one half of the
development questions (`python -m knowledge tune`), gives the chance of each behaviour. Its weights, the weights of the
ranking and the thresholds stand in data/tuning.yml with the figures they reached on the other half.
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

TOPIC_NEAR = 3.0  # how far the best topic may lie behind the best procedure and still ask the question
NOTHING_FOUND = 0.5  # what is left of a message's claim to a topic of its own when no procedure was found for it
FAR_BEHIND = -12.0  # how far the best of another kind may lie behind, as a signal
FARTHEST = 12.0  # how far the first may lie before the second, as a signal
BEHAVIOURS = (Outcome.ANSWER, Outcome.CLARIFY, Outcome.NOT_IN_CATALOGUE, Outcome.OUT_OF_SCOPE)
SIGNALS = (
    "best",
    "margin",
    "share",
    "topic",
    "elsewhere",
    "outside",
    "scope",
    "length",
    "meaning",
    "words",
    "title",
    "named",
    "unspoken",
    "constant",
)


class Tuning(BaseModel):
    """Measured weights and thresholds (data/tuning.yml)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ranking: dict[str, float] = Field(description="weight of each part of a score")
    behaviours: dict[str, tuple[float, ...]] = Field(description="for each behaviour the weights of the signals")
    rightness: tuple[float, float, float] = Field(
        description="of the log odds of the behaviour, of the first procedure, and constant: is the answer right?"
    )
    naming: tuple[float, ...] = Field(description="of the signals: does a message name a procedure or go on?")
    refuse_above: float = Field(default=0.5, description="chance of the two refusals together from which to refuse")
    ask_above: float = Field(default=0.5, description="share of asking back, against answering, from which to ask")
    alternatives_below: float = Field(description="an answer less sure than this offers what else may be meant")
    figures: dict[str, float] = Field(default_factory=dict, description="what was reached on the held-out half")

    @model_validator(mode="after")
    def _complete(self) -> Tuning:
        if set(self.ranking) != set(FEATURES):
            raise ValueError(f"ranking: one weight each for {', '.join(FEATURES)}")
        if set(self.behaviours) != {behaviour.value for behaviour in BEHAVIOURS}:
            raise ValueError(f"behaviours: one list each for {', '.join(BEHAVIOURS)}")
        for name, weights in {**self.behaviours, "naming": self.naming}.items():
            if len(weights) != len(SIGNALS):
                raise ValueError(f"{name}: {len(SIGNALS)} weights, one for each signal")
        return self

    @property
    def weights(self) -> list[float]:
        """The weights of the ranking in the order of FEATURES."""
        return [self.ranking[name] for name in FEATURES]


DEFAULT = Tuning(
    ranking={
        "words": 3.0,
        "title": 1.0,
        "letters": 1.5,
        "body": 2.0,
        "accents": 3.0,
        "meaning": 4.0,
        "title_meaning": 4.0,
        "nearest_three": 3.0,
        "spoken": -2.5,
        "commune": 0.0,
        "province": 0.0,
        "named": 2.0,
    },
    behaviours={
        Outcome.ANSWER.value: (0.2, 0.2, 2.0, -0.5, -0.5, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        Outcome.CLARIFY.value: (0.0, -0.1, -1.0, 0.6, -0.5, 0.0, 0.5, -0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        Outcome.NOT_IN_CATALOGUE.value: (-0.1, 0.0, 0.0, -0.5, 0.8, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        Outcome.OUT_OF_SCOPE.value: (-0.2, 0.0, -1.0, -0.5, -0.5, 0.3, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    },
    rightness=(1.0, 0.5, 0.0),
    naming=(0.3, 0.2, 0.0, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -3.0),
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
    best = {kind: max((hit.score for hit in hits if hit.kind is kind), default=None) for kind in TargetKind}
    procedures = [hit for hit in hits if hit.kind is TargetKind.PROCEDURE]
    top = procedures[0].score if procedures else 0.0
    second = procedures[1].score if len(procedures) > 1 else 0.0

    def ahead(kind: TargetKind) -> float:
        score = best[kind]
        return FAR_BEHIND if score is None else max(FAR_BEHIND, score - top)

    return np.array(
        [
            top,
            min(FARTHEST, top - second),
            first_share(hits),
            ahead(TargetKind.TOPIC),
            ahead(TargetKind.ELSEWHERE),
            ahead(TargetKind.OUTSIDE),
            max(-6.0, min(6.0, scope)) / 3,
            math.log1p(length),
            procedures[0].part("meaning") if procedures else 0.0,
            procedures[0].part("words") if procedures else 0.0,
            procedures[0].part("title_meaning") if procedures else 0.0,
            procedures[0].part("named") if procedures else 0.0,
            1.0 - procedures[0].part("spoken") if procedures else 1.0,
            1.0,
        ]
    )


def first_share(hits: Sequence[Hit]) -> float:
    """The chance that the first procedure is the right one, if one of those found is (softmax of the scores)."""
    scores = np.array([hit.score for hit in hits if hit.kind is TargetKind.PROCEDURE])
    return float(1 / np.exp(scores - scores[0]).sum()) if len(scores) else 0.0


def chances(values: npt.NDArray[np.float64], tuning: Tuning) -> npt.NDArray[np.float64]:
    """The chance of each of BEHAVIOURS."""
    weights = np.array([tuning.behaviours[behaviour.value] for behaviour in BEHAVIOURS])
    logits = weights @ values
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum(), dtype=np.float64)


def choose(shares: npt.NDArray[np.float64], tuning: Tuning) -> Outcome:
    """The behaviour for these chances: refuse from a threshold on, else ask back from a threshold on, else answer."""
    answer, clarify, missing, outside = shares.tolist()
    if missing + outside > tuning.refuse_above:
        return Outcome.NOT_IN_CATALOGUE if missing > outside else Outcome.OUT_OF_SCOPE
    return Outcome.CLARIFY if clarify > tuning.ask_above * (answer + clarify) else Outcome.ANSWER


def decide(hits: Sequence[Hit], scope: float, length: int, tuning: Tuning) -> Decision:
    """What to do with a question of which the search found `hits` (best first)."""
    values = signals(hits, scope, length)
    shares = chances(values, tuning)
    outcome = choose(shares, tuning)
    share = float(shares[BEHAVIOURS.index(outcome)])
    by_kind = {kind: [hit for hit in hits if hit.kind is kind] for kind in TargetKind}
    procedures = by_kind[TargetKind.PROCEDURE]
    naming = _logistic(float(np.dot(tuning.naming, values)))
    if outcome is Outcome.ANSWER and procedures:
        confidence = _logistic(float(np.dot(tuning.rightness, (log_odds(share), log_odds(values[2]), 1.0))))
        others = [*procedures[0].twins[:3]]
        if confidence < tuning.alternatives_below:
            others += [hit.target for hit in procedures[1:3]]
        return Decision(outcome, confidence, procedures[0].target, tuple(others[:4]), naming)
    if outcome is Outcome.CLARIFY and (procedures or by_kind[TargetKind.TOPIC]):
        # A topic asks the better question; without one near, the best procedures themselves are offered.
        topics = by_kind[TargetKind.TOPIC]
        near = topics and values[3] > -TOPIC_NEAR
        offered = tuple(hit.target for hit in procedures[:4])
        return Decision(outcome, share, topics[0].target if near else None, offered, naming)
    if outcome is Outcome.NOT_IN_CATALOGUE:
        elsewhere = by_kind[TargetKind.ELSEWHERE]
        return Decision(outcome, share, elsewhere[0].target if elsewhere else None, (), naming)
    return Decision(Outcome.OUT_OF_SCOPE, share, None, (), naming)


def log_odds(chance: float) -> float:
    """ln(p / (1 - p)), within reason."""
    bounded = max(1e-4, min(1 - 1e-4, chance))
    return math.log(bounded / (1 - bounded))


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, value))))
