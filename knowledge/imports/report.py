"""What an import is worth: what is filled, what is doubtful or stale, what will be confused, what nobody can find.

Counted in one pass over the merged records; of each only its code, name and a few facts are kept. Nothing is printed
here: report_table.py and report_page.py show it.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from knowledge.collisions import Collision, alike, collisions, words_apart
from knowledge.families import family_key, nearness
from knowledge.imports.formats import Unusable
from knowledge.imports.merge import Merged
from knowledge.record import DoubtKind, Procedure

PARTS = (
    "agency",
    "where",
    "who",
    "cases",
    "ways",
    "fees",
    "time_limits",
    "steps",
    "conditions",
    "result",
    "legal_basis",
)
EXAMPLES = 5  # of a kind of doubt
LARGEST = 20  # families shown
NEAR_TITLES = 100
NEAR_TITLE = 93.0  # likeness (0 to 100) from which two titles will be confused
LISTED = 200  # entries of any other long list
UNUSABLE = 50


class Replacement(NamedTuple):
    """What a replaced law is called, and the numbers of the laws that took its place."""

    name: str
    by: tuple[str, ...]


# Laws that another law has replaced since, and by which; every new law is cited in the crawls of 2026. What is not
# certain has no place here: an official acts on it.
REPLACED_LAWS: Mapping[str, Replacement] = MappingProxyType(
    {
        "24/2000/QH10": Replacement("Luật Kinh doanh bảo hiểm", ("08/2022/QH15",)),
        "61/2010/QH12": Replacement("Luật sửa đổi Luật Kinh doanh bảo hiểm", ("08/2022/QH15",)),
        "23/2008/QH12": Replacement("Luật Giao thông đường bộ", ("35/2024/QH15", "36/2024/QH15")),
        "47/2010/QH12": Replacement("Luật Các tổ chức tín dụng", ("32/2024/QH15",)),
        "17/2017/QH14": Replacement("Luật sửa đổi Luật Các tổ chức tín dụng", ("32/2024/QH15",)),
        "60/2010/QH12": Replacement("Luật Khoáng sản", ("54/2024/QH15",)),
        "17/2012/QH13": Replacement("Luật Tài nguyên nước", ("28/2023/QH15",)),
        "45/2013/QH13": Replacement("Luật Đất đai", ("31/2024/QH15",)),
        "53/2014/QH13": Replacement("Luật Công chứng", ("46/2024/QH15",)),
        "58/2014/QH13": Replacement("Luật Bảo hiểm xã hội", ("41/2024/QH15",)),
        "59/2014/QH13": Replacement("Luật Căn cước công dân", ("26/2023/QH15",)),
        "65/2014/QH13": Replacement("Luật Nhà ở", ("27/2023/QH15",)),
        "67/2014/QH13": Replacement("Luật Đầu tư", ("143/2025/QH15",)),
        "61/2020/QH14": Replacement("Luật Đầu tư", ("143/2025/QH15",)),
        "68/2014/QH13": Replacement("Luật Doanh nghiệp", ("59/2020/QH14",)),
        "38/2019/QH14": Replacement("Luật Quản lý thuế", ("108/2025/QH15",)),
    }
)


@dataclass(frozen=True)
class Matter:
    """A procedure as the report names it. levels: as knowledge.record.Level, in the order of the record."""

    code: str
    name: str
    field: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Filled:
    """In how many records a part says something. share: 0 to 1, of all procedures."""

    part: str
    count: int
    share: float


@dataclass(frozen=True)
class DoubtExample:
    """A doubt as it stands in a record. field: the part of the record; raw: what the source says."""

    code: str
    name: str
    field: str
    raw: str


@dataclass(frozen=True)
class Doubted:
    """How often one kind of doubt stands, in how many procedures; one example a procedure."""

    kind: str
    doubts: int
    procedures: int
    examples: tuple[DoubtExample, ...]


@dataclass(frozen=True)
class Duplicate:
    """One text (name and steps, to the letter) under several codes."""

    name: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Family:
    """One matter under several codes; the member nearest to people comes first."""

    members: tuple[Matter, ...]


@dataclass(frozen=True)
class Families:
    """count: matters under several codes. procedures: how many codes these are. largest: at most 20 of them."""

    count: int
    procedures: int
    largest: tuple[Family, ...]


@dataclass(frozen=True)
class NearTitles:
    """Two matters whose titles are nearly the same, each with the words that only it has ("" for none)."""

    one: Matter
    other: Matter
    one_only: str
    other_only: str
    likeness: float


@dataclass(frozen=True)
class ReplacedLaw:
    """A law that another has replaced, and how many procedures still cite it."""

    number: str
    name: str
    replaced_by: tuple[str, ...]
    procedures: int


@dataclass(frozen=True)
class CitesReplaced:
    """A procedure and the replaced laws that it cites, by number."""

    matter: Matter
    laws: tuple[str, ...]


@dataclass(frozen=True)
class Stale:
    """Traces of law that is no longer in force.

    districts: procedures that name an office of a district; citing: procedures that cite a replaced law. The lists
    hold at most 200 each, those of communes first.
    """

    districts: int
    naming_districts: tuple[Matter, ...]
    citing: int
    laws: tuple[ReplacedLaw, ...]
    cited_by: tuple[CitesReplaced, ...]


@dataclass(frozen=True)
class FieldUnspoken:
    """In one field: the procedures, and those of them that are unspoken."""

    field: str
    procedures: int
    unspoken: int


@dataclass(frozen=True)
class Unspoken:
    """Procedures of a family that nobody has phrasings for: found by their official title only.

    commune: how many of them are settled at the commune. first: at most 200, those of communes first, then by field.
    """

    count: int
    commune: int
    first: tuple[Matter, ...]
    by_field: tuple[FieldUnspoken, ...]


@dataclass(frozen=True)
class Colliding:
    """Two procedures with phrasings that are (nearly) the same; the words that only one phrasing has."""

    one: Matter
    other: Matter
    phrasing: str
    other_phrasing: str
    one_only: str
    other_only: str
    likeness: float
    count: int


@dataclass(frozen=True)
class UnusableRow:
    """A row that became no record."""

    place: str
    reason: str


@dataclass(frozen=True)
class Quality:
    """The whole report. dataclasses.asdict makes JSON of it.

    procedures: written by hand or imported. variants: records of other provinces beside them. doubtful: procedures
    with a doubt. Of long lists the first entries stand, and their whole number as *_count.
    """

    procedures: int
    written: int
    imported: int
    variants: int
    doubtful: int
    filled: tuple[Filled, ...]
    doubts: tuple[Doubted, ...]
    duplicates: tuple[Duplicate, ...]
    families: Families
    near_titles_count: int
    near_titles: tuple[NearTitles, ...]
    stale: Stale
    unspoken: Unspoken
    collisions_count: int
    collisions: tuple[Colliding, ...]
    unusable_count: int
    unusable: tuple[UnusableRow, ...]


def quality(
    merged: Iterable[Merged], phrasings: Mapping[str, Sequence[str]], unusable: Sequence[Unusable] = ()
) -> Quality:
    """Counts everything. merged: read once, no record is kept. phrasings: by code, of whatever codes there are."""
    tally = _Tally()
    for item in merged:
        tally.take(item.record)
        tally.variants += len(item.variants)
    whole = len(tally.known)
    near_count, near = _near_titles(tally)
    colliding_count, colliding = _colliding(tally, phrasings)
    return Quality(
        procedures=whole,
        written=whole - tally.imported,
        imported=tally.imported,
        variants=tally.variants,
        doubtful=tally.doubtful,
        filled=tuple(Filled(part, tally.filled[part], tally.filled[part] / (whole or 1)) for part in PARTS),
        doubts=_doubts(tally),
        duplicates=_duplicates(tally),
        families=_families(tally),
        near_titles_count=near_count,
        near_titles=near,
        stale=_stale(tally),
        unspoken=_unspoken(tally, phrasings),
        collisions_count=colliding_count,
        collisions=colliding,
        unusable_count=len(unusable),
        unusable=tuple(UnusableRow(_writable(row.place), _writable(row.reason)) for row in unusable[:UNUSABLE]),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What is kept of a record. near: its place among others, the nearest to people first."""

    matter: Matter
    family: str
    near: tuple[int, bool]

    @property
    def order(self) -> tuple[tuple[int, bool], str, str]:
        return self.near, self.matter.name, self.matter.code


