"""Where somebody lives: the communes and wards of Nghệ An by their new names, the former ones and the former districts.

What a message names is looked for syllable by syllable in an index of folded names, so accents and the place of tone
marks do not matter, but decide where they are written: "Tam Đình" is not "Tam Đỉnh". Data: data/offices.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote_plus

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge.errors import RecordError
from knowledge.normalise import fold, is_accented, place_tones
from knowledge.record import Text
from knowledge.settings import ROOT
from knowledge.yaml_file import read_yaml

LONGEST = 1000  # characters that are looked at
EARTH_KM = 6371.0
Way = Literal["commune", "former_unit", "former_district", "nickname"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Place(_Model):
    """A commune or ward since 1 July 2025.

    name: with its kind ("Xã Diễn Châu"). former_units: what it was made of ("xã Diễn Hoa", "thị trấn Diễn Thành").
    website: not opened by anybody. lat, lon: degrees, a point in the area and not the office.
    """

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
    name: Text
    kind: Literal["Xã", "Phường"]
    former_district: Text
    former_units: tuple[Text, ...] = Field(min_length=1)
    website: Annotated[str, StringConstraints(pattern=r"^https://[a-z]+\.nghean\.gov\.vn/$")]
    lat: float = Field(ge=18, le=20.1)
    lon: float = Field(ge=103.8, le=105.9)

    @model_validator(mode="after")
    def _named_after_kind(self) -> Place:
        if not self.name.startswith(f"{self.kind} "):
            raise ValueError(f"{self.name} does not begin with {self.kind}")
        return self

    @property
    def bare_name(self) -> str:
        """The name without its kind."""
        return self.name.removeprefix(f"{self.kind} ")

    @property
    def map_link(self) -> str:
        """A search for its centre on a map: the address itself is not known."""
        words = f"Trung tâm Phục vụ hành chính công {self.kind.lower()} {self.bare_name} Nghệ An"
        return f"https://www.google.com/maps/search/?api=1&query={quote_plus(words)}"


class CommunesFile(_Model):
    """communes.yml: the places, where they come from, and what was corrected in that source."""

    sources: tuple[Text, ...] = Field(min_length=1)
    as_of: date
    website_checked: bool
    corrections: tuple[Text, ...] = ()
    communes: tuple[Place, ...] = Field(min_length=1)


class Nickname(_Model):
    """Other names of a former district or of one commune."""

    said: tuple[Text, ...] = Field(min_length=1)
    district: Text | None = None
    code: Text | None = None

    @model_validator(mode="after")
    def _one_target(self) -> Nickname:
        if (self.district is None) == (self.code is None):
            raise ValueError("either a district or a code")
        return self


class NicknamesFile(_Model):
    """nicknames.yml: names beside those of communes.yml, and what says that a name is (not) a place of ours."""

    nicknames: tuple[Nickname, ...] = ()
    unmistakable: tuple[Text, ...] = ()
    unmistakable_without_accents: tuple[Text, ...] = ()
    other_provinces: tuple[Text, ...] = ()


class Statement(_Model):
    """A sentence for the citizen about the offices. known: whether it is a fact; if not, it says what is not known."""

    known: bool
    text: Text
    name: Text | None = None
    source: Text | None = None

    @model_validator(mode="after")
    def _facts_have_sources(self) -> Statement:
        if self.known and self.source is None:
            raise ValueError("what is known has a source")
        return self


class Offices(_Model):
    """offices.yml: what is known of the offices in general."""

    as_of: date
    provincial_centre: Statement
    anywhere: Statement
    hours: Statement
    contacts: Statement
    websites: Statement


@dataclass(frozen=True)
class Found:
    """The places that a message means. One: understood; several: ask which, the likeliest stands first.

    said: the words that name it, as written. way: how it was named. sure: 0 to 1.
    """

    places: tuple[Place, ...]
    said: str
    way: Way
    sure: float


@dataclass(frozen=True)
class _Name:
    """A name that leads to places. kind: folded, "" where it has none; district: that of a former unit."""

    written: tuple[str, ...]
    kind: str
    way: Way
    places: tuple[Place, ...]


@dataclass(frozen=True)
class _Syllable:
    start: int
    end: int
    written: str
    folded: str


@dataclass(frozen=True)
class _Mention:
    """Names that stand at one place of the message. kind: what stands before ("xa", "huyen"; "": "ở", or nothing)."""

    start: int
    end: int
    size: int
    kind: str
    lead: bool
    names: tuple[_Name, ...]
    sure: float


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_KINDS = {"xa": "xa", "x": "xa", "phuong": "phuong", "p": "phuong", "thi tran": "thi tran", "tt": "thi tran"}
_KINDS |= dict.fromkeys(("huyen", "h", "thi xa", "tx", "thanh pho", "tp"), "huyen")
_LEADS = frozenset({"o", "tai", "que", "thuoc", "ubnd", "uy ban", "mot cua", "cong an", "trung tam"})
# How the words above are written with accents; "xa" (far), "o" (aunt), "phương" (a name) are others.
_AS_WRITTEN = _set("xã phường thị trấn huyện thành phố ở tại quê thuộc ủy uỷ ban một cửa công an trung tâm")
_SHORT = _set("x p tt h tx tp ubnd")
_BETWEEN_KIND = _set("cu moi la ten")
_BETWEEN_LEAD = _set("ben duoi tren ngoai tan vung khu gan phia que trong tai cho")
_NO_PLACE_AFTER = _set(
    """duong pho ngo ngach kiet hem truong cho cau ten quan q ong ba anh chi co chu bac ho benh vien lang"""
)
_FILLERS = _set(
    """da vang a u ua uh um em toi tui minh o tai nha nhe nhi cua thuoc tinh nghe an que dia chi la thi dang hien nay
    bay gio chu cu moi truoc day ben duoi tren anh bac chau ho khau thuong tru noi va xa phuong huyen thi tran ad oi
    do y hi con e mh t ni nghean"""
)
_SPOKEN = re.compile(r"[^\W_]+")
_SYLLABLE = re.compile(  # what can be a Vietnamese syllable, folded
    r"(?:b|ch?|d|gh?|gi|h|kh?|l|m|ngh?|nh?|ph?|qu|r|s|th?|tr?|v|x)?"
    r"(?:a[iouy]?|e[ou]?|i[aeu]?|ieu|o[aeio]?|oa[iyo]|oeo|u[aeiouy]?|ua[iy]|uo[iu]|uy[aeu]|y[aeu]?|yeu|"
    r"(?:a|e|i|ie|o|oa|oe|oo|u|ua|ue|uo|uy|uye|y|ye)(?:ch?|m|n[gh]?|p|t))",
)


class Places:
    """The communes of the province, found by name or by distance."""

    def __init__(self, communes: Iterable[Place], nicknames: NicknamesFile, offices: Offices) -> None:
        self.all = tuple(communes)
        self.offices = offices
        self.by_code = {place.code: place for place in self.all}
        self.districts: dict[str, tuple[Place, ...]] = {}
        for place in self.all:
            self.districts[place.former_district] = (*self.districts.get(place.former_district, ()), place)
        self._names: dict[tuple[str, ...], list[_Name]] = {}
        for name in (*_names_of(self.all, self.districts), *self._nicknames(nicknames)):
            self._names.setdefault(tuple(map(fold, name.written)), []).append(name)
        self._longest = max(map(len, self._names))
        self._glued = {"".join(key): key for key in self._names}
        self._unmistakable = {_syllables_of(text) for text in nicknames.unmistakable}
        self._unmistakable_bare = {_syllables_of(text) for text in nicknames.unmistakable_without_accents}
        self._other_provinces = {fold(name): place_tones(name).lower() for name in nicknames.other_provinces}

    def find(self, text: str, *, asked: bool) -> Found | None:
        """The places that a message names; None: it names none of ours.

        asked: the message answers "which commune?", so a name alone counts. Otherwise it counts only after "xã",
        "phường", "thị trấn", "huyện", "ở", "tại" ..., or where it can be nothing else.
        """
        line = place_tones(text[:LONGEST])
        syllables = [
            _Syllable(*said.span(), said.group().lower(), fold(said.group())) for said in _SPOKEN.finditer(line)
        ]
        named = self._mentions(syllables, asked, is_accented(line))
        mentions = [mention for mention in named if not self._elsewhere(line, mention)]
        if asked and not self._is_an_answer(syllables, mentions):
            mentions = [mention for mention in mentions if mention.lead]
        return _narrowed(line, mentions)

    def nearest(self, lat: float, lon: float, count: int = 3) -> list[tuple[Place, float]]:
        """The communes whose points are nearest to a point (degrees), with the distance in km, nearest first."""
        away = sorted((_kilometres(lat, lon, place), place.code) for place in self.all)
        return [(self.by_code[code], kilometres) for kilometres, code in away[:count]]

    def _nicknames(self, nicknames: NicknamesFile) -> Iterator[_Name]:
        for nickname in nicknames.nicknames:
            if nickname.code is not None:
                places = tuple(place for place in self.all if place.code == nickname.code)
            else:
                places = self.districts.get(nickname.district or "", ())
            if not places:
                raise RecordError(f"nicknames.yml, {nickname.said[0]}: no place {nickname.district or nickname.code}.")
            for said in nickname.said:
                yield _Name(_syllables_of(said), "", "nickname", places)

    def _mentions(self, syllables: list[_Syllable], asked: bool, accented: bool) -> Iterator[_Mention]:
        position, last_end = 0, -1
        while position < len(syllables):
            kind, lead, start = _lead(syllables, position, accented)
            mention = self._named(syllables, position, start, kind, lead) if lead else None
            if mention and not kind:
                inner, word, behind = _lead(syllables, start, accented)
                if inner and self._named(syllables, start, behind, inner, word):
                    mention = None  # "o xa luong minh": not "ở Xá Lượng", but "ở xã Lượng Minh"
            if mention is None:
                after_place = last_end == position
                if asked or after_place or self._cannot_be_else(syllables, position, accented):
                    mention = self._bare(syllables, position, after_place=after_place, asked=asked)
            if mention is None:
                position += 1
                continue
            yield mention
            position = last_end = position + mention.size

    def _named(self, syllables: list[_Syllable], position: int, start: int, kind: str, lead: str) -> _Mention | None:
        """The name that stands after "xã", "huyện", "ở" ..., misspelt ones too where it must be a place."""
        start, length, names, sure = self._after_lead(syllables, start, _BETWEEN_KIND if kind else _BETWEEN_LEAD)
        if not names and kind and lead not in _SHORT:
            length, names, sure = self._misspelt_at(syllables, start)
        if not names or (len(names[0].written) == 1 and not _single_is_meant(names[0], kind)):
            return None
        other = " ".join(each.folded for each in syllables[start : start + length]) in self._other_provinces
        if not kind and (sure < 1 or other):  # after "ở" wrong accents are other words, "Lạng Sơn" is the province
            return None
        first = syllables[position if kind else start]
        end = syllables[start + length - 1].end
        return _Mention(first.start, end, start + length - position, kind, True, names, sure)

    def _after_lead(
        self, syllables: list[_Syllable], start: int, between: frozenset[str]
    ) -> tuple[int, int, tuple[_Name, ...], float]:
        """Where the name begins, a word or two may stand before it ("xã cũ là ..."), and the name as of _names_at."""
        first = start
        for _ in range(3):
            length, names, sure = self._names_at(syllables, start)
            if names or start >= len(syllables) or syllables[start].folded not in between:
                break
            start += 1
        return (start if names else first), length, names, sure

    def _bare(self, syllables: list[_Syllable], position: int, *, after_place: bool, asked: bool) -> _Mention | None:
        """A name with nothing before it. after_place: a place was just named, so this is its district, if one."""
        if position and syllables[position - 1].folded in _NO_PLACE_AFTER and not after_place:
            return None
        length, names, sure = self._names_at(syllables, position)
        if not names and asked:
            length, names, sure = self._misspelt_at(syllables, position)
        kind = ""
        if after_place and not asked:
            names = tuple(name for name in names if name.way == "former_district" and sure == 1)
            kind = "huyen"
        if not names or (names[0].kind == "thi tran" and len(names[0].written) == 1):
            return None
        start, end = syllables[position].start, syllables[position + length - 1].end
        return _Mention(start, end, length, kind, not asked, names, sure)

    def _cannot_be_else(self, syllables: list[_Syllable], position: int, accented: bool) -> bool:
        """Whether what stands here is a place even with nothing before it."""
        for length in (3, 2):
            part = syllables[position : position + length]
            folded, written = tuple(each.folded for each in part), tuple(each.written for each in part)
            if len(part) < length or folded not in self._names:
                continue
            if not accented:
                return length == 3 or folded in self._unmistakable_bare
            exact = any(name.written == written for name in self._names[folded])
            return exact and (length == 3 or written in self._unmistakable)
        return False

    def _names_at(self, syllables: list[_Syllable], start: int) -> tuple[int, tuple[_Name, ...], float]:
        """The longest name that begins here: its length, whom it may mean, and how sure that is."""
        for length in range(min(self._longest, len(syllables) - start), 0, -1):
            part = syllables[start : start + length]
            names = self._names.get(tuple(each.folded for each in part), ())
            written = [each.written for each in part]
            right = tuple(name for name in names if _accents_fit(written, name.written))
            if right:
                return length, right, 1.0
            if names:
                return length, tuple(names), 0.7
        return 0, (), 0.0

    def _misspelt_at(self, syllables: list[_Syllable], start: int) -> tuple[int, tuple[_Name, ...], float]:
        """The one name that is nearest to syllables of which some cannot be Vietnamese ("do luogn", "dienchau")."""
        for length in (3, 2, 1):
            part = [each.folded for each in syllables[start : start + length]]
            glued = "".join(part)
            if len(part) < length or len(glued) < 6 or all(_SYLLABLE.fullmatch(each) for each in part):
                continue
            allowed = 2 if len(glued) >= 11 else 1
            near = process.extract(glued, self._glued.keys(), scorer=OSA.distance, score_cutoff=allowed, limit=2)
            if near and (len(near) == 1 or near[0][1] < near[1][1]):
                return length, tuple(self._names[self._glued[near[0][0]]]), 0.7
        return 0, (), 0.0

    def _elsewhere(self, line: str, mention: _Mention) -> bool:
        """Whether another province stands behind the name: "phường Hoàng Mai, Hà Nội"."""
        found = self._province_pattern.match(_fold_in_place(line[mention.end :]))
        if found is None:
            return False
        start, end = found.span("name")
        written = line[mention.end :][start:end].lower()
        return written.isascii() or written == self._other_provinces[found["name"]]

    def other_province(self, text: str) -> str | None:
        """Another province that a message says it is about ("ở Hà Tĩnh", "tỉnh Thanh Hóa"), in its own spelling."""
        folded = _fold_in_place(text)
        for found in re.finditer(r"\b(?:o|tai|tinh|ben|trong|ngoai|thanh pho|tp)\b", folded):
            named = self._province_pattern.match(folded[found.end() :])
            if named:
                start, end = (found.end() + place for place in named.span("name"))
                written = text[start:end]
                if written.isascii() or written.lower() == self._other_provinces[named["name"]]:
                    return written
        return None

    @cached_property
    def _province_pattern(self) -> re.Pattern[str]:
        names = "|".join(sorted(map(re.escape, self._other_provinces), key=len, reverse=True)) or r"(?!)"
        district = r"(?:huyen|quan|thi xa|tx|tp|thanh pho|h|q)\b\.? ?\w+(?: \w+){0,2}?"
        return re.compile(rf"[ ,.-]*(?:{district}[ ,.-]+)?(?:(?:tinh|tp|thanh pho|t)\b\.? ?)?(?P<name>{names})\b")

    def _is_an_answer(self, syllables: list[_Syllable], mentions: list[_Mention]) -> bool:
        """Whether hardly anything but the place is said, and it is no person's name."""
        spans = [(mention.start, mention.end) for mention in mentions]
        rest = [each for each in syllables if not any(start <= each.start < end for start, end in spans)]
        return sum(each.folded not in _FILLERS for each in rest) <= 2 and all(each.folded != "ten" for each in rest)


