"""The desk's API, asked over HTTP."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic import Sanic

from actions.desk.desk import Desk
from actions.desk.entries import Reason, ReviewStatus, Why
from actions.desk.routes import desk_routes

TOKEN = "a-token-of-the-officers"


@pytest.fixture
async def client(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """A client with the token, of the action server with the desk's routes."""
    monkeypatch.setattr(Sanic, "test_mode", True)
    app = create_app(ActionExecutor())
    app.blueprint(desk_routes(desk, TOKEN))
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        server: Any = await app.create_server(sock=place, return_asyncio_server=True, access_log=False)
        await server.startup()
        await server.start_serving()
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{place.getsockname()[1]}", headers={"Authorization": f"Bearer {TOKEN}"}
        ) as client:
            yield client
        server.close()
        await server.wait_closed()


async def test_what_waits_is_listed_without_contact(client: httpx.AsyncClient, desk: Desk) -> None:
    first = desk.hand_over("a", Reason.ASKED, turns=["một"], contact="0912345678")
    second = desk.hand_over("b", Reason.TOPIC)
    desk.take(second.number, "Chị Lan")
    answer = await client.get("/desk/hand-overs", params={"status": "waiting"})
    assert answer.status_code == 200
    assert "0912345678" not in answer.text
    [one] = answer.json()["hand_overs"]
    assert (one["number"], one["summary"], one["opened"]) == (first.number, ["một"], "2026-11-23T02:00:00Z")
    every = (await client.get("/desk/hand-overs")).json()["hand_overs"]
    assert [one["number"] for one in every] == [first.number, second.number]


async def test_the_contact_is_given_to_who_asks_for_it(client: httpx.AsyncClient, desk: Desk) -> None:
    number = desk.hand_over("a", Reason.ASKED, contact="0912345678").number
    assert "contact" not in (await client.get(f"/desk/hand-overs/{number}")).json()
    assert (await client.get(f"/desk/hand-overs/{number}?contact=1")).json()["contact"] == "0912345678"


async def test_taking_and_closing(client: httpx.AsyncClient, desk: Desk) -> None:
    number = desk.hand_over("a", Reason.ASKED).number
    taken = await client.post(f"/desk/hand-overs/{number}/take", json={"who": "Chị Lan"})
    assert (taken.status_code, taken.json()["status"], taken.json()["taken_by"]) == (200, "taken", "Chị Lan")
    other = await client.post(f"/desk/hand-overs/{number}/take", json={"who": "Anh Tú"})
    assert (other.status_code, other.json()["error"]["code"]) == (409, "D202")
    closed = await client.post(f"/desk/hand-overs/{number}/close", json={"note": "đã gọi"})
    assert (closed.status_code, closed.json()["note"]) == (200, "đã gọi")
    again = await client.post(f"/desk/hand-overs/{number}/close")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "D203")


async def test_the_review_list(client: httpx.AsyncClient, desk: Desk) -> None:
    desk.note_review("mần răng", "out_of_scope", Why.UNANSWERED)
    dropped = desk.note_review("nỏ biết", "clarify", Why.UNHELPFUL)
    assert dropped is not None
    desk.settle_review(dropped.id, ReviewStatus.DROPPED)
    assert [one["text"] for one in (await client.get("/desk/review")).json()["review"]] == ["mần răng"]
    assert len((await client.get("/desk/review?status=all")).json()["review"]) == 2


PATHS = ("/desk/hand-overs", "/desk/hand-overs/HG-222222", "/desk/review")
WRONG = ("", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", f"Bearer {TOKEN[:-1]}", TOKEN)


@pytest.mark.parametrize("sent", WRONG)
async def test_without_the_token_nothing_is_told(client: httpx.AsyncClient, desk: Desk, sent: str) -> None:
    number = desk.hand_over("a", Reason.ASKED).number
    headers = {"Authorization": sent}
    answers = [await client.get(path, headers=headers) for path in PATHS]
    answers += [
        await client.post(f"/desk/hand-overs/{number}/{what}", json={"who": "x", "note": "x"}, headers=headers)
        for what in ("take", "close")
    ]
    assert {(answer.status_code, answer.json()["error"]["code"]) for answer in answers} == {(401, "D301")}
    assert [one.number for one in desk.waiting()] == [number]


async def test_a_token_in_other_letters_is_wrong_and_no_fault(client: httpx.AsyncClient) -> None:
    answer = await client.get("/desk/review", headers={"Authorization": "Bearer ữ".encode()})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"Lan"', b'{"who": 1}', b'{"who": " "}', b'{"name": "Lan"}', b"\xff"]
)
async def test_a_wrong_body_is_named(client: httpx.AsyncClient, desk: Desk, body: bytes) -> None:
    number = desk.hand_over("a", Reason.ASKED).number
    answer = await client.post(f"/desk/hand-overs/{number}/take", content=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "D302")
    assert "request_body" not in answer.text


async def test_what_is_not_there(client: httpx.AsyncClient) -> None:
    answer = await client.get("/desk/hand-overs/HG-222222")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "D201")
    answer = await client.get("/desk/hand-overs?status=lost")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "D302")


async def test_a_fault_tells_nothing(client: httpx.AsyncClient, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("chuyện riêng")

    monkeypatch.setattr(desk, "take", broken)
    answer = await client.post("/desk/hand-overs/HG-222222/take", json={"who": "chị Lan"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "D000")
    assert "riêng" not in answer.text
    assert "Lan" not in answer.text


def test_an_empty_token_opens_nothing(desk: Desk) -> None:
    with pytest.raises(ValueError, match="token"):
        desk_routes(desk, "")
