"""The sandbox's page, and the page of its portal on which an applicant finishes a draft. No scripts, forms only.

What dossiers hold was written by others: the templates escape all of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, SecretStr

from actions.dossiers.dossier import Dossier, Status
from actions.dossiers.embedded import StoredDraft
from actions.dossiers.sandbox import catalogue
from actions.dossiers.sandbox.control_routes import LONGEST_JUMP, Begin, Jump, PutInto, Speed
from actions.dossiers.sandbox.faults import Faults
from actions.dossiers.sandbox.province import Province
from actions.dossiers.sandbox.scripts import SCRIPTS
from actions.dossiers.sandbox.settings import FASTEST
from actions.submissions.errors import NoSuchForm
from actions.submissions.form import EForm, Forms, load_forms
from knowledge.working_days import VIETNAM

DIGITS_SHOWN = 4
TICKS = {
    "away": "Báo bận (503)",
    "dead": "Ngắt kết nối, không trả lời",
    "lost": "Làm xong rồi ngắt kết nối",
    "garbage": "Trả lời linh tinh",
    "duplicates": "LGSP gửi lặp",
}
SECURITY = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}

M = TypeVar("M", bound=BaseModel)

routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page made of a template."""
    text = _environment().get_template(template).render({"trouble": "", **values})
    return HTMLResponse(text, status_code=status, headers=SECURITY)


@routes.get("/")
async def overview(request: Request) -> HTMLResponse:
    """All dossiers, the clock and the faults."""
    province = _province(request)
    listed = await asyncio.to_thread(province.all)
    return page(
        "overview.html.j2",
        listed=listed,
        now=province.clock(),
        speed=province.clock.speed,
        faults=province.faults.model_dump(),
        ticks=TICKS,
        scripts=SCRIPTS,
        statuses=list(Status),
        fastest=FASTEST,
        longest_jump=LONGEST_JUMP,
    )


@routes.post("/page/clock")
async def set_speed(request: Request) -> RedirectResponse:
    """How fast time runs."""
    speed = await _form(request, Speed)
    return await _then("", _province(request).run_at, speed.speed)


@routes.post("/page/jump")
async def jump(request: Request) -> RedirectResponse:
    """Time is set forward."""
    jump = await _form(request, Jump)
    return await _then("", _province(request).jump, jump.hours)


@routes.post("/page/faults")
async def set_faults(request: Request) -> RedirectResponse:
    """What goes wrong from now on."""
    _province(request).faults = await _form(request, Faults)
    return _to("")


@routes.post("/page/new")
async def begin(request: Request) -> RedirectResponse:
    """A new dossier."""
    begin = await _form(request, Begin)
    dossier = await asyncio.to_thread(_province(request).begin, begin.script, begin.procedure)
    return _to(dossier.code)


@routes.post("/page/dossiers/{code}/next")
async def next_beat(request: Request, code: str) -> RedirectResponse:
    """The next thing happens."""
    return await _then(code, _province(request).next, code)


@routes.post("/page/dossiers/{code}/status")
async def put_into(request: Request, code: str) -> RedirectResponse:
    """A status by hand."""
    into = await _form(request, PutInto)
    return await _then(code, _province(request).put_into, code, into.status)


@routes.post("/page/reset")
async def reset(request: Request) -> RedirectResponse:
    """Everything as at the first start."""
    return await _then("", _province(request).reset)


@routes.get("/portal/drafts/{code}")
async def draft(request: Request, code: str) -> HTMLResponse:
    """The draft, with what was answered, and the button that hands it in."""
    province = _province(request)
    dossier = await asyncio.to_thread(province.find, code)
    kept = await asyncio.to_thread(province.draft_of, code)
    answers = await asyncio.to_thread(_answers, kept) if kept else []
    files = kept.files if kept else ()
    return page("draft.html.j2", dossier=dossier, answers=answers, files=files, missing=_missing(dossier, kept))


@routes.post("/portal/drafts/{code}/submit")
async def submit(request: Request, code: str) -> RedirectResponse:
    """The applicant hands it in; twice does no harm."""
    await asyncio.to_thread(_province(request).submit, code)
    return RedirectResponse(f"/portal/drafts/{quote(code, safe='')}", status_code=303)


def _province(request: Request) -> Province:
    province: Province = request.app.state.province
    return province


async def _form(request: Request, model: type[M]) -> M:
    """The form's fields, empty ones left out. Raises pydantic.ValidationError."""
    async with request.form(max_files=0, max_fields=50) as form:
        return model.model_validate({name: value for name, value in form.items() if value != ""})


async def _then(code: str, work: Callable[..., object], *with_: object) -> RedirectResponse:
    await asyncio.to_thread(work, *with_)
    return _to(code)


def _to(code: str) -> RedirectResponse:
    """Back to the list, at a dossier."""
    return RedirectResponse(f"/#{quote(code, safe='')}" if code else "/", status_code=303)


def _missing(dossier: Dossier, kept: StoredDraft | None) -> tuple[str, ...]:
    if kept is None or dossier.status is not Status.REGISTERED:
        return ()
    return catalogue.missing_documents(kept.request, [file.document for file in kept.files])


def _answers(kept: StoredDraft) -> list[tuple[str, str]]:
    """The answers by the names that the form has for them; a field that it does not know by its own."""
    answers = kept.request.answers
    try:
        form = _forms().get(kept.request.procedure)
    except NoSuchForm:
        return [(name, str(value)) for name, value in answers.items()]
    known = [(form.title(name), _shown(form, name, answers)) for name in form.fields if name in answers]
    return known + [(name, str(value)) for name, value in answers.items() if name not in form.fields]


def _shown(form: EForm, name: str, answers: Mapping[str, object]) -> str:
    value = str(answers[name])
    return form.question(name).choices.get(value, value)


@lru_cache
def _forms() -> Forms:
    return load_forms()


@lru_cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"moment": _moment, "number": _number, "secret": _secret, "last_digits": _last_digits}
    return environment


def _moment(at: datetime) -> str:
    return at.astimezone(VIETNAM).strftime("%H:%M ngày %d/%m/%Y")


def _number(value: float) -> str:
    """Without a needless ".0"."""
    return f"{value:g}"


def _secret(value: SecretStr | None) -> str:
    return value.get_secret_value() if value else "–"


def _last_digits(value: SecretStr | None) -> str:
    return value.get_secret_value()[-DIGITS_SHOWN:] if value else "–"
