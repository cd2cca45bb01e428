"""The client of the inner routes, and the token that both sides read."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from bot.errors import ActionsAway, AttachmentRefused
from bot.inner import Inner, inner_token
from tests.bot.double import ANSWER, CLOSED_URL, INNER_TOKEN, FakeActions

FILE = "f" * 24


@pytest.fixture
def inner(actions: FakeActions) -> Inner:
    return Inner("http://actions", INNER_TOKEN, transport=actions.transport)


def answering(**answer: Any) -> Inner:
    """A client of a server that always gives one answer."""
    return Inner("http://x", INNER_TOKEN, httpx.MockTransport(lambda request: httpx.Response(200, **answer)))


async def test_notices_are_asked_for_together_and_confirmed(inner: Inner, actions: FakeActions) -> None:
    actions.waiting = {"one": {"n1": ANSWER}, "two": {}, "three": {"n3": ANSWER}}
    notices = await inner.notices(["one", "two"])
    assert [(notice.id, notice.conversation, notice.reply) for notice in notices] == [("n1", "one", ANSWER)]
    await inner.delivered(["n1"])
    assert actions.delivered == ["n1"]
    assert await inner.notices(["one", "two"]) == []


async def test_a_notice_that_cannot_be_read_does_not_hold_up_the_others() -> None:
    good = {"id": "n", "conversation": "c", "reply": ANSWER.model_dump(mode="json")}
    with structlog.testing.capture_logs() as lines:
        notices = await answering(json={"notices": [{"id": "bad", "reply": {"text": "của ông A"}}, 5, good]}).notices(
            ["c"]
        )
    assert [notice.id for notice in notices] == ["n"]
    assert [line["event"] for line in lines] == ["notice_unreadable"] * 2
    assert "ông A" not in str(lines)


@pytest.mark.parametrize("answer", [{"json": {}}, {"json": []}, {"text": "no JSON"}, {"json": {"notices": 5}}])
async def test_an_answer_without_notices_is_none(answer: dict[str, Any]) -> None:
    with pytest.raises(ActionsAway):
        await answering(**answer).notices(["c"])


async def test_a_file_has_the_name_that_it_was_given(inner: Inner, actions: FakeActions) -> None:
    named = "attachment; filename*=UTF-8''T%E1%BB%9D%20khai.pdf"
    headers = {"content-type": "application/pdf", "content-disposition": named}
    actions.files[FILE] = (b"%PDF", headers)
    file = await inner.file(FILE)
    assert file is not None
    assert (file.content, file.media_type, file.name) == (b"%PDF", "application/pdf", "Tờ khai.pdf")


@pytest.mark.parametrize("disposition", [None, "inline", "inline; filename="])
async def test_a_file_without_a_name_is_called_after_its_id(
    inner: Inner, actions: FakeActions, disposition: str | None
) -> None:
    actions.files[FILE] = (b"x", {"content-disposition": disposition} if disposition else {})
    file = await inner.file(FILE)
    assert file is not None
    assert file.name == FILE


async def test_a_file_that_is_not_there_is_none(inner: Inner) -> None:
    assert await inner.file(FILE) is None


async def test_a_file_is_handed_over_as_it_came(inner: Inner, actions: FakeActions) -> None:
    actions.problems, actions.codes = ["Ảnh mờ."], ["000.00.00.H41-261105-0007"]
    taken = await inner.attach("c", "Giấy tờ & ảnh?.jpg", b"\xff\xd8\x00")
    assert actions.taken == [("c", "Giấy tờ & ảnh?.jpg", b"\xff\xd8\x00")]
    assert (taken.name, taken.size, taken.problems) == ("Giấy tờ & ảnh?.jpg", 3, ("Ảnh mờ.",))
    assert taken.codes == ("000.00.00.H41-261105-0007",)


@pytest.mark.parametrize("status", [400, 413, 415, 422, 429])
async def test_why_a_file_is_refused_is_told(inner: Inner, actions: FakeActions, status: int) -> None:
    actions.refusal = httpx.Response(status, json={"error": {"code": "S301", "message": "Tệp có mật khẩu."}})
    with pytest.raises(AttachmentRefused, match=r"^Tệp có mật khẩu\.$"):
        await inner.attach("c", "a.pdf", b"x")


@pytest.mark.parametrize(
    "refusal",
    [
        httpx.Response(401, json={"error": {"code": "X", "message": "wrong token"}}),
        httpx.Response(403, json={"error": {"code": "X", "message": "wrong token"}}),
        httpx.Response(422, text="Traceback"),
        httpx.Response(422, json={"error": {"message": 5}}),
        httpx.Response(422, json=[]),
        httpx.Response(500, json={"error": {"code": "X", "message": "Traceback"}}),
        httpx.Response(200, json={"id": "x"}),
        httpx.Response(200, text="no JSON"),
    ],
)
async def test_what_is_no_business_of_the_citizen_is_not_told(
    inner: Inner, actions: FakeActions, refusal: httpx.Response
) -> None:
    actions.refusal = refusal
    with pytest.raises(ActionsAway) as caught:
        await inner.attach("c", "a.pdf", b"x")
    assert str(caught.value) == ActionsAway.message


async def test_nobody_there_is_told_without_the_name_of_the_file() -> None:
    with structlog.testing.capture_logs() as lines, pytest.raises(ActionsAway) as caught:
        await Inner(CLOSED_URL, INNER_TOKEN).attach("c", "Bùi Thị Na.jpg", b"x")
    assert caught.value.__suppress_context__
    assert lines == [{"event": "actions_away", "error": "ConnectError", "log_level": "warning"}]


async def test_another_token_is_refused(actions: FakeActions) -> None:
    with pytest.raises(ActionsAway):
        await Inner("http://actions", "another", transport=actions.transport).notices(["c"])


def test_the_token_is_made_once_for_this_user_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "inner-token"
    token = inner_token(None, path)
    assert len(token) >= 48
    assert inner_token(None, path) == token == path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [kept.name for kept in path.parent.iterdir()] == ["inner-token"]


def test_whoever_comes_first_makes_it_for_all(tmp_path: Path) -> None:
    path = tmp_path / "inner-token"
    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(lambda _: inner_token(None, path), range(64)))) == 1


def test_an_empty_file_is_no_token(tmp_path: Path) -> None:
    path = tmp_path / "inner-token"
    path.write_text("\n")
    assert len(inner_token(None, path)) >= 48


def test_a_token_that_is_set_is_used_and_not_written(tmp_path: Path) -> None:
    assert inner_token("given", tmp_path / "inner-token") == "given"
    assert list(tmp_path.iterdir()) == []
