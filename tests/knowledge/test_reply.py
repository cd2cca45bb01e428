"""The shape of a reply."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from knowledge.reply import Button, Outcome, Reply


@pytest.mark.parametrize(
    "payload",
    [
        "procedure:1.001193",
        "aspects:fees",
        "aspects:fees,time_limit",
        "case:bo-roi",
        "intent:hand_off",
        "answer:cha-me=co",
        "answer:cha-me=?",
        "place:16681",
        "feedback:not_true",
        "survey:ease=5",
        "survey:ease=10",
    ],
)
def test_a_button_says_one_of_a_few_things(payload: str) -> None:
    assert Button(title="Chọn", payload=payload).payload == payload


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "procedure:1",
        "aspects:",
        "aspects:fees,",
        "case:Bỏ rơi",
        "/restart",
        "intent:a b",
        "case:a\nb",
        "answer:cha-me",
        "answer:cha-me=",
        "answer:cha-me=??",
        "place:1668",
        "place:166810",
        "feedback:",
        "survey:ease",
        "survey:ease=100",
        "survey:ease=5\n",
    ],
)
def test_a_button_says_nothing_else(payload: str) -> None:
    with pytest.raises(ValidationError, match="payload"):
        Button(title="Chọn", payload=payload)


@pytest.mark.parametrize("title", ["", "x" * 65])
def test_the_title_of_a_button_fits(title: str) -> None:
    with pytest.raises(ValidationError, match="title"):
        Button(title=title, payload="intent:deny")


@pytest.mark.parametrize("confidence", [-0.1, 1.1])
def test_a_confidence_is_a_share(confidence: float) -> None:
    with pytest.raises(ValidationError, match="confidence"):
        Reply(text="Chào", outcome=Outcome.SMALL_TALK, confidence=confidence)


def test_a_reply_survives_its_json() -> None:
    reply = Reply(text="Chào", outcome=Outcome.SMALL_TALK, buttons=(Button(title="Bỏ", payload="intent:deny"),))
    assert Reply.model_validate_json(reply.model_dump_json()) == reply


def test_a_reply_holds_nothing_else() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Reply.model_validate({"text": "Chào", "outcome": "small_talk", "colour": "blue"})
