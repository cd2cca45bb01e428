"""What belongs beside the facts of a record: corrections, the citizen's own centre, the day of the result."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from knowledge import words
from knowledge.compose import Around, citation
from knowledge.dates import day_in_words, due_lines
from knowledge.moments import Moment, moment_in
from knowledge.normalise import fold
from knowledge.places import Found, Place, Places, load_places
from knowledge.premises import Premise, Premises, load_premises
from knowledge.record import Source
from knowledge.reply import Aspect, Button, Citation, Outcome, Reply
from knowledge.sections import View
from knowledge.tongue import Language, say, spoken
from knowledge.working_days import load_calendar

ASK_COMMUNE = (
    "Anh/chị cho biết xã, phường đang ở để tôi chỉ nơi gần nhất. "
    "Giờ làm việc của từng trung tâm tôi chưa có nguồn chắc chắn."
)
HANDING_IN = re.compile(r"\b(?:nop|gui|lam|dang ky|khai|hand in|submit|apply)\b")
CENTRE = "Trung tâm Phục vụ hành chính công"  # in English texts its name stands in brackets
ONLY_HERE = "⚠ Tôi chỉ chắc về Nghệ An. Ở {place}, lệ phí do tỉnh đó quy định và nơi nộp có thể khác."
A_QUESTION = 30  # words; in a longer story a day is hardly that of handing in
MANY = 6  # communes offered when a name fits several


class Surroundings:
    """The data folders beside the catalogue, read once."""

    def __init__(self, data: Path) -> None:
        self.calendar = load_calendar(data / "calendar")
        self.places: Places = load_places(data / "offices")
        self.premises = Premises(load_premises(data / "premises"))

    def around(self, seen: View, text: str, *, commune: str | None, at: datetime, with_date: bool) -> Around:
        """What stands around an answer to this text. at: now; with_date: the day of the result is told in any case.

        Without it the day is told where a message names one on which something is handed in ("nộp sáng mai").
        """
        tells_of_it = len(text.split()) <= A_QUESTION and HANDING_IN.search(fold(text))
        moment = moment_in(text, at) if tells_of_it else None
        under: dict[Aspect, tuple[str, ...]] = {}
        if moment or with_date:
            when = moment or Moment(
                self.calendar.received(at), day_in_words(self.calendar.received(at).date()), "", hour_said=False
            )
            under[Aspect.TIME_LIMIT] = due_lines(seen.record, seen.ways, self.calendar, when)
        at_a_centre = any(CENTRE in text for text in seen.record.where)
        place = self.places.by_code.get(commune) if commune else None
        if at_a_centre:
            under[Aspect.WHERE] = centre_lines(place) if place else (say(ASK_COMMUNE),)
        elsewhere = self.places.other_province(text) if text else None
        before = (say(ONLY_HERE, place=elsewhere),) if elsewhere else ()
        return Around(before, under, place_wanted=at_a_centre and place is None)

    def corrections(self, read_out: str) -> tuple[Premise, ...]:
        """The wrong beliefs in a message; in English none are looked for."""
        return () if spoken() is Language.ENGLISH else self.premises.found_in(read_out)


def corrected(premises: Sequence[Premise], around: Around) -> Around:
    """The same with the corrections above it."""
    if not premises:
        return around
    before = tuple(_correction(premise) for premise in premises)
    cited = tuple(_citation(premise, source) for premise in premises for source in premise.sources)
    return replace(around, before=(*before, *around.before), sources=(*around.sources, *cited))


def beside(premises: Sequence[Premise], reply: Reply) -> Reply:
    """The corrections above a reply that tells no record."""
    if not premises:
        return reply
    cited = tuple(_citation(premise, source) for premise in premises for source in premise.sources)
    text = "\n".join([*(_correction(premise) for premise in premises), "", reply.text])
    return reply.model_copy(update={"text": text, "sources": (*reply.sources, *cited)})


def refusal(premise: Premise, buttons: Sequence[Button]) -> Reply:
    """A correction beside which nothing is answered: what was wanted is not lawful; the lawful way is offered."""
    return Reply(
        text=_correction(premise),
        outcome=Outcome.ANSWER if premise.leads_to else Outcome.OUT_OF_SCOPE,
        procedure=premise.leads_to,
        sources=tuple(_citation(premise, source) for source in premise.sources),
        buttons=tuple(buttons),
    )


def centre_lines(place: Place) -> tuple[str, ...]:
    """The centre of a commune: its name, where to look for it, and what is not known of it."""
    return (
        say("📍 {name}: Trung tâm Phục vụ hành chính công {name}.", name=place.name),
        say("Bản đồ: {link}", link=place.map_link),
        say("Trang của xã, phường: {page} (chưa kiểm tra).", page=place.website),
        say("Giờ làm việc, số điện thoại của từng trung tâm: tôi chưa có nguồn chắc chắn, xin xem trên trang này."),
    )


def which_place(found: Found) -> Reply:
    """The question back when a name fits several of today's communes."""
    offered = [Button(title=place.name, payload=f"place:{place.code}") for place in found.places[:MANY]]
    lines = [say("“{said}” nay gồm nhiều xã, phường. Anh/chị ở nơi nào ạ?", said=found.said)]
    lines += [f"{position}. {button.title}" for position, button in enumerate(offered, 1)]
    if len(found.places) > MANY:
        lines.append(say("Nơi khác: anh/chị gõ tên xã, phường."))
    return Reply(text="\n".join(lines), outcome=Outcome.CLARIFY, buttons=tuple(offered), wants_location=True)


