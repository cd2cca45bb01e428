"""The exchange's client: one login for all, a session renewed once, drafts under codes of our own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from actions.dossiers.codes import read_code
from actions.dossiers.dossier import DraftFile, DraftRequest, Status
from actions.dossiers.errors import DraftRefused, NoSuchDossier, RegisterAway, RegisterRefuses, RegisterStrange
from actions.dossiers.lgsp import ANSWERS, LOCKED_OUT, NO_DAY, LgspRegister, draft_code

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
UNIT = "000.00.00.H41"
CODE = "000.00.00.H41-261105-0007"
HEAD = {"MaHoSo": CODE, "MaTTHC": "1.001193", "TenTTHC": "Khai sinh", "TrangThaiHoSo": 4, "ChuHoSo": "Trần Thử"}
REQUEST = DraftRequest(
    key="20261123-5f0c1e6d",
    procedure="1.001193",
    procedure_name="Đăng ký khai sinh",
    applicant="Nguyễn Văn Thử",
    answers={"child_name": "Nguyễn Mẫu"},
    files=tuple(
        DraftFile(document=name, name="a.pdf", media_type="application/pdf", content=b"x")
        for name in ("Giấy chứng sinh", "Giấy chứng sinh", "Ảnh")
    ),
)
Answer = Callable[[str, dict[str, Any]], dict[str, Any] | None]


class Exchange:
    """A gateway with dossiers. first: may answer instead, before anything is done. Says what it was asked."""

    def __init__(self, *heads: dict[str, Any], first: Answer | None = None, password: str = "right") -> None:
        self.heads = {head["MaHoSo"]: head for head in heads}
        self.first = first
        self.password = password
        self.sessions: list[str] = []
        self.asked: list[str] = []
        self.bodies: list[dict[str, Any]] = []
        self.arrived = asyncio.Event()
        self.gate: asyncio.Event | None = None

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        service, body = request.url.path.removeprefix("/lgsp/"), json.loads(request.content)
        self.asked.append(service)
        self.bodies.append(body)
        self.arrived.set()
        await (self.gate.wait() if self.gate else asyncio.sleep(0))  # lets calls that come at once meet
        answer = self.first(service, body) if self.first else None
        return httpx.Response(200, json=answer or self.answer(service, body))

    def answer(self, service: str, body: dict[str, Any]) -> dict[str, Any]:
        if service == "Login":
            return self.log_in(body)
        if body["session"] not in self.sessions[-1:]:
            return {"error_code": "2"}
        if service == "DongBoHoSoMC":
            for head in body["data"]:
                self.heads.setdefault(head["MaHoSo"], head)
            return {"error_code": 0, "message": "{}"}
        head = self.heads.get(body["mahoso"])
        return {"error_code": 0, "message": json.dumps({"HoSo": head, "TienDo": []})} if head else {"error_code": 3}

    def log_in(self, body: dict[str, Any]) -> dict[str, Any]:
        if body != {"username": "motcua", "password": self.password}:
            return {"error_code": 1}
        self.sessions.append(f"session-{len(self.sessions)}")
        return {"session": self.sessions[-1], "error_code": 0}

    def end_sessions(self) -> None:
        self.sessions.append("ended")


class Clock:
    """A clock that is set by hand."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


def register(exchange: Exchange, *, clock: Clock | None = None, page: str = "") -> LgspRegister:
    return LgspRegister(
        "https://province.example.vn/lgsp",
        "motcua",
        SecretStr("right"),
        unit=UNIT,
        page=page,
        now=clock or Clock(),
        transport=httpx.MockTransport(exchange),
    )


async def test_it_logs_in_when_it_is_first_asked_and_then_uses_the_session() -> None:
    exchange = Exchange(HEAD)
    asked = register(exchange)
    assert exchange.asked == []
    assert (await asked.find(CODE)).status is Status.IN_PROGRESS
    await asked.find(CODE)
    assert exchange.asked == ["Login", "TraCuuHoSo", "TraCuuHoSo"]
    assert exchange.bodies[1] == {"session": "session-0", "madonvi": UNIT, "service": "TraCuuHoSo", "mahoso": CODE}
    assert asked.last_seen == NOW


