"""Replies that ask back: which of several procedures, which procedure at all, what was meant, what applies to you."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.families import family_key
from knowledge.record import Level, Option, Procedure, Question
from knowledge.reply import Button, Citation, Outcome, Reply
from knowledge.situation import UNKNOWN
from knowledge.tongue import say

LEVEL_NAMES = {
    Level.COMMUNE: "cấp xã",
    Level.PROVINCE: "cấp tỉnh",
    Level.MINISTRY: "trung ương",
    Level.OTHER: "cơ quan khác",
}
_LEVEL_SAID = re.compile(r"\s*\((?:thực hiện )?(?:tại )?(?:cấp|trung ương)[^)]*\)?", re.IGNORECASE)
SAY_AGAIN = "Xin lỗi, tôi hiểu chưa đúng. Anh/chị nói lại việc cần làm giúp tôi, ví dụ: “xin giấy độc thân”."
WHY = "Tại sao hỏi vậy?"
NOT_SURE = "Tôi không rõ"


def clarify(
    question: str | None, buttons: Sequence[Button], confidence: float, records: Sequence[Procedure] = ()
) -> Reply:
    """The question back when several procedures fit, with a numbered list for channels without buttons.

    records: the procedures that are offered; their names are facts too, so their sources go along.
    """
    return Reply(
        text="\n".join([question or say("Anh/chị muốn hỏi về việc nào dưới đây ạ?"), *_numbered(buttons)]),
        outcome=Outcome.CLARIFY,
        confidence=confidence,
        sources=tuple(name_citation(record, source) for record in records for source in range(len(record.sources))),
        buttons=tuple(buttons),
    )


def case_question(record: Procedure, question: Question) -> Reply:
    """The one question on which this person's answer hangs, with its answers as buttons."""
    options = [
        Button(title=say(option.label), payload=f"answer:{question.id}={option.id}") for option in question.options
    ]
    more = [
        Button(title=say(NOT_SURE), payload=f"answer:{question.id}={UNKNOWN}"),
        Button(title=say(WHY), payload="intent:ask_why"),
    ]
    return Reply(
        text="\n".join([f"👉 {say(question.ask)}", *_numbered(options)]),
        outcome=Outcome.CLARIFY,
        procedure=record.code,
        sources=tuple(name_citation(record, source) for source in range(len(record.sources))),
        buttons=(*options, *more),
    )


def why_asked(record: Procedure, question: Question) -> Reply:
    """The reason for a question; the form asks it once more below."""
    return case_question(record, question).model_copy(update={"text": say(question.why), "buttons": ()})


def procedure_button(record: Procedure, *, beside: Procedure | None = None) -> Button:
    """The button that chooses a procedure; one of the same family as `beside` says its level."""
    if beside is None or family_key(beside.name) != family_key(record.name):
        return Button(title=short(record.short_name), payload=f"procedure:{record.code}")
    level = say(LEVEL_NAMES[record.levels[0]])
    if record.levels[0] is beside.levels[0]:
        level = say("mã {code}", code=record.code)
    name = short(_LEVEL_SAID.sub("", record.short_name).rstrip(" …"), 60 - len(level) - 3)
    return Button(title=f"{name} ({level})", payload=f"procedure:{record.code}")


def say_again() -> Reply:
    """The polite request to say it in words, when a message holds none."""
    return _open_question("Anh/chị cho biết việc cần làm nhé, ví dụ: “làm khai sinh cho con”, “đăng ký tạm trú ở đâu”.")


def which_procedure() -> Reply:
    """The question back when an aspect is asked about but no procedure is known."""
    return _open_question(
        "Anh/chị đang hỏi về thủ tục nào ạ? Ví dụ: “đăng ký tạm trú”, “làm lại căn cước”, “sang tên sổ đỏ”."
    )


def name_citation(record: Procedure, source: int = 0) -> Citation:
    """The source of a procedure's name. source: which of the record's sources."""
    origin = record.sources[source]
    return Citation(
        code=record.code,
        field="name",
        name=origin.name,
        decision=origin.decision,
        as_of=origin.as_of,
        page=origin.page,
    )


def short(text: str, length: int = 60) -> str:
    """A text that fits on a button, cut between two words."""
    if len(text) <= length:
        return text
    whole = text[:length].rpartition(" ")[0].rstrip(" ,.;:–-(")
    return f"{whole or text[: length - 1]}…"


def _numbered(buttons: Sequence[Button]) -> list[str]:
    if not buttons:
        return []
    lines = [f"{position}. {button.title}" for position, button in enumerate(buttons, 1)]
    return [*lines, say("Bấm chọn, hoặc gõ số thứ tự.")]


def _open_question(text: str) -> Reply:
    return Reply(text=say(text), outcome=Outcome.CLARIFY, confidence=0.5)


_BETWEEN = re.compile(r"\s(?:với|và|hay là|hay|hoặc|so với|voi|va|hoac|or|and|versus|vs)\s", re.IGNORECASE)
_DIFFERENCE = re.compile(r"\b(?:khác|khac|giống|giong)\b.*$|\bdifferen\w+ between\b", re.IGNORECASE)


def halves(text: str) -> list[str]:
    """The two things that a message sets beside each other ("tạm trú với thường trú khác gì nhau")."""
    parts = [part for part in _BETWEEN.split(_DIFFERENCE.sub(" ", text), maxsplit=1) if part.strip()]
    return parts if len(parts) == 2 else []


def which_two() -> Reply:
    """The question back when somebody asks for a difference and it is not known of what."""
    return _open_question("Anh/chị muốn so sánh hai thủ tục nào ạ? Ví dụ: “tạm trú với thường trú khác gì nhau”.")


def not_that(buttons: Sequence[Button], confidence: float) -> Reply:
    """The apology after "not that", with what else it could be."""
    question = say("Xin lỗi, tôi hiểu chưa đúng. Anh/chị muốn làm việc gì ạ?") if buttons else say(SAY_AGAIN)
    return clarify(question, buttons, confidence)


def sent_on(reply: Reply, because: Option, right: Procedure) -> Reply:
    """The answer about another procedure than was asked about, with the reason in front."""
    lines = [
        say("Vì “{because}”, việc của anh/chị là thủ tục khác: {name}.", because=because.label, name=right.short_name)
    ]
    if because.tells:
        lines.append(because.tells)
    return reply.model_copy(update={"text": f"➡️ {' '.join(lines)}\n\n{reply.text}"})


def one_below_the_other(replies: Sequence[Reply], buttons: Sequence[Button]) -> Reply:
    """The answers to several questions of one message as one reply; each procedure can be tapped."""
    first = replies[0]
    feedback = [button for button in first.buttons if button.payload.startswith("feedback:")]
    return first.model_copy(
        update={
            "text": "\n\n———\n\n".join(reply.text for reply in replies),
            "sources": tuple(dict.fromkeys(source for reply in replies for source in reply.sources)),
            "buttons": (*buttons, *feedback),
            "card": None,
        }
    )
