"""The WebSocket of the chat page: hello, message, typing, reply, error, notice, seen."""

from __future__ import annotations

import contextlib
import json
from typing import Any
from urllib.parse import urlsplit

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.addresses import address_of
from bot.bodies import read_json
from bot.errors import BadRequest, BadSession, GatewayError
from bot.gateway import Gateway
from bot.messages import read_message
from bot.notices import Page
from bot.request_id import bound

REFUSED = 4403
TOO_LONG = 1009
FRAME_CHARACTERS = 16 * 1024


async def chat_socket(socket: WebSocket) -> None:
    """Serves one page until it goes away."""
    gateway: Gateway = socket.app.state.gateway
    if not _allowed(socket, gateway.settings.allowed_origins):
        await socket.close(REFUSED)
        return
    await socket.accept()
    with contextlib.suppress(WebSocketDisconnect):
        token = await _hello(socket, gateway)
        page = Page(gateway.sessions.conversation(token), socket.send_json)
        gateway.board.add(page)
        gateway.metrics.page(1)
        try:
            while True:
                await _serve(socket, gateway, page)
        finally:
            gateway.board.remove(page)
            gateway.metrics.page(-1)


async def _hello(socket: WebSocket, gateway: Gateway) -> str:
    """The page's session: the one it brings, if it is good, else a new one."""
    frame = await _frame(socket)
    token = frame.get("session")
    try:
        if not isinstance(token, str):
            raise BadSession()
        gateway.sessions.conversation(token)
    except BadSession:
        token = gateway.sessions.new()
    largest = gateway.settings.attachment_bytes
    await socket.send_json({"type": "session", "session": token, "attachment_bytes": largest})
    return token


async def _serve(socket: WebSocket, gateway: Gateway, page: Page) -> None:
    frame = await _frame(socket)
    name = frame.get("id") if isinstance(frame.get("id"), str) else None
    if frame.get("type") == "seen" and name is not None:
        gateway.board.seen(page.conversation, [name])
    else:
        with bound():
            await _serve_message(socket, gateway, page.conversation, frame)


async def _serve_message(socket: WebSocket, gateway: Gateway, conversation: str, frame: dict[str, Any]) -> None:
    name = frame.get("id") if isinstance(frame.get("id"), str) else None
    try:
        if frame.get("type") != "message":
            raise BadRequest()
        message = read_message(
            {key: frame[key] for key in ("id", "text", "payload", "location") if frame.get(key) is not None},
            gateway.settings.message_length,
        )
        await socket.send_json({"type": "typing", "id": name})
        reply = await gateway.reply(message, conversation, address_of(socket))
        await socket.send_json({"type": "reply", "id": name, "reply": reply.model_dump(mode="json")})
    except GatewayError as error:
        gateway.metrics.error(error.code, error.status)
        await socket.send_json({"type": "error", "id": name, **error.as_json()})


async def _frame(socket: WebSocket) -> dict[str, Any]:
    """The next frame; what is no JSON object counts as an empty one."""
    received = await socket.receive()
    if received["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(received["code"])
    text = received.get("text") or ""
    if len(text) > FRAME_CHARACTERS:
        await socket.close(TOO_LONG)
        raise WebSocketDisconnect(TOO_LONG)
    try:
        frame = read_json(text.encode())  # half a character, which could not be sent back, has no UTF-8
        json.dumps(frame, ensure_ascii=False).encode()  # nor has one that was written as an escape
    except (BadRequest, ValueError):
        return {}
    return frame if isinstance(frame, dict) else {}


def _allowed(socket: WebSocket, origins: tuple[str, ...]) -> bool:
    """Whether the page that opens the socket is ours or one that may embed the widget."""
    origin = socket.headers.get("origin")
    if origin is None or origin in origins:
        return True
    return urlsplit(origin).netloc == socket.headers.get("host")
