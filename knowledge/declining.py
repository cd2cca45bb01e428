"""Replies that tell no fact of a record: what is not held, what lies outside, what did not pass the check."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.catalogue import Elsewhere
from knowledge.record import Procedure
from knowledge.reply import Button, Outcome, Reply
from knowledge.sections import page_of
from knowledge.tongue import say


def not_in_catalogue(other: Elsewhere | None, near: Sequence[Button], confidence: float) -> Reply:
    """The honest word that there is no record of this procedure, with who handles it where that is known."""
    if other and other.handled_by:
        text = say(
            "Tôi chưa có thông tin về thủ tục “{name}”. Nơi giải quyết: {agency}.",
            name=other.name,
            agency=other.handled_by,
        )
    elif other:
        text = say("Tôi chưa có thông tin về thủ tục “{name}”.", name=other.name)
    else:
        text = say("Tôi chưa có thông tin về thủ tục này.")
    text += "\n" + say(
        "Anh/chị hỏi Trung tâm Phục vụ hành chính công gần nhất, hoặc tìm trên Cổng Dịch vụ công quốc gia "
        "(dichvucong.gov.vn)."
    )
    if near and not other:
        text += "\n" + say("Có thể anh/chị muốn hỏi về việc dưới đây?")
    return Reply(
        text=text,
        outcome=Outcome.NOT_IN_CATALOGUE,
        confidence=confidence,
        buttons=tuple(near) if not other else (),
    )


def not_in_english(confidence: float) -> Reply:
    """The honest word that there is nothing in English about what was asked; the names of others are Vietnamese."""
    text = say(
        "Tôi chưa có thông tin bằng tiếng Anh về việc này. Anh/chị hỏi bằng tiếng Việt, "
        "hoặc hỏi Trung tâm Phục vụ hành chính công gần nhất."
    )
    return Reply(text=text, outcome=Outcome.NOT_IN_CATALOGUE, confidence=confidence)


def out_of_scope(confidence: float) -> Reply:
    """The polite refusal of what is no matter of administration."""
    text = say(
        "Xin lỗi, việc này ngoài phạm vi của tôi. Tôi chỉ hướng dẫn thủ tục hành chính ở Nghệ An: "
        "giấy tờ cần có, lệ phí, thời hạn, nơi nộp. Anh/chị cần làm giấy tờ gì ạ?"
    )
    return Reply(text=text, outcome=Outcome.OUT_OF_SCOPE, confidence=confidence)


def trouble(record: Procedure) -> Reply:
    """What is said instead of a reply that did not pass the check of its figures."""
    page = page_of(record)
    text = say(
        "Tôi chưa trả lời chắc chắn được về “{name}”. Xin hỏi Trung tâm Phục vụ hành chính công{page}.",
        name=record.short_name,
        page=say(" hoặc xem {page}", page=page) if page else "",
    )
    return Reply(text=text, outcome=Outcome.TROUBLE, procedure=record.code, confidence=0.0)
