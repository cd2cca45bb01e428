"""The national exchange over a province's gateway (LGSP), as the sandbox serves it. Assumptions: docs/lgsp.md.

Everything is a POST with a JSON object and is answered with HTTP 200 and an error_code; the result of a service is a
string of JSON in `message`. Numbers are sent as strings and read as either.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from actions.dossiers.dossier import Dossier, Step
from actions.dossiers.errors import DossierError, DraftRefused, NoSuchDossier, RegisterStrange
from actions.dossiers.lgsp_fields import from_exchange, read_moment, read_status, to_exchange
from actions.dossiers.rest_api import DossierOut
from actions.dossiers.sandbox import catalogue
from actions.dossiers.sandbox.lgsp_procedures import procedure_fields
from actions.dossiers.sandbox.province import Province
from storage.errors import DatabaseUnavailable

log = structlog.get_logger(__name__)

BASE = "/lgsp"
OK, WRONG_LOGIN, NO_SESSION, NOTHING_FOUND, REFUSED, TROUBLE = 0, 1, 2, 3, 4, 9
MOST_DATA = 100  # entries of one request
ONE_LIST_EACH = ("DanhSachLePhi", "DanhSachHoSoBoSung", "DanhSachGiayToKetQua")
# Fields of the exchange that this province has nothing for; others send them, so a client must bear them.
EMPTY: dict[str, Any] = dict.fromkeys(
    ("MaLinhVuc", "TenLinhVuc", "MaDoiTuong", "Email", "Fax", "TrichYeuHoSo", "ThongTinTra", "HinhThuc"), ""
) | {"DSKetNoiCSDL": [], "TaiLieuNop": []}

Fields = Mapping[str, Any]


class Trouble(Exception):
    """A request that is answered with an error code. message: in Vietnamese where data is refused."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Exchange:
    """The services over a province. user, password: of the one account."""

    def __init__(self, province: Province, user: str, password: str, *, monotonic: Callable[[], float]) -> None:
        self._province = province
        self._user = user
        self._password = password
        self._monotonic = monotonic
        self._sessions: dict[str, float] = {}
        self._services: dict[str, Callable[[Fields], object]] = {
            "TraCuuHoSo": self._look_up,
            "DongBoHoSoMC": self._take_dossiers,
            "CapNhatTienDoHoSoMC": self._take_progress,
            "LayThuTuc": self._procedure,
        }

    def log_in(self, body: Fields) -> dict[str, Any]:
        """A session for the right name and password. Raises Trouble."""
        given = (body.get("username"), body.get("password"))
        right = (self._user, self._password)
        if not all(_same(one, other) for one, other in zip(given, right, strict=True)):
            raise Trouble(WRONG_LOGIN, "Wrong name or password.")
        self._sessions = {session: since for session, since in self._sessions.items() if self._lasts(since)}
        session = secrets.token_hex(16)
        self._sessions[session] = self._monotonic()
        return {"session": session, "error_code": OK}

    def serve(self, service: str, body: Fields) -> dict[str, Any]:
        """The answer of a service. Raises Trouble and what a province raises."""
        since = self._sessions.get(str(body.get("session", "")))
        if since is None or not self._lasts(since):
            raise Trouble(NO_SESSION, "No such session, or it has ended.")
        if service not in self._services or body.get("service", service) != service:
            raise Trouble(REFUSED, "There is no such service.")
        if not str(body.get("madonvi") or "").strip():
            raise Trouble(REFUSED, "madonvi is missing.")
        result = self._services[service](body)
        return {"error_code": OK, "message": json.dumps(result, ensure_ascii=False)}

    def _lasts(self, since: float) -> bool:
        return self._monotonic() - since < self._province.faults.session_seconds

    def _look_up(self, body: Fields) -> object:
        found = to_exchange(self._province.find(_text(body, "mahoso").upper()))
        head, progress = {**EMPTY, **found["HoSo"]}, found["TienDo"]
        if self._province.faults.duplicates:
            head |= {name: _twice(head[name]) for name in ONE_LIST_EACH}
            progress = _twice(progress)
        return {"HoSo": head, "TienDo": progress}

    def _take_dossiers(self, body: Fields) -> object:
        update = str(body.get("isUpdating", "false")).lower() == "true"
        return [self._take_dossier(entry, update=update) for entry in _data(body)]

    def _take_dossier(self, entry: Fields, *, update: bool) -> dict[str, str]:
        """New: as it is sent, but for one that is there already, which stays. Update: what is sent of it, changed."""
        code = _text(entry, "MaHoSo").upper()
        known = self._known(code)
        if update and known is None:
            raise Trouble(NOTHING_FOUND, "There is no dossier of this MaHoSo.")
        if update or known is None:
            head = {**to_exchange(known)["HoSo"], **entry} if known else entry
            self._province.put(self._read(head, known), only_new=not update)
        return {"MaHoSo": code}

    def _read(self, head: Fields, known: Dossier | None) -> Dossier:
        """A dossier as it will be kept; steps, obligations and the like stay as they were."""
        try:
            read = from_exchange({"HoSo": dict(head), "TienDo": []}, self._province.clock())
            if known is not None:
                kept = {name: getattr(known, name) for name in ("steps", "obligations", "apology", "fees")}
                read = read.model_copy(update=kept)
            DossierOut.of(read)
            catalogue.procedure(read.procedure or "")
        except (RegisterStrange, ValidationError) as error:
            field = error.args[0] if isinstance(error, RegisterStrange) else "có mục quá dài hoặc sai dạng"
            raise Trouble(REFUSED, f"Dữ liệu hồ sơ chưa đúng: {field}") from error
        return read

    def _take_progress(self, body: Fields) -> object:
        return [self._take_entry(entry) for entry in _data(body)]

    def _take_entry(self, entry: Fields) -> dict[str, str]:
        known = self._province.find(_text(entry, "MaHoSo").upper())
        try:
            status, name = read_status(entry.get("TrangThai"))
            step = Step(
                name=_text(entry, "NoiDungXuLy")[:500],
                office=str(entry.get("PhongBanXuLy") or "")[:500],
                officer=str(entry.get("ChucDanh") or "")[:500],
                began=read_moment(entry, "NgayBatDau"),
                ended=read_moment(entry, "ThoiDiemXuLy"),
                due=read_moment(entry, "NgayKetThucTheoQuyDinh"),
                status=status,
            )
        except RegisterStrange as error:
            raise Trouble(REFUSED, f"Dữ liệu tiến độ chưa đúng: {error.args[0]}") from error
        if step not in known.steps:
            now = {"status": status, "status_name": name} if name else {}
            self._province.put(known.model_copy(update=now | {"steps": (*known.steps, step)}))
        return {"MaHoSo": known.code}

    def _procedure(self, body: Fields) -> object:
        try:
            return procedure_fields(catalogue.procedure(_text(body, "maTTHC")))
        except DraftRefused as error:
            raise Trouble(NOTHING_FOUND, "There is no such procedure.") from error

    def _known(self, code: str) -> Dossier | None:
        try:
            return self._province.find(code)
        except NoSuchDossier:
            return None


