"""The data that the project ships keeps its own rules."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict

import pytest
import yaml

from knowledge.catalogue import Catalogue, read_catalogue
from knowledge.families import family_key
from knowledge.lexicons import load_lexicons
from knowledge.normalise import fold, tokens
from knowledge.record import national_code
from knowledge.settings import ROOT

DATA = ROOT / "data"
# Districts were abolished on 1 July 2025: no record may send anybody to one.
DISTRICT = re.compile(r"cấp huyện|(?:ủy|uỷ) ban nhân dân huyện|ubnd huyện|\bquận\b", re.IGNORECASE)
# Compared with the portal, but the portal's own page still follows the old law, so the citizen is warned all the same.
OUTDATED_SOURCE = {"2.000986"}
# What these words mean without accents: mở, chị, nhà, cấp, cả, vợ, cô, là, mã. They are never read as something else.
COMMON = ("mo", "chi", "nha", "cap", "ca", "vo", "co", "la", "ma")


def different(texts: tuple[str, ...]) -> int:
    """How many of the texts are not the same but for accents and capitals."""
    return len({fold(text) for text in texts})


def families(catalogue: Catalogue) -> dict[str, str]:
    """Of each code that somebody wrote phrasings for the family of its title; without a title its own."""
    titles = catalogue.known | {code: record.name for code, record in catalogue.procedures.items()}
    return {code: family_key(titles.get(code, "")) or code for code in catalogue.phrasings}


def test_nothing_is_wrong_in_it() -> None:
    _, problems = read_catalogue(DATA)
    assert [str(problem) for problem in problems] == []


def test_there_are_enough_records(shipped: Catalogue) -> None:
    assert len(shipped.procedures) >= 80


def test_a_file_is_named_after_its_code() -> None:
    for folder in ("catalogue", "phrasings"):
        for path in (DATA / folder).glob("*.yml"):
            found = re.findall(r"""^code: *["']?([0-9.]+)["']?$""", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert found == [path.stem], path


def test_every_record_has_its_phrasings(shipped: Catalogue) -> None:
    few = {code: different(shipped.phrasings.get(code, ())) for code in shipped.procedures}
    assert {code: count for code, count in few.items() if count < 15} == {}


def test_people_may_ask_for_far_more_than_there_are_records(shipped: Catalogue) -> None:
    """What the catalogue does not hold is known too, and an import finds its phrasings there."""
    assert set(shipped.procedures) <= set(shipped.phrasings)
    counts = {code: different(texts) for code, texts in shipped.phrasings.items()}
    assert len(counts) >= 700
    assert {code: count for code, count in counts.items() if count < 8} == {}
    assert sum(count >= 12 for count in counts.values()) >= 700


def test_a_code_without_a_record_has_its_official_title(shipped: Catalogue) -> None:
    """Else a citizen who asks for it could not be told what it is that is not held."""
    unheld = shipped.phrasings.keys() - shipped.procedures.keys()
    assert sorted(code for code in unheld if code not in shipped.known) == []


def test_a_title_is_one_line_of_some_words(shipped: Catalogue) -> None:
    odd = {
        code: title
        for code, title in shipped.known.items()
        if len(title.split()) < 2 or " ".join(title.split()) != title or title.endswith("…")
    }
    assert odd == {}


def test_text_is_utf8_and_nfc() -> None:
    folders = ("catalogue", "phrasings", "topics", "elsewhere", "outside", "language")
    paths = [path for folder in folders for path in (DATA / folder).glob("*")]
    assert len(paths) > 800
    wrong = [path for path in paths if not unicodedata.is_normalized("NFC", path.read_text(encoding="utf-8"))]
    assert wrong == []


def test_short_names_are_unique(shipped: Catalogue) -> None:
    names = defaultdict(list)
    for record in shipped.procedures.values():
        names[fold(record.short_name)].append(record.code)
    assert {name: codes for name, codes in names.items() if len(codes) > 1} == {}


def test_no_phrasing_stands_for_two_targets(shipped: Catalogue) -> None:
    """Codes of one family are one matter: the same at another level, or listed twice."""
    targets = defaultdict(set)
    family = families(shipped)
    for code, texts in shipped.phrasings.items():
        for text in texts:
            targets[fold(text)].add(family[code])
    for topic in shipped.topics.values():
        for text in topic.phrasings:
            targets[fold(text)].add(f"topic:{topic.id}")
    for other in shipped.elsewhere.values():
        for text in other.phrasings:
            targets[fold(text)].add(f"elsewhere:{other.id}")
    for text in shipped.outside:
        targets[fold(text)].add("outside")
    assert {text: sorted(found) for text, found in targets.items() if len(found) > 1} == {}


def test_the_codes_of_what_others_handle_are_national_codes_of_no_record(shipped: Catalogue) -> None:
    codes = [(other.id, code) for other in shipped.elsewhere.values() for code in other.codes]
    assert len(codes) > 50
    assert [(name, code) for name, code in codes if national_code(code) != code] == []
    assert [(name, code) for name, code in codes if code in shipped.procedures] == []
    assert len(set(codes)) == len(codes)


def test_no_record_sends_to_a_district() -> None:
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (DATA / "catalogue").glob("*.yml")}
    assert {code: found for code, text in texts.items() if (found := DISTRICT.findall(text))} == {}


def test_a_record_is_unchecked_exactly_when_no_source_was_checked(shipped: Catalogue) -> None:
    unchecked = {code for code, record in shipped.procedures.items() if not record.checked}
    without = {
        code for code, record in shipped.procedures.items() if not any(source.checked for source in record.sources)
    }
    assert unchecked == without | OUTDATED_SOURCE


@pytest.mark.parametrize("name", ["abbreviations", "dialect"])
def test_a_list_of_words_holds_words(name: str) -> None:
    """YAML takes a bare "no" or "on" for a truth value, so every word is looked at."""
    content = yaml.safe_load((DATA / "language" / f"{name}.yml").read_text(encoding="utf-8"))
    for words in content.values():
        assert [pair for pair in words.items() if not all(isinstance(word, str) and word for word in pair)] == []


def test_the_lists_of_words_are_read() -> None:
    abbreviations, dialect = load_lexicons(DATA)
    assert abbreviations.read("lam gks") == "lam giấy khai sinh"
    assert dialect.read("làm ở mô") == "làm ở đâu"


@pytest.mark.parametrize("word", COMMON)
def test_a_common_word_without_accents_is_left_alone(word: str) -> None:
    for lexicon in load_lexicons(DATA):
        assert lexicon.read(word) == word


def test_words_for_messages_without_accents_carry_none() -> None:
    content = yaml.safe_load((DATA / "language" / "dialect.yml").read_text(encoding="utf-8"))
    assert [word for word in content["without_accents"] if " ".join(tokens(word)) != word] == []
