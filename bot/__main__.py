"""`python -m bot`: serve, chat, evaluate."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bot import outbox_commands
from bot.channels import zalo_commands
from bot.pause_commands import add_pause_commands

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The gateway of motcua and what talks to it.")
app.add_typer(outbox_commands.app, name="outbox")
app.add_typer(zalo_commands.app, name="zalo")
add_pause_commands(app)
screen = Console()
errors = Console(stderr=True)

Url = Annotated[str, typer.Option(help="Address of the running assistant.")]
HERE = "http://127.0.0.1:8000"


@app.command()
def serve(port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None) -> None:
    """Serves the chat page, the widget and the API."""
    import uvicorn

    from bot.logs import set_up_logs
    from bot.server import create_app
    from bot.settings import BotSettings

    set_up_logs()
    settings = BotSettings()
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=port or settings.port,
        log_level="warning",
        ws_max_size=64 * 1024,
        proxy_headers=False,  # create_app believes the proxies that the settings name
        timeout_graceful_shutdown=5,
    )


@app.command()
def chat(url: Url = HERE) -> None:
    """The same assistant in the terminal; a number chooses a button, Ctrl-D ends."""
    from bot.terminal import talk

    talk(url, screen)


@app.command("evaluate")
def evaluate_command(
    question_set: Path,
    url: Url = HERE,
    out: Annotated[Path | None, typer.Option(help="Write one JSON line a case here.")] = None,
    json_output: Annotated[bool, typer.Option("--json", help="JSON instead of a table.")] = False,
) -> None:
    """Holds every case of a set as a conversation and judges the last reply."""
    from bot.client import connect
    from bot.evaluate import hold, rows
    from knowledge.questions import read_questions

    questions = read_questions(question_set)
    with connect(url) as client:
        held = list(track(hold(client, questions), "talking", len(questions), console=errors, disable=json_output))
    if out:
        lines = (json.dumps(item.as_json(), ensure_ascii=False) for item in held)
        out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    found = rows(held)
    if json_output:
        print(json.dumps([asdict(row) | {"share": row.right.value} for row in found], ensure_ascii=False, indent=1))
        return
    table = Table("", "cases", "right", "ms median", "p95")
    for row in found:
        table.add_row(row.name, str(row.right.whole), str(row.right), f"{row.ms_median:.0f}", f"{row.ms_p95:.0f}")
    screen.print(table)


@app.command("widget-demo")
def widget_demo_command(
    port: Annotated[int, typer.Option(help="Port of the site.")] = 8010,
    url: Annotated[str | None, typer.Option(help="Address of an assistant that allows the site.")] = None,
) -> None:
    """Shows the widget on a page that looks like a commune's site, on an origin of its own.

    Without --url it serves a gateway of its own, one port further, before the Rasa and the actions that run.
    """
    from bot.demo_command import widget_demo

    widget_demo(port, url, screen)


def main() -> None:
    """Runs a command; an assistant that cannot be reached is one line, not a traceback."""
    from knowledge.errors import KnowledgeError
    from storage.errors import StorageError

    try:
        app()
    except (KnowledgeError, StorageError) as error:
        errors.print(str(error), style="red", highlight=False, soft_wrap=True)
        sys.exit(1)
    except httpx.HTTPError as error:
        errors.print(
            f"The assistant cannot be reached: {error}. Start it with `make run`, or name it with --url.", style="red"
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
