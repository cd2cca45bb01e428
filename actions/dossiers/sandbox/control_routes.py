"""/sandbox: how tests and people make the sandbox do what they need. Never faulty, open to all on this machine."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from actions.dossiers.dossier import Dossier, Status
from actions.dossiers.sandbox.faults import Faults
from actions.dossiers.sandbox.province import Planned, Province
from actions.dossiers.sandbox.scripts import SCRIPTS
from actions.dossiers.sandbox.settings import FASTEST

LONGEST_JUMP = 24 * 366  # hours


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _a_script(name: str) -> str:
    if name not in SCRIPTS:
        raise ValueError(f"one of {', '.join(SCRIPTS)}")
    return name


class TimeShown(_Model):
    """The sandbox's time, and how many times as fast as ours it runs."""

    now: datetime
    speed: float


class Speed(_Model):
    """How fast the sandbox's time shall run; 0: it stands still."""

    speed: float = Field(ge=0, le=FASTEST)


class Jump(_Model):
    """How far the sandbox's time is set forward."""

    hours: float = Field(gt=0, le=LONGEST_JUMP)


class Begin(_Model):
    """A new dossier. procedure: the script's own if none is named."""

    script: Annotated[str, AfterValidator(_a_script)] = "ordinary"
    procedure: str | None = Field(default=None, max_length=40)


class PutInto(_Model):
    """The status that a dossier shall have."""

    status: Status


class Listed(_Model):
    """A dossier with its proofs: it is nobody's. next: what happens to it next; due: when, in the sandbox's time."""

    code: str
    procedure: str | None
    procedure_name: str
    status: Status | None
    status_name: str
    owner: str
    secret: str | None
    phone: str | None
    identity_number: str | None
    script: str
    next: str | None
    due: datetime | None

    @classmethod
    def of(cls, planned: Planned) -> Listed:
        """As it is shown."""
        dossier = planned.dossier
        return cls(
            code=dossier.code,
            procedure=dossier.procedure,
            procedure_name=dossier.procedure_name,
            status=dossier.status,
            status_name=dossier.status_name,
            owner=dossier.owner,
            secret=_open(dossier.proofs.secret),
            phone=_open(dossier.proofs.phone),
            identity_number=_open(dossier.proofs.identity_number),
            script=planned.script,
            next=planned.beat.name if planned.beat else None,
            due=planned.due,
        )


def _open(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


routes = APIRouter(prefix="/sandbox", tags=["sandbox"])


def _province(request: Request) -> Province:
    province: Province = request.app.state.province
    return province


def _time(province: Province) -> TimeShown:
    return TimeShown(now=province.clock(), speed=province.clock.speed)


async def _listed(province: Province, dossier: Dossier) -> Listed:
    return Listed.of(await asyncio.to_thread(province.planned, dossier.code))


@routes.get("/clock")
async def read_clock(request: Request) -> TimeShown:
    """The sandbox's time."""
    return _time(_province(request))


@routes.put("/clock")
async def set_speed(request: Request, speed: Speed) -> TimeShown:
    """Changes how fast it runs."""
    province = _province(request)
    await asyncio.to_thread(province.run_at, speed.speed)
    return _time(province)


@routes.post("/clock/jump")
async def jump(request: Request, jump: Jump) -> TimeShown:
    """Sets it forward; what should have happened by then has happened when this answers."""
    province = _province(request)
    await asyncio.to_thread(province.jump, jump.hours)
    return _time(province)


@routes.get("/dossiers")
async def dossiers(request: Request) -> list[Listed]:
    """All dossiers, the ones that changed last first."""
    return [Listed.of(one) for one in await asyncio.to_thread(_province(request).all)]


@routes.post("/dossiers", status_code=201)
async def begin(request: Request, begin: Begin) -> Listed:
    """A new dossier of somebody made up."""
    province = _province(request)
    return await _listed(province, await asyncio.to_thread(province.begin, begin.script, begin.procedure))


@routes.get("/dossiers/{code}")
async def dossier(request: Request, code: str) -> Listed:
    """One dossier."""
    return Listed.of(await asyncio.to_thread(_province(request).planned, code))


@routes.post("/dossiers/{code}/next")
async def next_beat(request: Request, code: str) -> Listed:
    """Lets the next thing happen to it at once; 409 where there is none."""
    province = _province(request)
    return await _listed(province, await asyncio.to_thread(province.next, code))


@routes.post("/dossiers/{code}/status")
async def put_into(request: Request, code: str, into: PutInto) -> Listed:
    """Puts it into a status, with what belongs to it."""
    province = _province(request)
    return await _listed(province, await asyncio.to_thread(province.put_into, code, into.status))


@routes.get("/faults")
async def read_faults(request: Request) -> Faults:
    """What goes wrong now."""
    return _province(request).faults


@routes.put("/faults")
async def set_faults(request: Request, faults: Faults) -> Faults:
    """What goes wrong from now on; what is not named goes well."""
    _province(request).faults = faults
    return faults


@routes.post("/reset", status_code=204)
async def reset(request: Request) -> None:
    """Everything as at the first start."""
    await asyncio.to_thread(_province(request).reset)