@dataclass
class _Tally:
    """What is counted while the records go by."""

    variants: int = 0
    imported: int = 0
    doubtful: int = 0
    known: dict[str, _Known] = field(default_factory=dict)
    families: defaultdict[str, list[_Known]] = field(default_factory=lambda: defaultdict(list))
    filled: Counter[str] = field(default_factory=Counter)
    doubts: Counter[DoubtKind] = field(default_factory=Counter)
    doubted: Counter[DoubtKind] = field(default_factory=Counter)
    examples: defaultdict[DoubtKind, list[DoubtExample]] = field(default_factory=lambda: defaultdict(list))
    texts: defaultdict[bytes, list[str]] = field(default_factory=lambda: defaultdict(list))
    districts: list[_Known] = field(default_factory=list)
    citing: list[tuple[_Known, tuple[str, ...]]] = field(default_factory=list)

    def take(self, record: Procedure) -> None:
        """Counts one record; only its short facts are kept."""
        matter = Matter(record.code, record.name, record.field, tuple(level.value for level in record.levels))
        known = _Known(matter, family_key(record.name) or record.code, nearness(record))
        self.known[record.code] = known
        self.families[known.family].append(known)
        self.imported += record.imported
        self.filled.update(_filled(record))
        self.texts[_text(record)].append(record.code)
        self._take_doubts(record)
        if any(doubt.kind is DoubtKind.STALE_DISTRICT for doubt in record.doubts):
            self.districts.append(known)
        replaced = tuple(dict.fromkeys(law.number for law in record.legal_basis if law.number in REPLACED_LAWS))
        if replaced:
            self.citing.append((known, replaced))

    def _take_doubts(self, record: Procedure) -> None:
        first = {doubt.kind: doubt for doubt in reversed(record.doubts)}
        self.doubtful += bool(first)
        self.doubts.update(doubt.kind for doubt in record.doubts)
        self.doubted.update(first.keys())
        for kind, doubt in first.items():
            if len(self.examples[kind]) < EXAMPLES:
                self.examples[kind].append(DoubtExample(record.code, record.name, doubt.field, doubt.raw))


