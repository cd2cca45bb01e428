"""When somebody hands in: "sáng mai", "4h chiều nay", "thứ 2 tuần sau", "ngày 3 tháng 12", with accents or without.

Only what names a day or an hour is a moment; "3 ngày" is a length of time, "con thứ 2" a child, "sau Tết" no day.
A day without a year or month is the nearest one that fits. Nothing here knows office hours or holidays.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

LONGEST = 2000  # characters that are looked at
FARTHEST = 400  # days before or after now; a date farther off is a birthday or a law, not a day to hand in

_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_NUMBERS = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
            "muoi": 10, "muoi mot": 11, "muoi hai": 12}  # fmt: skip
_PARTS = {"sang": ("sáng", time(8)), "trua": ("trưa", time(12)), "chieu": ("chiều", time(14)),
          "toi": ("tối", time(19)), "dem": ("đêm", time(21))}  # fmt: skip


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A syllable with an accent counts only as one of these: "mãi" is not "mai", "thứ tự" is not "thứ tư", "tôi" not "tối".
_WRITTEN = _words(
    """sáng trưa chiều tối đêm buổi hôm bữa bựa giờ chừ dừ mốt tê thứ tư năm sáu bảy bẩy chủ nhật tuần tới trước đầu
    giữa cuối kế này rồi vừa tháng mùng mồng lúc rưỡi kém phút bây một bốn tám chín mười nữa đây cách hiện vào ngày đến
    """
)
_PART = r"(?:sang|trua|chieu|toi|dem)"
_BEFORE = rf"(?:(?:buoi )?(?P<part>{_PART}) )?"
_AFTER = r"(?:,? (?:vao )?(?:(?:buoi )?(?P<part2>sang|trua|chieu|dem)|buoi (?P<evening>toi))\b(?! nay| qua| mai))?"
_AFTER_WEEK = r"(?:,? (?:vao )?(?:buoi )?(?P<part3>sang|trua|chieu)\b(?! nay| qua| mai))?"
_WEEK = r"(?: (?:cua )?tuan (?P<week>nay|ni|sau|toi|ke|truoc|roi|vua roi|qua)| (?P<near>nay|ni|toi|truoc|roi|vua roi))?"
_DATE = rf"{_BEFORE}(?:ngay |mung |hom |mong )?(?<![\d./-])(?P<day>\d{{1,2}})"
_COUNT = r"(?P<count>\d{1,3}|mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi)"
_WEEKS = {"sau": 1, "toi": 1, "ke": 1, "nay": 0, "ni": 0, None: 0, "truoc": -1, "roi": -1, "vua roi": -1, "qua": -1}
_GONE = frozenset({"truoc", "roi", "vua roi"})

# After these a date is that of something else; after the next a number is no hour.
_EVENTS = _words(
    """truoc qua sau le binh tb vong sinh sn mat chet cap ky cuoi han mau to thua so dieu khoan lo ngo kiet hem duong
    nd tt qd"""
)
_LENGTHS = _words("trong vong mat hon them suot da tu nhat cap hang loai")
_NO_DATE_BEFORE = _words("am tet ta lan chuyen bua vien trieu k gio h tieng thang")
_AFTER_MAI = _words(
    """em e toi tui minh m t anh chi chau nop len di ra lam xuong den duoc dc co la moi thi luc gui ve nhe nha a ha thi
    khong ko k hay cung van"""
)
# After these a lone "mai" or "thứ 2" is a day: after others it may count things (a second child, the third time).
_BEFORE_DAY = _words(
    """de hay hoac thi la nop roi tu den vao luc gui em e toi tui minh t m anh chi chau choa nha len ra di xuong xa
    phuong ubnd huyen tinh gio h sang qua truoc sau neu va da a vang tham dinh ke"""
)
_NAMES_WITH_MAI = _words("chi co ba o ten quynh hoang tan nhon bach phuong xa thi hoa cay quan ngoc thanh")


@dataclass(frozen=True)
class Moment:
    """When somebody hands in.

    at: in the zone of `now`. words: as understood, in Vietnamese ("sáng thứ Hai 23/11/2026"). said: the words that
    mean it, as written. hour_said: whether an hour was named; if not, `at` has a usual hour of that part of the day.
    """

    at: datetime
    words: str
    said: str
    hour_said: bool


@dataclass(frozen=True)
class _Line:
    """A message and, letter for letter beside it, the same without accents."""

    written: str
    folded: str

    def before(self, start: int, count: int = 1) -> list[str]:
        """The last syllables before a place, nearest last; punctuation ends them."""
        return re.split(r"[^\w\s/]", self.folded[max(0, start - 40) : start])[-1].split()[-count:]

    def after(self, end: int) -> str:
        """The syllable after a place; empty at the end of a clause."""
        found = re.match(r" *(\w+)", self.folded[end : end + 20])
        return found.group(1) if found else ""

    def well_written(self, start: int, end: int) -> bool:
        """Whether the accents, where there are some, are those of the words of this module."""
        words = re.findall(r"\w+", self.written[start:end].lower())
        return all(word.isascii() or word in _WRITTEN for word in words)


@dataclass(frozen=True)
class _Seen:
    """A day or an hour that the message names. part: of the day, folded; now: this very moment."""

    start: int
    end: int
    day: date | None = None
    part: str = ""
    hour: time | None = None
    now: bool = False


_Finder = Callable[[re.Match[str], _Line, date], date | None]


def moment_in(text: str, now: datetime) -> Moment | None:
    """The moment of handing in that a message names; None: it names none. Never raises for any text."""
    line = _line(text)
    try:
        days = [seen for seen in _days(line, now.date()) if seen.day and abs(seen.day - now.date()).days <= FARTHEST]
        day = min(days, key=lambda seen: _from_verb(line, seen), default=None)
        hour = next(_hours(line, day.part if day else ""), None)
        return _moment(line, now, day or _this_moment(line), hour)
    except OverflowError:  # a day outside of the calendar
        return None


def _line(text: str) -> _Line:
    written = re.sub(r"\s", " ", unicodedata.normalize("NFC", text[:LONGEST]))
    written = re.sub(r" {2,}", " ", written)
    return _Line(written, "".join(map(_bare, written)))


def _bare(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[0].lower()[0]
    return "d" if base == "đ" else base


def _from_verb(line: _Line, seen: _Seen) -> tuple[int, int]:
    """How far a day stands from "nộp": in "hôm nay hỏi để mai nộp" it is tomorrow that counts."""
    verbs = [match.start() for match in re.finditer(r"\bnop\b", line.folded)]
    return min((max(verb - seen.end, seen.start - verb - 3, 0) for verb in verbs), default=0), seen.start


def _moment(line: _Line, now: datetime, day: _Seen | None, hour: _Seen | None) -> Moment | None:
    if day is None and hour is None:
        return None
    if day is not None and day.now:
        if hour is None:
            words = f"bây giờ, {_clock(now.time())}, {_day_words(now.date())}"
            return Moment(now, words, line.written[day.start : day.end], True)
        day = None
    on = day.day if day and day.day else now.date()
    part = (day.part if day else "") or (hour.part if hour else "")
    words = _day_words(on)
    if hour and hour.hour:
        at, words = hour.hour, f"{_clock(hour.hour)}, {words}"
    elif part:
        at, words = _PARTS[part][1], f"{_PARTS[part][0]} {words}"
    elif on == now.date():
        at, words = now.time(), f"hôm nay, {words}"
    else:
        at = time(8)
    return Moment(datetime.combine(on, at, tzinfo=now.tzinfo), words, _said(line, day, hour), hour is not None)


def _said(line: _Line, *parts: _Seen | None) -> str:
    seen = sorted((part.start, part.end) for part in parts if part)
    if len(seen) == 2 and seen[1][0] - seen[0][1] <= 12:
        seen = [(seen[0][0], max(seen[0][1], seen[1][1]))]
    return ", ".join(line.written[start:end].strip(" ,") for start, end in seen)


def _clock(at: time) -> str:
    return f"{at.hour} giờ" + (f" {at.minute:02}" if at.minute else "")


def _day_words(day: date) -> str:
    return f"{_WEEKDAYS[day.weekday()]} {day.day}/{day.month}/{day.year}"


_NOW = re.compile(
    r"\b(?:ngay )?(?:bay gio|bay chu|bay du|hien gio|luc nay)\b|(?<!bao )\b(?:chu|du)\b|^gio(?= \w+ nop\b| nop\b)"
)


def _this_moment(line: _Line) -> _Seen | None:
    for match in _NOW.finditer(line.folded):
        written = line.written[match.start() : match.end()].lower()
        right = written in {"chừ", "dừ"} if match.group() in {"chu", "du"} else line.well_written(*match.span())
        hands_in = re.match(r"(?: \w+){0,3} (?:nop|gui)\b", line.folded[match.end() :])
        if right and (hands_in or len(line.folded.split()) <= 4):
            return _Seen(*match.span(), now=True)
    return None


def _days(line: _Line, today: date) -> Iterator[_Seen]:
    for pattern, find in _RULES:
        for match in pattern.finditer(line.folded):
            seen: re.Match[str] | None = match
            if match.groupdict().get("part") in {"toi", "sang"} and not _is_part(line, match):
                seen = pattern.match(line.folded, match.end("part") + 1)
            if seen and line.well_written(*seen.span()) and (day := find(seen, line, today)):
                groups = seen.groupdict()
                part = next((groups[name] for name in ("part", "part2", "part3", "evening") if groups.get(name)), "")
                yield _Seen(*seen.span(), day, part)


def _is_part(line: _Line, match: re.Match[str]) -> bool:
    """Whether "toi" is "tối", "sang" is "sáng": without accents "toi" is "tôi" far more often but in "toi nay"."""
    written = line.written[match.start("part") : match.end("part")].lower()
    if written in {"tối", "sáng"}:
        return True
    if written == "toi":
        return match.group().endswith((" nay", " qua"))
    return written == "sang" and line.written.isascii()


def _near_day(match: re.Match[str], line: _Line, today: date) -> date | None:
    word = match["word"]
    before = line.before(match.start())
    if word.startswith(("hom", "bua")) and before and (before[0].isdigit() or before[0] in _NUMBERS):
        return None  # "hai hôm nay": for two days
    if word == "mot" and line.written[match.start("word") : match.end("word")].lower() == "một":
        return None
    if word in {"mai", "mot"} and not match["lead"] and not match["part"] and not _is_adverb(match, line):
        return None
    steps = {"mai": 1, "mot": 2, "kia": 2, "qua": -1, "hom kia": -2, "hom te": -2, "bua te": -2, "hqua": -1}
    return today + timedelta(days=steps.get(word, 0))


def _is_adverb(match: re.Match[str], line: _Line) -> bool:
    """Whether a lone "mai" or "mốt" is a day, not a name or another word."""
    start, end = match.span("word")
    before = line.before(start)
    if match["word"] == "mot":
        return line.written[start:end].lower() == "mốt" and before != ["mai"]
    if before and (before[0] in _NAMES_WITH_MAI or line.written[start].isupper()):
        return False
    return (not before or before[0] in _BEFORE_DAY) and (not line.after(end) or line.after(end) in _AFTER_MAI)


def _sunday(match: re.Match[str], line: _Line, today: date) -> date | None:
    if match["name"] == "cn" and not (match["part"] or match["lead"] or match["week"] or match["near"]):
        return None
    return _on_weekday(match, line, today, 6)


def _weekday(match: re.Match[str], line: _Line, today: date) -> date | None:
    return _on_weekday(match, line, today, _number(match["name"]) - 2) if _is_weekday(match, line) else None


def _on_weekday(match: re.Match[str], line: _Line, today: date, index: int) -> date:
    monday = today - timedelta(days=today.weekday())
    if match["week"]:
        return monday + timedelta(days=index, weeks=_WEEKS[match["week"]])
    ahead = (index - today.weekday()) % 7
    if match["near"] in _GONE or match["hom"] or _was_handed_in(line, match.start()):
        return today + timedelta(days=ahead - 7)
    if match["near"] in {"nay", "ni"}:
        return today + timedelta(days=ahead)
    return today + timedelta(days=ahead or 7)


def _is_weekday(match: re.Match[str], line: _Line) -> bool:
    """Whether "thứ 2" is a day of the week, not the second of something, nor "thu" (to collect) and a number."""
    before, after = line.before(match.start()), line.after(match.end())
    thu = line.written[match.start("thu") : match.end("thu")].lower()
    if thu == "thu" and not line.written.isascii():
        return False
    if match["part"] or match["hom"] or match["lead"] or match["week"] or match["near"]:
        return True
    if match["thu"] == "t" or re.search(r"\bthu nhat\b", line.folded):
        return False
    if after in {"trieu", "nghin", "ngan", "dong", "k", "tr", "can", "nguoi", "la"}:
        return False
    if thu == "thu" and not match["name"].isdigit() and after and after not in _AFTER_MAI:
        return False
    return not before or before[0] in _BEFORE_DAY


def _was_handed_in(line: _Line, start: int) -> bool:
    return bool(re.search(r"\bda (?:nop|gui|dua)\b[^,.;]*$", line.folded[max(0, start - 30) : start]))


def _part_of_week(match: re.Match[str], _: _Line, today: date) -> date | None:
    monday = today - timedelta(days=today.weekday())
    place, week = match["place"], match["week"]
    if place is None and _WEEKS[week] <= 0:
        return None
    day = monday + timedelta(days={"giua": 2, "cuoi": 5}.get(place, 0), weeks=_WEEKS[week])
    return day + timedelta(weeks=1) if week is None and day < today else day


def _part_of_month(match: re.Match[str], _: _Line, today: date) -> date | None:
    named = match["month"]
    if named and named.isdigit():
        if not 1 <= int(named) <= 12:
            return None
        year, month = today.year + (int(named) < today.month), int(named)
    else:
        year, month = _month_after(today) if named in {"sau", "toi"} else (today.year, today.month)
    last = monthrange(year, month)[1]
    return date(year, month, {"dau": 1, "giua": 15, "cuoi": last}[match["place"]])


def _count_of_days(match: re.Match[str], line: _Line, today: date) -> date | None:
    """The day of "3 ngày nữa", "cách đây 3 ngày" and of "3 ngày trước" at an end; not of "còn 3 ngày nữa"."""
    gone = bool(match["gone"] or match["since"])
    if not match["way"] or {"con", "trong", "han", "hon"} & set(line.before(match.start())):
        return None
    if match["gone"] and line.after(match.end()) not in {"", "toi", "em", "tui", "minh", "roi", "da", "thi"}:
        return None
    days = _number(match["count"]) * (7 if match["unit"] == "tuan" else 1)
    return today + timedelta(days=-days if gone else days)


def _full_date(match: re.Match[str], line: _Line, today: date) -> date | None:
    before = line.before(match.start(), 3)
    if _EVENTS & set(before) or line.after(match.end()) in {"am", "tet"}:
        return None
    if match.group() == "24/7":
        return None
    day, month = int(match["day"]), int(match["month"])
    if match["year"]:
        year = int(match["year"])
        return _date(year + 2000 if year < 100 else year, month, day)
    found = [_date(year, month, day) for year in (today.year - 1, today.year, today.year + 1)]
    return min((day for day in found if day), key=lambda day: abs(day - today), default=None)


def _day_of_month(match: re.Match[str], line: _Line, today: date) -> date | None:
    if line.after(match.end()) in {
        "am",
        "tet",
        "ta",
        "lan",
        "chuyen",
        "bua",
        "vien",
        "trieu",
        "k",
        "gio",
        "h",
        "tieng",
        "thang",
    }:
        return None
    if _EVENTS & set(line.before(match.start(), 2)):
        return None
    day = int(match["day"])
    gone = match["lead"] == "hom" or match["near"] in _GONE or _was_handed_in(line, match.start())
    before = _date(*_month_before(today), day)
    here, after = _date(today.year, today.month, day), _date(*_month_after(today), day)
    if gone:
        return here if here and here <= today else before
    return here if here and here >= today else after


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month_after(day: date) -> tuple[int, int]:
    return (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)


def _month_before(day: date) -> tuple[int, int]:
    return (day.year - 1, 12) if day.month == 1 else (day.year, day.month - 1)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBERS[text]


_RULES: tuple[tuple[re.Pattern[str], _Finder], ...] = tuple(
    (re.compile(rf"\b(?:{pattern})\b", re.ASCII), find)
    for pattern, find in (
        (rf"{_BEFORE}(?:ngay )?(?P<lead>)(?P<word>(?:hom|bua) (?:nay|ni)|hnay)", _near_day),
        (rf"(?:buoi )?(?P<part>{_PART}) (?P<lead>)(?P<word>nay|ni)", _near_day),
        (rf"{_BEFORE}(?P<lead>ngay |bua |hom )?(?P<word>mai|mot)(?! tang| moi\b| tuan| thang| nam| lan| so| ngay| cua)"
         rf"{_AFTER}", _near_day),
        (rf"{_BEFORE}(?P<lead>ngay )(?P<word>kia)", _near_day),
        (rf"{_BEFORE}(?:ngay )?(?P<lead>hom |bua )(?P<word>qua)", _near_day),
        (rf"(?P<part>{_PART}) (?P<lead>)(?P<word>qua)(?! mang| phan| cong| duong| buu| vneid| sms| app| zalo| tay)",
         _near_day),
        (rf"{_BEFORE}(?P<lead>)(?P<word>hom kia|hom te|bua te|hqua)", _near_day),
        (rf"{_BEFORE}(?P<lead>ngay |vao )?(?P<hom>hom )?(?P<thu>thu|t) ?(?P<name>hai|ba|tu|nam|sau|bay|[2-7])"
         rf"{_AFTER}{_WEEK}{_AFTER_WEEK}", _weekday),
        (rf"{_BEFORE}(?P<lead>ngay |vao )?(?P<hom>hom )?(?P<name>chu nhat|cn){_AFTER}{_WEEK}{_AFTER_WEEK}", _sunday),
        (r"(?:(?P<place>dau|giua|cuoi) )?tuan(?: (?P<week>sau|toi|ke|nay|ni))?", _part_of_week),
        (r"(?P<place>dau|giua|cuoi) thang(?: (?P<month>sau|toi|nay|ni|\d{1,2}))?", _part_of_month),
        (rf"(?P<since>cach day )?{_COUNT} (?P<unit>ngay|hom|bua|tuan)(?P<way> nua| (?P<gone>truoc(?! khi)))",
         _count_of_days),
        (rf"(?P<way>(?P<since>cach day )){_COUNT} (?P<unit>ngay|hom|bua|tuan)(?P<gone>)", _count_of_days),
        (rf"{_DATE} ?/ ?(?P<month>\d{{1,2}})(?:/(?P<year>\d{{4}}|\d{{2}}))?(?![\d/]|-\w)", _full_date),
        (rf"{_DATE}-(?P<month>\d{{1,2}})-(?P<year>\d{{4}}|\d{{2}})(?![\d/-])", _full_date),
        (rf"{_DATE}\.(?P<month>\d{{1,2}})\.(?P<year>\d{{4}})", _full_date),
        (rf"{_DATE} thang (?P<month>\d{{1,2}})(?:,? nam (?P<year>\d{{4}}))?(?! ngay)", _full_date),
        (rf"(?P<lead>)(?P<part>{_PART}) (?P<day>\d{{1,2}})(?![\d.:/-])(?P<near>)", _day_of_month),
        (rf"{_BEFORE}(?P<lead>ngay|mung|mong|hom) (?P<day>\d{{1,2}})(?![\d./-])(?: (?P<near>nay|truoc|roi|vua roi))?",
         _day_of_month),
    )
)  # fmt: skip

_HOUR = re.compile(
    r"(?<![\w.,/:-])(?:(?P<first>sang|trua|chieu|dem) (?:luc )?)?(?:"
    r"(?P<hour>\d{1,2}) ?(?:h|gio)|(?P<hour2>\d{1,2})(?=:\d\d)|(?P<word>(?:muoi )?[a-z]{2,4}) gio|"
    r"(?P<hour3>\d{1,2})g(?=\d\d| ?sang| ?chieu))"
    r"(?::?(?P<minute>\d{2})(?![\d/])| (?P<minute2>\d{2})(?: phut|(?= sang| chieu))| ?(?P<half>ruoi)|"
    r" kem (?P<less>\d{1,2}))?"
    rf"(?:(?: phut)? (?P<part>{_PART})\b)?(?!\w)",
    re.ASCII,
)


def _hours(line: _Line, part: str) -> Iterator[_Seen]:
    for match in _HOUR.finditer(line.folded):
        if match["word"] == "bay" and line.written[match.start() : match.start() + 3].lower() != "bảy":
            continue  # "bay gio": now
        before, after = line.before(match.start()), line.folded[match.end() : match.end() + 9]
        small = len(match[0]) < 7 and match[0][:1] in "123456" and match[0][1:2] not in "012345"
        if before == ["truoc"] and small:
            continue  # "trước 2 giờ": two hours before
        if (before and before[0] in _LENGTHS) or re.match(r" (?:dong ho|lam viec|nua|truoc)|/|h\b", after):
            continue
        named = match["part"] or match["first"] or ""
        end = match.end()
        if named == "toi" and line.written[match.start("part") : match.end("part")].lower() != "tối":
            named, end = "", match.start("part") - 1
        hour = _hour(match, named or part)
        if hour is not None and line.well_written(match.start(), end):
            yield _Seen(match.start(), end, part=named, hour=hour)


def _hour(match: re.Match[str], part: str) -> time | None:
    text = match["hour"] or match["hour2"] or match["hour3"] or match["word"]
    if not text.isdigit() and text not in _NUMBERS:
        return None
    hour, minute = _number(text), int(match["minute"] or match["minute2"] or (30 if match["half"] else 0))
    if part == "dem" and hour == 12:
        return None
    afternoon = {"trua": range(1, 4), "chieu": range(1, 12), "toi": range(5, 12), "dem": range(7, 12), "": range(1, 6)}
    if hour in afternoon.get(part, ()):
        hour += 12
    total = 60 * hour + minute - int(match["less"] or 0)
    return time(total // 60, total % 60) if minute < 60 and 0 <= total < 24 * 60 else None