def load_places(folder: Path = ROOT / "data" / "offices") -> Places:
    """The places from communes.yml, nicknames.yml and offices.yml; RecordError says what is wrong with one of them."""
    communes = read_yaml(folder / "communes.yml", CommunesFile)
    codes = [place.code for place in communes.communes]
    if len(set(codes)) != len(codes):
        raise RecordError(f"{folder / 'communes.yml'}, communes: a code stands twice.")
    nicknames = read_yaml(folder / "nicknames.yml", NicknamesFile)
    return Places(communes.communes, nicknames, read_yaml(folder / "offices.yml", Offices))


def _names_of(places: Iterable[Place], districts: dict[str, tuple[Place, ...]]) -> Iterator[_Name]:
    for place in places:
        yield _Name(_syllables_of(place.bare_name), fold(place.kind), "commune", (place,))
        for unit in place.former_units:
            kind, name = _unit(unit)
            yield _Name(_syllables_of(name), kind, "former_unit", (place,))
    for district, members in districts.items():
        yield _Name(_syllables_of(district.removeprefix("TP ")), "huyen", "former_district", members)


def _unit(text: str) -> tuple[str, str]:
    """Kind and name of a former unit: "xã Tân Sơn (huyện Đô Lương)" -> "xa", "Tân Sơn"."""
    name = re.sub(r" \(.*\)$", "", text)
    kind = next(kind for kind in ("thị trấn", "phường", "xã") if name.startswith(f"{kind} "))
    return fold(kind), name.removeprefix(f"{kind} ")


