"""Answers made only from the fields of a record: what was asked first, short, with the source below."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from knowledge import words
from knowledge.catalogue import Elsewhere
from knowledge.families import family_key
from knowledge.record import Case, Channel, DoubtKind, Level, Procedure, Source, Way
from knowledge.reply import (
    Aspect,
    Button,
    Card,
    Checklist,
    ChecklistItem,
    Citation,
    Outcome,
    Reply,
    WayRow,
)

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
OVERVIEW = (Aspect.DOCUMENTS, Aspect.FEES, Aspect.TIME_LIMIT, Aspect.WHERE)
OFFERED = (*OVERVIEW, Aspect.STEPS, Aspect.ONLINE)
SAY_AGAIN = "Xin lỗi, tôi hiểu chưa đúng. Anh/chị nói lại việc cần làm giúp tôi, ví dụ: “xin giấy độc thân”."
UNCHECKED = (
    "⚠ Thông tin này chưa đối chiếu được với nguồn chính thức. "
    "Xin hỏi lại Trung tâm Phục vụ hành chính công trước khi đi."
)
IMPORTED = (
    "⚠ Thông tin lấy tự động từ nguồn dưới đây, chưa có người đối chiếu. "
    "Việc quan trọng xin hỏi lại Trung tâm Phục vụ hành chính công."
)
NO_FEE = f"nguồn không ghi phí, lệ phí, {words.ASK_AGAIN}"
NO_TIME = f"nguồn không ghi thời hạn, {words.ASK_AGAIN}"
NO_CASE = Case.model_construct(id="khong-ro", name="Hồ sơ", when=None, documents=())
NOT_SAID = f"Nguồn không nêu, {words.ASK_AGAIN}."
LEVEL_NAMES = {
    Level.COMMUNE: "cấp xã",
    Level.PROVINCE: "cấp tỉnh",
    Level.MINISTRY: "trung ương",
    Level.OTHER: "cơ quan khác",
}
_LEVEL_SAID = re.compile(r"\s*\((?:thực hiện )?(?:tại )?(?:cấp|trung ương)[^)]*\)?", re.IGNORECASE)
MOST_PAPERS = 12  # a longer list is for the page, not for a chat
MOST_LETTERS = 1200  # of the steps of an imported record
PARTS = {
    Aspect.DOCUMENTS: ("cases",),
    Aspect.WHERE: ("where", "agency"),
    Aspect.STEPS: ("steps",),
    Aspect.CONDITIONS: ("conditions", "who"),
    Aspect.RESULT: ("result",),
}
FIELDS = {
    Aspect.DOCUMENTS: "cases",
    Aspect.FEES: "ways.fees",
    Aspect.TIME_LIMIT: "ways.time_limits",
    Aspect.WHERE: "where",
    Aspect.STEPS: "steps",
    Aspect.CONDITIONS: "conditions",
    Aspect.FORM: "cases.documents.form",
    Aspect.LEGAL_BASIS: "legal_basis",
    Aspect.RESULT: "result",
    Aspect.ONLINE: "ways",
}


def answer(
    record: Procedure,
    aspects: Sequence[Aspect],
    *,
    case_id: str | None = None,
    confidence: float = 1.0,
    others: Sequence[Button] = (),
) -> Reply:
    """The reply about a procedure.

    aspects: what was asked; none: an overview. case_id: the situation, else the common one.
    others: buttons for procedures that may have been meant instead.
    """
    asked = [aspect for aspect in Aspect if aspect in aspects] or list(OVERVIEW)
    case = next((case for case in record.cases if case.id == case_id), record.cases[0] if record.cases else NO_CASE)
    lines = [f"{record.heading} (mã {record.code})", *_abolished(record), *_not_ours(record)]
    for aspect in asked:
        section = _SECTIONS[aspect](record, case) or [NOT_SAID]
        about = record.doubts_about(*PARTS.get(aspect, ()))
        doubts = words.doubts(doubt for doubt in about if doubt.kind is not DoubtKind.OTHER_PROVINCE)
        lines += ["", f"{ASPECT_NAMES[aspect]}:", *section, *doubts]
    lines += ["", *_how_sure(record), words.sources(record.sources)]
    return Reply(
        text="\n".join(lines),
        outcome=Outcome.ANSWER,
        procedure=record.code,
        aspects=tuple(asked if aspects else ()),
        confidence=confidence,
        sources=tuple(_citations(record, asked)),
        buttons=tuple(_buttons(record, asked, case, others)),
        card=_card(record, asked, case),
    )


def _how_sure(record: Procedure) -> list[str]:
    if record.checked:
        return []
    return [IMPORTED if record.imported else UNCHECKED]


def _not_ours(record: Procedure) -> list[str]:
    """The word that the whole record was written by another province for itself, or names what no longer is."""
    return words.doubts(
        doubt for doubt in record.doubts if doubt.kind is DoubtKind.OTHER_PROVINCE or doubt.field == "name"
    )


def _abolished(record: Procedure) -> list[str]:
    """The word that a procedure was abolished, and what takes its place."""
    if record.abolished is None:
        return []
    gone = record.abolished
    text = "⚠ Thủ tục này đã bãi bỏ"
    if gone.since:
        text += f" từ ngày {gone.since.day}/{gone.since.month}/{gone.since.year}"
    if gone.decision:
        text += f" theo Quyết định {gone.decision}"
    if gone.replaced_by:
        text += f", thay bằng thủ tục mã {', '.join(gone.replaced_by)}"
    return [f"{text}. Nội dung dưới đây chỉ để tham khảo."]


def _documents(record: Procedure, case: Case) -> list[str]:
    lines = []
    if len(record.cases) > 1:
        lines.append(f"Trường hợp: {case.name}{f' ({case.when})' if case.when else ''}.")
    for document in case.documents[:MOST_PAPERS]:
        form = f" (mẫu {document.form})" if document.form else ""
        count = words.copies(document)
        note = words.document_note(document)
        lines.append(f"• {document.name}{form}{f': {count}' if count else ''}{f'. {_sentence(note)}' if note else ''}")
    if len(case.documents) > MOST_PAPERS:
        lines.append(f"… còn giấy tờ khác, xem đủ {_page_words(record)}.")
    return lines


def _fees(record: Procedure, case: Case) -> list[str]:
    del case
    return _by_way(record.ways, lambda way: [words.fee(item) for item in way.fees] or [NO_FEE])


def _time_limits(record: Procedure, case: Case) -> list[str]:
    del case
    lines = _by_way(record.ways, lambda way: [words.time_limit(item) for item in way.time_limits] or [NO_TIME])
    return lines + [f"Không tính vào thời hạn: {text}" for text in record.not_counted]


def _where(record: Procedure, case: Case) -> list[str]:
    del case
    agency = [f"Cơ quan giải quyết: {_bare(record.agency)}."] if record.agency else []
    return [*(f"• {text}" for text in record.where), *agency]


def _steps(record: Procedure, case: Case) -> list[str]:
    del case
    if not record.imported:
        return [f"{position}. {text}" for position, text in enumerate(record.steps, 1)]
    lines: list[str] = []
    letters = 0
    for text in record.steps:
        letters += len(text)
        if lines and letters > MOST_LETTERS:
            return [*lines, f"… xem đủ các bước {_page_words(record)}."]
        lines.append(f"• {text}")
    return lines


def _conditions(record: Procedure, case: Case) -> list[str]:
    del case
    asked_by = [f"Ai được làm: {'; '.join(_bare(text) for text in record.who)}."] if record.who else []
    if not record.conditions:
        return [*asked_by, "Nguồn không nêu điều kiện nào khác."]
    lines, letters = asked_by, 0
    for text in record.conditions:
        letters += len(text)
        if letters > MOST_LETTERS and record.imported and len(lines) > 1:
            return [*lines, f"… xem đủ các điều kiện {_page_words(record)}."]
        lines = [*lines, f"• {text}"]
    return lines


def _form(record: Procedure, case: Case) -> list[str]:
    forms = [f"• {document.name}: mẫu {document.form}" for document in case.documents if document.form]
    page = next((source.page for source in record.sources if source.page), None)
    where = [f"Tải mẫu tại trang của thủ tục: {page}"] if page else []
    return (forms or ["Nguồn không nêu mẫu đơn riêng cho trường hợp này."]) + where


def _legal_basis(record: Procedure, case: Case) -> list[str]:
    del case
    if not record.legal_basis:
        return [f"Nguồn không nêu căn cứ, {words.ASK_AGAIN}."]
    return [f"• {law.name} (số {law.number})" for law in record.legal_basis]


def _result(record: Procedure, case: Case) -> list[str]:
    del case
    return [f"• {text}" for text in record.result]


def _online(record: Procedure, case: Case) -> list[str]:
    del case
    online = next((way for way in record.ways if way.channel is Channel.ONLINE), None)
    page = next((source.page for source in record.sources if source.page), None)
    if online is None:
        others = ", ".join(words.CHANNELS[way.channel].lower() for way in record.ways) or "nguồn không nêu"
        return [f"Nguồn không ghi hình thức trực tuyến; các cách nộp: {others}."]
    lines = ["Có. Nộp trên Cổng Dịch vụ công quốc gia, đăng nhập bằng VNeID."]
    if page:
        lines.append(f"Trang của thủ tục: {page}")
    if online.time_limits:
        lines += [f"• Thời hạn: {_join(words.time_limit(item) for item in online.time_limits)}"]
    lines += [f"• {words.fee(item)}" for item in online.fees]
    return lines + ([online.note] if online.note else [])


_SECTIONS: dict[Aspect, Callable[[Procedure, Case], list[str]]] = {
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


def _by_way(ways: Sequence[Way], say: Callable[[Way], list[str]]) -> list[str]:
    """Lines for each way of submission; ways that say the same share them."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for way in ways:
        groups.setdefault(tuple(say(way)), []).append(words.CHANNELS[way.channel])
    lines = []
    for said, channels in groups.items():
        name = "Mọi cách nộp" if len(channels) == len(ways) and len(ways) > 1 else ", ".join(channels)
        if len(said) == 1:
            lines.append(f"• {name}: {said[0]}.")
        else:
            lines += [f"• {name}:", *(f"  – {text}." for text in said)]
    return lines


