"""Whose case it is: what of a record holds for one person, and which question is worth asking next.

A record names what its answer differs by (`questions`) and says of each case, document, fee and time limit under which
answers it holds (`only_if`). With some answers still open, several outcomes are possible; the next question is the one
that leaves the fewest on average, and none is asked that could change nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from knowledge.normalise import fold, tokens
from knowledge.record import (
    CHANNEL_QUESTION,
    Case,
    Channel,
    Condition,
    Document,
    Option,
    Procedure,
    Question,
    TimeUnit,
    Way,
)

_DENIED = re.compile(r" (?:khong|ko|k|chua|chang|not)(?: phai| phai la| la)? $")  # in front of a phrase, folded
_MUST = re.compile(r" (?:phai|can|bat buoc|co can)(?: \w+){0,3} $")  # "must I have a medical report first?"
_QUESTION_END = re.compile(r" (?:a|ha|khong|ko|nhi|dung khong|phai khong|truoc a|moi duoc) $")
SHORT = 6  # words
REMEMBERED = 4096  # of questions that were worked out: the next one takes thousands of steps
PHRASES = 32_768  # of records that stay folded; the catalogue has about ten thousand
UNKNOWN = "?"  # the answer of somebody who does not know; never asked again
Answers = Mapping[str, str]
NO_CASE = Case.model_construct(id="khong-ro", name="Hồ sơ", only_if={}, when=None, documents=())

CHANNEL = Question(
    id=CHANNEL_QUESTION,
    ask="Anh/chị định nộp trực tuyến, nộp trực tiếp hay gửi bưu chính ạ?",
    why="Mỗi cách nộp cần giấy tờ khác nhau một chút.",
    options=(
        Option(
            id=Channel.ONLINE.value,
            label="Trực tuyến",
            said=("nộp online", "làm online", "qua mạng", "trên mạng", "trực tuyến", "nộp trên cổng", "qua vneid"),
        ),
        Option(
            id=Channel.DIRECT.value,
            label="Nộp trực tiếp",
            said=("nộp trực tiếp", "đến nộp", "ra nộp", "lên xã nộp", "ra xã", "đến tận nơi", "ra phường"),
        ),
        Option(id=Channel.POSTAL.value, label="Gửi bưu chính", said=("gửi bưu điện", "bưu chính", "qua bưu điện")),
    ),
)


@dataclass(frozen=True)
class Situation:
    """What holds for one person. documents and ways: with what is out of the question taken away.

    open: whether something in it still hangs on an answer. tells: what such a person must know.
    """

    case: Case
    documents: tuple[Document, ...]
    ways: tuple[Way, ...]
    tells: tuple[str, ...]
    goes_to: str | None
    chosen: tuple[tuple[Question, Option], ...]


class _Same:
    """A record by its identity, to remember what was worked out for it: a record is never changed."""

    def __init__(self, record: Procedure) -> None:
        self.record = record

    def __hash__(self) -> int:
        return id(self.record)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.record is self.record


def holds(condition: Condition, answers: Answers) -> bool | None:
    """Whether a condition holds; None: that hangs on an answer which is not there."""
    result: bool | None = True
    for question, wanted in condition.items():
        answer = answers.get(question, UNKNOWN)
        if answer == UNKNOWN:
            result = None
        elif answer not in wanted:
            return False
    return result


def asked_of(record: Procedure) -> tuple[Question, ...]:
    """Every question of a record: its own, and the way of handing in where a document hangs on it."""
    return _asked_of(_Same(record))


@lru_cache(maxsize=REMEMBERED)
def _asked_of(same: _Same) -> tuple[Question, ...]:
    record = same.record
    documents = (document for case in record.cases for document in case.documents)
    by_channel = any(CHANNEL_QUESTION in document.only_if for document in documents)
    if not record.questions and not by_channel:
        return ()
    offered = {way.channel.value for way in record.ways}
    options = tuple(option for option in CHANNEL.options if option.id in offered)
    channel = (CHANNEL.model_copy(update={"options": options}),) if by_channel and len(options) > 1 else ()
    return (*record.questions, *channel)


def situation(record: Procedure, answers: Answers) -> Situation:
    """What of the record holds for somebody with these answers; what is not known stays in."""
    case = _case(record, answers)
    chosen = tuple(_chosen(record, answers))
    return Situation(
        case=case,
        documents=tuple(paper for paper in case.documents if holds(paper.only_if, answers) is not False),
        ways=tuple(_way(way, answers) for way in record.ways if _offered(way, answers)),
        tells=tuple(option.tells for _, option in chosen if option.tells),
        goes_to=next((option.goes_to for _, option in chosen if option.goes_to), None),
        chosen=chosen,
    )


def next_question(record: Procedure, answers: Answers) -> Question | None:
    """The question that leaves the fewest outcomes open on average; None if no answer would change anything."""
    return _next_question(_Same(record), frozenset(answers.items()))


@lru_cache(maxsize=REMEMBERED)
def _next_question(same: _Same, known: frozenset[tuple[str, str]]) -> Question | None:
    record, answers = same.record, dict(known)
    waiting = [question for question in asked_of(record) if question.id not in answers]
    best: tuple[float, Question] | None = None
    before = len(_outcomes(record, answers))
    if before < 2:
        return None
    for question in waiting:
        if holds(question.only_if, answers) is not True:
            continue
        left = [len(_outcomes(record, {**answers, question.id: option.id})) for option in question.options]
        average = sum(left) / len(left)
        if average < before and (best is None or average < best[0]):
            best = (average, question)
    return best[1] if best else None


def answer_in(question: Question, text: str, *, asked: bool) -> Option | None:
    """The option that a message means. asked: it is the answer to this very question, so a bare number or label counts.

    Of several that fit, the one that says most; None if none fits or two fit equally.
    """
    words = _spaced(text)
    found: list[tuple[int, Option]] = []
    for option in question.options:
        phrases = [*option.said, *([option.label] if asked else [])]
        folded = [_spaced_phrase(phrase) for phrase in phrases]
        longest = max((len(said) for said in folded if _says(words, said, asked=asked)), default=0)
        if longest:
            found.append((longest, option))
    found.sort(key=lambda item: -item[0])
    if found and (len(found) == 1 or found[0][0] > found[1][0]):
        return found[0][1]
    if found:
        return None
    return _by_number(question, text, asked=asked)


def _spaced(text: str) -> str:
    """Its folded syllables with a space around each, so that a phrase is found as whole words."""
    return f" {' '.join(tokens(text))} "


@lru_cache(maxsize=PHRASES)
def _spaced_phrase(phrase: str) -> str:
    """The same for a phrase of a record, which comes again with every message; never for what a citizen wrote."""
    return _spaced(phrase)


def answers_in(record: Procedure, text: str, answers: Answers, *, among_questions: bool = False) -> dict[str, str]:
    """What a message in somebody's own words says about the questions of a record, beside what was known.

    Known answers stay unless the message takes them back ("à nhầm, một người đứng tên thôi").
    among_questions: it is said while questions are asked, so a short "3 tháng rồi" is about the person.
    """
    result = dict(answers)
    short = among_questions and len(text.split()) <= SHORT
    takes_back = bool(_TAKES_BACK.search(fold(text)))
    for question in asked_of(record):
        if question.id in result and not takes_back:
            continue
        option = answer_in(question, text, asked=False)
        if option is None and short:
            option = _by_number(question, text, asked=True, bare=False)
        if option:
            result[question.id] = option.id
    return result


_TAKES_BACK = re.compile(r"\b(?:nham|lon|noi lai|sua lai|khong phai|i mean|my mistake|wrong)\b")
_UNITS = {"ngày": 1, "hôm": 1, "bữa": 1, "tuần": 7, "tháng": 30, "năm": 365, "tuổi": 365}
_WORDS = {form: days for word, days in _UNITS.items() for form in (word, fold(word))}
_DURATION = re.compile(
    rf"(\d+(?:[.,]\d+)?) ?({'|'.join(_WORDS)})( tuổi| tuoi)?\b(?! (?:nữa|nua|hạn|han)\b)"
    r"(?! \d+\b(?! (?:ngày|ngay|tuần|tuan)))"  # "ngày 5 tháng 10" is a date
)
_AGE = ("tuổi", "tuoi")
_NUMBERS = {"một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "sáu": 6, "bảy": 7, "bẩy": 7,
            "tám": 8, "chín": 9, "mười": 10, "mươi": 10}  # fmt: skip
_BARE_NUMBERS = {fold(word): value for word, value in _NUMBERS.items() if word != "sáu"}  # "sau" is "after"
_SPELT = "|".join(sorted({*_NUMBERS, *_BARE_NUMBERS}, key=len, reverse=True))
_NUMBER_WORD = re.compile(rf"\b((?:(?:{_SPELT}) )+)(?=({'|'.join(_WORDS)})\b)")
_SINCE = re.compile(r"\b(?:được|duoc|sinh|đẻ|cách đây|cach day)\s+(?:\w+\s+){0,2}$")
_DEAD = re.compile(r"\b(?:mất|mat|chết|chet|qua đời|qua doi)\s+(?:đã|da|cũng|cung|gần|gan|được|duoc)?\s*$")
_SO_FAR = re.compile(r"^\s*(?:rồi|roi|nay|mà|ma|chưa|chua|trước|truoc)\b")
_UNDER = re.compile(r"\b(?:dưới|duoi|chưa đủ|chua du|chưa tới|chua toi|chưa đến|chua den|gần|gan)\s+$")
_OVER = re.compile(r"\b(?:trên|tren|hơn|hon|quá|qua)\s+$")
_BARE = re.compile(rf"\D*(\d{{1,3}})(?!\d| ?(?:{'|'.join(_WORDS)})\b)\D*")  # four figures are a year of birth
_LITTLE = Decimal("0.01")


def _by_number(question: Question, text: str, *, asked: bool, bare: bool = True) -> Option | None:
    """By an age or a time since something. Unasked, only what is said of somebody: "3 tháng tuổi", "sinh 3 ngày".

    bare: a number alone counts too, if it was asked for; to any other question it may be a place in a list.
    """
    if question.unit is None:
        return None
    said = _in_figures(text.lower())
    for found in _DURATION.finditer(said):
        before = said[: found.start()]
        of_age = found.group(2) in _AGE or bool(found.group(3))
        dead = bool(_DEAD.search(before)) and bool(_SO_FAR.search(said[found.end() :]))
        since = question.unit is TimeUnit.DAY and (dead or bool(_SINCE.search(before)))
        if asked or of_age or since:
            rest = _DURATION.match(said, found.end() + 1)
            days = _days(found) + (_days(rest) if rest else 0)
            value = days / 365 if question.unit is TimeUnit.YEAR else days
            return _within(question, value + _shift(before))
    alone = _BARE.fullmatch(said) if asked and bare else None
    return _within(question, Decimal(alone.group(1)) + _shift(said[: alone.start(1)])) if alone else None


def _days(found: re.Match[str]) -> Decimal:
    return Decimal(found.group(1).replace(",", ".")) * _WORDS[found.group(2)]


def _in_figures(text: str) -> str:
    """Small numbers before a unit in figures: "một tháng" -> "1 tháng", "mười bốn tuổi" -> "14 tuổi"."""
    return _NUMBER_WORD.sub(_in_figure, text)


def _in_figure(found: re.Match[str]) -> str:
    accented = found.group(2) != fold(found.group(2))
    known = _NUMBERS if accented else _NUMBERS | _BARE_NUMBERS
    values = [known.get(word, 0) for word in found.group(1).split()]
    if 0 in values or (len(values) > 1 and 10 not in values[:2]):
        return found.group()  # "ba bốn ngày"
    figure = 0
    for value in values:
        figure = figure * 10 if value == 10 and figure else figure + value
    return f"{figure} "


def _shift(before: str) -> Decimal:
    """How far a word in front moves a number: "under 14" is less than 14, "over 60 days" is more than 60."""
    if _UNDER.search(before):
        return -_LITTLE
    return _LITTLE if _OVER.search(before) else Decimal(0)


def _says(words: str, phrase: str, *, asked: bool) -> bool:
    """Whether a phrase is told in a message: it stands there, is not denied and, unasked, is not itself a question."""
    start = words.find(phrase)
    if start < 0:
        return False
    before = words[: start + 1]
    if _DENIED.search(before):
        return False
    return asked or not (_MUST.search(before) and _QUESTION_END.search(words))


def _within(question: Question, value: Decimal) -> Option | None:
    for option in question.options:
        if option.at_least is None and option.below is None:
            continue
        if (option.at_least is None or value >= option.at_least) and (option.below is None or value < option.below):
            return option
    return None


def _chosen(record: Procedure, answers: Answers) -> Iterator[tuple[Question, Option]]:
    for question in asked_of(record):
        if holds(question.only_if, answers) is False:
            continue
        for option in question.options:
            if answers.get(question.id) == option.id:
                yield question, option


def _case(record: Procedure, answers: Answers) -> Case:
    certain = next((case for case in record.cases if case.only_if and holds(case.only_if, answers)), None)
    return certain or next((case for case in record.cases if not case.only_if), (*record.cases, NO_CASE)[0])


def _offered(way: Way, answers: Answers) -> bool:
    return answers.get(CHANNEL_QUESTION, UNKNOWN) in (UNKNOWN, way.channel.value)


def _way(way: Way, answers: Answers) -> Way:
    own = {**answers, CHANNEL_QUESTION: way.channel.value}
    fees = [fee for fee in way.fees if holds(fee.only_if, own) is not False]
    freed = [
        fee.model_copy(update={"amount": 0, "rate": None, "reduced_for": (), "when": None})
        if fee.free_if and holds(fee.free_if, own)
        else fee
        for fee in fees
    ]
    limits = tuple(limit for limit in way.time_limits if holds(limit.only_if, own) is not False)
    return way.model_copy(update={"fees": tuple(freed), "time_limits": limits})


def _outcomes(record: Procedure, answers: Answers) -> set[object]:
    """Everything that can still come out, told apart by what a person would read."""
    return {_told(record, complete) for complete in _completions(record, dict(answers))}


def _told(record: Procedure, answers: Answers) -> object:
    """What a person with these answers would read, in short. How they hand in counts for the documents alone."""
    chosen = [option for _, option in _chosen(record, answers)]
    elsewhere = next((option.goes_to for option in chosen if option.goes_to), None)
    if elsewhere:
        return elsewhere
    case = _case(record, answers)
    documents = tuple(paper.name for paper in case.documents if holds(paper.only_if, answers) is not False)
    money_and_time: list[object] = []
    for way in record.ways:
        own = {**answers, CHANNEL_QUESTION: way.channel.value}
        money_and_time.append(
            (
                [row for row, fee in enumerate(way.fees) if holds(fee.only_if, own) is not False],
                [row for row, fee in enumerate(way.fees) if fee.free_if and holds(fee.free_if, own)],
                [row for row, limit in enumerate(way.time_limits) if holds(limit.only_if, own) is not False],
            )
        )
    return documents, str(money_and_time), tuple(option.tells for option in chosen)


def _completions(record: Procedure, answers: dict[str, str]) -> Iterator[dict[str, str]]:
    for question in asked_of(record):
        if question.id not in answers and holds(question.only_if, answers) is not False:
            for option in question.options:
                yield from _completions(record, {**answers, question.id: option.id})
            return
    yield answers
