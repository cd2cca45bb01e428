"""Two procedures beside each other: what each is for, what they cost, how long they take, which papers differ."""

from __future__ import annotations

from knowledge import words
from knowledge.asking_back import procedure_button
from knowledge.compose import NOT_SAID, PARTS, citation, how_sure
from knowledge.record import Procedure
from knowledge.reply import Aspect, Outcome, Reply
from knowledge.sections import ASPECT_NAMES, bare, section, view
from knowledge.tongue import say

COMPARED = (Aspect.FEES, Aspect.TIME_LIMIT)


def compare(first: Procedure, second: Procedure) -> Reply:
    """What is different about two procedures, from their records alone."""
    lines = [say("{first} và {second} khác nhau như sau:", first=first.heading, second=second.heading)]
    for record, other in ((first, second), (second, first)):
        lines += ["", say("{name} (mã {code})", name=record.heading, code=record.code)]
        if record.who:
            lines.append(say("• Dành cho: {who}", who="; ".join(bare(text) for text in record.who)))
        if record.agency:
            lines.append(say("• Cơ quan giải quyết: {name}.", name=bare(record.agency)))
        for aspect in COMPARED:
            said = section(aspect, view(record)) or [say(NOT_SAID, ask_again=words.ask_again())]
            told = [line.removeprefix("• ").strip() for line in said]
            lines.append(f"• {say(ASPECT_NAMES[aspect])}: {' '.join(told)}")
        own = [document.name for document in view(record).documents]
        there = {document.name for document in view(other).documents}
        apart = [name for name in own if name not in there]
        if apart:
            lines.append(say("• Giấy tờ riêng: {names}.", names="; ".join(apart)))
        lines += [*how_sure(record, (*COMPARED, Aspect.DOCUMENTS)), words.sources(record.sources)]
    return Reply(
        text="\n".join(lines),
        outcome=Outcome.ANSWER,
        procedure=first.code,
        sources=tuple(
            citation(record.code, part, source)
            for record in (first, second)
            for part in ("who", "agency", "cases", *(part for aspect in COMPARED for part in PARTS[aspect]))
            for source in record.sources
        ),
        buttons=(procedure_button(first), procedure_button(second)),
    )