def _writable(text: str) -> str:
    """The text without halves of characters, which a broken row may bring and no file can hold."""
    return text.encode(errors="replace").decode()


def _filled(record: Procedure) -> Iterator[str]:
    """The parts of a record that say something; fees and time limits stand in its ways."""
    for part in PARTS:
        if part in ("fees", "time_limits"):
            if any(getattr(way, part) for way in record.ways):
                yield part
        elif getattr(record, part):
            yield part


def _text(record: Procedure) -> bytes:
    """A short stand-in for the name and steps of a record."""
    text = "\n".join((record.name, *record.steps))
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _doubts(tally: _Tally) -> tuple[Doubted, ...]:
    """Every kind of doubt, that of the most procedures first; a kind that does not occur has 0."""
    kinds = sorted(DoubtKind, key=lambda kind: (-tally.doubted[kind], kind.value))
    return tuple(
        Doubted(kind.value, tally.doubts[kind], tally.doubted[kind], tuple(tally.examples.get(kind, ())))
        for kind in kinds
    )


def _duplicates(tally: _Tally) -> tuple[Duplicate, ...]:
    groups = sorted((sorted(codes) for codes in tally.texts.values() if len(codes) > 1), key=lambda it: (-len(it), it))
    return tuple(Duplicate(tally.known[codes[0]].matter.name, tuple(codes)) for codes in groups)


