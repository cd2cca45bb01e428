"""The gateway's interface as OpenAPI 3.1: served at /openapi.json, kept in docs/gateway-api.json.

`python -m bot.openapi > docs/gateway-api.json` writes it. What stands in the WebSocket's frames is told in docs/api.md.
"""

from __future__ import annotations

import json
import sys
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.messages import MESSAGE_ID, ClientMessage
from bot.metrics import build
from knowledge.reply import Reply

JSON = "application/json"
CHANNELS = ("telegram", "zalo-oa", "zalo-bot")
# No part of the description: pages and their files, and the socket, which OpenAPI cannot describe.
PAGES = ("/", "/widget.js", "/favicon.svg", "/static", "/api/chat")


class ErrorOut(BaseModel):
    """What went wrong. code: stable (docs/errors.md). message: Vietnamese, may be shown to the citizen."""

    code: str = Field(pattern=r"^[A-Z]\d{3}$")
    message: str


class Problem(BaseModel):
    """The body of every refusal."""

    model_config = ConfigDict(extra="forbid")

    error: ErrorOut


class NoticeOut(BaseModel):
    """Something to tell that nobody asked. id: to be sent back as seen."""

    id: str
    reply: Reply


class Answer(BaseModel):
    """session: to be sent with the next message; treat it like a password."""

    session: str
    reply: Reply
    notices: list[NoticeOut]


class FileOut(BaseModel):
    """A file that was taken. size: bytes."""

    id: str
    name: str
    media_type: str
    size: int


class TakenOut(BaseModel):
    """problems: sentences for the citizen. codes: of dossiers, read in pictures."""

    session: str
    file: FileOut
    problems: list[str]
    codes: list[str]


class Alive(BaseModel):
    """The process runs."""

    status: str


class Ready(BaseModel):
    """ready: whether a question can be answered. checks: what was looked at, by name."""

    ready: bool
    checks: dict[str, bool]


class Stored(BaseModel):
    """What the channel brought is kept; nobody needs to send it again."""

    ok: bool


MODELS = (ClientMessage, Problem, Answer, TakenOut, Alive, Ready, Stored)
WHY = {
    400: "Not of this form, or empty.",
    401: "The session, the signature or the token is not good.",
    404: "There is none, or none any more.",
    408: "The body did not come in time.",
    413: "Too large.",
    415: "A body of another media type, or a compressed one.",
    422: "The file cannot be taken; the message says why.",
    429: "Too many in a short time; Retry-After says for how many seconds.",
    502: "The assistant answered with nothing.",
    503: "The assistant, or what it needs, is away; send it again later.",
}


@lru_cache
def description() -> dict[str, Any]:
    """The whole description."""
    _, shared = models_json_schema(
        [(model, "validation" if model is ClientMessage else "serialization") for model in MODELS],
        ref_template="#/components/schemas/{model}",
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "The gateway of motcua",
            "description": "What a page, a channel's service and an operator ask of the gateway. Guide: docs/api.md.",
            "version": build()["version"],
        },
        "paths": {
            "/api/messages": {"post": _messages()},
            "/api/attachments": {"post": _attachments()},
            "/api/files/{id}": {"get": _files()},
            "/channels/{name}": {"post": _channel()},
            "/healthz": {"get": _alive()},
            "/readyz": {"get": _ready()},
            "/metrics": {"get": _metrics()},
            "/openapi.json": {"get": _itself()},
        },
        "components": {
            "schemas": dict(sorted(shared["$defs"].items())),
            "securitySchemes": {"operator": {"type": "http", "scheme": "bearer"}},
        },
    }


def written() -> str:
    """The description as docs/gateway-api.json holds it."""
    return json.dumps(description(), ensure_ascii=False, indent=2) + "\n"


def openapi_route(path: str = "/openapi.json") -> Route:
    """GET /openapi.json."""

    async def tell(request: Request) -> Response:
        return JSONResponse(description(), headers={"cache-control": "max-age=300"})

    return Route(path, tell)


