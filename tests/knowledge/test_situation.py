"""What holds for one person, and which question is worth asking."""

from __future__ import annotations

from itertools import pairwise

import pytest

from knowledge.catalogue import Catalogue
from knowledge.record import Channel, Condition, Procedure, Question
from knowledge.situation import (
    NO_CASE,
    UNKNOWN,
    answer_in,
    answers_in,
    asked_of,
    holds,
    next_question,
    situation,
)
from tests.knowledge import tiny

AGE: tiny.Row = {
    "id": "tuoi",
    "ask": "Bé được bao nhiêu ngày tuổi ạ?",
    "why": "Quá 60 ngày thì có lệ phí.",
    "unit": "day",
    "options": [
        {"id": "som", "label": "Trong 60 ngày", "below": 61, "said": ["mới sinh", "vừa đẻ"]},
        {"id": "muon", "label": "Quá 60 ngày", "at_least": 61, "said": ["quá hạn", "đã lâu chưa khai"]},
    ],
}
PARENTS: tiny.Row = {
    "id": "cha-me",
    "ask": "Cha mẹ bé đã đăng ký kết hôn chưa ạ?",
    "why": "Chưa kết hôn thì phần khai về cha khác đi.",
    "options": [
        {"id": "co", "label": "Có, đã kết hôn", "said": ["đã đăng ký kết hôn", "đã cưới"]},
        {
            "id": "khong",
            "label": "Không, chưa kết hôn",
            "said": ["chưa đăng ký kết hôn", "chưa cưới", "mẹ đơn thân"],
            "tells": "Phần khai về cha để trống.",
        },
        {"id": "nuoc-ngoai", "label": "Một người là người nước ngoài", "said": ["chồng tây"], "goes_to": tiny.STAY},
    ],
}
FAMILY: tiny.Row = {
    "id": "ho-ngheo",
    "ask": "Nhà mình có phải hộ nghèo không ạ?",
    "why": "Hộ nghèo được miễn lệ phí.",
    "only_if": {"tuoi": ["muon"]},
    "options": [
        {"id": "co", "label": "Có", "said": ["hộ nghèo"]},
        {"id": "khong", "label": "Không", "said": ["không thuộc diện nào"]},
    ],
}


def guided(*questions: tiny.Row) -> Procedure:
    """A birth registration that differs by age, by parents and by poverty."""
    row = tiny.record(questions=list(questions or (AGE, PARENTS, FAMILY)))
    row["cases"][1]["only_if"] = {"cha-me": ["khong"]} if not questions else {}
    for way in row["ways"]:
        way["fees"] = [
            {"name": "Lệ phí", "amount": 0, "when": "đúng hạn", "raw": "0", "only_if": {"tuoi": ["som"]}},
            {
                "name": "Lệ phí quá hạn",
                "amount": 8000,
                "raw": "8.000",
                "only_if": {"tuoi": ["muon"]},
                "reduced_for": ["hộ nghèo được miễn"],
                "free_if": {"ho-ngheo": ["co"]} if not questions or FAMILY in questions else {},
            },
        ]
    return Procedure.model_validate(row)


RECORD = guided()


@pytest.mark.parametrize(
    ("answers", "expected"),
    [({}, None), ({"a": "x"}, True), ({"a": "z"}, False), ({"a": UNKNOWN}, None), ({"a": "y", "b": "no"}, True)],
)
def test_a_condition_holds_or_does_not_or_hangs_on_an_answer(answers: dict[str, str], expected: bool | None) -> None:
    assert holds({"a": ("x", "y")}, answers) is expected


def test_all_questions_of_a_condition_must_be_answered_so() -> None:
    condition: Condition = {"a": ("x",), "b": ("y",)}
    assert holds(condition, {"a": "x"}) is None
    assert holds(condition, {"a": "x", "b": "z"}) is False
    assert holds(condition, {"a": "x", "b": "y"}) is True
    assert holds(condition, {"b": "z"}) is False  # whatever a is


def test_without_conditions_there_is_no_question() -> None:
    assert asked_of(tiny.procedure()) == ()
    assert next_question(tiny.procedure(), {}) is None


def test_what_is_out_of_the_question_is_taken_away() -> None:
    early = situation(RECORD, {"tuoi": "som", "cha-me": "co"})
    assert early.case.id == "thuong"
    assert [[fee.amount for fee in way.fees] for way in early.ways] == [[0], [0]]
    late = situation(RECORD, {"tuoi": "muon", "cha-me": "khong"})
    assert late.case.id == "bo-roi"
    assert [[fee.amount for fee in way.fees] for way in late.ways] == [[8000], [8000]]
    assert late.tells == ("Phần khai về cha để trống.",)


def test_what_is_not_known_stays_in() -> None:
    nothing = situation(RECORD, {})
    assert [len(way.fees) for way in nothing.ways] == [2, 2]
    assert nothing.case is RECORD.cases[0]


