"""Records in English: complete, with the same figures, and nothing Vietnamese left in what is answered."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime

import pytest
from pydantic import ValidationError

from knowledge import compose
from knowledge.asking_back import case_question
from knowledge.catalogue import Catalogue
from knowledge.check import check, sourced_facts
from knowledge.dates import due_lines
from knowledge.english import English, in_english, texts_to_translate
from knowledge.moments import Moment
from knowledge.record import Procedure
from knowledge.reply import Aspect, Reply
from knowledge.sections import view
from knowledge.settings import ROOT
from knowledge.situation import asked_of, next_question
from knowledge.tongue import Language, speaking
from knowledge.understood import HERE
from knowledge.working_days import load_calendar
from tests.knowledge import tiny

FEWEST = 30
LONGEST_NAME = 60
BRACKETS = re.compile(r"\([^()]*\)")  # a Vietnamese name stands behind its English in them
QUOTED = re.compile(r"“[^”]*”")  # the words of the source, or how an earlier answer was put
NUMBERED = re.compile(r"\S*\d\S*")  # "126/2020/NĐ-CP", "03-ĐK-TCT"
WEEKDAYS = {"2": "Monday", "3": "Tuesday", "4": "Wednesday", "5": "Thursday", "6": "Friday", "7": "Saturday"}


def translated(shipped: Catalogue) -> Iterator[tuple[Procedure, English]]:
    for code, english in shipped.english.items():
        yield shipped.procedures[code], english


def figures(text: str) -> set[str]:
    """The figures of a text, without needless noughts in front."""
    return {found.lstrip("0") or "0" for found in re.findall(r"\d+", text)}


def without_weekdays(text: str, english: str) -> str:
    """The Vietnamese text without "thứ 2" where the English says "Monday"."""
    for number, day in WEEKDAYS.items():
        if day in english:
            text = text.replace(f"thứ {number}", "")
    return text


def every_text(value: object) -> set[str]:
    """All texts of a record, those too that nobody translates."""
    if isinstance(value, str):
        return {value}
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return {text for part in parts for text in every_text(part)}


def vietnamese(text: str) -> list[str]:
    """The lines with a Vietnamese letter outside of brackets and quotes; the line of the sources is left out."""

    def has_accent(line: str) -> bool:
        plain = NUMBERED.sub("", QUOTED.sub("", line))
        while BRACKETS.search(plain):
            plain = BRACKETS.sub("", plain)
        return any(letter in "đĐ" or "WITH" in unicodedata.name(letter, "") for letter in plain if letter.isalpha())

    return [line for line in text.splitlines() if not line.startswith("Source:") and has_accent(line)]


def everything_in(reply: Reply) -> str:
    """The text, the buttons and the card."""
    parts = [reply.text, *(button.title for button in reply.buttons)]
    if reply.card:
        parts += [reply.card.title, *(f"{row.channel}: {row.time_limit}; {row.fees}" for row in reply.card.ways)]
        if reply.card.checklist:
            parts += [f"{item.name} {item.count} {item.note}" for item in reply.card.checklist.items]
    return "\n".join(parts)


# --- the shipped translations


def test_there_are_enough(shipped: Catalogue) -> None:
    assert len(shipped.english) >= FEWEST
    assert set(shipped.english) <= set(shipped.procedures)


def test_a_file_is_named_after_its_code(shipped: Catalogue) -> None:
    files = {path.stem for path in (ROOT / "data" / "english").glob("*.yml")} - {"sentences"}
    assert files == set(shipped.english)


def test_every_text_that_can_be_told_has_its_english(shipped: Catalogue) -> None:
    missing = {
        record.code: sorted(texts_to_translate(record) - english.texts.keys())
        for record, english in translated(shipped)
        if texts_to_translate(record) - english.texts.keys()
    }
    assert missing == {}


def test_no_text_is_translated_that_does_not_stand_in_the_record(shipped: Catalogue) -> None:
    """What was corrected in the record must be corrected here too."""
    left = {
        record.code: sorted(english.texts.keys() - every_text(record.model_dump(mode="python")))
        for record, english in translated(shipped)
    }
    assert {code: texts for code, texts in left.items() if texts} == {}


def test_both_sides_have_the_same_figures(shipped: Catalogue) -> None:
    differing = {
        (record.code, text): own
        for record, english in translated(shipped)
        for text, own in english.texts.items()
        if figures(without_weekdays(text, own)) != figures(own)
    }
    assert differing == {}


def test_names_fit_a_button_and_tell_procedures_apart(shipped: Catalogue) -> None:
    names = [english.name for english in shipped.english.values()]
    assert [name for name in names if len(name) > LONGEST_NAME or vietnamese(name)] == []
    assert len(set(names)) == len(names)


def test_people_ask_in_many_ways(shipped: Catalogue) -> None:
    assert [code for code, english in shipped.english.items() if len(set(english.phrasings)) < 10] == []
    everyone = [text.lower() for english in shipped.english.values() for text in english.phrasings]
    assert sorted({text for text in everyone if everyone.count(text) > 1}) == []


def test_every_record_stays_what_it_is(shipped: Catalogue) -> None:
    """Figures, conditions, codes and the way of handing in are those of the record."""
    for record, english in translated(shipped):
        own = in_english(record, english)
        assert own.short_name == english.name
        assert (own.code, own.levels, own.related, own.sources, own.doubts) == (
            record.code,
            record.levels,
            record.related,
            record.sources,
            record.doubts,
        )
        assert own.conditions_used() == record.conditions_used()
        for way, told in zip(record.ways, own.ways, strict=True):
            assert [(fee.amount, fee.rate, fee.raw) for fee in way.fees] == [
                (fee.amount, fee.rate, fee.raw) for fee in told.fees
            ]
            assert [(limit.amount, limit.unit) for limit in way.time_limits] == [
                (limit.amount, limit.unit) for limit in told.time_limits
            ]


def test_an_answer_holds_nothing_vietnamese(shipped: Catalogue) -> None:
    """All aspects of every case."""
    left = {}
    with speaking(Language.ENGLISH):
        for record, english in translated(shipped):
            own = in_english(record, english)
            for case in own.cases:
                reply = compose.answer(view(own, case_id=case.id), list(Aspect))
                check(reply, sourced_facts(own))
                if found := vietnamese(everything_in(reply)):
                    left[record.code, case.id] = found
    assert left == {}


def test_a_personal_answer_and_its_questions_hold_nothing_vietnamese(shipped: Catalogue) -> None:
    left = {}
    with speaking(Language.ENGLISH):
        for record, english in translated(shipped):
            own = in_english(record, english)
            for position in range(6 if asked_of(own) else 0):
                answers: dict[str, str] = {}
                said = []
                while question := next_question(own, answers):
                    answers[question.id] = question.options[position % len(question.options)].id
                    said += [everything_in(case_question(own, question)), question.why]
                reply = compose.personal(view(own, answers=answers), answers)
                check(reply, sourced_facts(own))
                if found := vietnamese("\n".join([*said, everything_in(reply)])):
                    left[record.code] = found
    assert left == {}


@pytest.mark.parametrize("day", [datetime(2026, 11, 23, 16, tzinfo=HERE), datetime(2027, 2, 3, 18, tzinfo=HERE)])
def test_a_day_is_told_in_english_over_every_holiday(shipped: Catalogue, day: datetime) -> None:
    calendar = load_calendar()
    with speaking(Language.ENGLISH):
        for record, english in translated(shipped):
            lines = due_lines(in_english(record, english), record.ways, calendar, Moment(day, "chiều nay", "", False))
            assert vietnamese("\n".join(lines)) == [], record.code


# --- translating


@pytest.fixture
def english() -> English:
    return English.model_validate(tiny.ENGLISH)


def test_texts_are_laid_over_the_record(english: English) -> None:
    own = in_english(tiny.procedure(tiny.STAY), english)
    assert own.name == "Registration of temporary residence"
    assert own.short_name == "Temporary residence"
    assert own.where == ("Commune police",)
    assert own.cases[0].documents[0].name == "Residence form"
    assert own.ways[0].fees[0].per == "time"
    assert own.ways[0].fees[0].amount == 7000


def test_what_has_no_english_stays(english: English) -> None:
    own = in_english(tiny.procedure(tiny.STAY, steps=["Nộp tờ khai.", "Chờ."]), english)
    assert own.steps == ("Hand in the form.", "Chờ.")


def test_what_is_no_word_of_ours_is_never_translated() -> None:
    """Ids and conditions would no longer fit each other, a source's own words would no longer be its own."""
    record = tiny.procedure(
        questions=[
            {
                "id": "a",
                "ask": "Hỏi?",
                "why": "Vì thế.",
                "options": [{"id": "b", "label": "Có", "said": ["thuong"]}, {"id": "c", "label": "Không"}],
            }
        ]
    )
    texts = {"a": "X", "b": "X", "thuong": "X", "hai ngày": "X", "60/2014/QH13": "X", "online": "X", "Hỏi?": "Well?"}
    own = in_english(record, English(code=tiny.BIRTH, name="Birth", phrasings=("birth",), texts=texts))
    assert "X" not in every_text(own.model_dump(mode="json"))
    assert own.questions[0].ask == "Well?"


