"""`python -m actions`: the action server, on loopback; `desk` and `review` are for officers and reviewers."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Annotated, Any

import typer

from actions.desk.commands import app as desk_commands
from actions.desk.review_commands import app as review_commands

if TYPE_CHECKING:
    from sanic import Sanic

    from actions.desk.desk import Desk
    from actions.desk.settings import DeskSettings

A_DAY = 86400.0  # seconds
WITH_ACTIONS = ("answering", "feedback", "guiding", "handing_over", "placing", "surveying")

app = typer.Typer(add_completion=False, help="The action server of motcua; without a command it serves.")
app.add_typer(desk_commands, name="desk")
app.add_typer(review_commands, name="review")


@app.callback(invoke_without_command=True)
def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 5055,
) -> None:
    """Loads the library, then serves until it is stopped."""
    if context.invoked_subcommand is not None:
        return
    from rasa_sdk.endpoint import create_app
    from rasa_sdk.executor import ActionExecutor

    from actions.assistant import desk, library
    from actions.desk.settings import desk_settings

    library()
    executor = ActionExecutor()
    for module in WITH_ACTIONS:
        executor.register_package(f"actions.{module}")
    server = create_app(executor)
    add_desk(server, desk(), desk_settings())
    server.run(host="127.0.0.1", port=port, single_process=True, access_log=False, motd=False)


def add_desk(server: Sanic[Any, Any], desk: Desk, settings: DeskSettings) -> None:
    """Adds the desk's API, if there is a token for it, and lets the desk forget once a day."""
    from actions.desk.routes import desk_routes

    token = settings.desk_token.get_secret_value()
    if token:
        server.blueprint(desk_routes(desk, token))

    async def start_forgetting(running: Sanic[Any, Any]) -> None:
        running.ctx.forgetting = asyncio.create_task(_forget_daily(desk))

    async def stop_forgetting(running: Sanic[Any, Any]) -> None:
        running.ctx.forgetting.cancel()

    server.register_listener(start_forgetting, "after_server_start")
    server.register_listener(stop_forgetting, "before_server_stop")


async def _forget_daily(desk: Desk) -> None:
    """Deletes what is older than it may be kept. A database that cannot be used is logged, and tried the next day."""
    from actions.desk.errors import DeskError

    while True:
        with contextlib.suppress(DeskError):  # the desk has logged it
            await asyncio.to_thread(desk.forget)
        await asyncio.sleep(A_DAY)


if __name__ == "__main__":
    app()