def _families(tally: _Tally) -> Families:
    several = [sorted(members, key=lambda it: it.order) for members in tally.families.values() if len(members) > 1]
    several.sort(key=lambda members: (-len(members), members[0].order))
    return Families(
        count=len(several),
        procedures=sum(map(len, several)),
        largest=tuple(Family(tuple(known.matter for known in members)) for members in several[:LARGEST]),
    )


def _near_titles(tally: _Tally) -> tuple[int, tuple[NearTitles, ...]]:
    """How many pairs of families have nearly the same title whatever the order of its words, and the nearest of them.

    A family's key is its title without accents and without the words that name a level of government.
    """
    titles = [" ".join(sorted(family.split())) for family in tally.families]
    heads = [min(members, key=lambda known: known.order).matter for members in tally.families.values()]
    found = []
    for one, other, likeness in alike(titles, NEAR_TITLE):
        first, second = sorted((heads[one].code, heads[other].code))
        found.append((-likeness, first, second))
    found.sort()
    return len(found), tuple(_near(tally, first, second, -less) for less, first, second in found[:NEAR_TITLES])


def _near(tally: _Tally, one: str, other: str, likeness: float) -> NearTitles:
    mine, yours = tally.known[one].matter, tally.known[other].matter
    return NearTitles(mine, yours, *words_apart(mine.name, yours.name), likeness)


def _stale(tally: _Tally) -> Stale:
    laws = Counter(number for _, numbers in tally.citing for number in numbers)
    citing = sorted(tally.citing, key=lambda item: item[0].order)
    districts = sorted(tally.districts, key=lambda known: known.order)
    return Stale(
        districts=len(districts),
        naming_districts=tuple(known.matter for known in districts[:LISTED]),
        citing=len(citing),
        laws=tuple(ReplacedLaw(number, *REPLACED_LAWS[number], count) for number, count in _most_first(laws)),
        cited_by=tuple(CitesReplaced(known.matter, numbers) for known, numbers in citing[:LISTED]),
    )


def _most_first(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _unspoken(tally: _Tally, phrasings: Mapping[str, Sequence[str]]) -> Unspoken:
    """A family with phrasings for one of its codes is found as a whole, so none of its codes is unspoken."""
    spoken = {tally.known[code].family for code, sentences in phrasings.items() if sentences and code in tally.known}
    silent = [known for known in tally.known.values() if known.family not in spoken]
    silent.sort(key=lambda known: (known.near, known.matter.field, known.matter.name, known.matter.code))
    whole = Counter(known.matter.field for known in tally.known.values())
    counts = Counter(known.matter.field for known in silent)
    return Unspoken(
        count=len(silent),
        commune=sum("commune" in known.matter.levels for known in silent),
        first=tuple(known.matter for known in silent[:LISTED]),
        by_field=tuple(FieldUnspoken(name, whole[name], count) for name, count in _most_first(counts)),
    )


def _colliding(tally: _Tally, phrasings: Mapping[str, Sequence[str]]) -> tuple[int, tuple[Colliding, ...]]:
    """How many pairs of procedures collide, and the first of them; phrasings of what is no procedure are left out."""
    here = {code: sentences for code, sentences in phrasings.items() if code in tally.known}
    found = collisions(here, {code: known.family for code, known in tally.known.items()})
    return len(found), tuple(_shown(tally, item) for item in found[:LISTED])


def _shown(tally: _Tally, item: Collision) -> Colliding:
    return Colliding(
        tally.known[item.one].matter,
        tally.known[item.other].matter,
        item.phrasing,
        item.other_phrasing,
        *words_apart(item.phrasing, item.other_phrasing),
        item.likeness,
        item.count,
    )