def test_what_is_to_be_translated_is_what_can_be_told() -> None:
    texts = texts_to_translate(tiny.procedure())
    assert {"Đăng ký khai sinh cho trẻ em", "Giấy chứng sinh", "hộ nghèo được miễn", "bản", "Luật Hộ tịch"} <= texts
    assert texts.isdisjoint({"TK-01", "hai ngày", "60/2014/QH13", "thuong", "Cổng thử nghiệm", "Hộ tịch"})


@pytest.mark.parametrize(
    "changes", [{"name": "x" * 61}, {"phrasings": []}, {"texts": {"Lệ phí": ""}}, {"colour": "blue"}, {"code": "1"}]
)
def test_a_broken_translation_is_refused(changes: tiny.Row) -> None:
    with pytest.raises(ValidationError):
        English.model_validate({**tiny.ENGLISH, **changes})


def test_a_text_that_does_not_fit_its_place_is_refused(english: English) -> None:
    """Better when it is tested than when somebody asks."""
    long = english.model_copy(update={"texts": {"Thuê nhà": "x" * 91}})
    with pytest.raises(ValidationError, match=re.escape("cases.0.name")):
        in_english(tiny.procedure(tiny.STAY), long)


def test_the_tiny_translation_is_whole() -> None:
    assert texts_to_translate(tiny.procedure(tiny.STAY)) == set(tiny.ENGLISH["texts"])
