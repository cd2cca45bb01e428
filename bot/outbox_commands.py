"""`python -m bot outbox`: what is on its way to citizens, what was given up, and putting it back."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.delivery.database import GatewayDatabase
from bot.delivery.outbox import Outbox
from bot.delivery.store import Store
from bot.delivery.tables import State
from bot.settings import BotSettings
from storage.settings import VaultSettings

app = typer.Typer(
    no_args_is_help=True,
    help="Messages on their way to Telegram and Zalo. What they say and to whom is not shown: it is personal.",
)
screen = Console()

Numbers = Annotated[list[int] | None, typer.Argument(help="Numbers of messages, as `list` shows them.")]
Everything = Annotated[bool, typer.Option("--all", help="All that were given up.")]


@app.command("list")
def list_command(
    state: Annotated[State | None, typer.Option(help="Only those in this state.")] = None,
    most: Annotated[int, typer.Option(help="How many at most.", min=1, max=10_000)] = 50,
) -> None:
    """What is not sent yet, and what was given up, the newest first."""
    store = _store()
    outbox = Outbox(store)
    table = Table("number", "channel", "state", "tries", "since", "trouble")
    for one in outbox.listed(state, most):
        since = f"{one.made.astimezone():%d/%m %H:%M:%S}"
        table.add_row(str(one.id), one.channel, one.state.value, str(one.tries), since, one.trouble)
    depths = outbox.depths()
    store.close()
    screen.print(table)
    screen.print(", ".join(f"{queue} {name}: {count}" for (queue, name), count in sorted(depths.items())) or "empty")


@app.command()
def replay(numbers: Numbers = None, everything: Everything = False) -> None:
    """Puts messages that were given up back, behind what their chats are to get already."""
    if not numbers and not everything:
        raise typer.BadParameter("name the messages, or say --all")
    store = _store()
    count = Outbox(store).replay(numbers or ())
    store.close()
    screen.print(f"{count} put back; a running gateway sends them within a second.")


@app.command()
def drop(numbers: Annotated[list[int], typer.Argument(help="Numbers of messages that were given up.")]) -> None:
    """Deletes messages that were given up."""
    store = _store()
    count = Outbox(store).drop(numbers)
    store.close()
    screen.print(f"{count} deleted.")


def _store() -> Store:
    settings = BotSettings()
    return Store(GatewayDatabase(settings.gateway_database.get_secret_value()), VaultSettings().vault())
