"""Takes out of a text what tells who wrote it, before it is kept.

Marks stand in place of what is taken out ("[số điện thoại]"). Codes of procedures, numbers of decrees, amounts of
money and dates of events stay. It works by form and cannot know every name: docs/personal-data.md says what it misses.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from knowledge.names import find_names, streets

MAIL = "[thư điện tử]"
DOSSIER = "[mã hồ sơ]"
BIRTH = "[ngày sinh]"
ACCOUNT = "[số tài khoản]"
PHONE = "[số điện thoại]"
PAPER = "[số giấy tờ]"
NUMBER = "[dãy số]"
PLATE = "[biển số]"
ADDRESS = "[địa chỉ]"
NAME = "[tên]"
MARKS = (MAIL, DOSSIER, BIRTH, ACCOUNT, PHONE, PAPER, NUMBER, PLATE, ADDRESS, NAME)

_VOWELS = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"  # not ordered as Unicode has them
_UPPER = f"[A-ZĐ{_VOWELS.upper()}]"
_LETTER = f"[A-Za-zĐđ{_VOWELS}{_VOWELS.upper()}]"
_WORD = rf"{_UPPER}[a-zđ{_VOWELS}]+(?!{_LETTER})"  # a capitalised word
_INITIAL = rf"{_UPPER}(?!{_LETTER}|\d)"
_REST = rf"(?: (?:{_WORD}|{_INITIAL}))"  # one more word of a name
_FAMILY = (
    "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đinh|Trịnh|Chu|Lô|Lưu|Đậu|Tạ|Đoàn|Phùng|"
    "Lữ|Quách|Trương|Tăng|Nguyen|Tran|Le|Pham|Hoang|Huynh|Vu|Vo|Dang|Bui|Ngo|Duong|Ly|Dinh|Trinh|Luu|Doan|Phung|Truong"
)
_FAMILY_OR_PLACE = "Hà|Thái|Cao|Mai|Vi|Tô|Lâm|Kha|Lương|Thai|Luong|Dau|Do|Ho|Chế|Kim"  # places begin with these too
_ANY_FAMILY = f"{_FAMILY}|{_FAMILY_OR_PLACE}"
_DAY = r"\d{1,2}(?: ?[-/.] ?\d{1,4}){1,2}(?!\d)"
_LONG_DAY = r"(?:mùng |mồng )?\d{1,2} (?:tháng|thang) \d{1,2}(?:,? (?:năm|nam) \d{4})?"
_NOT_BORN = "".join(
    f"(?<!{word} )"
    for word in ("khai", "học", "hoc", "vệ", "ve", "thí", "thi", "chứng", "chung", "hộ", "ho", "hy", "hi", "an")
)
_GAP = r"[ .\-–\u00a0]{0,2}"
_STREET = "đường|phố|ngõ|ngách|hẻm|kiệt|khối|tổ|xóm|thôn|bản|duong|pho|ngach|hem|kiet|khoi|xom|thon"
_HOUSE = r"\d{1,4}[A-Za-z]?(?:/\d{1,4}[A-Za-z]?){0,4}\b"
_STREET_NAME = rf"(?:{_WORD}(?: {_WORD}){{0,4}}|{_HOUSE})"
_STREETS_IN_SMALL = "|".join(re.escape(name) for name in streets())
_PARTS = rf"(?:,? ?(?i:{_STREET}) (?i:số |so )?{_STREET_NAME}){{0,4}}"


class _Rule(NamedTuple):
    """What is taken out, and by which mark. A group `lead` in the pattern stays."""

    mark: str
    pattern: re.Pattern[str]

    def replaced(self, found: re.Match[str]) -> str:
        """What stands there instead."""
        return (found.groupdict().get("lead") or "") + self.mark


def _rule(mark: str, pattern: str) -> _Rule:
    return _Rule(mark, re.compile(pattern))


# Codes of procedures, decrees and laws, money with its unit.
_KEPT = re.compile(
    r"((?<![\d.])[1-3]\.\d{6}(?:\.\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2})?(?!\d)"
    r"|(?<!\d)\d{1,4}/\d{4}/[A-ZĐ][A-ZĐ0-9-]+"
    r"|(?<![\d.,])[1-9]\d{0,2}(?:[.,]\d{3})+(?: ?(?i:đồng|dong|vnđ|vnd)\b|đ\b)"
    r"|(?<![\d.,])[1-9]\d{0,14}(?: ?(?i:đồng|dong|vnđ|vnd)\b|đ\b))"
)

_RULES = (
    _rule(MAIL, r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    _rule(
        DOSSIER, r"(?i)(?<![\w.])(?:\d{3}\.\d{2}\.\d{2}\.)?[A-Z]\d{2}(?:\.\d{1,3}){0,3}[-–](?:\d{8}|\d{6})[-–]\d{3,8}\b"
    ),
    _rule(
        BIRTH,
        rf"(?P<lead>(?i:{_NOT_BORN}\b(?:ngày sinh|ngay sinh|năm sinh|nam sinh|sinh|sn|đẻ)"
        rf"(?: (?:vào )?(?:ngày|ngay|năm|nam|hôm|hom))?)[ :]{{1,3}})(?i:{_LONG_DAY}|{_DAY}|(?:19|20)\d{{2}}(?![\d-]))",
    ),
    _rule(
        BIRTH,
        r"(?P<lead>(?i:\b(?:ngày sinh|ngay sinh)\b)[^.!?\n]{0,60}?)"
        r"(?<![\d/.-])\d{1,2}([-/.])\d{1,2}\2(?:19\d\d|20[01]\d)(?!\d)",
    ),
    _rule(
        ACCOUNT,
        r"(?P<lead>(?i:\b(?:stk|số tài khoản|so tai khoan|tài khoản|tai khoan|số tk|so tk|tk))"
        r"(?:[ :]{1,3}[^\W\d]{1,20}){0,4}[ :.]{0,3})\d(?:[ .\-]?\d){5,18}(?!\d)",
    ),
    _rule(
        PAPER,
        r"(?<![\d.])0\d{2}(?:(?:([ .-])\d{3}){3}|\d([ .-])\d{4}\2\d{4}|([ .-])\d{3}\3\d{6}|\d{3}[ .-]\d{6})(?!\d)",
    ),
    _rule(
        PHONE,
        rf"(?<!\d)(?:\(?\+?84\)?{_GAP}(?:\(0\)|0)?|0)"
        rf"(?:{_GAP}[35789](?:{_GAP}\d){{8}}|{_GAP}2(?:{_GAP}\d){{9}})(?!\d)",
    ),
    _rule(PAPER, r"(?<!\d)(?:\d{12}|0\d{2}(?:[ .]?\d{3}){3})(?!\d)"),
    _rule(PAPER, r"(?<!\d)(?:\d{9}|[1-9]\d{2}[ .]\d{3}[ .](?!000)\d{3})(?![\d]|[.,]\d)"),
    _rule(PAPER, r"\b(?i:[A-Z]{2} ?\d{13}|[A-Z]\d{7,8})\b"),
    _rule(NUMBER, r"(?<!\d)\d{9,}(?!\d)"),
    _rule(
        PLATE,
        r"\b[1-9]\d(?:[- ]?(?:[A-HK-NPR-Z][A-Z0-9]|[A-HK-NPR-Z]|MĐ\d)|(?i:[a-hk-npr-z][a-z0-9]|[a-hk-npr-z]))"
        r"(?:[- ]?\d{3}\.\d{2}|-? ?\d{5}|-\d{4})\b|\b[1-9]\d-?[A-Z]\d ?\d{4}\b",
    ),
    _rule(ADDRESS, rf"(?i:\b(?:số nhà|nhà số|so nha|nha so)) {_HOUSE}(?:,? {_WORD}(?: {_WORD}){{1,3}})?{_PARTS}"),
    _rule(
        ADDRESS,
        rf"(?:(?i:\b(?:số|so|ngõ|ngách|hẻm|kiệt|hem|kiet) (?:số )?){_HOUSE}|(?<![\d/.,-]){_HOUSE})"
        rf",? ?(?i:đường|phố|ngõ|ngách|hẻm|kiệt|duong|pho|ngach|kiet) {_STREET_NAME}{_PARTS}",
    ),
    _rule(ADDRESS, rf"(?<![\d/.,-])(?:(?i:số|so) )?\b{_HOUSE},? (?:{_ANY_FAMILY})(?: {_WORD}){{1,3}}"),
    _rule(
        ADDRESS,
        rf"(?i:(?:(?:số|so|ngõ|ngo|ngách|ngach|kiệt|kiet) )?(?<![\d/.,-])\b{_HOUSE},? (?:(?:đường|duong|phố|pho) )?"
        rf"(?:{_STREETS_IN_SMALL})\b)",
    ),
)

_BORN_BEHIND_NAME = re.compile(rf"(?P<lead>{re.escape(NAME)}[ ,;:–-]{{1,3}}){_DAY}")


def mask(text: str) -> str:
    """The text (NFC) with phone numbers, numbers of papers, e-mail addresses, dates of birth, accounts, plates, house
    addresses, codes of dossiers and names each replaced by a mark. Masking twice changes nothing more.
    """
    text = unicodedata.normalize("NFC", text)
    for _ in range(8):
        masked = _once(text)
        if masked == text:
            break
        text = masked
    return text


def holds_mark(text: str) -> bool:
    """Whether something was taken out of the text."""
    return bool(_marks().search(text))


@lru_cache
def _marks() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, MARKS)), re.IGNORECASE)


def _once(text: str) -> str:
    parts = _KEPT.split(text)
    text = "".join(part if position % 2 else _by_rules(part) for position, part in enumerate(parts))
    return _BORN_BEHIND_NAME.sub(rf"\g<lead>{BIRTH}", _without_names(text))


def _without_names(text: str) -> str:
    for start, end in reversed(find_names(text)):
        text = f"{text[:start]}{NAME}{text[end:]}"
    return text


def _by_rules(text: str) -> str:
    for rule in _RULES:
        text = rule.pattern.sub(rule.replaced, text)
    return text
