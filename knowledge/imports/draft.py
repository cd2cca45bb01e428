"""From loose parts to a record: what every format has in common, once its cells were found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as given
from datetime import date

from knowledge.imports import figures, sentences
from knowledge.imports.figures import ReadFee, ReadTime, shorten
from knowledge.normalise import fold
from knowledge.record import Case, Channel, Document, Doubt, DoubtKind, Level, Procedure, Source, Way, national_code

CHANNELS = {
    "truc tuyen": Channel.ONLINE,
    "online": Channel.ONLINE,
    "truc tiep": Channel.DIRECT,
    "direct": Channel.DIRECT,
    "dich vu buu chinh": Channel.POSTAL,
    "buu chinh": Channel.POSTAL,
    "postal": Channel.POSTAL,
}
SHORT = 60
_PROVINCE = re.compile(r"\.(H\d{2})$")
_PREFIX = re.compile(r"^(?:thủ tục|trình tự, thủ tục)\s+(?=\w{2})", re.IGNORECASE)


@dataclass
class Draft:
    """The parts of a record as a format gives them. Texts are raw cells; counts are numbers or None.

    remarks: what stands beside time limits; it may say what does not count towards them.
    national: whether the source is of the whole country, where a record may be some province's own.
    """

    code: str
    name: str
    field: str
    levels: Sequence[Level]
    province: str | None = None
    agency: str = ""
    where: str = ""
    who: Sequence[str] = ()
    steps: str = ""
    remarks: list[str] = given(default_factory=list)
    conditions: str = ""
    result: Sequence[str] = ()
    law: str = ""
    cases: list[Case] = given(default_factory=list)
    ways: dict[Channel, DraftWay] = given(default_factory=dict)
    source: str = ""
    national: bool = False
    page: str | None = None
    decision: str | None = None
    as_of: date | None = None
    doubts: list[Doubt] = given(default_factory=list)

    def add_case(
        self, name: str, papers: Iterable[tuple[Document | None, Doubt | None]], when: str | None = None
    ) -> None:
        """A case with its papers; one without papers says nothing and is left out."""
        documents = []
        for document, doubt in papers:
            documents += [document] if document else []
            self.doubts += [doubt] if doubt else []
        if documents:
            title = shorten(name.strip(" -–•*:."), 90) or "Hồ sơ gồm"
            whole = shorten(name.strip(" -–•*"), 700)
            self.cases.append(
                Case(
                    id=f"truong-hop-{len(self.cases) + 1}",
                    name=title,
                    when=when or (whole if title.endswith("…") else None),
                    documents=tuple(documents),
                )
            )

    def way(self, channel: Channel) -> DraftWay:
        """The way of that channel, made on first use."""
        return self.ways.setdefault(channel, DraftWay())

    def record(self) -> Procedure:
        """The record, with every doubt that was found on the way. Raises ValueError where it cannot be one."""
        code = national_code(self.code)
        if code is None:
            raise ValueError(f"{self.code!r} is no procedure code")
        local = _PROVINCE.search(self.code.strip())
        name = shorten(self.name, 1400)
        if not name:
            raise ValueError("the name is empty")
        ways = tuple(self._way(channel, way) for channel, way in self.ways.items())
        self._text_doubts()
        return Procedure(
            code=code,
            province=self.province or (local.group(1) if local else None),
            name=name,
            short_name=short_name(name),
            field=shorten(self.field, 300) or "Chưa rõ lĩnh vực",
            levels=tuple(dict.fromkeys(self.levels)) or (Level.OTHER,),
            agency=shorten(sentences.said(self.agency), 500) or None,
            where=sentences.lines(self.where, longest=400)[:8],
            who=tuple(dict.fromkeys(shorten(who, 200) for who in self.who if who.strip())),
            cases=tuple(self.cases),
            ways=ways,
            not_counted=sentences.not_counted("\n".join((self.steps, *self.remarks))),
            steps=sentences.lines(self.steps),
            conditions=sentences.lines(self.conditions),
            result=tuple(dict.fromkeys(shorten(result, 600) for result in self.result if sentences.said(result))),
            legal_basis=sentences.laws(self.law),
            doubts=tuple(dict.fromkeys(self.doubts)),
            sources=(
                Source(
                    name=self.source,
                    page=self.page or None,
                    decision=_decision(self.decision),
                    as_of=self.as_of,
                ),
            ),
            imported=True,
            checked=False,
        )

    def _way(self, channel: Channel, way: DraftWay) -> Way:
        fees = figures.settle_fees(way.fees)
        times = list(dict.fromkeys(way.times))
        for kind, raw, part in (
            *((fee.doubt, fee.fee.raw, "fees") for fee in fees),
            *((time.doubt, time.limit.raw, "time_limits") for time in times),
        ):
            if kind:
                self.doubts.append(Doubt(kind=kind, field=part, raw=raw[:400]))
        return Way(
            channel=channel,
            time_limits=tuple(time.limit for time in times),
            fees=tuple(fee.fee for fee in fees),
            note=shorten(way.note, 500) or None,
        )

    def _text_doubts(self) -> None:
        found = sentences.broken(self.steps)
        if found:
            self.doubts.append(Doubt(kind=DoubtKind.SENTENCE_BROKEN, field="steps", raw=found))
        for part in ("name", "steps", "where", "agency", "who", "conditions", "result"):
            text = getattr(self, part)
            found = sentences.stale_district(text if isinstance(text, str) else "\n".join(text))
            if found:
                self.doubts.append(Doubt(kind=DoubtKind.STALE_DISTRICT, field=part, raw=found))
        found = sentences.one_other_province(f"{self.name}\n{self.steps}\n{self.conditions}")
        if found is None and self.national and not _PROVINCE.search(self.code.strip()):
            found = sentences.local_decree(f"{self.decision}\n{self.law}")
        if found:
            self.doubts.append(Doubt(kind=DoubtKind.OTHER_PROVINCE, field="steps", raw=found))
        for case in self.cases:
            for document in case.documents:
                found = sentences.stale_district(document.name)
                if found:
                    self.doubts.append(Doubt(kind=DoubtKind.STALE_DISTRICT, field="cases", raw=found))


@dataclass
class DraftWay:
    """A way of submission while it is read."""

    times: list[ReadTime] = given(default_factory=list)
    fees: list[ReadFee] = given(default_factory=list)
    note: str = ""


def short_name(name: str) -> str:
    """A heading of at most 60 characters from the title; one that ends in "…" was cut."""
    bare = _PREFIX.sub("", name)
    bare = bare[:1].upper() + bare[1:]
    return shorten(bare.rstrip(" ."), SHORT)


def channel_of(text: object) -> Channel | None:
    """The channel that a cell names, or None."""
    return CHANNELS.get(fold(str(text or "")).strip(" .:"))


def _decision(text: str | None) -> str | None:
    bare = re.sub(
        r"^(?:quyết định|số qđ)?\s*:?\s*(?:quyết định)?\s*(?:số)?\s*:?\s*", "", text or "", flags=re.IGNORECASE
    )
    return shorten(bare, 80) or None
