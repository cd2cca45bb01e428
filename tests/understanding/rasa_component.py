"""The component of the pipeline: learns, is stored and loaded, doubts, and leaves buttons alone."""

import tempfile
import unicodedata
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from understanding.component import ENGLISH, FALLBACK, LANGUAGE, RANKED, UNMARKED, VIETNAMESE, Understanding

SENTENCES = [
    ("làm khai sinh cần giấy tờ gì", "ask_procedure", ["documents"]),
    ("đăng ký kết hôn cần giấy tờ gì", "ask_procedure", ["documents"]),
    ("đăng ký tạm trú ở đâu", "ask_procedure", ["where"]),
    ("khai sinh nộp ở đâu", "ask_procedure", ["where"]),
    ("xin chào", "greet", []),
    ("chào bạn nhé", "greet", []),
    ("cảm ơn bạn", "thank", []),
    ("cảm ơn nhiều nhé", "thank", []),
]
ENGLISH_SENTENCES = [
    ("where do I register a birth", "ask_procedure", ["where"]),
    ("which papers do I need for my passport", "ask_procedure", ["documents"]),
    ("hello there", "greet", []),
    ("thank you very much", "thank", []),
]


def example(text, intent, aspects=(), language="", **data):
    marked = [("aspect", value) for value in aspects] + ([(LANGUAGE, language)] if language else [])
    entities = [{"entity": name, "value": value, "start": 0, "end": 0} for name, value in marked]
    return Message(data={TEXT: text, INTENT: intent, ENTITIES: entities, **data})


class ComponentTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.storage = LocalModelStorage.create(Path(cls.folder.name))
        cls.resource = Resource("understanding")
        cls.trained = cls.make()
        english = [example(*sentence, language=ENGLISH) for sentence in ENGLISH_SENTENCES]
        cls.data = TrainingData([*(example(*sentence) for sentence in SENTENCES), *english])
        cls.trained.train(cls.data)

    @classmethod
    def make(cls, **config):
        settings = {**Understanding.get_default_config(), "threshold": 0.4, "value_threshold": 0.5, "C": 100.0}
        context = ExecutionContext(None)
        return Understanding.create({**settings, **config}, cls.storage, cls.resource, context)

    @classmethod
    def load(cls, **config):
        settings = {**Understanding.get_default_config(), "threshold": 0.4, "value_threshold": 0.5, "C": 100.0}
        return Understanding.load({**settings, **config}, cls.storage, cls.resource, ExecutionContext(None))

    def read(self, text, component=None):
        (message,) = (component or self.trained).process([Message(data={TEXT: text})])
        return message

    def values(self, text, entity, component=None):
        found = self.read(text, component).get(ENTITIES)
        return [part["value"] for part in found if part["entity"] == entity]

    def chance_of_english(self, chance, component=None):
        """Whatever is read is English with this chance."""
        classifier = (component or self.trained)._classifier
        said = np.zeros(len(classifier.values))
        said[classifier.values.index(f"{LANGUAGE}={ENGLISH}")] = chance
        chances = np.ones(len(classifier.intents)) / len(classifier.intents)
        return mock.patch.object(classifier, "read", return_value=(chances, said))

    def test_intent_and_aspects(self) -> None:
        message = self.read("đăng ký khai sinh ở đâu")
        self.assertEqual(message.get(INTENT)["name"], "ask_procedure")
        found = [(part["entity"], part["value"]) for part in message.get(ENTITIES)]
        self.assertEqual(found, [("aspect", "where"), (LANGUAGE, VIETNAMESE)])

    def test_every_sentence_has_one_language(self) -> None:
        for text in ("xin chào", "hello there", "zzz qqq vvv", "đăng ký tạm trú ở đâu", "dạ", "?? Ừ ??"):
            self.assertEqual(len(self.values(text, LANGUAGE)), 1, text)

    def test_a_word_or_two_without_accents_say_nothing_of_the_language(self) -> None:
        """The talk goes on in its language."""
        with self.chance_of_english(0.1):
            for text in ("", "?", "ok", "Vinh", "2", "12 3 45 678", "xin chao", "vang a !"):
                self.assertEqual(self.values(text, LANGUAGE), [], text)
            for text in ("xin chao ban", "vâng"):
                self.assertEqual(self.values(text, LANGUAGE), [VIETNAMESE], text)
        with self.chance_of_english(0.9):
            self.assertEqual(self.values("hello", LANGUAGE), [ENGLISH])

    def test_english_is_read_as_english(self) -> None:
        for text, intent, aspects in ENGLISH_SENTENCES:
            self.assertEqual(self.values(text, LANGUAGE), [ENGLISH], text)
            self.assertEqual(self.values(text, "aspect"), aspects)
            self.assertEqual(self.read(text).get(INTENT)["name"], intent)

    def test_vietnamese_without_accents_is_vietnamese(self) -> None:
        for text in ("cảm ơn bạn nhé", "làm khai sinh cần giấy tờ gì", "đăng ký tạm trú ở đâu"):
            bare = unicodedata.normalize("NFD", text.replace("đ", "d")).encode("ascii", "ignore").decode()
            self.assertEqual(self.values(bare, LANGUAGE), [VIETNAMESE], bare)

    def test_one_vietnamese_letter_makes_it_vietnamese(self) -> None:
        for text in ("thank you very much ạ", "where do I register a birth ở Vinh"):
            self.assertEqual(self.values(text, LANGUAGE), [VIETNAMESE], text)

    def test_half_a_chance_is_not_enough_whatever_the_other_values_need(self) -> None:
        """The threshold of the aspects is low; the language of a whole reply hangs on this one."""
        eager = self.load(value_threshold=0.0)
        for chance, language in ((0.5, VIETNAMESE), (0.51, ENGLISH)):
            with self.chance_of_english(chance, eager):
                self.assertEqual(self.values("hello to you", LANGUAGE, eager), [language])

    def test_taught_no_english_it_knows_none(self) -> None:
        component = self.make()
        with tempfile.TemporaryDirectory() as folder:
            component._storage = LocalModelStorage.create(Path(folder))
            component.train(TrainingData([example(*sentence) for sentence in SENTENCES]))
        self.assertEqual(self.values("hello there my friend", LANGUAGE, component), [VIETNAMESE])

    def test_dialect_is_read_as_the_standard_words(self) -> None:
        one, other = self.read("khai sinh nộp ở mô"), self.read("khai sinh nộp ở đâu")
        self.assertEqual(one.get(INTENT), other.get(INTENT))
        self.assertEqual(one.get(ENTITIES), other.get(ENTITIES))

    def test_the_ranking_begins_with_the_intent_and_falls(self) -> None:
        ranking = self.read("xin chào").get("intent_ranking")
        self.assertEqual(ranking[0], self.read("xin chào").get(INTENT))
        chances = [entry["confidence"] for entry in ranking]
        self.assertEqual(chances, sorted(chances, reverse=True))
        self.assertLessEqual(len(ranking), RANKED)

    def test_what_is_not_likely_enough_is_not_believed(self) -> None:
        doubting = self.load(threshold=0.999999)
        message = self.read("đăng ký khai sinh ở đâu", doubting)
        self.assertEqual(message.get(INTENT)["name"], FALLBACK)
        ranking = message.get("intent_ranking")
        self.assertEqual(ranking[1]["name"], "ask_procedure")
        self.assertAlmostEqual(ranking[0]["confidence"], 1 - ranking[1]["confidence"])
        said = self.values("đăng ký khai sinh ở đâu", "aspect", doubting)
        self.assertEqual(said, ["where"], "what was said still counts")

    def test_values_that_are_not_likely_enough_do_not_count(self) -> None:
        text = "đăng ký khai sinh ở đâu"
        self.assertEqual(self.values(text, "aspect", self.load(value_threshold=1.1)), [])
        both = self.values(text, "aspect", self.load(value_threshold=0.0))
        self.assertEqual(both, ["where", "documents"], "the surest first")

    def test_a_button_is_left_alone(self) -> None:
        for text in ("/greet", '/choose{"procedure": "1.001193"}', "/"):
            self.assertEqual(self.read(text).data, {TEXT: text})

    def test_an_empty_message_is_read_too(self) -> None:
        self.assertTrue(self.read("").get(INTENT)["name"])

    def test_a_loaded_one_reads_the_same(self) -> None:
        loaded = self.load()
        for text, _, _ in SENTENCES:
            one, other = self.read(text), self.read(text, loaded)
            self.assertEqual(one.get(INTENT)["name"], other.get(INTENT)["name"])
            self.assertAlmostEqual(one.get(INTENT)["confidence"], other.get(INTENT)["confidence"], delta=0.01)
            values = [[part["value"] for part in message.get(ENTITIES)] for message in (one, other)]
            self.assertEqual(values[0], values[1])

    def test_an_untrained_one_says_so(self) -> None:
        with self.assertRaises(RuntimeError):
            self.read("xin chào", self.make())

    def test_unmarked_examples_teach_no_values(self) -> None:
        with mock.patch("understanding.component.SentenceClassifier.train") as train:
            marked, unmarked = example("a", "greet"), example("b", "greet", metadata={UNMARKED: True})
            self.make().train(TrainingData([marked, unmarked, example("c", "greet", ["fees"])]))
        examples = train.call_args.args[0]
        self.assertEqual([item.values for item in examples], [(), None, ("aspect=fees",)])

    def test_training_data_pass_through(self) -> None:
        self.assertIs(self.trained.process_training_data(self.data), self.data)
