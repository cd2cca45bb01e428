"""The same conversations with several of everything: gateways, workers of Rasa, a shared PostgreSQL and Redis."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text

from bot.client import SECONDS, Conversation
from knowledge.reply import Outcome, Reply
from knowledge.settings import ROOT
from tests.conversations import test_conversations
from tests.conversations.known import Known
from tests.conversations.test_citizens import CITIZENS, checklist_of, read, visit
from tests.conversations.test_conversations import SCRIPTS
from tests.house import Breakable, standing, unlimited_house
from tests.postgres import Postgres
from tests.redis_server import shared_redis

WORKERS = 2
AT_ONCE = 24
QUESTION, PROCEDURE = "đăng ký tạm trú cần giấy tờ gì", "1.004194"
GIBBERISH = "xqz vbnm wkjh"
HUMAN = "intent:hand_off"  # offered after two messages in a row that were not understood

pytestmark = [pytest.mark.house, pytest.mark.xdist_group("several")]


@dataclass(frozen=True)
class Several:
    """gateways: their addresses. rasa: the address of all workers. conversations: where Rasa's memory is."""

    house: Breakable
    gateways: tuple[str, ...]
    rasa: str
    conversations: str

    def client(self) -> httpx.Client:
        """Asks one gateway after the other, as a server in front of them does that knows nothing of sessions."""
        return httpx.Client(base_url=self.gateways[0], timeout=SECONDS, transport=InTurn(self.gateways))

    def remembered(self) -> list[tuple[Any, ...]]:
        """The rows of Rasa's memory."""
        return self.sql("SELECT name, conversation, replies FROM rasa_conversation_1")

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Asks the database of the conversations."""
        engine = create_engine(self.conversations)
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.execute(text(statement))]
        finally:
            engine.dispose()


class InTurn(httpx.BaseTransport):
    """Sends each request to the next of some addresses."""

    def __init__(self, addresses: tuple[str, ...]) -> None:
        self._addresses = cycle(httpx.URL(address) for address in addresses)
        self._transport = httpx.HTTPTransport()
        self.asked: list[int | None] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Rewrites the address."""
        address = next(self._addresses)
        request.url = request.url.copy_with(host=address.host, port=address.port)
        self.asked.append(address.port)
        return self._transport.handle_request(request)

    def close(self) -> None:
        """Closes the connections."""
        self._transport.close()


@pytest.fixture(scope="module")
def several(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Several]:
    """The house with several of everything, started once for this module."""
    folder = tmp_path_factory.mktemp("several")
    databases = [postgres.fresh_database() for _ in range(3)]
    with shared_redis(folder) as redis:
        house = unlimited_house(
            folder / "house",
            MOTCUA_DATABASE=databases[0],
            MOTCUA_GATEWAY_DATABASE=databases[1],
            MOTCUA_CONVERSATIONS=databases[2],
            MOTCUA_REDIS_URL=redis.fresh_database(),
            MOTCUA_LIMITS_URL=redis.fresh_database(),
            SANIC_WORKERS=str(WORKERS),
        )
        with standing(house) as running:
            gateways = (house.address, running.add_gateway("gateway-2"))
            yield Several(running, gateways, house.entry.rasa, databases[2])
    for url in databases:
        postgres.drop(url)


@pytest.fixture(scope="module")
def known() -> Known:
    return Known.load(ROOT / "data")


def new_id() -> str:
    return secrets.token_hex(16)


