"""What somebody typed, as the answer to a field of an e-form: read as people write it, refused as a clerk would.

Sources: structure of the identity number and of telephone numbers: docs/forms.md; names of children: Civil Code 2015,
article 26 (Vietnamese or a language of Viet Nam's peoples, no digits, letters only).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import phonenumbers

from actions.submissions.dates import read_date, read_year
from actions.submissions.errors import AnswerRefused
from actions.submissions.form import EForm
from knowledge.normalise import fold
from knowledge.places import Places


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LONGEST = 500  # characters of an answer
SHORTEST_ADDRESS = 2  # words
OLDEST = 1900
CENTURIES = {"0": 1900, "1": 1900, "2": 2000, "3": 2000}
# The provinces before the merger of 2025, whose codes stay in identity numbers; from 101 on: born abroad.
PROVINCES = _words(
    """001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 040 042
    044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 083 084 086 087 089
    091 092 093 094 095 096"""
)
BORN_ABROAD = "101"
# Family names that are never written so: whoever types them types without accents.
WITHOUT_ACCENTS = _words(
    """nguyen tran le pham hoang huynh vo vu dang bui do ho ngo duong ly dinh trinh luu doan phung truong dau ta trieu
    lo lu ha thai luong"""
)
YES = _words("co u uh um dung yes ok oke roi vang da co a")
NO = _words("khong ko k kg hong no chua chang khg hem")
SAID_SEX = {"nam": "nam", "trai": "nam", "con trai": "nam", "be trai": "nam", "nu": "nu", "gai": "nu", "con gai": "nu",
            "be gai": "nu"}  # fmt: skip
_NUMBERS = {"khong": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
            "muoi": 10}  # fmt: skip
_MONEY = re.compile(
    r"(\d+(?:[.,]\d+)*)\s*(ty|ti|trieu|tr|cu|nghin|ngan|k|dong|d|vnd)?\s*(\d{1,3}|ruoi)?\s*(?:dong|d|vnd)?"
)
_UNITS = {"ty": 10**9, "ti": 10**9, "trieu": 10**6, "tr": 10**6, "cu": 10**6, "nghin": 10**3, "ngan": 10**3, "k": 10**3}
_AREA = re.compile(r"(\d+(?:[.,]\d+)*)\s*(?:m2|m²|met vuong|m vuong)?")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LEAD = re.compile(
    r"^(?:dạ|vâng|da|vang)?[ ,]*(?:(?:tên|ten)(?: (?:là|la|cháu|chau|tôi|toi|em|con|mẹ|me|bố|bo|cha|đầy đủ|day du))*"
    r"|(?:tôi|toi|em|cháu|chau|con|bé|be|mẹ|me|bố|bo|cha)(?: (?:cháu|chau|em|tôi|toi))? (?:tên|ten)(?: (?:là|la))?"
    r"|(?:là|la|số|so|ở|o))[ :]+",
    re.IGNORECASE,
)
_TAIL = re.compile(r"[ ,]+(?:ạ|a|nhé|nhe|nha|em nhé|ạ em|đó|do|nì|nghe)[ .!]*$", re.IGNORECASE)

_POLITE_END = re.compile(r"[ ,]+(?:ạ|nhé|đó ạ|đó)[ .!]*$", re.IGNORECASE)  # "a" and "Nha" end names, too

_KIND = re.compile(r"^(?:dan toc|quoc tich|nguoi|la|ton giao) ")
# In small letters these belong to sentences and not to names.
_NOT_IN_NAMES = _words(
    """xa phuong xom khoi chua khong ko biet hoi nghi dan toc chong vo roi nua gi sao the rua bi mat giay so sinh ngay
    tui toi minh nha em chau anh chi ong cu lam duoc cho voi tien"""
)
_UNKNOWN = re.compile(r"(?:em |toi |tui |chau )?(?:khong|ko|k|chua|no) (?:biet|ro|nho|chac|nghi)\b.*")


@dataclass(frozen=True)
class Around:
    """What reading an answer needs beside it: the day it is, and the communes."""

    today: date
    places: Places


class SeveralPlaces(AnswerRefused):
    """A name that several communes could be meant by. codes: theirs, to be offered."""

    def __init__(self, message: str, codes: tuple[str, ...]) -> None:
        super().__init__(message)
        self.codes = codes


def read_answer(form: EForm, field: str, text: str, answers: Mapping[str, Any], around: Around) -> Any:
    """The value of a field, as its schema wants it. Raises AnswerRefused with a sentence for the citizen."""
    text = unicodedata.normalize("NFC", " ".join(text.split())).strip(" .;")
    described = form.property(field)
    if not text:
        raise AnswerRefused("Anh/chị chưa ghi gì ạ.")
    if len(text) > LONGEST:
        raise AnswerRefused("Câu trả lời dài quá, anh/chị ghi gọn lại giúp.")
    if described.get("enum"):
        return _choice(form, field, text)
    suggested = _as_suggested(form, field, text) if described["format"] in ("plain", "address") else None
    if described["type"] == "integer" and described["format"] == "plain":
        value: Any = _count(text)
    elif suggested is not None:
        value = suggested
    else:
        value = READERS[described["format"]](text, around)
    _within(described, value, around.today)
    if described.get("x-rules") == "child-name":
        _check_child_name(value)
    if field in (form.file.applicant.identity_number, form.file.applicant.birth_date):
        _check_year({**answers, field: value}, form)
    return value


def _choice(form: EForm, field: str, text: str) -> str:
    choices, more = form.question(field).choices, form.question(field).said
    if says_choice(form, field, text):
        return next(value for value in choices if _names_it(form, field, value, text))
    said = fold(_TAIL.sub("", text)).strip(" .,!")
    by_number = re.fullmatch(r"(?:so |cau |y )?(\d{1,2})", said)
    if by_number and 1 <= int(by_number.group(1)) <= len(choices):
        return list(choices)[int(by_number.group(1)) - 1]
    found = _yes_or_no(choices, said) or _sex(choices, said) or _by_label(choices, more, said)
    if found is None:
        raise AnswerRefused("Anh/chị chọn một trong các ý đã nêu giúp (bấm nút, hoặc nhắn số thứ tự).")
    return found


def says_choice(form: EForm, field: str, text: str) -> bool:
    """Whether a message is, word for word, one of the choices or suggestions of a field."""
    suggested = _as_suggested(form, field, text) is not None
    return suggested or any(_names_it(form, field, value, text) for value in form.question(field).choices)


def _as_suggested(form: EForm, field: str, text: str) -> str | None:
    """The suggestion that somebody typed in their own way: "kinh", "dân tộc Thái", "viet nam"."""
    said = _KIND.sub("", fold(_POLITE_END.sub("", " ".join(text.split()))).strip(" .,!"))
    said = "viet nam" if said in ("vn", "vnam", "viet") else said
    return next((word for word in form.question(field).suggest if fold(word) == said), None)


def _names_it(form: EForm, field: str, value: str, text: str) -> bool:
    question, plain = form.question(field), " ".join(text.split())
    said = {fold(words).strip(" .,!") for words in (plain, _TAIL.sub("", plain))}
    return any(fold(words) in said for words in (question.choices[value], *question.said.get(value, ())))


def _yes_or_no(choices: Mapping[str, str], said: str) -> str | None:
    words = said.split()
    if not words or not {"co", "khong"} >= set(choices):
        return None
    if words[0] in NO or "khong" in words[:2]:
        return "khong"
    return "co" if words[0] in YES else None


def _sex(choices: Mapping[str, str], said: str) -> str | None:
    if set(choices) != {"nam", "nu"}:
        return None
    return next((value for words, value in SAID_SEX.items() if re.search(rf"\b{words}\b", said)), None)


def _by_label(choices: Mapping[str, str], more: Mapping[str, Sequence[str]], said: str) -> str | None:
    """The choice whose label or other words the answer is, names alone, or (from three letters) is a part of."""
    folded = [(value, fold(words)) for value, label in choices.items() for words in (label, *more.get(value, ()))]
    exact = {value for value, words in folded if words == said}
    named = _named(folded, said)
    if len(named) > 1:  # "mẹ, không phải tôi": a clerk would ask again
        return None
    part = {value for value, words in folded if len(said) > 2 and re.search(rf"\b{re.escape(said)}\b", words)}
    return next((next(iter(found)) for found in (exact, named, part) if len(found) == 1), None)


def _named(folded: Sequence[tuple[str, str]], said: str) -> set[str]:
    """The choices whose words stand in what was said; "đồng ý" within "chưa đồng ý" does not count."""
    found = [
        (match.start(), match.end(), value)
        for value, words in folded
        for match in re.finditer(rf"\b{re.escape(words)}\b", said)
    ]
    return {
        value
        for first, last, value in found
        if not any(one <= first and last <= end and (one, end) != (first, last) for one, end, _ in found)
    }


def _name(text: str, around: Around) -> str:
    name = _POLITE_END.sub("", _LEAD.sub("", text)).strip(" .,:")
    words = name.split()
    if any(word.islower() and fold(word) in _NOT_IN_NAMES for word in words):
        raise AnswerRefused("Tôi chưa đọc ra họ tên. Anh/chị ghi đủ họ, chữ đệm và tên giúp, ví dụ: Trần Thị Hoa.")
    if any(char.isdigit() for char in name):
        raise AnswerRefused("Họ tên không có chữ số. Anh/chị ghi lại đủ họ, chữ đệm và tên giúp.")
    if any(not (char.isalpha() or char in " '’-" or unicodedata.category(char) == "Mn") for char in name):
        raise AnswerRefused("Họ tên chỉ gồm chữ cái. Anh/chị ghi lại giúp, ví dụ: Trần Thị Hoa.")
    if len(words) < 2 or len(name) > 100:
        raise AnswerRefused("Anh/chị ghi đủ họ, chữ đệm và tên giúp, ví dụ: Trần Thị Hoa.")
    if name.isascii() and words[0].lower() in WITHOUT_ACCENTS:
        raise AnswerRefused(f"Tên trên giấy tờ phải đúng dấu. Anh/chị gõ lại có dấu giúp (“{name}” đang thiếu dấu).")
    if name == name.lower() or name == name.upper():
        name = " ".join(word[:1].upper() + word[1:].lower() for word in words)
    return name


def _check_child_name(name: str) -> None:
    if not all(char.isalpha() or char == " " or unicodedata.category(char) == "Mn" for char in name):
        raise AnswerRefused("Tên của trẻ chỉ gồm chữ cái, không có số hay ký tự khác. Anh/chị ghi lại giúp.")


def _identity(text: str, around: Around) -> str:
    digits = _digits(text)
    if len(digits) == 9:
        raise AnswerRefused("Đây là 9 số của chứng minh nhân dân cũ. Cần 12 số trên thẻ căn cước ạ.")
    if len(digits) != 12:
        raise AnswerRefused(f"Số định danh có 12 chữ số; anh/chị vừa ghi {len(digits)} chữ số. Anh/chị xem lại giúp.")
    if not (digits[:3] in PROVINCES or digits[:3] >= BORN_ABROAD) or digits[3] not in CENTURIES:
        raise AnswerRefused("Số này không đúng cấu tạo của số định danh. Anh/chị xem lại trên thẻ căn cước giúp.")
    return digits


def _identity_or_old(text: str, around: Around) -> str:
    digits = _digits(text)
    return digits if len(digits) == 9 else _identity(text, around)


def _digits(text: str) -> str:
    if len(re.findall(r"[^\W\d_]+", text)) > 8:  # words enough for a sentence of something else
        raise AnswerRefused("Anh/chị chỉ ghi dãy số giúp.")
    return "".join(re.findall(r"\d", text))


def _phone(text: str, around: Around) -> str:
    for found in phonenumbers.PhoneNumberMatcher(text, "VN"):
        if found.number.country_code == 84:
            return "0" + str(found.number.national_number)
    raise AnswerRefused("Số điện thoại chưa đúng. Số di động có 10 chữ số, bắt đầu bằng 0; anh/chị ghi lại giúp.")


def _email(text: str, around: Around) -> str:
    found = _EMAIL.search(text)
    if not found:
        raise AnswerRefused("Địa chỉ thư điện tử có dạng ten@vidu.vn. Anh/chị ghi lại giúp.")
    return found.group().lower()


def _date(text: str, around: Around) -> str:
    return read_date(text, around.today).isoformat()


def _date_or_year(text: str, around: Around) -> str:
    year = read_year(text, around.today)
    return str(year) if year else _date(text, around)


def _commune(text: str, around: Around) -> str:
    if text in around.places.by_code:
        return text
    found = around.places.find(text, asked=True)
    if found is None:
        raise AnswerRefused(
            "Tôi chưa tìm ra xã, phường này ở Nghệ An. Anh/chị ghi tên xã, phường giúp (tên cũ cũng được)."
        )
    if len(found.places) > 1:
        names = ", ".join(place.name for place in found.places[:6])
        codes = tuple(place.code for place in found.places[:6])
        raise SeveralPlaces(f"Tên này có thể là: {names}. Anh/chị chọn một giúp.", codes)
    return found.places[0].code


def _address(text: str, around: Around) -> str:
    address = _LEAD.sub("", text)
    if _UNKNOWN.fullmatch(fold(text)) or re.search(r"\d{8}", address):
        raise AnswerRefused("Tôi chưa đọc ra địa chỉ. Anh/chị ghi rõ xóm (khối), xã (phường) và tỉnh giúp.")
    if len(address.split()) < SHORTEST_ADDRESS or not re.search(r"[^\W\d_]{2}", address):
        raise AnswerRefused("Anh/chị ghi rõ xóm (khối), xã (phường) và tỉnh giúp.")
    if address.rstrip().endswith("?"):
        raise AnswerRefused("Tôi chưa rõ địa chỉ. Anh/chị ghi xóm (khối), xã (phường) và tỉnh giúp.")
    return address[:1].upper() + address[1:]


def _money(text: str, around: Around) -> int:
    found = _MONEY.search(fold(text))
    if not found:
        raise AnswerRefused("Anh/chị ghi số tiền bằng chữ số giúp, ví dụ: 1.500.000 hoặc 1,5 triệu.")
    figure, unit, rest = found.groups()
    scale = _UNITS.get(unit or "", 1)
    amount = _decimal(figure) if scale > 1 else float(re.sub(r"[.,]", "", figure))
    value = amount * scale
    if rest and scale > 1:
        value += scale / 2 if rest == "ruoi" else int(rest) * scale / 10 ** len(rest)
    return round(value)


def _area(text: str, around: Around) -> float:
    found = _AREA.search(fold(text))
    if not found:
        raise AnswerRefused("Anh/chị ghi diện tích bằng mét vuông giúp, ví dụ: 120,5.")
    return _decimal(found.group(1))


def _decimal(figure: str) -> float:
    """1.234,5 and 1234.5 and 1,5: a single mark with other than three digits behind it divides whole from part."""
    marks = re.findall(r"[.,]", figure)
    last = max(figure.rfind("."), figure.rfind(","))
    if not marks:
        return float(figure)
    whole_marks = len(set(marks)) == 1 and len(figure) - last - 1 == 3
    if whole_marks:
        return float(re.sub(r"[.,]", "", figure))
    return float(re.sub(r"[.,]", "", figure[:last]) + "." + figure[last + 1 :])


def _count(text: str) -> int:
    found = re.search(r"\d+", text)
    if found:
        return int(found.group())
    words = fold(text).split()
    named = next((_NUMBERS[word] for word in words if word in _NUMBERS), None)
    if named is None:
        raise AnswerRefused("Anh/chị ghi một con số giúp.")
    return named


def _plain(text: str, around: Around) -> str:
    return text


READERS: Mapping[str, Callable[[str, Around], Any]] = {
    "person-name": _name,
    "identity-number": _identity,
    "identity-number-or-old": _identity_or_old,
    "phone": _phone,
    "email": _email,
    "date": _date,
    "date-or-year": _date_or_year,
    "commune": _commune,
    "address": _address,
    "money": _money,
    "area": _area,
    "plain": _plain,
}


def _within(described: Mapping[str, Any], value: Any, today: date) -> None:
    """The bounds of the schema, and when a date may be."""
    if isinstance(value, str) and len(value) > described.get("maxLength", LONGEST):
        raise AnswerRefused(f"Câu trả lời dài quá {described['maxLength']} ký tự, anh/chị ghi gọn lại giúp.")
    if isinstance(value, int | float):
        least, most = described.get("minimum"), described.get("maximum")
        if (least is not None and value < least) or (most is not None and value > most):
            raise AnswerRefused(f"Con số này phải từ {least or 0} đến {most}." if most else f"Ít nhất là {least} ạ.")
        if value <= described.get("exclusiveMinimum", -1):
            raise AnswerRefused("Con số này phải lớn hơn 0.")
    when = described.get("x-when")
    if when and isinstance(value, str):
        _check_when(value, when, today)


def _check_when(value: str, when: str, today: date) -> None:
    last = date(int(value), 1, 1) if len(value) == 4 else date.fromisoformat(value)
    if when == "past" and last > today:
        raise AnswerRefused("Ngày này chưa tới. Anh/chị xem lại ngày, tháng, năm giúp.")
    if when == "past" and last.year < OLDEST:
        raise AnswerRefused("Năm này xa quá. Anh/chị xem lại ngày, tháng, năm giúp.")
    if when == "future" and last < today:
        raise AnswerRefused("Ngày này đã qua. Anh/chị ghi một ngày từ hôm nay trở đi giúp.")


def _check_year(answers: Mapping[str, Any], form: EForm) -> None:
    """The identity number holds century and year of birth: both must say the same."""
    who = form.file.applicant
    number, born = answers.get(who.identity_number), answers.get(who.birth_date or "")
    if number and born and len(number) == 12:
        year = CENTURIES[number[3]] + int(number[4:6])
        if year != int(str(born)[:4]):
            raise AnswerRefused("Năm sinh và số định danh chưa khớp nhau. Anh/chị xem lại một trong hai giúp.")
