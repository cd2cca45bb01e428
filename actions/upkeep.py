"""Routes of the action server for those who keep it up: GET /metrics and GET /ready. Described in keeping-it-up.md."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
from collections.abc import Callable, Mapping

import structlog
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from sanic import Blueprint, HTTPResponse, Request, json, raw, text

from actions.logs import begin_request
from actions.metrics import Metrics

HEADER = "x-request-id"  # of the gateway's calls at the inner routes
PATIENCE = 2.0  # seconds for one check
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")

Check = Callable[[], object]  # raises what is wrong; it may take its time

log = structlog.get_logger(__name__)


def upkeep_routes(metrics: Metrics, token: str, checks: Mapping[str, Check]) -> Blueprint:
    """The routes. token: who shows it may read the metrics from anywhere; empty: only this machine may."""
    routes = Blueprint("upkeep")

    @routes.get("/metrics")
    async def tell(request: Request) -> HTTPResponse:
        if not may_read(request, token):
            return text("unauthorised\n", status=401, headers={"www-authenticate": "Bearer"})
        return raw(await metrics.text(), content_type=CONTENT_TYPE_PLAIN_0_0_4)

    @routes.get("/ready")
    async def ready(request: Request) -> HTTPResponse:
        answers = await asyncio.gather(*(_holds(name, check) for name, check in checks.items()))
        told = dict(zip(checks, answers, strict=True))
        return json({"ready": all(answers), "checks": told}, status=200 if all(answers) else 503)

    return routes


async def begin(request: Request) -> None:
    """Middleware of Sanic: whatever is logged for a request tells its id; /webhook has it in the message instead."""
    begin_request(request.headers.get(HEADER))


def may_read(request: Request, token: str) -> bool:
    """Whether a request shows the token, or comes from this machine without a proxy between."""
    given = request.headers.get("authorization") or ""
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    return _is_loopback(request.ip) and not any(name in request.headers for name in FORWARDED)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _holds(name: str, check: Check) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            await asyncio.to_thread(check)
    except Exception as error:
        log.error("not_ready", check=name, error=type(error).__name__)
        return False
    return True
