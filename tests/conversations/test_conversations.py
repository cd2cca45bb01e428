"""Whole conversations with the real assistant: one file each, held over HTTP as the chat page holds them."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from bot.client import Conversation, connect, everything_read
from knowledge.reply import Button, Outcome, Reply
from knowledge.settings import ROOT
from tests.conversations.conversation import Turn, read_script
from tests.conversations.known import Known

FOLDER = Path(__file__).parent
SCRIPTS = sorted(path for path in FOLDER.glob("*/*.yml") if path.parent.name != "citizens")
FOLDERS = (
    *("happy_paths", "cases", "corrections", "digressions", "disambiguation", "false_premises", "refusals", "dialect"),
    *("invalid_input", "interruptions", "hand_over", "english"),
)

pytestmark = [pytest.mark.house, pytest.mark.xdist_group("house")]


@pytest.fixture(scope="module")
def known() -> Known:
    return Known.load(ROOT / "data")


def test_there_are_many_of_every_kind() -> None:
    kinds = {path.parent.name for path in SCRIPTS}
    assert set(FOLDERS) <= kinds
    assert len(SCRIPTS) >= 200
    assert sum(len(read_script(path).turns) >= 4 for path in SCRIPTS) >= 60


@pytest.mark.parametrize("path", SCRIPTS, ids=[f"{path.parent.name}/{path.stem}" for path in SCRIPTS])
def test_conversation(path: Path, assistant_url: str, known: Known) -> None:
    conversations: dict[str, Conversation] = {}
    last: dict[str, Reply] = {}
    with connect(assistant_url) as client:
        for turn in read_script(path).turns:
            conversation = conversations.setdefault(turn.who, Conversation(client))
            reply = _send(conversation, turn, last.get(turn.who))
            asked = turn.say or turn.tap or turn.share
            said = f"after {asked!r} came {reply.outcome.value} {reply.procedure}:\n{reply.text}"
            _expect(turn, reply, said)
            _is_sourced(reply, known, said)
            last[turn.who] = reply


def _send(conversation: Conversation, turn: Turn, last: Reply | None) -> Reply:
    if turn.share:
        return conversation.share(*turn.share)
    if turn.say:
        return conversation.say(turn.say)
    offered = {button.title: button.payload for button in last.buttons} if last else {}
    meant = [title for title in offered if title.lower().startswith(turn.tap.lower())]
    assert meant, f"there is no button {turn.tap!r}, only {', '.join(offered)}"
    return conversation.say(meant[0], offered[meant[0]])


def _expect(turn: Turn, reply: Reply, said: str) -> None:
    assert turn.outcome in (None, reply.outcome), said
    assert turn.procedure in (None, reply.procedure), said
    assert turn.aspects <= set(reply.aspects), f"{said}\nabout {', '.join(reply.aspects)}"
    read = everything_read(reply).lower()
    assert [text for text in turn.contains if text.lower() not in read] == [], said
    assert [text for text in turn.not_contains if text.lower() in read] == [], said
    titles = [button.title.lower() for button in reply.buttons]
    assert [name for name in turn.buttons if not any(title.startswith(name.lower()) for title in titles)] == [], said
    if turn.premise:
        assert f"premise:{turn.premise}" in {source.code for source in reply.sources}, said
    asked = {button.payload.partition(":")[2].partition("=")[0] for button in reply.buttons if _is_answer(button)}
    if turn.asks is not None:
        assert asked == ({turn.asks} if turn.asks else set()), said
    listed = "\n".join(item.name.lower() for item in reply.card.checklist.items) if _has_list(reply) else ""
    assert [name for name in turn.checklist if name.lower() not in listed] == [], f"{said}\nlisted: {listed}"
    assert [name for name in turn.no_checklist if name.lower() in listed] == [], f"{said}\nlisted: {listed}"


def _is_answer(button: Button) -> bool:
    return button.payload.startswith("answer:")


def _has_list(reply: Reply) -> bool:
    return bool(reply.card and reply.card.checklist)


def _is_sourced(reply: Reply, known: Known, said: str) -> None:
    """Every answer names its source, and every figure in it stands in a source that it names."""
    assert known.forbidden_in(reply.text) == [], said
    if reply.outcome is Outcome.CLARIFY:
        fields = {source.field for source in reply.sources if not source.code.startswith("premise:")}
        assert fields <= {"name"}, said
        return
    if reply.outcome is not Outcome.ANSWER:
        assert {source.code for source in reply.sources if not source.code.startswith("premise:")} == set(), said
        return
    assert reply.sources, said
    assert reply.procedure in known.codes, said
    assert all(word in reply.text for word in ({"Nguồn:"} if "Nguồn:" in reply.text else {"Source:"})), said
    codes = {source.code for source in reply.sources} | {reply.procedure or ""}
    assert known.unsourced(reply, codes) == set(), said


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
