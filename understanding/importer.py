"""Adds to the hand-written training data what can be made from it or stands elsewhere in data/.

- each sentence once more without accents where it would be read differently (dialect words lose their accents too);
- citizens' phrasings of every procedure, as ask_procedure (their aspects are not annotated, so none is learned);
- the sentences outside the field, as out_of_scope.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Optional, Text

import yaml
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from knowledge.normalise import fold
from understanding.component import UNMARKED
from understanding.reading import load_lexicons, read_out

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FEW = 1  # phrasings of a procedure without a record
DATA = Path(__file__).resolve().parent.parent / "data"


class EverydaySpeech(RasaFileImporter):
    """Rasa's own importer, with those additions."""

    def get_nlu_data(self, language: Optional[Text] = "en") -> TrainingData:
        """The data as written and the additions."""
        written = super().get_nlu_data(language)
        added = [*_phrasings(DATA / "phrasings"), *_outside(DATA / "outside")]
        everything = written.training_examples + added
        return TrainingData(
            everything + _without_accents(everything),
            written.entity_synonyms,
            written.regex_features,
            written.lookup_tables,
            written.responses,
        )

    def get_stories(self, exclusion_percentage: Optional[int] = None) -> StoryGraph:
        """As written."""
        return super().get_stories(exclusion_percentage)

    def get_domain(self) -> Domain:
        """As written."""
        return super().get_domain()


def _without_accents(examples: List[Message]) -> List[Message]:
    lexicons = load_lexicons()
    variants = []
    for example in examples:
        text = example.get(TEXT)
        if text and fold(read_out(fold(text), lexicons)) != fold(read_out(text, lexicons)):
            variants.append(_like(example, fold(text)))
    return variants


def _like(example: Message, text: Text) -> Message:
    """An example with another text; entities keep their values, their place in the text no longer matters."""
    data: Dict[Text, Any] = {TEXT: text, INTENT: example.get(INTENT)}
    if example.get("metadata"):
        data["metadata"] = example.get("metadata")
    entities = [{**entity, "start": 0, "end": 0} for entity in example.get(ENTITIES, [])]
    if entities:
        data[ENTITIES] = entities
    return Message(data=data)


def _phrasings(folder: Path) -> List[Message]:
    """All of the procedures with a record of ours; of the others one each, enough to hear that something is asked."""
    held = {path.stem for path in (folder.parent / "catalogue").glob("*.yml")}
    messages = []
    for path in sorted(folder.glob("*.yml")):
        texts = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)["phrasings"]  # noqa: S506 (a safe loader)
        for text in texts if path.stem in held else texts[:FEW]:
            messages.append(Message(data={TEXT: text, INTENT: "ask_procedure", "metadata": {UNMARKED: True}}))
    return messages


def _outside(folder: Path) -> List[Message]:
    return [
        Message(data={TEXT: text, INTENT: "out_of_scope"})
        for path in sorted(folder.glob("*.yml"))
        for text in yaml.safe_load(path.read_text(encoding="utf-8"))["sentences"]
    ]
