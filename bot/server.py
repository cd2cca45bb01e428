"""The routes: page, widget, messages, files, health."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bot.addresses import address_of
from bot.bodies import Bodies, check_json, read_json, rules
from bot.errors import GatewayError, NoSuchFile, NotStored
from bot.files import file_headers, read_upload
from bot.gateway import Gateway
from bot.headers import SecurityHeaders
from bot.messages import read_message
from bot.metrics import WEB, RequestMetrics, metrics_route
from bot.openapi import openapi_route
from bot.readiness import ready_route
from bot.request_id import RequestIds
from bot.settings import BotSettings
from bot.socket import chat_socket
from storage.errors import StorageError

STATIC = Path(__file__).resolve().parent / "static"
FILE_ID = re.compile(r"\A[A-Za-z0-9_-]{16,64}\Z")


def create_app(settings: BotSettings | None = None, gateway: Gateway | None = None) -> Starlette:
    """The gateway as an ASGI application. gateway: one that is made already, then the settings are its own."""
    gateway = gateway or Gateway(settings or BotSettings())
    settings = gateway.settings

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        notices = asyncio.create_task(gateway.board.run())
        await gateway.delivery.start()
        yield
        notices.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await notices
        await gateway.delivery.stop()
        await gateway.close()

    app = Starlette(
        routes=[
            Route("/", _page),
            Route("/widget.js", _widget),
            Route("/favicon.svg", _favicon),
            Route("/healthz", _alive),
            ready_route(gateway.readiness),
            metrics_route(gateway.metrics, settings.metrics_token.get_secret_value()),
            openapi_route(),
            Route("/api/messages", _messages, methods=["POST"]),
            Route("/api/attachments", _take_file, methods=["POST"]),
            Route("/api/files/{id}", _give_file),
            Route("/channels/{name}", _channel, methods=["POST"]),
            WebSocketRoute("/api/chat", chat_socket),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[
            *_behind(settings.trusted_proxies),
            Middleware(RequestIds),
            Middleware(RequestMetrics, metrics=gateway.metrics),
            Middleware(SecurityHeaders),
            Middleware(
                CORSMiddleware,
                allow_origins=list(settings.allowed_origins),
                allow_methods=["POST"],
                allow_headers=["content-type"],
                expose_headers=["retry-after"],
            ),
            Middleware(GZipMiddleware, minimum_size=1024),
            Middleware(Bodies, rules=rules(settings.attachment_bytes)),
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


async def _messages(request: Request) -> Response:
    gateway: Gateway = request.app.state.gateway
    message = read_message(read_json(await request.body()), gateway.settings.message_length)
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


async def _channel(request: Request) -> Response:
    """A call of a channel's webhook: checked, stored, acknowledged; everything else comes after."""
    gateway: Gateway = request.app.state.gateway
    channel = gateway.delivery.channels.get(request.path_params["name"])
    if channel is None:
        raise HTTPException(404)
    body = await request.body()
    try:
        check_json(body)
        arrived = channel.receive(request.headers, body)
    except GatewayError:
        gateway.metrics.update(channel.name, "refused")
        raise
    try:
        await gateway.delivery.take(channel, arrived)
    except StorageError as error:  # not acknowledged, so the service sends it again
        raise NotStored() from error
    gateway.metrics.update(channel.name, "stored" if arrived else "ignored")
    return JSONResponse({"ok": True})


async def _error(request: Request, error: Exception) -> Response:
    assert isinstance(error, GatewayError)
    gateway: Gateway = request.app.state.gateway
    name = request.path_params.get("name", WEB)  # the channel of a webhook
    gateway.metrics.error(error.code, error.status, name if name in gateway.delivery.channels else WEB)
    headers = {"retry-after": str(error.retry_after)} if error.retry_after else None
    return JSONResponse(error.as_json(), status_code=error.status, headers=headers)