def _syllables_of(text: str) -> tuple[str, ...]:
    return tuple(place_tones(text).lower().split())


def _fold_in_place(line: str) -> str:
    """Folded letter for letter, so that places in the text stay the same."""
    return "".join(fold(letter)[:1] or letter for letter in line)


def _accents_fit(written: list[str], name: tuple[str, ...]) -> bool:
    """Whether each syllable is written as in the name, or without any accent."""
    return all(said in {right, fold(right)} for said, right in zip(written, name, strict=True))


def _lead(syllables: list[_Syllable], position: int, accented: bool) -> tuple[str, str, int]:
    """What stands before a place: its kind, the words themselves, and where the name may begin; "" and "": nothing."""
    for length in (2, 1):
        part = syllables[position : position + length]
        words = " ".join(each.folded for each in part)
        kind = _KINDS.get(words, "")
        if not kind and words not in _LEADS:
            continue
        if accented and words not in _SHORT and not all(each.written in _AS_WRITTEN for each in part):
            continue
        if words == "tai" and position and syllables[position - 1].folded == "hien":
            continue  # "hiện tại": now
        return kind, words, position + length
    return "", "", position


def _single_is_meant(name: _Name, kind: str) -> bool:
    """Whether a name of one syllable is one: "ở Vinh", "thị trấn Dùng", not "ở dùng"."""
    return name.way in {"former_district", "nickname"} or kind == name.kind


