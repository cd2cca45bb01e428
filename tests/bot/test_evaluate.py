"""Cases held as conversations, and the table of them."""

from __future__ import annotations

import json

import httpx
import pytest

from bot.evaluate import Held, Row, hold, rows
from bot.judge import Verdict
from knowledge.questions import Question
from knowledge.reply import Outcome
from tests.bot.double import ANSWER, gateway_answer

CODES = ("1.001193",)


def question(name: str, *tags: str, behaviour: Outcome = Outcome.ANSWER) -> Question:
    return Question(id=name, turns=("a",), codes=CODES, behaviour=behaviour, tags=tags)


def held(name: str, right: bool, ms: float, *tags: str, behaviour: Outcome = Outcome.ANSWER) -> Held:
    return Held(question(name, *tags, behaviour=behaviour), ANSWER, Verdict(right, None if right else "code"), ms)


def test_every_turn_is_said_in_one_conversation_and_the_last_reply_is_judged() -> None:
    said = []

    def handle(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        said.append((body["session"], body["text"]))
        return gateway_answer(session=f"session of {body['session'] or body['text']}")

    questions = [
        Question(id="1", turns=("một", "hai"), codes=CODES),
        Question(id="2", turns=("ba",), behaviour=Outcome.CLARIFY),
    ]
    with httpx.Client(base_url="http://here", transport=httpx.MockTransport(handle)) as client:
        found = list(hold(client, questions))
    assert said == [(None, "một"), ("session of một", "hai"), (None, "ba")]
    assert [item.question.id for item in found] == ["1", "2"]
    assert [item.verdict.right for item in found] == [True, False]
    assert min(item.ms for item in found) >= 0


def test_rows_for_all_for_each_behaviour_for_each_tag() -> None:
    found = rows(
        [
            held("1", True, 10, "dialect", "short"),
            held("2", False, 30, "dialect"),
            held("3", True, 20, behaviour=Outcome.CLARIFY),
        ]
    )
    assert [(row.name, row.right.part, row.right.whole) for row in found] == [
        ("all", 2, 3),
        ("= answer", 1, 2),
        ("= clarify", 1, 1),
        ("dialect", 1, 2),
        ("short", 1, 1),
    ]
    assert (found[0].ms_median, found[0].ms_p95) == (20, 30)


def test_rows_of_nothing() -> None:
    (row,) = rows([])
    assert isinstance(row, Row)
    assert row.right.whole == 0


def test_a_line_of_out_is_json_with_what_a_reader_needs() -> None:
    line = json.loads(json.dumps(held("1", False, 12.345).as_json()))
    assert line["id"] == "1"
    assert (line["outcome"], line["procedure"], line["aspects"]) == ("answer", "1.001193", ["fees"])
    assert line["text"].startswith("Đăng ký khai sinh")
    assert line["buttons"] == ["Thời hạn", "Số hai"]
    assert (line["right"], line["why_wrong"]) == (False, "code")
    assert line["ms"] == pytest.approx(12.345, abs=0.1)
