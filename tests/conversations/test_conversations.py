"""Whole conversations with the real assistant: one file each, held over HTTP as the chat page holds them."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from bot.client import Conversation, connect
from knowledge.catalogue import Catalogue, load_catalogue
from knowledge.check import check, sourced_facts
from knowledge.reply import Outcome, Reply
from knowledge.settings import ROOT
from tests.conversations.conversation import Turn, read_script

FOLDER = Path(__file__).parent
SCRIPTS = sorted(FOLDER.glob("*/*.yml"))

pytestmark = [pytest.mark.house, pytest.mark.xdist_group("house")]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(ROOT / "data")


@pytest.mark.parametrize("path", SCRIPTS, ids=[f"{path.parent.name}/{path.stem}" for path in SCRIPTS])
def test_conversation(path: Path, assistant_url: str, catalogue: Catalogue) -> None:
    conversations: dict[str, Conversation] = {}
    last: dict[str, Reply] = {}
    with connect(assistant_url) as client:
        for turn in read_script(path).turns:
            conversation = conversations.setdefault(turn.who, Conversation(client))
            reply = _send(conversation, turn, last.get(turn.who))
            said = f"after {turn.say or turn.tap!r} came {reply.outcome.value} {reply.procedure}:\n{reply.text}"
            _expect(turn, reply, said)
            _is_sourced(reply, catalogue, said)
            last[turn.who] = reply


def _send(conversation: Conversation, turn: Turn, last: Reply | None) -> Reply:
    if turn.say:
        return conversation.say(turn.say)
    offered = {button.title: button.payload for button in last.buttons} if last else {}
    assert turn.tap in offered, f"there is no button {turn.tap!r}, only {', '.join(offered)}"
    return conversation.say(turn.tap, offered[turn.tap])


def _expect(turn: Turn, reply: Reply, said: str) -> None:
    assert turn.outcome in (None, reply.outcome), said
    assert turn.procedure in (None, reply.procedure), said
    assert turn.aspects <= set(reply.aspects), f"{said}\nabout {', '.join(reply.aspects)}"
    assert [text for text in turn.contains if text.lower() not in reply.text.lower()] == [], said
    assert [text for text in turn.not_contains if text.lower() in reply.text.lower()] == [], said
    assert set(turn.buttons) <= {button.title for button in reply.buttons}, said


def _is_sourced(reply: Reply, catalogue: Catalogue, said: str) -> None:
    """Every answer names its source, and every figure in it stands in the record. A choice names those of its names."""
    if reply.outcome is Outcome.CLARIFY:
        offered = {button.payload.partition(":")[2] for button in reply.buttons}
        assert {source.code for source in reply.sources} <= offered, said
        assert {source.field for source in reply.sources} <= {"name"}, said
        return
    if reply.outcome is not Outcome.ANSWER:
        assert reply.sources == (), said
        return
    record = catalogue.procedures[reply.procedure or ""]
    assert {source.code for source in reply.sources} == {record.code}, said
    assert "Nguồn:" in reply.text, said
    assert all(source.name in reply.text for source in record.sources), said
    check(reply, sourced_facts(record))


def test_two_who_talk_at_once_share_no_session(assistant_url: str) -> None:
    """Whoever takes another's session, takes its conversation; without it there is no way in."""
    with connect(assistant_url) as client:
        first = client.post("/api/messages", json={"text": "đăng ký tạm trú cần giấy tờ gì"}).json()
        second = client.post("/api/messages", json={"text": "lệ phí bao nhiêu"}).json()
        forged = client.post(
            "/api/messages", json={"text": "lệ phí", "session": first["session"].replace(".", ".a", 1)}
        )
    assert first["session"] != second["session"]
    assert second["reply"]["procedure"] is None
    assert forged.status_code == httpx.codes.UNAUTHORIZED
