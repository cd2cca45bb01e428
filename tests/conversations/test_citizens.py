"""Scripted citizens with the real assistant: each says something, then taps what is true until the list is there."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from statistics import median

import pytest
import yaml
from pydantic import BaseModel, ConfigDict

from bot.client import Conversation, connect
from knowledge.reply import Checklist, Reply

CITIZENS = sorted((Path(__file__).parent / "citizens").glob("*.yml"))
MEDIAN = 3  # messages of a citizen, the opening among them
PATIENCE = 8  # after so many messages anybody gives up
ASK_FOR_PAPERS = "cần giấy tờ gì"

pytestmark = [pytest.mark.house, pytest.mark.xdist_group("house")]


class Citizen(BaseModel):
    """One file. opening: what they say first; answers: to each question they may be asked, the id of what is true.

    procedure: where that has to end. checklist: papers their list has to hold, no_checklist: must not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str
    opening: str
    answers: dict[str, str]
    procedure: str
    checklist: tuple[str, ...]
    no_checklist: tuple[str, ...] = ()


class Visit(BaseModel):
    """How it went: what was said or tapped, and the last reply."""

    model_config = ConfigDict(frozen=True)

    said: tuple[str, ...]
    last: Reply


@cache
def read(path: Path) -> Citizen:
    return Citizen.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def visits(assistant_url: str) -> dict[Path, Visit]:
    with connect(assistant_url) as client:
        return {path: visit(Conversation(client), read(path)) for path in CITIZENS}


def visit(conversation: Conversation, citizen: Citizen) -> Visit:
    said, reply = [citizen.opening], conversation.say(citizen.opening)
    step = next_step(citizen, reply)
    while step and len(said) < PATIENCE:
        reply = conversation.say(*step)
        said.append(step[0])
        step, before = next_step(citizen, reply), step
        if step == before:  # what was said once did not help, so it would not the second time
            break
    return Visit(said=tuple(said), last=reply)


def next_step(citizen: Citizen, reply: Reply) -> tuple[str, str | None] | None:
    """What the citizen says next, with what a tapped button sends; None where nothing is left to say."""
    wanted = {f"answer:{question}={option}" for question, option in citizen.answers.items()}
    wanted |= set() if reply.procedure else {f"procedure:{citizen.procedure}"}
    meant = next((button for button in reply.buttons if button.payload in wanted), None)
    if meant:
        return meant.title, meant.payload
    if questions_of(reply) or checklist_of(reply):
        return None
    return ASK_FOR_PAPERS, None


def questions_of(reply: Reply) -> set[str]:
    payloads = [button.payload.partition(":") for button in reply.buttons]
    return {rest.partition("=")[0] for kind, _, rest in payloads if kind == "answer"}


def checklist_of(reply: Reply) -> Checklist | None:
    return reply.card.checklist if reply.card else None


def test_there_are_enough_of_many_procedures() -> None:
    assert len(CITIZENS) >= 20
    assert len({read(path).procedure for path in CITIZENS}) >= 15


@pytest.mark.parametrize("path", CITIZENS, ids=lambda path: path.stem)
def test_a_citizen_gets_their_own_list(path: Path, visits: dict[Path, Visit]) -> None:
    citizen, held = read(path), visits[path]
    told = f"{' > '.join(held.said)}\n{held.last.procedure}\n{held.last.text}"
    assert questions_of(held.last) == set(), told
    assert held.last.procedure == citizen.procedure, told
    papers = checklist_of(held.last)
    assert papers is not None, told
    names = "\n".join(item.name.lower() for item in papers.items)
    assert [name for name in citizen.checklist if name.lower() not in names] == [], told
    assert [name for name in citizen.no_checklist if name.lower() in names] == [], told


def test_most_need_few_messages(visits: dict[Path, Visit]) -> None:
    counts = {path.stem: len(held.said) for path, held in visits.items()}
    assert median(counts.values()) <= MEDIAN, str(counts)