def _buttons(record: Procedure, asked: Sequence[Aspect], case: Case, others: Sequence[Button]) -> list[Button]:
    buttons = []
    if Aspect.DOCUMENTS in asked:
        buttons += [
            Button(title=_short(other.name), payload=f"case:{other.id}") for other in record.cases if other is not case
        ][:4]
    buttons += [
        Button(title=ASPECT_NAMES[aspect], payload=f"aspects:{aspect.value}")
        for aspect in OFFERED
        if aspect not in asked
    ][:4]
    return [*buttons, *others]


def _card(record: Procedure, asked: Sequence[Aspect], case: Case) -> Card:
    checklist = None
    if Aspect.DOCUMENTS in asked and case.documents:
        items = tuple(
            ChecklistItem(
                name=f"{document.name}{f' (mẫu {document.form})' if document.form else ''}",
                count=words.copies(document),
                note=words.document_note(document),
            )
            for document in case.documents[:MOST_PAPERS]
        )
        checklist = Checklist(title=case.name if len(record.cases) > 1 else record.short_name, items=items)
    ways: tuple[WayRow, ...] = ()
    if {Aspect.FEES, Aspect.TIME_LIMIT, Aspect.ONLINE} & set(asked):
        ways = tuple(
            WayRow(
                channel=words.CHANNELS[way.channel],
                time_limit=_join(words.time_limit(item) for item in way.time_limits) or NO_TIME,
                fees=_join(words.fee(item) for item in way.fees) or NO_FEE,
            )
            for way in record.ways
        )
    return Card(
        title=record.short_name,
        code=record.code,
        checked=record.checked,
        checklist=checklist,
        ways=ways,
        page=next((source.page for source in record.sources if source.page), None),
    )


