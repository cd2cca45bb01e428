"""The sandbox as a server on 127.0.0.1 that can end a connection without an answer."""

from __future__ import annotations

import socket
from asyncio import Transport
from typing import Any, cast

import structlog
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from actions.database.work import Database
from actions.dossiers.sandbox.app import create_app
from actions.dossiers.sandbox.faults import SEVER
from actions.dossiers.sandbox.province import Province
from actions.dossiers.sandbox.settings import SandboxSettings
from storage.vault import Vault

log = structlog.get_logger(__name__)

HOST = "127.0.0.1"
GRACE = 1  # seconds that requests get to end when the server stops
LONGEST_QUEUE = 128


class _Severable(H11Protocol):
    """Gives the application the means to end the connection, which ASGI has none for."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        served = cast(ASGIApp, self.app)

        async def with_sever(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[SEVER] = transport.abort
            await served(scope, receive, send)

        self.app = cast(Any, with_sever)


def listening(port: int) -> socket.socket:
    """A socket on 127.0.0.1 that takes connections from now on; port 0: any free one. Raises OSError."""
    place = socket.socket()
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        place.bind((HOST, port))
        place.listen(LONGEST_QUEUE)
    except OSError:
        place.close()
        raise
    return place


def make_server(app: ASGIApp) -> uvicorn.Server:
    """A server to be run with a socket: `server.run(sockets=[listening(port)])`."""
    config = uvicorn.Config(
        app,
        http=_Severable,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )
    return uvicorn.Server(config)


def serve(settings: SandboxSettings, vault: Vault) -> None:
    """Runs the sandbox until it is stopped. Raises OSError where the port is in use."""
    place = listening(settings.port)
    database = Database(settings.database)
    try:
        province = Province(database, vault, seed=settings.seed, speed=settings.speed)
        url = f"http://{HOST}:{place.getsockname()[1]}"
        log.warning("sandbox_province", url=url, note="made-up people and dossiers, no real system")
        make_server(create_app(province, settings)).run(sockets=[place])
    finally:
        place.close()
        database.close()