async def test_those_who_come_at_once_share_one_login() -> None:
    exchange = Exchange(HEAD)
    asked = register(exchange)
    await asyncio.gather(*(asked.find(CODE) for _ in range(10)))
    assert exchange.asked.count("Login") == 1


async def test_a_session_that_ended_is_renewed_once_for_all() -> None:
    exchange = Exchange(HEAD)
    asked = register(exchange)
    await asked.find(CODE)
    exchange.end_sessions()
    await asyncio.gather(*(asked.find(CODE) for _ in range(10)))
    assert exchange.asked.count("Login") == 2


async def test_a_session_that_is_never_known_is_renewed_only_once() -> None:
    exchange = Exchange(first=lambda service, _: None if service == "Login" else {"error_code": 2})
    with pytest.raises(RegisterRefuses):
        await register(exchange).find(CODE)
    assert exchange.asked == ["Login", "TraCuuHoSo", "Login", "TraCuuHoSo"]


async def test_a_refused_login_is_not_tried_again_at_once() -> None:
    exchange, clock = Exchange(HEAD, password="other"), Clock()
    asked = register(exchange, clock=clock)
    for _ in range(3):
        with pytest.raises(RegisterRefuses) as refused:
            await asked.find(CODE)
        assert "right" not in str(refused.value)
    assert exchange.asked == ["Login"]
    exchange.password = "right"
    clock.now += LOCKED_OUT
    await asked.find(CODE)


async def test_who_is_cut_off_while_logging_in_holds_nobody_up() -> None:
    exchange = Exchange(HEAD)
    exchange.gate = asyncio.Event()
    asked = register(exchange)
    first = asyncio.create_task(asked.find(CODE))
    await exchange.arrived.wait()
    second = asyncio.create_task(asked.find(CODE))
    first.cancel()
    exchange.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert (await second).code == CODE
    assert exchange.asked == ["Login", "Login", "TraCuuHoSo"]


@pytest.mark.parametrize(
    ("code", "error"),
    [(1, RegisterRefuses), ("3", NoSuchDossier), (4, RegisterRefuses), (9, RegisterAway), (77, RegisterStrange)],
)
async def test_each_error_code_becomes_one_of_ours(code: object, error: type[Exception]) -> None:
    exchange = Exchange(first=lambda service, _: None if service == "Login" else {"error_code": code, "message": "x"})
    with pytest.raises(error):
        await register(exchange).find(CODE)


@pytest.mark.parametrize(
    "answer",
    [
        {"message": "{}"},
        {"error_code": "x", "message": "{}"},
        {"error_code": True, "message": "{}"},
        {"error_code": None},
        {"error_code": 0},
        {"error_code": 0, "message": {"HoSo": HEAD}},
        {"error_code": 0, "message": "<html>"},
        {"error_code": 0, "message": "[]"},
        {"error_code": 0, "message": json.dumps({"HoSo": {**HEAD, "MaHoSo": "000.00.00.H41-261105-0008"}})},
    ],
)
async def test_an_answer_that_is_not_as_agreed_is_strange(answer: dict[str, Any]) -> None:
    exchange = Exchange(first=lambda service, _: None if service == "Login" else answer)
    with pytest.raises(RegisterStrange):
        await register(exchange).find(CODE)


async def test_a_login_without_a_session_is_strange() -> None:
    with pytest.raises(RegisterStrange):
        await register(Exchange(first=lambda *_: {"error_code": 0, "session": ""})).find(CODE)


@pytest.mark.parametrize(("status", "error"), [(401, RegisterRefuses), (404, RegisterStrange), (502, RegisterAway)])
async def test_what_the_gateway_says_by_http_counts_too(status: int, error: type[Exception]) -> None:
    asked = LgspRegister(
        "https://province.example.vn/lgsp",
        "motcua",
        SecretStr("right"),
        unit=UNIT,
        transport=httpx.MockTransport(lambda _: httpx.Response(status)),
    )
    with pytest.raises(error):
        await asked.find(CODE)


