"""The classifier learns a toy set, and is the same after it was stored."""

import tempfile
import unittest
from pathlib import Path

import numpy as np

from understanding.classifier import Example, SentenceClassifier

STRENGTHS = (100.0, 100.0)  # of intents and of values
TOY = [
    Example("lam giay khai sinh can giay to gi", "ask", ("aspect=documents",)),
    Example("khai sinh can giay to gi", "ask", ("aspect=documents",)),
    Example("dang ky tam tru het bao nhieu tien", "ask", ("aspect=fees",)),
    Example("dang ky ket hon bao nhieu tien", "ask", ("aspect=fees",)),
    Example("lam khai sinh can giay to gi het bao nhieu tien", "ask", ("aspect=documents", "aspect=fees")),
    Example("dang ky tam tru", "ask", ()),
    Example("lam giay khai sinh", "ask", None),
    Example("xin chao", "greet", ()),
    Example("chao ban", "greet", ()),
    Example("xin chao ban", "greet", ()),
    Example("chao", "greet", ()),
    Example("cam on", "thank", ()),
    Example("cam on nhieu", "thank", ()),
]


class ClassifierTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.classifier = SentenceClassifier.train(TOY, *STRENGTHS)

    def read(self, text):
        chances, said = self.classifier.read(text)
        intent = self.classifier.intents[int(chances.argmax())]
        return intent, {value for value, chance in zip(self.classifier.values, said, strict=True) if chance >= 0.5}

    def test_it_learns_what_it_was_taught(self) -> None:
        for example in TOY:
            if example.values is not None:
                self.assertEqual(self.read(example.text), (example.intent, set(example.values)), example.text)

    def test_it_reads_what_it_has_not_seen(self) -> None:
        self.assertEqual(self.read("khai sinh bao nhieu tien"), ("ask", {"aspect=fees"}))
        self.assertEqual(self.read("chao nhe")[0], "greet")

    def test_accents_make_no_difference(self) -> None:
        for one, other in zip(self.classifier.read("xin chào bạn"), self.classifier.read("xin chao ban"), strict=True):
            np.testing.assert_array_equal(one, other)

    def test_chances_are_chances_whatever_is_said(self) -> None:
        for text in ("", "???", "zzz qqq", "xin", "chao " * 500):
            chances, said = self.classifier.read(text)
            self.assertAlmostEqual(float(chances.sum()), 1.0, places=5)
            self.assertEqual(len(said), 2)
            self.assertTrue(((said >= 0) & (said <= 1)).all())

    def test_intents_and_values_are_named(self) -> None:
        self.assertEqual(self.classifier.intents, ["ask", "greet", "thank"])
        self.assertEqual(self.classifier.values, ["aspect=documents", "aspect=fees"])

    def test_an_example_without_marks_teaches_no_values(self) -> None:
        """Were the unmarked ones counted as "nothing said", the aspect would be less likely."""
        unmarked = [Example("khai sinh can giay to gi", "ask", None)] * 20
        marked_as_none = [Example("khai sinh can giay to gi", "ask", ())] * 20
        with_unmarked = SentenceClassifier.train(TOY + unmarked, *STRENGTHS)
        with_none = SentenceClassifier.train(TOY + marked_as_none, *STRENGTHS)
        text = "khai sinh can giay to gi"
        self.assertGreater(with_unmarked.read(text)[1][0], 0.5)
        self.assertLess(with_none.read(text)[1][0], 0.5)

    def test_the_same_examples_give_the_same_classifier(self) -> None:
        again = SentenceClassifier.train(TOY, *STRENGTHS)
        for one, other in zip(self.classifier.read("khai sinh"), again.read("khai sinh"), strict=True):
            np.testing.assert_array_equal(one, other)

    def test_it_is_the_same_after_storing(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            self.classifier.save(Path(name))
            stored = sorted(path.name for path in Path(name).iterdir())
            loaded = SentenceClassifier.load(Path(name))
        self.assertEqual(stored, ["names.json", "weights.npz"])
        self.assertEqual((loaded.intents, loaded.values), (self.classifier.intents, self.classifier.values))
        for example in TOY:
            for one, other in zip(self.classifier.read(example.text), loaded.read(example.text), strict=True):
                np.testing.assert_allclose(one, other, atol=0.01)  # stored with half the digits
