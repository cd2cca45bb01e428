"""Facts of a record in plain Vietnamese: money, times, copies, sources."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from knowledge.record import Certainty, Channel, Document, Doubt, DoubtKind, Fee, Source, TimeLimit, TimeUnit

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
    """Đồng as Vietnamese write it: 135000 -> "135.000 đồng"."""
    return f"{amount:,} đồng".replace(",", ".")


def number(value: Decimal) -> str:
    """A number with a decimal comma and nothing needless behind it."""
    return f"{value.normalize():f}".replace(".", ",")


def fee(item: Fee) -> str:
    """One fee, with its condition; a doubtful one only as its raw sentence."""
    if item.certainty is Certainty.DOUBTFUL:
        text = f"{item.name}: nguồn ghi “{item.raw}”, {ASK_AGAIN}"
    elif item.amount == 0:
        text = f"{item.name}: miễn phí"
    elif item.amount is not None:
        text = f"{item.name}: {money(item.amount)}{f'/{item.per}' if item.per else ''}"
    elif item.rate is not None:
        text = f"{item.name}: {number(item.rate)} %{f' {item.per}' if item.per else ''}"
    else:
        text = f"{item.name}: nguồn không ghi số tiền, {ASK_AGAIN}"
    if item.when:
        text += f" ({item.when})"
    if item.reduced_for:
        text += f". Giảm, miễn: {'; '.join(item.reduced_for)}"
    return text


def time_limit(item: TimeLimit) -> str:
    """One time limit, with its condition."""
    if item.certainty is Certainty.DOUBTFUL:
        text = f"nguồn ghi “{item.raw}”, {ASK_AGAIN}"
    elif item.unit is TimeUnit.AT_ONCE:
        text = "giải quyết ngay"
    elif item.amount is None:
        text = f"nguồn không ghi thời hạn, {ASK_AGAIN}"
    elif item.unit is TimeUnit.UNKNOWN:
        text = f"nguồn ghi “{number(item.amount)}” mà không ghi đơn vị, {ASK_AGAIN}"
    else:
        text = f"{number(item.amount)} {UNITS[item.unit]}"
    return f"{text} ({item.when})" if item.when else text


def doubts(items: Iterable[Doubt]) -> list[str]:
    """What is not certain about a part of a record, each kind once, with what the source says where that helps."""
    lines: dict[str, None] = {}
    for item in items:
        said = DOUBTS.get(item.kind)
        if said:
            lines.setdefault(f"⚠ {said}, {ASK_AGAIN}.")
    return list(lines)


def copies(document: Document) -> str | None:
    """How many originals and copies; None where the source does not say."""
    parts = []
    if document.originals:
        parts.append(f"{document.originals} bản chính")
    if document.copies:
        parts.append(f"{document.copies} bản sao")
    return " và ".join(parts) or None


def document_note(document: Document) -> str | None:
    """When a document is needed, whether it is only shown, and which database has it."""
    parts = []
    if document.to_show:
        parts.append("chỉ xuất trình")
    if document.needed_when:
        parts.append(document.needed_when)
    if document.held_by_database:
        parts.append(f"có thể không phải nộp nếu tra được ở {document.held_by_database}")
    return "; ".join(parts) or None


def sources(items: Iterable[Source]) -> str:
    """The line under every answer: where the facts come from and of which day they are."""
    lines = []
    for item in items:
        decision = f"Quyết định {item.decision}, " if item.decision else ""
        day = f"dữ liệu tháng {item.as_of.month}/{item.as_of.year}" if item.as_of else "không rõ ngày của dữ liệu"
        lines.append(f"{decision}{item.name}, {day}")
    return f"Nguồn: {'; '.join(lines)}."
