"""What the importer adds to the hand-written sentences."""

import tempfile
import unittest
from pathlib import Path
from unittest import mock

from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT

from understanding import importer
from understanding.component import UNMARKED
from understanding.importer import EverydaySpeech

ROOT = Path(__file__).resolve().parents[2]
NLU = """version: "3.1"
nlu:
- intent: ask_follow_up
  examples: |
    - chỗ nộp [mô]{"entity": "aspect", "value": "where"} rứa
    - xin chao
- intent: greet
  examples: |
    - alo
"""


class ImporterTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        data = Path(folder.name)
        for name, text in {
            "nlu/nlu.yml": NLU,
            "catalogue/1.001193.yml": "code: '1.001193'\n",
            "phrasings/1.001193.yml": "code: '1.001193'\nphrasings: [khai sinh cho cháu mệ ngoại, khai sinh]\n",
            "phrasings/1.000001.yml": "code: '1.000001'\nphrasings: [mở mỏ đá, xin khai thác đá]\n",
            "outside/a.yml": "subject: a\nsentences: [giá vàng]\n",
        }.items():
            (data / name).parent.mkdir(exist_ok=True)
            (data / name).write_text(text, encoding="utf-8")
        with mock.patch.object(importer, "DATA", data):
            loader = EverydaySpeech(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(data / "nlu")])
            cls.examples = {message.get(TEXT): message for message in loader.get_nlu_data("vi").intent_examples}
            cls.domain = loader.get_domain()

    def test_what_was_written_stays(self) -> None:
        self.assertEqual(self.examples["xin chao"].get(INTENT), "ask_follow_up")
        self.assertEqual(self.examples["alo"].get(INTENT), "greet")

    def test_phrasings_are_questions_whose_aspects_nobody_marked(self) -> None:
        for text in ("khai sinh", "khai sinh cho cháu mệ ngoại"):
            self.assertEqual(self.examples[text].get(INTENT), "ask_procedure")
            self.assertIn(UNMARKED, self.examples[text].get("metadata"))

    def test_of_a_procedure_without_a_record_one_phrasing_is_enough(self) -> None:
        self.assertEqual(self.examples["mở mỏ đá"].get(INTENT), "ask_procedure")
        self.assertNotIn("xin khai thác đá", self.examples)

    def test_sentences_outside_are_out_of_scope(self) -> None:
        self.assertEqual(self.examples["giá vàng"].get(INTENT), "out_of_scope")
        self.assertNotIn(UNMARKED, self.examples["giá vàng"].get("metadata") or {})

    def test_a_variant_without_accents_where_it_would_be_read_differently(self) -> None:
        variant = self.examples["cho nop mo rua"]
        self.assertEqual(variant.get(INTENT), "ask_follow_up")
        self.assertEqual([entity["value"] for entity in variant.get(ENTITIES)], ["where"])
        self.assertNotIn("gia vang", self.examples, "its features are the same, so it teaches nothing new")

    def test_a_variant_of_a_phrasing_is_unmarked_too(self) -> None:
        self.assertIn(UNMARKED, self.examples["khai sinh cho chau me ngoai"].get("metadata"))

    def test_the_domain_is_as_written(self) -> None:
        self.assertIn("ask_follow_up", self.domain.intents)

    def test_the_projects_own_data_can_be_read(self) -> None:
        loader = EverydaySpeech(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data" / "nlu")])
        examples = loader.get_nlu_data("vi").intent_examples
        intents = {message.get(INTENT) for message in examples}
        never_said = {"restart", "back", "session_start", "nlu_fallback", "give_contact"}  # the last: channels only
        self.assertEqual(intents, set(loader.get_domain().intents) - never_said)
        self.assertGreater(len(examples), 2000)