@pytest.mark.parametrize("path", SCRIPTS, ids=[f"{path.parent.name}/{path.stem}" for path in SCRIPTS])
def test_the_same_conversations(path: Path, several: Several, known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them, and message by message another gateway is asked."""
    monkeypatch.setattr(test_conversations, "connect", lambda _: several.client())
    test_conversations.test_conversation(path, several.gateways[0], known)


@pytest.mark.parametrize("path", CITIZENS, ids=lambda path: path.stem)
def test_the_same_citizens(path: Path, several: Several) -> None:
    with several.client() as client:
        held = visit(Conversation(client), read(path))
    assert held.last.procedure == read(path).procedure, held
    assert checklist_of(held.last), held


def test_many_at_once_keep_their_conversations_and_every_worker_works(several: Several) -> None:
    def talk(number: int) -> list[Reply]:
        with several.client() as client:
            conversation = Conversation(client)
            wanted = [QUESTION, "lệ phí bao nhiêu", "nộp ở đâu"] if number % 2 else ["làm hộ chiếu", "lệ phí bao nhiêu"]
            return [conversation.say(words) for words in wanted]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        talks = list(pool.map(talk, range(AT_ONCE)))
    for number, replies in enumerate(talks):
        procedures = {reply.procedure for reply in replies}
        assert len(procedures) == 1, f"citizen {number}: {procedures}"
        assert (PROCEDURE in procedures) == bool(number % 2)
    last = several.sql(
        "SELECT application_name, query FROM pg_stat_activity WHERE application_name LIKE 'motcua-rasa-%'"
    )
    assert len({name for name, query in last if "rasa_conversation_1" in query}) == WORKERS, last


def test_one_message_at_both_gateways_at_once_has_one_effect(several: Several) -> None:
    clients = [httpx.Client(base_url=address, timeout=SECONDS) for address in several.gateways]
    begun = clients[0].post("/api/messages", json={"text": "chào", "id": new_id()}).json()
    body = {"text": GIBBERISH, "id": new_id(), "session": begun["session"]}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: clients[number % 2].post("/api/messages", json=body), range(8)))
    replies = [answer.raise_for_status().json()["reply"] for answer in answers]
    again = clients[1].post("/api/messages", json={**body, "id": new_id()}).json()["reply"]
    for client in clients:
        client.close()
    assert replies == [replies[0]] * 8
    assert HUMAN not in payloads(replies[0])
    assert HUMAN in payloads(again), "it counts as the second that was not understood, not as the ninth"


def test_a_message_that_rasa_is_asked_for_again_has_one_effect(several: Several) -> None:
    """Whichever worker gets it, and while it is under way too."""
    sender, id = new_id(), new_id()
    ask(several, sender, "chào", new_id())
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: ask(several, sender, GIBBERISH, id), range(8)))
    assert replies[0]
    assert replies == [replies[0]] * 8
    assert HUMAN not in payloads(replies[0][-1]["custom"])
    assert HUMAN in payloads(ask(several, sender, GIBBERISH, new_id())[-1]["custom"])


def test_rasa_is_killed_and_remembers(several: Several) -> None:
    sender, id = new_id(), new_id()
    first = ask(several, sender, QUESTION, id)
    several.house.restart("rasa")
    assert ask(several, sender, QUESTION, id) == first
    later = ask(several, sender, "lệ phí bao nhiêu", new_id())
    assert later[0]["custom"]["procedure"] == PROCEDURE


def test_a_gateway_is_killed_and_the_other_goes_on(several: Several) -> None:
    with httpx.Client(base_url=several.gateways[0], timeout=SECONDS) as client:
        begun = client.post("/api/messages", json={"text": QUESTION, "id": new_id()}).json()
    several.house.kill("gateway")
    try:
        with httpx.Client(base_url=several.gateways[1], timeout=SECONDS) as client:
            body = {"text": "lệ phí bao nhiêu", "id": new_id(), "session": begun["session"]}
            reply = Reply.model_validate(client.post("/api/messages", json=body).raise_for_status().json()["reply"])
    finally:
        several.house.start("gateway")
    assert (reply.outcome, reply.procedure) == (Outcome.ANSWER, PROCEDURE)


def test_what_somebody_has_erased_is_deleted_everywhere(several: Several) -> None:
    before = {row[0] for row in several.remembered()}
    with several.client() as client:
        conversation = Conversation(client)
        conversation.say(QUESTION)
        (mine,) = [row for row in several.remembered() if row[0] not in before]
        assert mine[1]
        asked = conversation.say("xóa dữ liệu của tôi")
        erased = conversation.say(asked.buttons[0].title, asked.buttons[0].payload)
        assert erased.erased, erased.text
        left = [row for row in several.remembered() if row[0] == mine[0]]
        assert [row[1] for row in left] in ([], [None])
        assert conversation.say("lệ phí bao nhiêu").procedure is None


def ask(several: Several, sender: str, words: str, id: str) -> Any:
    """Asks Rasa itself, on a connection of its own, as the gateways do."""
    body = {"sender": sender, "message": words, "metadata": {"message_id": id, "address": "a"}}
    answer = httpx.post(f"{several.rasa}/webhooks/rest/webhook", json=body, timeout=SECONDS)
    return answer.raise_for_status().json()


def payloads(reply: Any) -> list[str]:
    return [button["payload"] for button in reply["buttons"]]