def lgsp_app(
    province: Province, user: str, password: str, *, monotonic: Callable[[], float] = time.monotonic
) -> Starlette:
    """The application, to be mounted at BASE. monotonic: the clock by which sessions end."""
    exchange = Exchange(province, user, password, monotonic=monotonic)

    async def log_in(request: Request) -> JSONResponse:
        return await _answered(request, exchange.log_in)

    async def serve(request: Request) -> JSONResponse:
        service = request.path_params["service"]
        return await _answered(request, lambda body: exchange.serve(service, body))

    return Starlette(
        routes=[Route("/Login", log_in, methods=["POST"]), Route("/{service}", serve, methods=["POST"])],
    )


async def _answered(request: Request, work: Callable[[Fields], dict[str, Any]]) -> JSONResponse:
    try:
        return JSONResponse(await asyncio.to_thread(work, await _body(request)))
    except Trouble as error:
        return _error(error.code, error.message)
    except NoSuchDossier:
        return _error(NOTHING_FOUND, "There is no dossier of this MaHoSo.")
    except DraftRefused as error:
        return _error(REFUSED, str(error.args[0]))
    except (DossierError, DatabaseUnavailable) as error:
        log.error("sandbox_lgsp_trouble", code=error.code)
        return _error(TROUBLE, "The system has trouble.")


def _error(code: int, message: str) -> JSONResponse:
    return JSONResponse({"error_code": code, "message": message})


async def _body(request: Request) -> Fields:
    try:
        body = json.loads(await request.body())
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()  # Python reads halves of characters and NaN
    except (ValueError, RecursionError, ClientDisconnect) as error:
        raise Trouble(REFUSED, "The body is no JSON.") from error
    if not isinstance(body, dict):
        raise Trouble(REFUSED, "The body is no JSON object.")
    return body


def _data(body: Fields) -> list[Fields]:
    data = body.get("data")
    if not isinstance(data, list) or not 0 < len(data) <= MOST_DATA or not all(isinstance(one, dict) for one in data):
        raise Trouble(REFUSED, f"data is a list of 1 to {MOST_DATA} objects.")
    return data


def _text(body: Fields, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str | int) or not str(value).strip():
        raise Trouble(REFUSED, f"{name} is missing.")
    return str(value).strip()


def _same(given: object, right: str) -> bool:
    return isinstance(given, str) and hmac.compare_digest(given.encode(), right.encode())


def _twice(entries: list[Any]) -> list[Any]:
    return [one for entry in entries for one in (entry, entry)]
