"""`python -m actions`: the action server, on loopback; `desk` and `review` are for officers and reviewers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from actions.desk.commands import app as desk_commands
from actions.desk.review_commands import app as review_commands

if TYPE_CHECKING:
    from sanic import Sanic

    from actions.desk.desk import Desk
    from actions.desk.settings import DeskSettings
    from actions.metrics import Metrics

LARGEST_REQUEST = 24 * 1024 * 1024  # bytes: an attachment, or Rasa with the whole of a conversation
WITH_ACTIONS = (
    "agreeing", "answering", "asking_status", "feedback", "following_up", "guiding", "handing_over", "personal_data",
    "placing", "receiving", "resuming", "submitting", "surveying",
)  # fmt: skip

app = typer.Typer(add_completion=False, help="The action server of motcua; without a command it serves.")
app.add_typer(desk_commands, name="desk")
app.add_typer(review_commands, name="review")


@app.callback(invoke_without_command=True)
def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 5055,
    host: Annotated[str, typer.Option(envvar="MOTCUA_ACTIONS_HOST", help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Loads the library, then serves until it is stopped."""
    if context.invoked_subcommand is not None:
        return
    # Before numpy and FAISS are loaded: a search is too small to be shared out, and their idle threads spin, which
    # takes the processor from everybody else (docs/decisions/0003).
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from rasa_sdk.endpoint import create_app

    from actions.assistant import desk, forms, library, register
    from actions.desk.settings import desk_settings
    from actions.logs import set_up_logs
    from actions.metrics import MeasuredExecutor, Metrics

    metrics = Metrics(lambda: register().last_seen)
    set_up_logs(metrics.count_line)
    library(), forms(), register()
    executor = MeasuredExecutor(metrics)
    for module in WITH_ACTIONS:
        executor.register_package(f"actions.{module}")
    server = create_app(executor)
    add_desk(server, desk(), desk_settings())
    add_inner(server)
    add_upkeep(server, metrics)
    server.config.REQUEST_MAX_SIZE = LARGEST_REQUEST
    server.run(host=host, port=port, single_process=True, access_log=False, motd=False)


def add_desk(server: Sanic[Any, Any], desk: Desk, settings: DeskSettings) -> None:
    """Adds the desk's API, if there is a token for it."""
    from actions.desk.routes import desk_routes

    token = settings.desk_token.get_secret_value()
    if token:
        server.blueprint(desk_routes(desk, token))


def add_inner(server: Sanic[Any, Any]) -> None:
    """Adds what the gateway asks for, and the rounds over followed dossiers; once a day everything old is forgotten."""
    from actions.assistant import desk, doorkeeper, personal_data, register, watcher
    from actions.inner import inner_routes
    from actions.inner_token import inner_token
    from actions.watching import schedule
    from actions.watching.settings import watch_settings

    server.blueprint(inner_routes(inner_token()))

    async def start_watching(running: Sanic[Any, Any]) -> None:
        forgetting = (desk().forget, doorkeeper().forget_old, personal_data().forget)
        running.ctx.schedule = schedule.start(watcher(), forgetting, watch_settings())

    async def stop_watching(running: Sanic[Any, Any]) -> None:
        await schedule.stop(running.ctx.schedule)
        await register().close()

    server.register_listener(start_watching, "after_server_start")
    server.register_listener(stop_watching, "before_server_stop")


def add_upkeep(server: Sanic[Any, Any], metrics: Metrics) -> None:
    """Adds the metrics, whether it is ready, and the request id in what is logged."""
    from actions.assistant import database, library
    from actions.metrics import MetricsSettings
    from actions.upkeep import begin, upkeep_routes
    from storage.writable import check_writable

    token = MetricsSettings().metrics_token.get_secret_value()
    checks = {"index": lambda: library().snapshot, "database": lambda: check_writable(database())}
    server.blueprint(upkeep_routes(metrics, token, checks))
    server.register_middleware(begin, "request")


if __name__ == "__main__":
    app()
