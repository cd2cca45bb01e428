"""What the gateway asks the action server beside Rasa, asked over HTTP."""

from __future__ import annotations

import io
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from PIL import Image
from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic import Sanic

from actions import assistant
from actions.__main__ import LARGEST_REQUEST
from actions.inner import MOST_CONVERSATIONS, inner_routes
from actions.submissions.errors import ScannerAway
from knowledge.reply import Outcome, Reply
from tests.actions.rooms import Rooms
from tests.actions.submissions import pdfs
from tests.actions.submissions.pictures import jpeg, photo, sheet, with_code

TOKEN = "a-token-of-the-gateway"
NOTICES, DELIVERED, FILES, ATTACHMENTS = (
    "/inner/notices",
    "/inner/notices/delivered",
    "/inner/files",
    "/inner/attachments",
)
CODE = "000.00.00.H41-261105-0007"


@pytest.fixture
async def client(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """A client with the token, of the action server with the inner routes."""
    monkeypatch.setattr(Sanic, "test_mode", True)
    app = create_app(ActionExecutor())
    app.blueprint(inner_routes(TOKEN))
    app.config.REQUEST_MAX_SIZE = LARGEST_REQUEST
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        server: Any = await app.create_server(sock=place, return_asyncio_server=True, access_log=False)
        await server.startup()
        await server.start_serving()
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{place.getsockname()[1]}",
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=30,
        ) as client:
            yield client
        server.close()
        await server.wait_closed()


def reply(text: str = "🔔 Hồ sơ đã xong.") -> Reply:
    return Reply(text=text, outcome=Outcome.STATUS)


def kept(content: bytes = b"a picture", name: str = "ảnh mẫu.png", media_type: str = "image/png") -> str:
    return assistant.files().keep("a", name, media_type, content, kind="made")


# --- notices


async def test_only_what_waits_for_these_conversations_is_told(client: httpx.AsyncClient) -> None:
    for conversation in ("a", "b", "c"):
        assistant.outbox().put(conversation, "news", reply(f"của {conversation}"))
    answer = await client.post(NOTICES, json={"conversations": ["a", "c", "nobody"]})
    assert answer.status_code == 200
    told = answer.json()["notices"]
    assert [(one["conversation"], one["reply"]["text"]) for one in told] == [("a", "của a"), ("c", "của c")]
    assert Reply.model_validate(told[0]["reply"]) == reply("của a")
    assert (await client.post(NOTICES, json={"conversations": []})).json() == {"notices": []}


async def test_until_it_is_delivered_it_is_told_again(client: httpx.AsyncClient) -> None:
    assistant.outbox().put("a", "news", reply())
    first = (await client.post(NOTICES, json={"conversations": ["a"]})).json()["notices"]
    again = (await client.post(NOTICES, json={"conversations": ["a"]})).json()["notices"]
    assert first == again
    answer = await client.post(DELIVERED, json={"ids": [first[0]["id"]]})
    assert (answer.status_code, answer.json()) == (200, {})
    assert (await client.post(NOTICES, json={"conversations": ["a"]})).json() == {"notices": []}


async def test_unknown_ones_are_no_fault(client: httpx.AsyncClient) -> None:
    assert (await client.post(DELIVERED, json={"ids": ["never there"]})).status_code == 200


async def test_nothing_at_night(client: httpx.AsyncClient, rooms: Rooms) -> None:
    assistant.outbox().put("a", "news", reply())
    rooms.clock.set_on(timedelta(hours=14))
    assert (await client.post(NOTICES, json={"conversations": ["a"]})).json() == {"notices": []}
    rooms.clock.set_on(timedelta(hours=10))
    assert len((await client.post(NOTICES, json={"conversations": ["a"]})).json()["notices"]) == 1


@pytest.mark.parametrize("path", [NOTICES, DELIVERED])
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"a"', b"{}", b'{"conversations": "a", "ids": "a"}', b'{"conversations": [1], "ids": [1]}',
     b'{"conversations": null, "ids": null}', b"\xff"],
)  # fmt: skip
async def test_a_wrong_body_is_refused(client: httpx.AsyncClient, path: str, body: bytes) -> None:
    answer = await client.post(path, content=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "S000")


async def test_too_many_at_once_are_refused(client: httpx.AsyncClient) -> None:
    many = [f"c{number}" for number in range(MOST_CONVERSATIONS + 1)]
    assert (await client.post(NOTICES, json={"conversations": many})).status_code == 400


# --- files


