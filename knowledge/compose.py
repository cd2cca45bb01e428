"""Answers made only from the fields of a record: what was asked first, short, with the source below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from knowledge import words
from knowledge.asking_back import short
from knowledge.journeys import Journey, Step
from knowledge.normalise import tokens
from knowledge.record import DoubtKind, Procedure, Source
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
from knowledge.sections import ASPECT_NAMES, MOST_PAPERS, View, bare, join, no_fee, no_time, page_of, section
from knowledge.situation import asked_of, situation
from knowledge.tongue import say

OVERVIEW = (Aspect.DOCUMENTS, Aspect.FEES, Aspect.TIME_LIMIT, Aspect.WHERE)
OFFERED = (*OVERVIEW, Aspect.STEPS, Aspect.ONLINE)
EVERYTHING = (*OVERVIEW, Aspect.STEPS, Aspect.CONDITIONS, Aspect.FORM, Aspect.RESULT, Aspect.LEGAL_BASIS)
FEW_BUTTONS = 4
UNCHECKED = (
    "⚠ Thông tin này chưa đối chiếu được với nguồn chính thức. "
    "Xin hỏi lại Trung tâm Phục vụ hành chính công trước khi đi."
)
IMPORTED = (
    "⚠ Thông tin lấy tự động từ nguồn dưới đây, chưa có người đối chiếu. "
    "Việc quan trọng xin hỏi lại Trung tâm Phục vụ hành chính công."
)
NOT_SAID = "Nguồn không nêu, {ask_again}."
FULL = "Xem đầy đủ"
HELPFUL = "👍 Có ích"
NEAR_ME = "📍 Gần tôi nhất"
UNHELPFUL = "👎 Chưa đúng ý"
PARTS: Mapping[Aspect, tuple[str, ...]] = {
    Aspect.DOCUMENTS: ("cases",),
    Aspect.FEES: ("ways.fees",),
    Aspect.TIME_LIMIT: ("ways.time_limits", "not_counted"),
    Aspect.WHERE: ("where", "agency"),
    Aspect.STEPS: ("steps",),
    Aspect.CONDITIONS: ("conditions", "who", "notes"),
    Aspect.FORM: ("cases.documents.form",),
    Aspect.LEGAL_BASIS: ("legal_basis",),
    Aspect.RESULT: ("result",),
    Aspect.ONLINE: ("ways",),
}


@dataclass(frozen=True)
class Around:
    """What stands around the facts of a record, each with its own source.

    before: above them (what somebody took for granted wrongly). under: lines below one aspect (their commune's
    centre, the date). sources: of these lines. place_wanted: the citizen's commune is not known, and would help.
    """

    before: tuple[str, ...] = ()
    under: Mapping[Aspect, tuple[str, ...]] = field(default_factory=dict)
    sources: tuple[Citation, ...] = ()
    place_wanted: bool = False


NOTHING = Around()


def answer(
    seen: View,
    aspects: Sequence[Aspect],
    *,
    around: Around = NOTHING,
    confidence: float = 1.0,
    others: Sequence[Button] = (),
) -> Reply:
    """The reply about a procedure as one person needs it.

    aspects: what was asked; none: an overview. others: buttons for procedures that may have been meant instead.
    """
    record = seen.record
    asked = [aspect for aspect in Aspect if aspect in aspects] or list(OVERVIEW)
    lines = [*around.before, *([""] if around.before else [])]
    lines += [say("{name} (mã {code})", name=record.heading, code=record.code), *_abolished(record), *_not_ours(record)]
    for aspect in asked:
        about = record.doubts_about(*PARTS[aspect])
        doubts = words.doubts(doubt for doubt in about if doubt.kind is not DoubtKind.OTHER_PROVINCE)
        told = section(aspect, seen) or [say(NOT_SAID, ask_again=words.ask_again())]
        lines += ["", f"{say(ASPECT_NAMES[aspect])}:", *told, *around.under.get(aspect, ()), *doubts]
    lines += ["", *how_sure(record, asked), words.sources(record.sources)]
    near_me = _near_me(around, aspects)
    return Reply(
        text="\n".join(lines),
        outcome=Outcome.ANSWER,
        procedure=record.code,
        aspects=tuple(asked if aspects else ()),
        confidence=confidence,
        sources=(*_citations(record, asked), *around.sources),
        buttons=(*_buttons(seen, asked, others), *near_me, *_feedback()),
        card=_card(seen, asked),
        wants_location=bool(near_me),
    )


def titled(record: Procedure, text: str) -> tuple[tuple[Aspect, ...], str | None]:
    """The aspects or the case of a record whose button bears these words; neither where no button does."""
    said = _bare(text)
    aspects = {_bare(say(ASPECT_NAMES[aspect])): (aspect,) for aspect in ASPECT_NAMES} | {_bare(say(FULL)): EVERYTHING}
    case = next((case.id for case in record.cases if _bare(short(case.name)) == said), None)
    return aspects.get(said, ()), None if said in aspects else case


def asks_near_me(text: str) -> bool:
    """Whether these are the words on the button for the nearest centre."""
    return _bare(text) == _bare(say(NEAR_ME))


def _bare(text: str) -> str:
    """Words without accents and without signs around them."""
    return " ".join(tokens(text))


def personal(
    seen: View, answers: Mapping[str, str], aspects: Sequence[Aspect] = (), *, around: Around = NOTHING
) -> Reply:
    """This person's checklist, cost, time and place, with what was taken into account above it.

    aspects: what was asked beside these.
    """
    own = situation(seen.record, answers)
    taken = "; ".join(option.label for _, option in own.chosen)
    said = (say("Theo lời anh/chị: {answers}.", answers=taken),) if taken else ()
    before = (*around.before, *said, *(f"❗ {text}" for text in own.tells))
    whole = replace(around, before=before)
    reply = answer(seen, (*OVERVIEW, *aspects), around=whole)
    fewer = [button for button in reply.buttons if not button.payload.startswith("case:")]
    told = reply.aspects if aspects else ()
    return reply.model_copy(update={"buttons": tuple(fewer), "aspects": told})


def how_sure(record: Procedure, asked: Sequence[Aspect]) -> list[str]:
    """The warning that nobody compared the facts, or not those that were filled in from an import."""
    if not record.checked:
        return [say(IMPORTED if record.imported else UNCHECKED)]
    parts = {part.split(".")[0] for aspect in asked for part in PARTS[aspect]}
    for part in parts:
        special = [source for source in record.sources if part in source.fields]
        if special and not any(source.checked for source in special):
            return [say(IMPORTED)]
    return []


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
    text = say("⚠ Thủ tục này đã bãi bỏ")
    if gone.since:
        text += say(" từ ngày {day}", day=f"{gone.since.day}/{gone.since.month}/{gone.since.year}")
    if gone.decision:
        text += say(" theo Quyết định {number}", number=gone.decision)
    if gone.replaced_by:
        text += say(", thay bằng thủ tục mã {codes}", codes=", ".join(gone.replaced_by))
    return [f"{text}. {say('Nội dung dưới đây chỉ để tham khảo.')}"]


def _buttons(seen: View, asked: Sequence[Aspect], others: Sequence[Button]) -> list[Button]:
    record = seen.record
    buttons = []
    if Aspect.DOCUMENTS in asked and not asked_of(record):
        apart = [other for other in record.cases if other is not seen.case]
        buttons += [Button(title=short(other.name), payload=f"case:{other.id}") for other in apart][:FEW_BUTTONS]
    if seen.short:
        everything = ",".join(aspect.value for aspect in EVERYTHING)
        buttons.append(Button(title=say(FULL), payload=f"aspects:{everything}"))
    buttons += [
        Button(title=say(ASPECT_NAMES[aspect]), payload=f"aspects:{aspect.value}")
        for aspect in OFFERED
        if aspect not in asked
    ][:FEW_BUTTONS]
    return [*buttons, *others]


def _near_me(around: Around, aspects: Sequence[Aspect]) -> list[Button]:
    """Where somebody asks where to hand in and has not said where they live: their position would say it."""
    if not around.place_wanted or Aspect.WHERE not in aspects:
        return []
    return [Button(title=say(NEAR_ME), payload="intent:give_place")]


def _feedback() -> list[Button]:
    """Whether it helped, with one tap."""
    return [
        Button(title=say(HELPFUL), payload="feedback:helpful"),
        Button(title=say(UNHELPFUL), payload="feedback:unhelpful"),
    ]


def _card(seen: View, asked: Sequence[Aspect]) -> Card:
    record = seen.record
    checklist = None
    if Aspect.DOCUMENTS in asked and seen.documents:
        items = tuple(
            ChecklistItem(
                name=f"{document.name}{say(' (mẫu {form})', form=document.form) if document.form else ''}",
                count=words.copies(document),
                note=words.document_note(document),
            )
            for document in seen.documents[:MOST_PAPERS]
        )
        title = seen.case.name if len(record.cases) > 1 and not seen.personal else record.short_name
        checklist = Checklist(title=title, items=items)
    ways: tuple[WayRow, ...] = ()
    if {Aspect.FEES, Aspect.TIME_LIMIT, Aspect.ONLINE} & set(asked):
        ways = tuple(
            WayRow(
                channel=words.channel(way.channel),
                time_limit=join(words.time_limit(item) for item in way.time_limits) or no_time(),
                fees=join(words.fee(item) for item in way.fees) or no_fee(),
            )
            for way in seen.ways
        )
    return Card(
        title=record.short_name,
        code=record.code,
        checked=record.checked,
        checklist=checklist,
        ways=ways,
        page=page_of(record),
    )


def _citations(record: Procedure, asked: Iterable[Aspect]) -> list[Citation]:
    """The sources of every part that is told; a part that has a source of its own names that one alone.

    Where the record says nothing of an aspect, that is from its source too.
    """
    told = [[part for part in PARTS[aspect] if getattr(record, _whole(part))] or PARTS[aspect][:1] for aspect in asked]
    return [
        citation(record.code, part, source)
        for part in dict.fromkeys(part for parts in told for part in parts)
        for source in record.sources
        if not source.fields or _whole(part) in source.fields
    ]


def _whole(part: str) -> str:
    """The field of the record that holds a part."""
    return part.partition(".")[0]


def citation(code: str, part: str, source: Source) -> Citation:
    """A source as it goes with a reply."""
    return Citation(
        code=code,
        field=part,
        name=source.name,
        decision=source.decision,
        as_of=source.as_of,
        page=source.page,
    )


def in_order(journey: Journey, steps: Sequence[Step], records: Sequence[Procedure]) -> Reply:
    """What to do after an event, first things first; each step with the procedure to tap. records: of the steps."""
    lines = [say("{event}: làm theo thứ tự này.", event=journey.name)]
    for position, step in enumerate(steps, 1):
        when = f" ({step.only_when})" if step.only_when else ""
        lines.append(f"{position}. {bare(step.do)}{when}.")
        if step.note:
            lines.append(f"   {step.note}")
    lines += ["", say("Bấm từng việc để xem giấy tờ, lệ phí, thời hạn.")]
    sources = dict.fromkeys(source for record in records for source in record.sources)
    lines.append(words.sources(sources))
    return Reply(
        text="\n".join(lines),
        outcome=Outcome.ANSWER,
        procedure=records[0].code,
        sources=tuple(citation(record.code, "name", source) for record in records for source in record.sources),
        buttons=tuple(dict.fromkeys(_step_button(record) for record in records)),
    )


def _step_button(record: Procedure) -> Button:
    return Button(title=short(record.short_name), payload=f"procedure:{record.code}")