def _resolve(mention: _Mention) -> tuple[list[Place], Way, float]:
    """The places of one mention, how they were named, how sure that is.

    Names of the kind that was said come before others, the present commune of a name before a former one. A name with
    no kind that was a district is the district, its commune of the same name first.
    """
    districts = [name for name in mention.names if name.way == "former_district"]
    units = [name for name in mention.names if name.way != "former_district"]
    same = [name for name in units if name.kind == mention.kind]
    if mention.kind not in {"", "huyen"}:
        names = same or units or districts
    else:
        whole = mention.kind == "huyen" or any(len(name.places) > 1 for name in districts)
        names = (districts if whole else []) or units or districts
    names = sorted(names, key=lambda name: name.way != "commune")
    namesake = {place for name in units if name.way == "commune" for place in name.places}
    places = sorted(dict.fromkeys(place for name in names for place in name.places), key=lambda p: p not in namesake)
    exact = len(places) == 1 and (not mention.kind or bool(same) or names[0].way == "former_district")
    return places, names[0].way, mention.sure * (1 if exact else 0.8)


def _narrowed(line: str, mentions: list[_Mention]) -> Found | None:
    """All mentions together: a district narrows the communes beside it, several names of one place are one place."""
    resolved = [(mention, *_resolve(mention)) for mention in mentions]
    if not resolved:
        return None
    units = [each for each in resolved if each[2] != "former_district"] or resolved
    district = {place for _, places, way, _ in resolved if way == "former_district" for place in places}
    named = list(dict.fromkeys(place for _, places, _, _ in units for place in places))
    common = [place for place in named if all(place in places for _, places, _, _ in units)] or named
    local = [place for place in common if place in district]
    first, _, way, _ = units[0]
    beside = [each for each in mentions if abs(each.start - first.end) <= 12] if local else []
    end = max((mention.end for mention in beside), default=first.end)
    sure = min(each[3] for each in units) * (0.7 if district and not local else 1)
    return Found(tuple(local or common), line[first.start : end], way, round(sure, 2))


def _kilometres(lat: float, lon: float, place: Place) -> float:
    """Great-circle distance."""
    here, there = math.radians(lat), math.radians(place.lat)
    half = math.sin((there - here) / 2) ** 2
    half += math.cos(here) * math.cos(there) * math.sin(math.radians(place.lon - lon) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(half))