def test_who_is_exempt_pays_nothing_and_is_not_told_of_others_exemptions() -> None:
    poor = situation(RECORD, {"tuoi": "muon", "cha-me": "co", "ho-ngheo": "co"})
    assert [[(fee.amount, fee.reduced_for) for fee in way.fees] for way in poor.ways] == [[(0, ())], [(0, ())]]
    other = situation(RECORD, {"tuoi": "muon", "cha-me": "co", "ho-ngheo": "khong"})
    assert [[fee.amount for fee in way.fees] for way in other.ways] == [[8000], [8000]]


def test_an_answer_may_lead_to_another_procedure() -> None:
    assert situation(RECORD, {"cha-me": "nuoc-ngoai"}).goes_to == tiny.STAY
    assert situation(RECORD, {"cha-me": "co"}).goes_to is None


def asked_in_turn(answers: dict[str, str], chosen: dict[str, str]) -> list[str]:
    """The ids of the questions that somebody is asked who gives the chosen answers."""
    asked = []
    while question := next_question(RECORD, answers):
        asked.append(question.id)
        answers = {**answers, question.id: chosen[question.id]}
    return asked


def test_only_what_changes_the_answer_is_asked() -> None:
    early = asked_in_turn({}, {"tuoi": "som", "cha-me": "co"})
    assert sorted(early) == ["cha-me", "tuoi"]  # nobody with a new-born is asked whether they are poor
    late = asked_in_turn({}, {"tuoi": "muon", "cha-me": "co", "ho-ngheo": "co"})
    assert sorted(late) == ["cha-me", "ho-ngheo", "tuoi"]
    assert asked_in_turn({}, {"tuoi": "muon", "cha-me": "nuoc-ngoai"})[-1] == "cha-me"


def test_who_does_not_know_is_not_asked_again() -> None:
    assert asked_in_turn({"tuoi": UNKNOWN, "cha-me": UNKNOWN}, {}) == []


def test_a_question_without_effect_is_not_asked() -> None:
    idle = {**PARENTS, "options": [{"id": "a", "label": "A"}, {"id": "b", "label": "B"}]}
    record = guided(AGE, idle)
    assert [question.id for question in asked_of(record)] == ["tuoi", "cha-me"]
    first = next_question(record, {})
    assert first is not None
    assert first.id == "tuoi"
    assert next_question(record, {"tuoi": "som"}) is None


def test_the_way_of_handing_in_is_asked_only_where_papers_hang_on_it() -> None:
    row = tiny.record()
    assert asked_of(Procedure.model_validate(row)) == ()
    row["cases"][0]["documents"][1]["only_if"] = {"channel": ["direct"]}
    record = Procedure.model_validate(row)
    (channel,) = asked_of(record)
    assert [option.id for option in channel.options] == [Channel.ONLINE, Channel.DIRECT]  # it has no postal way
    online = situation(record, {"channel": "online"})
    assert [document.name for document in online.documents] == ["Tờ khai đăng ký khai sinh"]
    assert [way.channel for way in online.ways] == [Channel.ONLINE]


QUESTION = Question.model_validate(PARENTS)
DAYS = Question.model_validate(AGE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hai đứa em chưa cưới", "khong"),
        ("vo chong em chua dang ky ket hon", "khong"),
        ("vợ chồng em đã đăng ký kết hôn rồi", "co"),
        ("chồng tây", "nuoc-ngoai"),
        ("làm khai sinh cho con", None),
        ("đã cưới mà chưa đăng ký kết hôn", "khong"),  # the longer phrase says more
    ],
)
def test_an_answer_is_heard_in_somebodys_own_words(text: str, expected: str | None) -> None:
    found = answer_in(QUESTION, text, asked=False)
    assert (found.id if found else None) == expected


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("con em 3 tháng tuổi rồi", False, "muon"),
        ("bé được 2 tuần", False, "som"),
        ("bé sinh được 60 ngày", False, "som"),
        ("bé sinh được 61 ngày", False, "muon"),
        ("nộp rồi 3 ngày có không", False, None),
        ("45", True, "som"),
        ("khoảng 90 ngày", True, "muon"),
        ("45", False, None),
        ("quá 60 ngày rồi", True, "muon"),
        ("chưa tới 60 ngày", True, "som"),
        ("bé được 2 tháng 10 ngày", False, "muon"),
        ("bé được 1 tháng 10 ngày", False, "som"),
        ("bé sinh được sáu mươi mốt ngày", False, "muon"),
        ("be sinh duoc hai muoi ngay", False, "som"),
        ("bé sinh ngày 5 tháng 10", False, None),  # a date
        ("sinh 5 tháng 10", True, None),
        ("bé sinh sau ngày 1/7", False, None),  # not six days
        ("be sinh sau ngay 1/7", True, None),
        ("còn 5 tháng nữa hết hạn", True, None),
        ("sinh năm 2020", True, None),
    ],
)
def test_a_number_says_which_span_it_lies_in(text: str, asked: bool, expected: str | None) -> None:
    found = answer_in(DAYS, text, asked=asked)
    assert (found.id if found else None) == expected


