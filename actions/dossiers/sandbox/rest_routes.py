"""The REST interface that a province's vendor implements, as the sandbox serves it. Guide: docs/dossier-api.md."""

from __future__ import annotations

import asyncio
import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException

from actions.dossiers.errors import DraftRefused, NoSuchDossier, RegisterAway
from actions.dossiers.rest_api import (
    CODE_PATTERN,
    KEY_PATTERN,
    STATUS_OF_PROBLEM,
    DossierOut,
    DraftIn,
    DraftOut,
    Health,
    Problem,
    ProblemCode,
)
from actions.dossiers.sandbox.province import Province
from storage.errors import DatabaseUnavailable

VERSION = "1.0.0"
BASE = "/rest/v1"
RETRY_AFTER = "5"  # seconds
DESCRIPTION = """\
What the assistant motcua asks of a province's system: the state of one dossier, and drafts of new ones.

A vendor implements these three routes; everything else stays as it is. All bodies are JSON in UTF-8, all times
RFC 3339 with their offset, all money whole dong. Both sides ignore fields that they do not know. The guide, with
example exchanges, is docs/dossier-api.md.
"""

bearer = HTTPBearer(auto_error=False, description="A token that the province gives to the assistant, in every request.")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


class _Whatever(Convertor[str]):
    """Takes slashes and line ends too: such a code or key is refused like every other wrong one, not a 404."""

    regex = "(?s:.+)"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("whatever", _Whatever())