async def test_away_says_when_it_was_last_seen() -> None:
    exchange = Exchange(HEAD)
    asked = register(exchange)
    await asked.find(CODE)
    exchange.first = lambda *_: {"error_code": 9}
    with pytest.raises(RegisterAway) as away:
        await asked.find(CODE)
    assert away.value.last_seen == NOW


async def test_a_draft_is_made_once_and_names_what_could_not_be_sent() -> None:
    exchange = Exchange()
    asked = register(exchange, page="https://dvc.example.vn/d/{code}")
    draft = await asked.draft(REQUEST)
    assert draft.code == draft_code(UNIT, REQUEST.key)
    assert draft.page == f"https://dvc.example.vn/d/{draft.code}"
    assert draft.missing == (ANSWERS, "Giấy chứng sinh", "Ảnh")
    assert (draft.fees, draft.made) == (None, NOW)
    assert await asked.draft(REQUEST) == draft
    assert exchange.asked.count("DongBoHoSoMC") == 1
    assert next(body for body in exchange.bodies if "data" in body)["isUpdating"] == "false"


async def test_ten_at_once_make_one_draft() -> None:
    exchange = Exchange()
    asked = register(exchange)
    codes = {draft.code for draft in await asyncio.gather(*(asked.draft(REQUEST) for _ in range(10)))}
    assert codes == set(exchange.heads)
    assert len(codes) == 1


async def test_a_draft_whose_answer_was_lost_is_found_again_a_day_later() -> None:
    exchange, clock = Exchange(), Clock()
    asked = register(exchange, clock=clock)
    exchange.first = lambda service, body: (
        exchange.answer(service, body) and {"error_code": 9} if service == "DongBoHoSoMC" else None
    )
    with pytest.raises(RegisterAway):
        await asked.draft(REQUEST)
    exchange.first = None
    clock.now += timedelta(days=1)
    draft = await asked.draft(REQUEST)
    assert list(exchange.heads) == [draft.code]
    assert draft.made == NOW


async def test_the_dossier_of_somebody_else_under_our_code_is_neither_touched_nor_given() -> None:
    theirs = {**HEAD, "MaHoSo": draft_code(UNIT, REQUEST.key)}
    exchange = Exchange(theirs)
    draft = await register(exchange).draft(REQUEST)
    assert draft.code == draft_code(UNIT, REQUEST.key, 1)
    assert exchange.heads[theirs["MaHoSo"]] == theirs


async def test_a_draft_that_is_refused_tells_why() -> None:
    exchange = Exchange(
        first=lambda service, _: {"error_code": 4, "message": "Thiếu\nsố"} if service == "DongBoHoSoMC" else None
    )
    with pytest.raises(DraftRefused) as refused:
        await register(exchange).draft(REQUEST)
    assert refused.value.args == ("Thiếu số",)


async def test_a_draft_that_was_taken_and_is_not_there_is_strange() -> None:
    exchange = Exchange(
        first=lambda service, _: {"error_code": 0, "message": ""} if service == "DongBoHoSoMC" else None
    )
    with pytest.raises(RegisterStrange):
        await register(exchange).draft(REQUEST)


@given(st.text(), st.integers(0, 4))
def test_every_key_gives_a_code_that_reads_as_one_and_is_always_the_same(key: str, attempt: int) -> None:
    code = draft_code(UNIT, key, attempt)
    assert code == draft_code(UNIT, key, attempt)
    assert read_code(code).code == code


@pytest.mark.parametrize(
    ("key", "day"),
    [
        ("20261123-5f0c1e6d", "20261123"),
        ("261123-5f0c1e6d", "20261123"),
        ("261323-5f0c1e6d", NO_DAY),
        ("birth.2026-11-23.77", "20261123"),
        ("5f0c20261123", NO_DAY),
        ("20261323-1", NO_DAY),
        ("5f0c1e6d", NO_DAY),
    ],
)
def test_a_code_has_the_day_that_the_key_names(key: str, day: str) -> None:
    assert draft_code(UNIT, key).split("-")[1] == day


def test_the_password_is_shown_nowhere() -> None:
    asked = register(Exchange())
    assert "'right'" not in f"{asked!r}{vars(asked)}"
