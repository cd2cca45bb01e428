"""Files on their way in and out: sizes, refusals, headers."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from bot.files import ANYTHING, DOCUMENTS, FILE_POLICY
from bot.sessions import Sessions
from tests.bot.conftest import Serve
from tests.bot.double import ALLOWED, FOREIGN, FakeActions

FILE = "Abc-_" * 5
PICTURE = b"\xff\xd8\xff\xe0 a picture"


def send(client: TestClient, content: bytes = PICTURE, name: str = "cccd.jpg", **fields: Any) -> Any:
    headers = fields.pop("headers", {})
    return client.post("/api/attachments", data=fields, files={"file": (name, content)}, headers=headers)


def refused(answer: Any, status: int, code: str) -> str:
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    return str(answer.json()["error"]["message"])


# --- in


def test_a_file_is_taken_for_the_conversation(client: TestClient, actions: FakeActions) -> None:
    actions.problems, actions.codes = ["Ảnh hơi mờ."], ["000.00.00.H41-261105-0007"]
    session = client.app.state.gateway.sessions.new()  # type: ignore[attr-defined]
    body = send(client, session=session, id="u1").json()
    conversation, name, content = actions.taken[0]
    assert (name, content) == ("cccd.jpg", PICTURE)
    assert conversation == client.app.state.gateway.sessions.conversation(session)  # type: ignore[attr-defined]
    assert body == {
        "session": session,
        "file": {"id": "file-0000000000000001", "name": "cccd.jpg", "media_type": "image/jpeg", "size": len(PICTURE)},
        "problems": ["Ảnh hơi mờ."],
        "codes": ["000.00.00.H41-261105-0007"],
    }


def test_who_has_no_session_gets_one(client: TestClient, actions: FakeActions) -> None:
    session = send(client).json()["session"]
    assert client.post("/api/messages", json={"text": "a", "session": session}).status_code == 200
    assert actions.taken[0][0] == client.app.state.gateway.sessions.conversation(session)  # type: ignore[attr-defined]


def test_the_same_file_sent_again_is_taken_once(client: TestClient, actions: FakeActions) -> None:
    session = send(client, id="u1").json()["session"]
    first, again = (send(client, session=session, id="u2").json() for _ in range(2))
    assert first == again
    assert len(actions.taken) == 2
    send(client, session=session)
    send(client, session=session)
    assert len(actions.taken) == 4, "without an id each is a file of its own"


def test_a_file_that_was_refused_can_be_sent_again(client: TestClient, actions: FakeActions) -> None:
    session = send(client).json()["session"]
    actions.broken = 503
    refused(send(client, session=session, id="u1"), 503, "B203")
    actions.broken = None
    assert send(client, session=session, id="u1").status_code == 200


def test_a_file_up_to_the_size_that_is_allowed(serve: Serve, actions: FakeActions) -> None:
    client = serve(attachment_bytes=100_000)
    assert send(client, b"x" * 100_000).status_code == 200
    for size in (100_001, 120_000, 5_000_000):
        assert "MB trở xuống" in refused(send(client, b"x" * size), 413, "B106")
    assert [len(content) for _, _, content in actions.taken] == [100_000]


def test_a_file_that_does_not_say_how_large_it_is_is_stopped_too(serve: Serve, actions: FakeActions) -> None:
    client = serve(attachment_bytes=100_000)
    sent = 0

    def endless() -> Any:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        while sent < 50_000_000:
            sent += 60_000
            yield b"x" * 60_000

    answer = client.post(
        "/api/attachments", content=endless(), headers={"content-type": "multipart/form-data; boundary=b"}
    )
    refused(answer, 413, "B106")
    assert actions.taken == []


def test_the_usual_size_is_told_in_round_figures(client: TestClient) -> None:
    announced = {"content-length": str(11 * 1024 * 1024), "content-type": "multipart/form-data; boundary=b"}
    message = refused(client.post("/api/attachments", headers=announced), 413, "B106")
    assert message == "Tệp này lớn quá. Anh/chị gửi ảnh hoặc PDF từ 10 MB trở xuống giúp nhé."


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"data": {}, "files": {"other": ("a.jpg", b"x")}}, "B101"),
        ({"data": {"id": "a b"}, "files": {"file": ("a.jpg", b"x")}}, "B101"),
        ({"data": {"id": "a" * 65}, "files": {"file": ("a.jpg", b"x")}}, "B101"),
        ({"data": {"id": "a\n"}, "files": {"file": ("a.jpg", b"x")}}, "B101"),
        ({"files": [("file", ("a.jpg", b"x")), ("file", ("b.jpg", b"x"))]}, "B101"),
        ({"data": dict.fromkeys("abcdef", "x"), "files": {"file": ("a.jpg", b"x")}}, "B101"),
        ({"data": {"session": "x" * 5000}, "files": {"file": ("a.jpg", b"x")}}, "B101"),
        ({"content": b"", "headers": {"content-type": "multipart/form-data"}}, "B101"),
        ({"content": b"rubbish", "headers": {"content-type": "multipart/form-data; boundary=b"}}, "B101"),
    ],
)
def test_what_is_no_upload_is_refused(client: TestClient, actions: FakeActions, how: dict[str, Any], code: str) -> None:
    refused(client.post("/api/attachments", **how), 400, code)
    assert actions.taken == []


@pytest.mark.parametrize("how", [{"data": {"file": "words"}}, {"json": {"file": "a"}}])
def test_what_is_of_another_kind_is_refused(client: TestClient, actions: FakeActions, how: dict[str, Any]) -> None:
    refused(client.post("/api/attachments", **how), 415, "B101")
    assert actions.taken == []


def test_an_empty_file_is_refused(client: TestClient, actions: FakeActions) -> None:
    assert "trống" in refused(send(client, b""), 422, "B107")
    assert actions.taken == []


@pytest.mark.parametrize("session", ["forged", Sessions("other", 30).new()], ids=["forged", "signed by another"])
def test_anothers_session_is_refused(client: TestClient, actions: FakeActions, session: str) -> None:
    refused(send(client, session=session), 401, "B104")
    assert actions.taken == []


def test_why_it_is_refused_is_told(client: TestClient, actions: FakeActions) -> None:
    actions.refusal = httpx.Response(415, json={"error": {"code": "S301", "message": "Tệp này không phải ảnh."}})
    assert refused(send(client), 422, "B107") == "Tệp này không phải ảnh."


def test_too_many_files_are_told_to_wait(serve: Serve) -> None:
    client = serve(limit_attachments="2/hour")
    session = send(client).json()["session"]
    assert send(client, session=session).status_code == 200
    answer = send(client, session=session)
    assert "nhiều tệp" in refused(answer, 429, "B108")
    assert 1 <= int(answer.headers["retry-after"]) <= 3601
    assert client.post("/api/messages", json={"text": "a", "session": session}).status_code == 200, "he may still talk"
    assert send(client).status_code == 200, "others go on"


def test_new_sessions_do_not_get_around_the_limit_of_an_address(serve: Serve) -> None:
    client = serve(limit_attachments_address="2/hour")
    assert [send(client).status_code for _ in range(3)] == [200, 200, 429]


def test_only_allowed_sites_may_send_files(client: TestClient) -> None:
    headers = {"origin": ALLOWED, "access-control-request-method": "POST"}
    assert client.options("/api/attachments", headers=headers).headers["access-control-allow-origin"] == ALLOWED
    assert client.options("/api/attachments", headers=headers | {"origin": FOREIGN}).status_code == 400
    assert send(client, headers={"origin": ALLOWED}).headers["access-control-allow-origin"] == ALLOWED


# --- out


@pytest.mark.parametrize(
    ("kind", "sent", "place"),
    [
        ("image/png", "image/png", "inline"),
        ("image/jpeg; q=1", "image/jpeg", "inline"),
        ("Application/PDF", "application/pdf", "attachment"),
        (DOCUMENTS[1], DOCUMENTS[1], "attachment"),
        ("text/html", ANYTHING, "attachment"),
        ("image/svg+xml", ANYTHING, "attachment"),
        ("", ANYTHING, "attachment"),
    ],
)
def test_only_pictures_are_shown_and_nothing_else_passes_for_what_it_is_not(
    client: TestClient, actions: FakeActions, kind: str, sent: str, place: str
) -> None:
    actions.files[FILE] = (
        b"<script>",
        {"content-type": kind, "content-disposition": "inline; filename*=UTF-8''%C4%90%C6%A1n.x"},
    )
    answer = client.get(f"/api/files/{FILE}")
    assert (answer.status_code, answer.content) == (200, b"<script>")
    headers = answer.headers
    assert headers["content-type"] == sent
    assert headers["content-disposition"] == f"{place}; filename*=UTF-8''%C4%90%C6%A1n.x"
    assert headers["cache-control"] == "private, no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["content-security-policy"] == FILE_POLICY
    assert "sandbox" in FILE_POLICY
    assert len(headers.get_list("content-type")) == 1


@pytest.mark.parametrize("name", [FILE, "short", "a" * 65, "a" * 20 + "%2F..", "..%2F..%2Fnotices00000000", "ệ" * 20])
def test_what_is_not_there_is_told(client: TestClient, name: str) -> None:
    assert client.get(f"/api/files/{name}").status_code == 404


def test_what_is_kept_no_longer_is_told(client: TestClient) -> None:
    assert "không còn" in refused(client.get(f"/api/files/{FILE}"), 404, "B109")


def test_files_when_the_actions_are_away(client: TestClient, actions: FakeActions) -> None:
    actions.broken = 500
    refused(client.get(f"/api/files/{FILE}"), 503, "B203")