async def test_a_file_comes_with_its_type_and_name(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{FILES}/{kept()}")
    assert (answer.status_code, answer.content) == (200, b"a picture")
    assert answer.headers["content-type"] == "image/png"
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; filename*=UTF-8''")
    assert unquote(disposition.partition("''")[2]) == "ảnh mẫu.png"


async def test_a_name_breaks_no_header(client: httpx.AsyncClient) -> None:
    number = kept(name='a"; filename=x.exe\r\nx: y')
    answer = await client.get(f"{FILES}/{number}")
    assert answer.status_code == 200
    assert "x" not in answer.headers


@pytest.mark.parametrize("number", ["a" * 32, "x", "a" * 500, "%2e%2e%2fsecret", "ữ"])
async def test_a_file_that_is_not_there(client: httpx.AsyncClient, number: str) -> None:
    answer = await client.get(f"{FILES}/{number}")
    assert answer.status_code == 404


async def test_a_file_that_has_come_of_age(client: httpx.AsyncClient, rooms: Rooms) -> None:
    number = kept()
    rooms.clock.set_on(timedelta(days=8))
    answer = await client.get(f"{FILES}/{number}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "S302")


# --- attachments


async def put(client: httpx.AsyncClient, content: bytes, **query: str) -> httpx.Response:
    return await client.put(ATTACHMENTS, params={"conversation": "a", "name": "ảnh.jpg", **query}, content=content)


async def test_a_good_photo_is_taken(client: httpx.AsyncClient) -> None:
    answer = await put(client, jpeg(photo(sheet())))
    assert answer.status_code == 200
    told = answer.json()
    assert set(told) == {"id", "name", "media_type", "size", "problems", "codes"}
    assert (told["name"], told["media_type"], told["problems"], told["codes"]) == ("ảnh.jpg", "image/jpeg", [], [])
    stored = assistant.files().fetch(told["id"], "a")
    assert stored is not None
    assert stored.size == told["size"] == len(stored.content)
    assert Image.open(io.BytesIO(stored.content)).format == "JPEG"
    assert assistant.files().fetch(told["id"], "b") is None


async def test_a_bad_photo_is_taken_with_what_is_wrong(client: httpx.AsyncClient) -> None:
    told = (await put(client, jpeg(photo(sheet(), blur=12)))).json()
    assert len(told["problems"]) >= 1
    assert all(problem.endswith(".") for problem in told["problems"])


async def test_the_codes_in_it_are_told(client: httpx.AsyncClient) -> None:
    told = (await put(client, jpeg(photo(with_code(sheet(), CODE, modules=8, at=(800, 1400)))))).json()
    assert told["codes"] == [CODE]


async def test_a_pdf_is_taken(client: httpx.AsyncClient) -> None:
    told = (await put(client, pdfs.plain(2), name="giấy tờ.pdf")).json()
    assert (told["name"], told["media_type"]) == ("giấy tờ.pdf", "application/pdf")


async def test_without_a_name_it_gets_one(client: httpx.AsyncClient) -> None:
    answer = await client.put(ATTACHMENTS, params={"conversation": "a"}, content=pdfs.plain())
    assert answer.json()["name"] == "tep.pdf"


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "trống"), (b"MZ\x90\x00" + b"0" * 400, "PDF"), (pdfs.with_script(), ""), (b"<html></html>", "PDF")],
    ids=["empty", "a program", "a PDF with a script", "a page"],
)
async def test_a_file_that_is_refused_says_why(client: httpx.AsyncClient, content: bytes, told: str) -> None:
    answer = await put(client, content)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == "S301"
    assert told in error["message"]
    assert "S301" not in error["message"]
    assert assistant.files().of_conversation("a") == ()


async def test_a_file_that_is_too_large_says_so(client: httpx.AsyncClient) -> None:
    answer = await put(client, b"\xff\xd8\xff" + b"0" * (11 * 1024 * 1024))
    assert answer.status_code == 422
    assert "tối đa 10 MB" in answer.json()["error"]["message"]


async def test_nobody_s_file_is_not_taken(client: httpx.AsyncClient) -> None:
    answer = await client.put(ATTACHMENTS, content=pdfs.plain())
    assert answer.status_code == 400


async def test_while_the_scanner_is_away_nothing_is_taken(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away:
        def scan(self, content: bytes) -> None:
            raise ScannerAway("clamd does not answer.")

    monkeypatch.setattr(assistant.attachments(), "_scanner", Away())
    answer = await put(client, jpeg(photo(sheet())))
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "S303")
    assert "gửi lại sau ít phút" in answer.json()["error"]["message"]
    assert "clamd" not in answer.text
    assert assistant.files().of_conversation("a") == ()


# --- the token


WRONG = ("", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", f"Bearer {TOKEN[:-1]}", TOKEN)


@pytest.mark.parametrize("sent", WRONG)
async def test_without_the_token_nothing_is_told_and_nothing_done(client: httpx.AsyncClient, sent: str) -> None:
    number = kept()
    assistant.outbox().put("a", "news", reply())
    (waiting,) = assistant.outbox().pending(["a"])
    headers = {"Authorization": sent}
    answers = [
        await client.post(NOTICES, json={"conversations": ["a"]}, headers=headers),
        await client.post(DELIVERED, json={"ids": [waiting.id]}, headers=headers),
        await client.get(f"{FILES}/{number}", headers=headers),
        await client.put(ATTACHMENTS, params={"conversation": "a"}, content=pdfs.plain(), headers=headers),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.text for answer in answers} == {'{"error":{"code":"S000","message":"unauthorised"}}'}
    assert len(assistant.outbox().pending(["a"])) == 1
    assert [file.id for file in assistant.files().of_conversation("a")] == [number]


async def test_a_token_in_other_letters_is_wrong_and_no_fault(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{FILES}/x", headers={"Authorization": "Bearer ữ".encode()})
    assert answer.status_code == 401


def test_an_empty_token_opens_nothing() -> None:
    with pytest.raises(ValueError, match="token"):
        inner_routes("")


# --- trouble


async def test_without_a_database_there_is_a_sentence(client: httpx.AsyncClient, rooms: Rooms) -> None:
    number = kept()
    with rooms.outage():
        answers = [
            await client.post(NOTICES, json={"conversations": ["a"]}),
            await client.post(DELIVERED, json={"ids": ["x"]}),
            await client.get(f"{FILES}/{number}"),
            await put(client, jpeg(photo(sheet()))),
        ]
    assert {(answer.status_code, answer.json()["error"]["code"]) for answer in answers} == {(503, "A101")}
    assert all("Anh/chị gửi lại" in answer.json()["error"]["message"] for answer in answers)


async def test_a_fault_tells_nothing(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("chuyện riêng")

    monkeypatch.setattr(assistant.outbox(), "pending", broken)
    answer = await client.post(NOTICES, json={"conversations": ["Trần Thị Mận"]})
    assert answer.status_code == 500
    assert "riêng" not in answer.text
    assert "Mận" not in answer.text
