"""`.venv-rasa/bin/python -m understanding.cross_validate`: how well messages are understood, by cross-validation.

Tested are only sentences that somebody wrote by hand into data/nlu, each by a classifier that has not seen it. What the
importer adds (phrasings, outside sentences, variants without accents) helps to learn; a variant of a tested sentence is
left out. Each tested sentence is asked as written and once more without accents.
"""

from __future__ import annotations

import argparse
import zlib
from pathlib import Path
from typing import Any, Dict, List, Set, Text, Tuple

import yaml
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from sklearn.metrics import classification_report, f1_score

from knowledge.normalise import fold
from understanding.classifier import Example, SentenceClassifier
from understanding.component import UNMARKED, Understanding
from understanding.importer import EverydaySpeech
from understanding.reading import load_lexicons, read_out

ROOT = Path(__file__).resolve().parent.parent
ENGLISH = "language=en"
Sentence = Tuple[Text, Example]  # as written, and as learned


def main() -> None:
    """Prints F1 of the intents, of the aspects and of the value that says that a sentence is English."""
    parser = argparse.ArgumentParser(description="Cross-validated F1 of intents, aspects and English.")
    parser.add_argument("--folds", type=int, default=5)
    options = parser.parse_args()
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"][0]
    settings = {**Understanding.get_default_config(), **config}
    written, added = _sentences()
    results = [_fold(written, added, fold_number, options.folds, settings) for fold_number in range(options.folds)]
    for name in ("as written", "without accents"):
        _report(name, [pair for result in results for pair in result[name]], settings["value_threshold"])


def _sentences() -> Tuple[List[Sentence], List[Sentence]]:
    """What was written by hand into data/nlu, and what the importer adds."""
    lexicons = load_lexicons()
    importer = EverydaySpeech(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data" / "nlu")])
    by_hand = {message.get(TEXT) for message in super(EverydaySpeech, importer).get_nlu_data("vi").intent_examples}
    written, added = [], []
    for message in importer.get_nlu_data("vi").intent_examples:
        values = tuple(f"{entity['entity']}={entity['value']}" for entity in message.get(ENTITIES, []))
        unmarked = UNMARKED in (message.get("metadata") or {})
        text = message.get(TEXT)
        example = Example(read_out(text, lexicons), message.get(INTENT), None if unmarked else values)
        (written if text in by_hand and not unmarked else added).append((text, example))
    return written, added


def _fold(
    written: List[Sentence], added: List[Sentence], number: int, folds: int, settings: Dict[Text, Any]
) -> Dict[Text, List[Tuple[Example, SentenceClassifier, Text]]]:
    tested = [pair for pair in written if _fold_of(pair[0], folds) == number]
    hidden = {fold(text) for text, _ in tested}
    learned = [example for text, example in written + added if fold(text) not in hidden]
    classifier = SentenceClassifier.train(learned, settings["C"], settings["value_C"])
    lexicons = load_lexicons()
    return {
        "as written": [(example, classifier, example.text) for _, example in tested],
        "without accents": [(example, classifier, read_out(fold(text), lexicons)) for text, example in tested],
    }


def _fold_of(text: Text, folds: int) -> int:
    return zlib.crc32(fold(text).encode()) % folds


def _report(name: Text, tested: List[Tuple[Example, SentenceClassifier, Text]], threshold: float) -> None:
    wanted = [example.intent for example, _, _ in tested]
    wanted_values = [set(example.values or ()) for example, _, _ in tested]
    read = [_read(classifier, text, threshold) for _, classifier, text in tested]
    got, got_values = [intent for intent, _ in read], [values for _, values in read]
    aspects = sorted(value for value in set().union(*wanted_values, *got_values) if value.startswith("aspect="))
    marks = _table(wanted_values, aspects), _table(got_values, aspects)
    print(f"{name}: {len(tested)} sentences")
    print(f"  intent F1, weighted {f1_score(wanted, got, average='weighted'):.3f}", end=", ")
    print(f"mean over intents {f1_score(wanted, got, average='macro'):.3f}")
    print(f"  aspect F1, micro {f1_score(*marks, average='micro', zero_division=0):.3f}", end=", ")
    print(f"mean over aspects {f1_score(*marks, average='macro', zero_division=0):.3f}")
    english = [ENGLISH in values for values in wanted_values], [ENGLISH in values for values in got_values]
    print(f"  English F1 {f1_score(*english, zero_division=0):.3f}, {sum(english[0])} sentences in English")
    if name == "as written":
        print(classification_report(wanted, got, digits=3, zero_division=0))


def _read(classifier: SentenceClassifier, text: Text, threshold: float) -> Tuple[Text, Set[Text]]:
    """The intent and the values that a classifier finds in a text."""
    chances, said = classifier.read(text)
    values = {value for value, chance in zip(classifier.values, said) if chance >= threshold}
    return classifier.intents[int(chances.argmax())], values


def _table(sentences: List[Set[Text]], values: List[Text]) -> List[List[int]]:
    """One row a sentence, one column a value."""
    return [[int(value in said) for value in values] for said in sentences]


if __name__ == "__main__":
    main()
