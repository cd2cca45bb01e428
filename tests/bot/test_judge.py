"""Whether a reply is right for a case."""

from __future__ import annotations

from typing import Any

import pytest

from bot.judge import Verdict, judge
from knowledge.questions import Question
from knowledge.reply import Aspect, Button, Card, Checklist, ChecklistItem, Outcome, Reply, WayRow

REPLY = Reply(
    text="Lệ phí: miễn phí.\nCơ quan: Uỷ ban nhân dân xã.",
    outcome=Outcome.ANSWER,
    procedure="1.001193",
    aspects=(Aspect.FEES,),
    buttons=(Button(title="Thời hạn", payload="aspects:time_limit"),),
    card=Card(
        title="Khai sinh",
        code="1.001193",
        checked=True,
        checklist=Checklist(title="Trẻ", items=(ChecklistItem(name="Tờ khai", count="1 bản", note="mẫu mới"),)),
        ways=(WayRow(channel="Trực tuyến", time_limit="1 ngày", fees="miễn phí"),),
    ),
)


def verdict(reply: Reply = REPLY, known: frozenset[str] | None = None, **question: Any) -> Verdict:
    return judge(Question(id="a", turns=("b",), **question), reply, known)


@pytest.mark.parametrize(
    "question",
    [
        {},
        {"codes": ("1.001193",)},
        {"codes": ("2.000635", "1.001193")},
        {"codes": ("1.001193",), "aspects": (Aspect.FEES,)},
        {"must_contain": ("MIỄN   phí", "ủy ban", "Thời hạn", "Tờ khai 1 bản", "Trực tuyến 1 ngày")},
        {"must_not_contain": ("tạm trú",)},
    ],
)
def test_right(question: dict[str, Any]) -> None:
    assert verdict(**question) == Verdict(True)


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ({"behaviour": Outcome.CLARIFY}, "behaviour: answer instead of clarify"),
        ({"codes": ("2.000635", "1.004194")}, "code: 1.001193 instead of 2.000635 or 1.004194"),
        ({"aspects": (Aspect.FEES, Aspect.WHERE)}, "aspects: where not answered"),
        ({"must_contain": ("miễn phí", "tạm trú")}, "must contain: tạm trú"),
        ({"must_not_contain": ("uỷ ban",)}, "must not contain: uỷ ban"),
    ],
)
def test_wrong(question: dict[str, Any], why: str) -> None:
    assert verdict(**question) == Verdict(False, why)


def test_behaviour_is_judged_first() -> None:
    found = verdict(behaviour=Outcome.STATUS, codes=("1.004194",), must_contain=("tạm trú",))
    assert found.why_wrong == "behaviour: answer instead of status"


def test_an_overview_answers_every_aspect() -> None:
    assert verdict(REPLY.model_copy(update={"aspects": ()}), aspects=(Aspect.WHERE,)).right


def test_a_refusal_needs_no_code() -> None:
    refusal = Reply(text="Xin lỗi", outcome=Outcome.OUT_OF_SCOPE)
    assert verdict(refusal, behaviour=Outcome.OUT_OF_SCOPE, codes=("1.001193",), aspects=(Aspect.FEES,)).right


@pytest.mark.parametrize(
    ("known", "right"), [(frozenset({"1.001193"}), True), (frozenset({"1.004194"}), False), (None, False)]
)
def test_what_is_right_may_depend_on_what_is_held(known: frozenset[str] | None, right: bool) -> None:
    question = {"behaviour": Outcome.NOT_IN_CATALOGUE, "for_commune": True, "codes": ("1.001193",)}
    assert verdict(REPLY, known, **question).right is right
