"""The REST client: what it asks, and what each answer of a province's system becomes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from actions.dossiers.dossier import Dossier, Draft, DraftFile, DraftRequest, Proofs, Status
from actions.dossiers.errors import (
    DraftRefused,
    DraftsNotTaken,
    NoSuchDossier,
    RegisterAway,
    RegisterRefuses,
    RegisterStrange,
)
from actions.dossiers.rest import LONGEST_REASON, RestRegister
from actions.dossiers.rest_api import LARGEST_FILE, DossierOut, DraftOut

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CODE = "000.00.00.H41-261105-0007"
KNOWN = Dossier(
    code=CODE,
    procedure="1.001193",
    procedure_name="Đăng ký khai sinh",
    status=Status.IN_PROGRESS,
    status_name=Status.IN_PROGRESS.vietnamese,
    owner="Nguyễn Thị Thử",
    proofs=Proofs(secret=SecretStr("A7K2")),
    as_of=NOW,
)
REQUEST = DraftRequest(
    key="20261123-5f0c1e6d",
    procedure="1.001193",
    procedure_name="Đăng ký khai sinh",
    applicant="Nguyễn Văn Thử",
    answers={"child_name": "Nguyễn Mẫu"},
)
MADE = Draft(code=CODE, page="https://dvc.example.vn/d/1", made=NOW)
Handler = Callable[[httpx.Request], httpx.Response]


def register(handler: Handler) -> RestRegister:
    return RestRegister(
        "https://province.example.vn/rest/v1",
        SecretStr("a-secret-token"),
        now=lambda: NOW,
        transport=httpx.MockTransport(handler),
    )


def answering(status: int, **parts: Any) -> RestRegister:
    return register(lambda _: httpx.Response(status, **parts))


def problem(status: int, code: str, message: str = "") -> RestRegister:
    return answering(status, json={"code": code, "message": message})


async def test_it_asks_for_the_code_with_its_token() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=DossierOut.of(KNOWN).model_dump_json())

    asked = register(handler)
    assert asked.last_seen is None
    assert await asked.find(CODE) == KNOWN
    assert seen[0].url.path == f"/rest/v1/dossiers/{CODE}"
    assert seen[0].headers["authorization"] == "Bearer a-secret-token"
    assert asked.last_seen == NOW


@pytest.mark.parametrize("code", ["", "..", "A/../health", "H41 261105 0007", "h41-261105-0007", "H" * 61, "H41-1\n"])
async def test_what_is_no_code_is_not_asked_for(code: str) -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        raise AssertionError("asked")

    with pytest.raises(NoSuchDossier):
        await register(handler).find(code)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (401, "unauthorised", RegisterRefuses),
        (403, "unauthorised", RegisterRefuses),
        (404, "no_such_dossier", NoSuchDossier),
        (422, "invalid", RegisterRefuses),
        (429, "too_many", RegisterAway),
        (500, "away", RegisterAway),
        (503, "away", RegisterAway),
        (501, "drafts_not_taken", DraftsNotTaken),
        (409, "draft_refused", DraftRefused),
        (418, "invalid", RegisterStrange),
        (200, "no_such_dossier", RegisterStrange),
    ],
)
async def test_each_error_becomes_one_of_ours(status: int, code: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await problem(status, code).find(CODE)
    with pytest.raises(error):
        await problem(status, code).draft(REQUEST)


@pytest.mark.parametrize("content", [b"", b"<html>404</html>", b'{"detail":"Not Found"}', b'{"code":"gone"}'])
async def test_a_404_of_somebody_else_does_not_mean_that_there_is_no_dossier(content: bytes) -> None:
    with pytest.raises(RegisterStrange):
        await answering(404, content=content).find(CODE)


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b"\xff", b'{"code":"' + CODE.encode() + b'"}', b"[" * 9999])
async def test_an_answer_that_is_not_as_agreed_is_strange(content: bytes) -> None:
    asked = answering(200, content=content)
    with pytest.raises(RegisterStrange):
        await asked.find(CODE)
    with pytest.raises(RegisterStrange):
        await asked.draft(REQUEST)
    assert asked.last_seen is None


async def test_a_strange_answer_is_told_by_its_fields_not_by_what_stands_there() -> None:
    told = json.loads(DossierOut.of(KNOWN).model_dump_json()) | {"due": "Nguyễn Thị Thử", "status": 99}
    with pytest.raises(RegisterStrange) as strange:
        await answering(200, json=told).find(CODE)
    assert "due, status" in str(strange.value)
    assert "Nguyễn" not in str(strange.value)
    assert strange.value.__context__ is None


async def test_another_dossier_than_was_asked_for_is_never_given() -> None:
    other = DossierOut.of(KNOWN.model_copy(update={"code": "000.00.00.H41-261105-0008"}))
    with pytest.raises(RegisterStrange):
        await answering(200, content=other.model_dump_json()).find(CODE)


async def test_away_says_when_it_was_last_seen() -> None:
    answers = iter([httpx.Response(404, json={"code": "no_such_dossier"}), httpx.Response(503)])
    asked = register(lambda _: next(answers))
    with pytest.raises(NoSuchDossier):
        await asked.find(CODE)
    with pytest.raises(RegisterAway) as away:
        await asked.find(CODE)
    assert away.value.last_seen == NOW


@pytest.mark.parametrize("status", [200, 201])
async def test_a_draft_is_put_under_its_key(status: int) -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(status, content=DraftOut.of(MADE).model_dump_json())

    assert await register(handler).draft(REQUEST) == MADE
    assert (seen[0].method, seen[0].url.path) == ("PUT", f"/rest/v1/drafts/{REQUEST.key}")
    sent = json.loads(seen[0].content)
    assert sent["applicant"] == "Nguyễn Văn Thử"
    assert "key" not in sent


async def test_a_key_that_would_not_be_one_part_of_the_path_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="key"):
        await problem(500, "away").draft(REQUEST.model_copy(update={"key": "../dossiers"}))


async def test_the_reason_of_a_refusal_is_told_on_one_short_line() -> None:
    with pytest.raises(DraftRefused) as refused:
        await problem(409, "draft_refused", "Thiếu\x1b[31m số\n\nđiện thoại. " + "x" * 900).draft(REQUEST)
    reason = refused.value.args[0]
    assert reason.startswith("Thiếu [31m số điện thoại. xxx")
    assert len(reason) == LONGEST_REASON


async def test_a_refusal_without_a_reason_says_so() -> None:
    with pytest.raises(DraftRefused, match="không nói rõ lý do"):
        await problem(409, "draft_refused", " \n").draft(REQUEST)


async def test_too_large_is_told_to_the_citizen_before_or_after_it_is_sent() -> None:
    with pytest.raises(DraftRefused, match="quá lớn"):
        await answering(413).draft(REQUEST)
    large = DraftFile(document="x", name="x", media_type="image/png", content=bytes(LARGEST_FILE + 1))
    with pytest.raises(DraftRefused, match="quá mức"):
        await problem(500, "away").draft(REQUEST.model_copy(update={"files": (large,)}))


async def test_the_token_is_shown_nowhere() -> None:
    asked = problem(401, "unauthorised")
    with pytest.raises(RegisterRefuses) as refused:
        await asked.find(CODE)
    assert "a-secret" not in f"{refused.value}{asked!r}{vars(asked)}"