def _correction(premise: Premise) -> str:
    """The sentence with its source behind it."""
    names = [f"{source.name}{f', {source.decision}' if source.decision else ''}" for source in premise.sources]
    return f"ℹ️ {premise.correction} (Nguồn: {'; '.join(dict.fromkeys(names))}.)"


def _citation(premise: Premise, source: Source) -> Citation:
    return citation(f"premise:{premise.id}", "correction", source)


def place_told(place: Place, found: Found | None = None) -> Reply:
    """Where somebody's centre is. found: how they named it; an old name is told as one."""
    lines = list(centre_lines(place))
    if found and found.way != "commune":
        lines.insert(0, say("“{said}” nay thuộc {name}.", said=found.said, name=place.name))
    lines.append(say("Trung tâm nào trong tỉnh cũng nhận hồ sơ, không phân biệt nơi ở. Anh/chị cần làm việc gì ạ?"))
    return Reply(text="\n".join(lines), outcome=Outcome.SMALL_TALK)


def places_near(near: Sequence[tuple[Place, float]]) -> Reply:
    """The nearest communes to a shared position, by the middle of each."""
    lines = [say("Gần anh/chị nhất (tính đến giữa xã, phường, theo đường chim bay):")]
    lines += [f"• {place.name}: {words.number(Decimal(str(round(km, 1))))} km. {place.map_link}" for place, km in near]
    lines.append(say("Trung tâm nào trong tỉnh cũng nhận hồ sơ, không phân biệt nơi ở. Anh/chị cần làm việc gì ạ?"))
    return Reply(text="\n".join(lines), outcome=Outcome.SMALL_TALK)


def which_commune() -> Reply:
    """The request to say where one lives, when a position was not shared."""
    return Reply(text=say(ASK_COMMUNE), outcome=Outcome.CLARIFY, confidence=0.5, wants_location=True)


def no_such_place() -> Reply:
    """The word that a place is not among the communes of the province."""
    text = say("Tôi chưa tìm thấy nơi này trong 130 xã, phường của Nghệ An. Anh/chị gõ lại tên xã, phường giúp tôi.")
    return Reply(text=text, outcome=Outcome.CLARIFY, confidence=0.5, wants_location=True)
