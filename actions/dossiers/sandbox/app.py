"""The sandbox as an ASGI application: page, portal, /sandbox, REST and LGSP."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlsplit

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from actions.dossiers.errors import DossierError, DraftRefused, NoSuchDossier, NothingNext
from actions.dossiers.sandbox import control_routes, lgsp_routes, page_routes, rest_routes
from actions.dossiers.sandbox.faults import FAULTY, FaultyWays
from actions.dossiers.sandbox.province import Province
from actions.dossiers.sandbox.settings import SandboxSettings
from storage.errors import DatabaseUnavailable

log = structlog.get_logger(__name__)

TICK = 1.0  # seconds between two looks at what should have happened
HARMLESS = ("GET", "HEAD", "OPTIONS")
STATUSES: dict[type[DossierError], tuple[int, str]] = {
    NoSuchDossier: (404, "Không có hồ sơ này."),
    NothingNext: (409, "Hồ sơ này không còn bước nào nữa theo kịch bản. Anh/chị đặt trạng thái bằng tay nhé."),
    DraftRefused: (422, "Thủ tục này không có trong danh mục."),
}
AWAY = (503, "Cơ sở dữ liệu của tỉnh thử nghiệm đang không dùng được.")


def create_app(province: Province, settings: SandboxSettings) -> FastAPI:
    """The application over a province, with its faults and secrets as set."""
    province.faults = settings.faults

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        ticking = asyncio.create_task(_tick(province))
        yield
        ticking.cancel()
        await asyncio.to_thread(province.clock.keep)

    app = FastAPI(
        title="Sandbox province",
        description="A made-up province for trying out motcua. No real system.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/sandbox/openapi.json",
        lifespan=lifespan,
    )
    app.state.province = province
    app.include_router(control_routes.routes)
    app.include_router(page_routes.routes)
    user, password = settings.user, settings.password.get_secret_value()
    rest = rest_routes.rest_app(province, settings.token.get_secret_value())
    lgsp = lgsp_routes.lgsp_app(province, user, password)
    app.add_exception_handler(DossierError, _trouble)
    app.add_exception_handler(DatabaseUnavailable, _away)
    app.add_exception_handler(ValidationError, _wrong_form)
    app.add_middleware(_OwnForms)
    app.add_middleware(_Sides, sides={rest_routes.BASE: rest, lgsp_routes.BASE: lgsp})
    app.add_middleware(FaultyWays, faults=lambda: province.faults, seed=settings.seed)
    app.add_middleware(_SaysSo)
    return app


async def _tick(province: Province) -> None:
    """Lets happen what should, and keeps the clock; a database that is away for a moment is logged."""
    while True:
        try:
            await asyncio.to_thread(province.catch_up)
            if province.clock.speed != 1:  # at our speed what is written down stays true
                await asyncio.to_thread(province.clock.keep)
        except (DossierError, DatabaseUnavailable) as error:
            log.warning("sandbox_stands_still", code=error.code)
        await asyncio.sleep(TICK)


class _Sides:
    """Hands requests to the application of their side. Starlette's Mount stumbles over a line end in the path."""

    def __init__(self, app: ASGIApp, sides: Mapping[str, ASGIApp]) -> None:
        self._app = app
        self._sides = sides

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        for base, app in self._sides.items():
            if path.startswith(f"{base}/"):
                await app({**scope, "root_path": scope.get("root_path", "") + base}, receive, send)
                return
        await self._app(scope, receive, send)


class _SaysSo:
    """Every answer says that it comes from a sandbox."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-motcua-sandbox"] = "1"
            await send(message)

        await self._app(scope, receive, marked)


class _OwnForms:
    """Another site, open in the same browser, may not press the page's buttons."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in HARMLESS and not scope["path"].startswith(FAULTY):
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            if origin is not None and urlsplit(origin).netloc != headers.get("host"):
                await Response("This form is not ours.", status_code=403)(scope, receive, send)
                return
        await self._app(scope, receive, send)


async def _trouble(request: Request, error: Exception) -> Response:
    assert isinstance(error, DossierError)
    status, vietnamese = STATUSES.get(type(error), AWAY)
    return _shown(request, status, vietnamese, {"code": error.code, "message": str(error.args[0])})


async def _away(request: Request, error: Exception) -> Response:
    assert isinstance(error, DatabaseUnavailable)
    return _shown(request, *AWAY, {"code": error.code, "message": "The sandbox's database cannot be used."})


async def _wrong_form(request: Request, error: Exception) -> Response:
    """Of the page's forms; FastAPI answers for the JSON itself."""
    assert isinstance(error, ValidationError)
    names = ", ".join(str(one["loc"][0]) for one in error.errors() if one["loc"])
    return _shown(request, 422, f"Giá trị chưa đúng: {names}.", {"message": f"wrong: {names}"})


def _shown(request: Request, status: int, vietnamese: str, problem: dict[str, str]) -> Response:
    if request.url.path.startswith(("/sandbox/", *FAULTY)):
        return JSONResponse(problem, status_code=status)
    return page_routes.page("trouble.html.j2", status, trouble=vietnamese)
