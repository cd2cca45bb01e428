"""What is told of each aspect of a procedure: lines made only from fields of its record.

A view is the record as one person needs it: the case, the documents and the ways that are left once their answers are
known (knowledge/situation.py); without answers it is the common case and all ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from knowledge import words
from knowledge.record import Case, Channel, Document, Procedure, Way
from knowledge.reply import Aspect
from knowledge.situation import NO_CASE, Answers, situation
from knowledge.tongue import say

ASPECT_NAMES = {
    Aspect.DOCUMENTS: "Giấy tờ cần có",
    Aspect.FEES: "Lệ phí",
    Aspect.TIME_LIMIT: "Thời hạn",
    Aspect.WHERE: "Nộp ở đâu",
    Aspect.STEPS: "Các bước",
    Aspect.CONDITIONS: "Điều kiện",
    Aspect.FORM: "Mẫu đơn",
    Aspect.LEGAL_BASIS: "Căn cứ pháp lý",
    Aspect.RESULT: "Kết quả nhận được",
    Aspect.ONLINE: "Nộp trực tuyến",
}
MOST_PAPERS = 12  # a longer list is for the page, not for a chat
MOST_LETTERS = 1200  # of the steps of an imported record


@dataclass(frozen=True)
class View:
    """A record with what is left of it for one person. personal: somebody's answers are known.

    short: papers by name alone, as a first answer.
    """

    record: Procedure
    case: Case
    documents: tuple[Document, ...]
    ways: tuple[Way, ...]
    personal: bool = False
    short: bool = False


def view(record: Procedure, *, case_id: str | None = None, answers: Answers | None = None) -> View:
    """The record for somebody with these answers, or in the case that was chosen, or in the common one."""
    if not record.cases:
        return View(record, NO_CASE, (), record.ways)
    if answers:
        own = situation(record, answers)
        return View(record, own.case, own.documents, own.ways, personal=True)
    case = next((case for case in record.cases if case.id == case_id), record.cases[0])
    return View(record, case, case.documents, record.ways)


def section(aspect: Aspect, seen: View) -> list[str]:
    """The lines about one aspect, empty where the source says nothing."""
    return _SECTIONS[aspect](seen)


def no_fee() -> str:
    """What stands for a fee of which the source says nothing."""
    return say("nguồn không ghi phí, lệ phí, {ask_again}", ask_again=words.ask_again())


def no_time() -> str:
    """What stands for a time limit of which the source says nothing."""
    return say("nguồn không ghi thời hạn, {ask_again}", ask_again=words.ask_again())


def page_of(record: Procedure) -> str | None:
    """The page of the procedure, if one is known."""
    return next((source.page for source in record.sources if source.page), None)


def _documents(seen: View) -> list[str]:
    lines = []
    if len(seen.record.cases) > 1 and not seen.personal:
        when = f" ({seen.case.when})" if seen.case.when else ""
        lines.append(say("Trường hợp: {name}{when}.", name=seen.case.name, when=when))
    for document in seen.documents[:MOST_PAPERS]:
        form = say(" (mẫu {form})", form=document.form) if document.form else ""
        count = words.copies(document)
        note = document.needed_when if seen.short else words.document_note(document)
        lines.append(f"• {document.name}{form}{f': {count}' if count else ''}{f'. {_sentence(note)}' if note else ''}")
    if len(seen.documents) > MOST_PAPERS:
        lines.append(say("… còn giấy tờ khác, xem đủ {where}.", where=_page_words(seen.record)))
    return lines


def _fees(seen: View) -> list[str]:
    return _by_way(seen.ways, lambda way: [words.fee(item) for item in way.fees] or [no_fee()])


def _time_limits(seen: View) -> list[str]:
    lines = _by_way(seen.ways, lambda way: [words.time_limit(item) for item in way.time_limits] or [no_time()])
    return lines + [say("Không tính vào thời hạn: {what}", what=text) for text in seen.record.not_counted]


def _where(seen: View) -> list[str]:
    record = seen.record
    if seen.short:
        return [f"• {text}" for text in record.where[:1]]
    agency = [say("Cơ quan giải quyết: {name}.", name=bare(record.agency))] if record.agency else []
    return [*(f"• {text}" for text in record.where), *agency]


def _steps(seen: View) -> list[str]:
    record = seen.record
    if not record.imported:
        return [f"{position}. {text}" for position, text in enumerate(record.steps, 1)]
    lines: list[str] = []
    letters = 0
    for text in record.steps:
        letters += len(text)
        if lines and letters > MOST_LETTERS:
            return [*lines, say("… xem đủ các bước {where}.", where=_page_words(record))]
        lines.append(f"• {text}")
    return lines


def _conditions(seen: View) -> list[str]:
    record = seen.record
    who = "; ".join(bare(text) for text in record.who)
    asked_by = [say("Ai được làm: {who}.", who=who)] if record.who else []
    if not record.conditions:
        return [*asked_by, say("Nguồn không nêu điều kiện nào khác."), *_notes(record)]
    lines, letters = asked_by, 0
    for text in record.conditions:
        letters += len(text)
        if letters > MOST_LETTERS and record.imported and len(lines) > 1:
            return [*lines, say("… xem đủ các điều kiện {where}.", where=_page_words(record))]
        lines = [*lines, f"• {text}"]
    return [*lines, *_notes(record)]


def _notes(record: Procedure) -> list[str]:
    """What a good clerk adds; it belongs to what must be known beforehand."""
    return [say("Lưu ý: {note}", note=note) for note in record.notes]


def _form(seen: View) -> list[str]:
    named = [document for document in seen.documents if document.form]
    forms = [say("• {name}: mẫu {form}", name=document.name, form=document.form) for document in named]
    page = page_of(seen.record)
    where = [say("Tải mẫu tại trang của thủ tục: {page}", page=page)] if page else []
    return (forms or [say("Nguồn không nêu mẫu đơn riêng cho trường hợp này.")]) + where


def _legal_basis(seen: View) -> list[str]:
    if not seen.record.legal_basis:
        return [say("Nguồn không nêu căn cứ, {ask_again}.", ask_again=words.ask_again())]
    return [say("• {name} (số {number})", name=law.name, number=law.number) for law in seen.record.legal_basis]


def _result(seen: View) -> list[str]:
    return [f"• {text}" for text in seen.record.result]


def _online(seen: View) -> list[str]:
    record = seen.record
    online = next((way for way in seen.ways if way.channel is Channel.ONLINE), None)
    page = page_of(record)
    if online is None:
        others = ", ".join(words.channel(way.channel).lower() for way in seen.ways) or say("nguồn không nêu")
        return [say("Nguồn không ghi hình thức trực tuyến; các cách nộp: {others}.", others=others)]
    lines = [say("Có. Nộp trên Cổng Dịch vụ công quốc gia, đăng nhập bằng VNeID.")]
    if page:
        lines.append(say("Trang của thủ tục: {page}", page=page))
    if online.time_limits:
        limits = join(words.time_limit(item) for item in online.time_limits)
        lines += [say("• Thời hạn: {limits}", limits=limits)]
    lines += [f"• {words.fee(item)}" for item in online.fees]
    return lines + ([online.note] if online.note else [])


_SECTIONS: dict[Aspect, Callable[[View], list[str]]] = {
    Aspect.DOCUMENTS: _documents,
    Aspect.FEES: _fees,
    Aspect.TIME_LIMIT: _time_limits,
    Aspect.WHERE: _where,
    Aspect.STEPS: _steps,
    Aspect.CONDITIONS: _conditions,
    Aspect.FORM: _form,
    Aspect.LEGAL_BASIS: _legal_basis,
    Aspect.RESULT: _result,
    Aspect.ONLINE: _online,
}


def _by_way(ways: Sequence[Way], told: Callable[[Way], list[str]]) -> list[str]:
    """Lines for each way of submission; ways that say the same share them."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for way in ways:
        groups.setdefault(tuple(told(way)), []).append(words.channel(way.channel))
    lines = []
    for said, channels in groups.items():
        name = say("Mọi cách nộp") if len(channels) == len(ways) and len(ways) > 1 else ", ".join(channels)
        if len(said) == 1:
            lines.append(f"• {name}: {said[0]}.")
        else:
            lines += [f"• {name}:", *(f"  – {text}." for text in said)]
    return lines


def _page_words(record: Procedure) -> str:
    page = page_of(record)
    return say("tại {page}", page=page) if page else say("tại nơi tiếp nhận hồ sơ")


def join(parts: Iterable[str]) -> str:
    """Several facts in one line."""
    return "; ".join(parts)


def bare(text: str) -> str:
    """A text without the stop at its end."""
    return text.rstrip(". ")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:].rstrip('.')}."
