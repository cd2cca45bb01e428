"""The one component of Rasa's pipeline: intent, aspects and chosen number of a message."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Dict, List, Optional, Text

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from understanding.classifier import Example, SentenceClassifier
from understanding.reading import load_lexicons, read_out

UNMARKED = "unmarked"  # metadata of examples in which nobody marked any span
FALLBACK = "nlu_fallback"
ASK_STATUS = "ask_status"  # what a message with the code of a dossier is about, whatever else it says
STOP = "stop"
STOP_WORDS = ("dừng", "dung", "stop", "dừng lại", "thôi dừng")  # one word must end messages, whatever else it may mean
# As in actions/dossiers/codes.py, roughly: H41 or a ministry's G09, a day of six or eight digits, a serial number.
DOSSIER_CODE = re.compile(
    r"(?<![\w.])(?:\d{3}[. ]\d{2}[. ]\d{2}[. ])?[hg]\d{2}(?:\.\d{1,3}){0,3}"
    r"[-‐-―_. ]{0,3}(?:20)?\d{2}[01]\d[0-3]\d[-‐-―_. ]{0,3}\d{3,8}(?!\d)",
    re.IGNORECASE,
)
LANGUAGE = "language"  # the slot of that name follows the last words that tell it
VIETNAMESE, ENGLISH = "vi", "en"
FEW_WORDS = 2
MORE_LIKELY_THAN_NOT = 0.5
RANKED = 5


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR], is_trainable=True
)
class Understanding(GraphComponent, IntentClassifier):
    """Reads a message out in standard words and classifies it."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """The chances from which an intent is believed and a value counts; how closely each is fitted (sklearn's C)."""
        return {"threshold": 0.5, "value_threshold": 0.25, "C": 40.0, "value_C": 5.0}

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._lexicons = load_lexicons()
        self._classifier: "SentenceClassifier | None" = None

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "Understanding":
        """An untrained one."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from all examples."""
        examples = [self._example(message) for message in training_data.intent_examples if message.get(TEXT)]
        self._classifier = SentenceClassifier.train(examples, self._config["C"], self._config["value_C"])
        with self._storage.write_to(self._resource) as folder:
            self._classifier.save(folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "Understanding":
        """A trained one, from a model that this project trained."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._classifier = SentenceClassifier.load(folder)
        return component

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing stands behind this component that would need its results."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets intent and entities; what a button says is left to Rasa."""
        for message in messages:
            text = message.get(TEXT) or ""
            if not text.startswith("/"):
                self._understand(message, text)
        return messages

    def _understand(self, message: Message, text: Text) -> None:
        if self._classifier is None:
            raise RuntimeError("The component was neither trained nor loaded.")
        chances, said = self._classifier.read(read_out(text, self._lexicons))
        order = chances.argsort()[::-1][:RANKED]
        ranking = [{"name": self._classifier.intents[row], "confidence": float(chances[row])} for row in order]
        if DOSSIER_CODE.search(text):
            ranking.insert(0, {"name": ASK_STATUS, "confidence": 1.0})
        elif unicodedata.normalize("NFC", text).lower().strip(" .!") in STOP_WORDS:
            ranking.insert(0, {"name": STOP, "confidence": 1.0})
        elif ranking[0]["confidence"] < self._config["threshold"]:
            ranking.insert(0, {"name": FALLBACK, "confidence": 1 - ranking[0]["confidence"]})
        found = []
        for row in said.argsort()[::-1]:
            if said[row] >= self._config["value_threshold"]:
                entity, _, value = self._classifier.values[row].partition("=")
                if entity != LANGUAGE:
                    found.append({"entity": entity, "value": value, "confidence_entity": float(said[row])})
        language = self._language(text, said)
        if language:
            found.append({"entity": LANGUAGE, "value": language})
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set("intent_ranking", ranking, add_to_output=True)
        message.set(ENTITIES, found, add_to_output=True)

    def _language(self, text: Text, said: np.ndarray) -> Optional[Text]:
        """English, if the sentence is more likely so than not and has no Vietnamese letter; else Vietnamese.

        None for a word or two without accents ("ok", "Vinh", "hello"): the talk goes on in its language.
        """
        values = self._classifier.values if self._classifier else []
        column = f"{LANGUAGE}={ENGLISH}"
        likely = column in values and said[values.index(column)] > MORE_LIKELY_THAN_NOT
        if likely and text.isascii():
            return ENGLISH
        words = [word for word in text.split() if any(letter.isalpha() for letter in word)]
        return None if text.isascii() and len(words) <= FEW_WORDS else VIETNAMESE

    def _example(self, message: Message) -> Example:
        values = tuple(f"{entity['entity']}={entity['value']}" for entity in message.get(ENTITIES, []))
        unmarked = UNMARKED in (message.get("metadata") or {})
        return Example(read_out(message.get(TEXT), self._lexicons), message.get(INTENT), None if unmarked else values)
