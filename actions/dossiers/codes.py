"""Reads the code of a dossier out of what somebody typed, or out of the text of a bar code.

Form of a code: <unit>-<day>-<serial>, as in 000.00.00.H41-240510-0001 or G09.20-20260609-0092637. The day has six or
eight digits. H41 is Nghệ An, G.. are ministries. The form that Nghệ An uses since 2025 is not confirmed, so what is
read is lenient; what comes out has always the same form: upper case, ASCII hyphens, and for a province without a more
exact unit the long "000.00.00.H41".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from urllib.parse import unquote

from knowledge.normalise import fold
from knowledge.working_days import VIETNAM

OURS = "H41"
PROVINCE, MINISTRY = "H", "G"
WHOLE_PROVINCE = "000.00.00"  # the unit before a province's agency where none is named
FIRST_DAY = date(2015, 1, 1)  # no dossier is older
TEXT_LENGTH = 5000  # characters that are looked at
SERIAL = range(3, 9)  # digits
SURE_SERIAL = 4  # digits of a serial number that needs no continuation
SPACED = 2  # digits at most of a piece of a group that was typed with spaces
BEFORE = 12  # letters that are looked at before a code
PHONE = re.compile(r"0[35789]\d{8}$")


class Trouble(StrEnum):
    """Why a code cannot be looked up as it is."""

    NONE_FOUND = "none_found"
    INCOMPLETE = "incomplete"  # a part of a code
    OTHER_PROVINCE = "other_province"
    MINISTRY = "ministry"  # not of this province either, but its register may know it
    IMPOSSIBLE_DATE = "impossible_date"  # no such day, before 2015, or in the future


@dataclass(frozen=True)
class CodeRead:
    """What was read. code: in its one form, "" where there is no whole one. agency: H41, G09.

    day: the one that the code names, if it can be. every: all codes of the text, `code` is the first.
    """

    code: str = ""
    agency: str | None = None
    day: date | None = None
    trouble: Trouble | None = None
    every: tuple[str, ...] = ()

    @property
    def askable(self) -> bool:
        """Whether a register can be asked for it."""
        return bool(self.code) and self.trouble in (None, Trouble.MINISTRY)


def _clock() -> datetime:
    return datetime.now(UTC)


def read_code(text: str, *, now: Callable[[], datetime] = _clock) -> CodeRead:
    """The first code in a text, typed however badly. Takes no telephone, identity or procedure number for one."""
    latest = now().astimezone(VIETNAM).date() + timedelta(days=1)
    plain = _plain(text)
    found = list(_codes(plain, latest))
    if found:
        first = found[0]
        return CodeRead(
            code=first.code,
            agency=first.agency,
            day=first.on(latest),
            trouble=first.trouble(latest),
            every=tuple(dict.fromkeys(one.code for one in found)),
        )
    return _part_of_a_code(plain, latest)


def codes_in_barcode(text: str, *, now: Callable[[], datetime] = _clock) -> tuple[str, ...]:
    """The codes in the text of a bar or QR code: the code alone, an address with it, or a list of fields.

    Whether one can be looked up says read_code.
    """
    found: dict[str, None] = {}
    for field in re.split(r"[|;\n\t&]", unquote(text[:TEXT_LENGTH])):
        found |= dict.fromkeys(read_code(field, now=now).every)
    return tuple(found)


@dataclass(frozen=True)
class _Code:
    """A whole code in its parts; digits only. unit: 000.00.00; below: the units below the agency (20 of G09.20)."""

    unit: str
    agency: str
    below: tuple[str, ...]
    day: str
    serial: str

    @property
    def code(self) -> str:
        unit = self.unit or (WHOLE_PROVINCE if self.agency[0] == PROVINCE and not self.below else "")
        return f"{'.'.join(filter(None, (unit, self.agency, *self.below)))}-{self.day}-{self.serial}"

    def on(self, latest: date) -> date | None:
        return _day(self.day, latest)

    def trouble(self, latest: date) -> Trouble | None:
        if self.agency != OURS and self.agency[0] != MINISTRY:
            return Trouble.OTHER_PROVINCE
        if self.on(latest) is None:
            return Trouble.IMPOSSIBLE_DATE
        return Trouble.MINISTRY if self.agency[0] == MINISTRY else None


_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x200E, 0x200F])
_TO_DIGITS = str.maketrans("OIL", "011")
_DIGIT = "[0-9OIL]"  # O is typed for 0, I and l for 1
_GAP = r"[\s._\-/,:]{0,4}"
_AGENCY = re.compile(
    r"(?<![^\W_])"
    r"(?:(?P<unit>[0-9OIL]{3}\.[0-9OIL]{2}\.[0-9OIL]{2})[ .]{1,2}|(?P<zeros>(?:[0O]{1,7}[\s._\-]{0,3}){1,4}))?"
    rf"(?P<letter>[A-Z])[ .\-]?(?P<number>{_DIGIT}{{2}})"
)
_STRICT = re.compile(
    rf"(?P<below>(?:\.{_DIGIT}{{1,3}}){{0,3}})\s{{0,2}}-\s{{0,2}}(?P<day>{_DIGIT}{{8}}|{_DIGIT}{{6}})"
    rf"\s{{0,2}}-\s{{0,2}}(?P<serial>{_DIGIT}{{3,8}})(?![^\W_])"
)
_TOKEN = re.compile(rf"(?P<gap>{_GAP})(?P<digits>{_DIGIT}*\d{_DIGIT}*)(?!\d)")
_AFTER_A_PROCEDURE = re.compile(r"\d\.\d{6}[\s.]{0,2}$")
_JOINED_TO_A_NUMBER = re.compile(r"\d[.\-]$")  # as in the plate 37-H41...


def _plain(text: str) -> str:
    """Upper case, one kind of hyphen, nothing invisible."""
    plain = unicodedata.normalize("NFKC", text[:TEXT_LENGTH]).translate(_INVISIBLE)
    return "".join("-" if unicodedata.category(letter) == "Pd" or letter == "−" else letter for letter in plain).upper()


def _digits(text: str) -> str:
    return text.translate(_TO_DIGITS)


def _day(digits: str, latest: date) -> date | None:
    """The day of six or eight digits, if a dossier can be of it."""
    year = int(digits[:-4]) + (2000 if len(digits) == 6 else 0)
    try:
        day = date(year, int(digits[-4:-2]), int(digits[-2:]))
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= latest else None


def _codes(plain: str, latest: date) -> Iterator[_Code]:
    """All whole codes, from left to right."""
    position = 0
    while start := _AGENCY.search(plain, position):
        read = _read_at(plain, start, latest)
        if read is None:
            position = max(start.start("letter"), start.start()) + 1
        else:
            code, position = read
            yield code


def _read_at(plain: str, start: re.Match[str], latest: date) -> tuple[_Code, int] | None:
    """The code that begins with this agency, and where it ends."""
    letter, number = start["letter"], start["number"]
    if not re.search(r"\d", number) or _AFTER_A_PROCEDURE.search(_before(plain, start)):
        return None
    unit = _digits(start["unit"] or "") or (WHOLE_PROVINCE if start["zeros"] else "")
    agency = letter + _digits(number)
    strict = _STRICT.match(plain, start.end())
    if strict and all(map(_has_digit, (strict["day"], strict["serial"]))):
        below = tuple(filter(None, _digits(strict["below"]).split(".")))
        code = _Code(unit, agency, below, _digits(strict["day"]), _digits(strict["serial"]))
        sure = letter in (PROVINCE, MINISTRY) or code.on(latest) is not None
        return (code, strict.end()) if sure else None
    if letter not in (PROVINCE, MINISTRY) or (not unit and _JOINED_TO_A_NUMBER.search(_before(plain, start))):
        return None
    pieces = _pieces(plain, start.end())
    for below_count in range(4):
        read = _by_pieces(pieces[below_count:], latest, certain=agency == OURS and not below_count)
        if read and all(len(piece.digits) <= 3 for piece in pieces[:below_count]):
            below = tuple(piece.digits for piece in pieces[:below_count])
            return _Code(unit, agency, below, read.day, read.serial), pieces[below_count + read.count - 1].end
    read = _by_length(pieces, latest, certain=agency == OURS)
    return (_Code(unit, agency, (), read.day, read.serial), pieces[read.count - 1].end) if read else None


def _before(plain: str, start: re.Match[str]) -> str:
    """The few letters before it."""
    return plain[max(0, start.start() - BEFORE) : start.start()]


@dataclass(frozen=True)
class _Piece:
    """Digits between two gaps. end: where they end in the text."""

    digits: str
    gap: str
    end: int


@dataclass(frozen=True)
class _Groups:
    """Day and serial number, read from so many pieces."""

    day: str
    serial: str
    count: int


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def _pieces(plain: str, position: int) -> list[_Piece]:
    """The groups of digits that follow one another, without words between."""
    pieces: list[_Piece] = []
    while found := _TOKEN.match(plain, position):
        position = found.end()
        pieces.append(_Piece(_digits(found["digits"]), found["gap"], position))
    return pieces


def _by_pieces(pieces: Sequence[_Piece], latest: date, *, certain: bool) -> _Groups | None:
    """Where the day ends at the end of a piece. certain: an impossible day is still taken for one."""
    ends = {}
    length = 0
    for count, piece in enumerate(pieces, start=1):
        length += len(piece.digits)
        if length in (6, 8):
            ends["".join(one.digits for one in pieces[:count])] = count
    possible = [day for day in ends if _day(day, latest)]
    impossible = [day for day in ends if certain and ends[day] == 1]
    for day in possible or impossible:
        serial, count = _serial(pieces[ends[day] :])
        if len(serial) in SERIAL:
            return _Groups(day, serial, ends[day] + count)
    return None


def _serial(pieces: Sequence[_Piece]) -> tuple[str, int]:
    """The serial number at the beginning of the pieces, put together where it was typed with spaces; of how many."""
    serial, count = "", 0
    size = len(pieces[0].digits) if pieces else 0
    for piece in pieces:
        goes_on = not serial.strip("0") or len(serial) < SURE_SERIAL or (size <= SPACED and len(piece.digits) <= size)
        if not goes_on or len(serial) + len(piece.digits) > SERIAL[-1]:
            break
        serial, count = serial + piece.digits, count + 1
    return serial, count


def _by_length(pieces: Sequence[_Piece], latest: date, *, certain: bool) -> _Groups | None:
    """Where nothing separates day and serial number: only if one way alone makes a possible day."""
    digits = ""
    for count, piece in enumerate(pieces, start=1):
        digits += piece.digits
        if len(digits) < 6 + SERIAL[0]:
            continue
        ways = [(digits[:length], digits[length:]) for length in (6, 8) if len(digits) - length in SERIAL]
        possible = [way for way in ways if _day(way[0], latest)]
        if not possible and certain and len(ways) == 1 and not PHONE.match(digits):
            possible = ways
        return _Groups(*possible[0], count) if len(possible) == 1 else None
    return None


_WITHOUT_SERIAL = re.compile(rf"{_GAP}(?P<day>\d{{8}}|\d{{6}})(?!\d)")
_ONLY_SERIAL = re.compile(rf"{_GAP}\d{{3,5}}(?!\d)(?![.,/]\d)")
_WITHOUT_AGENCY = re.compile(r"(?<![\d.,/])(?P<day>\d{8}|\d{6})\s?-\s?\d{3,8}(?![\d/])")
_DOSSIER_AND_NUMBER = re.compile(
    r"\b(?:ho so|hs|bien nhan|phieu hen)(?: (?:so|ma|ma so|cua toi|la))*[ :#]*"
    r"(?!20[0-3]\d\b)\d{3,8}(?![\d./,])"
)
_NUMBER_ALONE = re.compile(r"(?:so |ma )?#?(?:(?!20[0-3]\d$)\d{3,8}|h ?41)")


def _part_of_a_code(plain: str, latest: date) -> CodeRead:
    """What is known where there is no whole code."""
    for start in _AGENCY.finditer(plain):
        agency = start["letter"] + _digits(start["number"])
        if not _has_digit(start["number"]) or _AFTER_A_PROCEDURE.search(_before(plain, start)):
            continue
        without = _WITHOUT_SERIAL.match(plain, start.end())
        day = _day(without["day"], latest) if without and agency[0] in (PROVINCE, MINISTRY) else None
        joined = not (start["unit"] or start["zeros"]) and _JOINED_TO_A_NUMBER.search(_before(plain, start))
        if day or (agency == OURS and not joined and _ONLY_SERIAL.match(plain, start.end())):
            return CodeRead(agency=agency, day=day, trouble=Trouble.INCOMPLETE)
    for found in _WITHOUT_AGENCY.finditer(plain):
        if day := _day(found["day"], latest):
            return CodeRead(day=day, trouble=Trouble.INCOMPLETE)
    folded = " ".join(fold(plain).split())
    if _DOSSIER_AND_NUMBER.search(folded) or _NUMBER_ALONE.fullmatch(folded):
        return CodeRead(trouble=Trouble.INCOMPLETE)
    return CodeRead(trouble=Trouble.NONE_FOUND)
