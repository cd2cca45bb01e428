"""What the gateway asks the action server beside Rasa: files up and down, messages that wait. Loopback, with a token.

POST /inner/notices {"conversations": [...]}, POST /inner/notices/delivered {"ids": [...]}, GET /inner/files/<id>,
PUT /inner/attachments?conversation=...&name=... (the file as body). Described in docs/api.md.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import quote

import structlog
from sanic import Blueprint, HTTPResponse, Request, json, raw
from sanic.exceptions import BadRequest

from actions.assistant import attachments, files, outbox
from actions.submissions.errors import FileRefused, ScannerAway, SubmissionError
from storage.errors import StorageError

log = structlog.get_logger(__name__)
P = ParamSpec("P")
Handler = Callable[Concatenate[Request, P], Coroutine[Any, Any, HTTPResponse]]

MOST_CONVERSATIONS = 5000  # of one request
BAD_REQUEST = {"error": {"code": "S000", "message": "Yêu cầu không đúng dạng."}}
TROUBLE = {"error": {"code": "A101", "message": "Tôi chưa lưu được tệp vì có trục trặc. Anh/chị gửi lại sau ít phút."}}
SCANNER_AWAY = "Lúc này chưa kiểm tra được tệp nên tôi chưa nhận. Anh/chị gửi lại sau ít phút."


def inner_routes(token: str) -> Blueprint:
    """The routes, each for the gateway only, which sends the token."""
    routes = Blueprint("inner", url_prefix="/inner")
    guarded = _guard(token)

    @routes.post("/notices")
    @guarded
    async def notices(request: Request) -> HTTPResponse:
        waiting = await asyncio.to_thread(outbox().pending, _names(request, "conversations"))
        told = [
            {"id": one.id, "conversation": one.conversation, "reply": one.reply.model_dump(mode="json")}
            for one in waiting
        ]
        return json({"notices": told})

    @routes.post("/notices/delivered")
    @guarded
    async def delivered(request: Request) -> HTTPResponse:
        await asyncio.to_thread(outbox().delivered, _names(request, "ids"))
        return json({})

    @routes.get("/files/<number:str>")
    @guarded
    async def file(request: Request, number: str) -> HTTPResponse:
        stored = await asyncio.to_thread(files().fetch, number)
        if stored is None:
            return json({"error": {"code": "S302", "message": "Tệp này không còn."}}, status=404)
        named = {"content-disposition": f"attachment; filename*=UTF-8''{quote(stored.name)}"}
        return raw(stored.content, content_type=stored.media_type, headers=named)

    @routes.put("/attachments")
    @guarded
    async def attachment(request: Request) -> HTTPResponse:
        conversation, name = request.args.get("conversation"), request.args.get("name") or "tep"
        if not conversation:
            return json(BAD_REQUEST, status=400)
        try:
            taken = await asyncio.to_thread(attachments().take, conversation, name, request.body)
        except FileRefused as refused:
            return json({"error": {"code": refused.code, "message": refused.message}}, status=422)
        except ScannerAway as away:
            log.error("scanner_away", error=str(away))
            return json({"error": {"code": away.code, "message": SCANNER_AWAY}}, status=503)
        return json(
            {
                "id": taken.id,
                "name": taken.name,
                "media_type": taken.media_type,
                "size": taken.size,
                "problems": list(taken.problems),
                "codes": list(taken.codes),
            }
        )

    return routes


def _guard(token: str) -> Callable[[Handler[P]], Handler[P]]:
    """Lets a handler answer the gateway, and makes of trouble what a citizen may read."""
    if not token:
        raise ValueError("an empty token would let everybody in")
    wanted = f"Bearer {token}".encode()

    def decorate(handler: Handler[P]) -> Handler[P]:
        @wraps(handler)
        async def guarded(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HTTPResponse:
            if not hmac.compare_digest((request.headers.get("authorization") or "").encode(), wanted):
                return json({"error": {"code": "S000", "message": "unauthorised"}}, status=401)
            try:
                return await handler(request, *args, **kwargs)
            except (BadRequest, ValueError):
                return json(BAD_REQUEST, status=400)
            except (StorageError, SubmissionError) as error:
                log.error("inner_route_failed", error=str(error))
                return json(TROUBLE, status=503)
            except Exception as error:  # the server's own handler would send the request's body back
                log.exception("inner_route_failed", error=type(error).__name__)
                return json(TROUBLE, status=500)

        return guarded

    return decorate


def _names(request: Request, field: str) -> list[str]:
    """A list of names in the body. Raises ValueError."""
    body = request.json
    names = body.get(field) if isinstance(body, dict) else None
    if not isinstance(names, list) or len(names) > MOST_CONVERSATIONS or not all(isinstance(one, str) for one in names):
        raise ValueError(field)
    return names
