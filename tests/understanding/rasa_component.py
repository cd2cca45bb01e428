"""The component of the pipeline: learns, is stored and loaded, doubts, and leaves buttons alone."""

import tempfile
import unittest
from pathlib import Path
from unittest import mock

from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from understanding.component import FALLBACK, RANKED, UNMARKED, Understanding

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


def example(text, intent, aspects=(), **data):
    entities = [{"entity": "aspect", "value": value, "start": 0, "end": 0} for value in aspects]
    return Message(data={TEXT: text, INTENT: intent, ENTITIES: entities, **data})


class ComponentTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.storage = LocalModelStorage.create(Path(cls.folder.name))
        cls.resource = Resource("understanding")
        cls.trained = cls.make()
        cls.data = TrainingData([example(*sentence) for sentence in SENTENCES])
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

    def test_intent_and_aspects(self) -> None:
        message = self.read("đăng ký khai sinh ở đâu")
        self.assertEqual(message.get(INTENT)["name"], "ask_procedure")
        self.assertEqual([(part["entity"], part["value"]) for part in message.get(ENTITIES)], [("aspect", "where")])

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
        self.assertEqual([part["value"] for part in message.get(ENTITIES)], ["where"], "what was said still counts")

    def test_values_that_are_not_likely_enough_do_not_count(self) -> None:
        text = "đăng ký khai sinh ở đâu"
        self.assertEqual(self.read(text, self.load(value_threshold=1.1)).get(ENTITIES), [])
        both = [part["value"] for part in self.read(text, self.load(value_threshold=0.0)).get(ENTITIES)]
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