class Refused(Exception):
    """A request that is answered with a Problem."""

    def __init__(self, code: ProblemCode, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(code=code, message=message)


def _responses(*codes: ProblemCode) -> dict[int | str, dict[str, Any]]:
    """What the OpenAPI says of errors. Each has the same body."""
    return {STATUS_OF_PROBLEM[code]: _response(code) for code in codes}


def _response(code: ProblemCode) -> dict[str, Any]:
    example = {"code": code.value, "message": EXAMPLES[code]}
    told: dict[str, Any] = {
        "model": Problem,
        "description": MEANINGS[code],
        "content": {"application/json": {"example": example}},
    }
    if code in (ProblemCode.TOO_MANY, ProblemCode.AWAY):
        told["headers"] = {
            "Retry-After": {
                "description": "After how many seconds to try again",
                "schema": {"type": "integer", "minimum": 0},
            }
        }
    return told


MEANINGS = {
    ProblemCode.UNAUTHORISED: "The token is missing or wrong.",
    ProblemCode.NO_SUCH_DOSSIER: "There is no dossier of this code. Also the answer for codes of other provinces.",
    ProblemCode.INVALID: "The request is not of the form that is described here; the message names the field.",
    ProblemCode.DRAFT_REFUSED: "The system takes no such draft. The message says why, in Vietnamese, for the citizen.",
    ProblemCode.DRAFTS_NOT_TAKEN: "The system takes no drafts at all; the citizen then gets the filled-in paper form.",
    ProblemCode.TOO_MANY: "Too many requests.",
    ProblemCode.AWAY: "The system cannot answer now.",
}
EXAMPLES = {
    ProblemCode.UNAUTHORISED: "The token is missing or wrong.",
    ProblemCode.NO_SUCH_DOSSIER: "There is no dossier of this code.",
    ProblemCode.INVALID: "answers: field required",
    ProblemCode.DRAFT_REFUSED: "Thủ tục này chưa nhận hồ sơ trực tuyến.",
    ProblemCode.DRAFTS_NOT_TAKEN: "This system takes no drafts.",
    ProblemCode.TOO_MANY: "Too many requests.",
    ProblemCode.AWAY: "The system is being maintained.",
}
ALWAYS = (ProblemCode.UNAUTHORISED, ProblemCode.INVALID, ProblemCode.TOO_MANY, ProblemCode.AWAY)


async def _authorised(request: Request, credentials: Credentials) -> None:
    token: str = request.app.state.token
    sent = credentials.credentials if credentials else ""
    if not hmac.compare_digest(sent.encode(), token.encode()):
        raise Refused(ProblemCode.UNAUTHORISED, MEANINGS[ProblemCode.UNAUTHORISED])


health_routes = APIRouter(tags=["health"])
routes = APIRouter(dependencies=[Depends(_authorised)])


@health_routes.get(
    "/health",
    summary="Whether the system is there",
    responses=_responses(ProblemCode.TOO_MANY, ProblemCode.AWAY),
)
async def health() -> Health:
    """Asked without a token, every few minutes and after an outage. It may be answered without looking at anything."""
    return Health()


@routes.get(
    "/dossiers/{code:whatever}",
    tags=["dossiers"],
    summary="The state of a dossier",
    responses=_responses(*ALWAYS, ProblemCode.NO_SUCH_DOSSIER),
)
async def read_dossier(
    request: Request,
    code: Annotated[str, Path(pattern=CODE_PATTERN, description="As on the receipt, upper case, ASCII hyphens")],
) -> DossierOut:
    """The dossier with its steps, what it waits for, and its `proofs`.

    The assistant compares the proofs with what the citizen tells before it shows anything, and shows them to nobody.
    Where the applicant is not known by a proof, send null. A dossier that came to another system of the same province
    may be answered too.
    """
    province: Province = request.app.state.province
    try:
        found = await asyncio.to_thread(province.find, code)
    except NoSuchDossier as error:
        raise Refused(ProblemCode.NO_SUCH_DOSSIER, MEANINGS[ProblemCode.NO_SUCH_DOSSIER]) from error
    return DossierOut.of(found)


@routes.put(
    "/drafts/{key:whatever}",
    tags=["drafts"],
    summary="Make a draft",
    status_code=201,
    response_description="The draft was made now",
    responses={
        200: {
            "model": DraftOut,
            "description": "A draft of this key was there already; the same body as the first time",
        },
        **_responses(*ALWAYS, ProblemCode.DRAFT_REFUSED, ProblemCode.DRAFTS_NOT_TAKEN),
    },
)
async def make_draft(
    request: Request,
    response: Response,
    key: Annotated[str, Path(pattern=KEY_PATTERN, description="The same for every attempt at the same submission")],
    draft: DraftIn,
) -> DraftOut:
    """A draft that the applicant finishes on `page`, logged in with VNeID; until then nothing has been handed in.

    Idempotent: however often a key comes, in parallel or after a lost answer, there is one draft, and every answer has
    its code. A later body of the same key changes nothing.
    """
    province: Province = request.app.state.province
    try:
        made, new = await asyncio.to_thread(province.take, draft.request(key))
    except DraftRefused as error:
        raise Refused(ProblemCode.DRAFT_REFUSED, str(error.args[0])) from error
    response.status_code = 201 if new else 200
    page = f"{request.url.scheme}://{request.url.netloc}/portal/drafts/{made.code}"
    return DraftOut.of(made.model_copy(update={"page": page}))


def rest_app(province: Province | None, token: str) -> FastAPI:
    """The application, to be mounted at BASE. province: None only where its description is all that is wanted."""
    app = FastAPI(
        title="Dossiers of a province, for motcua",
        version=VERSION,
        description=DESCRIPTION,
        servers=[{"url": BASE}],
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_name_of_route,
        root_path_in_servers=False,
    )
    app.state.province, app.state.token = province, token
    app.include_router(health_routes)
    app.include_router(routes)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(RegisterAway, _away)
    app.add_exception_handler(DatabaseUnavailable, _away)
    app.add_exception_handler(HTTPException, _other)
    return app


def _name_of_route(route: APIRoute) -> str:
    return route.name


def _problem(problem: Problem, status: int, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(problem.model_dump(mode="json"), status_code=status, headers=headers)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)
    unauthorised = error.problem.code is ProblemCode.UNAUTHORISED
    headers = {"www-authenticate": "Bearer"} if unauthorised else None
    return _problem(error.problem, STATUS_OF_PROBLEM[error.problem.code], headers)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    """Names the first field that is wrong, never what stood in it."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"][1:3])
    message = f"{place}: {first['msg']}".encode("utf-8", "replace").decode()
    return _problem(Problem(code=ProblemCode.INVALID, message=message[:500]), 422)


async def _away(request: Request, error: Exception) -> JSONResponse:
    problem = Problem(code=ProblemCode.AWAY, message=MEANINGS[ProblemCode.AWAY])
    return _problem(problem, 503, {"retry-after": RETRY_AFTER})


async def _other(request: Request, error: Exception) -> JSONResponse:
    """What the framework refuses by itself: a body that is no JSON, an address or a method that is not there."""
    assert isinstance(error, HTTPException)
    missing = error.status_code == 404
    code = ProblemCode.NO_SUCH_DOSSIER if missing else ProblemCode.INVALID
    status = 422 if error.status_code == 400 else error.status_code
    return _problem(Problem(code=code, message=str(error.detail)), status, dict(error.headers or {}))
