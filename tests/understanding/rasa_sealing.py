"""What is sealed can be read with the keys only, and names tell nothing."""

import tempfile
import unittest
from pathlib import Path

from cryptography.fernet import Fernet

from understanding.sealing import NoKey, Seal, seal_here

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
WORDS = "lệ phí đăng ký tạm trú ".encode() * 50


class SealTest(unittest.TestCase):
    def test_what_was_sealed_is_opened(self) -> None:
        seal = Seal([OLD])
        sealed = seal.seal(WORDS)
        self.assertEqual(seal.open(sealed), WORDS)
        self.assertNotIn("lệ phí".encode(), sealed)
        self.assertLess(len(sealed), len(WORDS))

    def test_a_new_key_in_front_opens_what_the_old_one_sealed_and_keeps_the_names(self) -> None:
        both = Seal([NEW, OLD])
        self.assertEqual(both.open(Seal([OLD]).seal(WORDS)), WORDS)
        self.assertIsNone(Seal([OLD]).open(both.seal(WORDS)))
        self.assertEqual(both.name("a"), Seal([OLD]).name("a"))

    def test_names_differ_by_conversation_and_by_key(self) -> None:
        names = {Seal([key]).name(conversation) for key in (OLD, NEW) for conversation in ("a", "b")}
        self.assertEqual(len(names), 4)

    def test_the_keys_come_from_the_setting_or_from_the_actions_file(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "vault-key"
            with self.assertRaises(NoKey):
                seal_here({}, path)
            path.write_text(OLD + "\n", encoding="ascii")
            self.assertEqual(seal_here({}, path).name("a"), Seal([OLD]).name("a"))
            set_here = seal_here({"MOTCUA_VAULT_KEY": f"{NEW}, {OLD}"}, Path(folder) / "none")
            self.assertEqual(set_here.open(Seal([NEW]).seal(WORDS)), WORDS)

    def test_a_key_that_is_none_is_refused_without_being_told(self) -> None:
        with self.assertRaises(NoKey) as caught:
            Seal(["not a key at all"])
        self.assertNotIn("not a key at all", str(caught.exception))