def _citations(record: Procedure, asked: Iterable[Aspect]) -> list[Citation]:
    return [
        _citation(record, FIELDS[aspect], source)
        for aspect in asked
        for source in record.sources
        if not source.fields or FIELDS[aspect].split(".")[0] in source.fields
    ]


def _page_words(record: Procedure) -> str:
    page = next((source.page for source in record.sources if source.page), None)
    return f"tại {page}" if page else "tại nơi tiếp nhận hồ sơ"


def _citation(record: Procedure, field: str, source: Source) -> Citation:
    return Citation(
        code=record.code,
        field=field,
        name=source.name,
        decision=source.decision,
        as_of=source.as_of,
        page=source.page,
    )


def _join(parts: Iterable[str]) -> str:
    return "; ".join(parts)


def _short(text: str, length: int = 60) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def _bare(text: str) -> str:
    return text.rstrip(". ")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:].rstrip('.')}."


def clarify(
    question: str | None, buttons: Sequence[Button], confidence: float, records: Sequence[Procedure] = ()
) -> Reply:
    """The question back when several procedures fit, with a numbered list for channels without buttons.

    records: the procedures that are offered; their names are facts too, so their sources go along.
    """
    lines = [question or "Anh/chị muốn hỏi về việc nào dưới đây ạ?"]
    if buttons:
        lines += [f"{position}. {button.title}" for position, button in enumerate(buttons, 1)]
        lines.append("Bấm chọn, hoặc gõ số thứ tự.")
    return Reply(
        text="\n".join(lines),
        outcome=Outcome.CLARIFY,
        confidence=confidence,
        sources=tuple(_citation(record, "name", source) for record in records for source in record.sources),
        buttons=tuple(buttons),
    )


