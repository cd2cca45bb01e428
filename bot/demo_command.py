"""`python -m bot widget-demo`: the widget on a site that is not ours, to look at and to test.

The site stands on a port of its own, so to the browser it is another origin, and its policy is as strict as a site's
can be. Its pages are in bot/demo; no commune is called like this one.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import typer
import uvicorn
from rich.console import Console
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PAGES = Path(__file__).resolve().parent / "demo"
HOST = "127.0.0.1"
PLACE_OF_ASSISTANT = "{{ASSISTANT}}"
MEDIA_TYPES = {".html": "text/html", ".css": "text/css", ".svg": "image/svg+xml"}
PATIENCE = 5.0  # seconds for an assistant that should be there


def demo_site(assistant: str) -> Starlette:
    """A commune's site that never was, with the widget of this assistant (its origin, like http://127.0.0.1:8000)."""
    names = sorted(path.name for path in PAGES.iterdir() if path.suffix in MEDIA_TYPES)
    pages = {f"/{name}": _page(name, assistant) for name in names}
    pages["/"] = pages["/index.html"]

    async def page(request: Request) -> Response:
        content, media_type = pages[request.url.path]
        headers = {"content-security-policy": policy_for(assistant), "cache-control": "no-store"}
        return Response(content, media_type=media_type, headers=headers)

    return Starlette(routes=[Route(path, page) for path in pages])


def policy_for(assistant: str) -> str:
    """The strictest policy under which the widget does everything."""
    socket = assistant.replace("http", "ws", 1)
    return (
        f"default-src 'none'; script-src {assistant}; connect-src {assistant} {socket}; "
        f"img-src 'self' blob: {assistant}; style-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _page(name: str, assistant: str) -> tuple[str, str]:
    content = (PAGES / name).read_text(encoding="utf-8")
    return content.replace(PLACE_OF_ASSISTANT, assistant), MEDIA_TYPES[Path(name).suffix]


def allows(assistant: str, origin: str) -> bool:
    """Whether an assistant lets a site embed its widget. Raises httpx.HTTPError if it cannot be reached."""
    asking = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    answer = httpx.options(f"{assistant}/api/messages", headers=asking, timeout=PATIENCE)
    return answer.headers.get("access-control-allow-origin") in (origin, "*")


def widget_demo(port: int, url: str | None, screen: Console) -> None:
    """Serves the site until Ctrl-C. url: of an assistant that allows it; without one a gateway of its own is served."""
    origin = f"http://{HOST}:{port}"
    if url is None:
        assistant = f"http://{HOST}:{port + 1}"
        servers = [_server(demo_site(assistant), port), _server(_own_gateway(origin), port + 1)]
    else:
        assistant = _origin_of(url)
        if not allows(assistant, origin):
            screen.print(
                f"{assistant} does not allow {origin}. Start it with MOTCUA_ALLOWED_ORIGINS='[\"{origin}\"]', "
                "or leave --url out.",
                style="red",
                highlight=False,
                soft_wrap=True,
            )
            raise typer.Exit(1)
        servers = [_server(demo_site(assistant), port)]
    screen.print(f"The site: {origin}   the assistant: {assistant}   Ctrl-C ends.", highlight=False, soft_wrap=True)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(servers))


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _own_gateway(origin: str) -> Starlette:
    from bot.server import create_app
    from bot.settings import BotSettings

    settings = BotSettings()
    return create_app(settings.model_copy(update={"allowed_origins": (*settings.allowed_origins, origin)}))


def _server(app: Starlette, port: int) -> uvicorn.Server:
    config = uvicorn.Config(
        app, host=HOST, port=port, log_level="warning", proxy_headers=False, timeout_graceful_shutdown=2
    )
    return uvicorn.Server(config)


async def _serve(servers: Iterable[uvicorn.Server]) -> None:
    """Until all have ended: Ctrl-C reaches each of them in turn."""
    await asyncio.gather(*(server.serve() for server in servers))
