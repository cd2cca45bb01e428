"""Facts of a record in plain words, Vietnamese or English: money, times, copies, sources."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from knowledge.record import Certainty, Channel, Document, Doubt, DoubtKind, Fee, Source, TimeLimit, TimeUnit
from knowledge.tongue import Language, say, spoken

CHANNELS = {Channel.ONLINE: "Trực tuyến", Channel.DIRECT: "Nộp trực tiếp", Channel.POSTAL: "Bưu chính"}
UNITS = {
    TimeUnit.WORKING_DAY: "ngày làm việc",
    TimeUnit.DAY: "ngày",
    TimeUnit.HOUR: "giờ",
    TimeUnit.MONTH: "tháng",
    TimeUnit.YEAR: "năm",
}
# Fees and time limits tell their doubts themselves, as the raw words of the source.
DOUBTS = {
    DoubtKind.COPIES_AMBIGUOUS: "Nguồn ghi số bản của một số giấy tờ không rõ",
    DoubtKind.SENTENCE_BROKEN: "Nguồn ghi các bước không liền mạch, có thể sai thứ tự",
    DoubtKind.STALE_DISTRICT: "Nguồn còn nêu cơ quan cấp huyện, đã bỏ từ ngày 1/7/2025",
    DoubtKind.OTHER_PROVINCE: "Nguồn viết riêng cho một tỉnh khác",
    DoubtKind.FIELD_UNREADABLE: "Có phần của nguồn không đọc được",
}
ASK_AGAIN = "cần hỏi lại cơ quan tiếp nhận"


def money(amount: int) -> str:
    """Đồng as people write it: 135000 -> "135.000 đồng", in English "135,000 VND"."""
    if spoken() is Language.ENGLISH:
        return f"{amount:,} VND"
    return f"{amount:,} đồng".replace(",", ".")


def number(value: Decimal) -> str:
    """A number with nothing needless behind it, with a decimal comma (in English a point)."""
    text = f"{value.normalize():f}"
    return text if spoken() is Language.ENGLISH else text.replace(".", ",")


def channel(value: Channel) -> str:
    """A way of handing in."""
    return say(CHANNELS[value])


def ask_again() -> str:
    """The advice under everything that is not certain."""
    return say(ASK_AGAIN)


def fee(item: Fee) -> str:
    """One fee, with its condition; a doubtful one only as its raw sentence."""
    if item.certainty is Certainty.DOUBTFUL:
        text = say("{name}: nguồn ghi “{raw}”, {ask_again}", name=item.name, raw=item.raw, ask_again=ask_again())
    elif item.amount == 0:
        text = say("{name}: miễn phí", name=item.name)
    elif item.amount is not None:
        text = f"{item.name}: {money(item.amount)}{f'/{item.per}' if item.per else ''}"
    elif item.rate is not None:
        text = f"{item.name}: {number(item.rate)} %{f' {item.per}' if item.per else ''}"
    else:
        text = say("{name}: nguồn không ghi số tiền, {ask_again}", name=item.name, ask_again=ask_again())
    if item.when:
        text += f" ({item.when})"
    if item.reduced_for:
        text += say(". Giảm, miễn: {who}", who="; ".join(item.reduced_for))
    return text


def time_limit(item: TimeLimit) -> str:
    """One time limit, with its condition."""
    if item.certainty is Certainty.DOUBTFUL:
        text = say("nguồn ghi “{raw}”, {ask_again}", raw=item.raw, ask_again=ask_again())
    elif item.unit is TimeUnit.AT_ONCE:
        text = say("giải quyết ngay")
    elif item.amount is None:
        text = say("nguồn không ghi thời hạn, {ask_again}", ask_again=ask_again())
    elif item.unit is TimeUnit.UNKNOWN:
        amount = number(item.amount)
        text = say("nguồn ghi “{amount}” mà không ghi đơn vị, {ask_again}", amount=amount, ask_again=ask_again())
    else:
        text = f"{number(item.amount)} {say(UNITS[item.unit])}"
    return f"{text} ({item.when})" if item.when else text


def doubts(items: Iterable[Doubt]) -> list[str]:
    """What is not certain about a part of a record, each kind once, with what the source says where that helps."""
    lines: dict[str, None] = {}
    for item in items:
        said = DOUBTS.get(item.kind)
        if said:
            lines.setdefault(f"⚠ {say(said)}, {ask_again()}.")
    return list(lines)


def copies(document: Document) -> str | None:
    """How many originals and copies; None where the source does not say."""
    parts = []
    if document.originals:
        parts.append(say("{count} bản chính", count=document.originals))
    if document.copies:
        parts.append(say("{count} bản sao", count=document.copies))
    return say(" và ").join(parts) or None


def document_note(document: Document) -> str | None:
    """When a document is needed, whether it is only shown, and which database has it."""
    parts = []
    if document.to_show:
        parts.append(say("chỉ xuất trình"))
    if document.needed_when:
        parts.append(document.needed_when)
    if document.held_by_database:
        parts.append(say("có thể không phải nộp nếu tra được ở {database}", database=document.held_by_database))
    return "; ".join(parts) or None


def sources(items: Iterable[Source]) -> str:
    """The line under every answer: where the facts come from and of which day they are."""
    lines = []
    for item in items:
        decision = say("Quyết định {number}, ", number=item.decision) if item.decision else ""
        month = say("dữ liệu tháng {month}/{year}", month=item.as_of.month, year=item.as_of.year) if item.as_of else ""
        lines.append(f"{decision}{item.name}, {month or say('không rõ ngày của dữ liệu')}")
    return say("Nguồn: {sources}.", sources="; ".join(lines))