def not_in_catalogue(other: Elsewhere | None, near: Sequence[Button], confidence: float) -> Reply:
    """The honest word that there is no record of this procedure, with who handles it where that is known."""
    if other and other.handled_by:
        text = f"Tôi chưa có thông tin về thủ tục “{other.name}”. Nơi giải quyết: {other.handled_by}."
    elif other:
        text = f"Tôi chưa có thông tin về thủ tục “{other.name}”."
    else:
        text = "Tôi chưa có thông tin về thủ tục này."
    text += (
        "\nAnh/chị hỏi Trung tâm Phục vụ hành chính công gần nhất, hoặc tìm trên Cổng Dịch vụ công quốc gia "
        "(dichvucong.gov.vn)."
    )
    if near and not other:
        text += "\nCó thể anh/chị muốn hỏi về việc dưới đây?"
    return Reply(
        text=text,
        outcome=Outcome.NOT_IN_CATALOGUE,
        confidence=confidence,
        buttons=tuple(near) if not other else (),
    )


def out_of_scope(confidence: float) -> Reply:
    """The polite refusal of what is no matter of administration."""
    return Reply(
        text=(
            "Xin lỗi, việc này ngoài phạm vi của tôi. Tôi chỉ hướng dẫn thủ tục hành chính ở Nghệ An: "
            "giấy tờ cần có, lệ phí, thời hạn, nơi nộp. Anh/chị cần làm giấy tờ gì ạ?"
        ),
        outcome=Outcome.OUT_OF_SCOPE,
        confidence=confidence,
    )


def trouble(record: Procedure) -> Reply:
    """What is said instead of a reply that did not pass the check of its figures."""
    page = next((source.page for source in record.sources if source.page), None)
    return Reply(
        text=(
            f"Tôi chưa trả lời chắc chắn được về “{record.short_name}”. Xin hỏi Trung tâm Phục vụ hành chính công"
            f"{f' hoặc xem {page}' if page else ''}."
        ),
        outcome=Outcome.TROUBLE,
        procedure=record.code,
        confidence=0.0,
    )


def procedure_button(record: Procedure, *, beside: Procedure | None = None) -> Button:
    """The button that chooses a procedure; one of the same family as `beside` says its level."""
    if beside is None or family_key(beside.name) != family_key(record.name):
        return Button(title=_short(record.short_name), payload=f"procedure:{record.code}")
    level = LEVEL_NAMES[record.levels[0]]
    if record.levels[0] is beside.levels[0]:
        level = f"mã {record.code}"
    name = _short(_LEVEL_SAID.sub("", record.short_name).rstrip(" …"), 60 - len(level) - 3)
    return Button(title=f"{name} ({level})", payload=f"procedure:{record.code}")


def say_again() -> Reply:
    """The polite request to say it in words, when a message holds none."""
    return Reply(
        text="Anh/chị cho biết việc cần làm nhé, ví dụ: “làm khai sinh cho con”, “đăng ký tạm trú ở đâu”.",
        outcome=Outcome.CLARIFY,
        confidence=0.5,
    )


def which_procedure() -> Reply:
    """The question back when an aspect is asked about but no procedure is known."""
    return Reply(
        text="Anh/chị đang hỏi về thủ tục nào ạ? Ví dụ: “đăng ký tạm trú”, “làm lại căn cước”, “sang tên sổ đỏ”.",
        outcome=Outcome.CLARIFY,
        confidence=0.5,
    )
