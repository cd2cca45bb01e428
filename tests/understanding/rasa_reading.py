"""Messages are read out in standard words, and their features know no accents."""

import unittest

from understanding.reading import features, load_lexicons, read_out


class ReadingTest(unittest.TestCase):
    def test_features_of_a_sentence(self) -> None:
        found = features("Làm đi")
        self.assertEqual(found[:3], ["lam", "di", "lam di"])
        self.assertIn("#<l", found)
        self.assertIn("#lam>", found)
        self.assertNotIn("#m>di", found, "no letters across syllables")

    def test_pairs_and_triples_are_of_neighbours(self) -> None:
        found = features("a b c d")
        words = [feature for feature in found if not feature.startswith("#")]
        self.assertEqual(words, ["a", "b", "c", "d", "a b", "b c", "c d", "a b c", "b c d"])

    def test_accents_and_capitals_make_no_difference(self) -> None:
        self.assertEqual(features("Đăng Ký Tạm Trú"), features("dang ky tam tru"))

    def test_nothing_has_no_features(self) -> None:
        for text in ("", " ", "?!", "😀"):
            self.assertEqual(features(text), [])

    def test_dialect_and_abbreviations_are_read_out(self) -> None:
        lexicons = load_lexicons()
        self.assertEqual(read_out("mần răng", lexicons), read_out("làm sao", lexicons))
        self.assertEqual(read_out("nộp ở mô rứa", lexicons).split()[:3], ["nộp", "ở", "đâu"])
        self.assertIn("đăng ký", read_out("đk tạm trú", lexicons))

    def test_without_lexicons_a_text_stays(self) -> None:
        self.assertEqual(read_out("mần răng", []), "mần răng")
