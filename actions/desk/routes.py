"""The desk's API on the action server, for programs of the officers. Loopback only, with a token."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Coroutine
from enum import StrEnum
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import structlog
from sanic import Blueprint, HTTPResponse, Request, json
from sanic.exceptions import BadRequest, PayloadTooLarge

from actions.desk.desk import Desk
from actions.desk.entries import HandOver, ReviewStatus, Status
from actions.desk.errors import DeskError, RequestRefused, WrongToken

log = structlog.get_logger(__name__)
P = ParamSpec("P")
S = TypeVar("S", bound=StrEnum)
Handler = Callable[Concatenate[Request, P], Coroutine[Any, Any, HTTPResponse]]


def desk_routes(desk: Desk, token: str) -> Blueprint:
    """The routes, each for those only who send the token."""
    if not token:
        raise ValueError("an empty token would let everybody in")
    routes = Blueprint("desk", url_prefix="/desk")
    guarded = _guard(token)

    @routes.get("/hand-overs")
    @guarded
    async def listed(request: Request) -> HTTPResponse:
        states = _states(request, Status)
        found = await asyncio.to_thread(desk.hand_overs, *states)
        return json({"hand_overs": [_shown(one) for one in found]})

    @routes.get("/hand-overs/<number:str>")
    @guarded
    async def one(request: Request, number: str) -> HTTPResponse:
        found = await asyncio.to_thread(desk.find, number)
        return json(_shown(found, contact=request.args.get("contact") == "1"))

    @routes.post("/hand-overs/<number:str>/take")
    @guarded
    async def take(request: Request, number: str) -> HTTPResponse:
        return json(_shown(await asyncio.to_thread(desk.take, number, _field(request, "who"))))

    @routes.post("/hand-overs/<number:str>/close")
    @guarded
    async def close(request: Request, number: str) -> HTTPResponse:
        note = _field(request, "note", needed=False)
        return json(_shown(await asyncio.to_thread(desk.close, number, note)))

    @routes.get("/review")
    @guarded
    async def review(request: Request) -> HTTPResponse:
        found = await asyncio.to_thread(desk.review_list, *_states(request, ReviewStatus))
        return json({"review": [entry.model_dump(mode="json") for entry in found]})

    return routes


def _guard(token: str) -> Callable[[Handler[P]], Handler[P]]:
    """Lets a handler answer those who send the token, and makes of its errors what clients get."""

    def decorate(handler: Handler[P]) -> Handler[P]:
        @wraps(handler)
        async def guarded(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HTTPResponse:
            try:
                _check_token(request, token)
                return await handler(request, *args, **kwargs)
            except DeskError as error:
                return json(error.as_json(), status=error.status)
            except Exception as error:  # the server's own handler would send the request's body back
                log.exception("desk_route_failed", error=type(error).__name__)
                return json(DeskError("Something went wrong; the log of the actions says what.").as_json(), status=500)

        return guarded

    return decorate


def _check_token(request: Request, token: str) -> None:
    kind, _, sent = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not hmac.compare_digest(sent.strip().encode(), token.encode()):
        raise WrongToken("The token is missing or wrong.")


def _states(request: Request, of: type[S]) -> list[S]:
    """The states that ?status= names; "all" for any, none where it is not given."""
    words = [word for value in request.args.getlist("status", []) for word in value.split(",")]
    if "all" in words:
        return list(of)
    try:
        return [of(word) for word in words]
    except ValueError as error:
        raise RequestRefused(f"status is one of {', '.join([*of, 'all'])}.") from error


def _field(request: Request, name: str, *, needed: bool = True) -> str:
    """A text field of the JSON body."""
    try:
        body = request.json
    except (BadRequest, PayloadTooLarge) as error:
        raise RequestRefused("The body is no JSON.") from error
    value = (body or {}).get(name, "") if isinstance(body or {}, dict) else None
    if not isinstance(value, str) or (needed and not value.strip()):
        raise RequestRefused(f"The body is a JSON object with the text field {name!r}.")
    return value


def _shown(found: HandOver, *, contact: bool = False) -> dict[str, Any]:
    """A hand-over as JSON; how to reach the citizen only where it was asked for."""
    return found.model_dump(mode="json", exclude=set() if contact else {"contact"})
