"""The routes: page, widget, messages, files, health."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
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
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bot.addresses import address_of
from bot.errors import BadRequest, GatewayError, MessageTooLong, NoSuchFile
from bot.files import file_headers, read_upload
from bot.gateway import Gateway
from bot.headers import SecurityHeaders
from bot.messages import read_message
from bot.settings import BotSettings
from bot.socket import chat_socket

STATIC = Path(__file__).resolve().parent / "static"
FILE_ID = re.compile(r"\A[A-Za-z0-9_-]{16,64}\Z")
BODY_BYTES = 16 * 1024  # 2,000 characters of Vietnamese are 6 KB at most


def create_app(settings: BotSettings | None = None, gateway: Gateway | None = None) -> Starlette:
    """The gateway as an ASGI application. gateway: one that is made already, then the settings are its own."""
    gateway = gateway or Gateway(settings or BotSettings())
    settings = gateway.settings

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        notices = asyncio.create_task(gateway.board.run())
        yield
        notices.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await notices
        await gateway.close()

    app = Starlette(
        routes=[
            Route("/", _page),
            Route("/widget.js", _widget),
            Route("/favicon.svg", _favicon),
            Route("/healthz", _alive),
            Route("/readyz", _ready),
            Route("/api/messages", _messages, methods=["POST"]),
            Route("/api/attachments", _take_file, methods=["POST"]),
            Route("/api/files/{id}", _give_file),
            WebSocketRoute("/api/chat", chat_socket),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[
            *_behind(settings.trusted_proxies),
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


def _behind(proxies: tuple[str, ...]) -> list[Middleware]:
    """Without a proxy that is named here, what a request says of where it comes from is not believed."""
    return [Middleware(ProxyHeadersMiddleware, trusted_hosts=list(proxies))] if proxies else []


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
    gateway.board.seen(conversation, message.seen)
    waiting = asyncio.create_task(gateway.board.waiting(conversation))  # beside the reply: it takes no time of its own
    try:
        reply = await gateway.reply(message, conversation, address_of(request))
        notices = await waiting
    finally:
        waiting.cancel()
    told = [{"id": notice.id, "reply": notice.reply.model_dump(mode="json")} for notice in notices]
    return JSONResponse({"session": token, "reply": reply.model_dump(mode="json"), "notices": told})


async def _take_file(request: Request) -> Response:
    gateway: Gateway = request.app.state.gateway
    upload = await read_upload(request, gateway.settings.attachment_bytes)
    token = upload.session or gateway.sessions.new()
    taken = await gateway.attach(upload, gateway.sessions.conversation(token), address_of(request))
    body = taken.model_dump(mode="json")
    file = {name: body.pop(name) for name in ("id", "name", "media_type", "size")}
    return JSONResponse({"session": token, "file": file, **body})


async def _give_file(request: Request) -> Response:
    """The id is long and random: who has it was given it."""
    gateway: Gateway = request.app.state.gateway
    name = request.path_params["id"]
    file = await gateway.inner.file(name) if FILE_ID.match(name) else None
    if file is None:
        raise NoSuchFile()
    return Response(file.content, headers=file_headers(file))


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
