"""The routes: page, widget, messages, health."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from bot.errors import BadRequest, GatewayError, MessageTooLong
from bot.gateway import Gateway
from bot.headers import SecurityHeaders
from bot.messages import read_message
from bot.settings import BotSettings
from bot.socket import chat_socket

STATIC = Path(__file__).resolve().parent / "static"
BODY_BYTES = 16 * 1024  # 2,000 characters of Vietnamese are 6 KB at most


def create_app(settings: BotSettings | None = None) -> Starlette:
    """The gateway as an ASGI application."""
    settings = settings or BotSettings()
    gateway = Gateway(settings)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await gateway.rasa.close()

    app = Starlette(
        routes=[
            Route("/", _page),
            Route("/widget.js", _widget),
            Route("/favicon.svg", _favicon),
            Route("/healthz", _alive),
            Route("/readyz", _ready),
            Route("/api/messages", _messages, methods=["POST"]),
            WebSocketRoute("/api/chat", chat_socket),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(
                CORSMiddleware,
                allow_origins=list(settings.allowed_origins),
                allow_methods=["POST"],
                allow_headers=["content-type"],
            ),
            Middleware(GZipMiddleware, minimum_size=1024),
        ],
        exception_handlers={GatewayError: _error},
        lifespan=lifespan,
    )
    app.state.gateway = gateway
    return app


async def _page(request: Request) -> Response:
    return FileResponse(STATIC / "index.html")


async def _widget(request: Request) -> Response:
    return FileResponse(STATIC / "widget.js", media_type="text/javascript", headers={"cache-control": "max-age=300"})


async def _favicon(request: Request) -> Response:
    return FileResponse(STATIC / "favicon.svg")


async def _alive(request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _ready(request: Request) -> Response:
    """Ready means that Rasa and the action server answer."""
    gateway: Gateway = request.app.state.gateway
    rasa = await gateway.rasa.ready()
    actions = await _answers(f"{gateway.settings.actions_url}/health")
    state = {"rasa": rasa, "actions": actions}
    return JSONResponse(state, status_code=200 if all(state.values()) else 503)


async def _answers(url: str) -> bool:
    try:
        async with httpx.AsyncClient(timeout=2.0) as client:
            return (await client.get(url)).is_success
    except httpx.HTTPError:
        return False


async def _messages(request: Request) -> Response:
    gateway: Gateway = request.app.state.gateway
    message = read_message(await _json(request), gateway.settings.message_length)
    token = message.session or gateway.sessions.new()
    conversation = gateway.sessions.conversation(token)
    address = request.client.host if request.client else "unknown"
    reply = await gateway.reply(message, conversation, address)
    return JSONResponse({"session": token, "reply": reply.model_dump(mode="json")})


async def _json(request: Request) -> object:
    """The body, at most BODY_BYTES of it, as JSON."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            raise MessageTooLong()
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest() from error


async def _error(request: Request, error: Exception) -> Response:
    assert isinstance(error, GatewayError)
    headers = {"retry-after": str(error.retry_after)} if error.retry_after else None
    return JSONResponse(error.as_json(), status_code=error.status, headers=headers)