YEARS = Question.model_validate(
    {
        "id": "tuoi",
        "ask": "Cháu mấy tuổi ạ?",
        "why": "Từ đủ 14 tuổi thì khác.",
        "unit": "year",
        "options": [{"id": "nho", "label": "Chưa đủ 14", "below": 14}, {"id": "lon", "label": "Từ 14", "at_least": 14}],
    }
)


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("cháu 13 tuổi", False, "nho"),
        ("cháu dưới 14 tuổi", False, "nho"),
        ("chau chua du 14 tuoi", False, "nho"),
        ("cháu 14 tuổi", False, "lon"),
        ("trên 14 tuổi rồi", False, "lon"),
        ("mười ba tuổi", False, "nho"),
        ("cháu mười bốn tuổi", False, "lon"),
        ("chau muoi lam tuoi", False, "lon"),
        ("hai mươi mốt tuổi", False, "lon"),
        ("ba bốn tuổi gì đó", False, None),
        ("tám tháng tuổi", False, "nho"),
        ("đi Nhật 15 năm về", False, None),  # no age
        ("đi nước ngoài năm năm", False, None),
        ("hộ chiếu hạn 10 năm", False, None),
        ("bằng lái còn 5 tháng nữa hết hạn", False, None),
        ("13", True, "nho"),
        ("2015", True, None),  # a year of birth is no age
        ("sinh năm 2015", True, None),
    ],
)
def test_an_age_is_heard_where_one_is_told(text: str, asked: bool, expected: str | None) -> None:
    found = answer_in(YEARS, text, asked=asked)
    assert (found.id if found else None) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("đã cưới", "co"), ("không phải mẹ đơn thân", None), ("không cưới", None)]
)
def test_what_is_denied_is_not_heard(text: str, expected: str | None) -> None:
    found = answer_in(Question.model_validate(PARENTS), text, asked=False)
    assert (found.id if found else None) == expected


def test_a_record_without_cases_has_a_situation_and_no_question() -> None:
    """Many imported ones say nothing of their papers."""
    record = tiny.imported(tiny.BEES, "Nuôi ong", ways=[{"channel": "direct"}])
    assert next_question(record, {}) is None
    assert situation(record, {"channel": "direct"}).documents == ()
    assert situation(record, {"channel": "direct"}).case is NO_CASE


def test_a_label_counts_only_as_an_answer() -> None:
    assert answer_in(QUESTION, "có, đã kết hôn", asked=True) is QUESTION.options[0]
    assert answer_in(Question.model_validate(FAMILY), "có", asked=False) is None


def test_all_that_a_message_says_is_heard_at_once() -> None:
    assert answers_in(RECORD, "mẹ đơn thân làm khai sinh cho con mới sinh", {}) == {"tuoi": "som", "cha-me": "khong"}
    assert answers_in(RECORD, "đã cưới", {"cha-me": "khong"}) == {"cha-me": "khong"}  # a record's own word stands


# --- the shipped records

MOST_QUESTIONS = 4
MOST_OUTCOMES = 600


def test_many_records_guide_by_case(shipped: Catalogue) -> None:
    assert sum(bool(asked_of(record)) for record in shipped.procedures.values()) >= 40


def _combinations(record: Procedure) -> int:
    result = 1
    for question in asked_of(record):
        result *= len(question.options)
    return result


def test_no_record_asks_too_much(shipped: Catalogue) -> None:
    guiding = [record for record in shipped.procedures.values() if asked_of(record)]
    assert {record.code for record in guiding if _combinations(record) > MOST_OUTCOMES} == set()
    long = set()
    for record in guiding:
        for first in range(6):
            answers: dict[str, str] = {}
            while question := next_question(record, answers):
                answers[question.id] = question.options[first % len(question.options)].id
            if len(answers) > MOST_QUESTIONS:
                long.add(record.code)
    assert long == set()


def test_every_phrase_is_heard_as_its_own_answer(shipped: Catalogue) -> None:
    wrong = []
    for record in shipped.procedures.values():
        for question in record.questions:
            for option in question.options:
                wrong += [
                    (record.code, question.id, phrase)
                    for phrase in option.said
                    if answer_in(question, phrase, asked=False) is not option
                ]
    assert wrong == []


def test_another_procedure_that_is_named_is_held(shipped: Catalogue) -> None:
    options = [
        (record.code, option.goes_to)
        for record in shipped.procedures.values()
        for question in record.questions
        for option in question.options
        if option.goes_to
    ]
    assert [(code, other) for code, other in options if other not in shipped.procedures or other == code] == []


def test_spans_of_numbers_meet(shipped: Catalogue) -> None:
    for record in shipped.procedures.values():
        for question in record.questions:
            spans = [option for option in question.options if option.at_least is not None or option.below is not None]
            assert bool(spans) <= bool(question.unit), (record.code, question.id)
            for left, right in pairwise(sorted(spans, key=lambda option: option.at_least or 0)):
                assert left.below == right.at_least, (record.code, question.id)
