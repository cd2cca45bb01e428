"""What changed between two states of a catalogue, in words that an official understands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from knowledge import words
from knowledge.normalise import fold
from knowledge.record import Case, Procedure, Way

TEXTS = {
    "name": "tên thủ tục",
    "field": "lĩnh vực",
    "agency": "cơ quan giải quyết",
    "where": "nơi nộp",
    "who": "ai được làm",
    "steps": "các bước",
    "conditions": "điều kiện",
    "result": "kết quả",
    "not_counted": "phần không tính vào thời hạn",
}
LONGEST = 160  # characters of a text that are shown


@dataclass(frozen=True)
class Change:
    """One thing that changed. kind: "new", "abolished", "gone", "fee", "time", "document", "text", "law"."""

    code: str
    name: str
    kind: str
    what: str


def differences(old: Mapping[str, Procedure], new: Mapping[str, Procedure]) -> Iterator[Change]:
    """Everything that changed, procedure by procedure, in the order of the codes."""
    for code in sorted({*old, *new}):
        before, after = old.get(code), new.get(code)
        if before is None and after is not None:
            yield Change(code, after.short_name, "new", "thủ tục mới")
        elif before is not None and after is None:
            yield Change(code, before.short_name, "gone", "không còn trong danh mục")
        elif before is not None and after is not None and before != after:
            yield from _changes(before, after)


def _changes(before: Procedure, after: Procedure) -> Iterator[Change]:
    for kind, what in (
        *_status(before, after),
        *_ways(before, after),
        *_documents(before, after),
        *_texts(before, after),
        *_laws(before, after),
    ):
        yield Change(after.code, after.short_name, kind, what)


def _status(before: Procedure, after: Procedure) -> Iterator[tuple[str, str]]:
    if after.abolished and not before.abolished:
        codes = ", ".join(after.abolished.replaced_by)
        yield "abolished", f"thủ tục bị bãi bỏ{f', thay bằng {codes}' if codes else ''}"
    elif before.abolished and not after.abolished:
        yield "abolished", "thủ tục có hiệu lực trở lại"


def _ways(before: Procedure, after: Procedure) -> Iterator[tuple[str, str]]:
    old, new = ({way.channel: way for way in record.ways} for record in (before, after))
    for channel, name in words.CHANNELS.items():
        was, now = old.get(channel), new.get(channel)
        if was is None and now is None:
            continue
        if was is None or now is None:
            yield "text", f"{'thêm' if now else 'bỏ'} cách nộp: {name.lower()}"
            continue
        yield from _figures(name.lower(), was, now)


def _figures(name: str, was: Way, now: Way) -> Iterator[tuple[str, str]]:
    fees = [[words.fee(fee) for fee in way.fees] for way in (was, now)]
    times = [[words.time_limit(limit) for limit in way.time_limits] for way in (was, now)]
    for kind, label, (old, new) in (("fee", "phí", fees), ("time", "thời hạn", times)):
        if set(old) != set(new):
            yield kind, f"{label}, {name}: {_arrow(_only(old, new), _only(new, old))}"


def _documents(before: Procedure, after: Procedure) -> Iterator[tuple[str, str]]:
    old, new = _papers(before.cases), _papers(after.cases)
    for key in [key for key in old if key not in new]:
        yield "document", f"bỏ giấy tờ: {_short(old[key][0])}"
    for key in [key for key in new if key not in old]:
        yield "document", f"thêm giấy tờ: {_short(new[key][0])}"
    for key in [key for key in new if key in old and old[key][1] != new[key][1]]:
        yield "document", f"số bản của “{_short(new[key][0])}”: {old[key][1]} → {new[key][1]}"


def _papers(cases: Sequence[Case]) -> dict[str, tuple[str, str]]:
    """By its folded name each paper once, with the number of copies in words."""
    return {
        fold(document.name): (document.name, words.copies(document) or "không rõ")
        for case in cases
        for document in case.documents
    }


def _texts(before: Procedure, after: Procedure) -> Iterator[tuple[str, str]]:
    for field, label in TEXTS.items():
        old, new = (_lines(getattr(record, field)) for record in (before, after))
        gone, come = _only(old, new), _only(new, old)
        if gone or come:
            yield "text", f"{label}: {_arrow(gone, come)}"
        elif old != new:
            yield "text", f"{label}: đổi thứ tự"


def _laws(before: Procedure, after: Procedure) -> Iterator[tuple[str, str]]:
    old, new = ([law.number for law in record.legal_basis] for record in (before, after))
    for number in _only(old, new):
        yield "law", f"bỏ căn cứ {number}"
    for number in _only(new, old):
        yield "law", f"thêm căn cứ {number}"


def _lines(value: object) -> list[str]:
    if isinstance(value, tuple):
        return [str(line) for line in value]
    return [str(value)] if value else []


def _only(lines: Sequence[str], others: Sequence[str]) -> list[str]:
    return [line for line in lines if line not in others]


def _arrow(old: Sequence[str], new: Sequence[str]) -> str:
    return f"{_short('; '.join(old)) or '(không có)'} → {_short('; '.join(new)) or '(không có)'}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