def _messages() -> dict[str, Any]:
    return {
        "operationId": "ask",
        "summary": "One message, one reply.",
        "requestBody": {"required": True, "content": {JSON: {"schema": _schema(ClientMessage)}}},
        "responses": {**_gives(Answer), **_refuses(400, 401, 408, 413, 415, 429, 502, 503)},
    }


def _attachments() -> dict[str, Any]:
    fields = {
        "file": {"type": "string", "contentMediaType": "application/octet-stream"},
        "session": {"type": "string", "description": "as it was given; without one a conversation begins"},
        "id": {"type": "string", "pattern": f"^{MESSAGE_ID}$", "description": "the client's own name for the file"},
    }
    form = {"type": "object", "properties": fields, "required": ["file"], "additionalProperties": False}
    return {
        "operationId": "attach",
        "summary": "Takes a photo or a PDF of the citizen's.",
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}},
        "responses": {**_gives(TakenOut), **_refuses(400, 401, 408, 413, 415, 422, 429, 503)},
    }


def _files() -> dict[str, Any]:
    pattern = "^[A-Za-z0-9_-]{16,64}$"
    number = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": pattern}}
    content = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
    return {
        "operationId": "file",
        "summary": "A picture or paper of a reply. Who knows the id was given it.",
        "parameters": [number],
        "responses": {
            "200": {"description": "Its content.", "content": {"*/*": content}},
            **_refuses(400, 404, 503),
        },
    }


def _channel() -> dict[str, Any]:
    name = {"name": "name", "in": "path", "required": True, "schema": {"type": "string", "enum": list(CHANNELS)}}
    refused = _refuses(400, 401, 408, 413, 415, 503)
    unknown = {"description": "This gateway does not serve this channel.", "content": {"text/plain": {"schema": {}}}}
    return {
        "operationId": "webhook",
        "summary": "What a channel's service brings. It is stored before it is answered, and served afterwards.",
        "description": "Each service signs its calls in its own way: docs/telegram.md, docs/zalo.md, docs/zalo-bot.md.",
        "parameters": [name],
        "requestBody": {"required": True, "content": {JSON: {"schema": {"type": "object"}}}},
        "responses": {**_gives(Stored), **refused, "404": unknown},
    }


def _alive() -> dict[str, Any]:
    return {
        "operationId": "alive",
        "summary": "Whether the process runs. Looks at nothing else.",
        "responses": {**_gives(Alive), **_refuses(400)},
    }


def _ready() -> dict[str, Any]:
    only = {
        "name": "only",
        "in": "query",
        "description": "names of checks, separated by commas; then all of them are needed",
        "schema": {"type": "string"},
    }
    return {
        "operationId": "ready",
        "summary": "Whether a question can be answered.",
        "parameters": [only],
        "responses": {
            **_gives(Ready),
            **_refuses(400),
            "503": {"description": "Something that is needed is away.", "content": {JSON: {"schema": _schema(Ready)}}},
        },
    }


def _metrics() -> dict[str, Any]:
    text = {"content": {"text/plain": {"schema": {"type": "string"}}}}
    return {
        "operationId": "metrics",
        "summary": "Numbers for Prometheus, for this machine or with a token.",
        "security": [{"operator": []}, {}],
        "responses": {
            "200": {"description": "In the text format of Prometheus.", **text},
            "401": {"description": WHY[401], **text},
            "503": {"description": "The queues could not be counted in time.", **text},
            **_refuses(400),
        },
    }


def _itself() -> dict[str, Any]:
    return {
        "operationId": "openapi",
        "summary": "This description.",
        "responses": {"200": {"description": "It.", "content": {JSON: {"schema": {}}}}, **_refuses(400)},
    }


def _gives(model: type[BaseModel]) -> dict[str, Any]:
    return {"200": {"description": (model.__doc__ or "").strip(), "content": {JSON: {"schema": _schema(model)}}}}


def _refuses(*statuses: int) -> dict[str, Any]:
    return {
        str(status): {"description": WHY[status], "content": {JSON: {"schema": _schema(Problem)}}}
        for status in statuses
    }


def _schema(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


if __name__ == "__main__":
    sys.stdout.write(written())
